"""Surge and novelty: against an area's own past, as known then, at thresholds that the past's false alerts set."""

from datetime import timedelta

import numpy as np
import pytest

from models import days, levels, unusual
from models.panel import Panel
from models.targets import ESCALATION, Question
from models.unusual import Past
from tests.models import factories as f

BUDGETS = {"watch": 4.0, "warning": 1.0, "emergency": 0.25}
QUESTION = Question(ESCALATION, 28, 5)
DAY = 800


def past(versions: list[f.V], *on: int) -> Past:
    asked = [f.known_by(day) for day in on or (DAY,)]
    return Past(f.frames(versions), asked, QUESTION, BUDGETS)


def quiet(until: int = DAY - 20) -> list[f.V]:
    """One incident a month in k, one a week in m."""
    return [f.V("k", day) for day in range(1, until, 30)] + [f.V("m", day) for day in range(1, DAY, 7)]


def test_a_surge_is_measured_against_the_communitys_own_weeks() -> None:
    many = [f.V(area, DAY - at) for area in "km" for at in range(1, 5)]
    seen = past(quiet() + many).on(f.known_by(DAY))
    assert seen.area_ids == ["k", "m"]
    k, m = seen.strength["surge"]
    assert k > m > 0  # four in a week are more unusual where one a month is usual
    assert seen.counted.tolist() == [4.0, 5.0]
    assert seen.usual == pytest.approx([12 / (365 / 7), 1.0], abs=0.05)


def test_what_is_unlike_every_fortnight_of_the_year_is_new_and_less_than_usual_is_not() -> None:
    strange = [f.V("k", DAY - 2, rung="targeted", deaths=30, civilians=30)]
    day = f.known_by(DAY)
    assert past(quiet() + strange).on(day).strength["novelty"][0] > 1
    assert past(quiet()).on(day).strength["novelty"].tolist() == [0.0, 0.0]


def test_what_became_known_later_changes_nothing() -> None:
    late = [f.V("k", DAY - 3, deaths=50, known=DAY + 1)]
    day = f.known_by(DAY)
    before, after = past(quiet()).on(day), past(quiet() + late, DAY, DAY + 2).on(day)
    for name in unusual.NAMES:
        assert np.array_equal(before.strength[name], after.strength[name])
        assert before.begins[name] == after.begins[name]


def test_one_day_asked_alone_says_what_it_says_among_others() -> None:
    alone, among = past(quiet(), DAY), past(quiet(), DAY - 5, DAY - 1, DAY)
    one, other = (each.on(f.known_by(DAY)) for each in (alone, among))
    for name in unusual.NAMES:
        assert np.array_equal(one.strength[name], other.strength[name])


def test_an_uncovered_week_or_a_short_past_cannot_be_told() -> None:
    short = Past(f.frames(quiet()), [f.known_by(100)], QUESTION, BUDGETS).on(f.known_by(100))
    assert np.isnan(short.strength["surge"]).all()
    assert short.begins == {"surge": {}, "novelty": {}}
    ended = Past(f.frames(quiet(), covered_days=DAY - 2), [f.known_by(DAY)], QUESTION, BUDGETS)
    assert np.isnan(ended.on(f.known_by(DAY)).strength["surge"]).all()


def test_thresholds_keep_a_quarter_of_the_budget_on_the_year_they_are_learnt_from() -> None:
    draw = np.random.default_rng(3)
    versions = [f.V("k", int(day), deaths=float(draw.integers(0, 9))) for day in draw.integers(1, DAY, 400)]
    versions += [f.V("m", int(day)) for day in draw.integers(1, DAY, 80)]
    asked = past(versions)
    begins = asked.begins(f.known_by(DAY))
    first = f.known_by(DAY).replace(day=1)
    by = days.number(first)
    panel = Panel(asked.frames, np.arange(by - 104 * 7, by + 1, 7), first)
    rows = panel.outcome_covered(28, by)
    happened = unusual.targets.outcome(panel, QUESTION, by)[rows][-52:, -2:]
    for name, table in unusual.strengths(panel).items():
        said = np.nan_to_num(table, nan=-1)[rows][-52:, -2:]
        rate = levels.false_per_year(panel.origins[rows][-52:], said, happened, begins[name][3], 28)
        assert rate <= unusual.SHARE * BUDGETS["warning"]
        assert begins[name][2] <= begins[name][3]
    assert asked.begins(first) is asked.begins(first + timedelta(days=3))
