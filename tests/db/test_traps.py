"""Traps of GED, HXL and CSV files that other tests do not hold: each with an invented row."""

from pathlib import Path

from tests.db.stores import rows
from tests.db.tables import HEADER, row, write
from tests.db.tables import take as take_table
from tests.factories import take, ucdp_row, write_csv


def test_line_breaks_and_quotes_inside_a_cell_belong_to_it(both: str, tmp_path: Path) -> None:
    headline = 'He said "stop",\nthen left\r\n; Second headline'
    path = write_csv(tmp_path / "a.csv", [ucdp_row(id=1, source_headline=headline), ucdp_row(id=2)])
    assert take(both, path).new == 2
    found = rows(both, "SELECT title FROM report ORDER BY external_id")[0]["title"]
    assert found.replace("\r\n", "\n") == 'He said "stop",\nthen left'
    told = write(tmp_path / "b.csv", HEADER, row(notes=headline))
    assert take_table(both, told).new == 1
    assert rows(both, "SELECT text FROM report WHERE text IS NOT NULL")[0]["text"].count("\n") == 2


def test_a_row_that_its_coders_doubt_is_taken_in_with_a_remark(nowhere: str, tmp_path: Path) -> None:
    told = [ucdp_row(id=1) | {"code_status": "Check geography"}, ucdp_row(id=2) | {"code_status": "Clear"}]
    summary = take(nowhere, write_csv(tmp_path / "a.csv", told))
    assert (summary.new, summary.issues) == (2, {"coding_in_doubt": 1})


def test_a_month_is_not_its_first_day(nowhere: str, tmp_path: Path) -> None:
    take_table(nowhere, write(tmp_path / "a.csv", HEADER, row(date="March 2018")))
    found = rows(nowhere, "SELECT date_start, date_end, date_prec FROM incident_version")[0]
    assert [str(part) for part in found.values()] == ["2018-03-01", "2018-03-31", "4"]


def test_tagged_bytes_that_are_no_utf_8_are_not_lost(nowhere: str, tmp_path: Path) -> None:
    """libhxl replaces them silently."""
    tags = [
        "#event+id",
        "#date+start",
        "#adm1+name",
        "#loc",
        "#event+type",
        "#affected+killed",
        "#description",
    ]
    text = "قتل ثلاثة في التل"
    path = write(tmp_path / "a.csv", tags, row(notes=text), encoding="windows-1256")
    assert take_table(nowhere, path).new == 1
    assert rows(nowhere, "SELECT text FROM report") == [{"text": text}]
    assert rows(nowhere, "SELECT encoding FROM document") == [{"encoding": "windows-1256"}]


def test_a_day_in_a_tagged_table_is_read_day_first_only_where_the_column_allows_it(
    nowhere: str, tmp_path: Path
) -> None:
    tags = [
        "#event+id",
        "#date+start",
        "#adm1+name",
        "#loc",
        "#event+type",
        "#affected+killed",
        "#description",
    ]
    told = [row(id="1", date="03/04/2018"), row(id="2", date="03/25/2018")]
    take_table(nowhere, write(tmp_path / "a.csv", tags, *told))
    days = [str(r["date_start"]) for r in rows(nowhere, "SELECT date_start FROM report_incident ORDER BY 1")]
    assert days == ["2018-03-04", "2018-03-25"]
