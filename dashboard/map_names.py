"""Where the names of a map stand: as near to their place as they can, on no mark and on no other name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dashboard.map_marks import Point

STEP, ROOM = 2.5, 60.0  # how fine the spots are that are tried, and how far beyond the ground
# What it costs to stand on nobody's ground and on another's, and to point across another's.
OUTSIDE, ABROAD, ACROSS = 40.0, 70.0, 90.0
HEIGHT = 1.8  # a name beside its place is found sooner than one above or below
WIDER, NOWHERE = 2.5, 1000.0  # what makes the picture wider makes all else on it smaller; a name without room
Numbers = NDArray[np.float64]
Box = tuple[float, float, float, float]  # the middle, half its width, half its height


@dataclass(frozen=True)
class Name:
    """A name's size (half of it), its place's spot, and how large the place is: the small are placed first."""

    half: float
    high: float
    home: Point
    size: float


@lru_cache(maxsize=32)
def placed(
    names: tuple[Name, ...],
    grounds: tuple[BaseGeometry, ...],
    taken: tuple[Box, ...],
    wide: float,
    high: float,
) -> tuple[Point, ...]:
    """A spot for each name; `grounds` are the places' areas on the picture, `taken` the boxes where marks stand.

    One after the other, each where it costs least; of several orders the one that costs least altogether.
    """
    x, y = np.arange(-ROOM, wide + ROOM, STEP), np.arange(0, high, STEP)
    left = min([0.0, *(one[0] - one[2] for one in taken)])
    right = max([wide, *(one[0] + one[2] for one in taken)])
    costs = _costs(names, grounds, x, y, (left, right))
    for one, cost in zip(names, costs, strict=True):
        for box in taken:
            _block(cost, box, one, x, y)
    tried = [_in_order(order, names, costs, x, y) for order in _orders(names)]
    return min(tried, key=lambda one: one[0])[1]


def _orders(names: Sequence[Name]) -> list[list[int]]:
    """The small before the large; from the north, the south, the west."""
    keys: list[Callable[[int], float]] = [
        lambda at: names[at].size,
        lambda at: names[at].home[1],
        lambda at: -names[at].home[1],
        lambda at: names[at].home[0],
    ]
    return [sorted(range(len(names)), key=key) for key in keys]


def _in_order(
    order: Sequence[int], names: Sequence[Name], costs: Sequence[Numbers], x: Numbers, y: Numbers
) -> tuple[float, tuple[Point, ...]]:
    """What an order costs altogether, one name far off more than two a little, and the spots."""
    found: dict[int, Point] = {}
    total = 0.0
    for at in order:
        cost = costs[at].copy()
        for other, spot in found.items():
            _block(cost, (*spot, names[other].half, names[other].high), names[at], x, y)
        row, column = np.unravel_index(int(np.argmin(cost)), cost.shape)
        free = bool(np.isfinite(cost[row, column]))
        found[at] = (float(x[column]), float(y[row])) if free else names[at].home
        total += float(cost[row, column]) ** 2 if free else NOWHERE**2
    return total, tuple(found[at] for at in range(len(names)))


def _block(cost: Numbers, box: Box, one: Name, x: Numbers, y: Numbers) -> None:
    """Take the spots out of the choice at which a name would cover a box."""
    left, top, half, high = box
    columns = np.searchsorted(x, [left - half - one.half, left + half + one.half], side="right")
    rows = np.searchsorted(y, [top - high - one.high, top + high + one.high], side="right")
    cost[rows[0] : rows[1], columns[0] : columns[1]] = np.inf


def _costs(
    names: Sequence[Name], grounds: Sequence[BaseGeometry], x: Numbers, y: Numbers, edges: Point
) -> list[Numbers]:
    """What each spot costs each name: its way home, whose ground it is, whose is between, and a wider picture."""
    xs, ys = np.meshgrid(x, y)
    whose = _whose(grounds, xs.ravel(), ys.ravel()).reshape(xs.shape)
    found = []
    for at, one in enumerate(names):
        cost = np.hypot(xs - one.home[0], HEIGHT * (ys - one.home[1])) + _ground(one, whose, at)
        cost += ACROSS * _across(one, whose, at, xs, ys)
        beyond = np.maximum(edges[0] - xs + one.half, 0) + np.maximum(xs + one.half - edges[1], 0)
        found.append(cost + WIDER * beyond)
    return found


def _whose(grounds: Sequence[BaseGeometry], x: Numbers, y: Numbers) -> NDArray[np.int64]:
    """The number of the ground on which each spot lies; -1 on none."""
    whose = np.full(len(x), -1)
    for at, ground in enumerate(grounds):
        shapely.prepare(ground)
        whose[shapely.contains_xy(ground, x, y)] = at
    return whose


def _ground(one: Name, whose: NDArray[np.int64], at: int) -> Numbers:
    """What a name costs that begins, stands or ends elsewhere than on its own ground."""
    price = np.where(whose == at, 0.0, np.where(whose < 0, OUTSIDE, ABROAD))
    aside, off = round(0.8 * one.half / STEP), round(0.8 * one.high / STEP)
    edge = np.pad(price, ((off, off), (aside, aside)), mode="edge")
    (rows, columns) = price.shape
    parts = [
        edge[down : down + rows, right : right + columns]
        for right in (0, aside, 2 * aside)
        for down in (0, off, 2 * off)
    ]
    return np.asarray(sum(parts) / len(parts))


def _across(one: Name, whose: NDArray[np.int64], at: int, xs: Numbers, ys: Numbers) -> Numbers:
    """The share of others' ground on the way from each spot to the name's place."""
    rows, columns = whose.shape
    other = (whose >= 0) & (whose != at)
    crossed = np.zeros(whose.shape)
    for part in (0.2, 0.4, 0.6, 0.8):
        column = (xs + part * (one.home[0] - xs) + ROOM) / STEP
        row = (ys + part * (one.home[1] - ys)) / STEP
        crossed += other[row.astype(int).clip(0, rows - 1), column.astype(int).clip(0, columns - 1)]
    return crossed / 4
