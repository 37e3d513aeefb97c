import numpy as np
import pandas as pd
import pytest

from models import backtest, tables
from models.bench import NEWEST_WEEKS, Bench, _thinned, fit, questions, rolling
from models.errors import ModelError
from models.frames import Frames
from models.targets import TARGETS, Question
from tests.models import factories as f
from tests.models.factories import V

FATAL = Question(TARGETS["fatal"], 7, 5)
ESCALATION = Question(TARGETS["escalation"], 28, 5)
FIRST, LAST = f.known_by(600), f.known_by(700)


@pytest.fixture(scope="module")
def frames() -> Frames:
    return f.frames(f.bursts(3), covered_days=901)


@pytest.fixture(scope="module")
def bench(frames: Frames) -> Bench:
    return backtest.bench_for(frames, f.known_by(900))


@pytest.fixture(scope="module")
def frame(bench: Bench) -> pd.DataFrame:
    return backtest.run(bench, [FATAL, ESCALATION], first=FIRST, last=LAST, jobs=1)


def test_every_rule_is_asked_the_same_rows(frame: pd.DataFrame, bench: Bench) -> None:
    assert set(frame["estimator"]) == set(backtest.COMPARED)
    counts = frame.groupby(["target", "horizon_days", "estimator"]).size()
    assert counts.groupby(["target", "horizon_days"]).nunique().tolist() == [1, 1]
    assert frame["fct"].between(0, 1).all()
    assert frame["day"].between(pd.Timestamp(FIRST), pd.Timestamp(LAST)).all()
    age = (frame["day"] - frame["cutoff"]).dt.days
    assert age.between(0, 27).all()
    weeks = frame["day"].drop_duplicates().diff().dt.days.dropna()
    assert set(weeks) == {7}


def test_the_frame_sets_models_beside_simple_rules(frame: pd.DataFrame) -> None:
    table = tables.of_frame(frame, draws=50)
    assert len(table) == 2 * 3 * 2  # questions × kinds × fitted estimators
    assert (table["low_reference"] <= table["skill_reference"]).all()
    assert (table["skill_reference"] <= table["high_reference"]).all()
    assert (table[table["estimator"] == "ewma_logistic"]["skill_ewma_logistic"] == 0).all()
    assert len(tables.of_frame(frame, by_kind=False, draws=10)) == 4


def test_issues_after_the_last_counted_day_stay_out_of_the_frame(bench: Bench) -> None:
    (one,) = backtest.sheets(bench, [FATAL], first=FIRST, last=LAST, until=f.known_by(660), jobs=1)
    assert one.day[one.asked.any(axis=1)].max() <= f.FIRST + 660 < one.day.max()


def test_warm_questions_are_asked_a_year_earlier_and_counted_from_the_first_day(bench: Bench) -> None:
    names = ("climatology", "ewma_logistic")
    late = f.known_by(800)
    (one,) = backtest.sheets(
        bench, [ESCALATION], first=late, last=f.known_by(860), estimators=names, warm=[ESCALATION], jobs=1
    )
    assert one.day.min() <= f.FIRST + 800 - 371
    assert one.day[one.asked.any(axis=1)].min() >= f.FIRST + 800


def test_threads_change_nothing(frame: pd.DataFrame, bench: Bench) -> None:
    again = backtest.run(bench, [FATAL, ESCALATION], first=FIRST, last=LAST, jobs=2)
    pd.testing.assert_frame_equal(frame, again)


def test_nothing_after_a_cutoff_reaches_its_model(frames: Frames, bench: Bench) -> None:
    cutoff = f.FIRST + 650 - (f.FIRST + 650) % 7  # a day on which forecasts are issued
    events = frames.events[frames.events["known_day"] <= f.stamp(cutoff - f.FIRST)]
    members = frames.members[frames.members["version_id"].isin(events["version_id"])]
    past = frames._replace(events=events, members=members)
    cut = backtest.bench_for(past, f.known_by(900))
    for question in (FATAL, ESCALATION):
        whole, part = (rolling(one, question, backtest.COMPARED, cutoff, 7) for one in (bench, cut))
        assert whole is not None and part is not None
        for name in backtest.COMPARED:
            assert np.array_equal(whole[1][name][0], part[1][name][0])


def test_training_rows_keep_the_embargo(bench: Bench) -> None:
    cutoff = f.FIRST + 650
    kept = bench.panel.origins[bench.usable(ESCALATION, cutoff)]
    assert kept.max() + 28 + 1 <= cutoff < kept.max() + 28 + 1 + 7
    assert kept.min() >= f.FIRST + 179


def test_labels_of_a_cutoff_are_those_known_then() -> None:
    late = f.frames([V("A", 400, deaths=9, known=600)], covered_days=901)
    bench = backtest.bench_for(late, f.known_by(900))
    assert not bench.outcome(FATAL, f.FIRST + 599).any()
    assert bench.outcome(FATAL, f.FIRST + 600).any()


def test_too_little_to_learn_from_falls_back_step_by_step() -> None:
    def name_for(versions: list[V]) -> str:
        bench = backtest.bench_for(f.frames(versions, covered_days=901), f.known_by(900))
        return fit(bench, FATAL, "logit_mean", f.FIRST + 900).name

    assert name_for([]) == "pooled_rate"
    assert name_for([V("A", 400)]) == "pooled_rate"
    assert name_for([V("A", day) for day in range(300, 800, 10)]) == "ewma_logistic"  # one area only
    assert name_for([V("ABk", day) for day in range(300, 800, 10)]) == "logit_mean"


def test_a_history_too_short_names_the_cure() -> None:
    with pytest.raises(ModelError, match="import older ones"):
        backtest.bench_for(f.frames([]), f.known_by(100))


def test_a_span_without_known_outcomes_gives_an_empty_table(bench: Bench) -> None:
    frame = backtest.run(bench, [ESCALATION], first=f.known_by(890), last=f.known_by(900), jobs=1)
    assert frame.empty


def test_all_questions() -> None:
    asked = questions(list(TARGETS), (7, 14, 28), 5)
    assert len(asked) == len(set(asked)) == 15


def test_of_old_weeks_every_fourth_is_learnt_from() -> None:
    rows = np.ones(200, dtype=bool)
    rows[:4] = False
    kept = _thinned(rows)
    assert kept[-NEWEST_WEEKS:].all() and kept.sum() == NEWEST_WEEKS + 10  # of 40 older weeks
    assert not kept[:4].any() and set(np.diff(np.flatnonzero(kept[:-NEWEST_WEEKS]))) == {4}
    few = np.ones(100, dtype=bool)
    assert np.array_equal(_thinned(few), few)
