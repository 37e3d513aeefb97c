"""What the places of incidents are called in the script that their source did not write them in.

A source gives a name and a point; the gazetteer often knows the same place in both scripts. What is found here is
only shown: an incident's place, precision and ties stay as they were derived.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from db import bulk
from db.past import At
from db.places import INHABITED
from db.schema import Place, PlaceAlias
from db.spelling import is_arabic, normalise, without_unit
from db.sphere import chord, distance_km, unit_vectors

SAME_KM, NEAR_KM = 10.0, 10.0
CHUNK = 500
_PARTS = re.compile(r"[/()]")
Spot = tuple[str, str | None, float | None, float | None]  # as the source wrote it, its district, its point


def named(session: Session, rows: pd.DataFrame, region_id: str, at: At) -> pd.DataFrame:
    """Versions of incidents with the names of their places in the other script, or else a known place near by.

    `place_name_ar` (for a text in Arabic script also `place_name`) is filled where one inhabited place of the
    gazetteer has this name, in the same district or within 10 km of the shown point; `near` and `near_ar` name the
    nearest place within 10 km otherwise. Rows whose place is known, or not shown, stay as they are.
    """
    spots = {i: _spot(row) for i, row in _unnamed(rows)}
    found = _found(session, set(spots.values()), region_id, at)
    near = _near(session, {one for one in spots.values() if one not in found}, region_id, at)
    same = {i: found[spot] for i, spot in spots.items() if spot in found}
    _fill(rows, "place_name", {i: row.name for i, row in same.items() if is_arabic(spots[i][0])})
    _fill(rows, "place_name_ar", {i: row.name_ar for i, row in same.items()})
    close = {i: near[spot] for i, spot in spots.items() if spot in near}
    for column, name in (("near", "name"), ("near_ar", "name_ar")):
        rows[column] = pd.Series(None, index=rows.index, dtype=object)
        _fill(rows, column, {i: getattr(row, name) for i, row in close.items()})
    return rows


def _fill(rows: pd.DataFrame, column: str, told: dict[Any, str]) -> None:
    """Write into the cells of a column what was found for their rows."""
    if told:
        rows[column] = pd.Series(told, dtype=object).reindex(rows.index).fillna(rows[column])


def _unnamed(rows: pd.DataFrame) -> Iterable[tuple[Any, Any]]:
    """The rows that tell a place in a source's words alone."""
    bare = rows[rows["place_id"].isna() & rows["place_text"].notna() & (rows["geo_prec"] <= 2)]
    columns = [bare[name] for name in ("place_text", "district_id", "lat", "lon")]
    return zip(bare.index, zip(*columns, strict=True), strict=True)


def _spot(told: tuple[Any, ...]) -> Spot:
    text, district, lat, lon = told
    point = (None, None) if pd.isna(lat) else (float(lat), float(lon))
    return (str(text), district or None, *point)


def forms(text: str) -> list[str]:
    """The forms under which a written name is looked up, the whole before its parts: "Kobane/Ayn al Arab town"."""
    said = [normalise(text), without_unit(text), *map(without_unit, _PARTS.split(text))]
    return [one for one in dict.fromkeys(said) if len(one) > 1]


def _found(session: Session, spots: set[Spot], region_id: str, at: At) -> dict[Spot, Row[Any]]:
    """The one place of the gazetteer that each spot is, where exactly one fits."""
    wanted = sorted({form for spot in spots for form in forms(spot[0])})
    called: dict[str, list[Row[Any]]] = defaultdict(list)
    for some in bulk.batched(wanted, CHUNK):
        for row in session.execute(_called(some, region_id, at)):
            called[row.normalised].append(row)
    found = {spot: _fitting(spot, called) for spot in spots}
    return {spot: row for spot, row in found.items() if row is not None}


def _called(names: Sequence[str], region_id: str, at: At) -> Any:
    alias, place, above, top = at.of(PlaceAlias), at.of(Place), at.of(Place, 1), at.of(Place, 2)
    units = (place.parent_id.label("unit"), above.parent_id.label("above"), top.parent_id.label("top"))
    return (
        select(alias.normalised, place.id, place.name, place.name_ar, place.lat, place.lon, *units)
        .join(place, place.id == alias.place_id)
        .outerjoin(above, above.id == place.parent_id)
        .outerjoin(top, top.id == above.parent_id)
        .where(place.region_id == region_id, place.level.in_(INHABITED), alias.normalised.in_(names))
        .order_by(place.id)
    )


def _fitting(spot: Spot, called: dict[str, list[Row[Any]]]) -> Row[Any] | None:
    """The one place by a spot's name in its district, else the one close to its point."""
    text, district, lat, lon = spot
    for form in forms(text):
        all_called = {row.id: row for row in called.get(form, ()) if row.name_ar}.values()
        inside = [row for row in all_called if district and district in (row.unit, row.above, row.top)]
        close = [row for row in all_called if _km(row, lat, lon) <= SAME_KM]
        for fitting in (inside, close):
            if len(fitting) == 1:
                return fitting[0]
    return None


def _km(row: Any, lat: float | None, lon: float | None) -> float:
    if lat is None or lon is None or row.lat is None or row.lon is None:
        return float("inf")
    return distance_km(row.lat, row.lon, lat, lon)


def _near(session: Session, spots: set[Spot], region_id: str, at: At) -> dict[Spot, Row[Any]]:
    """The nearest place with names in both scripts, for spots with a point that have one within reach."""
    placed = sorted((spot for spot in spots if spot[2] is not None and spot[1]), key=str)
    if not placed:
        return {}
    known = session.execute(_inside({str(spot[1]) for spot in placed}, region_id, at)).all()
    if not known:
        return {}
    there = unit_vectors([row.lat for row in known], [row.lon for row in known])
    here = unit_vectors([spot[2] for spot in placed], [spot[3] for spot in placed])
    found = {}
    for spot, point in zip(placed, here, strict=True):
        away = np.linalg.norm(there - point, axis=1)
        nearest = int(away.argmin())
        if away[nearest] <= chord(NEAR_KM):
            found[spot] = known[nearest]
    return found


def _inside(districts: set[str], region_id: str, at: At) -> Any:
    place, above = at.of(Place), at.of(Place, 1)
    here = or_(place.parent_id.in_(districts), above.parent_id.in_(districts))
    both = (place.name_ar.is_not(None), place.lat.is_not(None), place.lon.is_not(None))
    return (
        select(place.id, place.name, place.name_ar, place.lat, place.lon)
        .outerjoin(above, above.id == place.parent_id)
        .where(place.region_id == region_id, place.level.in_(INHABITED), *both, here)
        .order_by(place.id)
    )
