"""Deadlines that pass, and a daily job or a feed that fails: who is told next, once, and that it is written down."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dashboard.alerts import drafting, handling, overdue, release, watching, wording
from dashboard.alerts.handling import Act
from dashboard.alerts.overdue import following
from dashboard.handover import speaking
from db import choices, engine, notices, queries, store
from db.errors import BadInput
from db.messages import Result
from db.policy import LOCAL
from db.schema import Message, Notice
from db.vocab import NoticeKind, Scope
from tests.conftest import NOW, Copies
from tests.dashboard.test_alerts import FIRST, REGION
from tests.dashboard.test_notices import LATER, let_out, listed, sender, told, warned

HOUR = timedelta(hours=1)
LINE = ["duty lead", "director"]


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, copies: Copies) -> str:
    """A store in which one notice waits, once of each kind."""
    return copies(request.param, warned)


@pytest.fixture
def small(copies: Copies) -> str:
    """The same on SQLite, for what touches no SQL of its own."""
    return copies("sqlite", warned)


def out(url: str, line: list[str] | None = None) -> None:
    """Let the notice out at NOW; it is at level 4, to be answered within four hours."""
    told(url)
    if line:
        with engine.writing(url) as session:
            how: dict[str, Any] = {"reason": "who is on duty", "by": "ana", "now": NOW}
            choices.choose(session, LOCAL, REGION, "next_in_line", line, **how)
    let_out(url)


def passed(url: str, now: Any) -> list[str]:
    with engine.writing(url) as session:
        return overdue.pass_on(session, LOCAL, REGION, now)


def held(url: str) -> tuple[str, Any]:
    with engine.reading(url) as session:
        (care,) = queries.assignments(session, LOCAL, region_id=REGION, as_of=LATER).to_dict("records")
    return care["owner"], care["due_at"]


def reasons(url: str) -> list[str]:
    with engine.reading(url) as session:
        rows = queries.transitions(session, LOCAL, region_id=REGION, as_of=LATER)
    return [one for one in rows["reason"] if one.startswith("No answer")]


def test_the_next_in_line_follows_and_after_the_last_nobody() -> None:
    assert [following(LINE, one) for one in ("ana", *LINE)] == ["duty lead", "director", None]
    assert following([], "ana") is None


def test_whoever_does_not_answer_is_followed_by_the_next_until_the_line_ends(world: str) -> None:
    out(world, LINE)
    assert passed(world, NOW + 3 * HOUR) == []
    late = NOW + 4 * HOUR
    assert len(passed(world, late)) == 1
    assert passed(world, late) == [], "once"
    assert held(world) == ("duty lead", late + 4 * HOUR)
    assert len(passed(world, late + 4 * HOUR)) == 1
    assert held(world)[0] == "director"
    assert passed(world, late + 12 * HOUR) == [], "nobody is left"
    assert [one.rpartition(": ")[2] for one in reasons(world)] == [f"passed on to {one}" for one in LINE]
    kinds = [one["kind"] for one in listed(world)]
    assert (kinds.count("reminder"), {one["state"] for one in listed(world)}) == (2, {"queued"})
    went: list[str] = []
    sender(world, lambda _, letter: went.append(letter.body) or Result(), late + 5 * HOUR).run()  # type: ignore[func-returns-value]
    assert len(went) == 3
    assert all("director" in body for body in went), "the owner of the moment of sending"


def test_without_a_line_one_reminder_goes_to_those_who_were_told(small: str) -> None:
    out(small)
    assert len(passed(small, NOW + 5 * HOUR)) == 1
    assert passed(small, NOW + 50 * HOUR) == []
    assert held(small) == ("ana", NOW + 4 * HOUR)
    assert "nobody is next in line" in reasons(small)[0]
    with engine.reading(small) as session:
        assert len(session.scalars(select(Message)).all()) == 2


def test_an_answer_in_time_or_the_end_of_its_days_needs_no_reminder(small: str) -> None:
    out(small)
    assert passed(small, NOW + timedelta(days=60)) == [], "its days are over"
    with engine.writing(small) as session:
        rows = queries.alerts(session, LOCAL, region_id=REGION, as_of=LATER)
        act = Act("ana", "seen", date(2026, 12, 1), NOW)
        handling.acknowledge(session, LOCAL, str(rows.iloc[0]["alert_id"]), act)
    assert passed(small, NOW + 5 * HOUR) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_text_names_owner_and_deadline_in_the_regions_time(small: str, language: str) -> None:
    out(small)
    passed(small, NOW + 5 * HOUR)
    with engine.reading(small) as session:
        for row in session.scalars(select(Notice)).all():
            with speaking(language):
                care = overdue.care(session, LOCAL, row)
            assert "ana" in care
            assert care in wording.text(row, language, care).body
            assert row.facts["members"][0]["name"] not in wording.text(row, language).subject


def test_a_line_is_of_roles_each_named_once(small: str) -> None:
    for line, why in (
        ([*"abcdef"], "at most 5"),
        (["lead", "lead"], "twice"),
        (["Amal Haddad"], "person"),
        ("lead", "at most 5"),
    ):
        with engine.writing(small) as session, pytest.raises(BadInput, match=why):
            choices.choose(session, LOCAL, REGION, "next_in_line", line, reason="x", by="ana", now=NOW)


def ran(url: str, at: Any, error: str | None = None) -> None:
    with engine.writing(url) as session:
        name = store.start_run(session, "daily", at, f"n{at.isoformat()}")
        store.end_run(session, name, at, error=error)


def looked(url: str, now: Any) -> str | None:
    with engine.writing(url) as session:
        return watching.look(session, LOCAL, REGION, now)


def test_a_missed_or_failed_run_is_drafted_once_and_ends_when_it_runs_again(world: str) -> None:
    assert looked(world, NOW) is None, "it never ran: nothing is expected"
    ran(world, NOW)
    assert looked(world, NOW + 20 * HOUR) is None
    missed = looked(world, NOW + 40 * HOUR)
    assert missed is not None
    assert looked(world, NOW + 41 * HOUR) is None
    told(world)
    with engine.writing(world) as session:
        release.approve(session, LOCAL, missed, by="ana", now=NOW + 41 * HOUR)
        assert len(session.scalars(select(Message)).all()) == 1
    ran(world, NOW + 42 * HOUR)
    ended = looked(world, NOW + 43 * HOUR)
    ran(world, NOW + 44 * HOUR, error="no room")
    failed = looked(world, NOW + 44 * HOUR)
    with engine.reading(world) as session:
        kinds = [session.get_one(Notice, str(one)).kind for one in (missed, ended, failed)]
        assert kinds == [NoticeKind.ALERT, NoticeKind.CANCEL, NoticeKind.ALERT]
        for language in ("en", "ar"):
            said = [
                wording.text(session.get_one(Notice, str(one)), language) for one in (missed, ended, failed)
            ]
            assert len({one.body for one in said}) == 3
            assert not any("{" in one.body for one in said)
    ran(world, NOW + 45 * HOUR)
    assert looked(world, NOW + 45 * HOUR) is None
    assert next(one["state"] for one in listed(world) if one["notice_id"] == failed) == "withdrawn"


def test_it_costs_nothing_of_the_weeks_budget_and_reaches_those_told_of_the_region(small: str) -> None:
    ran(small, NOW, error="no room")
    name = looked(small, NOW)
    with engine.reading(small) as session:
        row = notices.found(session, LOCAL, str(name))
        region = {"scope": Scope.REGION, "scope_id": REGION, "level": 3, "pace": "at_once"}
        assert release.wants(row, [region])
        assert not release.wants(row, [{**region, "scope": Scope.DISTRICT}])
        assert not release.wants(row, [{**region, "level": 4}])
        info = queries.region(session, LOCAL, REGION)
        before = drafting._told(session, LOCAL, info, row.day + timedelta(days=1))
    assert before.at_once == [FIRST], "the community's own only"
