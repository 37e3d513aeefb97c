"""Districts on the map: shaded with their number, room for a finger, names that cover nothing, links that filter."""

import re
from collections.abc import Mapping
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from dashboard import cells, i18n, land, map_districts, map_marks, maps
from dashboard.map_marks import Mark
from dashboard.outlook import Shade
from tests.dashboard.test_cells import SYRIA, pack
from tests.dashboard.test_maps import tags

BOUNDS = {**SYRIA, "bounds": [35.5, 32.2, 42.5, 37.4]}
LEAST = 24  # pixels, of WCAG 2.2's target size
PHONE = 386  # pixels: the width of the map on a telephone of 390


def leads(place: Mapping[str, Any]) -> str:
    return f"./today?as_of=2018-07-24&lang=ar&{place['level']}={place['place_id']}"


def syria(**settings: Any) -> tuple[pd.DataFrame, dict[str, Shade], maps.Map]:
    """All districts of Syria with communities, and their map."""
    rows = pd.DataFrame(pack("syria"))
    ids = rows["place_id"][rows["level"] != "subdistrict"]
    shades = {one: Shade(n % 5, 1 + n % 3) for n, one in enumerate(ids)}
    found = maps.of_levels({**BOUNDS, **settings}, rows, shades, to=leads)
    assert found is not None
    return rows, shades, found


def read(found: maps.Map) -> ElementTree.Element:
    return ElementTree.fromstring(found.svg("Levels"))  # noqa: S314  (our own)


def laid() -> tuple[list[Mark], list[map_districts.Named]]:
    """The marks and names of Syria's map."""
    rows, shades, _found = syria()
    places = {one["place_id"]: one for one in rows.to_dict("records")}
    drawn, frame = cells.of(BOUNDS, list(places.values())), land.frame_for(BOUNDS["bounds"])  # type: ignore[arg-type]
    assert drawn is not None
    ids = [one for one, row in places.items() if row["level"] == "district"]
    marks = map_districts.marks(drawn, frame, places, shades, ids, ())
    governorates = [row for row in places.values() if row["level"] == "governorate"]
    return marks, map_districts.names(drawn, frame, governorates, marks, {"SY13": Shade(3, 1)})


def test_every_district_is_shaded_and_marked_and_leads_to_its_communities() -> None:
    rows, shades, found = syria()
    picture = read(found)
    ids = list(rows["place_id"][rows["level"] == "district"])
    links = [one for one in tags(picture, "a") if "&district=" in str(one.get("href"))]
    by_keyboard = [one for one in links if one.get("tabindex") is None]
    assert sorted(str(one.get("href")).rsplit("=", 1)[1] for one in by_keyboard) == sorted(ids)
    assert len(links) == 2 * len(ids)  # the shade leads on too, for a pointer alone
    shades_only = next(one for one in tags(picture, "g") if one.get("aria-hidden") == "true")
    assert len(tags(shades_only, "a")) == len(ids)
    for one in by_keyboard:
        level = shades[str(one.get("href")).rsplit("=", 1)[1]].level
        assert one.get("aria-label") and tags(one, "use")[-1].get("href") == f"#tc-l{level}"
    assert found.fine and found.schematic and len(tags(picture, "pattern")) == 1


def test_each_small_mark_has_shape_number_and_room_for_a_finger() -> None:
    _rows, _shades, found = syria()
    for group in (one for one in tags(read(found), "g") if str(one.get("id")).startswith("tc-l")):
        number = str(group.get("id"))[-1]
        assert [one.text for one in tags(group, "text")] == ["–" if number == "0" else number]
        touched = tags(group, "rect")[0]
        assert float(str(touched.get("width"))) * PHONE / found.box[2] >= LEAST


def test_no_mark_covers_another_and_no_name_a_mark_or_a_name() -> None:
    marks, named = laid()
    assert len(marks) == 62 and len(named) == 14
    boxes = [(one.x, one.y, one.half, one.above) for one in marks]
    boxes += [(*one.at, one.half, map_districts.HIGH) for one in named]
    for (x, y, half, high), (x2, y2, half2, high2) in combinations(boxes, 2):
        assert abs(x - x2) > half + half2 - 1 or abs(y - y2) > high + high2 - 1
    assert max(abs(one.x - one.home[0]) + abs(one.y - one.home[1]) for one in marks) < 110


def test_a_mark_stands_where_it_stood_whatever_the_level_and_the_filter() -> None:
    rows, shades, _found = syria()
    known = {one: (use.get("x"), use.get("y")) for one, use in marked(rows, shades).items()}
    some = {one: Shade(4, 1) for one in list(shades)[20:30]}
    again = {one: (use.get("x"), use.get("y")) for one, use in marked(rows, some, lived=shades).items()}
    assert again and all(known[one] == spot for one, spot in again.items())


def marked(rows: pd.DataFrame, shades: dict[str, Shade], **more: Any) -> dict[str, ElementTree.Element]:
    """The marks of districts by their id."""
    found = maps.of_levels(BOUNDS, rows, shades, to=leads, **more)
    assert found is not None
    links = [one for one in tags(read(found), "a") if one.get("tabindex") is None and tags(one, "use")]
    return {str(one.get("href")).rsplit("=", 1)[1]: tags(one, "use")[-1] for one in links}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_whole_map_weighs_less_than_60_kb(language: str) -> None:
    i18n.use(language)
    _rows, _shades, found = syria()
    assert len(found.svg("Levels by district").encode()) <= 60_000


