"""The weeks that thresholds are learnt from: what was said of them unseen, and what followed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from models import days, targets
from models.bench import Bench
from models.control import DIGITS, Course, Weeks, replay
from models.coverage import GRACE_DAYS
from models.days import NEVER, Array, BoolArray, IntArray
from models.history import GRID_DAYS
from models.panel import Panel
from models.targets import MIN_HISTORY_DAYS, Question

Ask = Callable[[BoolArray], Array]


@dataclass(frozen=True, eq=False)
class Past:
    """What models that had not seen them said of the weeks before a training, and how far that learnt.

    Probabilities are weeks × areas, NaN where nothing was said.
    """

    area_ids: tuple[str, ...]
    day: IntArray
    probability: Array
    learnt_until: int

    def card(self) -> dict[str, Any]:
        """The same in what JSON can hold; probabilities as whole hundred-thousandths."""
        whole = np.where(np.isnan(self.probability), -1, self.probability * 10**DIGITS).round().astype(int)
        return {
            "area_ids": list(self.area_ids),
            "days": [days.day_of(one).isoformat() for one in self.day],
            "per_100000": [[None if one < 0 else one for one in row] for row in whole.tolist()],
            "learnt_until": days.day_of(self.learnt_until).isoformat(),
        }


def from_card(said: Mapping[str, Any]) -> Past:
    """Read the past back from a model card."""
    area_ids, rows = tuple(said["area_ids"]), said["per_100000"]
    table = np.array(rows, dtype=float).reshape(len(rows), len(area_ids)) / 10**DIGITS
    day = days.numbers([date.fromisoformat(one) for one in said["days"]]) if rows else np.zeros(0, np.int64)
    return Past(area_ids, day, table, days.number(date.fromisoformat(said["learnt_until"])))


def columns(panel: Panel) -> BoolArray:
    """The areas that thresholds are for: communities (all areas where there is none)."""
    community: BoolArray = panel.areas["kind"].to_numpy(str) == "community"
    return community if community.any() else np.ones_like(community)


def follow(bench: Bench, question: Question, past: Past, ask: Ask) -> Course:
    """The course of the thresholds: through the past of a model, then through the weeks it was asked about.

    `ask` gives the model's probabilities of the weeks after its training (a mask of origins) for all areas.
    """
    return replay(spoken(bench, question, past, ask), question.horizon_days)


def spoken(bench: Bench, question: Question, past: Past, ask: Ask) -> Weeks:
    """The weeks that thresholds are set from: the past of a model, then those it was asked about."""
    panel, kept = bench.panel, columns(bench.panel)
    table = np.full(panel.shape, np.nan)
    _fill(table, panel, past)
    since = _since(panel, past.learnt_until)
    if since.any():
        table[since] = ask(since)
    told = ~np.isnan(table).all(axis=1)
    happened, known_on = outcome_when_due(panel, question)
    return Weeks(
        panel.origins[told],
        table[np.ix_(told, kept)].round(DIGITS),
        happened[np.ix_(told, kept)],
        known_on[told],
    )


def outcome_when_due(panel: Panel, question: Question) -> tuple[BoolArray, IntArray]:
    """Whether it happened, as known when reports of the window were due, and that day (`NEVER`: uncovered).

    What is reported later still changes no threshold: so a week counts the same whenever one looks back.
    """
    ahead = question.horizon_days + panel.coverage.lag_days
    due = panel.origins + ahead
    sums = panel.after_each(question.target.channel, question.horizon_days, due)
    happened: BoolArray = sums > targets.bar(panel, question)
    return happened, np.where(panel.covered_after(question.horizon_days), due, NEVER)


def _fill(table: Array, panel: Panel, past: Past) -> None:
    """Write the past where its weeks and areas stand in the panel."""
    column = pd.Index(panel.area_ids).get_indexer(pd.Index(past.area_ids, dtype=object))
    row = pd.Index(panel.origins).get_indexer(pd.Index(past.day))
    table[np.ix_(row[row >= 0], column[column >= 0])] = past.probability[np.ix_(row >= 0, column >= 0)]


def _since(panel: Panel, learnt_until: int) -> BoolArray:
    """The weeks that a model did not learn from and in which something was known."""
    weekly = (panel.origins % GRID_DAYS == 0) & (panel.origins > learnt_until)
    fresh = panel.coverage.covers(panel.origins, GRACE_DAYS)
    since: BoolArray = weekly & fresh & (panel.history_days() >= MIN_HISTORY_DAYS)
    return since
