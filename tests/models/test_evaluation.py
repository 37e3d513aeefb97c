import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from db.named_events import NamedEvent
from models import asked, evaluation, lag, report, tables
from models.errors import ModelError
from models.evaluation import Plan
from models.frames import Frames
from models.targets import TARGETS, Question
from tests.models import factories as f
from tests.models.factories import V

RULES = ("climatology", "climatology_pooled", "conflictology", "ewma_logistic")
EVENT = NamedEvent(f.known_by(700), ("A", "k", "nowhere"), "Attack <on> A & k", "a source")
PLAN = Plan(
    title="Nowhere & <elsewhere>",
    as_of=f.known_by(850),
    first=f.known_by(560),
    questions=(Question(TARGETS["escalation"], 28, 5), Question(TARGETS["fatal"], 7, 5)),
    alert_horizon_days=28,
    longest_days=28,
    estimators=RULES,
    events=(EVENT,),
    jobs=1,
)


@pytest.fixture(scope="module")
def frames() -> Frames:
    return f.frames(f.bursts(3), covered_days=901)


@pytest.fixture(scope="module")
def document(frames: Frames) -> dict[str, Any]:
    return evaluation.evaluate(frames, PLAN)


def test_the_same_data_give_the_same_bytes(frames: Frames, document: dict[str, Any]) -> None:
    again = evaluation.evaluate(frames, replace(PLAN, jobs=2))
    assert json.dumps(again, allow_nan=False) == json.dumps(document, allow_nan=False)
    assert report.page(again) == report.page(document)


def test_all_horizons_share_their_last_issue(document: dict[str, Any]) -> None:
    assert document["about"]["last"] == (PLAN.as_of - timedelta(days=28)).isoformat()
    rows = {(one["horizon_days"], one["kind"]): one["rows"] for one in document["skill"]}
    assert 0 <= rows[7, "all"] - rows[28, "all"] <= 6  # the lag of a day costs the longer one at most a week


def test_every_estimator_stands_beside_every_simple_rule(document: dict[str, Any]) -> None:
    for line in document["skill"]:
        assert line["skill_" + line["estimator"]] == 0
        assert line["reference"] in ("climatology", "climatology_pooled")
        for rule in RULES:
            assert line[f"low_{rule}"] <= line[f"skill_{rule}"] + 1e-6 <= line[f"high_{rule}"] + 2e-6
    kinds = {one["kind"] for one in document["skill"]}
    assert kinds == {"all", "community", "district", "governorate"}


def test_the_page_loads_nothing_escapes_names_and_shows_the_event(document: dict[str, Any]) -> None:
    page = report.page(document)
    assert "Nowhere &amp; &lt;elsewhere&gt;" in page and "Attack &lt;on&gt; A &amp; k" in page
    for outside in ("http:", "https:", "<script", "<link", "url(", "@import"):
        assert outside not in page
    assert "rank" in page and "<svg" in page


def test_an_exercise_is_marked(document: dict[str, Any]) -> None:
    marked = {**document, "about": {**document["about"], "exercise": True}}
    assert "<h1>EXERCISE" in report.page(marked)


def test_ranks_before_an_event_rest_on_forecasts_made_before_it(document: dict[str, Any]) -> None:
    (event,) = document["events"]
    assert [one["area_id"] for one in event["areas"]] == ["A", "k"]
    for area in event["areas"]:
        assert [one["days_before"] for one in area["ranks"]] == [28, 14, 7, 1]
        assert all(1 <= one["rank"] <= one["of"] for one in area["ranks"])
        assert area["ranks"][-1]["day"] == f.known_by(699).isoformat()


def test_units_and_lists_narrow_the_tables_and_leave_the_forecasts(frames: Frames) -> None:
    few = replace(PLAN, questions=PLAN.questions[1:], estimators=RULES[:2], events=())
    one = evaluation.evaluate(frames, replace(few, units="district", area_ids=("A", "B", "k")))
    assert one["about"]["areas"] == {"district": 2}
    with pytest.raises(ModelError, match="no area 'Z'"):
        evaluation.evaluate(frames, replace(few, area_ids=("Z",)))
    with pytest.raises(ModelError, match="choose among"):
        evaluation.evaluate(frames, replace(few, estimators=("oracle",)))
    with pytest.raises(ModelError, match="--from"):
        evaluation.evaluate(frames, replace(few, first=f.known_by(840)))


def test_what_lag_costs_is_told_on_the_same_days(frames: Frames) -> None:
    questions = (PLAN.questions[1],)
    one = evaluation.evaluate(frames, replace(PLAN, questions=questions, lags_days=(1, 30), events=()))
    rows = [line["rows"] for line in one["lag"]]
    assert [line["lag_days"] for line in one["lag"]] == [1, 30] and rows[0] == rows[1]
    assert one["lag"][0]["brier"] < one["lag"][1]["brier"]


def test_a_stated_lag_moves_every_version_and_none_earlier() -> None:
    first = V("A", 10, known=11, until=20, incident="i")
    second = V("A", 10, known=20, deaths=9, incident="i")
    late = V("B", 10, known=50)
    moved = lag.delayed(f.frames([first, second, late]), 14)
    assert moved.events["known_day"].tolist() == [f.stamp(24), f.stamp(24), f.stamp(50)]
    assert (
        moved.events["until_day"].iloc[0] == f.stamp(24) and moved.events["until_day"].iloc[1:].isna().all()
    )
    assert moved.coverage["lag_days"].tolist() == [14]
    withdrawn = lag.delayed(f.frames([V("A", 10, known=11, until=15)]), 14).events.iloc[0]
    assert withdrawn["until_day"] == withdrawn["known_day"]  # never seen


def test_a_lag_that_is_already_there_changes_nothing() -> None:
    plain = f.frames(f.random_versions(3))
    pd.testing.assert_frame_equal(lag.delayed(plain, 1).events, plain.events)


def test_count_forecasts_stand_beside_conflictology(frames: Frames) -> None:
    short = replace(PLAN, questions=PLAN.questions[1:], estimators=RULES[:2], events=())
    late = replace(short, first=f.known_by(780), units="district", counts_days=(7,))
    one = evaluation.evaluate(frames, late)
    against = {line["against"] for line in one["counts"]}
    assert "conflictology" in against and len(one["counts"]) == len(against)
    told = [line["what"] for line in one["asked"] if line["target"] == "deaths"]
    assert told == ["CRPS against conflictology, raw", "CRPS against conflictology, log1p"]
    assert "How many deaths" in report.page(one)


def test_goals_are_limits_or_heights() -> None:
    nan = float("nan")
    assert asked.line("fatal", 7, "AUC", 0.88, 0.9, nan, nan)["holds"]
    assert not asked.line("fatal", 7, "calibration", -0.02, 0.03, nan, nan)["holds"]
    assert asked.line("fatal", 7, "skill", 0.1, 0.2, 0.05, 0.3)["sure"] is False


def test_the_terminal_sees_both_tables(document: dict[str, Any]) -> None:
    told = evaluation.text(document)
    assert "Asked and reached by ewma_logistic" in told and "vs climatology" in told
    assert max(map(len, told.splitlines())) <= 130


def test_sets_of_rows_with_few_cases_are_left_out(document: dict[str, Any]) -> None:
    assert document["subsets"]
    assert all(one["positives"] >= tables.ENOUGH_POSITIVES for one in document["subsets"])
    assert tables.interval(float("nan"), 0, 0) == "–"
