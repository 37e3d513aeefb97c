"""UCDP files of every layout, with every trap, and the rows that are refused."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from db import engine, queries
from db.errors import BadInput
from db.importers import ucdp
from db.policy import LOCAL
from tests.db.stores import count, rows
from tests.factories import load, pack, take, ucdp_row, write_csv

V19 = """id year active_year type_of_violence conflict_new_id conflict_name dyad_new_id dyad_name
side_a_new_id gwnoa side_a side_b_new_id gwnob side_b number_of_sources source_article source_office
source_date source_headline source_original where_prec where_coordinates adm_1 adm_2 latitude longitude
geom_wkt priogrid_gid country country_id region event_clarity date_prec date_start date_end deaths_a
deaths_b deaths_civilians deaths_unknown low best high""".split()  # noqa: SIM905
LAYOUTS = {
    "41": [c for c in V19 if c != "gwnoa"],
    "42": V19,
    "49": list(ucdp.LAYOUT_49),
    "49, low first": [*ucdp.LAYOUT_49[:44], "low", "best", "high", "gwnoa", "gwnob"],
    "capitals": [c.upper() for c in V19],
}


def put(url: str, folder: Path, *events: dict[str, str], name: str = "a.csv", **options: Any) -> Any:
    return take(url, write_csv(folder / name, list(events)), **options)


def one(url: str) -> dict[str, Any]:
    found = rows(url, "SELECT * FROM incident_version")
    assert len(found) == 1
    return found[0]


def lay(path: Path, columns: list[str], *, header: bool = True) -> Path:
    event = dict.fromkeys((c.lower() for c in columns), "") | ucdp_row(date_start="2018-03-01 00:00:00.000")
    lines = [",".join(event[c.lower()] for c in columns)]
    path.write_text("\n".join([",".join(columns), *lines] if header else lines) + "\n", "utf-8")
    return path


def test_the_layouts_are_as_long_as_they_say() -> None:
    assert [len(LAYOUTS["41"]), len(V19), len(ucdp.LAYOUT_49)] == [41, 42, 49]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_says_the_same(nowhere: str, tmp_path: Path, layout: str) -> None:
    assert take(nowhere, lay(tmp_path / "a.csv", LAYOUTS[layout])).new == 1
    version = one(nowhere)
    assert (version["deaths_low"], version["deaths"], version["deaths_high"]) == (2, 3, 4)
    assert (str(version["date_start"]), version["district_id"], version["civilians"]) == (
        *("2018-03-01", "xx11"),
        1,
    )


def test_a_candidate_file_without_header(both: str, tmp_path: Path) -> None:
    summary = take(both, lay(tmp_path / "GEDEvent_v24_0_1.csv", LAYOUTS["49"], header=False))
    assert (summary.rows, summary.new) == (1, 1)
    assert one(both)["deaths"] == 3


def test_the_same_event_in_another_layout_changes_nothing(both: str, tmp_path: Path) -> None:
    take(both, lay(tmp_path / "a.csv", LAYOUTS["41"]))
    again = take(both, lay(tmp_path / "b.csv", LAYOUTS["49"]))
    assert (again.new, again.revised, again.already) == (0, 0, 1)
    assert count(both, "report") == 1


@pytest.mark.parametrize("day", ["2018-03-01", "2018-03-01 00:00:00.000", "2018-03-01T00:00:00"])
def test_days_with_and_without_a_time(nowhere: str, tmp_path: Path, day: str) -> None:
    put(nowhere, tmp_path, ucdp_row(day=day))
    assert str(one(nowhere)["date_end"]) == "2018-03-01"


def test_an_event_of_many_days_counts_when_it_is_over(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, ucdp_row(date_start="2018-03-01", date_end="2018-05-31", date_prec=5))
    version = one(nowhere)
    assert (str(version["date_start"]), str(version["date_end"])) == ("2018-03-01", "2018-05-31")
    assert str(version["known_from"])[:10] == "2018-05-31"  # the start of 1 June in Damascus
    assert version["date_prec"] == 5


def test_many_dispatches_of_one_monitor_are_one_source(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, ucdp_row(source_original="SOHR;SOHR; sohr", number_of_sources=3))
    version = one(nowhere)
    assert (version["independent_sources"], version["verification"]) == (1, "single_source")


def test_two_outlets_corroborate(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, ucdp_row(source_original="SOHR;Reuters", number_of_sources=-1))
    version = one(nowhere)
    assert (version["independent_sources"], version["verification"]) == (2, "corroborated")


def test_an_unknown_number_of_sources_is_one(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, ucdp_row(source_original="", source_office="", number_of_sources=-1))
    assert one(nowhere)["independent_sources"] == 1


@pytest.mark.parametrize(("low", "best", "high"), [(177, 142, 177), (1, 5, 3), (9, 2, 1)])
def test_figures_out_of_order_are_kept_and_flagged(
    nowhere: str, tmp_path: Path, low: int, best: int, high: int
) -> None:
    summary = put(nowhere, tmp_path, ucdp_row(low=low, best=best, high=high))
    assert (summary.new, summary.bad, summary.issues) == (1, 0, {"figures_inconsistent": 1})
    claim = rows(nowhere, "SELECT low, best, high FROM claim WHERE status = 'all'")
    assert claim == [{"low": low, "best": best, "high": high}]
    assert "figures_inconsistent" in str(one(nowhere)["flags"])
    assert one(nowhere)["deaths"] == best


def test_an_unknown_figure_stays_unknown(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, ucdp_row(low="", best="", high="", deaths_civilians=""))
    assert (one(nowhere)["deaths"], one(nowhere)["civilians"]) == (None, None)


def test_reversed_days_are_turned_round_and_flagged(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, ucdp_row(date_start="2018-03-05", date_end="2018-03-01"))
    assert (str(one(nowhere)["date_start"]), str(one(nowhere)["date_end"])) == ("2018-03-01", "2018-03-05")
    assert "dates_reversed" in str(one(nowhere)["flags"])


@pytest.mark.parametrize("precision", range(1, 8))
def test_every_place_precision_is_taken(nowhere: str, tmp_path: Path, precision: int) -> None:
    unnamed = {"where_coordinates": "", "adm_2": "Alpha district" if precision == 3 else ""}
    put(nowhere, tmp_path, ucdp_row(where_prec=precision, **unnamed))
    assert one(nowhere)["geo_prec"] == precision


def test_unnamed_sides_are_no_actors(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, ucdp_row(side_a='"Side One, Side Two"'[1:-1], side_b="XXX1234"))
    assert {r["name"] for r in rows(nowhere, "SELECT name FROM actor")} == {"Side One", "Side Two"}


def test_civilians_are_the_target_of_one_sided_violence(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, ucdp_row(type_of_violence=3, side_b="Civilians"))
    assert rows(nowhere, "SELECT role FROM report_actor") == [{"role": "alleged_perpetrator"}]
    assert one(nowhere)["incident_type"] == "attack_on_civilians"


BROKEN = [
    ({"id": ""}, "id", "bad_id"),
    ({"id": "Hill"}, "id", "bad_id"),
    ({"date_start": "yesterday"}, "date_start", "bad_date"),
    ({"date_end": "2018-02-30"}, "date_end", "bad_date"),
    ({"date_end": ""}, "date_end", "bad_date"),
    ({"date_end": "9999-12-31"}, "date_end", "bad_date"),
    ({"date_start": "0001-01-01"}, "date_start", "bad_date"),
    ({"latitude": "134.1"}, "latitude", "bad_coordinate"),
    ({"longitude": "east"}, "longitude", "bad_coordinate"),
    ({"longitude": "nan"}, "longitude", "bad_coordinate"),
    ({"where_prec": "9"}, "where_prec", "bad_code"),
    ({"where_prec": ""}, "where_prec", "bad_code"),
    ({"where_prec": "1.7"}, "where_prec", "bad_code"),
    ({"date_prec": "inf"}, "date_prec", "bad_code"),
    ({"type_of_violence": "x"}, "type_of_violence", "bad_code"),
    ({"best": "-3"}, "best", "bad_count"),
    ({"best": "many"}, "best", "bad_count"),
    ({"best": "2.5"}, "best", "bad_count"),
    ({"best": "1e999"}, "best", "bad_count"),
    ({"deaths_civilians": "nan"}, "deaths_civilians", "bad_count"),
    ({"country": "", "country_id": ""}, "country", "bad_country"),
    ({"country": "Nowhere", "country_id": "Asia"}, "country_id", "bad_country"),
    ({"country": "Nowhere", "country_id": "65²"}, "country_id", "bad_country"),
]


@pytest.mark.parametrize(("cells", "column", "code"), BROKEN)
def test_a_broken_row_is_kept_with_its_reason(
    nowhere: str, tmp_path: Path, cells: dict[str, str], column: str, code: str
) -> None:
    summary = put(nowhere, tmp_path, ucdp_row(id=1), ucdp_row(id=2) | cells, ucdp_row(id=3))
    assert (summary.rows, summary.new, summary.bad) == (3, 2, 1)
    issue = rows(nowhere, "SELECT * FROM row_issue")
    assert len(issue) == 1
    assert (issue[0]["row_number"], issue[0]["column_name"], issue[0]["code"]) == (3, column, code)
    assert issue[0]["severity"] == "error"
    assert all(cell in issue[0]["raw"] for cell in cells.values())
    assert rows(nowhere, "SELECT status FROM import_batch") == [{"status": "done"}]


def test_a_row_of_another_width_is_kept_whole(both: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [ucdp_row(id=1), ucdp_row(id=2)])
    with path.open("a", encoding="utf-8") as file:
        file.write("3,cut\n4" + ",x" * 60 + "\n")
    summary = take(both, path)
    assert (summary.new, summary.bad, summary.issues) == (2, 2, {"wrong_width": 2})
    found = rows(both, "SELECT row_number, column_name, raw FROM row_issue ORDER BY row_number")
    assert [(r["row_number"], r["column_name"]) for r in found] == [(4, None), (5, None)]
    assert found[0]["raw"] == '["3", "cut"]'


def test_where_nothing_can_be_read_the_file_is_refused(both: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no row could be read \(2 of 2 broken\)") as refusal:
        put(both, tmp_path, ucdp_row(id="x"), ucdp_row(best="x"))
    assert refusal.value.exit_code == 2
    assert count(both, "row_issue") == 2
    assert rows(both, "SELECT status FROM import_batch") == [{"status": "failed"}]


def test_rows_of_other_countries_are_counted_outside(both: str, tmp_path: Path) -> None:
    yonder = {"country": "Yonder", "country_id": "998"}
    summary = put(both, tmp_path, ucdp_row(id=1), ucdp_row(id=2) | yonder, ucdp_row(id=3) | yonder)
    assert (summary.new, summary.outside, summary.bad) == (1, 2, 0)


def test_a_country_is_known_by_its_name_where_it_has_no_number(nowhere: str, tmp_path: Path) -> None:
    listed = [ucdp_row(id=1, country_id=""), ucdp_row(id=2, country_id="999.0", country="?")]
    assert put(nowhere, tmp_path, *listed).new == 2


def test_without_a_region_nothing_is_imported(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="first run: tocsin region load"):
        put(url, tmp_path, ucdp_row())


def test_a_region_without_the_source_is_told_how_to_add_it(url: str, tmp_path: Path) -> None:
    folder = pack(tmp_path)
    path = folder / "sources.csv"
    path.write_text(path.read_text("utf-8").replace("ucdp,UCDP", "other,Other"), "utf-8")
    load(url, folder)
    with pytest.raises(BadInput, match="no row could be read"):
        put(url, tmp_path, ucdp_row())
    assert "add it to its sources.csv" in rows(url, "SELECT message FROM row_issue")[0]["message"]


@pytest.mark.parametrize(
    ("name", "released", "covers"),
    [
        ("GEDEvent_v23_0_10.csv", date(2023, 11, 20), (date(2023, 10, 1), date(2023, 10, 31))),
        ("GEDEvent_v24.0.1.csv.gz", date(2024, 2, 20), (date(2024, 1, 1), date(2024, 1, 31))),
        ("GEDEvent_v25_01_25_06.csv", date(2025, 7, 20), (date(2025, 1, 1), date(2025, 6, 30))),
        ("GEDEvent_v25_1.csv", date(2025, 6, 1), (date(2018, 3, 1), date(2018, 4, 30))),
        ("ged191.csv", date(2019, 6, 1), (date(2018, 3, 1), date(2018, 4, 30))),
        ("syria.csv", None, (date(2018, 3, 1), date(2018, 4, 30))),
        ("old_v10_0_99.csv", None, (date(2018, 3, 1), date(2018, 4, 30))),
        ("odd_v10_01_10_13.csv", None, (date(2018, 3, 1), date(2018, 4, 30))),
    ],
)
def test_a_file_name_tells_its_release_and_span(
    name: str, released: date | None, covers: tuple[date, date]
) -> None:
    assert ucdp.released(name) == released
    assert ucdp.covers(name, [date(2018, 3, 5), date(2018, 4, 2)]) == covers


def test_an_event_of_the_future_is_told(nowhere: str, tmp_path: Path) -> None:
    summary = put(nowhere, tmp_path, ucdp_row(day="2081-03-01"))
    assert (summary.new, summary.issues) == (1, {"in_the_future": 1})


def test_a_world_release_covers_a_region_it_does_not_mention(url: str, tmp_path: Path) -> None:
    """A quiet month in an official release is a month looked at; in somebody's extract it is unknown."""
    load(url, pack(tmp_path))
    elsewhere = ucdp_row(country="Elsewhere", country_id=777, day="2023-10-05")
    take(url, write_csv(tmp_path / "extract.csv", [elsewhere]))
    assert _covered(url) == [(None, None)]
    take(url, write_csv(tmp_path / "GEDEvent_v23_0_10.csv", [elsewhere | {"id": "2"}]))
    assert _covered(url) == [(date(2023, 10, 1), date(2023, 10, 31))]


def _covered(url: str) -> list[tuple[date | None, date | None]]:
    with engine.reading(url) as session:
        rows = queries.coverage(session, LOCAL, region_id="nowhere", as_of=date(2026, 1, 1))
    ucdp = rows[rows["source_id"] == "ucdp"]
    return [tuple(span) for span in ucdp[["covered_from", "covered_until"]].to_numpy()]
