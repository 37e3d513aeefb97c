"""Thresholds that keep their budget of false alerts when times change.

Every week each threshold is set anew, from two things:

* *What the past year says.* Of the newest 52 weeks, each counting half as much as one nine weeks younger, the
  lowest threshold that would have kept the budget. A week whose outcome is not known yet counts by what was
  forecast: an alert raised at probability p is expected to be false with 1 - p.
* *An account.* Every false alert above the budget is held against the level, every one below it in its
  favour: at once by what was expected, and put right when the outcome becomes known. The account scales the
  budget for the next week, so a lasting error of the forecasts is worked off whatever its cause.

The account is adaptive conformal inference (Gibbs and Candès 2021, arXiv:2106.00170) on the logarithm of
the budget, with a stand-in for feedback that comes late. Everything used in a week was known in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.days import NEVER, Array, BoolArray, IntArray
from models.levels import BUDGETS, ISSUE_DAYS, MAX_WEEKS, MIN_WEEKS, YEAR_DAYS, Thresholds

HALF_LIFE_DAYS = 63
GAIN = 0.3
LARGEST_SHIFT = 1.5  # the account scales a budget by e to the power of this at most
CANDIDATES = 100
DIGITS = 5  # probabilities are compared to this precision, so that noise of arithmetic moves no level


@dataclass(frozen=True)
class Weeks:
    """Weekly forecasts (weeks × areas, NaN where none) with what followed, and from which day that was known.

    Where the outcome of a week never became known, its day is `NEVER`.
    """

    day: IntArray
    probability: Array
    happened: BoolArray
    known_on: IntArray


@dataclass(frozen=True)
class Course:
    """Per level and week, where it began (NaN before there was enough to learn from), and its alerts."""

    weeks: Weeks
    begins: Mapping[str, Array]
    raised: Mapping[str, BoolArray]

    def on(self, day: int) -> Thresholds:
        """The thresholds of a day: those of the newest week that is not after it."""
        at = int(np.searchsorted(self.weeks.day, day, side="right")) - 1
        areas = self.weeks.probability.shape[1]
        seen = self.weeks.known_on <= (self.weeks.day[at] if at >= 0 else -NEVER)
        begins = (
            {name: round(float(course[at]), DIGITS + 1) for name, course in self.begins.items()}
            if at >= 0
            else {}
        )
        if not begins or np.isnan(list(begins.values())).any():
            return Thresholds(None, {}, int(seen.sum()), areas)
        return Thresholds(begins, self._realised(seen), int(seen.sum()), areas)

    def _realised(self, seen: BoolArray) -> dict[str, float]:
        """False alerts per area and year in the weeks since levels began whose outcome is known."""
        since = seen & ~np.isnan(next(iter(self.begins.values())))
        years = _area_years(self.weeks.probability[since])
        false = {name: (hit & ~self.weeks.happened)[since].sum() for name, hit in self.raised.items()}
        return {name: round(float(count) / years, 4) for name, count in false.items()} if years else {}


def replay(weeks: Weeks, horizon_days: int, budgets: Mapping[str, float] = BUDGETS) -> Course:
    """Go through the weeks: set the thresholds of each from what was known in it, and raise its alerts."""
    shape = weeks.probability.shape
    course = Course(
        weeks,
        {name: np.full(shape[0], np.nan) for name in budgets},
        {name: np.zeros(shape, dtype=bool) for name in budgets},
    )
    accounts = dict.fromkeys(budgets, 0.0)
    start = _start(weeks)
    for now in range(start, shape[0]):
        if now > start:
            accounts = {name: _settle(course, name, now, budgets[name], accounts[name]) for name in budgets}
        allowed = [budgets[name] * float(np.exp(accounts[name])) for name in budgets]
        for name, begin in zip(budgets, _choose(weeks, now, horizon_days, allowed), strict=True):
            course.begins[name][now] = begin
            held = course.raised[name][weeks.day > weeks.day[now] - horizon_days].any(axis=0)
            course.raised[name][now] = (weeks.probability[now] >= begin) & ~held
    return course


def _start(weeks: Weeks) -> int:
    """The first week in which the outcomes of enough earlier ones were known."""
    enough = (weeks.known_on[None, :] <= weeks.day[:, None]).sum(axis=1) >= MIN_WEEKS
    return int(np.argmax(enough)) if enough.any() else len(enough)


def _settle(course: Course, name: str, now: int, budget: float, account: float) -> float:
    """The account after a week: what its alerts are expected to cost, and what older ones turned out to."""
    weeks, raised, last = course.weeks, course.raised[name], now - 1
    expected = np.nan_to_num(1 - weeks.probability)
    weekly = budget * _area_years(weeks.probability[last])
    learnt = (weeks.known_on > weeks.day[last]) & (weeks.known_on <= weeks.day[now])
    over = expected[last][raised[last]].sum() - weekly
    over += (~weeks.happened[learnt] - expected[learnt])[raised[learnt]].sum()
    return float(np.clip(account - GAIN * over / (weekly + 1), -LARGEST_SHIFT, LARGEST_SHIFT))


def _choose(weeks: Weeks, now: int, horizon_days: int, allowed: Sequence[float]) -> Array:
    """For each rate of false alerts the lowest threshold that would have kept it, from there upwards."""
    window = slice(max(now + 1 - MAX_WEEKS, 0), now + 1)
    day, said = weeks.day[window], weeks.probability[window]
    cost = np.where(weeks.known_on[window, None] <= day[-1], ~weeks.happened[window], 1 - said)
    weight = 0.5 ** ((day[-1] - day) / HALF_LIFE_DAYS)
    begins = _candidates(said)
    spent = _spent(day, said, np.nan_to_num(cost) * weight[:, None], begins, horizon_days)
    worst_above = np.maximum.accumulate(spent[::-1])[::-1]
    time = sum(one * _area_years(row) for one, row in zip(weight, said, strict=True))
    chosen = [begins[np.argmax(worst_above <= rate * time)] for rate in allowed]
    return np.maximum.accumulate(chosen)


def _spent(day: IntArray, said: Array, cost: Array, begins: Array, horizon_days: int) -> Array:
    """What the alerts of each threshold would have cost."""
    spent = np.zeros(len(begins))
    free_from = np.full((len(begins), said.shape[1]), day[0])
    for today, row, paid in zip(day, said, cost, strict=True):
        raised = (row >= begins[:, None]) & (free_from <= today)
        free_from[raised] = today + horizon_days
        spent += raised @ paid
    return spent


def _candidates(said: Array) -> Array:
    """Thresholds between the probabilities that were said, closer together at the top, and one above all."""
    known = np.sort(said[~np.isnan(said)])
    if not len(known):
        return np.ones(1)
    ranks = len(known) - np.unique(np.geomspace(1, len(known), CANDIDATES).round().astype(int))
    at = np.searchsorted(known, np.unique(known[ranks]))
    below = np.where(at > 0, known[at - 1], 0)
    return np.append((known[at] + below) / 2, known[-1] + 10.0**-DIGITS)


def _area_years(said: Array) -> float:
    """How many years of one area a week of forecasts answers for."""
    return float(np.count_nonzero(~np.isnan(said))) * ISSUE_DAYS / YEAR_DAYS
