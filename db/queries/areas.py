"""The areas of a region, its communities, and the outlines on its maps."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from db import past, policy, reach
from db.past import At
from db.policy import Sight, Viewer
from db.queries.common import frame, plain
from db.queries.regions import when
from db.schema import Area, Community, CommunityPlace, Place
from db.vocab import AreaKind, PlaceLevel

DRAWN = (PlaceLevel.GOVERNORATE, PlaceLevel.DISTRICT, PlaceLevel.SUBDISTRICT)


def areas(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """The areas that are forecast: area_id, kind, name, name_ar, group, parent_area_id, lat, lon.

    Coordinates are a community's mean over its places; they serve distances, never a map of pins, and
    are left out for those who may not see settlements.
    """
    seen = policy.admit(viewer, region_id)
    at = when(session, viewer, region_id, as_of, recorded_as_of).at
    parts = [_unit_areas(session, at, region_id), _community_areas(session, seen, at, region_id)]
    rows = pd.concat([f for f in parts if len(f)] or parts[:1], ignore_index=True)
    rows = plain(rows, numbers=("lat", "lon"), words=("kind",))
    if not seen.settlements:
        rows.loc[rows["kind"] == AreaKind.COMMUNITY.value, ["lat", "lon"]] = float("nan")
    order = ["area_id", "kind", "name", "name_ar", "group", "parent_area_id", "lat", "lon"]
    return rows[order].sort_values("area_id", ignore_index=True)


def _unit_areas(session: Session, at: At, region_id: str) -> pd.DataFrame:
    a, p = at.of(Area), at.of(Place)
    columns = (a.id.label("area_id"), a.kind, p.name, p.name_ar, a.parent_area_id, p.lat, p.lon)
    asked = select(*columns).join(p, p.id == a.place_id).where(a.region_id == region_id, a.active)
    return frame(session, asked).assign(group=None)


def _community_areas(session: Session, seen: Sight, at: At, region_id: str) -> pd.DataFrame:
    a, c, lives, home = at.of(Area), at.of(Community), at.of(CommunityPlace), at.of(Place)
    same = (a.id, a.kind, c.name, c.name_ar, a.parent_area_id, c.group)
    mean = (func.avg(home.lat).label("lat"), func.avg(home.lon).label("lon"))
    return frame(
        session,
        select(a.id.label("area_id"), *same[1:-1], *mean, c.group.label("group"))
        .join(c, c.id == a.community_id)
        .outerjoin(lives, lives.community_id == c.id)
        .outerjoin(home, home.id == lives.place_id)
        .where(a.region_id == region_id, a.active, reach.of_community(c.id, seen))
        .group_by(*same),
    )


def communities(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """The communities: community_id, name, name_ar, group, note, note_ar, source, governorate,
    districts, places.

    Names of settlements, and notes that hold them, are given only to those who may see settlements.
    """
    seen = policy.admit(viewer, region_id)
    at = when(session, viewer, region_id, as_of, recorded_as_of).at
    c, a = at.of(Community), at.of(Area)
    rows = frame(
        session,
        select(
            c.id.label("community_id"), c.name, c.name_ar, c.group.label("group"), c.note, c.note_ar, c.source
        )
        .join(a, a.community_id == c.id)
        .where(c.region_id == region_id, a.active, reach.of_community(c.id, seen))
        .order_by(c.id),
    )
    lived = _lived_in(session, at, region_id)
    units = _units(session, at, region_id)
    grouped: dict[str, list[dict[str, Any]]] = {}
    for home in lived.to_dict("records"):
        grouped.setdefault(str(home["community_id"]), []).append(
            {str(name): one for name, one in home.items()}
        )
    if not seen.settlements:
        rows["note"] = rows["note_ar"] = rows["source"] = None
    described = [_homes(grouped.get(c, []), units, seen.settlements) for c in rows["community_id"]]
    return rows.join(
        pd.DataFrame(described, columns=["governorate_ids", "district_ids", "places"], index=rows.index)
    )


def homes(
    session: Session, seen: Sight, region_id: str, community_id: str, at: At = past.LIVE
) -> tuple[list[str], list[str]]:
    """The governorates and districts in which a community lives; none of one that may not be told."""
    return homes_of(session, seen, region_id, [community_id], at)[community_id]


def homes_of(
    session: Session, seen: Sight, region_id: str, community_ids: list[str], at: At = past.LIVE
) -> dict[str, tuple[list[str], list[str]]]:
    """The same of several communities."""
    lives = at.of(CommunityPlace)
    asked = select(lives.community_id, lives.place_id).where(lives.community_id.in_(community_ids))
    found = session.execute(asked.where(reach.of_community(lives.community_id, seen))).all()
    units = _units(session, at, region_id) if found else {}
    above: dict[str, set[str]] = {one: set() for one in community_ids}
    for community_id, place_id in found:
        above[community_id].update(_line(place_id, units))
    return {
        one: (_of_level(held, units, "governorate"), _of_level(held, units, "district"))
        for one, held in above.items()
    }


def _of_level(found: set[str], units: dict[str, tuple[str, str | None, str]], level: str) -> list[str]:
    return sorted(one for one in found if units[one][0] == level)


def _lived_in(session: Session, at: At, region_id: str) -> pd.DataFrame:
    lives, p = at.of(CommunityPlace), at.of(Place)
    return frame(
        session,
        select(
            *(lives.community_id, lives.place_id, lives.presence),
            *(p.name, p.name_ar, p.level, p.parent_id),
        )
        .join(p, p.id == lives.place_id)
        .where(p.region_id == region_id)
        .order_by(lives.community_id, lives.place_id),
    )


def _units(session: Session, at: At, region_id: str) -> dict[str, tuple[str, str | None, str]]:
    p = at.of(Place)
    found = session.execute(select(p.id, p.level, p.parent_id, p.name).where(p.region_id == region_id))
    return {i: (str(level), parent, name) for i, level, parent, name in found}


def _homes(
    homes: list[dict[str, Any]], units: dict[str, tuple[str, str | None, str]], settlements: bool
) -> tuple[list[str], list[str], list[dict[str, Any]]]:
    governorates: list[str] = []
    districts: list[str] = []
    places = []
    for home in homes:
        line = _line(str(home["place_id"]), units)
        governorates += [p for p in line if units[p][0] == "governorate"]
        districts += [p for p in line if units[p][0] == "district"]
        if settlements:
            presence, level = str(home["presence"]), str(home["level"])
            named = {"name": home["name"], "name_ar": home["name_ar"]}
            places.append({**named, "presence": presence, "level": level})
    return list(dict.fromkeys(governorates)), list(dict.fromkeys(districts)), places


def _line(place_id: str | None, units: dict[str, tuple[str, str | None, str]]) -> list[str]:
    line: list[str] = []
    while place_id in units and place_id not in line:
        assert place_id is not None  # noqa: S101  (None is never a key)
        line.append(place_id)
        place_id = units[place_id][1]
    return line


def outlines(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """Governorates, districts and sub-districts, as a map draws them.

    place_id, level, parent_id, name, name_ar, polygon (where one was loaded; never of a sub-district), lat, lon.
    """
    p = when(session, viewer, region_id, as_of, recorded_as_of).at.of(Place)
    drawn = case((p.level != PlaceLevel.SUBDISTRICT, p.polygon)).label("polygon")
    columns = (p.id.label("place_id"), p.level, p.parent_id, p.name, p.name_ar, drawn, p.lat, p.lon)
    rows = frame(session, select(*columns).where(p.region_id == region_id, p.level.in_(DRAWN)).order_by(p.id))
    return plain(rows, numbers=("lat", "lon"), words=("level",))
