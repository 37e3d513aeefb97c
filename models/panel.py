"""The panel: every area on every origin day, exactly as it was known on that day.

Each version of an incident enters when the world could know it and leaves when a newer version takes
its place. So a quantity "as known at t" is a sum of entries and exits up to t, and all origins are
computed in one pass. Late reports and corrected figures need no special case.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from models import coverage, days
from models.channels import CHANNELS, MAX_DATE_PREC
from models.days import Array, BoolArray, IntArray
from models.errors import ModelError
from models.frames import Frames
from models.geography import lookers, neighbour_weights

YEAR_DAYS = 365
THRESHOLD_QUANTILE = 0.9
LONGEST_SILENCE_DAYS = 730


class Layer(NamedTuple):
    """Which version counts where, and how much."""

    version: IntArray
    area: IntArray
    weight: Array


class Panel:
    """Areas (columns) on origin days (rows), as known on each of them."""

    def __init__(self, frames: Frames, origins: Sequence[int] | IntArray, known_by: date) -> None:
        self.origins: IntArray = np.unique(np.asarray(origins, dtype=np.int64))
        self.known_by = days.number(known_by)
        if len(self.origins) == 0:
            raise ModelError("no day to look at: give at least one day (--as-of)")
        if self.origins[-1] > self.known_by:
            raise ModelError(f"cannot look at {days.day_of(self.origins[-1])}: known only up to {known_by}")
        self.areas = frames.areas.sort_values("area_id").reset_index(drop=True)
        self.coverage = coverage.read(frames.coverage, known_by)
        self._read_versions(frames.events)
        self.own = self._layer(frames.members)
        self.parent = self._layer(frames.parents)
        self._kept: dict[tuple[object, ...], Array] = {}

    def _read_versions(self, events: pd.DataFrame) -> None:
        """Sort versions by what they say, so that equal records give equal sums to the last bit."""
        ordered = events.assign(_known=days.numbers(events["known_day"]), _day=days.numbers(events["day"]))
        ordered = ordered.sort_values(["_known", "_day", "incident_id", "version_id"], kind="stable")
        self.version_id = ordered["version_id"].to_numpy(np.int64)
        self.incident_id = ordered["incident_id"].to_numpy(str)
        self.day = ordered["_day"].to_numpy(np.int64)
        self.known = ordered["_known"].to_numpy(np.int64)
        self.until = days.numbers(ordered["until_day"])
        self.precise = ordered["date_prec"].to_numpy(np.int64) <= MAX_DATE_PREC
        self.values = {name: channel(ordered) for name, channel in CHANNELS.items()}

    def _layer(self, pairs: pd.DataFrame) -> Layer:
        """Turn (version_id, area_id) pairs into positions; imprecisely dated versions stay out."""
        order = np.argsort(self.version_id)
        at = np.searchsorted(self.version_id, pairs["version_id"].to_numpy(np.int64), sorter=order)
        version = order[np.minimum(at, max(len(order) - 1, 0))] if len(order) else at
        area = pd.Index(self.areas["area_id"]).get_indexer(pairs["area_id"])
        keep = (area >= 0) & (self.precise[version] if len(order) else False)
        version, area = version[keep], area[keep]
        by_version = np.lexsort((area, version))
        return Layer(version[by_version], area[by_version].astype(np.int64), np.ones(len(version)))

    @property
    def shape(self) -> tuple[int, int]:
        """Origins × areas."""
        return len(self.origins), len(self.areas)

    @property
    def area_ids(self) -> list[str]:
        """The areas, in the order of the columns."""
        return [str(area_id) for area_id in self.areas["area_id"]]

    # --- what was known at each origin ---------------------------------------------------------

    def decayed(self, channel: str, half_life_days: float) -> Array:
        """Sum over incidents, each halved every half-life since its day."""
        return self._keep(
            ("decayed", channel, half_life_days), lambda: self._decayed(self.own, channel, half_life_days)
        )

    def parent_decayed(self, channel: str, half_life_days: float) -> Array:
        """The same over incidents known only to lie somewhere in the governorate."""
        return self._decayed(self.parent, channel, half_life_days)

    def near(self, channel: str, half_life_days: float, km: float) -> Array:
        """The same over the surroundings, nearer ones counting more, without the area's own incidents."""
        weights = self.neighbour_weights(km)
        around = self.decayed(channel, half_life_days) @ weights.T.astype(np.float32)
        own = self._decayed(self._seen_twice(weights), channel, half_life_days)
        return np.maximum(around - own, 0)

    def window(self, channel: str, length_days: int) -> Array:
        """Sum over the last so many days."""
        leave = np.minimum(self.until, self.day + length_days)
        return self._running(self.own, channel, leave)

    def parent_window(self, channel: str, length_days: int) -> Array:
        """The same over incidents known only to lie somewhere in the governorate."""
        leave = np.minimum(self.until, self.day + length_days)
        return self._running(self.parent, channel, leave)

    def total(self, channel: str) -> Array:
        """Sum over everything known."""
        return self._running(self.own, channel, self.until)

    def days_since(self, channel: str) -> Array:
        """Days since the newest incident of a channel, at most two years."""
        newest = self._newest_day(channel)
        silence = self.origins[:, None] - newest
        return np.minimum(silence, LONGEST_SILENCE_DAYS).astype(np.float32)

    def history_days(self) -> Array:
        """How many days before each origin were covered."""
        return self._covered_before(self.origins).astype(np.float32)

    def threshold(self, horizon_days: int) -> Array:
        """The 90th percentile of an area's own windows of so many days in the year before each origin."""
        return self._keep(("threshold", horizon_days), lambda: self._threshold(horizon_days))

    def busiest(self, channel: str, length_days: int, back_days: int) -> Array:
        """The largest sum over so many consecutive days within the days before each origin."""
        out = np.zeros(self.shape, dtype=np.float32)
        for row, recent in enumerate(self.snapshots(channel, back_days)):
            sums = _moving_sum(recent, length_days)
            out[row] = sums.max(axis=0)
        return out

    def active_share(self, channel: str, back_days: int) -> Array:
        """On which share of the days before each origin anything happened."""
        out = np.zeros(self.shape, dtype=np.float32)
        for row, recent in enumerate(self.snapshots(channel, back_days)):
            out[row] = (recent > 0).sum(axis=0) / back_days
        return out

    def year_windows(self, channel: str, length_days: int) -> Iterator[Array]:
        """For each origin the sums of all fully covered windows of the year before it (windows × areas)."""
        back = YEAR_DAYS + length_days - 1
        for row, recent in enumerate(self.snapshots(channel, back)):
            first = self.origins[row] - back + 1
            inside = self._covered_between(first, self.origins[row])
            inside[back - self.coverage.fastest_lag_days :] = False
            whole = _moving_sum(inside[:, None].astype(np.float32), length_days)[:, 0] >= length_days
            yield _moving_sum(recent, length_days)[whole]

    def snapshots(self, channel: str, back_days: int) -> Iterator[Array]:
        """For each origin the daily sums of the days up to it (days × areas), as known then.

        The array is overwritten by the next step: use it at once or copy it.
        """
        first = int(self.origins[0]) - back_days + 1
        daily = np.zeros((int(self.origins[-1]) - first + 1, self.shape[1]), dtype=np.float32)
        steps = self._steps(channel, first)
        for row, origin in enumerate(self.origins):
            day, area, change = steps[row]
            np.add.at(daily, (day, area), change)
            yield daily[origin - first - back_days + 1 : origin - first + 1]

    # --- what is known at the end ---------------------------------------------------------------

    def after(self, channel: str, horizon_days: int, known_by: int | None = None, parent: bool = False) -> Array:
        """Sum over the days after each origin (t, t + horizon], as known on one later day."""
        layer = self.parent if parent else self.own
        by = self.known_by if known_by is None else known_by
        version = layer.version
        seen = (self.known[version] <= by) & (self.until[version] > by)
        first = int(self.origins[0]) + 1
        length = int(self.origins[-1]) + horizon_days - first + 1
        at = self.day[version] - first
        seen &= (at >= 0) & (at < length)
        cells = at[seen] * self.shape[1] + layer.area[seen]
        daily = np.bincount(cells, self.values[channel][version[seen]], length * self.shape[1])
        sums = np.zeros((length + 1, self.shape[1]))
        np.cumsum(daily.reshape(length, -1), axis=0, out=sums[1:])
        start = self.origins + 1 - first
        return sums[start + horizon_days] - sums[start]

    def outcome_covered(self, horizon_days: int, known_by: int | None = None) -> BoolArray:
        """Whether all days after an origin were covered, and reports of them had time to arrive."""
        by = self.known_by if known_by is None else known_by
        covered = self._covered_before(self.origins + horizon_days) - self._covered_before(self.origins)
        arrived = self.origins + horizon_days + self.coverage.lag_days <= by
        return (covered == horizon_days) & arrived

    # --- neighbours -----------------------------------------------------------------------------

    def neighbour_weights(self, km: float) -> Array:
        """How much each area looks at each other one."""
        lat, lon = (self.areas[name].to_numpy(float) for name in ("lat", "lon"))
        allowed = lookers([str(kind) for kind in self.areas["kind"]])
        return self._keep(("weights", km), lambda: neighbour_weights(lat, lon, allowed, km))

    def _seen_twice(self, weights: Array) -> Layer:
        """The area's own incidents with the weight at which it would see them again through others."""
        version, area = self.own.version, self.own.area
        counts = np.bincount(version, minlength=len(self.day))
        start = np.concatenate([[0], np.cumsum(counts)])[version]
        size = counts[version]
        mine = np.repeat(np.arange(len(version)), size)
        other = np.arange(len(mine)) - np.repeat(np.cumsum(size) - size, size) + np.repeat(start, size)
        seen = np.bincount(mine, weights[area[mine], area[other]], len(version))
        return Layer(version, area, seen)

    # --- the machine ----------------------------------------------------------------------------

    def _keep(self, key: tuple[object, ...], compute: Callable[[], Array]) -> Array:
        if key not in self._kept:
            self._kept[key] = compute()
        return self._kept[key]

    def _row(self, day: IntArray) -> IntArray:
        """The first origin that is not before a day (the number of origins where none is)."""
        return np.searchsorted(self.origins, day, side="left").astype(np.int64)

    def _scatter(self, row: IntArray, area: IntArray, value: Array) -> Array:
        """Add values into an array of origins × areas; those after the last origin fall away."""
        n_rows, n_areas = self.shape
        inside = row < n_rows
        cells = row[inside] * n_areas + area[inside]
        return np.bincount(cells, value[inside], n_rows * n_areas).reshape(n_rows, n_areas)

    def _decayed(self, layer: Layer, channel: str, half_life_days: float) -> Array:
        version, area = layer.version, layer.area
        enter, leave = self._row(self.known[version]), self._row(self.until[version])
        value = np.where(enter < leave, self.values[channel][version] * layer.weight, 0.0)
        gain = self._scatter(enter, area, value * self._faded(enter, version, half_life_days))
        gain -= self._scatter(leave, area, value * self._faded(leave, version, half_life_days))
        fade = 0.5 ** (np.diff(self.origins, prepend=self.origins[0]) / half_life_days)
        out = np.zeros(self.shape, dtype=np.float32)
        state = np.zeros(self.shape[1])
        for row in range(self.shape[0]):
            state = state * fade[row] + gain[row]
            out[row] = state
        return np.maximum(out, 0)

    def _faded(self, row: IntArray, version: IntArray, half_life_days: float) -> Array:
        """What is left of a version at the origin of a row."""
        at = self.origins[np.minimum(row, self.shape[0] - 1)]
        return 0.5 ** (np.maximum(at - self.day[version], 0) / half_life_days)

    def _running(self, layer: Layer, channel: str, leave_day: IntArray) -> Array:
        version, area = layer.version, layer.area
        enter, leave = self._row(self.known[version]), self._row(leave_day[version])
        value = np.where(enter < leave, self.values[channel][version] * layer.weight, 0.0)
        change = self._scatter(enter, area, value) - self._scatter(leave, area, value)
        return np.maximum(np.cumsum(change, axis=0), 0).astype(np.float32)

    def _newest_day(self, channel: str) -> IntArray:
        """The day of the newest incident of a channel known at each origin (long ago where none is)."""
        version, area = self.own.version, self.own.area
        enter, leave = self._row(self.known[version]), self._row(self.until[version])
        counts = (self.values[channel][version] > 0) & (enter < leave) & (enter < self.shape[0])
        lasting = counts & (leave >= self.shape[0])
        newest = np.full(self.shape, -days.NEVER, dtype=np.int64)
        np.maximum.at(newest, (enter[lasting], area[lasting]), self.day[version[lasting]])
        np.maximum.accumulate(newest, axis=0, out=newest)
        for at in np.flatnonzero(counts & ~lasting):
            span = newest[enter[at] : leave[at], area[at]]
            np.maximum(span, self.day[version[at]], out=span)
        return newest

    def _threshold(self, horizon_days: int) -> Array:
        out = np.zeros(self.shape, dtype=np.float32)
        for row, sums in enumerate(self.year_windows("deaths", horizon_days)):
            out[row] = _high_quantile(sums)
        return out

    def _steps(self, channel: str, first: int) -> list[tuple[IntArray, IntArray, Array]]:
        """What enters and leaves between one origin and the next: (day, area, change) per origin."""
        version, area = self.own.version, self.own.area
        value = self.values[channel][version]
        enter, leave = self._row(self.known[version]), self._row(self.until[version])
        day = self.day[version] - first
        live = (value > 0) & (enter < leave) & (day >= 0)
        row = np.concatenate([enter[live], leave[live]])
        order = np.argsort(row, kind="stable")
        cut = np.searchsorted(row[order], np.arange(self.shape[0] + 1))
        parts = (np.tile(day[live], 2), np.tile(area[live], 2), np.concatenate([value[live], -value[live]]))
        day, area, change = (part[order] for part in parts)
        return [(day[a:b], area[a:b], change[a:b]) for a, b in zip(cut[:-1], cut[1:], strict=True)]

    def _covered_between(self, first: int, last: int) -> BoolArray:
        return self.coverage.covers(np.arange(first, last + 1, dtype=np.int64))

    def _covered_before(self, asked: IntArray) -> IntArray:
        """How many days up to each asked one were covered."""
        first = self.coverage.first
        last = max(int(asked.max()), first)
        so_far = np.concatenate([[0], np.cumsum(self._covered_between(first, last))])
        return so_far[np.clip(asked - first + 1, 0, len(so_far) - 1)].astype(np.int64)


def _moving_sum(daily: Array, length_days: int) -> Array:
    """Sums over so many consecutive rows."""
    sums = np.cumsum(daily, axis=0, dtype=np.float64)
    out = sums[length_days - 1 :].copy()
    out[1:] -= sums[:-length_days]
    return out


def _high_quantile(sums: Array) -> Array:
    """The 90th percentile of each column, taking time only for columns that hold anything."""
    out = np.zeros(sums.shape[1])
    busy = np.flatnonzero((sums > 0).mean(axis=0) > 1 - THRESHOLD_QUANTILE - 1e-9) if len(sums) else []
    if len(busy):
        out[busy] = np.quantile(np.ascontiguousarray(sums[:, busy].T), THRESHOLD_QUANTILE, axis=1)
    return out
