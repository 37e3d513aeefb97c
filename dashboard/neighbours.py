"""The communities around one: their level and change, and how near they are, no finer than the reader may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import asin, cos, radians, sin, sqrt
from typing import Any

import pandas as pd

from dashboard import fmt, links, origins, outlook, texts
from dashboard.i18n import N_, _
from dashboard.markup import level_words, link, table
from dashboard.outlook import Before

SHOWN = 12
EARTH_KM = 6371.0
# How near by distance, where the reader may know settlements, each class with its upper bound in kilometres.
NEAR_KM = ((15, N_("less than 15 km away")), (40, N_("15 to 40 km away")), (80, N_("40 to 80 km away")))
DISTRICT, GOVERNORATE = N_("in the same district"), N_("in the same governorate")


@dataclass(frozen=True)
class Near:
    """A community near another one; `place` orders the classes, the nearest first."""

    community_id: str
    name: str
    place: int
    words: str


def near(home: Mapping[str, Any], communities: pd.DataFrame, areas: pd.DataFrame) -> list[Near]:
    """The communities near one, the nearest class first; by districts where distances may not be known."""
    spots = {one["area_id"]: (one["lat"], one["lon"]) for one in areas.to_dict("records")}
    mine = str(home["community_id"])
    found = []
    for other in communities.to_dict("records"):
        if other["community_id"] != mine:
            place, words = _class(home, other, spots.get(mine), spots.get(other["community_id"]))
            if words:
                found.append(Near(str(other["community_id"]), texts.name(other), place, words))
    return sorted(found, key=lambda one: (one.place, one.name))


def _class(home: Mapping[str, Any], other: Mapping[str, Any], here: Any, there: Any) -> tuple[int, str]:
    if here is not None and there is not None and not any(fmt.missing(one) for one in (*here, *there)):
        km = _km(here, there)
        return next(((n, words) for n, (most, words) in enumerate(NEAR_KM) if km < most), (9, ""))
    if set(home["district_ids"]) & set(other["district_ids"]):
        return 0, DISTRICT
    return (1, GOVERNORATE) if set(home["governorate_ids"]) & set(other["governorate_ids"]) else (9, "")


def _km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """The great-circle distance (haversine)."""
    (lat, lon), (lat2, lon2) = (tuple(map(radians, one)) for one in (here, there))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def show(
    found: Sequence[Near], now: Mapping[str, Before], earlier: Mapping[str, Before], keep: links.Kept
) -> str:
    """The nearest communities with level, probability and change since the day before."""
    rows = [
        [
            link(one.name, links.to("community", keep, community=one.community_id)),
            escape(_(one.words)),
            level_words(now[one.community_id].level if one.community_id in now else 0),
            escape(_chance(now.get(one.community_id))),
            escape(_change(now.get(one.community_id), earlier.get(one.community_id))),
        ]
        for one in found[:SHOWN]
    ]
    columns = [_("Community"), _("How near"), _("Level"), _("Probability"), _("Since the day before")]
    return table(
        columns,
        rows,
        caption=_("Communities near by"),
        headed=True,
        told=_("The nearest first. Where they lie is told no finer than this."),
        source=origins.FORECASTS,
        numbers=(3, 4),
        units=("percent", "points"),
    )


def _chance(now: Before | None) -> str:
    return _("not assessed") if now is None or now.probability is None else fmt.percent(now.probability)


def _change(now: Before | None, before: Before | None) -> str:
    if now is None or before is None or now.probability is None or before.probability is None:
        return _("unknown")
    return fmt.points(now.probability - before.probability)


def shades(
    home: Mapping[str, Any], found: Sequence[Near], now: Mapping[str, Before], communities: pd.DataFrame
) -> dict[str, outlook.Shade]:
    """The highest level by district among a community and those near it, and how many live there."""
    wanted = {str(home["community_id"]), *(one.community_id for one in found)}
    levels: dict[str, list[int]] = {}
    for one in communities.to_dict("records"):
        if one["community_id"] in wanted:
            level = now[one["community_id"]].level if one["community_id"] in now else 0
            for place in one["district_ids"] or one["governorate_ids"]:
                levels.setdefault(place, []).append(level)
    return {place: outlook.Shade(max(those), len(those)) for place, those in levels.items()}
