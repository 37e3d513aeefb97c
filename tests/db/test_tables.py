"""Any table: encodings, delimiters, workbooks, tag rows, proposed and kept mappings, and rows that are refused."""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from db.errors import BadInput
from db.exports.cells import guard
from db.importers import encodings, mapping, sheets, tables
from db.importers.encodings import LATIN
from tests import factories
from tests.db.stores import rows as sql
from tests.db.tables import ARABIC as AR_HEADER
from tests.db.tables import ARABIC_ROW, HEADER, ROW, lines, planned, row, take, workbook, write
from tests.factories import report_row


def read(path: Path, **options: str) -> tuple[sheets.Sheet, list[dict[str, str] | None]]:
    """An opened table with all its rows."""
    with sheets.opened(path, **options) as opened:
        return opened, [cells for _, cells, _ in opened.rows]


# Encodings


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("windows-1256", "windows-1256"),
        ("iso-8859-6", "iso-8859-6"),
    ],
)
def test_arabic_is_read_in_whatever_encoding_it_comes(
    both: str, tmp_path: Path, encoding: str, named: str
) -> None:
    told = [cell.replace("٣", "3") for cell in ARABIC_ROW]
    path = write(tmp_path / "a.csv", AR_HEADER, told, mark=";", encoding=encoding)
    assert take(both, path).new == 1
    assert read(path)[0].encoding == named
    report = sql(both, "SELECT text, document_id FROM report")[0]
    assert report["text"] == ARABIC_ROW[-1]
    kept = sql(both, "SELECT body, encoding, size, sha256 FROM document")
    assert bool(report["document_id"]) == bool(kept) == (not encoding.startswith("utf-8"))
    for document in kept:
        assert bytes(document["body"]).decode(document["encoding"]).strip() == ";".join(told)


def test_latin_letters_are_no_arabic(tmp_path: Path) -> None:
    cells = [["date", "place"], *[["2018-03-01", f"Alépô Évêché {n}"] for n in range(20)]]
    opened, found = read(write(tmp_path / "a.csv", *cells, encoding="latin-1"))
    assert opened.encoding == LATIN
    assert found[0] == {"date": "2018-03-01", "place": "Alépô Évêché 0"}
    assert opened.remarks == ("is no UTF-8; read as windows-1252",)


def test_doubt_about_an_encoding_is_said_and_settled_by_a_person(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ["date", "place"], ["2018-03-01", "é"], encoding="latin-1")
    opened, _ = read(path)
    assert "windows-1256 is possible" in opened.remarks[0]
    chosen, found = read(path, encoding="windows-1256")
    assert (chosen.remarks, found[0]) == ((), {"date": "2018-03-01", "place": "é"})  # the same in both
    with pytest.raises(BadInput, match="choose one of: utf-8, utf-16"):
        read(path, encoding="klingon")


def test_lines_in_two_encodings_are_each_read_by_what_they_are(nowhere: str, tmp_path: Path) -> None:
    good = lines(AR_HEADER, ARABIC_ROW, mark=";").encode()
    other = lines(["2", *[c.replace("٣", "3") for c in ARABIC_ROW[1:]]], mark=";").encode("cp1256")
    path = tmp_path / "a.csv"
    path.write_bytes(good + other)
    assert "mixes UTF-8" in planned(nowhere, path).remarks[0]
    assert take(nowhere, path).new == 2
    texts = sql(nowhere, "SELECT text, document_id FROM report ORDER BY external_id")
    assert [t["text"] for t in texts] == [ARABIC_ROW[-1]] * 2
    assert [t["document_id"] is None for t in texts] == [True, False]
    assert [bytes(d["body"]) for d in sql(nowhere, "SELECT body FROM document")] == [other]


@given(st.text(max_size=300))
def test_every_text_in_utf_8_is_read_as_it_is(text: str) -> None:
    body = text.encode("utf-8", "replace")
    how = encodings.detect(io.BytesIO(body))
    joined = "".join(line.text for line in encodings.lines(io.BytesIO(body), how))
    if how.name == "utf-8" and not how.old_macintosh:
        expected = body.decode().replace("\x00", "␀")
        assert joined in (expected, expected.removeprefix("\ufeff"))


