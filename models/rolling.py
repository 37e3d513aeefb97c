"""The high percentile of each area's own windows, without sorting a year of them anew for every day.

From one day to the next a single window comes and one goes, unless something new is learnt about days already
spoken of. Between two such corrections an area's windows are one series, over which a rank filter slides.
"""

from typing import NamedTuple

import numpy as np

from models.days import Array, BoolArray, IntArray

QUANTILE = 0.9
AT_ONCE = 200  # areas that are slid over together, so that memory stays bounded
SLID_AT_ONCE = 50  # of them, so that what is compared stays in the cache
BLOCK = 32  # windows in a row that are begun together
FEW = 8  # columns that are slid over one by one
SORTING, SLIDING = 6, 120  # nanoseconds a value takes in either way: which is cheaper, never what comes out


class Stretch(NamedTuple):
    """Origins [start, stop) between which nothing was corrected in some areas."""

    start: int
    stop: int
    areas: IntArray

    @property
    def columns(self) -> IntArray | slice:
        """The areas, as a slice where they follow each other: nothing has to be copied then."""
        first, last = int(self.areas[0]), int(self.areas[-1])
        return slice(first, last + 1) if last - first == len(self.areas) - 1 else self.areas


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
    lower, upper, share = _ranks(window)
    out = np.zeros((len(sums) - window + 1, sums.shape[1]))
    busy = np.flatnonzero((sums > 0).sum(axis=0) >= window - upper)
    if len(busy) < FEW:
        _slide_each(out, sums, busy, window)
        return out
    for at in range(0, len(busy), SLID_AT_ONCE):
        columns = busy[at : at + SLID_AT_ONCE]
        low, high = sliding_ranks(_narrow(sums[:, columns].T), window, lower, upper)
        out[:, columns] = _between(low, high, share).T
    return out


def _slide_each(out: Array, sums: Array, busy: IntArray, window: int) -> None:
    """The same for a few columns, one after the other."""
    from scipy.ndimage import rank_filter  # slow to load: pages tell drivers without it

    lower, upper, share = _ranks(window)
    for column in busy:
        series = np.ascontiguousarray(sums[:, column])
        low, high = (rank_filter(series, rank, size=window)[window // 2 :] for rank in (lower, upper))
        out[:, column] = _between(low[: len(out)], high[: len(out)], share)


def sliding_ranks(series: Array, window: int, lower: int, upper: int) -> tuple[Array, Array]:
    """The values of two neighbouring ranks in each window of each row.

    So many windows that follow each other share most of their values. These are sorted once; of them only the few
    are kept that can still come to stand at the two ranks. Then the windows are halved again and again, and each
    half takes in the values that its windows share beyond those.
    """
    count, block = series.shape[1] - window + 1, 1
    while block * 2 <= min(BLOCK, lower + 1, window - upper):
        block *= 2
    length = count + -count % block + window - 1
    values = np.zeros((length + -length % block, len(series)), dtype=series.dtype)
    values[: series.shape[1]] = series.T
    first = np.ascontiguousarray(values[block - 1 : length].T)
    shared = np.lib.stride_tricks.sliding_window_view(first, window - block + 1, axis=1)[:, ::block]
    ordered = np.sort(shared, axis=2)
    kept = np.ascontiguousarray(ordered[:, :, lower - block + 1 : upper + 1].transpose(2, 1, 0))
    while block > 1:
        half = block // 2
        apart = np.ascontiguousarray(
            values.reshape(-1, block, len(series)).swapaxes(0, 1)
        )  # read without gaps
        before, after = (
            kept_with(
                kept, [apart[at % block, at // block :][: kept.shape[1]] for at in range(one, one + half)]
            )
            for one in (half - 1, window)
        )
        kept = np.stack([before, after], axis=2).reshape(len(before), -1, len(series))
        block = half
    return kept[0, :count].T, kept[-1, :count].T


def growing_quantile(sums: Array, most: int) -> Array:
    """The 90th percentile of each column over the first row, the first two, and so on up to so many."""
    counts = range(1, min(len(sums), most) + 1)
    ranks = [_ranks(count) for count in counts]
    kept = np.full((most + 2 - _ranks(most)[0], sums.shape[1]), -np.inf, dtype=sums.dtype)
    kept[-1] = np.inf  # the highest so far in order, and one above them
    low, high = (np.empty((len(ranks), sums.shape[1]), dtype=sums.dtype) for _ in range(2))
    for count, one, (lower, upper, _) in zip(counts, sums, ranks, strict=False):
        np.maximum(kept[:-1], np.minimum(kept[1:], one), out=kept[:-1])
        low[count - 1], high[count - 1] = kept[lower - count - 1], kept[upper - count - 1]
    return _between(low, high, np.array([share for *_, share in ranks])[:, None])


def kept_with(kept: Array, taken_in: list[Array]) -> Array:
    """Take values in among some in order, each time letting go of the lowest and the highest (ranks first)."""
    for one in taken_in:
        lower = np.minimum(kept[1:], one)
        kept = np.maximum(kept[:-1], lower, out=lower)
    return kept


def _narrow(values: Array) -> Array:
    """The same numbers, small counts in two bytes: they are sorted twice as fast."""
    narrow = np.minimum(values, 2**16 - 1).astype(np.uint16, order="C")
    return narrow if np.array_equal(narrow, values) else np.ascontiguousarray(values)


def _between(low: Array, high: Array, share: float | Array) -> Array:
    """So far from the lower value to the upper one, rounded as numpy's quantile rounds it."""
    low, high = low.astype(np.float64), high.astype(np.float64)
    apart, upper = high - low, np.asarray(share >= 0.5)
    if upper.ndim == 0:
        return np.asarray(high - apart * (1 - share) if upper else low + apart * share)
    return np.where(upper, high - apart * (1 - share), low + apart * share)


def _ranks(count: int) -> tuple[int, int, float]:
    """Between which two values in order, and how far from the lower one, the percentile lies."""
    at = (count - 1) * QUANTILE
    lower = int(at)
    return lower, min(lower + 1, count - 1), at - lower


def stretches(
    corrected: BoolArray, whole: BoolArray, origins: IntArray, window: int, least: int = 1
) -> list[Stretch]:
    """The stretches of at least so many areas worth sliding over; `whole` are the origins that may be part of one."""
    n_rows, n_areas = corrected.shape
    if not whole.any():
        return []
    begins = corrected | np.diff(whole, prepend=not whole[0])[:, None]
    area, start = np.divmod(np.flatnonzero(np.ascontiguousarray(begins.T)), n_rows)
    stop = np.where(np.diff(area, append=-1) == 0, np.append(start[1:], 0), n_rows)
    long = (origins[stop - 1] - origins[start] + 2 * window) * SLIDING < (stop - start) * window * SORTING
    spans, which = np.unique(np.stack([start, stop])[:, long & whole[start]], axis=1, return_inverse=True)
    found = area[long & whole[start]]
    areas = (found[which == n] for n in range(spans.shape[1]))
    return [
        Stretch(int(a), int(b), part[at : at + AT_ONCE])
        for (a, b), part in zip(spans.T, areas, strict=True)
        if len(part) >= least
        for at in range(0, len(part), AT_ONCE)
    ]
