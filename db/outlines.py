"""Outlines of known places from GeoJSON: read, matched by code or by unique name, stored."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from shapely import from_geojson
from shapely.errors import ShapelyError
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import incidents, past, store
from db.errors import BadInput
from db.foreign import from_json
from db.gazetteer_files import is_point
from db.places import normalise
from db.schema import Place
from db.vocab import PlaceLevel

POLYGONS = ("Polygon", "MultiPolygon")
SHAPED = (PlaceLevel.COUNTRY, PlaceLevel.GOVERNORATE, PlaceLevel.DISTRICT, PlaceLevel.SUBDISTRICT)


@dataclass(frozen=True, slots=True)
class Outline:
    """One polygon with what the file says about it."""

    number: int
    properties: Mapping[str, str]
    geometry: str


@dataclass
class Matched:
    """Which places got an outline, and which outlines found no place."""

    matched: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    relinked: int = 0


def features(path: Path) -> list[Any]:
    """The features of a GeoJSON file as they stand; a file that is no collection of them is refused."""
    if not path.is_file():
        raise BadInput(f"there is no file {path}; check the name")
    try:
        content = from_json(path.read_bytes())
        found = content["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path.name} is no GeoJSON FeatureCollection; export the layer as GeoJSON (WGS 84)"
        ) from error
    if not isinstance(found, list) or not found:
        raise BadInput(f"{path.name} holds no features; export the layer again")
    return found


def read(path: Path) -> list[Outline]:
    """The polygons of a GeoJSON file, points left out; what is neither on earth is refused with its number."""
    numbered = enumerate(features(path), start=1)
    return [_outline(path, number, feature) for number, feature in numbered if not is_point(feature)]


def load(session: Session, region_id: str, outlines: Sequence[Outline], now: datetime) -> Matched:
    """Give known places their outlines, then tie the incidents of the region to places anew."""
    columns = (Place.id, Place.level, Place.name, Place.code)
    places = session.execute(select(*columns).where(Place.region_id == region_id).order_by(Place.id)).all()
    found = _match(places, outlines)
    past.note(session, Place, filter(None, found), now)
    result = Matched()
    for outline, place_id in zip(outlines, found, strict=True):
        if place_id is None:
            told = ", ".join(list(outline.properties.values())[:3])
            result.unmatched.append(f"feature {outline.number}: {told or 'no properties'}")
        else:
            store.save_polygon(session, place_id, outline.geometry)
            result.matched.append(place_id)
    if not result.matched:
        raise BadInput(
            f"none of the {len(outlines)} outlines belongs to a place of {region_id}; their properties must "
            "hold a place_id, code or unique name of places.csv"
        )
    session.flush()
    result.relinked = incidents.relink(session, region_id, now)
    return result


def _outline(path: Path, number: int, feature: Any) -> Outline:
    try:
        geometry = feature["geometry"]
        text = json.dumps(geometry, separators=(",", ":"))
        shape = from_geojson(text)
        west, south, east, north = shape.bounds
    except (KeyError, TypeError, ValueError, ShapelyError) as error:
        raise BadInput(
            f"{path.name}, feature {number}: no readable geometry; export the layer again"
        ) from error
    if geometry["type"] not in POLYGONS:
        raise BadInput(
            f"{path.name}, feature {number}: a {geometry['type']}, neither polygon nor point; keep these only"
        )
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadInput(
            f"{path.name}, feature {number}: not in degrees; export the layer as WGS 84 (EPSG:4326)"
        )
    words = {str(k): str(v).strip() for k, v in (feature.get("properties") or {}).items() if v is not None}
    return Outline(number, words, text)


def _match(places: Sequence[Any], outlines: Sequence[Outline]) -> list[str | None]:
    """The place of each outline, by the one property that names most places; codes go before names.

    A property that repeats (the code of the unit above) cannot be it.
    """
    depth = {place.id: list(PlaceLevel).index(place.level) for place in places}
    by_name = [_by_name(places, level) for level in SHAPED]
    for look_ups in ([_codes(places).get], by_name):
        columns = list(_columns(outlines))
        answers = [[look_up(word) for word in column] for column in columns for look_up in look_ups]
        best = max(answers, key=lambda found: _weight(found, depth), default=[])
        if any(best):
            return best
    return [None] * len(outlines)


def _weight(found: Sequence[str | None], depth: Mapping[str, int]) -> tuple[int, int]:
    places = [place_id for place_id in found if place_id]
    return len(places), sum(depth[place_id] for place_id in places)


def _columns(outlines: Sequence[Outline]) -> Iterator[list[str]]:
    """The values of each property, where every outline has one of its own."""
    for key in dict.fromkeys(key for outline in outlines for key in outline.properties):
        values = [outline.properties.get(key, "") for outline in outlines]
        if len(set(values)) == len(values):
            yield values


def _codes(places: Sequence[Any]) -> dict[str, str]:
    return {code: place.id for place in places for code in (place.code, place.id) if code}


def _by_name(places: Sequence[Any], level: PlaceLevel) -> Callable[[str], str | None]:
    """Looks up names that only one place of a level goes by."""
    names: dict[str, str | None] = {}
    for place in places:
        if place.level is level:
            name = normalise(place.name)
            names[name] = None if name in names else place.id
    return lambda word: names.get(normalise(word))
