"""From loaded models to score rows: probabilities, drivers, levels, doubts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy.special import logit

from models import confidence, control, days, explain, intervals, standing, targets, weeks
from models.bench import Bench
from models.confidence import Reason
from models.days import YEAR_DAYS, Array, BoolArray, IntArray
from models.estimators import probability
from models.evidence import Evidence
from models.features import Feature
from models.history import GRID_DAYS
from models.intervals import Ground, Spread
from models.levels import BASELINE, BUDGETS, NOT_ASSESSED, Thresholds
from models.targets import Question
from models.themes import OTHER, THEMES, Theme
from models.weeks import Past
from models.workers import one_thread

DIGITS = 9
Row = dict[str, Any]


@dataclass(frozen=True)
class Model:
    """A loaded model as scoring needs it."""

    id: str
    estimator: Any
    name: str
    features: tuple[Feature, ...]
    positives: int
    areas_with_positives: int
    floor_deaths: int
    thresholds: Thresholds
    past: Past | None = None
    spread: Spread | None = None


@dataclass(frozen=True)
class Setting:
    """What all rows of one scoring share; lists are per day."""

    days: tuple[date, ...]
    data_versions: tuple[str, ...]
    issued_at: datetime
    live: tuple[bool, ...]
    exercise: bool
    budgets: tuple[Mapping[str, float], ...] = ()


class Verdict(NamedTuple):
    """The level of every area on one day, why it is 0, if so, and where levels began for which question."""

    level: IntArray
    why: list[Reason]
    begins: Mapping[str, float] | None = None
    question: Question | None = None


@dataclass(frozen=True)
class Said:
    """What one model says on some days: log-odds with their reasons, days × areas (× themes)."""

    model: Model
    rows: IntArray
    base: float
    log_odds: Array
    themes: list[Theme]
    moved: Array
    under: Ground

    @cached_property
    def probability(self) -> Array:
        """The log-odds as probabilities kept away from certainty."""
        return probability(self.log_odds)

    @cached_property
    def bounds(self) -> tuple[Array, Array] | None:
        """The ends of the intervals; nothing for models of older programs."""
        spread = self.model.spread
        if spread is None:
            return None
        return intervals.bounds(spread, self.model.name, self.probability, self.under)

    @cached_property
    def logit(self) -> Array:
        """The probabilities as log-odds again, which is what the drivers add up to."""
        return np.asarray(logit(self.probability))

    @cached_property
    def strongest(self) -> Array:
        """For each answer the themes that moved it most, strongest first."""
        return explain.strongest(self.moved)


class Shown(NamedTuple):
    """The number a theme shows at each origin and area, and what is usual there."""

    value: Array
    usual: Array


class Desk:
    """Where scores are made: the asked days with everything that does not depend on the model."""

    def __init__(self, bench: Bench, setting: Setting) -> None:
        self.bench, self.setting, self.panel = bench, setting, bench.panel
        self.evidence = Evidence(self.panel)
        self._kept: dict[tuple[str, Question | None], Shown] = {}
        asked = np.array([days.number(day) for day in setting.days], dtype=np.int64)
        self.rows = np.searchsorted(self.panel.origins, asked)
        self.unassessed = [standing.unassessed(self.panel, int(row)) for row in self.rows]
        self.doubts = [standing.doubts(self.panel, int(row)) for row in self.rows]

    def ask(self, question: Question, model: Model, at: Sequence[int]) -> Said:
        """Ask one model about all areas on some of the days."""
        table = self.bench.rows([one.name for one in model.features], question)
        rows = self.rows[np.asarray(at)]
        self.bench.refuse_holes([one.name for one in model.features], table[rows], rows)
        base, moved = explain.contributions(model.estimator, table[rows].reshape(-1, table.shape[-1]))
        themes, by_theme = explain.by_theme(model.features, moved)
        shape = (len(rows), table.shape[1])
        log_odds = (base + moved.sum(axis=1)).reshape(shape)
        by_theme = by_theme.round(DIGITS).reshape(*shape, -1)
        under = intervals.ground(
            *(self.bench, question, model.name, probability(log_odds), table[rows], rows)
        )
        return Said(model, rows, round(base, DIGITS), log_odds, themes, by_theme, under)

    def verdicts(self, question: Question, said: Said, at: Sequence[int]) -> dict[int, Verdict]:
        """The level of every area on some of the days."""
        on = self._thresholds(question, said.model)
        found = [on(days.number(self.setting.days[index])) for index in at]
        return {
            index: self._verdict(question, said.probability[place], index, found[place])
            for place, index in enumerate(at)
        }

    def no_verdict(self, index: int, weeks: int = 0) -> Verdict:
        """Level 0 everywhere, with the reason."""
        why = self.unassessed[index] or [confidence.reason("no_thresholds", weeks=weeks)]
        return Verdict(np.full(self.panel.shape[1], NOT_ASSESSED, dtype=np.int64), why)

    def score_rows(
        self, question: Question, at: Sequence[int], said: Said, verdicts: Mapping[int, Verdict]
    ) -> Iterator[Row]:
        """One row per day and area, as the store takes it."""
        undercounted = targets.undercounted_before(self.panel, question.horizon_days)[said.rows]
        of_model = confidence.of_model(said.model.name, said.model.positives, said.model.areas_with_positives)
        shown = self._shown(question)
        for place, index in enumerate(at):
            shared, verdict = self._shared(question, index, said), verdicts[index]
            for area, area_id in enumerate(self.panel.area_ids):
                reasons = [*verdict.why, *self.doubts[index][area], *of_model]
                yield {
                    **shared,
                    **self._answer(said, shown, place, index, area),
                    "area_id": area_id,
                    "level": int(verdict.level[area]),
                    "begins": verdict.begins if verdict.question == question else None,
                    "confidence": confidence.grade(reasons),
                    "confidence_reasons": reasons,
                    "undercounted": bool(undercounted[place, area]),
                }

    def _thresholds(self, question: Question, model: Model) -> Callable[[int], Thresholds]:
        """Where levels begin on a day: adapted every week since the training (not by older cards)."""
        if model.past is None:
            return lambda day: model.thresholds
        told = weeks.spoken(self.bench, question, model.past, self._ask_plainly(question, model))
        courses = [control.replay(told, question.horizon_days, one) for one in self._budgets]
        number = {days.number(day): at for at, day in enumerate(self.setting.days)}
        return lambda day: courses[self._budgets.index(self._budget(number[day]))].on(day)

    def _budget(self, index: int) -> Mapping[str, float]:
        """How many false alerts each level may cost on one of the days; what the program comes with, else."""
        return self.setting.budgets[index] if self.setting.budgets else BUDGETS

    @cached_property
    def _budgets(self) -> list[Mapping[str, float]]:
        """The budgets of all days, each once."""
        found: list[Mapping[str, float]] = []
        for one in (self._budget(index) for index in range(len(self.setting.days))):
            found += [] if one in found else [one]
        return found

    def _ask_plainly(self, question: Question, model: Model) -> weeks.Ask:
        """What a model says of some origins, without reasons."""

        def ask(rows: BoolArray) -> Array:
            table = self.bench.rows([one.name for one in model.features], question)[rows]
            with one_thread():
                said = model.estimator.decision_function(
                    table.reshape(-1, table.shape[-1]).astype(np.float64)
                )
            return probability(said.reshape(table.shape[:-1]))

        return ask

    def _verdict(self, question: Question, said: Array, index: int, thresholds: Thresholds) -> Verdict:
        if self.unassessed[index] or thresholds.begins is None:
            return self.no_verdict(index, thresholds.weeks)
        level = thresholds.level(said)
        unheard = standing.fallen_silent(self.panel, int(self.rows[index]))
        level[unheard & (level == BASELINE)] = NOT_ASSESSED
        return Verdict(level, [], thresholds.begins, question)

    def _shared(self, question: Question, index: int, said: Said) -> Row:
        return {
            "as_of": self.setting.days[index],
            "horizon_days": question.horizon_days,
            "target": question.target.name,
            "model_version_id": said.model.id,
            "data_version": self.setting.data_versions[index],
            "data_cutoff": standing.data_cutoff(self.panel, int(self.rows[index])),
            "issued_at": self.setting.issued_at,
            "live": self.setting.live[index],
            "exercise": self.setting.exercise,
        }

    def _answer(self, said: Said, shown: Mapping[str, Shown], place: int, index: int, area: int) -> Row:
        """Probability, base and drivers; nothing at all on days without data."""
        if any(str(one["code"]).startswith("no_data") for one in self.unassessed[index]):
            return {"probability": None, "low": None, "high": None, "base": None, "drivers": []}
        low, high = said.bounds or (None, None)
        return {
            "probability": float(said.probability[place, area]),
            "low": None if low is None else float(low[place, area]),
            "high": None if high is None else float(high[place, area]),
            "base": said.base,
            "drivers": self._drivers(said, shown, place, area),
        }

    def _drivers(self, said: Said, shown: Mapping[str, Shown], place: int, area: int) -> list[Row]:
        """The strongest themes and all the rest together; with the base they sum to the log-odds said."""
        moved, row = said.moved[place, area].tolist(), int(said.rows[place])
        rest, drivers = float(said.logit[place, area]) - said.base, []
        for column in said.strongest[place, area].tolist():
            if moved[column] == 0:
                break
            theme = said.themes[column]
            drivers.append(
                {
                    "feature": theme.name,
                    "value": float(shown[theme.name].value[row, area]),
                    "usual": float(shown[theme.name].usual[row, area]),
                    "contribution": moved[column],
                    "incident_ids": self.evidence.incidents(theme.feeds, row, area),
                }
            )
            rest -= moved[column]
        return [*drivers, {"feature": OTHER.name, "contribution": round(rest, DIGITS)}]

    def _shown(self, question: Question) -> dict[str, Shown]:
        """The number each theme shows on the asked days, and the median of the area's own last year."""
        return {name: self._show(theme, question) for name, theme in THEMES.items()}

    def _show(self, theme: Theme, question: Question) -> Shown:
        key = (theme.name, question if theme.asks else None)
        if key not in self._kept:
            table = theme.shows(self.panel, question)
            self._kept[key] = Shown(explain.digits(table), explain.digits(self._usual(table)))
        return self._kept[key]

    def _usual(self, table: Array) -> Array:
        """The median of each area's own weeks in the year before each asked day."""
        out = np.zeros(self.panel.shape)
        grid = self.panel.origins % GRID_DAYS == 0
        for row in self.rows:
            origin = self.panel.origins[row]
            year = grid & (self.panel.origins < origin) & (self.panel.origins >= origin - YEAR_DAYS)
            out[row] = np.median(table[year] if year.any() else table[row : row + 1], axis=0)
        return out
