"""Closing forecasts: what happened, by the same bar as in the backtest; once, and never again."""

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from db import engine, queries, store
from db.policy import LOCAL
from db.vocab import ModelStatus, PromotionKind, Target, Verdict
from models import coverage, ledger, shelf
from models.errors import ModelError
from tests import factories
from tests.conftest import NOW, Copies
from tests.models.factories import START, source

HILL, FORD, WELL = "xx-blue-hill", "xx-green-ford", "xx-green-well"
DAY = date(2018, 3, 1)
COVERED = date(2017, 1, 1), date(2018, 6, 30)
OVER = DAY + timedelta(days=8)  # seven days, and one for the reports


def model(name: str, target: Target, horizon_days: int, **card: Any) -> store.ModelRecord:
    return store.ModelRecord(
        id=name,
        region_id="nowhere",
        target=target,
        horizon_days=horizon_days,
        estimator="ewma_logistic",
        train_as_of=date(2018, 1, 1),
        created_at=NOW,
        status=ModelStatus.PROMOTED,
        card={"floor_deaths": 5, **card},
        artefact=b"",
        digest="",
    )


def said(area: str, probability: float | None, level: int = 1, **changes: Any) -> dict[str, Any]:
    row = {
        **{"area_id": area, "as_of": DAY, "horizon_days": 7, "target": Target.FATAL, "level": level},
        **{"model_version_id": "fatal", "data_version": "d1", "probability": probability, "live": False},
        **{"low": None, "high": None, "base": None, "drivers": [], "data_cutoff": DAY, "issued_at": NOW},
        **{"confidence": "low", "confidence_reasons": [], "exercise": False, "undercounted": False},
    }
    return {**row, **changes}


def prepared(url: str) -> None:
    """Fill a store: nine killed at Hill on the fourth day, and two models."""
    factories.nowhere(url)
    with TemporaryDirectory() as folder:
        take(url, Path(folder), day=DAY + timedelta(days=4), best=9, low=9, high=9)
    with engine.writing(url) as session:
        store.save_model(session, model("fatal", Target.FATAL, 7))
        store.save_model(session, model("escalation", Target.ESCALATION, 28))


@pytest.fixture(params=["sqlite", "postgresql"])
def nowhere(request: pytest.FixtureRequest, copies: Copies) -> str:
    """Such a store, once of each kind."""
    return copies(request.param, prepared)


def take(url: str, folder: Path, covered: tuple[date, date] = COVERED, **row: Any) -> None:
    file = factories.write_csv(folder / f"{row.get('id', 1)}.csv", [factories.ucdp_row(**row)])
    factories.take(url, file, covered_from=covered[0], covered_until=covered[1])


def keep(url: str, *rows: dict[str, Any]) -> None:
    with engine.writing(url) as session:
        assert store.save_scores(session, rows) == len(rows)


def close(url: str, as_of: date = OVER) -> ledger.Closed:
    with engine.writing(url) as session:
        return ledger.verify(session, LOCAL, region_id="nowhere", as_of=as_of, now=NOW)


def told(url: str, as_of: date = OVER, **asked: Any) -> dict[str, dict[str, Any]]:
    """The closed forecasts by area."""
    with engine.reading(url) as session:
        found = queries.verifications(session, LOCAL, region_id="nowhere", as_of=as_of, **asked)
    return {row["area_id"]: row for row in found.to_dict("records")}


def test_a_forecast_is_closed_with_what_happened(nowhere: str) -> None:
    keep(nowhere, said(HILL, 0.4), said(WELL, 0.3))
    closed = close(nowhere)
    assert (len(closed.rows), closed.live, closed.waiting) == (2, 0, 0)
    hill, well = told(nowhere)[HILL], told(nowhere)[WELL]
    assert (hill["obs"], hill["count"], hill["bar"], hill["closed_on"]) == (True, 1, 0.5, OVER)
    assert hill["brier"] == pytest.approx(0.36) and well["brier"] == pytest.approx(0.09)
    assert (well["obs"], well["count"], well["verdict"], hill["verdict"]) == (False, 0, None, None)
    assert told(nowhere, OVER - timedelta(days=1)) == {}


