"""The area that an imprecise report names decides where it counts, not its precision code alone."""

from pathlib import Path
from typing import Any

import pytest

from db import engine, incidents
from db.naming import settle
from db.places import Gazetteer, PlaceRow, normalise, without_unit
from db.queries import panel_members, unknown_units
from db.vocab import PlaceLevel
from tests.conftest import NOW
from tests.db.stores import ask, change, rows
from tests.factories import load, pack, take, ucdp_row, write_csv

L = PlaceLevel


def birma() -> Gazetteer:
    """Two regions; a region, its district and its township called Sagaing; a township on its own."""
    places = [
        ("c", None, L.COUNTRY, "Birma"),
        ("g", "c", L.GOVERNORATE, "Sagaing"),
        ("h", "c", L.GOVERNORATE, "Magway"),
        ("g1", "g", L.DISTRICT, "Monywa"),
        ("g2", "g", L.DISTRICT, "Sagaing"),
        ("h1", "h", L.DISTRICT, "Pakokku"),
        ("g11", "g1", L.SUBDISTRICT, "Ayadaw"),
        ("g12", "g1", L.SUBDISTRICT, "Monywa"),
        ("g21", "g2", L.SUBDISTRICT, "Sagaing"),
        ("t", "h1", L.SETTLEMENT, "Pauk"),
    ]
    known = [PlaceRow(i, above, level, name, 22.0, 95.0, None, None) for i, above, level, name in places]
    return Gazetteer(known, [(place.id, normalise(place.name)) for place in known])


NAMED = [  # code, text, adm_1, adm_2 -> place, district, governorate, code in force
    (5, "Ayadaw township", "Sagaing  region", "Monywa district", ("g11", "g1", "g", 3)),
    (5, "Yinmabin township", "Sagaing region", "Monywa district", (None, "g1", "g", 3)),
    (5, "Monywa township", "Sagaing region", "Monywa district", (None, "g1", "g", 3)),
    (5, "Sagaing township", "Sagaing region", "Sagaing district", (None, "g2", "g", 3)),
    (5, "Road to the north", "Sagaing region", "Monywa district", (None, "g1", "g", 3)),
    (5, None, "Sagaing region", "Monywa district", (None, "g1", "g", 3)),
    (4, "Ayadaw township", "Sagaing region", "Monywa district", ("g11", "g1", "g", 3)),
    (6, "Ayadaw township", "Sagaing region", "Monywa district", ("g11", "g1", "g", 3)),
    (3, "Monywa district", "Sagaing region", "Monywa district", (None, "g1", "g", 3)),
    (3, "Ayadaw township", "Sagaing region", "Unheard-of district", ("g11", "g1", "g", 3)),
    (5, "Ayadaw sub-district", "Sagaing region", "", ("g11", "g1", "g", 3)),
    (5, "Ayadaw", "", "", ("g11", "g1", "g", 3)),
    (5, "Ayadaw", "Magway region", "", (None, None, "h", 5)),
    (4, "Sagaing region", "Sagaing region", "", (None, None, "g", 4)),
    (4, "Sagaing region", "Sagaing region", "Monywa district", (None, None, "g", 4)),
    (5, "Sagaing Region", "Sagaing region", "", (None, None, "g", 4)),
    (6, "Magway", "", "", (None, None, "h", 4)),
    (5, "Northern Sagaing region", "Sagaing region", "Monywa district", (None, None, "g", 5)),
    (5, "Northern front", "Sagaing region", "", (None, None, "g", 5)),
    (5, "Sagaing", "", "", (None, None, None, 5)),
    (5, "Pauk", "Magway region", "", (None, None, "h", 5)),
    (3, "Nowhere at all", "Sagaing region", "", (None, None, "g", 4)),
    (6, "Birma", "", "Monywa district", (None, None, None, 6)),
    (6, "Northern Birma", "", "Monywa district", (None, None, None, 6)),
    (6, "", "", "Monywa district", (None, None, None, 6)),
    (7, "Ayadaw township", "Sagaing region", "Monywa district", (None, None, "g", 7)),
]


@pytest.mark.parametrize(("code", "name", "admin1", "admin2", "expected"), NAMED)
def test_the_smallest_named_area_decides(
    code: int, name: str | None, admin1: str, admin2: str, expected: tuple[Any, ...]
) -> None:
    found = settle(birma(), name=name, admin1=admin1, admin2=admin2, geo_prec=code)
    spot = found.spot
    assert (spot.place_id, spot.district_id, spot.governorate_id, found.geo_prec) == expected


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Sagaing Region", "Sagaing"),
        ("Donetsk oblast", "Donetsk"),
        ("Pokrovsk raion", "Pokrovsk"),
        ("Wadera woreda", "Wadera"),
        ("Kidal cercle", "Kidal"),
        ("Dori department", "Dori"),
        ("Uqayribat sub-district", "Uqayribat"),
        ("Kokang Self-Administered Zone", "Kokang Self Administered"),
    ],
)
def test_words_for_units_of_many_countries_do_not_matter(said: str, meant: str) -> None:
    assert without_unit(said) == normalise(meant)


