"""Who has looked at what: everything waits until somebody does, and every look can be taken back."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from db import decisions, engine, looks, queries
from db.errors import BadInput
from db.policy import LOCAL, Denied, Viewer
from db.vocab import DecisionField, Role, Sensitivity
from tests.conftest import NOW
from tests.db.stores import ask, count, rows
from tests.factories import report_row, take, write_csv

AS_OF = date(2026, 11, 22)
SAID: dict[str, Any] = {"reason": "read", "by": "ana", "now": NOW + timedelta(hours=1)}


def row(name: str, **more: Any) -> dict[str, Any]:
    facts = {"date_start": "2017-11-19", "date_end": "2017-11-19", "published_at": "2017-11-20"}
    return report_row(external_id=name, **{**facts, **more})


@pytest.fixture
def store(both: str, tmp_path: Path) -> str:
    """Four incidents of one file: one that nobody can place, one denied, two plain ones."""
    told = [
        row("plain"),
        row("late", published_at="2017-12-20"),
        row("lost", place_id="", place="Elsewhere", lat="", lon="", admin1="", admin2=""),
        row("denied", stance="contradicts"),
    ]
    take(both, write_csv(tmp_path / "a.csv", told), "reports")
    return both


def waits(url: str, **asked: Any) -> pd.DataFrame:
    return ask(url, queries.needs_look, **{"as_of": AS_OF, **asked})


def settle(url: str, incident: str, value: Any, field: Any = DecisionField.REVIEWED, **more: Any) -> None:
    with engine.writing(url) as session:
        decisions.decide(session, LOCAL, incident, field, value, **{**SAID, **more})


def over(url: str, viewer: Viewer = LOCAL, **more: Any) -> int:
    batch = rows(url, "SELECT id FROM import_batch")[0]["id"]
    about = {"region_id": "nowhere", "as_of": AS_OF, "doubtful": False, **SAID, **more}
    with engine.writing(url) as session:
        return looks.look_over(session, viewer, batch, **about)


def back(url: str, **more: Any) -> int:
    batch = rows(url, "SELECT id FROM import_batch")[0]["id"]
    with engine.writing(url) as session:
        return looks.take_back(session, LOCAL, batch, **{**SAID, **more})


def test_everything_waits_however_old_the_doubtful_first_then_the_newest(store: str) -> None:
    found = waits(store)
    assert set(found["why"][:2]) == {"contested", "no_place"} and list(found["why"][2:]) == ["new", "new"]
    assert found["known_from"][2] > found["known_from"][3]
    assert list(waits(store, limit=1, offset=2)["incident_id"]) == [found["incident_id"][2]]


def test_it_can_be_asked_for_one_reason_import_or_community(store: str) -> None:
    assert list(waits(store, why="contested")["why"]) == ["contested"]
    assert len(waits(store, why="doubtful")) == 2
    batch = rows(store, "SELECT id FROM import_batch")[0]["id"]
    assert len(waits(store, batch_id=batch)) == 4 and waits(store, batch_id="other").empty
    tied = rows(store, "SELECT DISTINCT community_id AS c FROM link ORDER BY 1")[0]["c"]
    assert 0 < len(waits(store, community_id=tied)) < 4


def test_counts_say_what_waits_and_what_was_seen_by_reason_and_import(store: str) -> None:
    settle(store, waits(store, why="new")["incident_id"][0], True)
    found = ask(store, queries.look_counts, as_of=AS_OF).set_index("why")
    assert found["waiting"].to_dict() == {"contested": 1, "new": 1, "no_place": 1}
    assert found["seen"].to_dict() == {"contested": 0, "new": 1, "no_place": 0}
    assert found["batch_id"].nunique() == 1


def test_a_look_is_kept_and_can_be_taken_back(store: str) -> None:
    one = waits(store)["incident_id"][0]
    settle(store, one, True)
    assert one not in set(waits(store)["incident_id"])
    assert list(waits(store, seen=True)["incident_id"]) == [one]
    settle(store, one, None)
    assert one in set(waits(store)["incident_id"]) and waits(store, seen=True).empty
    told = rows(store, "SELECT new FROM revision WHERE entity_id = :i ORDER BY seq", i=one)
    assert [str(said["new"]).lower() in ("true", "1") for said in told] == [True, False]


def test_who_settles_something_has_looked(store: str) -> None:
    one = waits(store, why="new")["incident_id"][0]
    settle(store, one, "what happened, in other words", DecisionField.SUMMARY)
    assert one not in set(waits(store)["incident_id"])


def test_what_changes_after_a_look_waits_again(store: str, tmp_path: Path) -> None:
    over(store, doubtful=True)
    assert waits(store).empty
    later = [row("plain", killed=9, published_at="2018-02-01")]
    take(store, write_csv(tmp_path / "b.csv", later), "reports", now=NOW + timedelta(days=1))
    assert list(waits(store, as_of=date(2026, 11, 24))["deaths"]) == [9.0]


def test_an_import_is_looked_over_in_one_act_and_the_doubtful_go_on_waiting(store: str) -> None:
    versions = count(store, "incident_version")
    assert over(store) == 2
    assert set(waits(store)["why"]) == {"contested", "no_place"}
    assert over(store, doubtful=True) == 2 and waits(store).empty
    assert count(store, "incident_version") == versions
    with pytest.raises(BadInput, match="waits for a look"):
        over(store, doubtful=True)


def test_looking_over_is_taken_back_but_not_what_people_settled_since(store: str) -> None:
    over(store, doubtful=True)
    one = waits(store, seen=True)["incident_id"][0]
    settle(store, one, "in other words", DecisionField.SUMMARY, now=NOW + timedelta(hours=2))
    assert back(store, now=NOW + timedelta(hours=3)) == 3
    assert list(waits(store, seen=True)["incident_id"]) == [one]
    with pytest.raises(BadInput, match="nothing to take back"):
        back(store)


def test_only_those_who_may_act_look_over_and_only_what_they_see(store: str) -> None:
    one = waits(store, why="new")["incident_id"][0]
    settle(store, one, Sensitivity.SEVERE, DecisionField.SENSITIVITY)
    settle(store, one, None, now=NOW + timedelta(hours=2))
    reader, analyst = (Viewer(role.value, frozenset({role})) for role in (Role.VIEWER, Role.ANALYST))
    with pytest.raises(Denied):
        over(store, reader)
    assert over(store, analyst) == 1
    assert one in set(waits(store)["incident_id"])


def test_a_past_day_shows_the_queue_of_that_day(store: str) -> None:
    over(store, doubtful=True)
    assert len(waits(store, as_of=date(2018, 1, 1))) == 4


def test_a_look_over_without_reason_is_refused(store: str) -> None:
    with pytest.raises(BadInput, match="reason"):
        over(store, reason=" ")
    assert len(waits(store)) == 4
