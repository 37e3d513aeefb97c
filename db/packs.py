"""Region packs: folders of data that tell Tocsin which places and communities a part of the world has."""

import csv
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from db import action_files, named_events, personal_data
from db.action_files import Step
from db.errors import BadInput
from db.foreign import from_toml
from db.ids import content_sha256, file_sha256
from db.pack_cells import Cells, Problem
from db.pack_settings import faults
from db.vocab import Covers, PlaceLevel, Presence, Reliability, Sensitivity, SourceKind

RULES = "4"  # raise when naming or linking changes, so that loading a pack ties its incidents anew
SHIPPED = Path(__file__).parent / "regions"
COLUMNS = {
    "places.csv": ["place_id", "level", "parent_id", "name", "name_ar", "aliases", "lat", "lon", "radius_km"]
    + ["code", "source", "note"],
    "communities.csv": ["community_id", "group", "name", "name_ar", "places", "note", "source"],
    "sources.csv": ["source_id", "name", "name_ar", "kind", "independence_group", "reliability", "lag_days"]
    + ["covers", "covered_from", "covered_until", "protected", "url", "licence", "note"],
}


@dataclass(frozen=True, slots=True)
class Home:
    """One place of a community: how present it is there, and a radius of its own where given."""

    place_id: str
    presence: Presence
    radius_km: float | None


@dataclass
class Pack:
    """A region pack as read from its folder, with what was found wrong on the way.

    What is wrong in the optional `actions.csv` is a remark: its sound rows are used, and so is the pack.
    A warning is about what is right in form and may harm somebody.
    """

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    places: list[dict[str, Any]] = field(default_factory=list)
    communities: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    actions: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def region_id(self) -> str:
        """The region's id: the `name` of region.toml."""
        return str(self.settings["name"])

    @cached_property
    def sha256(self) -> str:
        """One digest over the files of the pack and the rules by which incidents find their place."""
        plan = [action_files.FILE] if (self.folder / action_files.FILE).is_file() else []
        files = {f: file_sha256(self.folder / f) for f in ["region.toml", *COLUMNS, *plan]}
        return content_sha256(files | {"rules": RULES})


def find(name_or_folder: str) -> Path:
    """The folder of a pack, by the name of a shipped one or by its path."""
    for folder in (Path(name_or_folder), SHIPPED / name_or_folder):
        if (folder / "region.toml").is_file():
            return folder
    shipped = ", ".join(sorted(p.parent.name for p in SHIPPED.glob("*/region.toml")))
    raise BadInput(
        f"there is no region pack called {name_or_folder!r}; shipped packs: {shipped}; or name a folder "
        "that holds region.toml, places.csv, communities.csv and sources.csv"
    )


def read(folder: Path) -> Pack:
    """Read and check a pack; what is wrong is listed in its `problems`, nothing is raised for content."""
    pack = Pack(folder)
    _read_settings(pack)
    if pack.problems:
        return pack
    pack.places = [row for row in (_place(pack, *item) for item in _rows(pack, "places.csv")) if row]
    known = _check_tree(pack)
    pack.communities = [
        row for row in (_community(pack, known, *item) for item in _rows(pack, "communities.csv")) if row
    ]
    pack.sources = [row for row in (_source(pack, *item) for item in _rows(pack, "sources.csv")) if row]
    for file, rows in (("communities.csv", pack.communities), ("sources.csv", pack.sources)):
        _check_unique(pack, file, rows)
    _check_events(pack, known)
    _warn_of_persons(pack)
    pack.actions, pack.remarks = action_files.read(pack.folder / action_files.FILE)
    return pack