def test_a_unit_known_by_number_keeps_its_word() -> None:
    assert without_unit("Zone 3") == "zone 3" != without_unit("District 3")
    assert without_unit("State") == "state"


TOWNSHIP = {"where_prec": 5, "where_coordinates": "Upper township", "adm_2": "Alpha district"}
COUNTS_IN = "SELECT community_id FROM link WHERE counted = :yes"


def test_a_township_of_a_named_district_counts_in_the_district(both: str, tmp_path: Path) -> None:
    take(both, write_csv(tmp_path / "a.csv", [ucdp_row(**TOWNSHIP)]))
    assert set(ask(both, panel_members)["area_id"]) == {"xx11", "xx1", "xx-blue-north"}
    assert rows(both, "SELECT geo_prec, district_id FROM incident_version") == [
        {"geo_prec": 3, "district_id": "xx11"}
    ]
    assert rows(both, "SELECT geo_prec FROM report_incident") == [{"geo_prec": 5}]


def test_a_community_that_is_a_township_counts_what_names_it(both: str, tmp_path: Path) -> None:
    folder = pack(tmp_path)
    places, communities = folder / "places.csv", folder / "communities.csv"
    more = (
        "xx111,subdistrict,xx11,Upper,أعلى,,,,,,invented,\nxx112,subdistrict,xx11,Lower,أسفل,,,,,,invented,\n"
    )
    places.write_text(places.read_text("utf-8") + more, "utf-8")
    theirs = "xx-green-{0},green,Greens of {0},خضر,{1}:majority,,invented\n"
    more = theirs.format("upper", "xx111") + theirs.format("lower", "xx112")
    communities.write_text(communities.read_text("utf-8") + more, "utf-8")
    load(both, folder)
    take(both, write_csv(tmp_path / "a.csv", [ucdp_row(**TOWNSHIP)]))
    counted = {row["community_id"] for row in rows(both, COUNTS_IN, yes=True)}
    assert counted == {"xx-blue-north", "xx-green-upper"}
    assert {row["community_id"] for row in rows(both, COUNTS_IN, yes=False)} == {
        "xx-green-lower",
        "xx-blue-hill",
    }


def test_an_older_store_learns_the_rule_by_loading_its_pack(both: str, tmp_path: Path) -> None:
    """What the store believed before stays readable: a version is its facts and its ties."""
    take(both, write_csv(tmp_path / "a.csv", [ucdp_row(**TOWNSHIP)]))
    change(both, "DELETE FROM link")
    change(both, "UPDATE incident_version SET geo_prec = 5, id = 'as-before' WHERE geo_prec = 3")
    change(both, "UPDATE region SET pack_sha256 = 'as-before'")
    load(both, tmp_path / "nowhere")
    found = rows(
        both, "SELECT geo_prec, recorded_until IS NULL AS held FROM incident_version ORDER BY geo_prec"
    )
    assert [(row["geo_prec"], bool(row["held"])) for row in found] == [(3, True), (5, False)]
    with engine.writing(both) as session:
        assert incidents.relink(session, "nowhere", NOW) == 0


def test_names_that_the_pack_does_not_know_are_listed(both: str, tmp_path: Path) -> None:
    listed = [
        ucdp_row(id=1, adm_2="Omega district"),
        ucdp_row(id=2, adm_2="Omega district"),
        ucdp_row(id=3, adm_1="Far Province", adm_2="Gamma"),
        ucdp_row(id=4, adm_1="Southern", adm_2="Alpha district"),
        ucdp_row(id=5, adm_1="", adm_2=""),
        ucdp_row(id=6, adm_2="Omega district", day="2019-05-01"),
    ]
    take(both, write_csv(tmp_path / "a.csv", listed))
    assert ask(both, unknown_units).to_numpy().tolist() == [
        ["district", "Omega district", "Northern Governorate", 2],
        ["district", "Alpha district", "Southern", 1],
        ["governorate", "Far Province", "", 1],
    ]
    places = tmp_path / "nowhere" / "places.csv"
    places.write_text(places.read_text("utf-8").replace("Alpha district", "Alpha district|Omega"), "utf-8")
    load(both, tmp_path / "nowhere")
    assert "Omega district" not in set(ask(both, unknown_units)["name"])