def test_what_turns_the_reading_direction_is_kept_in_the_raw_row_only(both: str, tmp_path: Path) -> None:
    trick = "safe \u202eexe.fdp\u202c end"
    path = write(tmp_path / "a.csv", HEADER, row(notes=trick, village="Hi\x00ll"))
    assert take(both, path).new == 1
    report = sql(both, "SELECT text, raw, document_id FROM report")[0]
    assert report["text"] == "safe exe.fdp end"
    raw = json.loads(report["raw"]) if isinstance(report["raw"], str) else report["raw"]
    assert raw["Notes"] == trick
    assert report["document_id"] is not None  # the NUL is a picture in the text, and itself in the bytes
    assert b"Hi\x00ll" in bytes(sql(both, "SELECT body FROM document")[0]["body"])


# Text tables


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    told = row(notes="one, two; three | four")
    opened, found = read(write(tmp_path / "a.csv", HEADER, told, told, mark=mark))
    assert opened.columns == tuple(HEADER)
    assert found == [dict(zip(HEADER, told, strict=True))] * 2


def test_titles_above_and_a_declared_delimiter_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nMonthly list;;\n;;\nDate;Place;Dead\n2018-03-01;Hill;3\n;;\n", "utf-8")
    opened, found = read(path)
    assert opened.columns == ("Date", "Place", "Dead")
    assert found == [{"Date": "2018-03-01", "Place": "Hill", "Dead": "3"}]


def test_odd_widths_and_names_do_not_stop_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,,a,b\n1,2,3,4\n5,6\n1,2,3,4,5\n1,2,3,4,,\n", "utf-8")
    opened, found = read(path)
    assert opened.columns == ("a", "column 2", "a (2)", "b")
    assert [cells and cells["b"] for cells in found] == ["4", "", None, "4"]


def test_old_macintosh_lines_are_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\r1,2\r3,4\r")
    assert read(path)[1] == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@cmd", "'-1", "''=x", "plain", "'quoted'"])
def test_guards_against_formulas_are_undone(tmp_path: Path, text: str) -> None:
    _, found = read(write(tmp_path / "a.csv", ["a", "b"], [guard(text), "1"]))
    assert found == [{"a": text, "b": "1"}]


def test_guards_are_undone_in_our_own_report_table_too(nowhere: str, tmp_path: Path) -> None:
    told = report_row(title=guard("=1+1"), text=guard("'-quoted"))
    assert factories.take(nowhere, factories.write_csv(tmp_path / "a.csv", [told]), "reports").new == 1
    assert sql(nowhere, "SELECT title, text FROM report") == [{"title": "=1+1", "text": "'-quoted"}]


# Texts that are too long, or mean harm


def test_a_text_of_five_megabytes_is_kept(nowhere: str, tmp_path: Path) -> None:
    long = "x" * 5_000_000
    assert take(nowhere, write(tmp_path / "a.csv", HEADER, row(notes=long))).new == 1
    assert sql(nowhere, "SELECT length(text) AS n FROM report") == [{"n": 5_000_000}]


