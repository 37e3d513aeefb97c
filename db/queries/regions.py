"""Regions, their areas and communities."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from db import policy
from db.errors import BadInput
from db.pack_settings import FLOOR_DEATHS, HORIZONS_DAYS
from db.policy import Viewer
from db.queries.common import frame, plain
from db.schema import Area, Community, CommunityPlace, Place, Region
from db.vocab import AreaKind


@dataclass(frozen=True, slots=True)
class RegionInfo:
    """A loaded region and what its pack settles."""

    id: str
    title: str
    title_ar: str | None
    exercise: bool
    time_zone: str
    horizons_days: tuple[int, ...]
    alert_horizon_days: int
    escalation_floor_deaths: int
    groups: dict[str, dict[str, Any]]
    map: dict[str, Any]
    settings: dict[str, Any]
    pack_sha256: str


def _info(row: Region) -> RegionInfo:
    s = row.settings
    horizons = tuple(s.get("horizons_days", HORIZONS_DAYS))
    return RegionInfo(
        id=row.id,
        title=row.title,
        title_ar=row.title_ar,
        exercise=row.exercise,
        time_zone=row.time_zone,
        horizons_days=horizons,
        alert_horizon_days=int(s.get("alert_horizon_days", max(horizons))),
        escalation_floor_deaths=int(s.get("escalation_floor_deaths", FLOOR_DEATHS)),
        groups=dict(s.get("groups", {})),
        map=dict(s.get("map", {})),
        settings=dict(s),
        pack_sha256=row.pack_sha256,
    )


def regions(session: Session, viewer: Viewer) -> list[RegionInfo]:
    """The regions a viewer works on."""
    rows = session.scalars(select(Region).order_by(Region.exercise, Region.id))
    allowed = viewer.regions
    return [_info(row) for row in rows if viewer.roles and (allowed is None or row.id in allowed)]


def region(session: Session, viewer: Viewer, region_id: str) -> RegionInfo:
    """One region by its id."""
    policy.admit(viewer, region_id)
    row = session.get(Region, region_id)
    if row is None:
        loaded = ", ".join(session.scalars(select(Region.id).order_by(Region.id))) or "none"
        raise BadInput(
            f"no region {region_id!r} is loaded (loaded: {loaded}); load it with: tocsin region load {region_id}"
        )
    return _info(row)


def areas(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """The areas that are forecast: area_id, kind, name, name_ar, group, parent_area_id, lat, lon.

    Coordinates are a community's mean over its places; they serve distances, never a map of pins, and
    are left out for those who may not see settlements.
    """
    seen = policy.admit(viewer, region_id)
    place = frame(
        session,
        select(
            Area.id.label("area_id"),
            Area.kind,
            Place.name,
            Place.name_ar,
            Area.parent_area_id,
            Place.lat,
            Place.lon,
        )
        .join(Place, Place.id == Area.place_id)
        .where(Area.region_id == region_id, Area.active),
    ).assign(group=None)
    home = aliased(Place)
    community = frame(
        session,
        select(
            *(Area.id.label("area_id"), Area.kind, Community.name, Community.name_ar, Area.parent_area_id),
            *(
                func.avg(home.lat).label("lat"),
                func.avg(home.lon).label("lon"),
                Community.group.label("group"),
            ),
        )
        .join(Community, Community.id == Area.community_id)
        .outerjoin(CommunityPlace, CommunityPlace.community_id == Community.id)
        .outerjoin(home, home.id == CommunityPlace.place_id)
        .where(Area.region_id == region_id, Area.active)
        .group_by(
            Area.id, Area.kind, Community.name, Community.name_ar, Area.parent_area_id, Community.group
        ),
    )
    rows = pd.concat([f for f in (place, community) if len(f)] or [place], ignore_index=True)
    rows = plain(rows, numbers=("lat", "lon"), words=("kind",))
    if not seen.points:
        rows.loc[rows["kind"] == AreaKind.COMMUNITY.value, ["lat", "lon"]] = float("nan")
    order = ["area_id", "kind", "name", "name_ar", "group", "parent_area_id", "lat", "lon"]
    return rows[order].sort_values("area_id", ignore_index=True)


def communities(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """The communities: community_id, name, name_ar, group, note, source, governorate, districts, places.

    Names of settlements, and notes that hold them, are given only to those who may see settlements.
    """
    seen = policy.admit(viewer, region_id)
    rows = frame(
        session,
        select(
            *(
                Community.id.label("community_id"),
                Community.name,
                Community.name_ar,
                Community.group.label("group"),
            ),
            *(Community.note, Community.source),
        )
        .join(Area, Area.community_id == Community.id)
        .where(Community.region_id == region_id, Area.active)
        .order_by(Community.id),
    )
    homes = frame(
        session,
        select(
            *(CommunityPlace.community_id, CommunityPlace.place_id, CommunityPlace.presence),
            *(Place.name, Place.name_ar, Place.level, Place.parent_id),
        )
        .join(Place)
        .where(Place.region_id == region_id)
        .order_by(CommunityPlace.community_id, CommunityPlace.place_id),
    )
    units = _units(session, region_id)
    grouped = dict(iter(homes.groupby("community_id"))) if len(homes) else {}
    if not seen.settlements:
        rows["note"] = None
    described = [_homes(grouped.get(c), units, seen.settlements) for c in rows["community_id"]]
    return rows.join(
        pd.DataFrame(described, columns=["governorate_ids", "district_ids", "places"], index=rows.index)
    )


def _units(session: Session, region_id: str) -> dict[str, tuple[str, str | None, str]]:
    found = session.execute(
        select(Place.id, Place.level, Place.parent_id, Place.name).where(Place.region_id == region_id)
    )
    return {i: (str(level), parent, name) for i, level, parent, name in found}


def _homes(
    homes: pd.DataFrame | None, units: dict[str, tuple[str, str | None, str]], settlements: bool
) -> tuple[list[str], list[str], list[dict[str, Any]]]:
    governorates: list[str] = []
    districts: list[str] = []
    places = []
    for home in [] if homes is None else homes.itertuples():
        line = _line(str(home.place_id), units)
        governorates += [p for p in line if units[p][0] == "governorate"]
        districts += [p for p in line if units[p][0] == "district"]
        if settlements:
            presence, level = str(home.presence), str(home.level)
            places.append({"name": home.name, "name_ar": home.name_ar, "presence": presence, "level": level})
    return list(dict.fromkeys(governorates)), list(dict.fromkeys(districts)), places


def _line(place_id: str | None, units: dict[str, tuple[str, str | None, str]]) -> list[str]:
    line: list[str] = []
    while place_id in units and place_id not in line:
        assert place_id is not None  # noqa: S101  (None is never a key)
        line.append(place_id)
        place_id = units[place_id][1]
    return line


def outlines(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """The polygons that were loaded for governorates and districts: place_id, level, name, name_ar, polygon."""
    policy.admit(viewer, region_id)
    columns = (
        Place.id.label("place_id"),
        Place.level,
        Place.name,
        Place.name_ar,
        Place.polygon,
        Place.lat,
        Place.lon,
    )
    rows = frame(
        session,
        select(*columns)
        .where(Place.region_id == region_id, Place.level.in_(["governorate", "district"]))
        .order_by(Place.id),
    )
    return plain(rows, numbers=("lat", "lon"), words=("level",))
