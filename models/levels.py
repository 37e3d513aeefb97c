"""When a probability becomes watch, warning or emergency: by how many false alerts that would have cost.

The thresholds are read off past out-of-sample forecasts. An alert is raised on the first issue day on
which the probability reaches the threshold; it is then held for the length of the horizon, so that one
alert answers for one window; after that it may be raised again. It is false when no escalation happened
in the window it was raised for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.days import Array, BoolArray, IntArray

NOT_ASSESSED, BASELINE = 0, 1
BUDGETS = {"watch": 4.0, "warning": 1.0, "emergency": 0.25}
MIN_WEEKS, MAX_WEEKS = 26, 52
YEAR_DAYS = 365.25
ISSUE_DAYS = 7
CANDIDATES = 400


@dataclass(frozen=True)
class Thresholds:
    """Where the levels begin, what that would have cost, and on how much evidence."""

    begins: Mapping[str, float] | None
    false_per_year: Mapping[str, float]
    weeks: int
    areas: int

    def level(self, probability: Array) -> IntArray:
        """Levels of probabilities: 1 baseline to 4 emergency, 0 where there are no thresholds."""
        if self.begins is None:
            return np.full(np.shape(probability), NOT_ASSESSED, dtype=np.int64)
        steps = [self.begins[name] for name in BUDGETS]
        return BASELINE + np.searchsorted(steps, probability, side="right").astype(np.int64)

    def card(self) -> dict[str, Any]:
        """What the model card says of them."""
        return {
            "begins": dict(self.begins) if self.begins else None,
            "budget_false_per_community_year": dict(BUDGETS),
            "realised_false_per_community_year": dict(self.false_per_year),
            "weeks": self.weeks,
            "areas": self.areas,
        }


def from_card(card: Mapping[str, Any] | None) -> Thresholds:
    """Read thresholds back from a model card."""
    if not card:
        return Thresholds(None, {}, 0, 0)
    return Thresholds(card["begins"], card["realised_false_per_community_year"], card["weeks"], card["areas"])


def alerts(day: IntArray, probability: Array, threshold: float, horizon_days: int) -> BoolArray:
    """On which issue days (rows) each area (column) would have raised an alert."""
    raised = np.zeros(probability.shape, dtype=bool)
    free_from = np.full(probability.shape[1], day[0] if len(day) else 0)
    for row, today in enumerate(day):
        raised[row] = (probability[row] >= threshold) & (today >= free_from)
        free_from[raised[row]] = today + horizon_days
    return raised


def false_per_year(
    day: IntArray, probability: Array, happened: BoolArray, threshold: float, horizon_days: int
) -> float:
    """False alerts per area and year at a threshold."""
    false = alerts(day, probability, threshold, horizon_days) & ~happened
    years = len(day) * ISSUE_DAYS / YEAR_DAYS
    return float(false.sum() / (probability.shape[1] * years))


def learn(
    day: IntArray,
    probability: Array,
    happened: BoolArray,
    horizon_days: int,
    budgets: Mapping[str, float] = BUDGETS,
) -> Thresholds:
    """Find the lowest thresholds that keep every budget from there upwards, on the newest year of weeks."""
    day, probability, happened = day[-MAX_WEEKS:], probability[-MAX_WEEKS:], happened[-MAX_WEEKS:]
    weeks, areas = len(day), probability.shape[1] if probability.ndim == 2 else 0
    if weeks < MIN_WEEKS or not areas:
        return Thresholds(None, {}, weeks, areas)
    candidates = _candidates(probability)
    rates = np.array([false_per_year(day, probability, happened, at, horizon_days) for at in candidates])
    worst_above = np.maximum.accumulate(rates[::-1])[::-1]
    chosen = {name: int(np.argmax(worst_above <= budget)) for name, budget in budgets.items()}
    return Thresholds(
        {name: float(candidates[at]) for name, at in chosen.items()},
        {name: round(float(rates[at]), 4) for name, at in chosen.items()},
        weeks,
        areas,
    )


def _candidates(probability: Array) -> Array:
    """Probabilities that were said, thinned out, and one above them all, at which nothing is raised."""
    said = np.unique(probability)
    if len(said) > CANDIDATES:
        said = said[np.linspace(0, len(said) - 1, CANDIDATES).round().astype(int)]
    return np.append(said, np.nextafter(said[-1], np.inf))
