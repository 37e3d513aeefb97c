"""The offline map: outline, shades, bubbles, and never a pin for an incident."""

import json
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd

import db
from dashboard import land, map_marks, maps
from dashboard.outlook import Shade

SYRIA = {"bounds": [35.5, 32.2, 42.5, 37.4], "outline_iso_numeric": "760"}
PACK = Path(db.__file__).parent / "regions" / "syria"
SQUARE = {"type": "Polygon", "coordinates": [[[36, 33], [37, 33], [37, 34], [36, 34], [36, 33]]]}


def places(**polygons: Any) -> pd.DataFrame:
    """Two governorates and a district."""
    rows = [("G1", "governorate", "<North>", 36.0, 36.5), ("G2", "governorate", "South", 33.0, 36.5)]
    rows += [("D1", "district", "Beta", 33.5, 36.5)]
    return pd.DataFrame(
        [
            {"place_id": i, "level": level, "name": name, "name_ar": None, "lat": lat, "lon": lon}
            | {"polygon": json.dumps(polygons[i]) if i in polygons else None}
            for i, level, name, lat, lon in rows
        ]
    )


def drawn(table: pd.DataFrame, shades: dict[str, Shade]) -> ElementTree.Element:
    """The picture, read back as XML."""
    found = maps.of_levels(SYRIA, table, shades)
    assert found is not None
    return ElementTree.fromstring(found.svg("Levels"))  # noqa: S314  (our own)


def tags(picture: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """All elements of a kind."""
    return picture.findall(f".//{{http://www.w3.org/2000/svg}}{name}")


def test_the_outline_lies_where_the_country_does() -> None:
    """Decoded from the vendored file."""
    points = [point for ring in land.outline("760") for point in ring]
    assert len(points) > 50
    assert all(35.5 < lon < 42.5 and 32.2 < lat < 37.4 for lon, lat in points)
    assert land.outline("no such country") == ()


def test_a_governorate_is_one_bubble_with_number_and_words() -> None:
    """Its shape, its level's number, its name; told in words as well; names are escaped."""
    picture = drawn(places(), {"G1": Shade(3, 2), "G2": Shade(0, 1)})
    words = [one.text for group in tags(picture, "g") if not group.get("id") for one in tags(group, "text")]
    assert words == ["3", "<North>", "–", "South"]
    assert "highest level 3 Warning, 2 communities" in (tags(picture, "desc")[0].text or "")


def test_districts_are_shaded_where_outlines_are_loaded() -> None:
    """With their number; and the governorate keeps its shape where it has none."""
    picture = drawn(places(D1=SQUARE), {"G1": Shade(1, 1), "D1": Shade(4, 1)})
    fills = [one.get("fill") for one in tags(picture, "path")]
    assert "#d7301f" in fills
    assert [one.get("href") for one in tags(picture, "use")] == ["#tc-l4"]
    assert [title.text for title in tags(picture, "title")][1:] == [
        "Beta: highest level 4 Emergency, 1 community",
        "<North>: highest level 1 Baseline, 1 community",
    ]


def test_a_region_without_coordinates_has_no_map() -> None:
    """Nothing is drawn rather than something wrong."""
    empty = places().assign(lat=None, lon=None).astype({"lat": float, "lon": float})
    assert maps.of_levels({}, empty, {}) is None


def test_the_picture_is_one_line() -> None:
    """A blank line would end it where it is shown."""
    found = maps.of_levels(SYRIA, places(), {"G1": Shade(2, 1)})
    assert found is not None and "\n" not in found.svg("Levels")


def syria(level: int = 2) -> tuple[pd.DataFrame, dict[str, Shade]]:
    """The governorates of the Syrian pack, each with communities."""
    rows = pd.read_csv(PACK / "places.csv")
    rows = rows[rows["level"] == "governorate"].rename(columns={"id": "place_id"}).assign(polygon=None)
    return rows, {one: Shade(1 + n % 4, 1 + n) for n, one in enumerate(rows["place_id"])}


def test_no_mark_covers_another_and_those_that_moved_are_tied_to_their_place() -> None:
    table, shades = syria()
    frame = land.frame_for(SYRIA["bounds"])
    there = [maps.mark(one, shades[one["place_id"]], frame) for one in table.to_dict("records")]
    marks = map_marks.apart(there)
    assert len(marks) == 14 and overlaps(there) and not overlaps(marks)
    assert max(abs(one.x - one.home[0]) + abs(one.y - one.home[1]) for one in marks) < 60
    picture = drawn(table, shades)
    moved = [one for one in marks if abs(one.x - one.home[0]) + abs(one.y - one.home[1]) > map_marks.FAR]
    ties = [one for one in tags(picture, "path") if one.get("stroke-linecap") == "round"]
    assert len(ties) == 2 and ties[0].get("d", "").count("L") == len(moved) > 0
    left, top, wide, high = map_marks.box(marks, land.WIDTH, frame.height)
    assert all(left <= one.x - one.half and one.x + one.half <= left + wide for one in marks)
    assert all(top <= one.y - one.above and one.y + one.below <= top + high for one in marks)


def overlaps(marks: list[map_marks.Mark]) -> list[tuple[str, str]]:
    """The pairs of marks of which one covers the other."""
    return [
        (one.place["name"], other.place["name"])
        for one, other in combinations(marks, 2)
        if one.half + other.half - abs(one.x - other.x) > 0.1
        and (one.below + other.above if one.y <= other.y else other.below + one.above) - abs(one.y - other.y)
        > 0.1
    ]


def test_a_mark_that_leads_on_is_a_link_with_words_and_the_chosen_one_says_so() -> None:
    found = maps.of_levels(
        SYRIA, places(D1=SQUARE), {"G1": Shade(1, 1), "G2": Shade(2, 1), "D1": Shade(4, 1)}, ("G1",), leads
    )
    assert found is not None
    picture = ElementTree.fromstring(found.svg("Levels"))  # noqa: S314  (our own)
    assert picture.get("role") == "group"
    links = {one.get("href"): one for one in tags(picture, "a")}
    assert set(links) == {"./today?G1", "./today?G2", "./today?D1"}
    assert links["./today?D1"].get("aria-label") == "Beta: highest level 4 Emergency, 1 community"
    assert [one for one in links if links[one].get("aria-current")] == ["./today?G1"]


def leads(place: Mapping[str, Any]) -> str:
    return f"./today?{place['place_id']}"
