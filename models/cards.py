"""Comparing the candidates on past weeks, and the card that says how it went."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from models import days, intervals, metrics, registry, watch, weeks
from models.bench import Bench, Fitted
from models.control import Course
from models.days import Array, BoolArray
from models.estimators import ESTIMATORS, SEED, probability
from models.gate import Trial
from models.intervals import Spread
from models.targets import ESCALATION, MIN_HISTORY_DAYS, Question
from models.weeks import Past
from models.words import N_

LARGE = "logit_mean"
BLIND_SPOTS = (
    N_("political shocks that no incident announces"),
    N_("silence: what no source reports does not exist for the model"),
    N_("new actors and new kinds of violence"),
    N_("incidents whose place is known only as a governorate count in no smaller area"),
)


@dataclass(frozen=True)
class Terms:
    """What the region and the caller lay down for one training."""

    region_id: str
    as_of: date
    alert_horizon_days: int
    data_version: str


@dataclass(frozen=True)
class Comparison:
    """What the candidates said of past weeks they had not seen, and how wrong each was."""

    bench: Bench
    question: Question
    said: dict[str, Array]
    weeks: BoolArray
    brier: dict[str, float]

    @property
    def trial(self) -> Trial:
        """The same as the gate takes it."""
        said = {name: table[self.weeks] for name, table in self.said.items()} if self.weeks.any() else {}
        happened = self.bench.outcome(self.question)[self.weeks]
        return Trial(self.bench.panel.origins[self.weeks], happened, said, self.question.horizon_days)

    def card(self, fitted: Fitted) -> dict[str, Any]:
        """How the comparison went for one of the candidates."""
        mine, happened = self.brier.get(fitted.name), self.bench.outcome(self.question)[self.weeks]
        others = {name: error for name, error in self.brier.items() if name != fitted.name and error > 0}
        return {
            "weeks": int(self.weeks.sum()),
            "areas": self.bench.panel.shape[1],
            "base_rate": _mean(happened),
            "base_rate_communities": _mean(happened[:, self.communities]),
            "brier": {name: round(error, 6) for name, error in self.brier.items()},
            "skill": {n: round(metrics.skill(mine, e), 4) for n, e in others.items()} if mine else {},
        }

    @property
    def communities(self) -> BoolArray:
        """Which areas (columns) are communities."""
        mask: BoolArray = self.bench.panel.areas["kind"].to_numpy(str) == "community"
        return mask

    def past(self, fitted: Fitted) -> Past:
        """What was said of past weeks in the name of one of the candidates, and how far it learnt itself."""
        panel, table = self.bench.panel, self.said.get(fitted.name, self.said.get(LARGE))
        kept, rows = weeks.columns(panel), self.weeks & (table is not None)
        said = np.zeros((0, int(kept.sum()))) if table is None else table[np.ix_(rows, kept)]
        learnt = panel.origins[self.bench.usable(self.question)]
        area_ids = tuple(np.array(panel.area_ids, dtype=object)[kept])
        return Past(area_ids, panel.origins[rows], said, int(learnt[-1] if len(learnt) else panel.origins[0]))

    def spread(self, fitted: Fitted, refits: Array) -> Spread:
        """What the intervals of one of the candidates are made from."""
        said = self.said.get(fitted.name)
        return intervals.spread(self.bench, self.question, refits, said, self.weeks)

    def course(self, fitted: Fitted, past: Past) -> Course:
        """The course of the thresholds up to the day of training."""
        names = [one.name for one in fitted.features]
        return weeks.follow(
            *(self.bench, self.question, past),
            lambda rows: probability(fitted.log_odds(self.bench.rows(names, self.question)[rows])),
        )

    def thresholds(self, fitted: Fitted, as_of: date) -> dict[str, Any]:
        """Where levels begin on the day of training, and what is needed to adapt them from then on."""
        past = weeks.from_card(self.past(fitted).card())  # as it will be read back
        found = self.course(fitted, past).on(days.number(as_of))
        return {**found.card(), "past": past.card()}


def _mean(happened: BoolArray) -> float | None:
    return round(float(happened.mean()), 6) if happened.size else None


def compare(bench: Bench, question: Question, said: dict[str, Array]) -> Comparison:
    """Set the candidates beside the simple rules, on the weeks for which all of them spoke."""
    weeks = bench.usable(question) & bool(said)
    for table in said.values():
        weeks = weeks & ~np.isnan(table).any(axis=1)
    if not weeks.any():
        return Comparison(bench, question, said, weeks, {})
    happened = bench.outcome(question)[weeks]
    brier = {name: metrics.brier(happened, table[weeks]) for name, table in said.items()}
    return Comparison(bench, question, said, weeks, brier)


def card(
    compared: Comparison, fitted: Fitted, terms: Terms, choice: dict[str, Any], spread: Spread
) -> dict[str, Any]:
    """Everything a person or a check wants to know of a model; only things JSON can hold."""
    question, bench = compared.question, compared.bench
    rows = bench.panel.origins[bench.usable(question)]
    leveled = question.target is ESCALATION and question.horizon_days == terms.alert_horizon_days
    return {
        "format": registry.FORMAT,
        "region_id": terms.region_id,
        "target": question.target.name,
        "target_doc": question.target.doc,
        "horizon_days": question.horizon_days,
        "floor_deaths": question.floor_deaths,
        "estimator": fitted.name,
        "estimator_doc": ESTIMATORS[fitted.name].doc,
        "features": registry.describe(fitted.features),
        "train_as_of": terms.as_of.isoformat(),
        "data_version": terms.data_version,
        "data_window": [days.day_of(row).isoformat() for row in rows[[0, -1]]] if len(rows) else None,
        "min_history_days": MIN_HISTORY_DAYS,
        "rows": fitted.rows,
        "positives": fitted.positives,
        "areas_with_positives": fitted.areas_with_positives,
        "choice": choice,
        "interval": spread.card(),
        "out_of_sample": compared.card(fitted),
        "thresholds": compared.thresholds(fitted, terms.as_of) if leveled else None,
        **watch.card(bench, question, fitted, compared.said.get(fitted.name), compared.weeks),
        "blind_spots": list(BLIND_SPOTS),
        "seed": SEED,
        "versions": registry.versions(),
    }
