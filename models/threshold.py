"""An area's own bad weeks: the 90th percentile of its windows of the last year, at each origin as known then.

Where nothing is corrected, an area's windows are one series: it is slid over, or, in the first year that is covered,
taken in window by window. Only for the other areas and origins the windows are sorted.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from models import rolling
from models.days import YEAR_DAYS, Array, BoolArray, IntArray
from models.rolling import Stretch

if TYPE_CHECKING:
    from models.panel import Panel


GROWN_AT_LEAST = 16  # areas together; fewer are sorted faster


class _Asked(NamedTuple):
    panel: "Panel"
    channel: str
    length_days: int

    @property
    def windows(self) -> int:
        """How many windows of a year are told of by its end."""
        return YEAR_DAYS - self.panel.coverage.fastest_lag_days


Found = Callable[[_Asked, Array, Stretch, IntArray], Array]


def of(panel: "Panel", channel: str, length_days: int) -> Array:
    """The 90th percentile of a channel's sums over so many days (origins × areas)."""
    asked = _Asked(panel, channel, length_days)
    out, left = np.zeros(panel.shape, dtype=np.float32), np.ones(panel.shape, dtype=bool)
    corrected = panel.flow.corrected(
        panel.own, channel, panel.coverage.fastest_lag_days, YEAR_DAYS + length_days - 1
    )
    for rows, found, least in ((_whole_years(asked), _slid, 1), (_first_year(asked), _grown, GROWN_AT_LEAST)):
        stretches = rolling.stretches(corrected, rows, panel.origins, asked.windows, least)
        for one in stretches:
            left[one.start : one.stop, one.columns] = False
        _fill(out, asked, stretches, found)
    _sort(out, asked, left)
    return out


def observed(panel: "Panel", row: int, length_days: int) -> BoolArray:
    """Which windows of the year before an origin were observed as a whole."""
    lag, end = panel.coverage.fastest_lag_days, panel.origins[row] + 1
    covered = panel.coverage.covers(np.arange(end - YEAR_DAYS - length_days + 1, end - lag, dtype=np.int64))
    so_far = np.concatenate([[0], np.cumsum(covered)])
    whole = np.zeros(YEAR_DAYS, dtype=bool)
    whole[: YEAR_DAYS - lag] = so_far[length_days:] - so_far[:-length_days] == length_days
    return whole


def _whole_years(asked: _Asked) -> BoolArray:
    """Which origins have a year behind them with every window observed."""
    panel, back_days = asked.panel, asked.windows + asked.length_days - 1
    told = panel.origins - panel.coverage.fastest_lag_days
    whole: BoolArray = panel.covered_until(told) - panel.covered_until(told - back_days) == back_days
    return whole


def _first_year(asked: _Asked) -> BoolArray:
    """Which origins have fewer windows than a year has behind them, all observed since the first covered day."""
    told = asked.panel.origins - asked.panel.coverage.fastest_lag_days
    so_far = np.maximum(told - asked.panel.coverage.first + 1, 0)
    begun: BoolArray = (so_far < asked.windows + asked.length_days - 1) & (
        asked.panel.covered_until(told) == so_far
    )
    return begun


def _fill(out: Array, asked: _Asked, stretches: list[Stretch], found: Found) -> None:
    """Fill in the stretches, each from what was known at its end."""
    origins = asked.panel.origins
    longest = int(origins[-1] - origins[0]) + 2 * YEAR_DAYS
    ends = np.unique([one.stop - 1 for one in stretches]).astype(np.int64)
    known = asked.panel.flow.snapshots(asked.panel.own, asked.channel, longest, asked.length_days, ends)
    for row, sums in zip(ends, known, strict=True):
        for one in (one for one in stretches if one.stop - 1 == row):
            out[one.start : one.stop, one.columns] = found(asked, sums, one, origins[one.start : one.stop])


def _slid(asked: _Asked, sums: Array, one: Stretch, day: IntArray) -> Array:
    """The percentiles of whole years on some days; the sums end on the last of these."""
    recent = sums[day[0] - day[-1] - YEAR_DAYS :, one.columns]
    return np.asarray(rolling.sliding_quantile(recent, asked.windows)[day - day[0]])


def _grown(asked: _Asked, sums: Array, one: Stretch, day: IntArray) -> Array:
    """The percentiles of all windows since the first one (0 before it); the sums end on the last day."""
    begun = asked.panel.coverage.first + asked.length_days - 1
    since = sums[min(begun - day[-1] - 1, -1) :, one.columns]
    found = np.pad(rolling.growing_quantile(since, asked.windows), ((1, 0), (0, 0)))
    return np.asarray(found[np.maximum(day - asked.panel.coverage.fastest_lag_days - begun + 1, 0)])


def _sort(out: Array, asked: _Asked, left: BoolArray) -> None:
    """Sort the windows of the areas and origins that are left."""
    panel, rows = asked.panel, np.flatnonzero(left.any(axis=1))
    windows = panel.flow.snapshots(panel.own, asked.channel, YEAR_DAYS, asked.length_days, rows)
    for row, sums in zip(rows, windows, strict=True):
        areas = np.flatnonzero(left[row])
        sums = sums[observed(panel, int(row), asked.length_days)]
        out[row, areas] = rolling.high_quantile(sums if len(areas) == len(left[row]) else sums[:, areas])
