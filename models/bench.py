"""The rows a model learns from and is asked about, and the one function that fits it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from models import coverage, days, targets
from models.baselines import COLUMNS, RULES, SHARED, column
from models.days import Array, BoolArray, IntArray
from models.errors import ModelError
from models.estimators import BASELINE, BASELINES, ESTIMATORS, LAST_RESORT
from models.features import FEATURES, Feature, covariate, matrix
from models.frames import Frames
from models.history import GRID_DAYS
from models.panel import Panel
from models.targets import TARGETS, Question
from models.workers import one_thread

ENOUGH_ROWS, ENOUGH_AREAS = 20, 3
SOME_ROWS = 5
NEWEST_WEEKS, THIN_WEEKS = 156, 4
PLACE = {one.name: column for column, one in enumerate(SHARED)}


def questions(names: Sequence[str], horizons_days: Sequence[int], floor_deaths: int) -> list[Question]:
    """All targets at all horizons."""
    return [Question(TARGETS[name], days, floor_deaths) for name in names for days in horizons_days]


@dataclass
class Bench:
    """A panel with its features, ready to fit and to forecast; `own` names the covariates to use."""

    panel: Panel
    own: tuple[str, ...] = ()
    _kept: dict[str, Array] = field(default_factory=dict)

    def rows(self, names: Sequence[str], question: Question) -> Array:
        """The named columns: origins × areas × columns."""
        out = np.empty((*self.panel.shape, len(names)), dtype=np.float32)
        for at, name in enumerate(names):
            if name in PLACE:
                out[..., at] = self._shared(question)[..., PLACE[name]]
            else:
                out[..., at] = _column(name).compute(self.panel, question)
        return out

    def refuse_holes(self, names: Sequence[str], table: Array, rows: IntArray) -> None:
        """Refuse features without a value: `table` holds the named columns of some origins (`rows`)."""
        if np.isfinite(table).all():
            return
        at, area, column = np.argwhere(~np.isfinite(table))[0]
        day = days.day_of(self.panel.origins[rows[at]])
        raise ModelError(
            f"feature {names[column]} has no value for {self.panel.area_ids[area]} on {day}: fill the gap in what "
            "was imported, or let the feature say a number where nothing is known (models/features.py); then "
            "train again (tocsin train)"
        )

    def features(self) -> list[Feature]:
        """All features a model may look at here, with the covariates in use."""
        return [*FEATURES, *(one for own in self.own for one in covariate(own))]

    def _shared(self, question: Question) -> Array:
        """The features that are the same for every question."""
        if "shared" not in self._kept:
            self._kept["shared"] = matrix(self.panel, question, SHARED)
        return self._kept["shared"]

    def prepare(self, asked: Sequence[Question]) -> None:
        """Fill the caches before threads share them."""
        for question in asked:
            self.rows([name for name in COLUMNS if name not in PLACE], question)
            self._shared(question)

    def usable(self, question: Question, known_by: int | None = None) -> BoolArray:
        """Origins on the weekly grid whose window had been reported by a day."""
        on_grid = self.panel.origins % GRID_DAYS == 0
        answer: BoolArray = on_grid & targets.usable(self.panel, question.horizon_days, known_by)
        return answer

    def outcome(self, question: Question, known_by: int | None = None) -> BoolArray:
        """Whether it happened, as known by a day."""
        return targets.outcome(self.panel, question, known_by)


def bench_for(loaded: Frames, asked: Sequence[date]) -> Bench:
    """A panel of the asked days and of all weeks before them, for what is usual and how often it happened."""
    wanted = np.array([days.number(day) for day in asked], dtype=np.int64)
    first = min(coverage.read(loaded.coverage, asked[-1]).first, int(wanted[0]))
    weeks = days.weekly(first, int(wanted[-1]), GRID_DAYS)
    return Bench(Panel(loaded, np.union1d(wanted, weeks), asked[-1]))


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
        with one_thread():
            said = self.estimator.decision_function(flat)
        return np.asarray(said).reshape(rows.shape[:-1])


@dataclass(frozen=True)
class Lesson:
    """What there is to learn for one question by one day: the rows, and what followed them."""

    bench: Bench
    question: Question
    rows: BoolArray
    happened: BoolArray

    def fit(self, name: str) -> Fitted:
        """Fit one estimator, or a simpler one where there is too little to learn from."""
        if not self.happened.size:
            raise ModelError(
                f"no week with {targets.MIN_HISTORY_DAYS} days of reports before it and {self.question.horizon_days} "
                "after it is known yet: import older reports, or train for a later day (tocsin train --as-of ...)"
            )
        chosen = next(one for one in (name, BASELINE, LAST_RESORT) if _enough(self.happened, one))
        recipe = ESTIMATORS[chosen]
        features = (*recipe.look_at(self.question.target.family), *self._own(chosen))
        names = [one.name for one in features]
        table = self.bench.rows(names, self.question)[self.rows]
        self.bench.refuse_holes(names, table, np.flatnonzero(self.rows))
        table = table.reshape(-1, len(features)).astype(np.float64)
        estimator = recipe.build(features)
        with one_thread():
            estimator.fit(table, self.happened.ravel())
        hit, areas = int(self.happened.sum()), int(self.happened.any(axis=0).sum())
        return Fitted(chosen, features, estimator, self.happened.size, hit, areas)

    def _own(self, name: str) -> list[Feature]:
        """The covariates; baselines stay what they are without them."""
        if name in BASELINES or name == LAST_RESORT:
            return []
        return [one for own in self.bench.own for one in covariate(own)]


def _column(name: str) -> Feature:
    found = column(name)
    if found is None:
        raise ModelError(f"there is no feature {name!r}; the list is models/features.py")
    return found


def lesson(bench: Bench, question: Question, known_by: int) -> Lesson:
    """Everything known by a day that a question can be learnt from."""
    rows = _thinned(bench.usable(question, known_by))
    return Lesson(bench, question, rows, bench.outcome(question, known_by)[rows])


def _thinned(rows: BoolArray) -> BoolArray:
    """The newest weeks, and of the older ones every fourth: their windows overlap, and fits stay quick."""
    older = np.flatnonzero(rows)[:-NEWEST_WEEKS]
    kept = rows.copy()
    kept[older] = False
    kept[older[::-1][THIN_WEEKS - 1 :: THIN_WEEKS]] = True
    return kept


def fit(bench: Bench, question: Question, name: str, known_by: int) -> Fitted:
    """Fit one estimator on everything known by a day, or a simpler one where that is too little."""
    return lesson(bench, question, known_by).fit(name)


def _enough(happened: BoolArray, name: str) -> bool:
    """Whether there are enough cases, in enough areas, for an estimator to learn from."""
    if name in RULES or name == LAST_RESORT:
        return True
    hits, areas = int(happened.sum()), int(happened.any(axis=0).sum())
    least_hits, least_areas = (SOME_ROWS, 1) if name == BASELINE else (ENOUGH_ROWS, ENOUGH_AREAS)
    return least_hits <= hits < happened.size and areas >= least_areas


def cutoffs(first: int, last: int, refit_days: int) -> IntArray:
    """The days on which models are fitted again."""
    return np.arange(first, last + 1, refit_days, dtype=np.int64)


def rolling(
    bench: Bench, question: Question, names: Sequence[str], cutoff: int, refit_days: int
) -> tuple[IntArray, Mapping[str, Array]] | None:
    """Fit as of a cutoff; log-odds for the origins until the next one (their positions, and areas)."""
    origins = bench.panel.origins
    asked = np.flatnonzero((origins >= cutoff) & (origins < cutoff + refit_days))
    learnt = lesson(bench, question, cutoff)
    if not len(asked) or not learnt.rows.any():
        return None
    said = {}
    for name in names:
        fitted = learnt.fit(name)
        said[name] = fitted.log_odds(bench.rows([one.name for one in fitted.features], question)[asked])
    return asked, said
