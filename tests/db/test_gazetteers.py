"""Larger gazetteers: what of a file becomes a place, what is refused with its cure, and what stays."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db import engine, gazetteer_files, gazetteers, packs, store
from db.errors import BadInput
from db.gazetteers import Loaded
from db.places import Gazetteer
from tests.conftest import NOW
from tests.db.stores import change, everything, rows
from tests.factories import pack, report_row, take, write_csv

HEADER = "id,name,name_ar,level,parent,lat,lon,aliases,code,source\n"
BROOK = ",Brook,جدول,village,xx12,33.81,36.21,Brooke;Bruk,B1,invented\n"


def load(url: str, file: Path) -> Loaded:
    table = file.suffix == ".csv"
    found = gazetteer_files.read_csv(file) if table else _points(file)
    with engine.writing(url) as session:
        return gazetteers.load(session, "nowhere", found, file.name, NOW)


def _points(file: Path) -> list[gazetteer_files.Row]:
    return gazetteer_files.read_points(json.loads(file.read_text("utf-8"))["features"])


def csv_of(folder: Path, *lines: str, header: str = HEADER) -> Path:
    file = folder / "villages.csv"
    file.write_text(header + "".join(line if line.endswith("\n") else f"{line}\n" for line in lines), "utf-8")
    return file


def candidates(url: str, text: str) -> list[str]:
    with engine.reading(url) as session:
        return [one.name for one in Gazetteer.of(session, "nowhere").candidates(text) if one.score >= 90]


def test_places_of_a_file_are_found_by_every_name_and_loading_again_changes_nothing(
    both: str, tmp_path: Path
) -> None:
    file = csv_of(tmp_path, BROOK)
    done = load(both, file)
    assert (done.rows, done.new, done.problems) == (1, 1, [])
    for name in ("Brook", "جدول", "bruk", "B1"):
        assert candidates(both, name)[:1] == ["Brook"]
    before = everything(both)
    again = load(both, file)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)
    assert everything(both) == before
    stored = rows(both, "SELECT origin, sensitivity, parent_id, lat FROM place WHERE name = 'Brook'")
    assert stored == [
        {"origin": "villages.csv", "sensitivity": "internal", "parent_id": "xx12", "lat": 33.81}
    ]


def test_a_changed_row_changes_its_place_and_keeps_its_outline(both: str, tmp_path: Path) -> None:
    load(both, csv_of(tmp_path, "b1" + BROOK))
    change(both, "UPDATE place SET polygon = '{}' WHERE id = 'b1'")
    done = load(both, csv_of(tmp_path, "b1" + BROOK.replace("Brooke", "Brock")))
    assert (done.new, done.changed) == (0, 1)
    assert candidates(both, "Brock") == ["Brook"]
    names = {row["alias"] for row in rows(both, "SELECT alias FROM place_alias WHERE place_id = 'b1'")}
    assert names == {"Brook", "جدول", "Brock", "Bruk", "B1"}
    assert rows(both, "SELECT polygon AS p FROM place WHERE id = 'b1'") == [{"p": "{}"}]


def test_loading_the_pack_again_keeps_places_of_files(both: str, tmp_path: Path) -> None:
    load(both, csv_of(tmp_path, BROOK))
    edited = pack(tmp_path / "edited")
    (edited / "region.toml").write_text((edited / "region.toml").read_text("utf-8") + "# edited\n", "utf-8")
    with engine.writing(both) as session:
        assert store.load_region(session, packs.read(edited), NOW)
    assert candidates(both, "Bruk") == ["Brook"]
    assert candidates(both, "Al-Tall") == ["Hill"]


@pytest.mark.parametrize(
    ("line", "column", "cure"),
    [
        (",,,,xx12,33.8,36.2,,,", "name", "fill it in"),
        (",!!!,,,xx12,33.8,36.2,,,", "name", "holds no letter"),
        (",A,,,xx12,133.8,36.2,,,", "lat", "no number from -90 to 90"),
        (",A,,,xx12,33.8,,,,", "lon", "give both"),
        (",A,,,xx12,,,,,", "lat", "needs coordinates"),
        (",A,,,xx12,0,0,,,", "lat", "stands for unknown"),
        (",A,,district,xx1,33.8,36.2,,,", "level", "region pack"),
        (",A,,,Atlantis,33.8,36.2,,,", "parent", "id or code"),
        (",A,,subdistrict,xx-hill,33.8,36.2,,,", "parent", "no place above"),
        (",A,,,,1,1,,,", "parent", "name a district"),
        ("xx-hill,A,,,xx12,33.8,36.2,,,", "id", "belongs to the region's pack"),
        ("x y,A,,,xx12,33.8,36.2,,,", "id", "ASCII"),
        ("b1,A,,,xx12,33.8,36.2,,,\nb1,B,,,xx12,33.9,36.2,,,", "id", "twice"),
    ],
)
def test_a_row_that_is_no_place_is_named_and_the_others_land(
    nowhere: str, tmp_path: Path, line: str, column: str, cure: str
) -> None:
    done = load(nowhere, csv_of(tmp_path, BROOK, line))
    (problem,) = done.problems
    assert (problem.file, problem.column) == ("villages.csv", column)
    assert cure in problem.message
    assert problem.row == 3 + line.count("\n")
    assert done.new == 1 + line.count("\n")


def test_what_the_pack_has_nearby_is_no_second_place(nowhere: str, tmp_path: Path) -> None:
    done = load(nowhere, csv_of(tmp_path, ",al-Tall,,,xx11,34.11,36.01,,,", ",al-Tall,,,xx12,33.7,36.2,,,"))
    assert (done.known, done.new) == (1, 1)
    with engine.reading(nowhere) as session:
        assert Gazetteer.of(session, "nowhere").named("al-Tall", store.PlaceLevel.SETTLEMENT) is None


def test_a_parent_goes_by_name_or_by_the_place_around(nowhere: str, tmp_path: Path) -> None:
    lines = (",A,,,Beta district,33.8,36.2,,,", ",B,,,Northern,33.82,36.2,,,", ",C,,,,32.11,36.01,,,")
    own = (",Part,,subdistrict,Alpha,,,,P1,", ",D,,quarter,P1,34.1,36.0,,,")
    assert load(nowhere, csv_of(tmp_path, *lines, *own)).new == 5
    found = rows(nowhere, "SELECT name, parent_id AS up FROM place WHERE origin IS NOT NULL ORDER BY name")
    ups = {row["name"]: row["up"] for row in found}
    assert (ups["A"], ups["B"], ups["C"], ups["Part"]) == ("xx12", "xx12", "xx21", "xx11")
    assert rows(nowhere, "SELECT name FROM place WHERE id = :id", id=ups["D"]) == [{"name": "Part"}]


def test_incidents_find_the_new_places(nowhere: str, tmp_path: Path) -> None:
    row = report_row(place="Brook", admin2="Beta", place_id=None, lat=None, lon=None, title=None, text=None)
    take(nowhere, write_csv(tmp_path / "reports.csv", [row]), "reports")
    held = "SELECT place_id AS p FROM incident_version WHERE recorded_until IS NULL"
    assert rows(nowhere, held) == [{"p": None}]
    file = csv_of(tmp_path, "b1" + BROOK)
    with engine.writing(nowhere) as session:
        later = NOW + timedelta(days=1)
        read = gazetteer_files.read_csv(file)
        assert gazetteers.load(session, "nowhere", read, file.name, later).relinked == 1
    assert rows(nowhere, held) == [{"p": "b1"}]


def test_points_of_geojson_are_places_whatever_their_publisher_calls_the_columns(
    nowhere: str, tmp_path: Path
) -> None:
    def point(coordinates: Any, **properties: Any) -> dict[str, Any]:
        return {"properties": properties, "geometry": {"type": "Point", "coordinates": coordinates}}

    shape = {"properties": {}, "geometry": {"type": "Polygon", "coordinates": []}}
    features = [
        point(
            [36.2, 33.8, 7], **{"name:en": "Brook", "name:ar": "جدول", "place": "hamlet", "alt_name": "Bruk"}
        ),
        shape,
        point(["a"], name="Broken"),
        {"geometry": None},
    ]
    file = tmp_path / "villages.geojson"
    file.write_text(json.dumps({"features": features}), "utf-8")
    done = load(nowhere, file)
    assert (done.rows, done.new) == (2, 1)
    assert {problem.row for problem in done.problems} == {3}
    assert candidates(nowhere, "جدول") == candidates(nowhere, "bruk") == ["Brook"]


@pytest.mark.parametrize(
    ("body", "cure"),
    [
        (b"id,name\n1,A\n", "lacks columns"),
        (b"", "lacks columns"),
        ("name,lat,lon\nشهبا,1,1\n".encode("cp1256"), "save it as UTF-8"),
        (b'name,lat,lon\n"A,1,1\n', "mend its quotes"),
    ],
)
def test_a_file_that_is_no_gazetteer_is_refused_with_its_cure(tmp_path: Path, body: bytes, cure: str) -> None:
    (tmp_path / "x.csv").write_bytes(body)
    with pytest.raises(BadInput, match=cure):
        gazetteer_files.read_csv(tmp_path / "x.csv")


def test_a_file_without_one_good_row_is_refused(nowhere: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="first fault"):
        load(nowhere, csv_of(tmp_path, ",,,,xx12,33.8,36.2,,,"))


def test_semicolons_and_hidden_marks_do_no_harm(nowhere: str, tmp_path: Path) -> None:
    header = "Name;Latitude;Longitude;aliases\n"
    load(nowhere, csv_of(tmp_path, "\u202eBrook\u202c;33.8;36.2;Bruk|Brooke", header=header))
    assert rows(nowhere, "SELECT name FROM place WHERE origin IS NOT NULL") == [{"name": "Brook"}]
    assert candidates(nowhere, "Brooke") == ["Brook"]
