"""Where a point is shown to those who may not see it exactly: drawn once, kept, and never drawn again.

A shown point lies 2 to 5 km from the true one, evenly over that ring (the "donut" method: Hampton et al.,
*American Journal of Epidemiology* 172, 2010), inside the district where its outline is known. It follows
from the exact point and a key outside the store, so that all incidents at one point share one shown
point, and drawing anew elsewhere with the same key gives no second point to average with.
"""

import hashlib
import hmac
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import bulk, settings
from db.ids import content_id
from db.schema import Displacement, IncidentVersion, Place

NEAREST_KM, FARTHEST_KM = 2.0, 5.0
DIGITS, TRIES, CHUNK = 5, 64, 500
SETTLEMENT_PREC = 2
KM_A_DEGREE = 111.195
Point = tuple[float, float]


def name(lat: float, lon: float) -> str:
    """The id under which the shown point of an exact one is kept; points a metre apart are one."""
    return content_id("displacement", "point", f"{lat:.{DIGITS}f}", f"{lon:.{DIGITS}f}")


def keep(session: Session, rows: Iterable[dict[str, Any]], now: datetime) -> int:
    """Draw and keep a shown point for each exact point of versions that has none; returns how many are new.

    Rows are versions of incidents (lat, lon, geo_prec, place_id, district_id). Where the settlement is
    known its own point is shown instead, and what is known to the district only has no point to hide.
    """
    wanted = {
        name(row["lat"], row["lon"]): row
        for row in rows
        if row["lat"] is not None and row["place_id"] is None and row["geo_prec"] <= SETTLEMENT_PREC
    }
    there = _kept(session, wanted)
    fresh = {one: row for one, row in wanted.items() if one not in there}
    inside = _outlines(session, {row["district_id"] for row in fresh.values()})
    drawn = []
    for one, row in sorted(fresh.items()):
        lat, lon = draw((row["lat"], row["lon"]), inside.get(row["district_id"]))
        drawn.append({"id": one, "lat": lat, "lon": lon, "made_at": now})
    bulk.insert(session, Displacement, drawn)
    return len(drawn)


def fill(session: Session, region_id: str, now: datetime) -> int:
    """Draw what is missing for all incidents of a region: those of a store that is older than this."""
    v = IncidentVersion
    columns = (v.lat, v.lon, v.place_id, v.geo_prec, v.district_id)
    asked = select(*columns).where(v.region_id == region_id, v.lat.is_not(None), v.place_id.is_(None))
    rows = session.execute(asked.where(v.geo_prec <= SETTLEMENT_PREC).distinct()).mappings()
    return keep(session, [dict(row) for row in rows], now)


def draw(point: Point, outline: Any = None) -> Point:
    """The shown point of an exact one, the same whenever it is asked with the same key."""
    from shapely import contains_xy

    shown = point
    for number in range(TRIES):
        shown = _moved(point, number)
        if outline is None or contains_xy(outline, shown[1], shown[0]):
            break
    return shown


def _moved(point: Point, number: int) -> Point:
    lat, lon = point
    told = f"shown point|{lat:.{DIGITS}f}|{lon:.{DIGITS}f}|{number}".encode()
    chance = hmac.new(settings.key(), told, hashlib.sha256).digest()
    far, turn = (int.from_bytes(part, "big") / 2**64 for part in (chance[:8], chance[8:16]))
    km = math.sqrt(NEAREST_KM**2 + far * (FARTHEST_KM**2 - NEAREST_KM**2))
    north, east = km * math.cos(2 * math.pi * turn), km * math.sin(2 * math.pi * turn)
    up = max(-90.0, min(90.0, lat + north / KM_A_DEGREE))
    across = lon + east / (KM_A_DEGREE * max(math.cos(math.radians(lat)), 0.01))
    return round(up, 4), round((across + 180) % 360 - 180, 4)


def shown(session: Session, rows: pd.DataFrame) -> pd.DataFrame:
    """The points that stand for exact ones (lat, lon; NaN: none may be shown): the settlement's, else the drawn one."""
    found = pd.DataFrame(float("nan"), index=rows.index, columns=["lat", "lon"])
    precise = (rows["geo_prec"] <= SETTLEMENT_PREC) & rows["lat"].notna()
    own = {
        at: name(lat, lon)
        for at, lat, lon, place in zip(
            rows.index[precise], *(rows.loc[precise, c] for c in ("lat", "lon", "place_id")), strict=True
        )
        if place is None
    }
    homes = rows.loc[precise & rows["place_id"].notna(), "place_id"]
    points = _kept(session, set(own.values())) | _places(session, set(homes))
    for at, key in [*own.items(), *homes.items()]:
        if key in points:
            found.loc[at] = points[key]
    return found


def _kept(session: Session, ids: Iterable[str]) -> dict[str, Point]:
    d = Displacement
    found: dict[str, Point] = {}
    for some in bulk.batched(sorted(ids), CHUNK):
        rows = session.execute(select(d.id, d.lat, d.lon).where(d.id.in_(some)))
        found |= {one: (lat, lon) for one, lat, lon in rows}
    return found


def _places(session: Session, ids: Iterable[str]) -> dict[str, Point]:
    found: dict[str, Point] = {}
    for some in bulk.batched(sorted(ids), CHUNK):
        asked = select(Place.id, Place.lat, Place.lon).where(Place.id.in_(some), Place.lat.is_not(None))
        found |= {
            one: (lat, lon) for one, lat, lon in session.execute(asked) if lat is not None and lon is not None
        }
    return found


def _outlines(session: Session, ids: Iterable[str | None]) -> dict[str | None, Any]:
    """The shapes of districts, where they were loaded."""
    from shapely import from_geojson, prepare

    wanted: Sequence[str] = sorted(one for one in ids if one is not None)
    shapes: dict[str | None, Any] = {}
    for some in bulk.batched(wanted, CHUNK):
        asked = select(Place.id, Place.polygon).where(Place.id.in_(some), Place.polygon.is_not(None))
        for one, polygon in session.execute(asked):
            shapes[one] = from_geojson(polygon)
            prepare(shapes[one])
    return shapes
