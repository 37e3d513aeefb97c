"""The Settings page: how one is spoken to, what alerts may cost, and the team's plan."""

from typing import Any

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from dashboard import access, speech
from db import engine, queries
from db.policy import LOCAL, Viewer
from db.schema import ActionStep, Setting
from db.vocab import Role
from tests.conftest import NOW
from tests.dashboard.conftest import Open, shown
from tests.matrix.roles import standing


def press(at: AppTest, label: str) -> None:
    next(one for one in at.button if one.label == label).click().run()


def field(at: AppTest, kind: str, label: str) -> Any:
    return next(one for one in at.get(kind) if one.label == label)


def kept(url: str, **where: Any) -> list[Any]:
    with engine.reading(url) as session:
        return [(one.name, one.value["is"]) for one in session.scalars(select(Setting).order_by(Setting.seq))]


def test_a_language_chosen_once_is_spoken_from_then_on(own: str, open_page: Open) -> None:
    at = open_page(own, "settings")
    field(at, "selectbox", "Language").select("ar")
    press(at, "Save")
    assert "lang" in at.session_state[speech.OWN] and at.title[0].value == "الإعدادات"
    assert dict(kept(own))["lang"] == "ar"
    assert open_page(own, "settings").title[0].value == "الإعدادات"
    assert open_page(own, "settings", lang="en").title[0].value == "Settings"


def test_budgets_are_changed_with_a_reason_and_shown_with_what_follows(own: str, open_page: Open) -> None:
    at = open_page(own, "settings", part="alerts")
    assert "Thresholds in force on 25 July 2018" in shown(at) and "about 0.3 false alerts" in shown(at)
    field(at, "number_input", "Watch").set_value(6.0)
    field(at, "text_input", "Your name or initials").set_value("Ana")
    press(at, "Save")
    assert "A change needs its reason" in shown(at) and kept(own) == []
    field(at, "text_input", "Why").set_value("More staff")
    press(at, "Save")
    assert dict(kept(own)) == {"budgets": {"watch": 6.0, "warning": 1.0, "emergency": 0.25}}
    assert "More staff" in shown(at) and ">6.00<" in shown(at)


def test_a_step_is_added_changed_and_ended(own: str, open_page: Open) -> None:
    at = open_page(own, "settings", part="plan")
    assert "No plan set" in shown(at)
    field(at, "text_area", "Step").set_value("Call <b>everybody</b>")
    field(at, "text_input", "Owner, as a role").set_value("Amal Haddad")
    field(at, "text_input", "Your name or initials").set_value("Ana")
    press(at, "Add the step")
    assert "seems to name a person" in shown(at)
    field(at, "text_input", "Owner, as a role").set_value("duty officer")
    press(at, "Add the step")
    assert "Call &lt;b&gt;everybody" in shown(at) and "duty officer" in shown(at)
    with engine.reading(own) as session:
        step = session.scalars(select(ActionStep)).one()
        assert (step.by, step.at, step.origin) == ("Ana", NOW, "settings")
    at = open_page(own, "settings", part="plan", step=step.id)
    field(at, "text_input", "Your name or initials").set_value("Ana")
    press(at, "Take it out of the plan")
    with engine.reading(own) as session:
        assert queries.action_plan(session, LOCAL, region_id="nowhere", as_of=NOW.date()).empty


@pytest.mark.parametrize("part", ["alerts", "plan"])
def test_who_may_not_settle_reads_only(
    part: str, filled: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "HERE", standing(Viewer("x", frozenset({Role.ANALYST}))))
    at = open_page(filled, "settings", part=part)
    assert "An approver or an administrator can change" in shown(at)
    assert not [one for one in at.button if one.label in ("Save", "Add the step")]
