"""The districts of a region on a map: each shaded by its highest level with its number, governorates around them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dashboard import levels, map_marks, map_names, texts
from dashboard.cells import Cells
from dashboard.i18n import _
from dashboard.land import WIDTH, Frame
from dashboard.map_marks import Linked, Mark, Point
from dashboard.map_names import Name
from dashboard.markup import element
from dashboard.outlook import Shade

FULL = 0.45  # share of a picture that marks may take; beyond it governorates are shown, districts of one at a time
HIGH, EDGE, BADGE = 7.0, 6.0, 11.0  # half of: a name's height with its room and alone, the width of its badge
TALL = 12.0  # half of the height of a name's badge
DEEP = 4.0  # how far into its ground the line of a name reaches
LETTER = 6.9  # a bold letter's width
FINE, STRONG, CHOSEN = 0.5, 1.4, 2.6
LINE = {"fill": "none", "stroke": "#777", "stroke_linejoin": "round"}
Place = Mapping[str, Any]


def crowded(lived: Collection[str], frame: Frame) -> bool:
    """Whether so many districts have communities that their marks would not find room."""
    return len(lived) * map_marks.TARGET**2 > FULL * WIDTH * frame.height


def spot(cells: Cells, place_id: str, frame: Frame) -> Point:
    """The middle of a place's area on the picture."""
    return frame.flat(cells.spots[place_id][:2])


@lru_cache(maxsize=32)
def _apart(homes: tuple[tuple[str, Point, float], ...]) -> dict[str, Point]:
    """Where the mark of each district stands; the same whatever its level, so that people find it again."""
    marks = [Mark({"place_id": one}, None, at, *at, named=False, room=room) for one, at, room in homes]
    return {one.place["place_id"]: (one.x, one.y) for one in map_marks.apart(marks)}


def marks(
    cells: Cells,
    frame: Frame,
    places: Mapping[str, Place],
    shades: Mapping[str, Shade],
    lived: Iterable[str],
    chosen: Collection[str],
) -> list[Mark]:
    """A mark for each shaded district; room is kept for those where others live who are not shown now."""
    homes = tuple(
        (one, spot(cells, one, frame), cells.spots[one][2] * frame.scale)
        for one in sorted(lived)
        if one in cells.areas
    )
    found = []
    for one, home, room in homes:
        if one in shades:
            x, y = _apart(homes)[one]
            inside = bool(shapely.contains_xy(cells.areas[one], *frame.level((x, y))))
            found.append(Mark(places[one], shades[one], home, x, y, one in chosen, False, room, inside))
    return found


def path(shape: BaseGeometry, frame: Frame) -> str:
    """An area's outline on the picture, in steps of a tenth."""
    return "".join(
        _ring([frame.flat((x, y)) for x, y in ring.coords])
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    )


def _ring(points: Sequence[Point]) -> str:
    tenths = [(round(10 * x), round(10 * y)) for x, y in points[:-1]]
    steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(tenths)]
    way = " ".join(f"{x / 10:g} {y / 10:g}" for x, y in steps if (x, y) != (0, 0))
    return f"M{tenths[0][0] / 10:g} {tenths[0][1] / 10:g}l{way}z"


def quiet(cells: Cells, frame: Frame, unshaded: Iterable[str]) -> str:
    """The districts of which nothing is said: an edge, no shade."""
    lines = "".join(path(cells.areas[one], frame) for one in unshaded)
    return element("path", d=lines, stroke_width=FINE, stroke_opacity=0.55, **LINE) if lines else ""


def filled(cells: Cells, frame: Frame, marked: Sequence[Mark], to: Linked | None) -> str:
    """The shaded districts. They are links for a pointer; by keyboard their marks, which have the words, lead on."""
    shapes = [_filled(one, path(cells.areas[one.place["place_id"]], frame), to) for one in marked]
    return element("g", *shapes, stroke="#777", stroke_width=FINE, aria_hidden="true")


