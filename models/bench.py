"""The rows a model learns from and is asked about, and the one function that fits it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from models import targets
from models.days import Array, BoolArray, IntArray
from models.estimators import BASELINE, ESTIMATORS, LAST_RESORT
from models.features import BY_NAME, FEATURES, Feature, matrix
from models.panel import Panel
from models.targets import RELATIVE, TARGETS, Target

ENOUGH_ROWS, ENOUGH_AREAS = 20, 3
SOME_ROWS = 5
GRID_DAYS = 7
SHARED = [one for one in FEATURES if one.serves != RELATIVE]  # the same at every horizon


@dataclass(frozen=True)
class Question:
    """One target at one horizon, with the region's floor."""

    target: Target
    horizon_days: int
    floor_deaths: int


def questions(names: Sequence[str], horizons_days: Sequence[int], floor_deaths: int) -> list[Question]:
    """All targets at all horizons."""
    return [Question(TARGETS[name], days, floor_deaths) for name in names for days in horizons_days]


@dataclass
class Bench:
    """A panel with its features, ready to fit and to forecast."""

    panel: Panel

    @cached_property
    def shared(self) -> Array:
        """All features; only the area's own threshold differs between horizons."""
        return matrix(self.panel, 0, SHARED)

    def rows(self, names: Sequence[str], horizon_days: int) -> Array:
        """The named features: origins × areas × features."""
        out = np.empty((*self.panel.shape, len(names)), dtype=np.float32)
        for column, name in enumerate(names):
            if BY_NAME[name] in SHARED:
                out[..., column] = self.shared[..., SHARED.index(BY_NAME[name])]
            else:
                out[..., column] = BY_NAME[name].compute(self.panel, horizon_days)
        return out

    def usable(self, question: Question, known_by: int | None = None) -> BoolArray:
        """Origins on the weekly grid whose window had been reported by a day."""
        on_grid = self.panel.origins % GRID_DAYS == 0
        answer: BoolArray = on_grid & targets.usable(self.panel, question.horizon_days, known_by)
        return answer

    def outcome(self, question: Question, known_by: int | None = None) -> BoolArray:
        """Whether it happened, as known by a day."""
        return targets.outcome(
            self.panel, question.target, question.horizon_days, question.floor_deaths, known_by
        )


@dataclass(frozen=True)
class Fitted:
    """A fitted estimator with the features it looks at and what it learnt from."""

    name: str
    features: tuple[Feature, ...]
    estimator: Any
    rows: int
    positives: int
    areas_with_positives: int

    def log_odds(self, rows: Array) -> Array:
        """Log-odds for rows of features (any leading shape)."""
        flat = rows.reshape(-1, rows.shape[-1]).astype(np.float64)
        with threadpool_limits(limits=1):
            said = self.estimator.decision_function(flat)
        return np.asarray(said).reshape(rows.shape[:-1])


def fit(bench: Bench, question: Question, name: str, known_by: int) -> Fitted:
    """Fit one estimator on everything known by a day, or a simpler one where that is too little."""
    rows = bench.usable(question, known_by)
    happened = bench.outcome(question, known_by)[rows]
    chosen = next(one for one in (name, BASELINE, LAST_RESORT) if _enough(happened, one))
    recipe = ESTIMATORS[chosen]
    features = tuple(recipe.look_at(question.target.family))
    table = bench.rows([one.name for one in features], question.horizon_days)[rows]
    table = table.reshape(-1, len(features)).astype(np.float64)
    estimator = recipe.build(features)
    with threadpool_limits(limits=1):
        if len(table):
            estimator.fit(table, happened.ravel())
    hit = int(happened.sum())
    return Fitted(chosen, features, estimator, happened.size, hit, int(happened.any(axis=0).sum()))


def _enough(happened: BoolArray, name: str) -> bool:
    """Whether there are enough cases, in enough areas, for an estimator to learn from."""
    if name == LAST_RESORT:
        return True
    hits, areas = int(happened.sum()), int(happened.any(axis=0).sum())
    least_hits, least_areas = (SOME_ROWS, 1) if name == BASELINE else (ENOUGH_ROWS, ENOUGH_AREAS)
    return least_hits <= hits < happened.size and areas >= least_areas


def cutoffs(first: int, last: int, refit_days: int) -> IntArray:
    """The days on which models are fitted again."""
    return np.arange(first, last + 1, refit_days, dtype=np.int64)


def rolling(
    bench: Bench, question: Question, name: str, cutoff: int, refit_days: int
) -> tuple[IntArray, Array] | None:
    """Fit as of a cutoff; log-odds for the origins until the next one (their positions, and areas)."""
    asked = np.flatnonzero((bench.panel.origins >= cutoff) & (bench.panel.origins < cutoff + refit_days))
    if not len(asked) or not bench.usable(question, cutoff).any():
        return None
    fitted = fit(bench, question, name, cutoff)
    rows = bench.rows([one.name for one in fitted.features], question.horizon_days)[asked]
    return asked, fitted.log_odds(rows)
