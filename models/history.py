"""How often the answer was yes before, as it was known on each origin.

Windows begin on the weekly grid. At each origin those count that had ended and been reported by then, with
the figures known then; a correction that comes later changes later origins only.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from models import targets
from models.days import Array, BoolArray, IntArray
from models.panel import Panel
from models.targets import Question

GRID_DAYS = 7
MEMORIES_DAYS = (math.inf, 30.0, 180.0)


class Past(NamedTuple):
    """How many windows had ended by each origin, and in how many of them it had happened in each area."""

    windows: IntArray
    hits: Array


def past(panel: Panel, question: Question) -> Past:
    """Count windows (origins) and hits (origins × areas) before each origin; counted once a question."""
    key = ("past", question.target.name, question.horizon_days, question.floor_deaths)
    starts, ended = _windows(panel, question)
    by_origin = np.searchsorted(ended, panel.origins, side="right").astype(np.int64)
    return Past(by_origin, panel.keep(key, lambda: _hits(panel, question, starts, by_origin)))


def _windows(panel: Panel, question: Question) -> tuple[IntArray, IntArray]:
    """The rows on which a window begins, and the days by which each has ended and been reported."""
    on_grid: BoolArray = panel.origins % GRID_DAYS == 0
    starts = np.flatnonzero(on_grid & targets.whole(panel, question.horizon_days))
    return starts, panel.origins[starts] + question.horizon_days + panel.coverage.lag_days


def _hits(panel: Panel, question: Question, starts: IntArray, by_origin: IntArray) -> Array:
    """Walk through the origins; only areas and windows that something new touches are counted again."""
    first, ahead = int(panel.origins[0]), question.horizon_days
    begin = panel.origins[starts] - first + 1
    limit = targets.bar(panel, question)[starts]
    daily = np.zeros((int(panel.origins[-1]) - first + 2 + ahead, panel.shape[1]))
    happened = np.zeros((len(starts), panel.shape[1]), dtype=bool)
    out = np.zeros(panel.shape)
    before = 0
    steps = panel.flow.steps(panel.own, question.target.channel, first)
    for row, (day, area, change) in enumerate(steps):
        np.add.at(daily, (day, area), change)
        known = int(by_origin[row])
        if len(day):
            oldest = int(np.searchsorted(begin, day.min() - ahead + 1))
            _recount(
                happened, daily, begin, limit, ahead, slice(min(oldest, before), before), np.unique(area)
            )
        _recount(happened, daily, begin, limit, ahead, slice(before, known), slice(None))
        before = known
        out[row] = happened[:known].sum(axis=0)
    return out


def _recount(
    happened: BoolArray,
    daily: Array,
    begin: IntArray,
    limit: Array,
    ahead: int,
    windows: slice,
    areas: IntArray | slice,
) -> None:
    """Answer the question again for some windows and areas."""
    asked = begin[windows]
    if not len(asked):
        return
    start = int(asked[0])
    sums = np.cumsum(daily[start : int(asked[-1]) + ahead, areas], axis=0)
    sums = np.concatenate([np.zeros((1, sums.shape[1])), sums])
    counted = sums[asked - start + ahead] - sums[asked - start]
    happened[windows, areas] = counted > limit[windows, areas]


def year_shares(panel: Panel, question: Question) -> dict[float, Array]:
    """The share of last year's own windows in which it happened (origins × areas), per half-life of memory."""
    key = ("shares", question.target.name, question.horizon_days, question.floor_deaths)
    found = panel.keep(key, lambda: np.stack(list(_shares(panel, question)), axis=1))
    return dict(zip(MEMORIES_DAYS, found, strict=True))


def _shares(panel: Panel, question: Question) -> Iterator[Array]:
    """For each origin the share of last year's windows in which it happened, for each memory."""
    limit = targets.bar(panel, question)
    windows = panel.year_windows(question.target.channel, question.horizon_days)
    for row, sums in enumerate(windows):
        age_days = np.arange(len(sums))[::-1]
        weights = np.stack([0.5 ** (age_days / half_life) for half_life in MEMORIES_DAYS])
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
        yield weights.astype(np.float32) @ (sums > limit[row]).astype(np.float32)
