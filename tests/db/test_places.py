"""The gazetteer: names, points and the tree."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import engine, store
from db.places import NOWHERE, Gazetteer, PlaceRow, Spot, normalise, without_unit
from db.vocab import PlaceLevel

L = PlaceLevel


@pytest.fixture
def gazetteer(nowhere: str) -> Gazetteer:
    with engine.reading(nowhere) as session:
        return Gazetteer.of(session, "nowhere")


def locate(gazetteer: Gazetteer, **facts: object) -> Spot:
    blank = dict.fromkeys(["place_id", "name", "admin1", "admin2", "lat", "lon"])
    return gazetteer.locate(**{**blank, "geo_prec": 1, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("As-Suwayda", "Suwayda"),
        ("as suwayda", "AS  SUWAYDA"),
        ("السويداء", "سويداء"),
        ("إدلب", "ادلب"),
        ("Sûwayda", "Suwayda"),
        ("حَلَب", "حلب"),
        ("Al-Tall", "Tall"),
        ("Jaramana (city)", "jaramana city"),
        ("Dar'a", "Dara"),
        ("٣ آب", "3 اب"),
    ],
)
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


def test_words_for_units_do_not_matter() -> None:
    assert without_unit("Northern Governorate") == without_unit("northern") == "northern"


@given(st.text(max_size=300))
def test_normalising_twice_is_normalising_once(name: str) -> None:
    assert normalise(normalise(name)) == normalise(name)
    assert len(normalise(name)) <= 255


@pytest.mark.parametrize(
    ("name", "level", "found"),
    [
        ("Northern", L.GOVERNORATE, "xx1"),
        ("NORTHERN governorate", L.GOVERNORATE, "xx1"),
        ("الشمالية", L.GOVERNORATE, "xx1"),
        ("Alpha district", L.DISTRICT, "xx11"),
        ("al tall", L.SETTLEMENT, "xx-hill"),
        ("Alpha", L.GOVERNORATE, None),
        ("Omega", L.DISTRICT, None),
        ("", L.DISTRICT, None),
        (None, L.DISTRICT, None),
    ],
)
def test_a_name_or_alias_finds_its_place(
    gazetteer: Gazetteer, name: str | None, level: PlaceLevel, found: str | None
) -> None:
    assert gazetteer.named(name, level) == found


def twins() -> Gazetteer:
    """Two villages called Kanaker, one in each of two districts."""
    units = [
        PlaceRow("g", None, L.GOVERNORATE, "G", 33.0, 36.0, None, None),
        PlaceRow("d1", "g", L.DISTRICT, "One", 33.1, 36.0, None, None),
        PlaceRow("d2", "g", L.DISTRICT, "Two", 33.2, 36.0, None, None),
        PlaceRow("k1", "d1", L.SETTLEMENT, "Kanaker", 33.1, 36.1, None, None),
        PlaceRow("k2", "d2", L.SETTLEMENT, "Kanaker", 33.2, 36.1, None, None),
    ]
    return Gazetteer(units, [(u.id, normalise(u.name)) for u in units])


def test_where_two_places_fit_none_is_picked() -> None:
    assert twins().named("Kanaker", L.SETTLEMENT) is None
    assert twins().named("Kanaker", L.SETTLEMENT, within="d2") == "k2"
    assert locate(twins(), name="Kanaker", admin1="G") == Spot(None, None, "g")
    assert locate(twins(), name="Kanaker", admin1="G", admin2="One") == Spot("k1", "d1", "g")


def test_a_name_alone_places_nothing(gazetteer: Gazetteer) -> None:
    assert locate(gazetteer, name="Hill") == NOWHERE


def test_a_named_place_settles_all(gazetteer: Gazetteer) -> None:
    assert locate(gazetteer, place_id="xx-ford", lat=1.0, lon=1.0) == Spot("xx-ford", "xx12", "xx1")


def test_a_point_takes_the_district_of_its_nearest_place(gazetteer: Gazetteer) -> None:
    assert locate(gazetteer, admin1="Northern", lat=34.08, lon=36.01).district_id == "xx11"
    assert locate(gazetteer, lat=32.2, lon=36.0) == Spot(None, "xx21", "xx2")


def test_the_named_governorate_holds_even_where_another_is_nearer(gazetteer: Gazetteer) -> None:
    assert locate(gazetteer, admin1="Southern", lat=34.1, lon=36.0) == Spot(None, "xx21", "xx2")


def test_the_nearest_place_is_found_however_many_others_are_nearer() -> None:
    crowd = [
        PlaceRow(f"n{i}", "d1", L.SETTLEMENT, f"N{i}", 33 + i / 1e4, 36.0, None, None) for i in range(60)
    ]
    units = [
        PlaceRow("g1", None, L.GOVERNORATE, "G1", 33.0, 36.0, None, None),
        PlaceRow("g2", None, L.GOVERNORATE, "G2", 35.0, 36.0, None, None),
        PlaceRow("d1", "g1", L.DISTRICT, "One", 33.0, 36.0, None, None),
        PlaceRow("d2", "g2", L.DISTRICT, "Two", 35.0, 36.0, None, None),
    ]
    assert Gazetteer(units + crowd, []).district_at(33.0, 36.0, within="g2") == "d2"


@pytest.mark.parametrize("precision", [3, 4, 5, 6, 7])
def test_an_imprecise_point_settles_no_district(gazetteer: Gazetteer, precision: int) -> None:
    spot = locate(gazetteer, admin1="Northern", lat=34.1, lon=36.0, geo_prec=precision)
    assert spot == Spot(None, None, "xx1")


def test_a_polygon_beats_the_nearest_place(nowhere: str) -> None:
    square = {"type": "Polygon", "coordinates": [[[35, 33], [37, 33], [37, 35], [35, 35], [35, 33]]]}
    with engine.writing(nowhere) as session:
        store.save_polygon(session, "xx12", json.dumps(square))
    with engine.reading(nowhere) as session:
        assert locate(Gazetteer.of(session, "nowhere"), lat=34.1, lon=36.0).district_id == "xx12"


def test_a_region_without_points_places_nothing_by_point() -> None:
    bare = Gazetteer([PlaceRow("g", None, L.GOVERNORATE, "G", None, None, None, None)], [])
    assert bare.district_at(34.0, 36.0) is None
