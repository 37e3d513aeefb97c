"""The command line: what each command prints, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from dashboard import cli
from db import migrating
from tests import factories
from tests.factories import pack, ucdp_row, write_csv


class Said(NamedTuple):
    code: int
    out: str
    err: str


Tocsin = Callable[..., Said]

UCDP = (
    "id,year,type_of_violence,date_start,date_end,date_prec,where_prec,latitude,longitude,country,country_id,"
    "best,high,low"
)


@pytest.fixture
def tocsin(capsys: pytest.CaptureFixture[str]) -> Tocsin:
    """Runs one command in this process."""

    def run(*arguments: object) -> Said:
        capsys.readouterr()
        code = cli.run([str(one) for one in arguments])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def empty(tmp_path: Path) -> str:
    """A fresh SQLite store, for what does not depend on the kind of database."""
    return factories.copied(tmp_path / "x.db")


def one_line(said: Said, code: int, *parts: str) -> None:
    """An error is one line on stderr that names the cure, and nothing on stdout."""
    assert said.code == code, said
    assert said.out == ""
    assert said.err.count("\n") == 1, said.err
    assert said.err.startswith("tocsin: ")
    for part in parts:
        assert part in said.err


def test_init_makes_a_store_and_a_second_time_changes_nothing(tocsin: Tocsin, empty_url: str) -> None:
    assert "ready" in tocsin("--db", empty_url, "init").err
    again = tocsin("init", "--db", empty_url)
    assert (again.code, again.out) == (0, "")
    assert "up to date" in again.err


def test_db_stands_before_or_after_the_command(tocsin: Tocsin, tmp_path: Path) -> None:
    before, after = tmp_path / "before.db", tmp_path / "after.db"
    tocsin("--db", f"sqlite:///{before}", "init")
    tocsin("init", "--db", f"sqlite:///{after}")
    assert before.exists()
    assert after.exists()


def test_db_comes_from_the_environment(
    tocsin: Tocsin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_DB", f"sqlite:///{tmp_path / 'env.db'}")
    assert tocsin("init").code == 0
    assert (tmp_path / "env.db").exists()


def test_the_password_of_a_database_is_never_printed(tocsin: Tocsin) -> None:
    said = tocsin("--db", "postgresql://me:hidden@127.0.0.1:9/x", "doctor")
    one_line(said, 1, "cannot reach")
    assert "hidden" not in said.err


def test_region_load_twice_is_once(tocsin: Tocsin, url: str) -> None:
    assert "loaded" in tocsin("--db", url, "region", "load", "exercise").err
    assert "unchanged" in tocsin("--db", url, "region", "load", "exercise").err


def test_region_check_names_every_problem(tocsin: Tocsin, tmp_path: Path) -> None:
    (tmp_path / "region.toml").write_text('name = "x"\ntime_zone = "Mars/North"\n')
    said = tocsin("region", "check", tmp_path)
    assert said.code == 2
    assert "column title" in said.err
    assert "column time_zone" in said.err
    assert "Traceback" not in said.err


def test_unknown_region_names_the_shipped_ones(tocsin: Tocsin, empty: str) -> None:
    one_line(tocsin("--db", empty, "region", "load", "atlantis"), 2, "atlantis", "syria")


@pytest.mark.parametrize(
    ("name", "content", "cure"),
    [
        ("empty.csv", "", "is empty"),
        ("page.csv", "<!DOCTYPE html><html></html>", "web page"),
        ("other.csv", "a,b\n1,2\n", "columns are missing"),
        ("binary.csv", "a\x00b", "UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    tocsin: Tocsin, empty: str, tmp_path: Path, name: str, content: str, cure: str
) -> None:
    tocsin("--db", empty, "region", "load", "syria")
    (tmp_path / name).write_text(content)
    one_line(tocsin("--db", empty, "import", "ucdp", tmp_path / name), 2, cure)


def test_an_unknown_file_is_refused(tocsin: Tocsin, empty: str) -> None:
    tocsin("--db", empty, "region", "load", "syria")
    one_line(tocsin("--db", empty, "import", "reports", "nowhere.csv"), 2, "nowhere.csv")


def test_import_without_a_region_says_how_to_get_one(tocsin: Tocsin, empty: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    one_line(tocsin("--db", empty, "import", "ucdp", tmp_path / "x.csv"), 2, "tocsin region load")


def test_commands_on_a_missing_store_say_how_to_make_one(tocsin: Tocsin, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    for command in (["scores"], ["train"], ["alerts"], ["doctor"], ["issues"], ["region", "load", "syria"]):
        one_line(tocsin("--db", url, *command), 1, "init")
    assert not (tmp_path / "none.db").exists()


def test_an_address_that_is_none_is_bad_input(tocsin: Tocsin) -> None:
    one_line(tocsin("--db", "what is this", "init"), 2, "sqlite:///")


def test_reads_without_a_region_say_so(tocsin: Tocsin, empty: str) -> None:
    one_line(tocsin("--db", empty, "scores"), 1, "tocsin region load")


def test_several_regions_ask_for_a_choice(tocsin: Tocsin, empty: str) -> None:
    tocsin("--db", empty, "region", "load", "exercise")
    tocsin("--db", empty, "region", "load", "syria")
    one_line(tocsin("--db", empty, "scores"), 2, "--region", "syria, exercise")
    one_line(tocsin("--db", empty, "scores", "--region", "mars"), 2, "exercise, syria")


@pytest.mark.parametrize("day", ["2018-02-30", "yesterday", "24.07.2018", "2018-7-4"])
def test_a_wrong_date_is_bad_input(tocsin: Tocsin, empty: str, day: str) -> None:
    one_line(tocsin("--db", empty, "scores", "--as-of", day), 2, day, "YYYY-MM-DD")


def test_a_day_to_come_is_refused(tocsin: Tocsin, empty: str) -> None:
    tocsin("--db", empty, "region", "load", "exercise")
    one_line(tocsin("--db", empty, "daily", "--as-of", "2026-11-23"), 2, "2026-11-22")


def test_scoring_before_training_names_the_cure(tocsin: Tocsin, empty: str) -> None:
    tocsin("--db", empty, "region", "load", "exercise")
    for command in ("score", "daily"):
        one_line(tocsin("--db", empty, command, "--as-of", "2026-11-21"), 1, "tocsin train")


def test_scores_of_a_day_without_any_name_the_cure(tocsin: Tocsin, empty: str) -> None:
    tocsin("--db", empty, "region", "load", "exercise")
    one_line(tocsin("--db", empty, "scores", "--as-of", "2026-11-21"), 1, "tocsin daily --as-of 2026-11-21")


def test_an_import_names_the_areas_that_the_pack_does_not_know(
    tocsin: Tocsin, empty: str, tmp_path: Path
) -> None:
    tocsin("--db", empty, "region", "load", pack(tmp_path))
    file = write_csv(tmp_path / "events.csv", [ucdp_row(adm_2="Omega district"), ucdp_row(id=2)])
    said = tocsin("--db", empty, "import", "ucdp", file)
    assert "Omega district (district, 1)" in said.err
    assert "places.csv" in said.err
    assert "1 areas are not in the pack: Omega district" in tocsin("--db", empty, "doctor").out


def test_a_file_of_other_countries_says_where_to_look(tocsin: Tocsin, empty: str, tmp_path: Path) -> None:
    tocsin("--db", empty, "region", "load", pack(tmp_path))
    file = write_csv(tmp_path / "events.csv", [ucdp_row(country="Yonder", country_id=998)])
    assert "country_codes_gw" in tocsin("--db", empty, "import", "ucdp", file).err


def test_broken_rows_are_kept_and_the_good_ones_land(tocsin: Tocsin, empty: str, tmp_path: Path) -> None:
    tocsin("--db", empty, "region", "load", "syria")
    rows = [
        "1,2018,3,2018-07-01,2018-07-01,1,1,32.70,36.57,Syria,652,5,5,5",
        "2,2018,3,2018-07-41,2018-07-01,1,1,32.70,36.57,Syria,652,5,5,5",
        "3,2018,3,2018-07-01,2018-07-01,1,1,132.70,36.57,Syria,652,5,5,5",
        "4,2018,3,2018-07-01,2018-07-01,1,1,32.70,36.57,Iraq,645,5,5,5",
    ]
    file = tmp_path / "events.csv"
    file.write_text("\n".join([UCDP, *rows]) + "\n")
    said = tocsin("--db", empty, "import", "ucdp", file, "--json")
    counts = json.loads(said.out)
    assert (said.code, counts["new"], counts["bad"], counts["outside"]) == (0, 1, 2, 1)
    listed = json.loads(tocsin("--db", empty, "issues", "--json").out)
    assert {(row["row_number"], row["column_name"]) for row in listed if row["severity"] == "error"} == {
        (3, "date_start"),
        (4, "latitude"),
    }
    assert "warning: 2 rows refused" in said.err


def test_exercise_writes_the_same_bytes_for_the_same_arguments(tocsin: Tocsin, tmp_path: Path) -> None:
    same = ("--communities", 3, "--years", 0.3, "--seed", 5, "--end", "2026-11-21")
    for name in ("one", "two"):
        assert tocsin("exercise", *same, "--out", tmp_path / name).code == 0
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "reports.csv" in files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_serve_refuses_other_machines_and_a_busy_port(tocsin: Tocsin, empty: str) -> None:
    import socket

    one_line(tocsin("--db", empty, "serve", "--host", "0.0.0.0"), 2, "no login")  # noqa: S104
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        one_line(tocsin("--db", empty, "serve", "--port", port), 1, str(port), "--port")


def test_demo_refuses_a_store_with_real_data(tocsin: Tocsin, empty: str) -> None:
    tocsin("--db", empty, "region", "load", "syria")
    one_line(tocsin("--db", empty, "demo", "--port", 18599, "--headless"), 2, "real data", "--db")
    assert "syria" in tocsin("--db", empty, "doctor").out


def test_doctor_tells_of_an_empty_store(tocsin: Tocsin, url: str) -> None:
    said = tocsin("--db", url, "doctor", "--json")
    found = json.loads(said.out)
    assert said.code == 0
    assert found["regions"] == []
    assert found["rows"]["report"] == 0
    assert "tocsin region load" in tocsin("--db", url, "doctor").out


def test_outlines_are_matched_by_code_and_by_name(tocsin: Tocsin, empty: str, tmp_path: Path) -> None:
    tocsin("--db", empty, "region", "load", "syria")
    square = [[[36.5, 32.6], [36.7, 32.6], [36.7, 32.8], [36.5, 32.8], [36.5, 32.6]]]

    def features(*properties: dict[str, str]) -> Path:
        made = [
            {"type": "Feature", "properties": p, "geometry": {"type": "Polygon", "coordinates": square}}
            for p in properties
        ]
        file = tmp_path / "shapes.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": made}))
        return file

    by_code = features(
        {"ADM2_PCODE": "SY1300", "ADM1_PCODE": "SY13"}, {"ADM2_PCODE": "ZZ", "ADM1_PCODE": "SY13"}
    )
    said = json.loads(tocsin("--db", empty, "places", "load", by_code, "--json").out)
    assert said["matched"] == ["SY1300"]
    assert len(said["unmatched"]) == 1
    by_name = features({"shapeName": "As-Suwayda"}, {"shapeName": "Tartus"})
    said = json.loads(tocsin("--db", empty, "places", "load", by_name, "--json").out)
    assert len(said["matched"]) == 2
    nowhere = features({"name": "Atlantis"})
    one_line(tocsin("--db", empty, "places", "load", nowhere), 2, "none of the 1")
    (tmp_path / "text.geojson").write_text("{")
    one_line(tocsin("--db", empty, "places", "load", tmp_path / "text.geojson"), 2, "GeoJSON")


def test_places_are_found_and_loaded(tocsin: Tocsin, empty: str, tmp_path: Path) -> None:
    tocsin("--db", empty, "region", "load", "syria")
    found = json.loads(tocsin("--db", empty, "places", "find", "Qanaqar", "--json").out)
    assert [(one["place_id"], one["district"]) for one in found[:3]] == [
        ("sy-kanaker-suwayda", "As-Suwayda"),
        ("sy-kanaker-qatana", "Qatana"),
        ("sy-qanawat", "As-Suwayda"),
    ]
    spellings = (
        "السويداء",
        "السويدا",
        "Sweida",
        "As-Suwayda",
        "Soueida",
        "al-Suwaidaa",
        "Sweda",
        "As-Suwaida",
    )
    for name in spellings:
        said = tocsin("--db", empty, "places", "find", name, "--within", "SY13", "--limit", 4, "--json")
        assert {one["name"] for one in json.loads(said.out)} == {"As-Suwayda"}, name
    assert "Qatana" in tocsin("--db", empty, "places", "find", "كناكر", "--within", "Rif Dimashq").out
    assert "places load" in tocsin("--db", empty, "places", "find", "98765").err
    one_line(tocsin("--db", empty, "places", "find", "A", "--within", "Atlantis"), 2, "Atlantis")
    (tmp_path / "more.csv").write_text("name,lat,lon\nXyzzyx,32.7,36.6\nBad,200,36.6\n")
    said = tocsin("--db", empty, "places", "load", tmp_path / "more.csv", "--json")
    assert (json.loads(said.out)["new"], said.code) == (1, 0)
    assert "row 3, column lat" in said.err
    assert json.loads(tocsin("--db", empty, "places", "find", "Xyzzyx", "--json").out)[0]["district"]


def test_an_interruption_and_a_fault_of_ours_are_one_line(
    tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(error: BaseException) -> Said:
        def upgrade(_url: str) -> None:
            raise error

        monkeypatch.setattr(migrating, "upgrade", upgrade)
        return tocsin("init", "--db", f"sqlite:///{tmp_path / 'x.db'}")

    one_line(fail(KeyboardInterrupt()), cli.INTERRUPTED, "interrupted")
    one_line(fail(ZeroDivisionError("oh\nno")), 1, "oh no", "TOCSIN_TRACE=1")
    one_line(fail(OSError(28, "No space left on device")), 1, "No space left")
    monkeypatch.setenv("TOCSIN_TRACE", "1")
    with pytest.raises(ZeroDivisionError):
        fail(ZeroDivisionError())
