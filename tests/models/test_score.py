"""Score rows on invented frames: sums, levels, coverage, doubts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from models import backtest, cards, days, intervals, levels, score, train, weeks
from models.baselines import RULES
from models.bench import fit, questions
from models.errors import ModelError
from models.issue import Desk, Model, Setting
from models.metrics import CLIP
from models.shelf import newest
from models.targets import Question
from models.voices import NOBODY
from tests.models import factories as f
from tests.models.factories import V

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
ASKED = questions(["escalation", "fatal"], (7, 28), 5)
VERSIONS = [*f.bursts(3, length=920), V("G", 890, deaths=30, parents="ABCkm")]
DAYS = tuple(f.known_by(day) for day in (905, 908, 909, 918))  # covered up to day 900


@pytest.fixture(scope="module")
def models() -> dict[Question, Model]:
    bench = backtest.bench_for(f.frames(VERSIONS, covered_days=901), f.known_by(880))
    terms = cards.Terms("nowhere", f.known_by(880), 28, "d1")
    used = [one for one in train.train_all(bench, ASKED, terms, jobs=2) if one.promoted]
    return {question: _model(one) for question, one in zip(ASKED, used, strict=True)}


def _model(one: train.Trained) -> Model:
    return Model(
        id=f"{one.card['target']}-{one.card['horizon_days']}",
        estimator=one.fitted.estimator,
        name=one.fitted.name,
        features=one.fitted.features,
        positives=one.fitted.positives,
        areas_with_positives=one.fitted.areas_with_positives,
        floor_deaths=5,
        thresholds=levels.from_card(one.card["thresholds"]),
        past=weeks.from_card(one.card["thresholds"]["past"]) if one.card["thresholds"] else None,
        spread=None if one.refits is None else intervals.from_card(one.card, one.refits),
    )


def rows_for(
    models: dict[Question, Model],
    asked: Sequence[date],
    covered_days: int = 901,
    voices: pd.DataFrame = NOBODY,
) -> list[dict[str, Any]]:
    frames = f.frames(VERSIONS, covered_days=covered_days)._replace(voices=voices)
    frames = frames._replace(events=frames.events[frames.events["known_day"] <= np.datetime64(asked[-1])])
    setting = Setting(
        tuple(asked), tuple("d" for _ in asked), NOW, tuple(False for _ in asked), exercise=True
    )
    desk = Desk(score.bench_for(frames, asked), setting)
    by_day = {question: dict.fromkeys(asked, model) for question, model in models.items()}
    return [row for part in score.score_rows(desk, by_day, 28) for row in part]


@pytest.fixture(scope="module")
def rows(models: dict[Question, Model]) -> list[dict[str, Any]]:
    return rows_for(models, DAYS)


def test_one_row_a_question_area_and_day(rows: list[dict[str, Any]]) -> None:
    keys = {(row["area_id"], row["as_of"], row["target"], row["horizon_days"]) for row in rows}
    assert len(rows) == len(keys) == len(ASKED) * len(DAYS) * len(f.AREAS)
    assert all(row["exercise"] and not row["live"] for row in rows)


def test_where_everybody_has_fallen_silent_nothing_is_called_baseline(
    models: dict[Question, Model], rows: list[dict[str, Any]]
) -> None:
    said = [("k", "team", "Team", 7.0, pd.Timestamp(f.known_by(880)), False)]
    heard = rows_for(models, DAYS[:1], voices=pd.DataFrame(said, columns=NOBODY.columns))
    before = [row for row in rows if row["as_of"] == DAYS[0]]
    assert {row["level"] for row in before if row["area_id"] == "k"} & {1}
    for old, new in zip(before, heard, strict=True):
        assert new["probability"] == old["probability"]
        silent = old["area_id"] == "k"
        assert new["level"] == (0 if silent and old["level"] == 1 else old["level"])
        codes = {one["code"] for one in new["confidence_reasons"]}
        assert ({"silent_source", "fallen_silent"} <= codes) == silent
        assert new["confidence"] == "low" if silent else True


def test_every_probability_lies_within_its_interval(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if row["probability"] is None:
            assert row["low"] is row["high"] is None
        else:
            assert 0 <= row["low"] <= row["probability"] <= row["high"] <= 1 and row["low"] < row["high"]


def test_models_of_older_programs_have_no_intervals(models: dict[Question, Model]) -> None:
    old = {question: replace(model, spread=None) for question, model in models.items()}
    assert all(row["low"] is row["high"] is None for row in rows_for(old, DAYS[:1]))


@pytest.mark.parametrize("name", RULES)
def test_a_promoted_rule_is_scored_and_explained_like_any_model(name: str) -> None:
    bench = backtest.bench_for(f.frames(VERSIONS, covered_days=901), f.known_by(880))
    fitted = fit(bench, ASKED[2], name, days.number(f.known_by(880)))
    spread = intervals.Spread(np.zeros((0, 2)), ((1.0, 0.8),))
    none = levels.from_card(None)
    model = Model(name, fitted.estimator, name, fitted.features, 99, 9, 5, none, spread=spread)
    for row in rows_for({ASKED[2]: model}, DAYS[:1]):
        total = row["base"] + sum(driver["contribution"] for driver in row["drivers"])
        assert abs(total - logit(row["probability"])) < 1e-6
        assert row["low"] <= row["probability"] <= row["high"]
        assert {"code": "simple_rule", "rule": name} in row["confidence_reasons"]


def test_base_and_drivers_sum_to_the_log_odds(rows: list[dict[str, Any]]) -> None:
    said = [row for row in rows if row["probability"] is not None]
    assert said
    for row in said:
        assert CLIP - 1e-9 <= row["probability"] <= 1 - CLIP + 1e-9
        total = row["base"] + sum(driver["contribution"] for driver in row["drivers"])
        assert abs(total - logit(row["probability"])) < 1e-6
        assert row["drivers"][-1]["feature"] == "other" and len(row["drivers"]) <= 6


def test_drivers_name_the_newest_incidents_known_then(rows: list[dict[str, Any]]) -> None:
    day = {f"i{n:05d}": v.day for n, v in enumerate(VERSIONS)}
    named = 0
    for row in rows:
        as_of = (row["as_of"] - f.START).days
        for driver in row["drivers"]:
            ids = driver.get("incident_ids", [])
            ages = [as_of - day[one] for one in ids]
            assert ages == sorted(ages) and all(age > 0 for age in ages) and len(ids) <= 10
            named += len(ids)
    assert named


def test_every_row_of_an_area_carries_the_level_of_its_escalation(
    rows: list[dict[str, Any]],
) -> None:
    seen = {}
    for row in rows:
        seen.setdefault((row["area_id"], row["as_of"]), set()).add(row["level"])
        if row["target"] == "escalation" and row["horizon_days"] == 28 and row["probability"] is not None:
            thresholds = levels.Thresholds(row["begins"], {}, 52, 2)
            assert row["level"] == thresholds.level(np.array([row["probability"]]))[0] >= levels.BASELINE
        else:
            assert row["begins"] is None
    assert all(len(one) == 1 for one in seen.values())


def test_levels_go_on_from_where_they_began_at_training(models: dict[Question, Model]) -> None:
    """The day of training has the thresholds of its card; they are adapted from then on."""
    trained = models[Question(ASKED[1].target, 28, 5)].thresholds.begins
    assert trained is not None
    first, last = (
        next(row["begins"] for row in rows_for(models, [day]) if row["begins"])
        for day in (f.known_by(880), DAYS[0])
    )
    assert first == pytest.approx(trained, abs=1e-5)
    assert last != pytest.approx(trained, abs=1e-5)


def test_an_older_card_keeps_its_thresholds(models: dict[Question, Model]) -> None:
    older = {question: replace(model, past=None) for question, model in models.items()}
    found = [row["begins"] for row in rows_for(older, DAYS[:1]) if row["begins"]]
    assert found == [models[ASKED[1]].thresholds.begins] * len(f.AREAS)


def test_a_week_after_the_last_covered_day_nothing_is_said(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        covered = row["as_of"] <= f.known_by(907)
        assert (row["probability"] is not None) == covered == (row["level"] > 0)
        assert row["data_cutoff"] == f.known_by(900)
        codes = {one["code"]: one for one in row["confidence_reasons"]}
        assert ("no_data_since" in codes) == (not covered)
        if not covered:
            assert codes["no_data_since"]["day"] == f.known_by(900).isoformat()
            assert row["confidence"] == "low" and row["drivers"] == []
        else:
            assert codes["no_data_for"]["days"] == 4


def test_before_the_first_covered_day_nothing_is_said(models: dict[Question, Model]) -> None:
    frames = f.frames([V("A", -3)], covered_days=100)
    early = f.known_by(-1)
    with pytest.raises(ModelError, match="import reports"):
        score.bench_for(frames, [early])


def test_a_short_history_gives_a_number_but_no_level(models: dict[Question, Model]) -> None:
    young = rows_for(models, [f.known_by(100)])
    assert {row["level"] for row in young} == {0}
    assert all(row["probability"] is not None for row in young)
    assert all({"code": "short_history", "days": 101} in row["confidence_reasons"] for row in young)


def test_dead_somewhere_in_the_governorate_flag_the_areas_inside(rows: list[dict[str, Any]]) -> None:
    flagged = {row["area_id"] for row in rows if row["undercounted"] and row["horizon_days"] == 28}
    assert flagged == set("ABCkm")


def test_a_days_scores_do_not_depend_on_the_other_days_asked(models: dict[Question, Model]) -> None:
    alone = rows_for(models, [DAYS[0]])
    together = [row for row in rows_for(models, DAYS) if row["as_of"] == DAYS[0]]
    assert [row["probability"] for row in alone] == pytest.approx(
        [row["probability"] for row in together], abs=1e-9
    )
    assert [row["level"] for row in alone] == [row["level"] for row in together]
    for one, other in zip(alone, together, strict=True):
        assert one["begins"] == (other["begins"] and pytest.approx(other["begins"], abs=1e-5))


def test_without_an_alert_model_there_is_no_level(models: dict[Question, Model]) -> None:
    fatal = {question: model for question, model in models.items() if question.target.name == "fatal"}
    one = rows_for(fatal, [DAYS[0]])
    assert {row["level"] for row in one} == {0}
    assert all({"code": "no_thresholds", "weeks": 0} in row["confidence_reasons"] for row in one)


def test_no_model_from_the_future() -> None:
    versions = [(date(2018, 6, 30), "b"), (date(2018, 1, 31), "a")]
    assert newest(versions, date(2018, 6, 30)) == "b"
    assert newest(versions, date(2018, 6, 29)) == "a"
    with pytest.raises(
        ModelError, match=r"foresight: train one for that day \(tocsin train --as-of 2018-01-30\)"
    ):
        newest(versions, date(2018, 1, 30))


def test_live_is_within_two_days_of_the_regions_calendar() -> None:
    zone = "Asia/Damascus"  # UTC+3: on 22 November at 22:30 UTC it is the 23rd there
    late = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert [score.is_live(date(2026, 11, day), late, zone) for day in (20, 21, 23, 24)] == [
        False,
        True,
        True,
        False,
    ]


def test_levels_follow_the_budgets_of_their_day(models: dict[Question, Model]) -> None:
    """Four times the false alerts from the second day on: its levels begin lower, the first day's stay."""
    asked, usual = (f.known_by(890), f.known_by(897)), levels.BUDGETS
    ample = {name: 4 * one for name, one in usual.items()}
    question = next(one for one in models if (one.target.name, one.horizon_days) == ("escalation", 28))
    bench = score.bench_for(f.frames(VERSIONS, covered_days=901), asked)
    found = []
    for budgets in ((usual, usual), (usual, ample), ()):
        desk = Desk(bench, Setting(asked, ("d", "d"), NOW, (False, False), True, budgets))
        said = desk.ask(question, models[question], (0, 1))
        found.append([one.begins for one in desk.verdicts(question, said, (0, 1)).values()])
    before, after, unset = found
    assert before == unset and before[0] == after[0] and None not in before
    assert before[1] and after[1] and all(after[1][name] <= before[1][name] for name in usual)
    assert after[1] != before[1]