def test_a_district_without_communities_is_unshaded_and_one_without_data_is_hatched() -> None:
    rows, _shades, _found = syria()
    found = maps.of_levels(BOUNDS, rows, {"SY0100": Shade(0, 1), "SY0200": Shade(4, 1)})
    assert found is not None
    fills = [one.get("fill") for one in tags(read(found), "path")]
    assert fills.count("url(#tc-hatch)") == 1 and fills.count("#d7301f") == 1
    assert (
        set(fills) == {"url(#tc-hatch)", "#d7301f", "none"} and len(re.findall('#tc-l."', found.shapes)) == 2
    )
    assert "SY0200" not in found.said and "4 Emergency" in found.said


def test_communities_known_to_a_governorate_alone_stand_beside_its_name() -> None:
    rows, _shades, _found = syria()
    shades, loose = {"SY13": Shade(4, 2), "SY1300": Shade(4, 1)}, {"SY13": Shade(3, 1)}
    found = maps.of_levels(BOUNDS, rows, shades, to=leads, loose=loose)
    assert found is not None
    home = next(one for one in tags(read(found), "a") if str(one.get("href")).endswith("governorate=SY13"))
    assert [one.get("href") for one in tags(home, "use")] == ["#tc-l3"]
    assert "Known no finer than the governorate: highest level 3 Warning" in str(home.get("aria-label"))


def test_what_lies_in_a_district_that_cannot_be_drawn_goes_to_its_governorate() -> None:
    rows, _shades, _found = syria()
    lost = {"place_id": "SY1399", "level": "district", "parent_id": "SY13", "name": "Lost", "polygon": None}
    rows = pd.concat([rows, pd.DataFrame([lost])], ignore_index=True)
    shades = {"SY13": Shade(4, 1), "SY1399": Shade(4, 1)}
    found = maps.of_levels(BOUNDS, rows, shades, to=leads)
    assert found is not None and "#tc-l4" in found.shapes.split("</defs>", 1)[1]


def test_the_chosen_district_has_a_ring_and_says_so() -> None:
    rows, shades, _found = syria()
    found = maps.of_levels(BOUNDS, rows, shades, ("SY1300",), leads)
    assert found is not None
    picture = read(found)
    current = [one for one in tags(picture, "a") if one.get("aria-current")]
    assert [str(one.get("href")).rsplit("=", 1)[1] for one in current] == ["SY1300"]
    assert tags(current[0], "circle")[0].get("stroke-dasharray")


def crowd() -> tuple[pd.DataFrame, dict[str, Shade]]:
    """Four governorates with 100 districts each: more marks than a phone has room for."""
    rows = [
        {"place_id": f"G{g}", "level": "governorate", "parent_id": "X", "lon": 10 + 5 * g, "lat": 5}
        for g in range(4)
    ]
    rows += [{"place_id": f"G{g}D{n}", "level": "district", "parent_id": f"G{g}", "lon": 8 + 5 * g + 0.5 * (n % 10),
              "lat": 2.5 + 0.5 * (n // 10)} for g in range(4) for n in range(100)]  # fmt: skip
    table = pd.DataFrame(rows).assign(polygon=None, name_ar=None)
    table["name"] = table["place_id"]
    return table, {one: Shade(1 + n % 4, 1) for n, one in enumerate(table["place_id"])}


def test_where_districts_are_too_many_governorates_are_shaded_and_a_chosen_one_opens() -> None:
    table, shades = crowd()
    whole = maps.of_levels({}, table, shades, to=leads)
    assert whole is not None and not whole.fine and len(re.findall('#tc-l."', whole.shapes)) == 4
    opened = maps.of_levels({}, table, shades, ("G2",), leads)
    assert opened is not None and opened.fine and len(re.findall('#tc-l."', opened.shapes)) == 100
    assert opened.shapes.count("governorate=G") >= 1  # a way to the neighbours or back
    assert max(len(one.svg("Levels")) for one in (whole, opened)) < 120_000
    by_district = maps.of_levels({}, table, shades, ("G2D5",), leads)
    assert by_district is not None and len(re.findall('aria-current="true"', by_district.shapes)) == 1


def test_a_place_at_one_spot_is_still_a_picture() -> None:
    table = pd.DataFrame([{"place_id": "D", "level": "district", "parent_id": None, "lon": 10.0, "lat": 5.0,
                           "polygon": None, "name": "D", "name_ar": None}])  # fmt: skip
    found = maps.of_levels({}, table, {"D": Shade(2, 1)})
    assert found is not None and 100 < found.box[3] < 500 and "nan" not in found.shapes


def test_marks_are_where_a_reader_of_arabic_expects_their_digits() -> None:
    i18n.use("ar", "arabic")
    number = next(one for one in tags(read(syria()[2]), "g") if one.get("id") == "tc-l3")
    assert [one.text for one in tags(number, "text")] == ["٣"]
    assert map_marks.TARGET > LEAST
