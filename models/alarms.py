"""What alerts were worth: how many were right, how many episodes they caught, and what chance would have caught.

An episode is a run of weeks that were followed by what was asked about. It is caught when an alert is in force in any
of them; an alert is in force from the week in which it is raised for the length of the horizon.
"""

from dataclasses import dataclass

import numpy as np

from models import levels
from models.control import Weeks
from models.days import Array, BoolArray, IntArray
from models.levels import ISSUE_DAYS, YEAR_DAYS

DRAWS = 20
HALVINGS = 14
SEED = 20180725


@dataclass(frozen=True)
class Tally:
    """Alerts, how many were false, episodes, how many were caught, and the rates that follow.

    Rates are None where nothing can be divided; `random_recall` is what alerts at random moments catch, at the
    same number of false ones.
    """

    alerts: int
    false: int
    episodes: int
    caught: int
    precision: float | None
    recall: float | None
    false_per_year: float | None
    random_recall: float | None


def tally(weeks: Weeks, raised: BoolArray, horizon_days: int, rows: BoolArray | None = None) -> Tally:
    """Count over some of the weeks (all by default); cells without a forecast count for nothing."""
    rows = np.ones(len(weeks.day), dtype=bool) if rows is None else rows
    day, spoken = weeks.day[rows], ~np.isnan(weeks.probability[rows])
    hit, happened = raised[rows] & spoken, weeks.happened[rows] & spoken
    alerts, false = int(hit.sum()), int((hit & ~happened).sum())
    episodes, caught = episodes_caught(day, hit, happened, horizon_days)
    years = spoken.sum() * ISSUE_DAYS / YEAR_DAYS
    return Tally(
        *(alerts, false, episodes, caught),
        precision=_share(alerts - false, alerts),
        recall=_share(caught, episodes),
        false_per_year=_share(false, years),
        random_recall=random_recall(day, spoken, happened, horizon_days, false) if episodes else None,
    )


def episodes_caught(
    day: IntArray, raised: BoolArray, happened: BoolArray, horizon_days: int
) -> tuple[int, int]:
    """How many runs of positive weeks there are (over all areas), and in how many an alert is in force."""
    held = np.zeros_like(raised)
    for row, today in enumerate(day):
        held[row] = raised[(day > today - horizon_days) & (day <= today)].any(axis=0)
    begins = happened & ~np.vstack([np.zeros_like(happened[:1]), happened[:-1]])
    number = np.cumsum(begins.T.ravel()).reshape(begins.T.shape).T
    return int(begins.sum()), len(np.unique(number[happened & held]))


def random_recall(
    day: IntArray, spoken: BoolArray, happened: BoolArray, horizon_days: int, false: int
) -> float:
    """The share of episodes that random alerts catch, raised as often as costs the same number of false ones."""
    draw, found = np.random.default_rng(SEED), []
    for _ in range(DRAWS):
        said = np.where(spoken, draw.random(spoken.shape), np.nan)
        raised = _at_cost(day, said, happened, horizon_days, false)
        episodes, caught = episodes_caught(day, raised, happened, horizon_days)
        found.append(caught / episodes)
    return float(np.mean(found))


def _at_cost(day: IntArray, said: Array, happened: BoolArray, horizon_days: int, false: int) -> BoolArray:
    """The alerts of the lowest threshold, found by halving, that costs no more than so many false ones."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        cost = (levels.alerts(day, said, middle, horizon_days) & ~happened).sum()
        low, high = (low, middle) if cost <= false else (middle, high)
    return levels.alerts(day, said, high, horizon_days)


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
