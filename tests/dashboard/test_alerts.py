"""The daily alert step and what people do with alerts, on both databases."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from dashboard.alerts import handling, step
from dashboard.alerts.handling import Act
from db import engine, migrating, packs, queries, store
from db.errors import BadInput
from db.policy import LOCAL, Denied, Viewer
from db.schema import Alert, Community, Transition
from db.store import ModelRecord
from db.vocab import Condition, Handling, ModelStatus, Outcome, Role, Target
from tests.conftest import NOW, Copies

FIRST = date(2026, 11, 1)
BEGINS = {"watch": 0.2, "warning": 0.4, "emergency": 0.6}
REGION = "exercise"


def prepared(url: str) -> None:
    """Fill a store with the exercise region and one model; no reports, no scores."""
    migrating.upgrade(url)
    with engine.writing(url) as session:
        store.load_region(session, packs.read(packs.find(REGION)), NOW)
        thresholds = {"begins": BEGINS, "realised_false_per_community_year": {}, "weeks": 52, "areas": 1}
        record = ModelRecord(
            *("m1", REGION, Target.ESCALATION, 28, "pooled_rate", FIRST, NOW, ModelStatus.PROMOTED),
            card={"thresholds": thresholds},
            artefact=b"",
            digest="",
        )
        store.save_model(session, record)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, copies: Copies) -> str:
    """Such a store, once of each kind."""
    return copies(request.param, prepared)


def community(url: str) -> str:
    with engine.reading(url) as session:
        return str(session.scalars(select(Community.id).order_by(Community.id)).first())


def scored(url: str, probabilities: list[float | None], first: date = FIRST) -> list[date]:
    """Scores of one community, a day each; None is a day that was not assessed."""
    days = [first + timedelta(days=n) for n in range(len(probabilities))]
    who = community(url)
    with engine.writing(url) as session:
        store.save_scores(session, [_row(who, *pair) for pair in zip(days, probabilities, strict=True)])
    return days


def _row(who: str, day: date, probability: float | None) -> dict[str, Any]:
    level = 0 if probability is None else 1 + sum(probability >= begins for begins in BEGINS.values())
    return {
        **{"area_id": who, "as_of": day, "horizon_days": 28, "target": Target.ESCALATION},
        **{
            "model_version_id": "m1",
            "data_version": "d",
            "probability": probability,
            "low": None,
            "high": None,
        },
        **{"level": level, "confidence": "low", "confidence_reasons": [], "base": None, "drivers": []},
        **{"data_cutoff": day, "issued_at": NOW, "live": True, "exercise": True, "undercounted": False},
    }


def applied(url: str, days: list[date], *, failed: bool = False) -> list[Condition]:
    with engine.writing(url) as session:
        rows = step.run(session, LOCAL, region_id=REGION, days=days, now=NOW, failed=failed)
        return [row.condition for row in rows]


def listed(url: str, as_of: date = FIRST + timedelta(days=60)) -> list[dict[str, Any]]:
    with engine.reading(url) as session:
        return queries.alerts(session, LOCAL, region_id=REGION, as_of=as_of).to_dict("records")


def act(day: date = FIRST, reason: str = "seen") -> Act:
    return Act("Duty officer", reason, day, NOW)


def test_an_alert_opens_as_a_draft_and_is_marked_exercise(world: str) -> None:
    assert applied(world, scored(world, [0.1, 0.45, 0.5])) == [Condition.PENDING, Condition.OPEN]
    (alert,) = listed(world)
    assert (alert["handling"], alert["level"], alert["exercise"]) == ("draft", 3, True)
    assert alert["opened_on"] == FIRST + timedelta(days=2)


def test_the_same_days_again_write_nothing(world: str) -> None:
    days = scored(world, [0.1, 0.7, 0.1, 0.1, 0.1, 0.1, None, 0.7])
    first = applied(world, days)
    assert len(first) == 5
    for again in (days, days[2:4], days[-1:]):
        assert applied(world, again) == []
    with engine.reading(world) as session:
        assert session.scalar(select(func.max(Transition.seq))) == len(first)
        assert session.scalar(select(func.count(Alert.id))) == 2


def test_one_day_at_a_time_is_the_same_as_all_at_once(world: str) -> None:
    days = scored(world, [0.1, 0.7, 0.1, 0.1, 0.1, 0.1, None, 0.7, 0.5])
    passed = [condition for day in days for condition in applied(world, [day])]
    changes = ("open", "recovering", "normal", "no_data", "open")
    assert passed == [Condition(change) for change in changes]


def test_the_list_as_of_an_earlier_day_knows_nothing_later(world: str) -> None:
    applied(world, scored(world, [0.7, 0.5]))
    assert (listed(world, FIRST)[0]["level"], listed(world)[0]["level"]) == (4, 3)
    assert listed(world)[0]["peak"] == 4
    assert listed(world, FIRST - timedelta(days=1)) == []


def test_acknowledged_stays_acknowledged_while_the_condition_moves_on(world: str) -> None:
    applied(world, scored(world, [0.5, 0.5]))
    alert = listed(world)[0]["alert_id"]
    with engine.writing(world) as session:
        handling.acknowledge(session, LOCAL, alert, act(FIRST + timedelta(days=1)))
    applied(world, scored(world, [0.7], FIRST + timedelta(days=2)))
    (row,) = listed(world)
    assert (row["handling"], row["level"]) == ("acknowledged", 4)
    with engine.reading(world) as session:
        life = handling.history(session, LOCAL, alert)
    assert list(life["actor"]) == ["tocsin", "Duty officer", "tocsin"]
    assert list(life["seq"]) == [2, 3, 4]


def test_resolved_stays_closed_until_the_level_rises(world: str) -> None:
    applied(world, scored(world, [0.5, 0.5]))
    alert = listed(world)[0]["alert_id"]
    tomorrow = FIRST + timedelta(days=1)
    with engine.writing(world) as session:
        handling.resolve(session, LOCAL, alert, act(tomorrow, "talks held"), Outcome.AVERTED)
    applied(world, scored(world, [0.5, 0.5], FIRST + timedelta(days=2)))
    assert [(a["handling"], a["outcome"]) for a in listed(world)] == [("resolved", "averted")]
    applied(world, scored(world, [0.7], FIRST + timedelta(days=4)))
    assert [a["handling"] for a in listed(world)] == ["draft", "resolved"]


def test_closing_an_old_alert_leaves_the_present_one_alone(world: str) -> None:
    days = scored(world, [0.7, 0.1, 0.1, 0.1, 0.1, 0.7])
    applied(world, days)
    present, old = listed(world)
    with engine.writing(world) as session:
        handling.resolve(session, LOCAL, old["alert_id"], act(days[-1], "over"), Outcome.DID_NOT)
    applied(world, scored(world, [0.7], days[-1] + timedelta(days=1)))
    assert {(a["alert_id"], a["handling"], a["condition"]) for a in listed(world)} == {
        (present["alert_id"], Handling.DRAFT.value, "open"),
        (old["alert_id"], Handling.RESOLVED.value, "normal"),
    }


def test_acts_that_make_no_sense_are_refused(world: str) -> None:
    applied(world, scored(world, [0.7]))
    alert = listed(world)[0]["alert_id"]
    with engine.writing(world) as session:
        with pytest.raises(BadInput, match="no alert"):
            handling.acknowledge(session, LOCAL, "nothing", act())
        with pytest.raises(BadInput, match="why"):
            handling.resolve(session, LOCAL, alert, act(reason=" "), Outcome.UNKNOWN)
        handling.resolve(session, LOCAL, alert, act(), Outcome.UNKNOWN)
        with pytest.raises(BadInput, match="already"):
            handling.acknowledge(session, LOCAL, alert, act())


def test_an_alert_that_has_moved_on_is_not_acted_on_in_the_past(world: str) -> None:
    applied(world, scored(world, [0.5, 0.5, 0.7]))
    alert = listed(world)[0]["alert_id"]
    with engine.writing(world) as session, pytest.raises(BadInput, match="2026-11-03 or later"):
        handling.acknowledge(session, LOCAL, alert, act(FIRST))


def test_a_reader_may_not_act(world: str) -> None:
    applied(world, scored(world, [0.7]))
    alert = listed(world)[0]["alert_id"]
    reader = Viewer("reader", frozenset({Role.VIEWER}))
    with engine.writing(world) as session, pytest.raises(Denied):
        handling.acknowledge(session, reader, alert, act())
    elsewhere = Viewer("elsewhere", frozenset({Role.ADMIN}), frozenset({"mars"}))
    with engine.writing(world) as session, pytest.raises(Denied):
        handling.acknowledge(session, elsewhere, alert, act())


def test_failed_scoring_is_an_error_of_what_was_watched(world: str) -> None:
    days = scored(world, [0.7])
    applied(world, days)
    tomorrow = [days[-1] + timedelta(days=1)]
    assert applied(world, tomorrow, failed=True) == [Condition.ERROR]
    assert applied(world, tomorrow, failed=True) == []
    assert listed(world)[0]["condition"] == "error"
