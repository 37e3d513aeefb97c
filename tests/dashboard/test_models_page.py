"""Models side by side, putting one in force past the check, and stopping a job."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard import access, comparing, jobs
from db import engine, queries, store
from db.errors import BadInput, TocsinError
from db.policy import LOCAL, Denied, Viewer
from db.vocab import ModelStatus, Role
from models import promoting
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown
from tests.dashboard.test_settings_page import field, press
from tests.matrix.roles import standing

DAY = stores.LAST.isoformat()
GATE = {
    **{"passed": False, "why": "it may lose to the best rule", "reference": "climatology", "weeks": 52},
    **{"skill": -0.02, "low": -0.05, "high": 0.01, "ece": 0.02},
}


@pytest.fixture
def two(own: str) -> str:
    """A store with a second version of the model, which the check refused."""
    first = stores.model("nowhere")
    card = {**first.card, "estimator": "boosting", "choice": {"used": False, "gate": GATE}}
    with engine.writing(own) as session:
        other = replace(first, id="model-2", estimator="boosting", card=card, status=ModelStatus.SHADOW)
        store.save_model(session, other)
    return own


def test_what_the_check_says_comes_from_the_card() -> None:
    kind, told = comparing.verdict({"choice": {"gate": GATE}})
    assert kind == "warning" and "it may lose" in told
    passed = {"choice": {"gate": {**GATE, "passed": True}}}
    assert "itself" in comparing.skill({**passed, "estimator": "climatology"})
    assert comparing.verdict(passed)[0] == "info"
    for number in ("2.0", "5.0", "1.0"):
        assert number in comparing.skill(passed)
    assert comparing.verdict({})[0] == "warning" and comparing.skill({}) == "unknown"


def test_two_versions_stand_side_by_side(two: str, open_page: Open) -> None:
    html = shown(open_page(two, "models", as_of=DAY, part="compare"))
    assert "Boosted trees</th>" in html and "refused" in html and "0.0500" in html
    assert "17.0" in html  # the skill of the card against a simple rule


def test_what_the_check_refused_is_put_in_force_only_by_a_written_override(two: str, open_page: Open) -> None:
    at = open_page(two, "models", as_of=DAY, part="promote", model="model-2")
    assert "The check of models refused this version" in shown(at)
    button = next(one for one in at.button if one.label == "Put it in force")
    assert button.disabled
    at.checkbox(key="override").check().run()
    field(at, "text_input", "Your name or initials").set_value("Ana")
    press(at, "Put it in force")
    assert "and the reason" in shown(at)
    field(at, "text_area", "Why").set_value("a trial")
    press(at, "Put it in force")
    with engine.reading(two) as session:
        used = queries.current_models(session, LOCAL, region_id="nowhere", as_of=stores.LAST).iloc[0]
    assert (used["model_version_id"], used["override"], used["reason"]) == ("model-2", True, "a trial")
    assert "a trial" in shown(open_page(two, "models", as_of=DAY, part="all"))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST, Role.APPROVER])
def test_who_may_not_put_a_model_in_force_is_refused(role: Role, two: str) -> None:
    act: dict[str, Any] = {"from_day": stores.LAST, "at": NOW, "by": "x", "reason": "x"}
    with engine.writing(two) as session, pytest.raises(Denied, match="put a model in force"):
        promoting.promote(session, Viewer("x", frozenset({role})), "model-1", **act)


def test_readers_see_the_verdict_and_no_button(
    filled: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "HERE", standing(Viewer("x", frozenset({Role.ANALYST}))))
    at = open_page(filled, "models", as_of=DAY, part="promote")
    assert "can put a version in force" in shown(at)
    assert not [one for one in at.button if one.label == "Put it in force"]


def test_a_job_that_somebody_stops_ends_at_its_next_pause(own: str, open_page: Open) -> None:
    moment = [NOW]
    told: list[int] = []
    with (
        pytest.raises(TocsinError, match="somebody stopped this job"),
        jobs.recorded(own, "daily", lambda: moment[0], lambda _step, done, _all: told.append(done)) as run,
    ):
        inside = run.step("score", 0, 4)
        inside(1, 4)
        at = open_page(own, "data", part="jobs")
        assert at.get("progress")[-1].proto.text == "scoring days: 0 of 4"
        press(at, "Stop it")
        assert "stopped by" in shown(at)
        moment[0] += timedelta(seconds=6)
        inside(2, 4)
    assert told == [1, 2]
    with engine.writing(own) as session:
        found = queries.runs(session, LOCAL).iloc[0]
        assert (found["status"], found["message"]) == ("failed", "stopped by local")
        with pytest.raises(BadInput, match="no job"):
            store.stop_run(session, LOCAL, run.id, by="x", now=NOW)
        with pytest.raises(Denied, match="stop a job"):
            store.stop_run(session, Viewer("x", frozenset({Role.ANALYST})), run.id, by="x", now=NOW)