@pytest.mark.parametrize("letter", ["x", "ش"])
def test_a_text_above_eight_megabytes_is_one_refused_row(nowhere: str, tmp_path: Path, letter: str) -> None:
    long = letter * (9_000_000 // len(letter.encode()))
    path = write(tmp_path / "a.csv", HEADER, row(notes=f'"{long}\nmore"'), row(id="2"))
    summary = take(nowhere, path)
    assert (summary.new, summary.bad, summary.issues) == (1, 1, {"too_long": 1})
    issue = sql(nowhere, "SELECT row_number, message, length(raw) AS n FROM row_issue")[0]
    assert (issue["row_number"], "8 MB" in issue["message"], issue["n"] < 20_000) == (3, True, True)


def test_a_text_that_never_ends_is_refused_with_its_row(nowhere: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(lines(HEADER, ROW) + '2,"' + "x" * 9_000_000, "utf-8")
    with pytest.raises(BadInput, match="row 3: a text never ends; mend the quotes"):
        take(nowhere, path)


def test_what_means_harm_is_kept_as_text(both: str, tmp_path: Path) -> None:
    script = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    told = {"village": script, "notes": script, "type": f"shelling{script}", "id": script}
    formula = row(id="=1+1", notes="=cmd|' /C calc'!A0", village="@SUM(1)")
    assert take(both, write(tmp_path / "a.csv", HEADER, row(**told), formula)).new == 2
    found = sql(both, "SELECT text, external_id FROM report ORDER BY external_id")
    assert {(r["text"], r["external_id"]) for r in found} == {
        (script, script),
        ("=cmd|' /C calc'!A0", "=1+1"),
    }


# Workbooks


def test_a_workbook_gives_what_the_same_text_table_gives(both: str, tmp_path: Path) -> None:
    typed = [1, date(2018, 3, 1), "Northern", "Hill", "shelling", 3.0, ROW[-1]]
    path = workbook(tmp_path / "a.xlsx", HEADER, typed)
    assert read(path)[1] == [dict(zip(HEADER, ROW, strict=True))]
    assert take(both, path).new == 1


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_days_of_both_calendars_and_bare_numbers_of_days(nowhere: str, tmp_path: Path, epoch: object) -> None:
    serial = 43160 if epoch is None else 43160 - 1462
    settings = {"epoch": epoch} if epoch else {}
    told = [[*row(id="1")], [*row(id="2")], [*row(id="3")]]
    told[0][1], told[1][1], told[2][1] = date(2018, 3, 1), serial, "1 March 2018"  # type: ignore[call-overload]
    take(nowhere, workbook(tmp_path / "a.xlsx", HEADER, *told, **settings))
    days = sql(nowhere, "SELECT DISTINCT date_start FROM report_incident")
    assert [str(d["date_start"]) for d in days] == ["2018-03-01"]


def test_a_header_of_merged_cells_errors_and_uncalculated_formulas(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (
        ["List of March", None, None, None],
        ["Date", "Where", None, "Dead"],
        [None, "admin1", "admin2", None],
        [date(2018, 3, 1), "Northern", "Alpha", "#REF!"],
        [date(2018, 3, 2), "Northern", "Alpha", "=1+2"],
    ):
        sheet.append(cells)
    sheet["D4"].data_type = "e"
    for span in ("B2:C2", "A2:A3", "D2:D3", "A1:D1"):
        sheet.merge_cells(span)
    book.save(tmp_path / "a.xlsx")
    opened, found = read(tmp_path / "a.xlsx")
    assert opened.columns == ("Date", "Where/admin1", "Where/admin2", "Dead")
    assert [cells and cells["Dead"] for cells in found] == ["#REF!", ""]
    assert "1 cells hold a formula that was never calculated" in opened.remarks[0]


def test_several_sheets_must_be_chosen_from_and_hidden_ones_are_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER, ROW)
    book = load_workbook(path)
    book.active.title = "Events"  # type: ignore[union-attr]
    secret = book.create_sheet("Secret")
    secret.append(["a", "b"])
    secret.append(["1", "2"])
    secret.sheet_state = "hidden"
    book.create_sheet("Empty")
    book.save(path)
    opened, _ = read(path)
    assert (opened.name, opened.remarks) == ("Events", ("hidden sheets are not read: Secret",))
    assert read(path, sheet="Secret")[1] == [{"a": "1", "b": "2"}]
    with pytest.raises(BadInput, match="no sheet 'Nope'; choose one: Events, Secret, Empty"):
        read(path, sheet="Nope")
    book["Empty"].append(["a"])
    book.save(path)
    with pytest.raises(BadInput, match=r"2 sheets: Events, Empty \(hidden: Secret\); say which with --sheet"):
        read(path)


def test_a_cell_in_the_last_corner_fills_no_memory(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for at, cell in (("A1", "a"), ("B1", "b"), ("A2", "1"), ("XFD30000", "far")):
        book.active[at] = cell
    book.save(tmp_path / "a.xlsx")
    _, found = read(tmp_path / "a.xlsx")
    assert found == [{"a": "1", "b": ""}, None]


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (b"PK\x03\x04 no archive", "is damaged"),
        (b"", "is empty"),
        (b"\n ;; \n", "holds no rows"),
        (b"<!doctype html><html>", "is a web page"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, cure: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=cure):
        read(path)


# Tags


def test_a_row_of_tags_says_what_the_columns_are(both: str, tmp_path: Path) -> None:
    told = [
        ["Our events", "", "", "", "", ""],
        ["Quand", "Où", "Deaths?", "X", "Y", "Quoi"],
        ["#date +start", "#adm1+name", "#affected+killed", "#geo+lat", "#geo+lon", "#event+type"],
        ["2018-03-01", "Northern", "3", "34.1", "36.0", "shelling"],
    ]
    path = write(tmp_path / "a.csv", *told)
    plan = planned(both, path)
    assert {name: cols[0] for name, cols in plan.spec.columns.items()} == {
        **{"date_start": "Quand", "admin1": "Où", "killed": "Deaths?"},
        **{"lat": "X", "lon": "Y", "incident_type": "Quoi"},
    }
    assert take(both, path).new == 1
    assert sql(both, "SELECT best FROM claim") == [{"best": 3}]


def test_tags_after_the_first_rows_are_no_tags(tmp_path: Path) -> None:
    filler = [["a", "b"]] * 26
    opened, _ = read(write(tmp_path / "a.csv", *filler, ["#date", "#adm1"], ["2018-03-01", "x"]))
    assert opened.tags == ()


def test_tags_without_a_header_above_are_the_header(tmp_path: Path) -> None:
    opened, found = read(write(tmp_path / "a.csv", ["#date+start", "#adm1"], ["2018-03-01", "North"]))
    assert (opened.columns, len(found)) == (("#date+start", "#adm1"), 1)


# Mappings: proposed, previewed, edited, kept, recognised


def test_a_mapping_is_proposed_from_names_in_both_languages(nowhere: str, tmp_path: Path) -> None:
    wanted = ["external_id", "date_start", "admin1", "place", "incident_type", "killed", "text"]
    for header, told in ((HEADER, ROW), (AR_HEADER, ARABIC_ROW)):
        plan = planned(nowhere, write(tmp_path / f"{header[0]}.csv", header, told))
        assert plan.origin == "proposed"
        assert {name: plan.spec.columns[name][0] for name in wanted} == dict(zip(wanted, header, strict=True))
        assert plan.spec.values["incident_type"] == {told[4]: "bombardment"}


def test_a_mapping_is_proposed_from_what_stands_in_the_cells(nowhere: str, tmp_path: Path) -> None:
    told = [
        ["c1", "c2", "c3", "c4"],
        *[[f"1{n}/03/2018", "Northern", "34.1, 36.0", "kidnapping"] for n in range(9)],
    ]
    plan = planned(nowhere, write(tmp_path / "a.csv", *told))
    found = {name: cols[0] for name, cols in plan.spec.columns.items()}
    assert found == {"date_start": "c1", "admin1": "c2", "geopoint": "c3", "incident_type": "c4"}
    assert plan.proposal is not None
    reasons = {why.column: why.reason for why in plan.proposal.why}
    assert reasons["c2"] == "100% of its words name known governorates"


@pytest.mark.parametrize(
    ("days", "day_first", "doubt"),
    [
        (["03/04/2018", "13/04/2018"], True, None),
        (["03/04/2018", "04/13/2018"], False, None),
        (["03/04/2018", "05/06/2018"], True, "every date can be read"),
        (["13/04/2018", "04/13/2018"], True, "others the month"),
    ],
)
def test_the_order_of_day_and_month_is_seen_in_the_whole_column(
    nowhere: str, tmp_path: Path, days: list[str], day_first: bool, doubt: str | None
) -> None:
    plan = planned(nowhere, write(tmp_path / "a.csv", HEADER, *[row(date=day) for day in days]))
    assert plan.spec.day_first is day_first
    assert plan.proposal is not None
    assert [doubt in said for said in plan.proposal.questions if "id" not in said] == (
        [True] if doubt else []
    )


def test_a_preview_shows_what_becomes_of_each_row_and_stores_nothing(nowhere: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER, ROW, row(date="soon"), row(killed="dozens", type="odd"))
    good, bad, odd = tables.preview(planned(nowhere, path))
    assert (good["days"], good["type"], good["place"]) == ("2018-03-01", "bombardment", "Hill, Northern")
    assert (bad["row"], bad["column"]) == (3, "Date")
    assert bad["problem"].startswith("'soon' is no date; write it as YYYY-MM-DD")
    assert odd["figures"] == {"killed, all": "– (12 to ?) “dozens”"}
    assert "not in the mapping" in odd["remarks"][0]
    assert sql(nowhere, "SELECT 1 FROM report") == []


def test_a_mapping_survives_its_file(tmp_path: Path) -> None:
    told = {
        "title": 'A "table"',
        "source": "monitor",
        "day_first": False,
        "known": "release",
        "released_on": "2021-06-01",
        "columns": {"date_start": ["سنة", "month"], "killed": "Dead = ?"},
        "constants": {"geo_prec": 2},
        "values": {"incident_type": {"قصف": "bombardment", "a.b": "other"}},
    }
    spec = mapping.from_dict(told)
    for path, text in (
        (tmp_path / "a.toml", mapping.to_toml(spec)),
        (tmp_path / "a.json", json.dumps(mapping.to_dict(spec), default=str)),
    ):
        path.write_text(text, "utf-8")
        assert mapping.read(path) == spec


@pytest.mark.parametrize(
    ("told", "cure"),
    [
        ({"colour": "red"}, "colour is not known"),
        ({"columns": {"dead": "x"}}, "dead is no field of a report; use: source_id"),
        ({"columns": {"killed": []}}, 'killed needs a column, such as killed = "Column name"'),
        ({"columns": ["killed"]}, "columns is no table"),
        ({"values": {"incident_type": {"x": "boom"}}}, "boom is not in the codebook"),
        ({"known": "soon"}, "is not one of event, release"),
        ({"known": "release"}, "needs released_on"),
        ({"released_on": "soon"}, "released_on is no date"),
        ({"day_first": "yes"}, "day_first is no bool"),
    ],
)
def test_a_mapping_with_a_slip_names_its_cure(told: dict[str, object], cure: str) -> None:
    with pytest.raises(BadInput, match=cure):
        mapping.from_dict(told)


def test_a_kept_mapping_is_recognised_by_the_columns(both: str, tmp_path: Path) -> None:
    edited = tmp_path / "own.toml"
    edited.write_text(
        'source = "radio"\n[columns]\ndate_start = "Date"\nkilled = "Killed"\n'
        '[values.incident_type]\nx = "threat"\n[constants]\nincident_type = "threat"\n',
        "utf-8",
    )
    take(both, write(tmp_path / "a.csv", HEADER, ROW), source=None, mapping=str(edited), name="mine")
    shuffled = [HEADER[::-1], row(date="2018-03-05")[::-1]]
    plan = planned(both, write(tmp_path / "b.csv", *shuffled), source=None)
    assert (plan.origin, plan.name, plan.spec.source) == ("recognised", "mine", "radio")
    assert planned(both, tmp_path / "b.csv", fresh=True).origin == "proposed"
    assert planned(both, tmp_path / "b.csv", mapping="mine").spec.constants == {"incident_type": "threat"}
    with pytest.raises(
        BadInput, match="there is no mapping 'other'; a file .toml or .json, or one of: ged_extract"
    ):
        planned(both, tmp_path / "b.csv", mapping="other")
    batch = sql(both, "SELECT m.name FROM import_batch b JOIN mapping m ON m.id = b.mapping_id")
    assert batch == [{"name": "mine"}]


def test_the_newest_of_a_name_counts_also_where_it_returns_to_an_older_one(
    nowhere: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", HEADER, ROW)
    for n, source in enumerate(("radio", "paper", "radio")):
        take(nowhere, path, source=source, fresh=True, name="m", now=datetime(2026, 12, 1 + n, tzinfo=UTC))
    assert planned(nowhere, path, source=None).spec.source == "radio"
    assert sql(nowhere, "SELECT count(*) AS n FROM mapping") == [{"n": 3}]


@pytest.mark.parametrize(
    ("options", "cure"),
    [
        ({"source": None}, "say who publishes the table: --source CODE"),
        ({"source": "nobody"}, "nowhere has no source 'nobody'; add it to its sources.csv"),
    ],
)
def test_who_publishes_must_be_said(
    nowhere: str, tmp_path: Path, options: dict[str, str | None], cure: str
) -> None:
    with pytest.raises(BadInput, match=cure):
        take(nowhere, write(tmp_path / "a.csv", HEADER, ROW), **options)


def test_a_column_names_the_source_by_code_or_name(nowhere: str, tmp_path: Path) -> None:
    header = [*HEADER, "Source"]
    told = [[*row(id=str(n)), name] for n, name in enumerate(["radio", "The Paper", "a stranger", ""])]
    summary = take(nowhere, write(tmp_path / "a.csv", header, *told), source=None)
    assert (summary.new, summary.issues) == (2, {"unknown_source": 2})
    codes = sql(nowhere, "SELECT s.code FROM report r JOIN source s ON s.id = r.source_id ORDER BY s.code")
    assert [c["code"] for c in codes] == ["paper", "radio"]


# Rows


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"date": ""}, "Date", "no_date"),
        ({"date": "31/02/2018"}, "Date", "bad_date"),
        ({"date": "1718-03-01"}, "Date", "bad_date"),
        ({"killed": "three or so, or four"}, "Killed", "bad_count"),
        ({"killed": "-3"}, "Killed", "bad_count"),
        ({"killed": "99999999"}, "Killed", "bad_count"),
    ],
)
def test_a_broken_row_is_kept_with_row_column_and_cure(
    both: str, tmp_path: Path, changes: dict[str, str], column: str, code: str
) -> None:
    path = write(tmp_path / "a.csv", HEADER, row(id="1", **changes), row(id="2"))
    summary = take(both, path)
    assert (summary.new, summary.bad) == (1, 1)
    issue = sql(both, "SELECT row_number, column_name, code, raw, message FROM row_issue")[0]
    assert (issue["row_number"], issue["column_name"], issue["code"]) == (2, column, code)
    assert next(iter(changes.values())) in issue["raw"]
    assert "; " in issue["message"] or "write" in issue["message"]