def _read_settings(pack: Pack) -> None:
    path = pack.folder / "region.toml"
    if not path.is_file():
        pack.problems.append(Problem("region.toml", None, None, "is missing; see db/regions/README.md"))
        return
    try:
        pack.settings = from_toml(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        pack.problems.append(Problem("region.toml", None, None, f"is not valid TOML: {error}"))
        return
    pack.problems += [Problem("region.toml", None, key, text) for key, text in faults(pack.settings)]


def _check_events(pack: Pack, places: Collection[str]) -> None:
    """Look the optional named events over: they belong to no store, but their areas must exist."""
    path = pack.folder / named_events.FILE
    if path.is_file():
        known = {*places, *(row["id"] for row in pack.communities)}
        pack.problems += named_events.check(path, known)[1]


def _rows(pack: Pack, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    path = pack.folder / name
    if not path.is_file():
        pack.problems.append(Problem(name, None, None, "is missing; an empty table still needs its header"))
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [c for c in COLUMNS[name] if c not in (reader.fieldnames or [])]
            if missing:
                pack.problems.append(Problem(name, 1, None, f"columns are missing: {', '.join(missing)}"))
                return
            for number, cells in enumerate(reader, start=2):
                row = _row(pack, name, number, cells)
                if row is not None:
                    yield number, row
    except UnicodeDecodeError as error:
        pack.problems.append(Problem(name, None, None, f"is not UTF-8 ({error.reason}); save it as UTF-8"))
    except csv.Error as error:
        pack.problems.append(Problem(name, None, None, f"is no sound CSV ({error}); mend its quotes"))


def _row(pack: Pack, name: str, number: int, cells: dict[Any, Any]) -> dict[str, str] | None:
    wide = len(cells) - 1 + len(cells[None]) if None in cells else None
    short = sum(value is not None for value in cells.values())
    if wide or short < len(cells):
        text = f"has {wide or short} cells, its header another number; put quotes round text with commas"
        pack.problems.append(Problem(name, number, None, text))
        return None
    return {str(column): value.strip() for column, value in cells.items()}


def _place(pack: Pack, number: int, row: dict[str, str]) -> dict[str, Any] | None:
    cells = Cells(pack.problems, "places.csv", number, row)
    place = {
        "number": number,
        "id": cells.key("place_id"),
        "level": cells.word("level", PlaceLevel),
        "parent_id": cells.text("parent_id"),
        "name": cells.text("name", required=True),
        "name_ar": cells.text("name_ar"),
        "aliases": [a.strip() for a in row["aliases"].split("|") if a.strip()],
        "lat": cells.number_in("lat", -90, 90),
        "lon": cells.number_in("lon", -180, 180),
        "radius_km": cells.number_in("radius_km", 0.05, 500),
        "code": cells.text("code"),
        "source": cells.text("source"),
        "note": cells.text("note"),
    }
    return place if cells.good else None


def _check_tree(pack: Pack) -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}
    for place in pack.places:
        if place["id"] in known:
            _problem(pack, "places.csv", place, "place_id", f"{place['id']!r} stands twice; make ids unique")
        known[place["id"]] = place
    order = list(PlaceLevel)
    for place in pack.places:
        parent = known.get(place["parent_id"] or "")
        if place["parent_id"] and parent is None:
            _problem(pack, "places.csv", place, "parent_id", f"there is no place {place['parent_id']!r}")
        elif parent and order.index(parent["level"]) >= order.index(place["level"]):
            _problem(pack, "places.csv", place, "parent_id", f"{parent['id']!r} is not of a higher level")
        elif not place["parent_id"] and place["level"] is not PlaceLevel.COUNTRY:
            _problem(pack, "places.csv", place, "parent_id", "is empty; only the country stands alone")
        inhabited = place["level"] in (PlaceLevel.SETTLEMENT, PlaceLevel.QUARTER)
        for column, other in (("lat", "lon"), ("lon", "lat")):
            if place[column] is None and (inhabited or place[other] is not None):
                _problem(pack, "places.csv", place, column, "is empty; a settlement needs coordinates, both")
    return known


def _problem(pack: Pack, file: str, row: dict[str, Any], column: str, message: str) -> None:
    pack.problems.append(Problem(file, row["number"], column, message))


def _community(
    pack: Pack, known: dict[str, dict[str, Any]], number: int, row: dict[str, str]
) -> dict[str, Any] | None:
    cells = Cells(pack.problems, "communities.csv", number, row)
    community = {
        "number": number,
        "id": cells.key("community_id"),
        "group": cells.text("group", required=True, limit=64),
        "name": cells.text("name", required=True),
        "name_ar": cells.text("name_ar"),
        "homes": [home for part in row["places"].split("|") if (home := _home(cells, known, part.strip()))],
        "note": cells.text("note", limit=2000),
        "note_ar": cells.text("note_ar", limit=2000),
        "source": cells.text("source"),
    }
    if community["group"] and community["group"] not in pack.settings.get("groups", {}):
        cells.fail("group", f"{community['group']!r} is not among the [groups] of region.toml")
    if community["id"] in known:
        cells.fail("community_id", f"{community['id']!r} is a place already; ids of areas are unique")
    if cells.good and not community["homes"]:
        cells.fail("places", "is empty; write place_id:presence, several joined by |")
    return community if cells.good else None


def _home(cells: Cells, known: dict[str, dict[str, Any]], part: str) -> Home | None:
    if not part:
        return None
    place_id, _, rest = part.partition(":")
    presence, _, radius = rest.partition(":")
    place = known.get(place_id)
    if place is None:
        cells.fail("places", f"there is no place {place_id!r} in places.csv")
        return None
    if place["level"] is PlaceLevel.COUNTRY:
        cells.fail("places", f"{part!r} is a whole country; name its governorates or something smaller")
        return None
    if presence not in list(Presence):
        cells.fail("places", f"{part!r}: write place_id:majority, :significant or :minor")
        return None
    try:
        radius_km = float(radius) if radius else None
    except ValueError:
        radius_km = 0.0
    if radius_km is not None and not 0.05 <= radius_km <= 500:
        cells.fail("places", f"{part!r}: the radius is no number of kilometres from 0.05 to 500")
        return None
    return Home(place_id, Presence(presence), radius_km)


def _source(pack: Pack, number: int, row: dict[str, str]) -> dict[str, Any] | None:
    cells = Cells(pack.problems, "sources.csv", number, row)
    lag, cadence = cells.number_in("lag_days", 0, 366), cells.number_in("cadence_days", 1, 366)
    first, last = cells.day("covered_from"), cells.day("covered_until")
    source = {
        "number": number,
        "code": cells.key("source_id"),
        "name": cells.text("name", required=True),
        "name_ar": cells.text("name_ar"),
        "kind": cells.word("kind", SourceKind),
        "independence_group": cells.text("independence_group", limit=64) or row["source_id"],
        "reliability": cells.word("reliability", Reliability) if row["reliability"] else None,
        "reports_as": cells.word("reports_as", Sensitivity)
        if row.get("reports_as")
        else Sensitivity.INTERNAL,
        "lag_days": 1 if lag is None else int(lag),
        "cadence_days": None if cadence is None else int(cadence),
        "covers": cells.word("covers", Covers),
        "covered_from": first,
        "covered_until": last,
        "protected": cells.yes("protected"),
        "url": cells.text("url"),
        "licence": cells.text("licence"),
        "note": cells.text("note", limit=2000),
        "note_ar": cells.text("note_ar", limit=2000),
    }
    if first and last and last < first:
        cells.fail("covered_until", f"{last} is before covered_from {first}; swap or mend them")
    if source["protected"] and source["reports_as"] is Sensitivity.PUBLIC:
        cells.fail("reports_as", "is public, but the source is protected; leave it empty")
    return source if cells.good else None


def _warn_of_persons(pack: Pack) -> None:
    """Protected sources that seem to bear their own name: it stands in the clear, in exports and backups too."""
    words = "this protected source seems to bear a person's name; give it a code name (Contact 7), and keep who it is"
    for row in pack.sources:
        texts = (row["name"], re.sub(r"[-_.]", " ", row["code"]).title())
        if row["protected"] and any(personal_data.find(one) for one in texts):
            pack.warnings.append(
                Problem("sources.csv", row["number"], "name", f"{words} by: tocsin identity set")
            )


def _check_unique(pack: Pack, file: str, rows: list[dict[str, Any]]) -> None:
    column = "source_id" if file == "sources.csv" else "community_id"
    seen: set[str] = set()
    for row in rows:
        name = row.get("code") or row["id"]
        if name in seen:
            _problem(pack, file, row, column, f"{name!r} stands twice; make ids unique")
        seen.add(name)
