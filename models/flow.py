"""Versions entering and leaving: the arithmetic that computes all origins in one pass.

A version enters at the first origin that could know it and leaves at the first one that knows better (or at
which it has become too old). Whatever is a sum over versions is then a running sum of entries and exits.
"""

from collections.abc import Iterator

import numpy as np

from models import days
from models.days import Array, IntArray
from models.versions import Layer, Versions

Step = tuple[IntArray, IntArray, Array]


class Flow:
    """Origins × areas, and the versions that pass through them."""

    def __init__(self, versions: Versions, origins: IntArray, n_areas: int) -> None:
        self.versions, self.origins = versions, origins
        self.shape = (len(origins), n_areas)

    def decayed(self, layer: Layer, channel: str, half_life_days: float) -> Array:
        """Sum over versions, each halved every half-life since its day."""
        enter, leave, value = self._passing(layer, channel, self.versions.until)
        gain = self._scatter(enter, layer.area, value * self._faded(enter, layer.version, half_life_days))
        gain -= self._scatter(leave, layer.area, value * self._faded(leave, layer.version, half_life_days))
        fade = 0.5 ** (np.diff(self.origins, prepend=self.origins[0]) / half_life_days)
        out = np.zeros(self.shape, dtype=np.float32)
        state = np.zeros(self.shape[1])
        for row in range(self.shape[0]):
            state = state * fade[row] + gain[row]
            out[row] = state
        return np.asarray(np.maximum(out, 0))

    def running(self, layer: Layer, channel: str, length_days: int | None = None) -> Array:
        """Sum over versions, of the last so many days or of all."""
        leave_day = self.versions.until
        if length_days is not None:
            leave_day = np.minimum(leave_day, self.versions.day + length_days)
        enter, leave, value = self._passing(layer, channel, leave_day)
        change = self._scatter(enter, layer.area, value) - self._scatter(leave, layer.area, value)
        return np.asarray(np.maximum(np.cumsum(change, axis=0), 0), dtype=np.float32)

    def newest_day(self, layer: Layer, channel: str) -> IntArray:
        """The day of the newest version of a channel known at each origin (long ago where none is)."""
        enter, leave, value = self._passing(layer, channel, self.versions.until)
        day = self.versions.day[layer.version]
        counts = (value > 0) & (enter < self.shape[0])
        lasting = counts & (leave >= self.shape[0])
        newest = np.full(self.shape, -days.NEVER, dtype=np.int64)
        np.maximum.at(newest, (enter[lasting], layer.area[lasting]), day[lasting])
        np.maximum.accumulate(newest, axis=0, out=newest)
        for at in np.flatnonzero(counts & ~lasting):
            span = newest[enter[at] : leave[at], layer.area[at]]
            np.maximum(span, day[at], out=span)
        return newest

    def snapshots(self, layer: Layer, channel: str, back_days: int) -> Iterator[Array]:
        """For each origin the daily sums of the days up to it (days × areas), as known then.

        The array is overwritten by the next step: use it at once or copy it.
        """
        first = int(self.origins[0]) - back_days + 1
        daily = np.zeros((int(self.origins[-1]) - first + 1, self.shape[1]), dtype=np.float32)
        for origin, step in zip(self.origins, self.steps(layer, channel, first), strict=True):
            day, area, change = step
            np.add.at(daily, (day, area), change)
            yield daily[origin - first - back_days + 1 : origin - first + 1]

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

    def _passing(self, layer: Layer, channel: str, leave_day: IntArray) -> tuple[IntArray, IntArray, Array]:
        """At which origins versions enter and leave, and what they count; 0 if no origin sees them."""
        enter = self._row(self.versions.known[layer.version])
        leave = self._row(leave_day[layer.version])
        value = self.versions.values[channel][layer.version] * layer.weight
        return enter, leave, np.where(enter < leave, value, 0.0)

    def _row(self, day: IntArray) -> IntArray:
        """The first origin that is not before a day (the number of origins where none is)."""
        return np.searchsorted(self.origins, day, side="left").astype(np.int64)

    def _scatter(self, row: IntArray, area: IntArray, value: Array) -> Array:
        """Add values into an array of origins × areas; those after the last origin fall away."""
        n_rows, n_areas = self.shape
        inside = row < n_rows
        cells = row[inside] * n_areas + area[inside]
        return np.bincount(cells, value[inside], n_rows * n_areas).reshape(n_rows, n_areas)

    def _faded(self, row: IntArray, version: IntArray, half_life_days: float) -> Array:
        """What is left of a version at the origin of a row."""
        at = self.origins[np.minimum(row, self.shape[0] - 1)]
        left: Array = 0.5 ** (np.maximum(at - self.versions.day[version], 0) / half_life_days)
        return left

    def steps(self, layer: Layer, channel: str, first: int) -> list[Step]:
        """What enters and leaves between one origin and the next: (day, area, change) per origin."""
        enter, leave, value = self._passing(layer, channel, self.versions.until)
        day = self.versions.day[layer.version] - first
        live = (value > 0) & (day >= 0)
        row = np.concatenate([enter[live], leave[live]])
        order = np.argsort(row, kind="stable")
        cut = np.searchsorted(row[order], np.arange(self.shape[0] + 1))
        days_, areas = np.tile(day[live], 2)[order], np.tile(layer.area[live], 2)[order]
        change = np.concatenate([value[live], -value[live]])[order]
        return [(days_[a:b], areas[a:b], change[a:b]) for a, b in zip(cut[:-1], cut[1:], strict=True)]
