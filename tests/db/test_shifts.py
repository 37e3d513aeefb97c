"""What one shift hands to the next: tasks, notes, ends of shifts; who may, who sees, and what stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from db import decisions, engine, queries, shifts
from db.erasure import erase_found
from db.errors import BadInput
from db.finding import find
from db.forgetting import forget
from db.policy import LOCAL, Denied, Viewer
from db.vocab import DecisionField, Role, Sensitivity
from tests.conftest import NOW
from tests.db.stores import rows
from tests.factories import report_row, take, write_csv

HILL, HOUR, TODAY = "xx-blue-hill", timedelta(hours=1), NOW.date()
BRANCH: dict[str, Any] = {"region_id": "nowhere", "as_of": TODAY}
ANALYST = Viewer("ana", frozenset({Role.ANALYST}))
READERS = [Viewer("x", frozenset({role})) for role in (Role.VIEWER, Role.MODELLER)]


def told(url: str, read: Any, viewer: Viewer = LOCAL, **more: Any) -> list[dict[str, Any]]:
    with engine.reading(url) as session:
        return [dict(one) for one in read(session, viewer, **BRANCH | more).to_dict("records")]


def give(url: str, owner: str | None, at: datetime = NOW, **more: Any) -> int:
    how = {"owner": owner, "by": "ana", "now": at, **more}
    with engine.writing(url) as session:
        return shifts.assign(session, LOCAL, "nowhere", "community", HILL, **how)


def leave(url: str, text: str, **more: Any) -> str:
    with engine.writing(url) as session:
        return shifts.note(session, LOCAL, "nowhere", text, **{"by": "ana", "now": NOW, **more})


def test_the_newest_word_about_a_task_holds_and_every_moment_keeps_its_own(both: str) -> None:
    give(both, "ben", due_at=NOW + 8 * HOUR, note="call")
    (task,) = told(both, queries.assignments)
    assert (task["owner"], task["name"], task["note"], task["done"]) == (
        "ben",
        "Blues of Hill",
        "call",
        False,
    )
    later, day = NOW + 48 * HOUR, (NOW + 48 * HOUR).date()
    give(both, "cem", later)
    assert [one["owner"] for one in told(both, queries.assignments, as_of=day)] == ["cem"]
    assert [one["owner"] for one in told(both, queries.assignments, as_of=day, recorded_as_of=TODAY)] == [
        "ben"
    ]
    give(both, "cem", later + HOUR, done=True)
    assert told(both, queries.assignments, as_of=day) == []
    assert [one["done"] for one in told(both, queries.assignments, as_of=day, done=True)] == [True]
    give(both, None, later + 2 * HOUR)
    assert told(both, queries.assignments, as_of=day) == []


def test_a_note_stands_until_somebody_closes_it(both: str) -> None:
    note = leave(both, " The road is open\0 ", community_id=HILL)
    assert leave(both, " The road is open\0 ", community_id=HILL) == note
    (one,) = told(both, queries.shift_notes)
    assert (one["text"], one["name"], one["sensitivity"]) == (
        "The road is open␀",
        "Blues of Hill",
        "internal",
    )
    later = NOW + 48 * HOUR
    with engine.writing(both) as session:
        shifts.close_note(session, LOCAL, note, by="ben", now=later)
        with pytest.raises(BadInput, match="closed already"):
            shifts.close_note(session, LOCAL, note, by="ben", now=later)
    assert told(both, queries.shift_notes, as_of=later.date()) == []
    assert told(both, queries.shift_notes, as_of=later.date(), recorded_as_of=TODAY)[0]["done_by"] is None
    assert told(both, queries.shift_notes, as_of=later.date(), done=True)[0]["done_by"] == "ben"


def test_a_shift_ends_where_the_next_begins_and_is_taken_over_once(both: str) -> None:
    with engine.writing(both) as session:
        how: dict[str, Any] = {"told": {"drafts": 2}, "by": "ana"}
        begun = NOW - 24 * HOUR
        first = shifts.close(session, LOCAL, "nowhere", since=begun, now=NOW, words="quiet", **how)
        with pytest.raises(BadInput, match="not begun"):
            shifts.close(session, LOCAL, "nowhere", since=begun, now=NOW, **how)
        shifts.close(session, LOCAL, "nowhere", since=begun, now=NOW + HOUR, **how)
        shifts.take(session, LOCAL, first, by="ben", now=NOW + HOUR)
        for name, why in ((first, "already, by ben"), ("none", "no handover")):
            with pytest.raises(BadInput, match=why):
                shifts.take(session, LOCAL, name, by="cem", now=NOW + HOUR)
    newest, oldest = told(both, queries.handovers)
    assert (oldest["until"], oldest["taken_by"], oldest["note"]) == (NOW, "ben", "quiet")
    assert (newest["since"], newest["told"], newest["taken_by"]) == (NOW, {"drafts": 2}, None)


@pytest.mark.parametrize("viewer", READERS, ids=["viewer", "modeller"])
def test_who_may_only_read_changes_nothing_and_reads_nothing_of_the_team(
    viewer: Viewer, nowhere: str
) -> None:
    note = leave(nowhere, "call")
    act: dict[str, Any] = {"by": "x", "now": NOW}
    with engine.writing(nowhere) as session:
        for refused in (
            lambda: shifts.assign(session, viewer, "nowhere", "community", HILL, owner="x", **act),
            lambda: shifts.note(session, viewer, "nowhere", "x", **act),
            lambda: shifts.close_note(session, viewer, note, **act),
            lambda: shifts.close(session, viewer, "nowhere", since=NOW - HOUR, told={}, **act),
            lambda: queries.shift_notes(session, viewer, **BRANCH),
            lambda: queries.assignments(session, viewer, **BRANCH),
            lambda: queries.handovers(session, viewer, **BRANCH),
        ):
            with pytest.raises(Denied):
                refused()


def test_what_a_reader_may_not_see_is_not_there_for_them(nowhere: str, tmp_path: Any) -> None:
    take(nowhere, write_csv(tmp_path / "r.csv", [report_row(external_id="r1")]), "reports")
    incident = str(rows(nowhere, "SELECT id FROM incident")[0]["id"])
    leave(nowhere, "about it", incident_id=incident)
    leave(nowhere, "severe words", sensitivity=Sensitivity.SEVERE)
    with engine.writing(nowhere) as session:
        about = (session, LOCAL, "nowhere", "incident", incident)
        shifts.assign(*about, owner="ben", by="ana", now=NOW)
    assert [one["text"] for one in told(nowhere, queries.shift_notes, ANALYST)] == ["about it"]
    assert len(told(nowhere, queries.assignments, ANALYST)) == 1
    with engine.writing(nowhere) as session:
        field = DecisionField.SENSITIVITY
        decisions.decide(session, LOCAL, incident, field, "severe", reason="asked", by="ana", now=NOW)
    assert told(nowhere, queries.shift_notes, ANALYST) == told(nowhere, queries.assignments, ANALYST) == []
    assert len(told(nowhere, queries.shift_notes)) == 2
    act: dict[str, Any] = {"by": "ana", "now": NOW}
    with engine.writing(nowhere) as session:
        for wrong in (incident, "none"):
            with pytest.raises(BadInput, match="no incident .* that you may see"):
                shifts.assign(session, ANALYST, "nowhere", "incident", wrong, owner="x", **act)
        with pytest.raises(BadInput, match="could not read"):
            shifts.note(session, ANALYST, "nowhere", "x", sensitivity=Sensitivity.SEVERE, **act)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"owner": "x", "due_at": NOW}, "has passed"),
        ({"owner": "x", "note": "x" * 4001}, "longer than 4000"),
        ({"owner": "x", "by": " "}, "name or initials"),
    ],
)
def test_what_cannot_be_written_down_is_refused(how: dict[str, Any], why: str, nowhere: str) -> None:
    with pytest.raises(BadInput, match=why):
        give(nowhere, **how)
    with engine.writing(nowhere) as session, pytest.raises(BadInput, match="choose one of: community"):
        shifts.assign(session, LOCAL, "nowhere", "person", "x", owner="x", by="ana", now=NOW)


def test_words_are_erased_and_names_forgotten_wherever_they_stand(nowhere: str) -> None:
    leave(nowhere, "ask Zebulon", by="amal@example.org")
    give(nowhere, "amal@example.org", note="Zebulon")
    with engine.writing(nowhere) as session:
        how: dict[str, Any] = {"since": NOW - HOUR, "by": "amal@example.org", "now": NOW}
        shifts.close(session, LOCAL, "nowhere", told={"x": "Zebulon"}, words="Zebulon", **how)
        found = find(session, LOCAL, "zebulon")
        assert {one.table for one in found} == {"shift_note", "assignment", "handover"}
        erase_found(session, LOCAL, found, reason="asked", by="root", now=NOW)
        assert not find(session, LOCAL, "zebulon")
        forget(session, LOCAL, "amal@example.org", reason="asked", by="root", now=NOW)
        assert not [one for one in find(session, LOCAL, "amal@example.org") if one.table != "access_log"]
    assert told(nowhere, queries.shift_notes)[0]["text"] == "[erased]"
