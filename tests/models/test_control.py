"""Thresholds week by week: what they cost, what they know, and a sudden change."""

from dataclasses import replace

import numpy as np
import pytest

from models import alarms, backtest, control, levels, weeks
from models.bench import Bench, questions
from models.control import Weeks
from models.days import NEVER
from tests.models import exercise
from tests.models import factories as f

QUESTION = questions(["escalation"], (28,), 5)[0]
DAYS, CHANGED_ON, QUARTER = 1460, 820, 13


def invented(seed: int, weeks_: int = 120, areas: int = 30, late: int = 29) -> Weeks:
    """Forecasts that are right on average, and what followed."""
    draw = np.random.default_rng(seed)
    said = draw.beta(1, 12, size=(weeks_, areas)).round(5)
    day = np.arange(weeks_) * 7
    return Weeks(day, said, draw.random(said.shape) < said, day + late)


def test_levels_begin_with_enough_known_weeks_and_in_order() -> None:
    course = control.replay(invented(1), 28)
    first = 26 + 29 // 7  # the outcome of the 26th week becomes known in the fifth week after it
    for begins in course.begins.values():
        assert np.flatnonzero(~np.isnan(begins))[0] == first
    watch, warning, emergency = (course.begins[name][first:] for name in levels.BUDGETS)
    assert (watch <= warning).all() and (warning <= emergency).all()
    assert course.on(7 * first - 1).begins is None and course.on(-1).begins is None
    expected = {name: pytest.approx(one[first], abs=1e-6) for name, one in course.begins.items()}
    assert course.on(7 * first + 6).begins == expected


def test_no_threshold_knows_what_comes_later() -> None:
    """Other forecasts and outcomes after a week, or outcomes not known in it, change nothing up to it."""
    told, other = invented(2), invented(3)
    at = 80
    later = np.arange(120) > at
    unknown = told.known_on > told.day[at]
    mixed = Weeks(
        told.day,
        np.where(later[:, None], other.probability, told.probability),
        np.where(unknown[:, None], other.happened, told.happened),
        told.known_on,
    )
    one, two = control.replay(told, 28), control.replay(mixed, 28)
    for name in levels.BUDGETS:
        assert np.array_equal(one.begins[name][: at + 1], two.begins[name][: at + 1], equal_nan=True)
        assert not np.array_equal(one.begins[name][at + 1 :], two.begins[name][at + 1 :])
    assert one.on(7 * at) == two.on(7 * at)


def test_an_alert_is_held_for_its_horizon() -> None:
    course = control.replay(invented(4), 28)
    for raised in course.raised.values():
        assert raised.any()
        near = sum(raised[lag : len(raised) - 3 + lag].astype(int) for lag in range(4))
        assert near.max() == 1


@pytest.mark.parametrize("wrong", [0.4, 2.5])
def test_forecasts_that_are_always_wrong_by_a_factor_cost_no_more(wrong: float) -> None:
    """The account works off what the forecasts promise wrongly, in either direction."""
    told = invented(5, weeks_=260)
    course = control.replay(replace(told, probability=np.minimum(told.probability * wrong, 0.99)), 28)
    for name in ("watch", "warning"):
        rate = alarms.tally(told, course.raised[name], 28, told.day >= 7 * 60).false_per_year
        assert rate == pytest.approx(levels.BUDGETS[name], rel=0.15)


def test_weeks_that_were_never_observed_count_as_was_expected() -> None:
    told = invented(6)
    hole = (told.day >= 7 * 70) & (told.day < 7 * 90)
    lost = replace(told, known_on=np.where(hole, NEVER, told.known_on))
    course = control.replay(lost, 28)
    assert control.replay(replace(lost, happened=told.happened ^ hole[:, None]), 28).on(7 * 119) == course.on(
        7 * 119
    )
    assert course.on(7 * 119).weeks == 120 - 20 - 5


def test_areas_without_a_forecast_raise_nothing_and_pay_nothing() -> None:
    told = invented(7)
    silent = np.hstack([told.probability, np.full((120, 30), np.nan)])
    wider = Weeks(told.day, silent, np.hstack([told.happened, told.happened]), told.known_on)
    one, two = control.replay(told, 28), control.replay(wider, 28)
    for name in levels.BUDGETS:
        assert np.allclose(one.begins[name], two.begins[name], equal_nan=True)
        assert not two.raised[name][:, 30:].any()


def test_too_few_weeks_mean_no_levels() -> None:
    told = control.replay(invented(8, weeks_=29), 28).on(7 * 29)
    assert told.begins is None and told.weeks == 24
    nothing = Weeks(np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros((0, 3), bool), np.zeros(0, np.int64))
    assert control.replay(nothing, 28).on(0).begins is None


