"""What arrives on time: reports that come a fixed number of days after their day and are never revised.

Where origins are consecutive days, such reports make one dense table (days of arrival × areas). Sums, windows and
largest values are then read off its rows; only what comes late or is corrected has to be followed one by one.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from models.days import Array, BoolArray, IntArray
from models.spells import Passing
from models.versions import Layer

LEAST_ORIGINS = 60  # below it a table costs more than it saves
LEAST_SHARE = 0.5  # of the reports that must be on time
AT_ONCE = 64  # areas whose largest sums are found together, so that they stay in the cache
LATEST_DAYS = 365  # a report that comes later is not on time, even where most do
LEAD_DAYS = 1100  # days of arrival kept before the first origin; what is older is followed one by one
SPAN = 16  # rows that fade together, in one small matrix product


class Punctual(NamedTuple):
    """What of a layer is on time and what is not, and the cell of the table that each on time falls into."""

    lag_days: int
    lead: int
    on_time: Layer
    cell: IntArray
    rest: Layer


class Table(NamedTuple):
    """What arrived of one channel on each day in each area, from `lead` days before the first origin on.

    `exact` is the type in which its running sums lose nothing.
    """

    lag_days: int
    lead: int
    figures: Array
    exact: type[np.floating[Any]] = np.float32

    def passing(self, chosen: BoolArray, origins: IntArray) -> Passing:
        """Some cells as if each were a version of its own."""
        row, area = np.nonzero(chosen & (self.figures > 0))
        enter, day = np.maximum(row - self.lead, 0), row - self.lead + origins[0] - self.lag_days
        return Passing(enter, np.full(len(row), len(origins)), area, day, self.figures[row, area])


def split(
    layer: Layer, enter: IntArray, leave: IntArray, day: IntArray, shape: tuple[int, int], daily: bool
) -> Punctual:
    """Tell apart what is on time; days count from the first origin. Without daily origins nothing is."""
    lag = _usual(enter - day, (enter > 0) & (enter < leave))
    arrival = day + lag
    on_time = (
        (leave == shape[0]) & (enter < leave) & (np.maximum(arrival, 0) == enter) & (arrival >= -LEAD_DAYS)
    )
    if not daily or shape[0] < LEAST_ORIGINS or on_time.sum() <= LEAST_SHARE * len(enter):
        on_time[:] = False
    arrival, kept = arrival[on_time], layer.among(on_time)
    lead = max(0, -int(arrival.min(initial=0)))
    return Punctual(lag, lead, kept, (arrival + lead) * shape[1] + kept.area, layer.among(~on_time))


def counted(part: Punctual, value: Array, shape: tuple[int, int]) -> Table:
    """Count what is on time into a table; running sums of whole numbers are exact in half the room."""
    whole = bool((value == np.rint(value)).all()) and value.sum() < 2**24
    figures = np.zeros((part.lead + shape[0], shape[1]), dtype=np.float32)
    np.add.at(figures.reshape(-1), part.cell, value.astype(np.float32))
    return Table(part.lag_days, part.lead, figures, np.float32 if whole else np.float64)


def _usual(late_days: IntArray, among: BoolArray) -> int:
    """After how many days most reports come."""
    return int(np.bincount(np.clip(late_days[among], 0, LATEST_DAYS), minlength=1).argmax())


def faded(table: Table, half_life_days: float) -> Array:
    """Sums at each origin, each report halved every half-life since its day (rows from the first origin on).

    A span of rows is one product: each figure by how far it has faded on each row, and the sums before the span.
    """
    left = 0.5 ** (table.lag_days / half_life_days)
    ages = np.arange(SPAN)[:, None] - np.arange(-1, SPAN)
    parts = np.where(ages >= 0, 0.5 ** (ages / half_life_days), 0.0)
    weights, fade = (left * parts).astype(np.float32), parts[:, 0]
    parts, state = parts[:, 1:].astype(np.float32), _begun(table, half_life_days)
    out = np.empty((len(table.figures) - table.lead, len(state)), dtype=np.float32)
    seen = np.empty((SPAN + 1, len(state)), dtype=np.float32)
    for begin in range(0, len(out), SPAN):
        now = out[begin : begin + SPAN]
        size = len(now)
        seen[0], seen[1 : size + 1] = state, table.figures[table.lead + begin : table.lead + begin + size]
        np.matmul(weights[:size, : size + 1], seen[: size + 1], out=now)
        state = state * fade[size - 1] + parts[size - 1, :size] @ seen[1 : size + 1]
    return out


def _begun(table: Table, half_life_days: float) -> Array:
    """Sums on the day before the first origin, as if every report had arrived on its day."""
    ages = np.arange(table.lead)[::-1] / half_life_days
    return np.asarray(0.5**ages @ table.figures[: table.lead].astype(np.float64))


def summed(figures: Array, exact: type[np.floating[Any]] = np.float32, beyond: int = 0) -> Array:
    """Running sums over the rows, and over so many empty rows beyond them.

    They go row by row, because numpy's own go down one column after the other, which takes six times as long.
    """
    out = np.empty((len(figures) + beyond, figures.shape[1]), dtype=exact)
    state = np.zeros(figures.shape[1], dtype=exact)
    for now, new in zip(out, figures, strict=False):
        np.add(state, new, out=now)
        state = now
    out[len(figures) :] = state
    return out


def windows(so_far: Table, length_days: int | None) -> Array:
    """Sums at each origin over the reports of the last so many days, or of all, given running sums."""
    kept_rows = len(so_far.figures) if length_days is None else max(length_days - so_far.lag_days, 0)
    begin = max(so_far.lead - kept_rows, 0)
    return differences(so_far.figures[begin:], kept_rows)[so_far.lead - begin :]


def differences(so_far: Array, length: int) -> Array:
    """Sums over so many consecutive rows, each in the row of the last, given running sums; rows before count as 0."""
    out = np.empty(so_far.shape, dtype=np.float32)
    out[:length] = so_far[:length]
    np.subtract(so_far[length:], so_far[: max(len(out) - length, 0)], out=out[length:], casting="same_kind")
    return out


def newest(table: Table, first: int, long_ago: int) -> Array:
    """The day of the newest report at each origin (rows from the first origin on)."""
    days_ = np.arange(len(table.figures), dtype=np.float32) + np.float32(first - table.lead - table.lag_days)
    out = np.where(table.figures > 0, days_[:, None], np.float32(long_ago))
    for before, now in pairwise(out):
        np.maximum(before, now, out=now)
    return out[table.lead :]


def active(table: Table, apart: BoolArray, back_days: int) -> Array:
    """On how many of the days up to each origin anything happened; cells kept apart do not count."""
    so_far = summed(((table.figures > 0) & ~apart).astype(np.float32))
    return windows(table._replace(figures=so_far), back_days)


def largest(so_far: Table, length_days: int, back_days: int) -> Array:
    """The largest sum over so many consecutive days within the days up to each origin, given running sums."""
    ends = (
        back_days - length_days + 1 - so_far.lag_days
    )  # a window that is not yet told as a whole is no larger
    before = max(ends - 1 - so_far.lead, 0)
    sums = np.zeros((before + len(so_far.figures), so_far.figures.shape[1]), dtype=np.float32)
    sums[before:] = differences(so_far.figures, length_days)
    out = sums[before + so_far.lead :]
    for at in range(0, sums.shape[1], AT_ONCE):
        columns = slice(at, at + AT_ONCE)
        out[:, columns] = running_max(np.maximum(sums[:, columns], 0), ends)[-len(out) :]
    return out


def add_windows(sums: Array, table: Table, arrived: slice, begin: int, length_days: int) -> None:
    """Add some rows of a table to all sums over so many days that they are part of (rows: last days)."""
    figures = table.figures[arrived]
    if len(figures) == 1:
        sums[max(begin, 0) : max(begin + length_days, 0)] += figures[0]
        return
    grown = differences(summed(figures, table.exact, beyond=length_days - 1), length_days)
    sums[max(begin, 0) : max(begin + len(grown), 0)] += grown[max(-begin, 0) :]


def running_max(values: Array, length: int) -> Array:
    """The largest of so many consecutive rows; the spans double until two of them cover the length."""
    span = 1
    while span * 2 <= length:
        values = np.maximum(values[:-span], values[span:])
        span *= 2
    return values if span == length else np.maximum(values[: span - length], values[length - span :])


def shared(table: Table, late: Passing, first: int, back_days: int) -> BoolArray:
    """Which cells of the table tell of the same day and area as some reports that are not on time."""
    out = np.zeros(table.figures.shape, dtype=bool)
    row = late.day - first + table.lag_days + table.lead
    inside = (row >= 0) & (row < len(out)) & (late.day > first - back_days)
    out[row[inside], late.area[inside]] = True
    return out


def combined(one: Passing, two: Passing) -> Passing:
    """Both together."""
    return Passing(*(np.concatenate(pair) for pair in zip(one, two, strict=True)))
