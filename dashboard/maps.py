"""A map that needs no internet: an SVG of the region with one shade a district, or one bubble a governorate.

Never a pin for an incident: districts and governorates are as fine as a map of danger may be.
"""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from dashboard import cells, fmt, land, map_districts, map_marks, texts
from dashboard.cells import Cells
from dashboard.i18n import _
from dashboard.land import WIDTH, Frame, Ring
from dashboard.map_districts import Place
from dashboard.map_marks import Linked, Mark
from dashboard.markup import element
from dashboard.outlook import Shade

HATCH = (
    '<defs><pattern id="tc-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="6" fill="#e6e6e6"/>'
    '<rect width="2" height="6" fill="#a8a8a8"/></pattern></defs>'
)
SOFT = {"fill": "currentColor", "fill_opacity": 0.06, "stroke_opacity": 0.45}
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Map:
    """A drawn map: its shapes, the box they fill (left, top, width, height), itself in words.

    `links`: whether it leads on; `fine`: whether it tells districts; `schematic`: whether their edges are drawn by us.
    """

    shapes: str
    box: Box
    said: str
    links: bool = False
    fine: bool = False
    schematic: bool = False

    def svg(self, title: str) -> str:
        """The picture, on one line, with title and description for screen readers."""
        size = " ".join(f"{one:.0f}" for one in self.box)
        role = f'role="group" aria-label="{escape(title)}"' if self.links else 'role="img"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" {role}>'
            f"<title>{escape(title)}</title><desc>{escape(self.said)}</desc>{HATCH}{self.shapes}</svg>"
        )


@dataclass(frozen=True)
class Asked:
    """What a map is to show; see `of_levels`."""

    places: Mapping[str, Place]
    shades: Mapping[str, Shade]
    chosen: Collection[str]
    to: Linked | None
    lived: frozenset[str]
    loose: Mapping[str, Shade]

    def of(self, level: str) -> list[Place]:
        """The places of a level."""
        return [one for one in self.places.values() if one["level"] == level]


def of_levels(
    settings: Mapping[str, Any],
    places: pd.DataFrame,
    shades: Mapping[str, Shade],
    chosen: Collection[str] = (),
    to: Linked | None = None,
    *,
    lived: Collection[str] = (),
    loose: Mapping[str, Shade] | None = None,
) -> Map | None:
    """The map of the highest level by district, and by governorate where nothing finer is known.

    Where `to` gives an address each place is a link; the `chosen` have a ring. `lived` are the districts where
    communities live whether or not they are shown now; `loose` the shades of those known to a governorate alone.
    """
    rows = places.to_dict("records")
    known = {str(one["place_id"]): one for one in rows}
    asked = Asked(known, shades, chosen, to, frozenset([*lived, *shades]), loose or {})
    found = cells.of(settings, rows)
    if found is not None:
        return _by_district(asked, found, land.frame_around(found.ground.bounds))
    if not (bounds := settings.get("bounds") or _bounds(rows)):
        return None
    frame = land.frame_for(bounds)
    return _by_governorate(asked, ground(settings, frame), frame)


def _by_governorate(asked: Asked, behind: str, frame: Frame) -> Map:
    """A mark for each governorate, where no district can be drawn."""
    shown = [one for one in asked.of("governorate") if not fmt.missing(one["lat"])]
    marks = map_marks.apart(
        [mark(one, asked.shades.get(one["place_id"]), frame, asked.chosen) for one in shown]
    )
    drawn = behind + map_marks.drawn(marks, asked.to)
    box = map_marks.box(marks, WIDTH, frame.height)
    return Map(drawn, box, _said(shown, asked.shades), links=asked.to is not None)


def _by_district(asked: Asked, found: Cells, whole: Frame) -> Map:
    """The districts shaded, the governorates around them."""
    frame, units, quiet = _scope(asked, found, whole)
    loose = _loose(asked, found) if quiet else {}
    marks = map_districts.marks(found, frame, asked.places, asked.shades, units, asked.chosen)
    nowhere = [mark(one, asked.shades[one["place_id"]], frame, asked.chosen) for one in _unheld(asked, found)]
    marks = map_marks.apart([*marks, *nowhere]) if nowhere else marks
    named = map_districts.names(found, frame, asked.of("governorate"), marks, loose)
    filled = [one for one in marks if found.held(one.place["place_id"])]
    edges = [one["place_id"] for one in asked.of("governorate")]
    drawn = [
        map_marks.small(),
        map_districts.quiet(found, frame, sorted(quiet - {one.place["place_id"] for one in marks})),
        map_districts.filled(found, frame, filled, asked.to),
        map_districts.borders(found, frame, edges, asked.chosen),
        map_marks.ties(one.line for one in named if one.line),
        *(_named(one, asked) for one in named),
        map_marks.drawn(marks, asked.to),
    ]
    box = _around(map_marks.box(marks, WIDTH, frame.height), named)
    said = _said([*(one.place for one in marks), *(one.place for one in named if one.loose)], asked.shades)
    schematic = bool((units | quiet) & found.schematic)
    return Map("".join(drawn), box, said, asked.to is not None, bool(quiet), schematic)


