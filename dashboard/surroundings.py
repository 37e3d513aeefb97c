"""The map around a community: districts by their highest level, never a pin where people live."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard import cells, fmt, land, map_districts, map_marks, maps, texts
from dashboard.i18n import N_, _
from dashboard.outlook import Shade

TOLD = N_(
    "The highest level of this community and those near it, by district. Places are shown no finer than districts."
)
LEAST_DEGREES, ABOVE = 0.6, 52


def draw(
    settings: Mapping[str, Any], places: pd.DataFrame, shades: Mapping[str, Shade], own: Sequence[str]
) -> maps.Map | None:
    """The districts around a community shaded by level, its own with a ring; nothing where no place is known.

    Where a district's area is known, or can be drawn, it is filled; elsewhere a shape stands at its middle.
    """
    shown = _shown(places, shades, own)
    if not shown:
        return None
    frame, found = land.frame_for(_bounds(shown)), cells.of(settings, places.to_dict("records"))
    shown = [_lifted(one, frame) if one["level"] == "governorate" else one for one in shown]
    marks = map_marks.apart([_mark(one, shades[one["place_id"]], frame, found, own) for one in shown])
    behind = _areas(found, frame, places, marks) if found else maps.ground(settings, frame)
    box = map_marks.box(marks, land.WIDTH, frame.height)
    schematic = bool(found and {one["place_id"] for one in shown} & found.schematic)
    said = _said(shown, shades, own)
    return maps.Map(behind + map_marks.drawn(marks), box, said, fine=True, schematic=schematic)


def _mark(
    place: Mapping[str, Any], shade: Shade, frame: land.Frame, found: cells.Cells | None, own: Sequence[str]
) -> map_marks.Mark:
    """A district's mark, in the middle of its area where that is known."""
    place_id = place["place_id"]
    if found and found.held(place_id) and place["level"] == "district":
        return map_marks.at(place, shade, map_districts.spot(found, place_id, frame), place_id in own)
    return maps.mark(place, shade, frame, own)


def _areas(
    found: cells.Cells, frame: land.Frame, places: pd.DataFrame, marks: Sequence[map_marks.Mark]
) -> str:
    """The districts behind the marks, the governorates around them."""
    held = [one for one in marks if one.place["level"] == "district" and found.held(one.place["place_id"])]
    ids = {level: set(places["place_id"][places["level"] == level]) for level in ("district", "governorate")}
    quiet = (ids["district"] & set(found.areas)) - {one.place["place_id"] for one in held}
    return (
        map_districts.quiet(found, frame, sorted(quiet))
        + map_districts.filled(found, frame, held, None)
        + map_districts.borders(found, frame, sorted(ids["governorate"]), ())
    )


def _shown(places: pd.DataFrame, shades: Mapping[str, Shade], own: Sequence[str]) -> list[dict[Any, Any]]:
    """The districts; a governorate only where it is this community's own, or no district is known."""
    known = [
        one for one in places.to_dict("records") if one["place_id"] in shades and not fmt.missing(one["lat"])
    ]
    districts = [one for one in known if one["level"] == "district" or one["place_id"] in own]
    return sorted(districts or known, key=lambda one: one["level"] != "governorate")


def _lifted(place: Mapping[str, Any], frame: land.Frame) -> dict[Any, Any]:
    """A governorate's mark above its middle, and named as one: its chief district may have its name."""
    name = _("{place} (governorate)").format(place=texts.name(place))
    return {**place, "name": name, "name_ar": name, "lat": float(place["lat"]) + ABOVE / frame.scale}


def _bounds(shown: Sequence[Mapping[str, Any]]) -> list[float]:
    """West, south, east, north, with room around the outermost."""
    lats, lons = ([float(one[name]) for one in shown] for name in ("lat", "lon"))
    room = [max(LEAST_DEGREES - (max(those) - min(those)), 0) / 2 + 0.2 for those in (lons, lats)]
    return [min(lons) - room[0], min(lats) - room[1], max(lons) + room[0], max(lats) + room[1]]


def _said(shown: Sequence[Mapping[str, Any]], shades: Mapping[str, Shade], own: Sequence[str]) -> str:
    """The map in words."""
    return fmt.apiece(
        _("{place} (this community): {told}").format(
            place=texts.name(one), told=map_marks.told(shades[one["place_id"]])
        )
        if one["place_id"] in own
        else _("{place}: {told}").format(place=texts.name(one), told=map_marks.told(shades[one["place_id"]]))
        for one in shown
    )
