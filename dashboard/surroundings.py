"""The map around a community: districts by their highest level, never a pin where people live."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard import fmt, map_marks, maps, texts
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

    Where the pack has outlines they are filled; elsewhere a shape stands at the district's middle.
    """
    shown = _shown(places, shades, own)
    if not shown:
        return None
    frame = maps.frame_for(_bounds(shown))
    shown = [_lifted(one, frame) if one["level"] == "governorate" else one for one in shown]
    filled = [one for one in shown if isinstance(one["polygon"], str)]
    drawn = [maps.land(settings, frame)]
    drawn += [maps.area(one, shades[one["place_id"]], frame, one["place_id"] in own) for one in filled]
    loose = [one for one in shown if one not in filled]
    marks = map_marks.apart([maps.mark(one, shades[one["place_id"]], frame, own) for one in loose])
    drawn.append(map_marks.drawn(marks))
    box = map_marks.box(marks, maps.WIDTH, frame.height)
    return maps.Map("".join(drawn), box, _said(shown, shades, own))


def _shown(places: pd.DataFrame, shades: Mapping[str, Shade], own: Sequence[str]) -> list[dict[Any, Any]]:
    """The districts; a governorate only where it is this community's own, or no district is known."""
    known = [
        one for one in places.to_dict("records") if one["place_id"] in shades and not fmt.missing(one["lat"])
    ]
    districts = [one for one in known if one["level"] == "district" or one["place_id"] in own]
    return sorted(districts or known, key=lambda one: one["level"] != "governorate")


def _lifted(place: Mapping[str, Any], frame: maps.Frame) -> dict[Any, Any]:
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