def _scope(asked: Asked, found: Cells, frame: Frame) -> tuple[Frame, set[str], set[str]]:
    """The picture, what is shaded on it, and its districts.

    All districts; but where their marks find no room the governorates, and the districts of a chosen one alone.
    """
    districts = {str(one["place_id"]): one for one in asked.of("district") if found.held(one["place_id"])}
    governorates = {str(one["place_id"]) for one in asked.of("governorate") if found.held(one["place_id"])}
    bare = governorates - {one.get("parent_id") for one in districts.values()}
    lived = districts.keys() & asked.lived
    if not map_districts.crowded(lived, frame):
        return frame, lived | bare, set(districts)
    homes = {str(districts[one].get("parent_id")) if one in districts else one for one in asked.chosen}
    if not (chosen := sorted(homes & governorates)):
        return frame, governorates, set()
    inside = {one for one, row in districts.items() if row.get("parent_id") == chosen[0]}
    return land.frame_around(found.areas[chosen[0]].bounds), lived & inside, inside


def _loose(asked: Asked, found: Cells) -> dict[str, Shade]:
    """The shades of the governorates of what lies in none of the drawn districts."""
    loose = dict(asked.loose)
    for one in asked.of("district"):
        shade, home = asked.shades.get(one["place_id"]), one.get("parent_id")
        if shade and home and not found.held(one["place_id"]):
            before = loose.get(home, Shade(0, 0))
            loose[home] = Shade(max(before.level, shade.level), before.communities + shade.communities)
    return loose


def _unheld(asked: Asked, found: Cells) -> list[Place]:
    """The governorates of which no area is known: they stand as marks at their middle."""
    shown = [one for one in asked.of("governorate") if one["place_id"] in asked.shades]
    return [one for one in shown if not found.held(one["place_id"]) and not fmt.missing(one["lat"])]


def _named(one: map_districts.Named, asked: Asked) -> str:
    place_id = one.place["place_id"]
    return map_districts.named(one, asked.shades.get(place_id), place_id in asked.chosen, asked.to)


def _around(box: Box, named: Iterable[map_districts.Named]) -> Box:
    """A box that holds the names too."""
    left, top, wide, high = box
    west = min([left, *(one.at[0] - one.half for one in named)])
    east = max([left + wide, *(one.at[0] + one.half for one in named)])
    north = min([top, *(one.at[1] - map_districts.TALL for one in named)])
    south = max([top + high, *(one.at[1] + map_districts.TALL for one in named)])
    return west, north, east - west, south - north


def mark(place: Place, shade: Shade | None, frame: Frame, ringed: Container[str] = ()) -> Mark:
    """A place's mark, at its middle."""
    spot = frame((float(place["lon"]), float(place["lat"])))
    return map_marks.at(place, shade, spot, place["place_id"] in ringed)


def _bounds(places: Iterable[Place]) -> list[float] | None:
    known = [one for one in places if not (fmt.missing(one["lat"]) or fmt.missing(one["lon"]))]
    if not known:
        return None
    lats, lons = ([float(one[name]) for one in known] for name in ("lat", "lon"))
    return [min(lons), min(lats), max(lons), max(lats)]


def ground(settings: Mapping[str, Any], frame: Frame) -> str:
    """The country behind it, or a plain ground where the pack names none."""
    found = land.of_country(settings)
    if not found:
        return element("rect", width=round(WIDTH), height=round(frame.height), rx=8, **SOFT)
    return element("path", d=_path(found, frame), stroke="currentColor", **SOFT)


def _path(found: Iterable[Ring], frame: Frame) -> str:
    return "".join(
        "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in (frame(point) for point in ring)) + "Z"
        for ring in found
    )


def _said(places: Sequence[Place], shades: Mapping[str, Shade]) -> str:
    """The map in words, for those who cannot see it."""
    said = [
        f"{texts.name(one)}: {map_marks.told(shades[one['place_id']])}"
        for one in places
        if one["place_id"] in shades
    ]
    return fmt.apiece(said) or _("no communities")
