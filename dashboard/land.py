"""The ground of a map: the outline of a country, and the way from degrees to the picture."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, pi, radians, tan
from pathlib import Path
from typing import Any

WORLD = Path(__file__).parent / "static" / "countries-50m.json"
WIDTH = 360.0
MARGIN = 0.04
TALLEST, LEAST_DEGREES = 1.2, 0.05  # the height of a picture in its widths; no picture holds less
Point = tuple[float, float]
Ring = Sequence[Point]


@dataclass(frozen=True)
class Frame:
    """From degrees to the picture (Mercator)."""

    west: float
    top: float
    scale: float
    height: float

    def __call__(self, point: Point) -> Point:
        return self.flat(flat(point))

    def flat(self, point: Point) -> Point:
        """The same for a point that is flat already."""
        return (point[0] - self.west) * self.scale, (self.top - point[1]) * self.scale

    def level(self, spot: Point) -> Point:
        """Back from the picture to a flat point."""
        return spot[0] / self.scale + self.west, self.top - spot[1] / self.scale


def mercator(lat: float) -> float:
    """How far from the equator a latitude lies on the picture, in degrees of longitude."""
    return log(tan(pi / 4 + radians(lat) / 2)) * 180 / pi


def flat(point: Point) -> Point:
    """A point in degrees, laid flat (Mercator), so that distances and angles are the picture's."""
    return point[0], mercator(point[1])


def frame_for(bounds: Sequence[float]) -> Frame:
    """A picture that holds the bounds (west, south, east, north, in degrees) with a little room."""
    west, south, east, north = bounds
    room = MARGIN * (east - west)
    return _framed((west - room, mercator(south - room), east + room, mercator(north + room)))


def frame_around(bounds: Sequence[float]) -> Frame:
    """The same for bounds that are flat, a little closer."""
    west, south, east, north = bounds
    room = MARGIN / 2 * (east - west)
    return _framed((west - room, south - room, east + room, north + room))


def _framed(bounds: Sequence[float]) -> Frame:
    west, bottom, east, top = bounds
    more = max((top - bottom) / TALLEST - (east - west), LEAST_DEGREES - (east - west), 0) / 2
    west, east = west - more, east + more
    scale = WIDTH / (east - west)
    return Frame(west, top, scale, (top - bottom) * scale)


@lru_cache(maxsize=1)
def _world() -> dict[str, Any]:
    return dict(json.loads(WORLD.read_text(encoding="utf-8")))


@lru_cache(maxsize=1024)
def _line(arc: int) -> tuple[Point, ...]:
    """One of the world's lines, decoded from its steps; those below zero run the other way."""
    if arc < 0:
        return _line(~arc)[::-1]
    (step_x, step_y), (from_x, from_y) = (_world()["transform"][one] for one in ("scale", "translate"))
    x = y = 0
    points: list[Point] = []
    for dx, dy in _world()["arcs"][arc]:
        x, y = x + dx, y + dy
        points.append((from_x + x * step_x, from_y + y * step_y))
    return tuple(points)


@lru_cache(maxsize=64)
def outline(iso_numeric: str) -> tuple[tuple[Point, ...], ...]:
    """The rings of a country by its numeric ISO code; nothing where there is no such country."""
    for country in _world()["objects"]["countries"]["geometries"]:
        if country.get("id") == iso_numeric:
            parts = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
            return tuple(_ring(ring) for part in parts for ring in part)
    return ()


def _ring(arcs: Iterable[int]) -> tuple[Point, ...]:
    points: list[Point] = []
    for arc in arcs:
        points += _line(arc)[1:] if points else _line(arc)
    return tuple(points)


def of_country(settings: Mapping[str, Any]) -> tuple[tuple[Point, ...], ...]:
    """The rings of the country that a pack's `[map]` names; nothing where it names none."""
    return outline(str(settings.get("outline_iso_numeric", "")))