def test_a_forecast_waits_for_its_reports(nowhere: str) -> None:
    keep(nowhere, said(HILL, 0.4))
    early = close(nowhere, OVER - timedelta(days=1))  # the window is over, its last day not yet reported
    assert (early.rows, early.waiting) == ([], 1)
    assert close(nowhere, OVER - timedelta(days=2)).waiting == 0
    assert len(close(nowhere).rows) == 1


def test_what_is_closed_is_never_opened_again(nowhere: str, tmp_path: Path) -> None:
    keep(nowhere, said(WELL, 0.3))
    close(nowhere)
    take(nowhere, tmp_path, id=2, day=DAY + timedelta(days=2), adm_1="Southern", adm_2="Gamma",
         latitude=32.1, where_coordinates="Well")  # fmt: skip
    assert close(nowhere, OVER + timedelta(days=30)).rows == []
    assert told(nowhere)[WELL]["obs"] is False
    keep(nowhere, said(WELL, 0.3, data_version="d2"))
    assert [row["obs"] for row in close(nowhere, OVER + timedelta(days=30)).rows] == [True]


@pytest.mark.parametrize(
    ("area", "level", "verdict"),
    [(HILL, 3, Verdict.HIT), (HILL, 2, Verdict.MISS), (FORD, 4, Verdict.FALSE_ALARM)]
    + [(FORD, 1, Verdict.QUIET), (FORD, 0, Verdict.NOT_ASSESSED)],
)
def test_the_alert_question_is_judged_by_its_level(
    nowhere: str, area: str, level: int, verdict: Verdict
) -> None:
    keep(
        nowhere,
        said(area, 0.2, level, target=Target.ESCALATION, horizon_days=28, model_version_id="escalation"),
    )
    close(nowhere, DAY + timedelta(days=29))
    found = told(nowhere, DAY + timedelta(days=29))[area]
    assert (found["verdict"], found["bar"]) == (verdict.value, 4.5)


def test_other_questions_are_judged_by_a_threshold_of_the_card() -> None:
    rule = ledger.Rule(floor_deaths=5, of_record=False, alarm_from=0.25)
    assert rule.verdict(0.25, 1, True) is Verdict.HIT
    assert rule.verdict(0.24, 4, True) is Verdict.MISS
    assert rule.verdict(float("nan"), 0, True) is Verdict.NOT_ASSESSED
    assert rule.verdict(0.9, 4, None) is Verdict.UNOBSERVED
    assert ledger.Rule(5, False, None).verdict(0.9, 4, True) is None


def test_a_window_beyond_all_sources_waits_and_a_hole_is_unobserved(nowhere: str, tmp_path: Path) -> None:
    late = COVERED[1] - timedelta(days=3)
    keep(nowhere, said(HILL, 0.4, as_of=late))
    assert close(nowhere, late + timedelta(days=60)).waiting == 1
    take(nowhere, tmp_path, (date(2018, 8, 1), date(2018, 8, 31)), id=3, day=date(2018, 8, 2))
    assert [row["verdict"] for row in close(nowhere, date(2018, 9, 1)).rows] == [Verdict.UNOBSERVED]
    found = told(nowhere, date(2018, 9, 1))[HILL]
    assert found["obs"] is None and found["count"] != found["count"] and found["brier"] != found["brier"]


def test_nobody_waits_longer_than_a_year() -> None:
    span = coverage.read(_coverage(), START + timedelta(days=100))
    assert ledger.last_day(span, START + timedelta(days=100)) == START + timedelta(days=50)
    assert ledger.last_day(span, START + timedelta(days=30)) == START + timedelta(days=29)
    assert ledger.last_day(span, START + timedelta(days=500)) == START + timedelta(days=135)


def _coverage() -> Any:
    import pandas as pd

    return pd.DataFrame([source(covered_until=START + timedelta(days=50))])


