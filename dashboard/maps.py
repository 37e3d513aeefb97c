"""A map that needs no internet: an SVG of the region with one shade or one bubble a governorate.

Never a pin for an incident: districts and governorates are as fine as a map of danger may be.
"""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from math import log, pi, radians, tan
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard import fmt, levels, map_marks, texts
from dashboard.i18n import _
from dashboard.map_marks import Linked, Point
from dashboard.markup import element, text
from dashboard.outlook import Shade

WORLD = Path(__file__).parent / "static" / "countries-50m.json"
WIDTH = 360.0
HATCH = (
    '<defs><pattern id="tc-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="6" fill="#e6e6e6"/>'
    '<rect width="2" height="6" fill="#a8a8a8"/></pattern></defs>'
)
MARGIN = 0.04
Ring = Sequence[Point]


@dataclass(frozen=True)
class Frame:
    """From degrees to the picture (Mercator)."""

    west: float
    north: float
    scale: float
    height: float

    def __call__(self, point: Point) -> Point:
        lon, lat = point
        return (lon - self.west) * self.scale, (_mercator(self.north) - _mercator(lat)) * self.scale


def _mercator(lat: float) -> float:
    return log(tan(pi / 4 + radians(lat) / 2)) * 180 / pi


def frame_for(bounds: Sequence[float]) -> Frame:
    """A picture that holds the bounds with a little room."""
    west, south, east, north = bounds
    room = MARGIN * (east - west)
    west, east, south, north = west - room, east + room, south - room, north + room
    scale = WIDTH / (east - west)
    return Frame(west, north, scale, (_mercator(north) - _mercator(south)) * scale)