@pytest.mark.parametrize(
    ("said", "low", "best", "high", "worded"),
    [
        ("", None, None, None, False),
        ("unknown", None, None, None, False),
        ("-99", None, None, None, False),
        ("0", None, 0, None, False),
        ("3.0", None, 3, None, False),
        ("1,200", None, 1200, None, False),
        ("٣", None, 3, None, False),
        ("12 killed", None, 12, None, True),
        ("at least 12", 12, 12, None, True),
        ("12+", 12, 12, None, True),
        ("up to 12", None, None, 12, True),
        ("10-15", 10, None, 15, True),
        ("dozens", 12, None, None, True),
        ("عشرات", 10, None, None, True),
    ],
)
def test_figures_as_people_write_them(
    nowhere: str,
    tmp_path: Path,
    said: str,
    low: int | None,
    best: int | None,
    high: int | None,
    worded: bool,
) -> None:
    take(nowhere, write(tmp_path / "a.csv", HEADER, row(killed=said)))
    found = sql(nowhere, "SELECT low, best, high, wording FROM claim WHERE status = 'all'")[0]
    assert (found["low"], found["best"], found["high"]) == (low, best, high)
    assert found["wording"] == (said if worded else None)


def test_a_row_without_an_id_is_known_by_what_it_says(nowhere: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER[1:], ROW[1:], ROW[1:], row(killed="4")[1:])
    summary = take(nowhere, path)
    assert (summary.rows, summary.new) == (3, 2)
    again = write(tmp_path / "b.csv", HEADER[1:], ROW[1:], row(killed="5")[1:])
    assert (take(nowhere, again).new, take(nowhere, again).unchanged) == (1, True)


