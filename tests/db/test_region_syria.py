"""The Syria region pack, read from its files alone and, where the shared data exists, against real data."""

import csv
import gzip
import json
import os
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from shapely import Point
from shapely.geometry import shape

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "db" / "regions" / "syria"
SHARED = Path(os.environ.get("TOCSIN_SHARED", ROOT.parent / "shared"))
UCDP_FILES = ("ged_syria_2016_2018.csv.gz", "GEDEvent_v23_0_10.csv.gz")
SUWAYDA_MASSACRE = "259726"

LEVELS = ["country", "governorate", "district", "subdistrict", "settlement", "quarter"]
PRESENCES = {"majority", "significant", "minor"}
KINDS = {"media", "ngo_monitor", "official", "armed_party", "social", "field_contact", "dataset"}
ADMIN_WORDS = re.compile(r"\b(governorate|province|district|mintaqat|markaz)\b", re.IGNORECASE)

Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    with (PACK / name).open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))


@cache
def places() -> dict[str, Row]:
    return {row["place_id"]: row for row in rows("places.csv")}


@cache
def region() -> dict[str, Any]:
    return tomllib.loads((PACK / "region.toml").read_text(encoding="utf-8"))


def memberships(community: Row) -> Iterator[tuple[str, str, str]]:
    """The (place id, presence, own radius or empty) of a community."""
    for entry in community["places"].split("|"):
        place_id, presence, *radius = entry.split(":")
        yield place_id, presence, radius[0] if radius else ""


def ancestors(place_id: str) -> Iterator[Row]:
    """The place itself, its parent, and so on up to the country."""
    while place_id:
        yield places()[place_id]
        place_id = places()[place_id]["parent_id"]


def ancestor_at(place_id: str, level: str) -> str | None:
    return next((row["place_id"] for row in ancestors(place_id) if row["level"] == level), None)


def names(row: Row) -> set[str]:
    return {text.casefold() for text in [row["name"], row["name_ar"], *row["aliases"].split("|")] if text}


def at_level(level: str) -> list[Row]:
    return [row for row in rows("places.csv") if row["level"] == level]


def counts(values: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for value in values:
        found[value] += 1
    return found


# --- the files alone


@pytest.mark.parametrize(
    ("name", "key"),
    [("places.csv", "place_id"), ("communities.csv", "community_id"), ("sources.csv", "source_id")],
)
def test_ids_are_unique_short_ascii(name: str, key: str) -> None:
    ids = [row[key] for row in rows(name)]
    assert [value for value, count in counts(ids).items() if count > 1] == []
    assert [value for value in ids if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value)] == []


@pytest.mark.parametrize("name", ["places.csv", "communities.csv", "sources.csv"])
def test_every_row_has_exactly_the_columns_of_the_header(name: str) -> None:
    ragged = [row for row in rows(name) if None in row or None in row.values()]
    assert ragged == []
    padded = [row for row in rows(name) if any(value != value.strip() for value in row.values())]
    assert padded == []


def test_all_governorates_and_districts_are_there() -> None:
    levels = counts(row["level"] for row in rows("places.csv"))
    assert (levels["country"], levels["governorate"], levels["district"]) == (1, 14, 62)
    assert set(levels) <= set(LEVELS)


def test_parents_come_first_and_levels_nest() -> None:
    seen: dict[str, int] = {}
    for row in rows("places.csv"):
        rank = LEVELS.index(row["level"])
        assert row["level"] == "country" or seen[row["parent_id"]] < rank, row["place_id"]
        seen[row["place_id"]] = rank


def test_settlements_belong_to_a_district() -> None:
    points = at_level("settlement") + at_level("quarter")
    assert [row["place_id"] for row in points if not ancestor_at(row["place_id"], "district")] == []


def test_points_lie_on_the_map_and_have_a_radius() -> None:
    lon_min, lat_min, lon_max, lat_max = region()["map"]["bounds"]
    for row in rows("places.csv"):
        assert lat_min < float(row["lat"]) < lat_max, row["place_id"]
        assert lon_min < float(row["lon"]) < lon_max, row["place_id"]
        if row["level"] in ("settlement", "quarter"):
            assert 1 <= float(row["radius_km"]) <= 20, row["place_id"]


def test_names_and_sources_are_not_empty() -> None:
    admin = at_level("governorate") + at_level("district")
    for row in [*admin, *rows("communities.csv")]:
        assert row["name"], row
        assert re.search(r"[\u0600-\u06ff]", row["name_ar"]), row
    assert all(row["source"] for row in [*rows("places.csv"), *rows("communities.csv")])


def test_communities_name_known_places_groups_and_presences() -> None:
    for community in rows("communities.csv"):
        assert community["group"] in region()["groups"], community["community_id"]
        for place_id, presence, radius in memberships(community):
            assert place_id in places(), (community["community_id"], place_id)
            assert presence in PRESENCES, (community["community_id"], presence)
            assert not radius or 1 <= float(radius) <= 20


def test_enough_communities_of_every_group() -> None:
    assert len(rows("communities.csv")) >= 45
    assert {row["group"] for row in rows("communities.csv")} == set(region()["groups"])
    assert len(region()["groups"]) == 11


def test_sources_use_known_words() -> None:
    for row in rows("sources.csv"):
        assert row["kind"] in KINDS
        assert row["covers"] in {"deaths", "incidents"}
        assert row["protected"] in {"true", "false"}
        assert int(row["lag_days"]) >= 0
        assert row["reliability"] in {"", *"ABCDEF"}


def test_as_suwayda_is_spelled_so_at_every_level() -> None:
    for place_id in ("SY13", "SY1300", "sy-as-suwayda"):
        row = places()[place_id]
        assert (row["name"], row["name_ar"]) == ("As-Suwayda", "السويداء")
        assert {"sweida", "suwayda", "soueida", "al-suwaidaa", "as suwayda", "السويدا", "سويداء"} <= names(
            row
        )


