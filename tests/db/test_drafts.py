"""What came in waits for a person: nothing of it counts until accepted, then it is a report like any other."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import drafts, engine, queries
from db.drafts import Incoming
from db.errors import BadInput
from db.policy import LOCAL
from db.schema import Draft
from db.vocab import DraftState, Origin
from tests.conftest import NOW
from tests.db.stores import ask, count, rows
from tests.factories import report_row, take, write_csv

TEXT = "Two people were reportedly taken near Hill. تل"
FIELDS = {
    **{
        "source_id": "radio",
        "incident_type": "kidnapping",
        "date_start": "2026-11-20",
        "place_id": "xx-hill",
    },
    **{"abducted": "2"},
}
PASTED = Incoming(
    region_id="nowhere", origin=Origin.PASTE, external_id="p1", by="ana", title="Taken near Hill", text=TEXT,
    fields=FIELDS, suggestions=({"field": "abducted", "value": 2, "start": 0, "end": 3},),
)  # fmt: skip
SEEN: dict[str, Any] = {"by": "ben", "reason": "called the village", "now": NOW + timedelta(hours=1)}
AS_OF = date(2026, 11, 22)


def save(url: str, incoming: Incoming = PASTED) -> str:
    with engine.writing(url) as session:
        return drafts.save(session, LOCAL, incoming, NOW)[0]


def accept(url: str, name: str, **more: Any) -> str:
    with engine.writing(url) as session:
        return drafts.accept(session, LOCAL, name, **{**SEEN, **more})


def test_a_draft_counts_nowhere(both: str) -> None:
    save(both)
    assert (count(both, "draft"), count(both, "report"), count(both, "incident")) == (1, 0, 0)
    assert ask(both, queries.incidents, as_of=AS_OF).empty


def test_an_accepted_draft_is_a_report_like_any_other(both: str) -> None:
    report = accept(both, save(both))
    found = ask(both, queries.incidents, as_of=AS_OF)
    assert list(found["incident_type"]) == ["kidnapping"]
    assert found["deaths"].isna().all()
    detail = ask(both, queries.incident, incident_id=found.iloc[0]["incident_id"], as_of=AS_OF)
    assert list(detail.reports["report_id"]) == [report]
    assert detail.reports.iloc[0]["text"] == TEXT
    assert list(detail.claims["harm"]) == ["abducted", "killed"]
    assert detail.claims.set_index("harm").loc["abducted", "best"] == 2
    assert rows(both, "SELECT added_by FROM report_incident") == [{"added_by": "ben"}]
    told = rows(both, "SELECT field, new, reason FROM revision ORDER BY seq")
    assert told[-1]["field"] == "state" and "accepted" in str(told[-1]["new"])


def test_it_was_known_from_when_it_came_in_unless_its_publication_is_told(both: str) -> None:
    accept(both, save(both))
    assert ask(both, queries.incidents, as_of=date(2026, 11, 21)).empty
    told = replace(PASTED, external_id="p2", published_at=datetime(2026, 11, 21, 5, tzinfo=UTC))
    accept(both, save(both, told))
    assert len(ask(both, queries.incidents, as_of=date(2026, 11, 21))) == 1


def test_a_draft_may_speak_of_a_known_incident(both: str) -> None:
    accept(both, save(both))
    known = ask(both, queries.incidents, as_of=AS_OF).iloc[0]["incident_id"]
    other = replace(PASTED, external_id="p2", fields={**FIELDS, "source_id": "monitor", "abducted": "3"})
    accept(both, save(both, other), incident_id=known)
    found = ask(both, queries.incidents, as_of=AS_OF)
    assert list(found["incident_id"]) == [known]
    assert list(found["reports"]) == [2]
    assert count(both, "incident") == 1


def test_one_report_may_tell_of_several_incidents(both: str) -> None:
    first = save(both)
    with engine.writing(both) as session:
        second = drafts.another(session, LOCAL, first, by="ben", now=NOW)
        drafts.amend(
            session,
            LOCAL,
            second,
            {**FIELDS, "place_id": "xx-ford", "incident_type": "threat", "abducted": ""},
        )
    with pytest.raises(BadInput, match="accept the first"):
        accept(both, second)
    assert accept(both, first) == accept(both, second)
    assert (count(both, "report"), count(both, "incident"), count(both, "report_incident")) == (1, 2, 2)
    found = ask(both, queries.incidents, as_of=AS_OF)
    assert sorted(found["incident_type"]) == ["kidnapping", "threat"]
    assert list(found["reports"]) == list(found["independent_sources"]) == [1, 1]
    with engine.writing(both) as session:
        third = drafts.another(session, LOCAL, second, by="ben", now=NOW)
    assert rows(both, "SELECT external_id FROM draft WHERE id = :id", id=third) == [{"external_id": "p1#3"}]


def test_the_same_again_is_the_same_draft(both: str) -> None:
    first = save(both)
    assert save(both, replace(PASTED, text="Three people were taken near Hill.")) == first
    assert rows(both, "SELECT text FROM draft")[0]["text"].startswith("Three")
    accept(both, first)
    save(both, replace(PASTED, text="Nobody was taken."))
    assert rows(both, "SELECT text FROM draft")[0]["text"].startswith("Three")  # decided upon: stays


def test_what_is_filled_in_is_kept_and_can_be_taken_back(nowhere: str) -> None:
    name = save(nowhere)
    with engine.writing(nowhere) as session:
        drafts.amend(session, LOCAL, name, {"killed": "1", "abducted": ""})
    with engine.reading(nowhere) as session:
        fields = session.get_one(Draft, name).fields
    assert fields["killed"] == "1" and "abducted" not in fields


def test_a_rejected_draft_stays_with_its_reason_and_can_come_back(nowhere: str) -> None:
    name = save(nowhere)
    with engine.writing(nowhere) as session:
        drafts.reject(session, LOCAL, name, by="ben", reason="an old story", now=NOW)
    assert rows(nowhere, "SELECT state, reason, decided_by FROM draft") == [
        {"state": "rejected", "reason": "an old story", "decided_by": "ben"}
    ]
    with pytest.raises(BadInput, match="rejected already"):
        accept(nowhere, name)
    with engine.writing(nowhere) as session:
        drafts.reopen(session, LOCAL, name, by="ana", reason="it happened again", now=NOW)
    accept(nowhere, name)


@pytest.mark.parametrize(
    ("change", "cure"),
    [
        ({"source_id": ""}, "source_id"),
        ({"incident_type": "quarrel"}, "choose one of"),
        ({"date_start": "20 Nov"}, "YYYY-MM-DD"),
        ({"abducted": "some"}, "whole number"),
    ],
)
def test_what_is_missing_is_named_and_the_draft_stays_open(
    nowhere: str, change: dict[str, str], cure: str
) -> None:
    name = save(nowhere, replace(PASTED, fields={**FIELDS, **change}))
    with pytest.raises(BadInput, match=cure):
        accept(nowhere, name)
    assert rows(nowhere, "SELECT state FROM draft") == [{"state": DraftState.OPEN}]
    assert count(nowhere, "report") == 0


def test_harmful_texts_are_kept_harmlessly(both: str) -> None:
    nasty = "a\x00b \u202egnp.exe <script>alert(1)</script> \ud800"
    name = save(both, replace(PASTED, text=nasty, title="=1+1", body=nasty.encode("utf-8", "replace")))
    kept = rows(both, "SELECT text, document_id FROM draft")[0]
    assert kept["text"] == "a␀b \u202egnp.exe <script>alert(1)</script> ?"
    report = accept(both, name)
    assert rows(both, "SELECT document_id FROM report WHERE id = :id", id=report)[0] == {
        "document_id": kept["document_id"]
    }
    body = rows(both, "SELECT body FROM document")[0]["body"]
    assert bytes(body) == nasty.encode("utf-8", "replace")


def test_a_text_without_end_is_refused(nowhere: str) -> None:
    with pytest.raises(BadInput, match="more than 8"):
        save(nowhere, replace(PASTED, text="x" * (8 * 1024**2 + 1)))
    save(nowhere, replace(PASTED, text="x" * 5_000_000))


def test_what_a_file_brought_waits_for_a_look_and_what_a_person_let_in_does_not(
    both: str, tmp_path: Path
) -> None:
    accept(both, save(both))
    row = report_row(
        external_id="f1", date_start="2026-11-19", date_end="2026-11-19", published_at="2026-11-20"
    )
    take(both, write_csv(tmp_path / "a.csv", [row]), "reports")
    found = ask(both, queries.needs_look, as_of=AS_OF)
    assert list(found["why"]) == ["new"]
    assert len(ask(both, queries.incidents, as_of=AS_OF)) == 2