@pytest.mark.parametrize("seed", [1, 4])
def test_thirteen_weeks_after_a_sudden_change_the_budget_is_kept_again(seed: int) -> None:
    """Violence triples overnight: the adapted thresholds cost what they may, the fixed one far more."""
    told = exercise.replayed(seed, days=DAYS, changed_on=CHANGED_ON, estimator="ewma_logistic")
    after = (told.day >= f.FIRST + CHANGED_ON + 7 * QUARTER) & (told.known_on < f.FIRST + DAYS)
    course = control.replay(told, 28)
    for name, budget in levels.BUDGETS.items():
        kept = alarms.tally(told, course.raised[name], 28, after).false_per_year
        assert kept == pytest.approx(budget, rel=0.35), name
    fixed = exercise.fixed_alerts(told, "warning", f.FIRST + CHANGED_ON)
    overrun = alarms.tally(told, fixed, 28, after).false_per_year
    assert overrun is not None and overrun > 1.35 * levels.BUDGETS["warning"]


def bench_of(seed: int, until: int, versions: int = 900) -> Bench:
    return backtest.bench_for(
        f.frames(f.bursts(seed, length=versions), covered_days=until + 1), f.known_by(until)
    )


def test_the_outcome_when_due_is_what_was_known_then() -> None:
    """Cell by cell the same as asking on that day; what is reported later changes nothing."""
    bench = backtest.bench_for(f.frames(f.random_versions(3), covered_days=500), f.known_by(499))
    question = replace(QUESTION, horizon_days=14)
    happened, known_on = weeks.outcome_when_due(bench.panel, question)
    for row in np.flatnonzero(known_on <= f.FIRST + 499):
        assert np.array_equal(happened[row], bench.outcome(question, int(known_on[row]))[row])
    assert (known_on[bench.panel.origins + 14 > f.FIRST + 499] == NEVER).all()
    assert not np.array_equal(happened, bench.outcome(question))


def test_the_past_reads_back_from_its_card() -> None:
    past = weeks.Past(("k", "m"), np.array([700, 707]), np.array([[0.12345, np.nan], [0.5, 0.00001]]), 707)
    again = weeks.from_card(past.card())
    assert again.area_ids == past.area_ids and again.learnt_until == 707 and again.day.tolist() == [700, 707]
    assert np.array_equal(again.probability, past.probability, equal_nan=True)
    none = weeks.from_card(weeks.Past(("k",), np.zeros(0, np.int64), np.zeros((0, 1)), 5).card())
    assert none.probability.shape == (0, 1) and len(none.day) == 0


def test_areas_that_left_or_came_since_the_training() -> None:
    """What was said of an area that is gone is left out; a new one has no past."""
    bench = bench_of(3, 900)
    day = bench.panel.origins[40:80]
    past = weeks.Past(("gone", "k"), day, np.tile([0.9, 0.1], (40, 1)), int(bench.panel.origins[-1]))
    course = weeks.follow(bench, QUESTION, past, lambda rows: np.zeros((rows.sum(), 6)))
    assert course.weeks.probability.shape == (40, 2)  # k and m
    assert np.isnan(course.weeks.probability[:, 1]).all() and (course.weeks.probability[:, 0] == 0.1).all()


def test_weeks_before_the_training_are_not_asked_again() -> None:
    bench = bench_of(3, 900)
    learnt = int(bench.panel.origins[90])
    past = weeks.Past(("k", "m"), bench.panel.origins[60:91], np.full((31, 2), 0.1), learnt)
    asked: list[np.ndarray] = []

    def ask(rows: np.ndarray) -> np.ndarray:
        asked.append(bench.panel.origins[rows])
        return np.full((rows.sum(), 6), 0.2)

    course = weeks.follow(bench, QUESTION, past, ask)
    assert asked[0].tolist() == bench.panel.origins[91:].tolist()
    assert course.weeks.day.tolist() == bench.panel.origins[60:].tolist()


def test_episodes_are_runs_and_are_caught_by_alerts_in_force() -> None:
    happened = np.array([[0, 1, 1, 0, 0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0, 1, 0, 1, 0]], bool).T
    raised = np.zeros((10, 2), bool)
    raised[0, 0] = True  # in force in weeks 0 to 3
    raised[2, 1] = True  # in force in weeks 2 to 5: a week too early
    raised[8, 1] = True
    day = np.arange(10) * 7
    assert alarms.episodes_caught(day, raised, happened, 28) == (4, 2)
    told = alarms.tally(Weeks(day, np.full((10, 2), 0.5), happened, day + 29), raised, 28)
    assert (told.alerts, told.false, told.precision, told.recall) == (3, 2, pytest.approx(1 / 3), 0.5)
    assert told.false_per_year == pytest.approx(2 / (20 * 7 / 365.25))


def test_random_alerts_catch_less_than_good_ones_at_the_same_cost() -> None:
    told = invented(9, weeks_=150)
    course = control.replay(told, 28)
    found = alarms.tally(told, course.raised["warning"], 28, told.day >= 7 * 40)
    assert found.random_recall is not None and found.recall is not None
    assert 0 < found.random_recall < found.recall
    quiet = alarms.tally(replace(told, happened=np.zeros_like(told.happened)), course.raised["warning"], 28)
    assert (quiet.recall, quiet.random_recall, quiet.precision) == (None, None, 0.0)
