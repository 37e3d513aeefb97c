"""What readers choose for themselves and teams for their regions: the newest holds, nothing is overwritten."""

from datetime import timedelta
from typing import Any

import pytest

from db import choices, engine, queries
from db.errors import BadInput
from db.finding import find
from db.forgetting import forget
from db.policy import LOCAL, Denied, Viewer
from db.vocab import Role
from tests.conftest import NOW

DAY, TODAY = timedelta(days=1), NOW.date()
BUDGETS = {"watch": 6.0, "warning": 1.5, "emergency": 0.25}
ACT: dict[str, Any] = {"reason": "More staff", "by": "amal@example.org", "now": NOW}
READER = Viewer("reader", frozenset({Role.VIEWER}))
WRONG = [
    ("budgets", {"watch": 6.0}, "needs a number for each"),
    ("budgets", {**BUDGETS, "watch": 0.1}, "must not grow"),
    ("budgets", {**BUDGETS, "watch": 1e9}, "0.01 to 52"),
    ("budgets", {**BUDGETS, "watch": float("nan")}, "0.01 to 52"),
    ("budgets", {**BUDGETS, "watch": "many"}, "0.01 to 52"),
    ("alerts_a_week", 0, "from 1 to 1000"),
    ("alerts_a_week", "seven", "from 1 to 1000"),
    ("contact", {"role": "duty desk"}, "a role and an address"),
    ("contact", {"role": "duty desk", "address": " "}, "fill in both"),
    ("contact", {"role": "Amal Haddad", "address": "desk@example.org"}, "name a person"),
    ("colour", "red", "choose one of: budgets, alerts_a_week, approvals, contact, next_in_line"),
]


def chosen(url: str, day: Any = TODAY, **more: Any) -> dict[str, Any]:
    with engine.reading(url) as session:
        rows = queries.region_settings(session, LOCAL, region_id="nowhere", as_of=day, **more)
    return dict(zip(rows["name"], rows["value"], strict=True))


def test_the_newest_choice_holds_and_every_day_keeps_its_own(both: str) -> None:
    assert chosen(both) == {}
    with engine.writing(both) as session:
        later = {**ACT, "now": NOW + 2 * DAY}
        assert choices.choose(session, LOCAL, "nowhere", "budgets", BUDGETS, **ACT)
        assert not choices.choose(session, LOCAL, "nowhere", "budgets", BUDGETS, **later)
        assert choices.choose(session, LOCAL, "nowhere", "budgets", {**BUDGETS, "watch": 8}, **later)
        assert choices.choose(session, LOCAL, "nowhere", "alerts_a_week", None, **ACT)
    assert chosen(both) == {"budgets": BUDGETS, "alerts_a_week": None}
    assert chosen(both, TODAY - DAY) == {}
    assert chosen(both, TODAY + 3 * DAY)["budgets"]["watch"] == 8
    assert chosen(both, TODAY + 3 * DAY, recorded_as_of=TODAY)["budgets"] == BUDGETS


@pytest.mark.parametrize(("name", "value", "told"), WRONG)
def test_what_cannot_be_chosen_is_refused_with_its_cure(
    name: str, value: Any, told: str, nowhere: str
) -> None:
    with engine.writing(nowhere) as session, pytest.raises(BadInput, match=told):
        choices.choose(session, LOCAL, "nowhere", name, value, **ACT)


def test_a_choice_for_a_region_needs_a_reason_and_somebody_who_may(nowhere: str) -> None:
    with engine.writing(nowhere) as session:
        with pytest.raises(BadInput, match="reason"):
            choices.choose(session, LOCAL, "nowhere", "alerts_a_week", 3, **{**ACT, "reason": " "})
        for role in (Role.VIEWER, Role.ANALYST, Role.VERIFIER, Role.MODELLER):
            with pytest.raises(Denied, match="may settle"):
                who = Viewer("x", frozenset({role}))
                choices.choose(session, who, "nowhere", "alerts_a_week", 3, **ACT)


def test_what_a_reader_chose_is_theirs_alone(both: str) -> None:
    with engine.writing(both) as session:
        assert choices.choose_own(session, READER, "lang", "ar", now=NOW)
        assert choices.choose_own(session, READER, "digits", "arabic", now=NOW)
        assert not choices.choose_own(session, READER, "lang", "ar", now=NOW)
        assert choices.choose_own(session, READER, "lang", "en", now=NOW + 2 * DAY)
        for name, value in (("lang", "../x"), ("digits", "roman"), ("budgets", BUDGETS)):
            with pytest.raises(BadInput):
                choices.choose_own(session, READER, name, value, now=NOW)
    with engine.reading(both) as session:
        assert queries.own_settings(session, READER, as_of=TODAY) == {"lang": "ar", "digits": "arabic"}
        assert queries.own_settings(session, READER, as_of=TODAY + 3 * DAY)["lang"] == "en"
        assert queries.own_settings(session, LOCAL, as_of=TODAY) == {}
    assert chosen(both) == {}


def test_who_chose_is_somebody_to_readers_and_can_be_forgotten(nowhere: str) -> None:
    with engine.writing(nowhere) as session:
        choices.choose(session, LOCAL, "nowhere", "budgets", BUDGETS, **ACT)
        choices.choose_own(session, Viewer(ACT["by"], frozenset(Role)), "lang", "ar", now=NOW)
        rows = queries.region_settings(session, READER, region_id="nowhere", as_of=TODAY)
        assert list(rows["by"]) == ["somebody"] and list(rows["reason"]) == ["withheld"]
        forget(session, LOCAL, ACT["by"], reason="asked", by="root", now=NOW)
        assert not [one for one in find(session, LOCAL, ACT["by"]) if one.table == "setting"]
