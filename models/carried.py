"""The state a day leaves to the next: sums and daily figures, moved on by what has changed since.

A day after many costs what the day brought, not what the record holds. It is for columns that look back from their
own day (all sums, windows, counts of days, thresholds); what counts earlier origins needs a panel of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from models import days
from models.days import Array, BoolArray, IntArray
from models.errors import ModelError
from models.flow import LONG_AGO, Flow
from models.frames import Frames
from models.panel import Panel
from models.spells import Passing
from models.versions import Layer, Versions

PLACED = ["area_id", "kind", "lat", "lon"]
BACK_DAYS = 731  # a year of windows of a year, and the longest silence
NOTHING = 1e-6  # below it a sum is what rounding left over
Sum = tuple[str, str, float | None]  # layer, channel, half-life in days (None: nothing fades)


def start(frames: Frames, day: date) -> Panel:
    """The panel of one day, ready to be moved on once its columns have been asked for."""
    panel = Panel(frames, [days.number(day)], day)
    panel.flow = Carried(panel.versions, days.number(day), panel.shape[1])
    return panel


def advance(panel: Panel, changes: Frames, day: date) -> Panel:
    """The panel of a later day.

    `changes` holds each version that became known or outdated since the panel's day, with its places, and the
    areas and the coverage of now. What was backdated to before that day, or other areas, need a new start.
    """
    later = Panel(changes, [days.number(day)], day)
    if not isinstance(panel.flow, Carried) or later.origins[0] <= panel.origins[0]:
        raise ModelError(
            f"only a carried panel of an earlier day can be moved on to {day}: begin with start()"
        )
    if not later.areas[PLACED].equals(panel.areas[PLACED]):
        raise ModelError("the areas have changed since the last day: begin anew with start()")
    later.inherit(panel)
    layers = (later.own, later.parent, *(later.seen_twice(km) for km in panel.looked_km()))
    later.flow = panel.flow.advanced(later.versions, days.number(day), {one.name: one for one in layers})
    return later


class Carried(Flow):
    """One origin whose columns rest on sums kept from the day before."""

    def __init__(self, versions: Versions, day: int, n_areas: int) -> None:
        super().__init__(versions, np.array([day], dtype=np.int64), n_areas)
        self.sums: dict[Sum, Array] = {}
        self.daily: dict[tuple[str, str], Array] = {}
        self.begun = False

    def advanced(self, changes: Versions, day: int, layers: Mapping[str, Layer]) -> "Carried":
        """The state of a later day, given the versions that became known or outdated in between."""
        later = Carried(changes, day, self.shape[1])
        later.begun = True
        moved = {name: _Moved(changes, layer, int(self.origins[0]), day) for name, layer in layers.items()}
        for (layer, channel, half_life), before in self.sums.items():
            fade = 1.0 if half_life is None else 0.5 ** ((day - int(self.origins[0])) / half_life)
            change = moved[layer].by_area(channel, half_life, self.shape[1])
            later.sums[layer, channel, half_life] = before * fade + change
        for (layer, channel), figures in self.daily.items():
            later.daily[layer, channel] = moved[layer].into(figures, channel)
        return later

    def decayed(self, layer: Layer, channel: str, half_life_days: float) -> Array:
        """Sum over versions, each halved every half-life since its day."""
        return self._sum(layer, channel, half_life_days)

    def running(self, layer: Layer, channel: str, length_days: int | None = None) -> Array:
        """Sum over versions, of the last so many days or of all."""
        if length_days is None:
            return self._sum(layer, channel, None)
        figures = self._daily(layer, channel)[-length_days:]
        return np.asarray(figures.sum(axis=0, dtype=np.float64, keepdims=True), dtype=np.float32)

    def newest_day(self, layer: Layer, channel: str) -> Array:
        """The day of the newest version of a channel (long ago where there is none of the last two years)."""
        happened = self._daily(layer, channel)[::-1] > 0
        found = self.origins[0] - happened.argmax(axis=0)
        return np.where(happened.any(axis=0), found, LONG_AGO).astype(np.float32)[None]

    def active_days(self, layer: Layer, channel: str, back_days: int) -> Array:
        """On how many of the days up to the origin anything of a channel happened."""
        figures = self._daily(layer, channel)[-back_days:]
        return np.asarray((figures > 0).sum(axis=0, keepdims=True), dtype=np.float32)

    def busiest(self, layer: Layer, channel: str, length_days: int, back_days: int) -> Array:
        """The largest sum over so many consecutive days within the days up to the origin."""
        (sums,) = self.snapshots(layer, channel, back_days - length_days + 1, length_days)
        return np.asarray(sums.max(axis=0, keepdims=True))

    def snapshots(
        self,
        layer: Layer,
        channel: str,
        back_days: int,
        length_days: int = 1,
        rows: Sequence[int] | IntArray | None = None,
    ) -> Iterator[Array]:
        """What is known of the days up to the origin (days × areas), each with the days before it summed up."""
        if rows is None or len(rows):
            so_far = np.cumsum(self._daily(layer, channel)[1 - back_days - length_days :], axis=0)
            so_far = np.concatenate([np.zeros((1, self.shape[1]), dtype=np.float32), so_far])
            yield so_far[length_days:] - so_far[:-length_days]

    def corrected(self, layer: Layer, channel: str, lag_days: int, back_days: int) -> BoolArray:
        """Nothing: there is no origin before this one."""
        return np.zeros(self.shape, dtype=bool)

    def after(self, layer: Layer, channel: str, horizon_days: int, by: int) -> Array:
        """What came after, which only the first day can tell."""
        self._only_on_the_first_day(channel)
        return super().after(layer, channel, horizon_days, by)

    def after_each(self, layer: Layer, channel: str, horizon_days: int, by: IntArray) -> Array:
        """What came after, which only the first day can tell."""
        self._only_on_the_first_day(channel)
        return super().after_each(layer, channel, horizon_days, by)

    def _passing(self, layer: Layer, channel: str, leave_day: IntArray) -> Passing:
        self._only_on_the_first_day(channel)
        return super()._passing(layer, channel, leave_day)

    def _sum(self, layer: Layer, channel: str, half_life_days: float | None) -> Array:
        key = (layer.name, channel, half_life_days)
        if key not in self.sums:
            self._only_on_the_first_day(channel)
            begun = _Moved(self.versions, layer, LONG_AGO, int(self.origins[0]))
            self.sums[key] = begun.by_area(channel, half_life_days, self.shape[1])
        return np.maximum(self.sums[key], 0).astype(np.float32)[None]

    def _daily(self, layer: Layer, channel: str) -> Array:
        key = (layer.name, channel)
        if key not in self.daily:
            (figures,) = super().snapshots(layer, channel, BACK_DAYS)
            self.daily[key] = figures.copy()
        return self.daily[key]

    def _only_on_the_first_day(self, channel: str) -> None:
        if self.begun:
            raise ModelError(
                f"{channel!r} was not asked for on the first day; ask for it there, or start anew"
            )


class _Moved:
    """The versions of a layer that entered (+) or left (-) between two days."""

    def __init__(self, versions: Versions, layer: Layer, before: int, day: int) -> None:
        now, then = (versions.seen(layer.version, by) for by in (day, before))
        self.day, self.before, self.versions = day, before, versions
        self.sign = now.astype(float) - then
        at = np.flatnonzero(self.sign)
        self.sign, self.version, self.area = self.sign[at], layer.version[at], layer.area[at]
        self.weight = layer.weight[at]

    def by_area(self, channel: str, half_life_days: float | None, n_areas: int) -> Array:
        """What the sums of the areas gain, as of the later day."""
        value = self.sign * self.weight * self.versions.values[channel][self.version]
        if half_life_days is not None:
            value = value * 0.5 ** (
                np.maximum(self.day - self.versions.day[self.version], 0) / half_life_days
            )
        return np.bincount(self.area, value, n_areas)

    def into(self, figures: Array, channel: str) -> Array:
        """Daily figures up to the earlier day, moved on to the later one and corrected."""
        passed = min(self.day - self.before, len(figures))
        out = np.concatenate([figures[passed:], np.zeros((passed, figures.shape[1]), dtype=np.float32)])
        row = self.versions.day[self.version] - self.day + len(out) - 1
        here = (row >= 0) & (row < len(out))
        value = (self.sign * self.weight * self.versions.values[channel][self.version])[here]
        row, area = row[here], self.area[here]
        np.add.at(out, (row, area), value.astype(np.float32))
        out[row, area] = np.where(out[row, area] < NOTHING, 0, out[row, area])
        return out