def _filled(one: Mark, way: str, to: Linked | None) -> str:
    level = levels.of(one.shade.level if one.shade else None)
    style = {"css": "tc-calm" if level.number == 1 else "", "stroke_width": CHOSEN if one.ringed else ""}
    shape = element("path", d=way, fill=map_marks.fill(level), **style)
    if to is None:
        return shape
    return element("a", shape, href=to(one.place), target="_self", tabindex="-1")


def borders(cells: Cells, frame: Frame, governorates: Iterable[str], chosen: Collection[str]) -> str:
    """The governorates' edges, each line once, those of the chosen one stronger."""
    held = [one for one in governorates if one in cells.areas]
    lines = [path(cells.areas[one], frame) for one in held]
    strong = [path(cells.areas[one], frame) for one in held if one in chosen]
    drawn = element("path", d="".join(lines), stroke_width=STRONG, **LINE) if lines else ""
    ring = {**LINE, "stroke": "currentColor", "stroke_width": CHOSEN}
    return drawn + (element("path", d="".join(strong), **ring) if strong else "")


@dataclass(frozen=True)
class Named:
    """A governorate's name: where it stands, its half width, and the line to its ground where it stands elsewhere."""

    place: Place
    at: Point
    half: float
    line: tuple[Point, Point] | None
    loose: Shade | None = None


def names(
    cells: Cells,
    frame: Frame,
    governorates: Iterable[Place],
    taken: Sequence[Mark],
    loose: Mapping[str, Shade],
) -> list[Named]:
    """A place for the name of each governorate, on no mark; with a badge where communities are known to it alone."""
    held = [one for one in governorates if one["place_id"] in cells.areas]
    grounds = tuple(_on(cells.areas[one["place_id"]], frame) for one in held)
    sized = tuple(_sized(one, cells, frame, one["place_id"] in loose) for one in held)
    boxes = tuple((one.x, one.y, one.half, one.above) for one in taken)
    spots = map_names.placed(sized, grounds, boxes, WIDTH, frame.height)
    return [
        Named(one, at, name.half, _line(ground, at, name), loose.get(one["place_id"]))
        for one, ground, name, at in zip(held, grounds, sized, spots, strict=True)
    ]


def _sized(place: Place, cells: Cells, frame: Frame, badged: bool) -> Name:
    half = LETTER * (len(texts.name(place)) + 1) / 2 + map_marks.ROOM + (BADGE if badged else 0)
    x, y, radius = cells.spots[place["place_id"]]
    return Name(half, HIGH, frame.flat((x, y)), radius * frame.scale)


def _on(area: BaseGeometry, frame: Frame) -> BaseGeometry:
    """An area on the picture."""
    return shapely.transform(area, lambda points: np.array([frame.flat(one) for one in points.tolist()]))


def _line(ground: BaseGeometry, at: Point, name: Name) -> tuple[Point, Point] | None:
    """From the ground to the edge of a name that stands beside it; none where they touch."""
    box = shapely.box(at[0] - name.half, at[1] - EDGE, at[0] + name.half, at[1] + EDGE)
    deep = ground.buffer(-min(DEEP, name.size / 2))
    way = shapely.shortest_line(deep, box)
    if ground.contains(shapely.Point(at)) or way.length < DEEP:
        return None
    (a, b), (x, y) = way.coords
    return (a, b), (x, y)


def named(one: Named, shade: Shade | None, chosen: bool, to: Linked | None) -> str:
    """A governorate's name; a link to its communities where it has any."""
    x, y = one.at
    inside = map_marks.label(texts.name(one.place), x + (BADGE if one.loose else 0), y + 4, bold=chosen)
    if one.loose:
        inside = map_marks.used(levels.of(one.loose.level), x - one.half + BADGE, y) + inside
    if shade is None:
        return inside
    words = _("{place} (governorate): {told}").format(place=texts.name(one.place), told=map_marks.told(shade))
    if one.loose:
        words = _("{told}. Known no finer than the governorate: {loose}.").format(
            told=words, loose=map_marks.told(one.loose)
        )
    return map_marks.leading(one.place, words, inside, chosen, to)
