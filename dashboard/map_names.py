"""Where the names of a map stand: as near to their place as they can, on no mark and on no other name."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dashboard.map_marks import Point

STEP, ROOM = 2.5, 80.0  # how fine the spots are that are tried, and how far beyond the ground
# What it costs to stand on nobody's ground and on another's, and to point across another's.
OUTSIDE, ABROAD, ACROSS = 40.0, 70.0, 45.0
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
    """A spot for each name; `grounds` are the places' areas on the picture, `taken` the boxes where marks stand."""
    xs, ys = np.meshgrid(np.arange(-ROOM, wide + ROOM, STEP), np.arange(0, high, STEP))
    x, y = xs.ravel(), ys.ravel()
    whose = _whose(grounds, x, y).reshape(xs.shape)
    found: dict[int, Point] = {}
    boxes = list(taken)
    for at in sorted(range(len(names)), key=lambda one: (names[one].size, one)):
        one = names[at]
        cost = np.hypot(x - one.home[0], y - one.home[1]) + _ground(one, whose, at).ravel()
        cost += ACROSS * _across(one, whose, at, x, y)
        cost[_blocked(one, boxes, x, y)] = np.inf
        best = int(np.argmin(cost))
        found[at] = (float(x[best]), float(y[best])) if np.isfinite(cost[best]) else one.home
        boxes.append((*found[at], one.half, one.high))
    return tuple(found[at] for at in range(len(names)))


def _whose(
    grounds: Sequence[BaseGeometry], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The number of the ground on which each spot lies; -1 on none."""
    whose = np.full(len(x), -1)
    for at, ground in enumerate(grounds):
        shapely.prepare(ground)
        whose[shapely.contains_xy(ground, x, y)] = at
    return whose


def _ground(one: Name, whose: NDArray[np.int64], at: int) -> NDArray[np.float64]:
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


def _across(
    one: Name, whose: NDArray[np.int64], at: int, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The share of others' ground on the way from each spot to the name's place."""
    rows, columns = whose.shape
    other = (whose >= 0) & (whose != at)
    crossed = np.zeros(len(x))
    for part in (0.2, 0.4, 0.6, 0.8):
        column = (x + part * (one.home[0] - x) + ROOM) / STEP
        row = (y + part * (one.home[1] - y)) / STEP
        crossed += other[row.astype(int).clip(0, rows - 1), column.astype(int).clip(0, columns - 1)]
    return crossed / 4


def _blocked(
    one: Name, boxes: Sequence[Box], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.bool_]:
    blocked = np.zeros(len(x), dtype=bool)
    for left, top, half, high in boxes:
        blocked |= (np.abs(x - left) < half + one.half) & (np.abs(y - top) < high + one.high)
    return blocked
