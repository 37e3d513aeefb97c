"""What was believed of a few days, and for how long: sums that versions enter and leave, one after the other."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from models.days import Array, BoolArray, IntArray

EXPANDED_AT_ONCE = 500_000
STEPS_AT_ONCE = 50_000


class Passing(NamedTuple):
    """Versions that some origin sees: at which origins they enter and leave, where, when, how much."""

    enter: IntArray
    leave: IntArray
    area: IntArray
    day: IntArray
    value: Array


class Spell(NamedTuple):
    """Sums over so many days ending on a day, and the origins [start, stop) that believed them."""

    area: IntArray
    end: IntArray
    start: IntArray
    stop: IntArray
    value: Array


def changes(seen: Passing, n_rows: int) -> tuple[IntArray, IntArray, IntArray, Array]:
    """What is added at which row, for which day and area, and what is taken away again."""
    left = np.flatnonzero(seen.leave < n_rows)
    row = np.concatenate([seen.enter, seen.leave[left]])
    day, area = (np.concatenate([one, one[left]]) for one in (seen.day, seen.area))
    return row, day, area, np.concatenate([seen.value, -seen.value[left]])


def add(sums: Array, day: IntArray, area: IntArray, change: Array, length_days: int) -> None:
    """Add changes of single days to all sums over so many days that they are part of (rows: last days)."""
    for at in range(0, len(day), STEPS_AT_ONCE):
        part = slice(at, at + STEPS_AT_ONCE)
        cell = (day[part] + np.arange(length_days)[:, None]) * sums.shape[1] + area[part]
        np.add.at(sums.reshape(-1), cell.ravel(), np.tile(change[part].astype(np.float32), length_days))


def of(seen: Passing, n_rows: int, length_days: int) -> Spell:
    """The sums over so many days that are above 0, from one change to the next."""
    row, day, area, change = changes(seen, n_rows)
    end = (day[:, None] + np.arange(length_days)).ravel()
    row, change, area = (np.repeat(one, length_days) for one in (row, change, area))
    first = int(end.min(initial=0))
    cell = area * (int(end.max(initial=0)) + 1 - first) + end - first
    order = np.argsort(cell * n_rows + row)
    row, change, area, end, cell = (one[order] for one in (row, change, area, end, cell))
    same = np.diff(cell, append=-1) == 0
    stop = np.where(same, np.append(row[1:], 0), n_rows)
    value = _sums_within(change, np.append(True, ~same)[:-1])
    kept = (value > 0) & (row < stop)
    return Spell(area[kept], end[kept], row[kept], stop[kept], value[kept])


def by_areas(seen: Passing, n_areas: int, times: int) -> Iterator[tuple[slice, Passing]]:
    """The same in parts of some areas each, which are numbered anew, so that memory stays bounded."""
    order = np.argsort(seen.area, kind="stable")
    cuts = np.searchsorted(seen.area[order], np.arange(n_areas + 1))
    size = -(-n_areas // (1 + len(order) * times // EXPANDED_AT_ONCE))
    for begin in range(0, n_areas, size):
        end = min(begin + size, n_areas)
        part = Passing(*(one[order[cuts[begin] : cuts[end]]] for one in seen))
        yield slice(begin, end), part._replace(area=part.area - begin)


def largest(table: Array, start: IntArray, stop: IntArray, area: IntArray, value: Array) -> Array:
    """Raise a constant table (rows × areas) to the largest value of all spans of rows [start, stop) over a cell.

    A span to the last row is carried on. Any other is the union of two that are a power of two long, and longer
    ones are handed down to their halves.
    """
    flat, n_areas = table.reshape(-1), table.shape[1]
    lasting = np.flatnonzero((stop == len(table)) & (start < stop))
    np.maximum.at(flat, start[lasting] * n_areas + area[lasting], value[lasting])
    carried = np.maximum.accumulate(table, axis=0) if len(lasting) else table
    ending = np.flatnonzero((stop < len(table)) & (start < stop))
    start, stop, area, value = start[ending], stop[ending], area[ending], value[ending]
    power = np.frexp(stop - start)[1] - 1
    if len(ending):
        table[...] = carried.min()
    for one in range(int(power.max(initial=-1)), -1, -1):
        here, length = np.flatnonzero(power == one), 2**one
        for begin in (start[here], stop[here] - length):
            np.maximum.at(flat, begin * n_areas + area[here], value[here])
        if half := length // 2:
            np.maximum(table[half:], table[:-half].copy(), out=table[half:])
    return np.maximum(carried, table, out=carried)


def _sums_within(values: Array, begins: BoolArray) -> Array:
    """Running sums that begin anew where told."""
    sums = np.cumsum(values)
    before = (sums - values)[begins]
    out: Array = sums - before[np.cumsum(begins) - 1]
    return out
