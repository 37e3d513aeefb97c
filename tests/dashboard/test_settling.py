"""The page of an incident: who says what, ranges, grades, reasons; and the form that settles something."""

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import said, texts
from db import clock, decisions, engine, grades, merging, queries
from db.merging import Act
from db.policy import LOCAL
from db.vocab import DecisionField, IncidentType
from tests import factories
from tests.conftest import NOW
from tests.dashboard.conftest import Open, shown
from tests.db import four_ways
from tests.db.stores import rows

TODAY = NOW.date().isoformat()


@pytest.fixture
def merged(tmp_path: Path) -> tuple[str, str]:
    """A store in which one event was told four ways, and the incident it became."""
    clock.use(lambda: NOW)
    url = factories.copied(tmp_path / "x.db", factories.nowhere)
    _, ids = four_ways.tell(url, tmp_path, NOW)
    with engine.writing(url) as session:
        return url, merging.merge(session, LOCAL, ids, Act("ana", "one farm, one day", NOW))


def test_the_page_tells_who_says_what_and_what_nobody_knows(merged: tuple[str, str], open_page: Open) -> None:
    url, incident = merged
    html = shown(open_page(url, "incidents", as_of=TODAY, incident=incident))
    for part in (
        *("Whether it happened is contested.", "Reportedly by Side Two, according to residents."),
        *("Claimed by Armed Band, according to The Paper.", "Side One denied it, according to Field team."),
        *("Responsibility is disputed.", "1 report does not say", "between two and five", "four citizens"),
        *("contested. At least one report denies it.", "1.1 armed conflict", "one farm, one day"),
        *("B6: a usually reliable source; its truth was not judged", "contradicts"),
    ):
        assert part.replace("'", "&#x27;") in html or part in html, part
    assert "4 (\u20662–5\u2069)" in html


def test_a_person_settles_the_state_with_a_reason(merged: tuple[str, str], open_page: Open) -> None:
    url, incident = merged
    at = open_page(url, "incidents", as_of=TODAY, incident=incident)
    at.text_input(key="who").set_value("ana")
    at.selectbox(key=f"state_{incident}").set_value("verified").run()
    at = _press(at, "set_state")
    assert "a change needs its reason" in shown(at).lower()
    assert rows(url, "SELECT * FROM decision") == []
    at.text_area(key=f"why_{incident}").set_value("two calls")
    at = _press(at, "set_state")
    assert "verified. two calls" in shown(at)
    assert rows(url, "SELECT field, value, reason FROM decision") == [
        {"field": "verification", "value": '"verified"', "reason": "two calls"}
    ]


def test_a_person_ties_it_to_a_community(merged: tuple[str, str], open_page: Open) -> None:
    url, incident = merged
    at = open_page(url, "incidents", as_of=TODAY, incident=incident)
    at.text_input(key="who").set_value("ana")
    at.text_area(key=f"why_{incident}").set_value("named in the leaflet")
    for key, value in (
        ("community", "xx-green-well"),
        ("basis", "targeted_by_identity"),
        ("confidence", "low"),
    ):
        at.selectbox(key=f"{key}_{incident}").set_value(value)
    at = _press(at.run(), "set_tie")
    assert "attacked for who they are" in shown(at)
    with engine.reading(url) as session:
        found = queries.incidents(
            session, LOCAL, region_id="nowhere", as_of=date(2026, 11, 22), community_id="xx-green-well"
        )
    assert list(found["basis"]) == ["targeted_by_identity"]


def test_who_settles_second_is_told_and_changes_nothing_unseen(
    merged: tuple[str, str], open_page: Open
) -> None:
    """A click on what somebody saw before somebody else's act is no act; the next one, with open eyes, is."""
    url, incident = merged
    at = open_page(url, "incidents", as_of=TODAY, incident=incident)
    at.text_input(key="who").set_value("ben")
    at.text_area(key=f"why_{incident}").set_value("heard otherwise")
    at.selectbox(key=f"state_{incident}").set_value("discounted").run()
    with engine.writing(url) as session:
        said = {"reason": "two calls", "by": "ana", "now": NOW}
        decisions.decide(session, LOCAL, incident, DecisionField.VERIFICATION, "verified", **said)
    at = _press(at, "set_state")
    assert "Somebody else changed this meanwhile" in shown(at)
    assert [row["value"] for row in rows(url, "SELECT value FROM decision")] == ['"verified"']
    at = _press(at, "set_state")
    assert "meanwhile" not in shown(at) and len(rows(url, "SELECT value FROM decision")) == 2


def test_what_was_merged_is_taken_apart(merged: tuple[str, str], open_page: Open) -> None:
    """One of the four stands for itself again; the page goes on with the other three."""
    url, incident = merged
    at = open_page(url, "incidents", as_of=TODAY, incident=incident)
    at.text_input(key="who").set_value("ana")
    at.text_area(key=f"why_{incident}").set_value("another farm")
    inside = "SELECT id FROM incident WHERE merged_into IS NOT NULL"
    at = _press(
        at.selectbox(key=f"apart_{incident}").set_value(rows(url, inside)[0]["id"]).run(), "set_apart"
    )
    assert len(rows(url, inside)) == 2
    assert "Reports (3)" in shown(at)


def _press(at: AppTest, key: str) -> AppTest:
    return next(one for one in at.button if str(one.key).startswith(f"{key}_")).click().run()


def test_every_word_of_the_record_has_a_text() -> None:
    assert set(texts.WORDS["reason"]) == set(grades.REASONS)
    assert {str(field) for field in DecisionField} <= set(texts.WORDS["field"])
    assert set(texts.WORDS["reliability"]) == set(grades.SOURCES)
    assert set(texts.WORDS["credibility"]) == set(grades.CONTENTS)


@pytest.mark.parametrize("kind", IncidentType)
def test_un_indicators_are_told_in_words(kind: IncidentType) -> None:
    told = said.indicators(kind)
    assert all(one[0].isdigit() and " " in one for one in told)
    assert ("lowers" in " ".join(told)) == (kind.value in ("truce", "mediation", "return", "joint_patrol")
                                            or kind.value in ("release_exchange", "aid_access"))  # fmt: skip