def test_an_id_that_stands_twice_is_said(nowhere: str, tmp_path: Path) -> None:
    summary = take(nowhere, write(tmp_path / "a.csv", HEADER, ROW, row(killed="4"), ROW))
    assert summary.issues == {"id_repeated": 1}


def test_precision_follows_from_what_is_told(nowhere: str, tmp_path: Path) -> None:
    told = [
        row(id="1", date="2018-03"),
        row(id="2", date="2018", village=""),
        row(id="3", village="", governorate=""),
        row(id="4", date="1/3/2018"),
    ]
    take(nowhere, write(tmp_path / "a.csv", HEADER, *told))
    asked = "SELECT date_prec, geo_prec, date_end FROM report_incident JOIN report ON id = report_id"
    found = [
        (r["date_prec"], r["geo_prec"], str(r["date_end"]))
        for r in sql(nowhere, f"{asked} ORDER BY external_id")
    ]
    assert found == [(4, 2, "2018-03-31"), (5, 4, "2018-12-31"), (1, 6, "2018-03-01"), (1, 2, "2018-03-01")]


def test_a_point_in_the_sea_at_zero_is_unknown(nowhere: str, tmp_path: Path) -> None:
    header = [*HEADER, "lat", "lon"]
    told = [[*row(id="1"), "0", "0"], [*row(id="2"), "34,10", "36°00'00\" E"], [*row(id="3"), "134", "36"]]
    summary = take(nowhere, write(tmp_path / "a.csv", header, *told))
    assert summary.issues == {"null_island": 1, "bad_coordinate": 1}
    asked = "SELECT lat, lon FROM report_incident JOIN report ON id = report_id ORDER BY external_id"
    assert [(r["lat"], r["lon"]) for r in sql(nowhere, asked)] == [(None, None), (34.1, 36.0)]


def test_the_arabic_table_finds_its_places(nowhere: str, tmp_path: Path) -> None:
    take(nowhere, write(tmp_path / "a.csv", AR_HEADER, ARABIC_ROW))
    found = sql(nowhere, "SELECT governorate_id, district_id, deaths, date_start FROM incident_version")[0]
    assert (found["governorate_id"], found["district_id"], found["deaths"]) == ("xx1", "xx11", 3)
    assert str(found["date_start"]) == "2018-03-13"
