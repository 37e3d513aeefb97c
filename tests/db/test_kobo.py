"""KoboToolbox exports: submissions wait as drafts, edits replace them, and nobody's name is kept."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from db import engine, undo
from db.errors import BadInput
from db.importers import kobo
from db.importers.tables import Request
from db.policy import LOCAL
from db.queries import incidents
from tests.conftest import NOW
from tests.db.stores import ask, rows
from tests.db.tables import write

HEADER = [
    *("start", "end", "what/Date of incident", "what/Type of event", "what/Type of event/shelling"),
    *("what/Type of event/arrest", "where/Village", "where/GPS", "_GPS_latitude", "_GPS_longitude"),
    *("harm/Killed", "harm/Injured", "Description", "Shoes", "deviceid", "_id", "_uuid", "_submission_time"),
    *("_validation_status", "_submitted_by", "__version__", "_index"),
]
SUBMISSION = [
    *(
        "2018-03-02T08:00:00.000+03:00",
        "2018-03-02T08:09:00.000+03:00",
        "2018-03-01",
        "shelling arrest",
        "1",
        "1",
    ),
    *(
        "Hill",
        "34.1 36.0 0 0",
        "34.1",
        "36.0",
        "2",
        "dozens",
        "Shells fell.",
        "brown",
        "phone-77",
        "501",
        "uuid:a",
    ),
    *("2018-03-02T06:30:00", "", "jane_roe", "v1", "1"),
]


def submission(**changes: str) -> list[str]:
    """One submission; changes by column name."""
    return [
        changes.get(name.strip("_").rsplit("/", 1)[-1], cell)
        for name, cell in zip(HEADER, SUBMISSION, strict=True)
    ]


def take(url: str, path: Path, *, accept: bool = False, now: datetime = NOW, **options: Any) -> kobo.Taken:
    planned = kobo.plan(url, Request(path, "nowhere", **{"source": "team", **options}))
    return kobo.take(url, LOCAL, planned, kobo.Act("tester", now, accept))


def book(path: Path) -> Path:
    """A workbook with a sheet of submissions and one of a repeated group."""
    made = Workbook()
    main = made.active
    assert main is not None
    main.title = "Incident form"
    for cells in (HEADER, submission(), submission(id="502", uuid="uuid:b", index="2")):
        main.append(cells)
    people = made.create_sheet("people")
    people.append(
        ["people/age group", "_index", "_parent_table_name", "_parent_index", "_submission__submitted_by"]
    )
    people.append(["child", 1, "Incident form", 1, "jane_roe"])
    people.append(["adult", 2, "Incident form", 1, "jane_roe"])
    made.save(path)
    return path


def test_submissions_wait_and_nothing_of_them_counts(both: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER, submission(), mark=";")
    done = take(both, path)
    assert (done.rows, done.drafts, done.waiting, done.accepted) == (1, 1, 1, 0)
    assert rows(both, "SELECT 1 FROM report") == []
    draft = rows(both, "SELECT origin, external_id, text, state, published_at FROM draft")[0]
    assert (draft["origin"], draft["external_id"], draft["text"], draft["state"]) == (
        "kobo",
        "501",
        "Shells fell.",
        "open",
    )
    assert str(draft["published_at"]).startswith("2018-03-02 06:30")
    fields = _fields(both)
    assert (fields["date_start"], fields["incident_type"], fields["place"]) == (
        "2018-03-01",
        "bombardment",
        "Hill",
    )
    assert (fields["lat"], fields["lon"], fields["killed"]) == ("34.1", "36.0", "2")
    assert "injured" not in fields  # "dozens" gives no best figure
    assert fields["answers"]["Shoes"] == "brown"


def test_who_filled_in_the_form_is_not_kept(both: str, tmp_path: Path) -> None:
    take(both, book(tmp_path / "a.xlsx"), accept=True)
    for table in ("draft", "report", "document", "row_issue", "import_batch"):
        for name in ("jane_roe", "phone-77"):
            assert name not in str(rows(both, f"SELECT * FROM {table}")), table  # noqa: S608


def test_a_workbook_brings_its_repeated_groups(nowhere: str, tmp_path: Path) -> None:
    assert take(nowhere, book(tmp_path / "a.xlsx")).drafts == 2
    told = {
        r["external_id"]: _parsed(r["fields"]) for r in rows(nowhere, "SELECT external_id, fields FROM draft")
    }
    assert told["501"]["answers"]["repeated"] == [
        "people: people/age group: child",
        "people: people/age group: adult",
    ]
    assert "repeated" not in told["502"].get("answers", {})


def test_a_person_may_accept_at_once_but_not_what_is_on_hold_or_broken(both: str, tmp_path: Path) -> None:
    told = [
        submission(id="1", validation_status="Approved"),
        submission(id="2", validation_status="On Hold"),
        submission(id="3", validation_status="Not Approved"),
        submission(id="4", **{"Date of incident": "soon"}),
        submission(id="5"),
    ]
    done = take(both, write(tmp_path / "a.csv", HEADER, *told), accept=True)
    assert (done.accepted, done.refused, done.waiting, done.incomplete) == (2, 1, 2, 1)
    states = {r["external_id"]: r["state"] for r in rows(both, "SELECT external_id, state FROM draft")}
    assert states == {"1": "accepted", "2": "open", "3": "rejected", "4": "open", "5": "accepted"}
    assert len(ask(both, incidents)) == 2
    assert rows(both, "SELECT row_number, column_name FROM row_issue") == [
        {"row_number": 5, "column_name": "what/Date of incident"}
    ]
    again = take(both, write(tmp_path / "b.csv", HEADER, submission(id="3", validation_status="Approved")))
    assert (again.known, again.waiting) == (1, 1)


def test_an_edited_submission_replaces_the_waiting_one(nowhere: str, tmp_path: Path) -> None:
    take(nowhere, write(tmp_path / "a.csv", HEADER, submission()))
    edited = submission(uuid="uuid:edited", Killed="5")
    done = take(nowhere, write(tmp_path / "b.csv", HEADER, edited))
    assert (done.drafts, done.known) == (0, 1)
    assert _fields(nowhere)["killed"] == "5"


def test_undoing_an_export_sets_its_drafts_aside_and_the_file_brings_them_back(
    nowhere: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", HEADER, submission())
    batch = take(nowhere, path).batch_id
    with engine.writing(nowhere) as session:
        done = undo.undo(session, LOCAL, batch, reason="test form", by="tester", now=NOW)
    assert (done.drafts, done.reports) == (1, 0)
    assert rows(nowhere, "SELECT state FROM draft") == [{"state": "rejected"}]
    assert take(nowhere, path, now=datetime(2026, 12, 1, tzinfo=UTC)).waiting == 1
    assert rows(nowhere, "SELECT state FROM draft") == [{"state": "open"}]
    assert rows(nowhere, "SELECT status FROM import_batch") == [{"status": "done"}]


@pytest.mark.parametrize(
    ("header", "options", "cure"),
    [
        (["Date", "Place"], {}, "neither _id nor _uuid, so it is no KoboToolbox export"),
        (["Date", "_id"], {"source": None}, "say who reports through this form: --source CODE"),
    ],
)
def test_what_is_no_export_is_refused(
    nowhere: str, tmp_path: Path, header: list[str], options: dict[str, None], cure: str
) -> None:
    path = write(tmp_path / "a.csv", header, ["2018-03-01", "Hill"], ["2018-03-02", "Ford"])
    with pytest.raises(BadInput, match=cure):
        take(nowhere, path, **options)


def _fields(url: str) -> Any:
    return _parsed(rows(url, "SELECT fields FROM draft")[0]["fields"])


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
