"""Region packs: what is sound, and how each fault is named with its place and its cure."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from db import engine, packs, store
from db.errors import BadInput
from db.policy import Viewer
from db.queries import RegionInfo, areas, communities, region
from db.spelling import is_arabic
from db.vocab import Role
from tests.conftest import NOW
from tests.db.stores import ask, count, rows
from tests.factories import load, pack, report_row, take, ucdp_row, write_csv

PL, CO, SO, RE = "places.csv", "communities.csv", "sources.csv", "region.toml"

FAULTS = [
    (PL, "xx11,district", "x x11,district", 5, "place_id", "no id"),
    (PL, "xx11,district", "xx12,district", 6, "place_id", "stands twice"),
    (PL, "xx11,district", "xx11,canton", 5, "level", "is not one of: country, governorate"),
    (PL, "xx11,district,xx1,", "xx11,district,xx9,", 5, "parent_id", "no place 'xx9'"),
    (PL, "xx11,district,xx1,", "xx11,district,xx12,", 5, "parent_id", "not of a higher level"),
    (PL, "xx11,district,xx1,", "xx11,district,,", 5, "parent_id", "only the country"),
    (PL, "xx1,Alpha,", "xx1,,", 5, "name", "fill it in"),
    (PL, "34.1,36.0,,,invented", "94.1,36.0,,,invented", 5, "lat", "no number from -90 to 90"),
    (PL, "34.1,36.0,,,invented", "34.1,200,,,invented", 5, "lon", "no number from -180 to 180"),
    (PL, "34.1,36.0,,,invented", "north,36.0,,,invented", 5, "lat", "'north' is no number"),
    (PL, "34.1,36.0,,,invented", "nan,36.0,,,invented", 5, "lat", "'nan' is no number"),
    (PL, "34.10,36.00,3", ",36.00,3", 8, "lat", "needs coordinates"),
    (PL, "34.10,36.00,3", "34.10,,3", 8, "lon", "needs coordinates"),
    (PL, "34.10,36.00,3", "34.10,36.00,0", 8, "radius_km", "no number from 0.05 to 500"),
    (PL, "Al-Tall,34.10", "Al-Tall,more,34.10", 8, None, "13 cells"),
    (PL, "34.10,36.00,3,,invented,", "34.10,36.00", 8, None, "8 cells"),
    (CO, "xx-blue-hill,blue", ",blue", 3, "community_id", "fill it in"),
    (CO, "xx-blue-hill,blue", "xx-blue-north,blue", 3, "community_id", "stands twice"),
    (CO, "xx-blue-hill,blue", "xx11,blue", 3, "community_id", "is a place"),
    (CO, "xx-blue-hill,blue", "xx-blue-hill,red", 3, "group", "not among the [groups]"),
    (CO, "xx-hill:majority", "xx-hell:majority", 3, "places", "no place 'xx-hell'"),
    (CO, "xx-hill:majority", "xx-hill:most", 3, "places", "write place_id:majority"),
    (CO, "xx-hill:majority", "xx-hill:majority:far", 3, "places", "no number of kilometres"),
    (CO, "xx-hill:majority", "xx-hill:majority:-4", 3, "places", "no number of kilometres"),
    (CO, "xx-hill:majority", "xx-hill:majority:nan", 3, "places", "no number of kilometres"),
    (CO, "xx-hill:majority", "xx:majority", 3, "places", "whole country"),
    (CO, "xx-hill:majority", "", 3, "places", "is empty; write place_id:presence"),
    (SO, "radio,The Radio", ",The Radio", 5, "source_id", "fill it in"),
    (SO, "radio,The Radio", "paper,The Radio", 5, "source_id", "stands twice"),
    (SO, "media,radio,C", "press,radio,C", 5, "kind", "is not one of: media"),
    (SO, "media,radio,C", "media,radio,G", 5, "reliability", "is not one of: A"),
    (SO, "C,2,incidents", "C,soon,incidents", 5, "lag_days", "no number from 0 to 366"),
    (SO, "C,2,incidents", "C,2,everything", 5, "covers", "is not one of: deaths"),
    (SO, "C,2,incidents,,", "C,2,incidents,1.1.2018,", 5, "covered_from", "write YYYY-MM-DD"),
    (SO, "C,2,incidents,,", "C,2,incidents,2018-02-01,2018-01-01", 5, "covered_until", "before"),
    (SO, "A,0,incidents,,,true", "A,0,incidents,,,ture", 6, "protected", "write true or false"),
    (RE, 'time_zone = "Asia/Damascus"', 'time_zone = "Asia/Nowhere"', None, "time_zone", "no IANA time zone"),
    (RE, 'title = "Nowhere"', 'title = ""', None, "title", "missing or empty"),
    (RE, 'name = "nowhere"', 'name = "now here"', None, "name", "no id"),
    (RE, 'kind = "other"\n[groups.green', 'kind = "odd"\n[groups.green', None, "groups.blue", "needs a name"),
    (RE, "country_codes_gw = [999]", 'country_codes_gw = "999"', None, "country_codes_gw", "a list of"),
    (RE, "horizons_days = [7, 14, 28]", "horizons_days = [7, 0]", None, "horizons_days", "a list of"),
    (RE, "alert_horizon_days = 28", "alert_horizon_days = 29", None, "alert_horizon_days", "one of"),
    (
        RE,
        "escalation_floor_deaths = 5",
        "escalation_floor_deaths = -1",
        None,
        "escalation_floor_deaths",
        "0 to",
    ),
    (
        RE,
        "escalation_floor_deaths = 5",
        "escalation_floor_deaths = 2.5",
        None,
        "escalation_floor_deaths",
        "0 to",
    ),
    (
        RE,
        "escalation_floor_deaths = 5",
        "escalation_floor_deaths = true",
        None,
        "escalation_floor_deaths",
        "0 to",
    ),
    (RE, "exercise = false", 'exercise = "no"', None, "exercise", "true or false"),
    (RE, "iso3 = [", "iso3 = ", None, None, "not valid TOML"),
]


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> RegionInfo:
    return region(session, viewer, region_id)


def test_a_sound_pack_has_no_problems(tmp_path: Path) -> None:
    read = packs.read(pack(tmp_path))
    assert read.problems == []
    assert [len(read.places), len(read.communities), len(read.sources)] == [9, 4, 5]


@pytest.mark.parametrize(("file", "old", "new", "row", "column", "cure"), FAULTS)
def test_each_fault_is_named(
    tmp_path: Path, file: str, old: str, new: str, row: int | None, column: str | None, cure: str
) -> None:
    folder = pack(tmp_path)
    edit(folder, file, old, new)
    problems = [p for p in packs.read(folder).problems if (p.file, p.row, p.column) == (file, row, column)]
    assert problems, [str(p) for p in packs.read(folder).problems]
    assert any(cure in p.message for p in problems), problems


@pytest.mark.parametrize("file", [PL, CO, SO, RE])
def test_a_missing_file_is_named(tmp_path: Path, file: str) -> None:
    folder = pack(tmp_path)
    (folder / file).unlink()
    assert (file, "is missing") in [(p.file, p.message[:10]) for p in packs.read(folder).problems]


@pytest.mark.parametrize("file", [PL, CO, SO])
def test_a_missing_column_is_named(tmp_path: Path, file: str) -> None:
    folder = pack(tmp_path)
    edit(folder, file, ",name_ar", ",arabic")
    assert "places.csv, row 1: columns are missing: name_ar".replace(PL, file) in [
        str(p) for p in packs.read(folder).problems
    ]


@pytest.mark.parametrize("file", [PL, CO, SO, RE])
def test_another_encoding_is_named(tmp_path: Path, file: str) -> None:
    folder = pack(tmp_path)
    (folder / file).write_bytes((folder / file).read_text("utf-8").encode("utf-16"))
    assert file in {p.file for p in packs.read(folder).problems}


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    folder = pack(tmp_path)
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert packs.read(folder).problems == []


def test_an_unknown_name_lists_the_shipped_packs(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no region pack called 'atlantis'; shipped packs: exercise, syria"):
        packs.find("atlantis")
    assert packs.find("syria").name == "syria"
    assert packs.find(str(pack(tmp_path))) == tmp_path / "nowhere"


def test_loading_twice_changes_nothing(both: str, tmp_path: Path) -> None:
    with engine.writing(both) as session:
        assert store.load_region(session, packs.read(tmp_path / "nowhere"), NOW) is False


def test_a_changed_pack_keeps_what_it_no_longer_names(both: str, tmp_path: Path) -> None:
    take(both, write_csv(tmp_path / "a.csv", [ucdp_row()]))
    folder = tmp_path / "nowhere"
    edit(folder, CO, "xx-green-ford,green,Greens of Ford,خضر المعبر,xx-ford:significant,,invented\n", "")
    edit(folder, PL, "Ford,معبر", "New Ford,معبر")
    load(both, folder)
    assert count(both, "community") == 4
    assert "xx-green-ford" not in set(ask(both, areas)["area_id"])
    assert "xx-green-ford" not in set(ask(both, communities)["community_id"])
    assert rows(both, "SELECT name FROM place WHERE id = 'xx-ford'") == [{"name": "New Ford"}]
    assert count(both, "report") == 1


def test_a_community_that_left_the_pack_gets_no_new_ties(nowhere: str, tmp_path: Path) -> None:
    folder = pack(tmp_path)
    edit(folder, CO, "xx-blue-hill,blue,Blues of Hill,زرق التل,xx-hill:majority,,invented\n", "")
    load(nowhere, folder)
    take(nowhere, write_csv(tmp_path / "a.csv", [ucdp_row()]))
    tied = {row["community_id"] for row in rows(nowhere, "SELECT community_id FROM link")}
    assert tied == {"xx-blue-north"}


def test_a_renamed_place_is_still_found_by_name(nowhere: str, tmp_path: Path) -> None:
    folder = pack(tmp_path)
    for file in (PL, CO):
        text = (folder / file).read_text("utf-8")
        (folder / file).write_text(text.replace("xx11", "xx19"), "utf-8")
    load(nowhere, folder)
    take(nowhere, write_csv(tmp_path / "a.csv", [ucdp_row(where_prec=3)]))
    assert rows(nowhere, "SELECT district_id FROM incident_version") == [{"district_id": "xx19"}]


def test_districts_without_communities_are_a_region_too(url: str, tmp_path: Path) -> None:
    folder = pack(tmp_path)
    header = (folder / CO).read_text("utf-8").splitlines()[0]
    (folder / CO).write_text(header + "\n", "utf-8")
    load(url, folder)
    assert take(url, write_csv(tmp_path / "a.csv", [ucdp_row()])).new == 1
    assert set(ask(url, areas)["kind"]) == {"governorate", "district"}
    assert ask(url, communities).empty


def test_a_pack_may_not_take_over_the_places_of_another(nowhere: str, tmp_path: Path) -> None:
    folder = pack(tmp_path, name="elsewhere")
    with pytest.raises(BadInput, match="belong to the region nowhere"):
        load(nowhere, folder)
    assert rows(nowhere, "SELECT DISTINCT region_id FROM place") == [{"region_id": "nowhere"}]
    load(nowhere, pack(tmp_path, name="elsewhere", prefix="yy"))
    assert count(nowhere, "community") == 8


def test_a_region_knows_its_settings(nowhere: str) -> None:
    info = ask(nowhere, told)
    assert (info.title, info.exercise, info.time_zone) == ("Nowhere", False, "Asia/Damascus")
    assert (info.horizons_days, info.alert_horizon_days, info.escalation_floor_deaths) == ((7, 14, 28), 28, 5)


def test_a_place_is_not_moved_by_loading_again(nowhere: str, tmp_path: Path) -> None:
    with engine.writing(nowhere) as session:
        store.save_polygon(session, "xx11", '{"type":"Point","coordinates":[36,34]}')
    folder = pack(tmp_path)
    edit(folder, PL, "Al-Tall", "Tell")
    load(nowhere, folder)
    assert rows(nowhere, "SELECT count(polygon) AS n FROM place") == [{"n": 1}]
    assert take(nowhere, write_csv(tmp_path / "r.csv", [report_row()]), "reports").new == 1


@pytest.mark.parametrize("floor", [0, 1, 1000])
def test_a_region_has_its_own_floor(url: str, tmp_path: Path, floor: int) -> None:
    folder = pack(tmp_path)
    edit(folder, RE, "escalation_floor_deaths = 5", f"escalation_floor_deaths = {floor}")
    load(url, folder)
    assert ask(url, told).escalation_floor_deaths == floor


def test_a_pack_of_districts_alone_is_a_pack(url: str, tmp_path: Path) -> None:
    """No communities, no groups, no horizons, no floor: the defaults of the format hold."""
    folder = pack(tmp_path)
    settings = (folder / RE).read_text("utf-8").split("iso3")[0]
    (folder / RE).write_text(settings + "country_codes_gw = [999, 998]\n", "utf-8")
    (folder / CO).write_text((folder / CO).read_text("utf-8").split("\n")[0] + "\n", "utf-8")
    load(url, folder)
    info = ask(url, told)
    assert (info.horizons_days, info.alert_horizon_days, info.escalation_floor_deaths) == ((7, 14, 28), 28, 5)
    assert (info.groups, len(ask(url, communities)), len(ask(url, areas))) == ({}, 0, 5)
    listed = [
        ucdp_row(id=1, country="Elsewhere", country_id=998),
        ucdp_row(id=2),
        ucdp_row(id=3, country="Yonder", country_id=997),
    ]
    assert take(url, write_csv(tmp_path / "a.csv", listed)).new == 2  # the third is of no country of the pack


def test_without_a_word_alerts_rest_on_the_longest_horizon(url: str, tmp_path: Path) -> None:
    folder = pack(tmp_path)
    edit(folder, RE, "horizons_days = [7, 14, 28]\nalert_horizon_days = 28", "horizons_days = [7, 14]")
    load(url, folder)
    assert ask(url, told).alert_horizon_days == 14


@pytest.mark.parametrize("name", ["Nadir Canary", "Dr. Qanarian", "أم زياد", "Hajj Qanarian"])
def test_a_protected_source_under_a_name_of_a_person_is_warned_of(tmp_path: Path, name: str) -> None:
    """By row, never by the name; a code name and a public source say nothing."""
    folder = pack(tmp_path)
    file = folder / "sources.csv"
    plain = packs.read(folder)
    assert not plain.warnings and any(one["protected"] for one in plain.sources)
    number, kept = next((one["number"], one["name"]) for one in plain.sources if one["protected"])
    file.write_text(file.read_text("utf-8").replace(kept, name), "utf-8")
    (warned,) = packs.read(folder).warnings
    assert (warned.file, warned.row) == ("sources.csv", number) and "code name" in warned.message
    assert name not in str(warned) and not packs.read(folder).problems


@pytest.mark.parametrize("name", ["syria", "exercise"])
def test_every_note_of_a_shipped_pack_stands_in_both_languages(name: str) -> None:
    pack = packs.read(packs.find(name))
    told = [(row["note"], row["note_ar"]) for row in (*pack.communities, *pack.sources)]
    assert [both for both in told if (both[0] is None) != (both[1] is None)] == []
    assert len([both for both in told if both[0]]) >= 6
    assert [arabic for _, arabic in told if arabic and not is_arabic(arabic)] == []


def test_a_note_in_arabic_is_read_where_a_pack_has_one(nowhere: str, tmp_path: Path) -> None:
    assert ask(nowhere, communities)["note_ar"].isna().all()
    folder = pack(tmp_path)
    with_notes = [
        f"{line},{cell}" for line, cell in zip(_lines(folder / CO), ("note_ar", "غادر"), strict=False)
    ]
    (folder / CO).write_text("\n".join(with_notes), encoding="utf-8")
    load(nowhere, folder)
    assert list(ask(nowhere, communities)["note_ar"]) == ["غادر"]
    hidden = ask(nowhere, communities, viewer=Viewer("ana", frozenset({Role.VIEWER})))
    assert hidden["note_ar"].isna().all()


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
