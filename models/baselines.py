"""RULES: simple forecasts that any model must beat, each known on the day like any feature.

They are columns like the features, but already probabilities; `estimators.Rule` states them as they are.
So a rule is trained, compared, promoted and scored on the same path as any model.

Conflictology (the area's own last twelve months as the forecast) and its mixture with everywhere's history
follow the descriptions of the VIEWS baselines; climatology and persistence are those of weather forecasting
(Wilks, Statistical Methods in the Atmospheric Sciences).
"""

import math
from collections.abc import Callable, Mapping

import numpy as np

from models import history, targets
from models.days import Array
from models.features import BY_NAME, COVARIATE, FEATURES, KNOWN, Feature, covariate, feature
from models.panel import Panel
from models.targets import Question

PSEUDO_WINDOWS = 8
HALF_LIFE_DAYS = 30
ELSEWHERE = 0.1


def _rule(theme: str) -> Callable[[Callable[[Panel, Question], Array]], Feature]:
    return feature(theme, monotone=1, serves="rules", asks=True)


@_rule("long_run")
def climatology(panel: Panel, question: Question) -> Array:
    """How often it has happened in the area before, drawn towards how often it happens anywhere."""
    windows, hits = history.past(panel, question)
    everywhere = climatology_pooled.compute(panel, question)
    return np.asarray((hits + PSEUDO_WINDOWS * everywhere) / (windows[:, None] + PSEUDO_WINDOWS))


@_rule("long_run")
def climatology_pooled(panel: Panel, question: Question) -> Array:
    """How often it has happened before in any area; no area is told from another."""
    windows, hits = history.past(panel, question)
    everywhere = (hits.sum(axis=1) + 0.5) / (windows * panel.shape[1] + 1)
    return np.broadcast_to(everywhere[:, None], panel.shape)


@_rule("own_recent")
def persistence(panel: Panel, question: Question) -> Array:
    """What happened in the last window happens in the next one."""
    last = panel.window(question.target.channel, question.horizon_days)
    return (last > targets.bar(panel, question)).astype(float)


@_rule("past_year")
def conflictology(panel: Panel, question: Question) -> Array:
    """The share of the area's own windows of the last twelve months in which it happened."""
    return np.asarray(history.year_shares(panel, question)[math.inf])


@_rule("past_year")
def conflictology_weighted(panel: Panel, question: Question) -> Array:
    """The same share with older windows counting less, halved every 30 days."""
    return np.asarray(history.year_shares(panel, question)[HALF_LIFE_DAYS])


@_rule("past_year")
def conflictology_mixture(panel: Panel, question: Question) -> Array:
    """Nine parts the area's own last twelve months, one part those of all areas."""
    own = history.year_shares(panel, question)[math.inf]
    return np.asarray((1 - ELSEWHERE) * own + ELSEWHERE * own.mean(axis=1, keepdims=True))


RULES: Mapping[str, Feature] = {
    one.name: one
    for one in (
        climatology,
        climatology_pooled,
        persistence,
        conflictology,
        conflictology_weighted,
        conflictology_mixture,
    )
}
COLUMNS: dict[str, Feature] = {**BY_NAME, **RULES}


def column(name: str) -> Feature | None:
    """The feature, rule or covariate column of a name; None where this program has no such column."""
    if name in COLUMNS or not name.startswith(COVARIATE):
        return COLUMNS.get(name)
    own = name.removeprefix(COVARIATE).removesuffix(KNOWN)
    return next((one for one in covariate(own) if one.name == name), None)


SHARED = [one for one in FEATURES if not one.asks]  # the same for every question
