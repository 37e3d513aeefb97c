"""Files of places, CSV or GeoJSON points: rows under our headings, each a place or a fault with its cure."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.errors import BadInput
from db.importers.files import shown
from db.pack_cells import Cells, Problem
from db.places import INHABITED
from db.spelling import normalise
from db.vocab import PlaceLevel

Row = tuple[int, dict[str, str]]
LEVELS = (PlaceLevel.SUBDISTRICT, *INHABITED)
WORDS = {
    **dict.fromkeys(
        ("village", "town", "city", "hamlet", "populated place", "ppl", ""), PlaceLevel.SETTLEMENT
    ),
    **dict.fromkeys(("neighbourhood", "neighborhood", "suburb"), PlaceLevel.QUARTER),
    **{level.value: level for level in LEVELS},
}
# The headings of other publishers' files, for each column of ours.
HEADINGS = {
    "id": ("id", "place_id"),
    "name": ("name", "name_en", "name:en", "asciiname"),
    "name_ar": ("name_ar", "name:ar"),
    "level": ("level", "place", "type"),
    "parent": ("parent", "parent_id", "admin2_pcode", "adm2_pcode", "admin3_pcode", "adm3_pcode"),
    "lat": ("lat", "latitude", "y"),
    "lon": ("lon", "lng", "longitude", "x"),
    "aliases": ("aliases", "alt_name", "alternatenames"),
    "code": ("code", "pcode", "p_code"),
    "source": ("source",),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A place that a file describes, before it has a parent and an id."""

    cells: Cells
    id: str | None
    name: str
    name_ar: str | None
    level: PlaceLevel
    parent: str | None
    lat: float | None
    lon: float | None
    aliases: tuple[str, ...]
    code: str | None
    source: str


def read_csv(path: Path) -> list[Row]:
    """The rows of a CSV gazetteer with their numbers, under our headings."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"there is no file {path}; check the name") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is not UTF-8 ({error.reason}); save it as UTF-8") from None
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadInput(
            f"{path.name}, line {reader.line_num}: no sound CSV ({error}); mend its quotes"
        ) from error
    ours = _headings(path, rows[0][1] if rows else [])
    return [(number, {name: _clean(row[i]) for i, name in ours if i < len(row)}) for number, row in rows[1:]]


def read_points(features: Sequence[Any]) -> list[Row]:
    """The point features of a GeoJSON file with their numbers, under our headings."""
    found = []
    for number, feature in enumerate(features, start=1):
        if is_point(feature):
            facts = {str(k): v for k, v in (feature.get("properties") or {}).items() if v is not None}
            row = {name: _clean(str(facts[key])) for key, name in _ours(list(facts))}
            found.append((number, {**row, **_coordinates(feature["geometry"])}))
    return found


def is_point(feature: Any) -> bool:
    """Whether a GeoJSON feature is a point."""
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return isinstance(geometry, dict) and geometry.get("type") == "Point"


def _coordinates(geometry: Mapping[str, Any]) -> dict[str, str]:
    spot = geometry.get("coordinates")
    pair = list(spot[:2]) if isinstance(spot, list) and len(spot) >= 2 else ["?", "?"]
    return {"lon": str(pair[0]), "lat": str(pair[1])}


def _headings(path: Path, header: Sequence[str]) -> list[tuple[int, str]]:
    ours = [(header.index(key), name) for key, name in _ours(header)]
    names = {name for _, name in ours}
    if "name" not in names or not names & {"lat", "parent"}:
        raise BadInput(
            f"{path.name} lacks columns: name, and lat and lon or parent; give them in the first line"
        )
    return ours


def _ours(headings: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The headings of a file that we know, each with our name for it; the first that fits is taken."""
    told = {heading.strip().lower().lstrip("\ufeff"): heading for heading in reversed(headings)}
    for name, words in HEADINGS.items():
        heading = next((told[word] for word in words if word in told), None)
        if heading is not None:
            yield heading, name


def _clean(cell: str) -> str:
    """A cell without what cannot be seen but changes what is shown (marks of direction), NUL as its picture."""
    kept = "".join(
        c for c in shown(cell) if c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
    return " ".join(kept.split())


def read_entry(problems: list[Problem], file: str, number: int, row: dict[str, str]) -> Entry | None:
    """The place that a row describes, or None with what is wrong among the problems."""
    cells = Cells(problems, file, number, row)
    level, (lat, lon) = _level(cells), _point(cells)
    name = cells.text("name", required=True, limit=255) or ""
    if name and not normalise(name):
        cells.fail("name", f"{name!r} holds no letter; write the name")
    aliases = tuple(
        part for one in row.get("aliases", "").replace("|", ";").split(";") if (part := one.strip())
    )
    if any(len(alias) > 255 for alias in aliases):
        cells.fail("aliases", "holds a name longer than 255 characters; put ; between names")
    named = cells.key("id") if row.get("id") else None
    name_ar, parent = (cells.text(column, limit=255) for column in ("name_ar", "parent"))
    code, source = cells.text("code", limit=64), cells.text("source") or file
    if cells.good and level in INHABITED and lat is None:
        cells.fail("lat", "is empty; a settlement needs coordinates, both")
    if not cells.good or level is None:
        return None
    return Entry(cells, named, name, name_ar, level, parent, lat, lon, aliases, code, source)


def _level(cells: Cells) -> PlaceLevel | None:
    word = cells.row.get("level", "").lower()
    if word not in WORDS:
        cells.fail(
            "level", f"{word!r} is not one of: {', '.join(LEVELS)}; larger areas belong to a region pack"
        )
    return WORDS.get(word)


def _point(cells: Cells) -> tuple[float | None, float | None]:
    lat, lon = cells.number_in("lat", -90, 90), cells.number_in("lon", -180, 180)
    for one, column in ((lat, "lat"), (lon, "lon")):
        if one is None and not cells.row.get(column) and (lat, lon) != (None, None):
            cells.fail(column, "is empty; give both coordinates")
    if lat == lon == 0:
        cells.fail("lat", "0, 0 stands for unknown; give the coordinates or leave the row out")
    return lat, lon