def test_the_two_kanakers_are_kept_apart_and_qanawat_is_neither() -> None:
    kanakers = [row for row in rows("places.csv") if "كناكر" in names(row)]
    assert {ancestor_at(row["place_id"], "district") for row in kanakers} == {"SY1300", "SY0308"}
    assert all("Ambiguous" in row["note"] and "qanaqar" in names(row) for row in kanakers)
    assert not {"كناكر", "qanaqar", "kanaker"} & names(places()["sy-qanawat"])


def test_a_governorate_report_of_as_suwayda_concerns_the_druze_there() -> None:
    druze = [row for row in rows("communities.csv") if row["group"] == "druze"]
    whole = [row for row in druze if ("SY13", "majority", "") in memberships(row)]
    assert [row["community_id"] for row in whole] == ["sy-druze-as-suwayda"]
    inside = [
        row["community_id"]
        for row in druze
        if {ancestor_at(place_id, "governorate") for place_id, _, _ in memberships(row)} == {"SY13"}
    ]
    assert len(inside) >= 8
    assert "sy-druze-suwayda-east" in inside


def test_the_villages_attacked_in_july_2018_belong_to_the_eastern_druze() -> None:
    east = next(row for row in rows("communities.csv") if row["community_id"] == "sy-druze-suwayda-east")
    known = set().union(*(names(places()[place_id]) for place_id, _, _ in memberships(east)))
    assert {"shbeki", "shabki", "الشبكي", "rami", "duma", "tima", "al-shuraihi", "tarba"} <= known


# --- against the shared data, where it exists


def left_out(record_property: Any, what: str, path: Path) -> bool:
    """True, and said aloud, when the shared file is not there."""
    if path.exists():
        return False
    message = f"left out: {what} (no {path.name} in the shared data; set TOCSIN_SHARED)"
    record_property("left_out", message)
    print(message)
    return True


def polygons(path: Path) -> dict[str, Any]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {item["properties"]["PCODE"]: shape(item["geometry"]) for item in features}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_codes_and_centroids_agree_with_ocha(number: int, record_property: Any) -> None:
    path = SHARED / "data" / "syria" / f"syr_admin{number}_simplified.geojson"
    if left_out(record_property, f"codes and centroids of level {number}", path):
        return
    areas = polygons(path)
    mine = {row["code"]: Point(float(row["lon"]), float(row["lat"])) for row in at_level(LEVELS[number])}
    assert set(mine) == set(areas)
    assert [code for code, point in mine.items() if areas[code].distance(point) > 1e-3] == []


def test_every_point_lies_in_its_district(record_property: Any) -> None:
    path = SHARED / "data" / "syria" / "syr_admin2_simplified.geojson"
    if left_out(record_property, "points inside the polygon of their district", path):
        return
    districts = polygons(path)
    astray = [
        row["place_id"]
        for row in at_level("settlement") + at_level("quarter")
        if not districts[ancestor_at(row["place_id"], "district") or ""].contains(
            Point(float(row["lon"]), float(row["lat"]))
        )
    ]
    assert astray == []


def ucdp_rows(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as handle:
        return [row for row in csv.DictReader(handle) if row["country_id"] == "652"]


def resolve(text: str, level: str, within: str | None = None) -> set[str]:
    """Ids of the areas with this name, written in full or without its administrative words."""
    forms = {text.casefold(), " ".join(ADMIN_WORDS.sub(" ", text).split()).casefold()}
    return {
        row["place_id"]
        for row in at_level(level)
        if names(row) & forms and within in (None, row["parent_id"])
    }


@pytest.mark.parametrize("name", UCDP_FILES)
def test_every_ucdp_area_name_resolves_to_one_area(name: str, record_property: Any) -> None:
    path = SHARED / "data" / "ucdp" / name
    if left_out(record_property, f"area names of {name}", path):
        return
    pairs = {(row["adm_1"], row["adm_2"]) for row in ucdp_rows(path) if row["adm_1"]}
    found = {text: resolve(text, "governorate") for text, _ in pairs}
    assert {text: ids for text, ids in found.items() if len(ids) != 1} == {}
    inside = {
        (first, second): resolve(second, "district", next(iter(found[first])))
        for first, second in pairs
        if second
    }
    assert {pair: ids for pair, ids in inside.items() if len(ids) != 1} == {}
    print(
        f"{name}: {len(found)} of {len(found)} adm_1 and {len(inside)} of {len(inside)} adm_2 names resolved"
    )


@pytest.mark.parametrize("name", UCDP_FILES)
def test_full_ucdp_names_are_aliases_as_they_are_written(name: str, record_property: Any) -> None:
    path = SHARED / "data" / "ucdp" / name
    if left_out(record_property, f"full area names of {name}", path):
        return
    known = {level: set().union(*map(names, at_level(level))) for level in ("governorate", "district")}
    written = ucdp_rows(path)
    assert {row["adm_1"] for row in written if row["adm_1"].casefold() not in known["governorate"]} <= {""}
    assert {row["adm_2"] for row in written if row["adm_2"].casefold() not in known["district"]} <= {""}


def test_the_attack_of_25_july_2018_is_known_only_to_as_suwayda(record_property: Any) -> None:
    path = SHARED / "data" / "ucdp" / UCDP_FILES[0]
    if left_out(record_property, "the row of 25 July 2018", path):
        return
    row = next(row for row in ucdp_rows(path) if row["id"] == SUWAYDA_MASSACRE)
    assert (row["where_prec"], row["adm_2"]) == ("4", "")
    assert resolve(row["adm_1"], "governorate") == {"SY13"}
