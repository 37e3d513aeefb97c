"""The high percentile of each area's own windows, without sorting a year of them anew for every day.

From one day to the next a single window comes and one goes, unless something new is learnt about days already
spoken of. Between two such corrections an area's windows are one series, over which a rank filter slides.
"""

from typing import NamedTuple

import numpy as np

from models.days import Array, BoolArray, IntArray

QUANTILE = 0.9
AT_ONCE = 200  # areas that are slid over together, so that memory stays bounded
SORTING, SLIDING = 6, 120  # nanoseconds a value takes in either way: which is cheaper, never what comes out


class Stretch(NamedTuple):
    """Origins [start, stop) between which nothing was corrected in some areas."""

    start: int
    stop: int
    areas: IntArray


def high_quantile(sums: Array) -> Array:
    """The 90th percentile of each column; columns with too little for it to be above 0 cost nothing."""
    out = np.zeros(sums.shape[1])
    if len(sums):
        lower, upper, share = _ranks(len(sums))
        busy = np.flatnonzero((sums > 0).sum(axis=0) >= len(sums) - upper)
        ordered = np.sort(np.ascontiguousarray(sums[:, busy].T), axis=1)
        out[busy] = _between(ordered[:, lower], ordered[:, upper], share)
    return out


def sliding_quantile(sums: Array, window: int) -> Array:
    """The 90th percentile of each column over so many consecutive rows, as `high_quantile` gives it."""
    from scipy.ndimage import rank_filter  # slow to load: pages tell drivers without it

    lower, upper, share = _ranks(window)
    out = np.zeros((len(sums) - window + 1, sums.shape[1]))
    for column in np.flatnonzero((sums > 0).sum(axis=0) >= window - upper):
        series = np.ascontiguousarray(sums[:, column])
        low, high = (rank_filter(series, rank, size=window)[window // 2 :] for rank in (lower, upper))
        out[:, column] = _between(low[: len(out)], high[: len(out)], share)
    return out


def _between(low: Array, high: Array, share: float) -> Array:
    """So far from the lower value to the upper one, rounded as numpy's quantile rounds it."""
    low, high = low.astype(np.float64), high.astype(np.float64)
    return np.asarray(high - (high - low) * (1 - share) if share >= 0.5 else low + (high - low) * share)


def _ranks(count: int) -> tuple[int, int, float]:
    """Between which two values in order, and how far from the lower one, the percentile lies."""
    at = (count - 1) * QUANTILE
    lower = int(at)
    return lower, min(lower + 1, count - 1), at - lower


def stretches(corrected: BoolArray, whole: BoolArray, origins: IntArray, window: int) -> list[Stretch]:
    """The stretches worth sliding over; `whole` are the origins with a full year of windows."""
    n_rows, n_areas = corrected.shape
    if not whole.any():
        return []
    begins = corrected | np.diff(whole, prepend=not whole[0])[:, None]
    area, start = np.nonzero(begins.T)
    stop = np.where(np.diff(area, append=-1) == 0, np.append(start[1:], 0), n_rows)
    long = (origins[stop - 1] - origins[start] + 2 * window) * SLIDING < (stop - start) * window * SORTING
    spans, which = np.unique(np.stack([start, stop])[:, long & whole[start]], axis=1, return_inverse=True)
    found = area[long & whole[start]]
    areas = (found[which == n] for n in range(spans.shape[1]))
    return [
        Stretch(int(a), int(b), part[at : at + AT_ONCE])
        for (a, b), part in zip(spans.T, areas, strict=True)
        for at in range(0, len(part), AT_ONCE)
    ]
