"""Comparing the candidates on past weeks, and the card that says how it went."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from models import days, levels, metrics, registry, watch
from models.bench import Bench, Fitted
from models.days import Array, BoolArray
from models.estimators import BASELINE, ESTIMATORS, SEED
from models.levels import Thresholds
from models.targets import ESCALATION, MIN_HISTORY_DAYS, Question

LARGE = "logit_mean"
BLIND_SPOTS = (
    "political shocks that no incident announces",
    "silence: what no source reports does not exist for the model",
    "new actors and new kinds of violence",
    "incidents whose place is known only as a governorate count in no smaller area",
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

    def choose(self, candidates: dict[str, Fitted]) -> tuple[str, str]:
        """The larger model if it does not lose to the baseline, else the baseline; and why."""
        small = next((name for name in candidates if name != LARGE), BASELINE)
        if LARGE not in candidates:
            one = candidates[small]
            return small, f"too few cases for more: {one.positives} rows in {one.areas_with_positives} areas"
        if LARGE not in self.brier or BASELINE not in self.brier:
            return small, "no past forecasts to compare on: the simple baseline is used"
        gain = metrics.skill(self.brier[LARGE], self.brier[BASELINE])
        if gain >= 0:
            return LARGE, f"not worse than the baseline out of sample (Brier {gain:+.1%})"
        return small, f"the larger model lost to the baseline out of sample (Brier {gain:+.1%})"

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

    def thresholds(self, fitted: Fitted) -> Thresholds:
        """Where levels begin for one of the candidates, learnt on communities (on all areas where none is)."""
        table = self.said.get(fitted.name, self.said.get(LARGE))
        if table is None:
            return Thresholds(None, {}, 0, 0)
        community = self.communities
        cells = np.ix_(self.weeks, community if community.any() else np.ones_like(community))
        happened = self.bench.outcome(self.question)[cells]
        day = self.bench.panel.origins[self.weeks]
        return levels.learn(day, table[cells], happened, self.question.horizon_days)


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


def card(compared: Comparison, fitted: Fitted, terms: Terms, used: bool, why: str) -> dict[str, Any]:
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
        "choice": {"used": used, "why": why},
        "out_of_sample": compared.card(fitted),
        "thresholds": compared.thresholds(fitted).card() if leveled else None,
        **watch.card(bench, question, fitted, compared.said.get(fitted.name), compared.weeks),
        "blind_spots": list(BLIND_SPOTS),
        "seed": SEED,
        "versions": registry.versions(),
    }