def test_only_the_first_live_score_of_a_day_is_of_record(nowhere: str) -> None:
    hour = timedelta(hours=1)
    keep(
        nowhere,
        said(HILL, 0.1, data_version="a", issued_at=NOW + hour, live=True),
        said(HILL, 0.2, data_version="b", issued_at=NOW, live=True),
        said(HILL, 0.3, data_version="c", issued_at=NOW - hour),
    )
    assert close(nowhere).live == 2
    with engine.reading(nowhere) as session:
        found = queries.verifications(session, LOCAL, region_id="nowhere", as_of=OVER)
    assert dict(zip(found["probability"], found["of_record"], strict=True)) == {
        0.1: False,
        0.2: True,
        0.3: False,
    }


def test_a_model_is_put_in_force_by_hand_from_a_day_on(nowhere: str) -> None:
    put(nowhere, model("older", Target.FATAL, 7, choice={}), ModelStatus.SHADOW)
    act = {"from_day": date(2018, 2, 1), "at": NOW, "by": "ann"}
    with engine.writing(nowhere) as session:
        assert shelf.promote(session, LOCAL, "older", **act, reason="the newer saw a gap").changed
        assert not shelf.promote(session, LOCAL, "older", **act, reason="the newer saw a gap").changed
    assert in_force(nowhere, date(2018, 1, 31)) == ("fatal", "auto", "")
    assert in_force(nowhere, date(2018, 2, 1)) == ("older", "manual", "the newer saw a gap")
    with engine.writing(nowhere) as session, pytest.raises(ModelError, match="foresight"):
        shelf.newest(shelf._slots(session, LOCAL, "nowhere")["fatal", 7], date(2017, 12, 31))
    with engine.writing(nowhere) as session, pytest.raises(Exception, match="foresight"):
        shelf.promote(session, LOCAL, "older", **{**act, "from_day": date(2017, 12, 31)})


def test_what_the_gate_refused_takes_a_written_override(nowhere: str) -> None:
    gate = {"passed": False, "why": "worse than climatology"}
    put(nowhere, model("worse", Target.FATAL, 7, choice={"gate": gate}), ModelStatus.SHADOW)
    act = {"from_day": date(2018, 2, 1), "at": NOW, "by": "ann"}
    for more, complaint in (({}, "worse than climatology"), ({"override": True}, "written reason")):
        with engine.writing(nowhere) as session, pytest.raises(Exception, match=complaint):
            shelf.promote(session, LOCAL, "worse", **act, **more)
    with engine.writing(nowhere) as session:
        assert shelf.promote(session, LOCAL, "worse", **act, override=True, reason="a trial").overruled
        current = queries.current_models(session, LOCAL, region_id="nowhere", as_of=DAY).set_index("target")
    assert current.loc["fatal", "override"] and current.loc["fatal", "reason"] == "a trial"


def test_of_two_acts_on_one_day_the_later_holds_and_the_other_is_retired(nowhere: str) -> None:
    put(nowhere, model("second", Target.FATAL, 7), ModelStatus.PROMOTED, at=NOW + timedelta(hours=1))
    put(nowhere, model("trial", Target.FATAL, 7), ModelStatus.SHADOW)
    with engine.reading(nowhere) as session:
        found = queries.models(session, LOCAL, region_id="nowhere", as_of=DAY)
    status = dict(zip(found["model_version_id"], found["status"], strict=True))
    assert status == {"fatal": "retired", "second": "promoted", "trial": "shadow", "escalation": "promoted"}
    assert in_force(nowhere, DAY)[0] == "second"


def put(url: str, record: store.ModelRecord, status: ModelStatus, at: datetime = NOW) -> None:
    facts = {name: getattr(record, name) for name in store.ModelRecord.__slots__}
    with engine.writing(url) as session:
        record = store.ModelRecord(**{**facts, "status": status, "created_at": at})
        store.save_model(session, record, kind=PromotionKind.AUTO)


def in_force(url: str, day: date) -> tuple[str, str, str]:
    with engine.reading(url) as session:
        found = queries.current_models(session, LOCAL, region_id="nowhere", as_of=day)
    row = found[found["target"] == "fatal"].iloc[0]
    return row["model_version_id"], row["kind"], row["reason"]