@lru_cache(maxsize=1)
def _world() -> dict[str, Any]:
    return dict(json.loads(WORLD.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _arcs() -> list[list[Point]]:
    """The world's lines, decoded from their steps."""
    step_x, step_y = _world()["transform"]["scale"]
    from_x, from_y = _world()["transform"]["translate"]
    decoded = []
    for arc in _world()["arcs"]:
        x = y = 0
        line: list[Point] = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((from_x + x * step_x, from_y + y * step_y))
        decoded.append(line)
    return decoded


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
        line = _arcs()[arc] if arc >= 0 else _arcs()[~arc][::-1]
        points += line[1:] if points else line
    return tuple(points)


def rings(polygon: str | None) -> list[Ring]:
    """The rings of a stored outline (GeoJSON geometry)."""
    if not polygon:
        return []
    geometry = json.loads(polygon)
    if geometry["type"] == "Polygon":
        return [[(p[0], p[1]) for p in ring] for ring in geometry["coordinates"]]
    if geometry["type"] == "MultiPolygon":
        return [[(p[0], p[1]) for p in ring] for part in geometry["coordinates"] for ring in part]
    return []


def of_levels(
    settings: Mapping[str, Any],
    places: pd.DataFrame,
    shades: Mapping[str, Shade],
    chosen: Container[str] = (),
    to: Linked | None = None,
) -> "Map | None":
    """The map of the highest level by governorate, with districts shaded where their outlines are loaded.

    Where `to` gives an address each is a link; the `chosen` have a ring.
    """
    bounds = settings.get("bounds") or _bounds(places)
    if bounds is None:
        return None
    frame = frame_for(bounds)
    rows = places.to_dict("records")
    shaded = [one for one in rows if isinstance(one["polygon"], str) and one["place_id"] in shades]
    inside = {one["place_id"] for one in shaded}
    governorates = [one for one in rows if one["level"] == "governorate" and not fmt.missing(one["lat"])]
    loose = [one for one in governorates if one["place_id"] not in inside]
    marks = map_marks.apart([mark(one, shades.get(one["place_id"]), frame, chosen) for one in loose])
    filled = [
        area(one, shades[one["place_id"]], frame, one["place_id"] in chosen, to)
        for one in shaded
        if _finest(one, shaded)
    ]
    drawn = [land(settings, frame), *filled, map_marks.drawn(marks, to)]
    box = map_marks.box(marks, WIDTH, frame.height)
    return Map("".join(drawn), box, _said(governorates, shades), links=to is not None)


def mark(
    place: Mapping[str, Any], shade: Shade | None, frame: Frame, ringed: Container[str] = ()
) -> map_marks.Mark:
    """A place's mark, at its middle."""
    spot = frame((float(place["lon"]), float(place["lat"])))
    return map_marks.at(place, shade, spot, place["place_id"] in ringed)


def _finest(one: Mapping[str, Any], shaded: Sequence[Mapping[str, Any]]) -> bool:
    districts = any(other["level"] == "district" for other in shaded)
    return not districts or one["level"] == "district"


def _bounds(places: pd.DataFrame) -> list[float] | None:
    known = places.dropna(subset=["lat", "lon"])
    if known.empty:
        return None
    return [*known[["lon", "lat"]].min().astype(float), *known[["lon", "lat"]].max().astype(float)]


def land(settings: Mapping[str, Any], frame: Frame) -> str:
    """The country behind it, or a plain ground where the pack names none."""
    found = outline(str(settings.get("outline_iso_numeric", "")))
    soft = {"fill_opacity": 0.06, "stroke_opacity": 0.45}
    if not found:
        return element(
            "rect", width=round(WIDTH), height=round(frame.height), rx=8, fill="currentColor", **soft
        )
    return element("path", d=_path(found, frame), fill="currentColor", stroke="currentColor", **soft)


def _path(found: Iterable[Ring], frame: Frame) -> str:
    return "".join(
        "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in (frame(point) for point in ring)) + "Z"
        for ring in found
    )


def area(
    place: Mapping[str, Any], shade: Shade, frame: Frame, chosen: bool = False, to: Linked | None = None
) -> str:
    """A district or governorate with an outline, in the colour of its highest level, its number in the middle."""
    found = rings(place["polygon"])
    level, width = levels.of(shade.level), 2.5 if chosen else 0.7
    path = element(
        "path", d=_path(found, frame), fill=map_marks.fill(level), stroke="#555", stroke_width=width
    )
    x, y = _middle(found, frame)
    style = {"text_anchor": "middle", "font_size": 12, "font_weight": 700, "fill": level.ink}
    number = text("text", fmt.numeral(str(level.number)) if level.number else "–", x=x, y=y, **style)
    return map_marks.linked(place, shade, path + number, chosen, to)


def _middle(found: Sequence[Ring], frame: Frame) -> Point:
    """Where the number of an area stands: the middle of its outermost ring's points."""
    spots = [frame(point) for point in max(found, key=len)]
    x, y = (sum(one[side] for one in spots) / len(spots) for side in (0, 1))
    return round(x, 1), round(y + 4, 1)


def _said(places: Sequence[Mapping[str, Any]], shades: Mapping[str, Shade]) -> str:
    """The map in words, for those who cannot see it."""
    said = [
        f"{texts.name(one)}: {map_marks.told(shades[one['place_id']])}"
        for one in places
        if one["place_id"] in shades
    ]
    return fmt.apiece(said) or _("no communities")


@dataclass(frozen=True)
class Map:
    """A drawn map: its shapes, the box they fill (left, top, width, height), itself in words, whether it leads on."""

    shapes: str
    box: tuple[float, float, float, float]
    said: str
    links: bool = False

    def svg(self, title: str) -> str:
        """The picture, on one line, with title and description for screen readers."""
        size = " ".join(f"{one:.0f}" for one in self.box)
        role = f'role="group" aria-label="{escape(title)}"' if self.links else 'role="img"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" {role}>'
            f"<title>{escape(title)}</title><desc>{escape(self.said)}</desc>{HATCH}{self.shapes}</svg>"
        )
