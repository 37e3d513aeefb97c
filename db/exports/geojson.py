"""Incidents as points on a map (GeoJSON, RFC 7946), no finer than the reader may see; unplaced ones too."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from db.errors import BadInput
from db.exports.cells import bare
from db.exports.columns import RECORD, SEAL, about, packed, record, seal, visible
from db.exports.csv_hxl import Read
from db.exports.gather import Entry, Gathering
from db.foreign import from_json

COUNTRY_PREC = 6
ABOUT = "tocsin"


def write(out: IO[bytes], gathering: Gathering) -> int:
    """Write incidents as a FeatureCollection; returns how many."""
    head = packed({"type": "FeatureCollection", ABOUT: bare(about(gathering)), "features": []})
    out.write(head.removesuffix("]}").encode())
    number = 0
    for number, entry in enumerate(gathering.entries(), 1):
        out.write(("\n" if number == 1 else ",\n").encode() + packed(_feature(entry, gathering)).encode())
    out.write(b"\n]}\n")
    return number


def _feature(entry: Entry, gathering: Gathering) -> dict[str, Any]:
    cells = visible(entry, gathering)
    told = cells | {SEAL: seal(cells), RECORD: record(entry, gathering, texts=False)}
    return {"type": "Feature", "id": cells["incident_id"], "geometry": _point(entry), "properties": told}


def _point(entry: Entry) -> dict[str, Any] | None:
    """Where it happened, as finely as known and allowed: its own point, else that of the finest place told."""
    facts = bare({name: entry.facts[name] for name in ("lat", "lon", "geo_prec")})
    if facts["geo_prec"] >= COUNTRY_PREC:
        return None
    own = (facts["lat"], facts["lon"])
    point = entry.facts["point"] if None in own else own
    return {"type": "Point", "coordinates": [point[1], point[0]]} if point else None


def read(path: Path) -> Iterator[Read]:
    """The features of a GeoJSON export."""
    try:
        features = from_json(path.read_bytes())["features"]
        if not isinstance(features, list):
            raise ValueError("no list of features")
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path.name} is cut or damaged ({error}); export it again") from error
    for number, feature in enumerate(features, 1):
        cells = feature.get("properties") if isinstance(feature, dict) else None
        if isinstance(cells, dict):
            yield number, cells, cells.pop(RECORD, None)
        else:
            yield number, {}, None
