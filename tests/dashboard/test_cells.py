"""Schematic districts: one cell each, none over another, together the whole country; calm where they cannot be."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

import db
from dashboard import cells, land

REGIONS = Path(db.__file__).parent / "regions"
SYRIA = {"outline_iso_numeric": "760"}
INDONESIA, FIJI = {"outline_iso_numeric": "360"}, {"outline_iso_numeric": "242"}
Rows = Sequence[Mapping[str, Any]]


def pack(name: str) -> list[dict[str, Any]]:
    """The places of a shipped pack as a map asks for them."""
    rows = pd.read_csv(REGIONS / name / "places.csv").assign(polygon=None)
    drawn = rows[rows["level"].isin(["governorate", "district", "subdistrict"])]
    return [{str(name): one for name, one in row.items()} for row in drawn.to_dict("records")]


def row(place_id: str, lon: float | None, lat: float | None, **more: Any) -> dict[str, Any]:
    """A district of G."""
    known = {"place_id": place_id, "level": "district", "parent_id": "G", "lon": lon, "lat": lat}
    return {**known, "polygon": None, **more}


def square(west: float, south: float, wide: float = 1.0) -> str:
    """A stored outline."""
    ring = [
        [west, south],
        [west + wide, south],
        [west + wide, south + wide],
        [west, south + wide],
        [west, south],
    ]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def made(settings: Mapping[str, Any], rows: Rows) -> cells.Cells:
    """The cells, which must be there."""
    found = cells.of(settings, rows)
    assert found is not None
    return found


def districts(found: cells.Cells, rows: Rows) -> dict[str, Any]:
    """The areas of the districts, after the laws that hold for all of them."""
    ids = [one["place_id"] for one in rows if one["level"] == "district"]
    areas = {one: found.areas[one] for one in ids if found.held(one)}
    assert all(one.is_valid and one.area > 0 for one in areas.values())
    together = shapely.union_all(list(areas.values()))
    assert sum(one.area for one in areas.values()) == pytest.approx(
        together.area, abs=1e-9
    )  # none over another
    assert together.symmetric_difference(found.ground).area < 1e-6
    for place_id, area in areas.items():
        x, y, radius = found.spots[place_id]
        assert shapely.distance(shapely.Point(x, y), area) < 1e-9 and radius > 0
    return areas


@pytest.mark.parametrize(("name", "settings"), [("syria", SYRIA), ("exercise", {})])
def test_every_district_of_a_shipped_pack_has_one_cell_and_together_they_are_the_country(
    name: str, settings: Mapping[str, Any]
) -> None:
    rows = pack(name)
    found = made(settings, rows)
    areas = districts(found, rows)
    assert set(areas) == {one["place_id"] for one in rows if one["level"] == "district"}
    assert found.schematic == set(found.areas)
    for home in (one["place_id"] for one in rows if one["level"] == "governorate"):
        parts = [
            areas[one["place_id"]] for one in rows if one["place_id"] in areas and one["parent_id"] == home
        ]
        assert found.areas[home].area == pytest.approx(sum(one.area for one in parts), abs=1e-9)


def test_the_cells_of_syria_fill_its_outline_and_hold_their_own_towns() -> None:
    rows = pack("syria")
    found = made(SYRIA, rows)
    outline = shapely.Polygon([land.flat(point) for point in land.outline("760")[0]])
    assert found.ground.symmetric_difference(outline).area < 1e-9
    mine = [one for one in rows if one["level"] == "subdistrict"]
    spots = [shapely.Point(land.flat((one["lon"], one["lat"]))) for one in mine]
    held = [found.areas[one["parent_id"]].distance(at) < 0.02 for one, at in zip(mine, spots, strict=True)
            if found.ground.contains(at)]  # fmt: skip
    assert len(held) > 260 and all(held)


def test_a_district_is_what_lies_nearest_to_any_of_its_parts() -> None:
    rows = [row("A", 36, 34), row("B", 38, 34)]
    rows += [row(f"A{n}", lon, 34, level="subdistrict", parent_id="A") for n, lon in enumerate((36, 37))]
    found = made(SYRIA, rows)
    middle = land.flat((37.4, 34.0))
    assert found.areas["A"].contains(shapely.Point(middle)) and not found.areas["B"].contains(
        shapely.Point(middle)
    )
    assert set(districts(found, rows)) == {"A", "B"}


@pytest.mark.parametrize(
    "spots",
    [
        [(37, 34)],
        [(37, 34), (39, 36)],
        [(36, 34), (37, 34), (38, 34), (39, 34)],
        [(36.0, 33.0), (37.0, 34.0), (38.0, 35.0)],
        [(37, 34), (37, 34)],
        [(37, 34), (37, 34), (37, 34), (39, 36)],
    ],
    ids=["one", "two", "a line", "a slanting line", "one spot", "three at one spot"],
)
@pytest.mark.parametrize("settings", [SYRIA, {}], ids=["a country", "no country"])
def test_few_points_and_odd_ones_still_give_each_district_its_cell(
    spots: list[tuple[float, float]], settings: Mapping[str, Any]
) -> None:
    rows = [row(f"D{n}", *spot) for n, spot in enumerate(spots)]
    assert len(districts(made(settings, rows), rows)) == len(spots)


def test_islands_are_shared_out_too() -> None:
    rows = [row("W", 101, 0), row("M", 113, -2), row("E", 138, -4)]
    found = made(INDONESIA, rows)
    areas = districts(found, rows)
    assert any(one.geom_type == "MultiPolygon" for one in areas.values())


def test_a_district_whose_place_is_unknown_has_no_cell_and_costs_the_others_nothing() -> None:
    rows = [row("A", 36, 34), row("B", 38, 34), row("C", None, None)]
    found = made(SYRIA, rows)
    assert set(districts(found, rows)) == {"A", "B"} and not found.held("C")


@pytest.mark.parametrize(
    ("settings", "spots"),
    [({}, []), ({}, [(None, None)]), (SYRIA, [(None, None)]), (FIJI, [(179.5, -17.0), (-179.5, -17.0)])],
    ids=["no places", "no coordinates", "none in a country", "across the antimeridian"],
)
def test_where_nothing_can_be_cut_there_are_no_cells(
    settings: Mapping[str, Any], spots: list[tuple[float | None, float | None]]
) -> None:
    assert cells.of(settings, [row(f"D{n}", *spot) for n, spot in enumerate(spots)]) is None


def test_loaded_outlines_win_district_by_district() -> None:
    rows = [row("A", 36.5, 34.5, polygon=square(36, 34)), row("B", 38, 34), row("C", 38, 35)]
    found = made(SYRIA, rows)
    districts(found, rows)
    assert found.schematic == {"B", "C", "G"}
    true = shapely.transform(shapely.from_geojson(rows[0]["polygon"]), cells._flat)
    assert found.areas["A"].symmetric_difference(true).area < 1e-6


def test_true_outlines_with_gaps_and_many_points_are_made_plainer_and_closed_to_a_governorate() -> None:
    rows = [row("A", 36.5, 34.5, polygon=ragged(36.0)), row("B", 37.5, 34.5, polygon=ragged(37.002))]
    found = made(SYRIA, rows)
    assert (
        shapely.count_coordinates(found.areas["A"])
        < 100
        < shapely.count_coordinates(shapely.from_geojson(ragged(36)))
    )
    assert shapely.get_num_geometries(found.areas["G"]) == 1
    assert found.areas["G"].area == pytest.approx(found.areas["A"].area + found.areas["B"].area, rel=0.02)


def ragged(west: float) -> str:
    """A square of one degree with a thousand teeth that nobody sees."""
    teeth = [[west + n / 1000, 34 + 0.0005 * (n % 2)] for n in range(1001)]
    ring = [*teeth, [west + 1, 35], [west, 35], teeth[0]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def test_a_governorate_with_an_outline_holds_its_districts() -> None:
    home = {**row("G", 37, 35), "level": "governorate", "parent_id": None, "polygon": square(36, 34, 2)}
    rows = [home, row("A", 36.5, 34.5), row("B", 37.5, 34.5), row("C", 40, 36, parent_id="H")]
    found = made(SYRIA, rows)
    districts(found, rows)
    within = found.areas["G"].buffer(1e-6)
    assert within.contains(found.areas["A"]) and within.contains(found.areas["B"])
    assert found.areas["C"].intersection(found.areas["G"]).area < 1e-9 and "G" not in found.schematic


def test_a_pack_of_one_corner_does_not_fill_the_country() -> None:
    rows = [row(f"D{n}", 36.6 + 0.1 * (n % 3), 32.6 + 0.1 * (n // 3)) for n in range(9)]
    found = made(SYRIA, rows)
    districts(found, rows)
    whole = shapely.Polygon([land.flat(point) for point in land.outline("760")[0]])
    assert found.ground.area < 0.1 * whole.area and whole.buffer(1e-9).contains(found.ground)
