"""Versions entering and leaving: the arithmetic that computes all origins in one pass.

A version enters at the first origin that could know it and leaves at the first one that knows better (or at
which it has become too old). Whatever is a sum over versions is then a running sum of entries and exits, and
whatever is a maximum is spread over the origins that saw it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

import numpy as np

from models import days, punctual, spells
from models.arrivals import Arrivals
from models.days import Array, BoolArray, IntArray
from models.punctual import Table
from models.spells import Passing
from models.versions import Layer

LONG_AGO = -(2**30)


class Flow(Arrivals):
    """Origins × areas, and the versions that pass through them."""

    def decayed(self, layer: Layer, channel: str, half_life_days: float) -> Array:
        """Sum over versions, each halved every half-life since its day."""
        if not len(layer.version):
            return np.broadcast_to(np.float32(0), self.shape)
        table, rest = self._arrived(layer, channel)
        return self._fade(table, rest, half_life_days)

    def decayed_around(
        self, layer: Layer, channel: str, half_life_days: float, weights: Array, name: str
    ) -> Array:
        """The same over all areas (rows of the weights), as each area (columns) sees them; only where all are on time.

        What arrives is weighted once, for all half-lives.
        """
        found = self._kept((name, channel), lambda: self._weighted(layer, channel, weights))
        return self._fade(*found, half_life_days)

    def _weighted(self, layer: Layer, channel: str, weights: Array) -> tuple[Table | None, Passing]:
        table, rest = self._arrived(layer, channel)
        return table and table._replace(figures=table.figures @ weights), rest

    def on_time(self, layer: Layer, channel: str) -> bool:
        """Whether every version is in the table of what arrived on time, so that sums are read off its rows."""
        if self.shape[0] < punctual.LEAST_ORIGINS:
            return False
        table, rest = self._arrived(layer, channel)
        return table is not None and not len(rest.enter)

    def _fade(self, table: Table | None, rest: Passing, half_life_days: float) -> Array:
        out = punctual.faded(table, half_life_days) if table else np.zeros(self.shape, dtype=np.float32)
        if not len(rest.enter):
            return out
        gain, loss = (self._faded(rest, row, half_life_days) for row in (rest.enter, rest.leave))
        changes = self._net(rest.enter, rest.leave, rest.area, rest.value * gain, rest.value * loss)
        fade = 0.5 ** (np.diff(self.origins, prepend=self.origins[0]) / half_life_days)
        return self._pass(out, changes, fade)

    def _pass(self, out: Array, changes: Iterator[Array | None], fade: Iterable[float]) -> Array:
        """Add what enters and leaves, fading from one origin to the next, to what is there."""
        state = np.zeros(self.shape[1])
        for now, change, part in zip(out, changes, fade, strict=False):
            state *= part
            if change is not None:
                state += change
            np.add(now, state, out=now, casting="same_kind")
        return np.asarray(np.maximum(out, 0, out=out))

    def running(self, layer: Layer, channel: str, length_days: int | None = None) -> Array:
        """Sum over versions, of the last so many days or of all."""
        so_far, rest = self._so_far(layer, channel)
        out = punctual.windows(so_far, length_days) if so_far else np.zeros(self.shape, dtype=np.float32)
        length = days.NEVER if length_days is None else length_days
        leave = np.minimum(rest.leave, self._row(rest.day + length))
        changes = self._net(rest.enter, leave, rest.area, rest.value, rest.value)
        return self._pass(out, changes, repeat(1.0)) if len(rest.enter) else out

    def newest_day(self, layer: Layer, channel: str) -> Array:
        """The day of the newest version of a channel known at each origin (long ago where none is)."""
        table, rest = self._arrived(layer, channel)
        found = punctual.newest(table, int(self.origins[0]), LONG_AGO) if table else None
        if found is not None and not len(rest.enter):
            return found
        late = np.full(self.shape, LONG_AGO, dtype=np.float32)
        late = spells.largest(late, rest.enter, rest.leave, rest.area, rest.day.astype(np.float32))
        return late if found is None else np.asarray(np.maximum(found, late, out=late))

    def active_days(self, layer: Layer, channel: str, back_days: int) -> Array:
        """On how many of the days up to each origin anything of a channel happened."""
        table, rest = self._arrived(layer, channel)
        out = np.zeros(self.shape, dtype=np.float32)
        if table:
            apart = punctual.shared(table, rest, int(self.origins[0]), back_days)
            out = punctual.active(table, apart, back_days)
            rest = punctual.combined(rest, table.passing(apart, self.origins))
        rest = rest._replace(value=np.ones(len(rest.value)))
        for columns, part in spells.by_areas(rest, self.shape[1], 1) if len(rest.enter) else ():
            shown = self._shown(spells.of(part, self.shape[0], 1), back_days)
            change = np.zeros((self.shape[0] + 1, columns.stop - columns.start), dtype=np.float32)
            np.add.at(change, (shown.start, shown.area), 1)
            np.subtract.at(change, (shown.stop, shown.area), 1)
            out[:, columns] += np.cumsum(change, axis=0)[:-1]
        return out

    def busiest(self, layer: Layer, channel: str, length_days: int, back_days: int) -> Array:
        """The largest sum over so many consecutive days within the days up to each origin."""
        table, rest = self._arrived(layer, channel)
        so_far, _ = self._so_far(layer, channel)
        out = np.zeros(self.shape, dtype=np.float32)
        mixed = np.unique(rest.area[rest.day > self.origins[0] - back_days])
        if so_far and back_days - length_days >= so_far.lag_days:
            out = punctual.largest(so_far, length_days, back_days)
        elif table:
            mixed = np.arange(self.shape[1])
        seen = self._of_areas(table, rest, mixed)
        for columns, part in spells.by_areas(seen, len(mixed), length_days) if len(mixed) else ():
            sums = spells.of(part, self.shape[0], length_days)
            shown = self._shown(sums, back_days - length_days + 1)
            empty = np.zeros((self.shape[0], columns.stop - columns.start), dtype=np.float32)
            out[:, mixed[columns]] = spells.largest(
                empty, shown.start, shown.stop, shown.area, shown.value.astype(np.float32)
            )
        return out

    def snapshots(
        self,
        layer: Layer,
        channel: str,
        back_days: int,
        length_days: int = 1,
        rows: Sequence[int] | IntArray | None = None,
    ) -> Iterator[Array]:
        """For each origin (or some rows of them) what was known of the days up to it (days × areas).

        Each day holds the sum over so many days that end on it. The array is overwritten by the next step:
        use it at once or copy it.
        """
        asked = np.arange(self.shape[0]) if rows is None else np.asarray(rows, dtype=np.int64)
        first = int(self.origins[0]) - back_days - length_days + 2
        sums = np.zeros((int(self.origins[-1]) - first + length_days, self.shape[1]), dtype=np.float32)
        table, rest = self._arrived(layer, channel)
        told = 0
        for row, (day, area, change) in zip(asked, self._steps(rest, first, asked), strict=True):
            spells.add(sums, day, area, change, length_days)
            if table:
                arrived = slice(told, told := table.lead + int(row) + 1)
                begin = int(self.origins[0]) - table.lead - table.lag_days + arrived.start - first
                punctual.add_windows(sums, table, arrived, begin, length_days)
            last = self.origins[row] - first + 1
            yield sums[last - back_days : last]

    def steps(
        self, layer: Layer, channel: str, first: int, rows: IntArray | None = None
    ) -> Iterator[tuple[IntArray, IntArray, Array]]:
        """What changes from one origin (or some rows of them) to the next: days since a first one, areas, changes."""
        asked = np.arange(self.shape[0]) if rows is None else rows
        yield from self._steps(self._passing(layer, channel, self.versions.until), first, asked)

    def _steps(
        self, seen: Passing, first: int, asked: IntArray
    ) -> Iterator[tuple[IntArray, IntArray, Array]]:
        row, day, area, change = spells.changes(seen, self.shape[0])
        day = day - first
        order = np.argsort(row, kind="stable")
        order = order[day[order] >= 0]
        cuts = np.searchsorted(row[order], np.concatenate([[0], asked + 1]))
        day, area, change = day[order], area[order], change[order]
        for a, b in zip(cuts[:-1], cuts[1:], strict=True):
            yield day[a:b], area[a:b], change[a:b]

    def corrected(self, layer: Layer, channel: str, lag_days: int, back_days: int) -> BoolArray:
        """Where an origin learns something new of days that the origin before it already spoke of."""
        table, seen = self._arrived(layer, channel)
        if table and table.lag_days > lag_days:
            seen = self._passing(layer, channel, self.versions.until)
        out = np.zeros(self.shape, dtype=bool)
        for row in (seen.enter, seen.leave):
            known = (row > 0) & (row < self.shape[0])
            at, day = row[known], seen.day[known]
            late = (day <= self.origins[at - 1] - lag_days) & (day > self.origins[at] - back_days)
            out[at[late], seen.area[known][late]] = True
        return out

    def after(self, layer: Layer, channel: str, horizon_days: int, by: int) -> Array:
        """Sum over the days after each origin (t, t + horizon], as known on one later day."""
        first = int(self.origins[0]) + 1
        length = int(self.origins[-1]) + horizon_days - first + 1
        day = self.versions.day[layer.version] - first
        seen = self.versions.seen(layer.version, by) & (day >= 0) & (day < length)
        cells = day[seen] * self.shape[1] + layer.area[seen]
        value = self.versions.values[channel][layer.version[seen]]
        daily = np.bincount(cells, value, length * self.shape[1]).reshape(length, -1)
        sums = np.concatenate([np.zeros((1, self.shape[1])), np.cumsum(daily, axis=0)])
        start = self.origins + 1 - first
        window: Array = sums[start + horizon_days] - sums[start]
        return window

    def after_each(self, layer: Layer, channel: str, horizon_days: int, by: IntArray) -> Array:
        """Sum over the days after each origin (t, t + horizon], as known on a later day of its own."""
        day = self.versions.day[layer.version]
        first = np.searchsorted(self.origins, day - horizon_days, side="left")
        size = np.searchsorted(self.origins, day, side="left") - first
        which = np.repeat(np.arange(len(day)), size)
        row = np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size) + np.repeat(first, size)
        version, area = layer.version[which], layer.area[which]
        seen = (self.versions.known[version] <= by[row]) & (self.versions.until[version] > by[row])
        cells = row[seen] * self.shape[1] + area[seen]
        value = self.versions.values[channel][version[seen]]
        return np.bincount(cells, value, self.shape[0] * self.shape[1]).reshape(self.shape)
