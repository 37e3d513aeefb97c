"""A sheet: what was said for one question, beside what happened, with what a reader must know of each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models import days, targets
from models.bench import Bench
from models.days import Array, BoolArray, IntArray
from models.history import GRID_DAYS
from models.panel import Panel
from models.targets import RELATIVE, Question

QUIET_DAYS = 56


@dataclass(frozen=True)
class Sheet:
    """Forecasts of several estimators (`said`: origins × areas, NaN where nothing was said) and outcomes.

    `observed`: the window of an origin had been reported in the end; `scheduled`: it counts in the tables
    (others only warm thresholds up or lie beside an event). `fresh`: the window up to the origin is not
    already above the bar. `quiet`: no deadly incident known for 56 days. `floored`: the region's floor, not
    the area's own past, decides the bar. `crossed`: days until the bar was exceeded (NaN: it was not).
    """

    question: Question
    day: IntArray
    areas: pd.DataFrame
    obs: BoolArray
    said: Mapping[str, Array]
    observed: BoolArray
    scheduled: BoolArray
    fresh: BoolArray
    quiet: BoolArray
    floored: BoolArray
    crossed: Array
    lag_days: int

    @property
    def asked(self) -> BoolArray:
        """The rows (origins × areas) that count in a table: the same ones for every estimator."""
        answered = ~np.isnan(np.stack(list(self.said.values()))).any(axis=0)
        whole: BoolArray = answered & (self.scheduled & self.observed)[:, None]
        return whole

    @property
    def weekly(self) -> "Sheet":
        """Only the origins on the weekly grid."""
        return self._rows(self.day % GRID_DAYS == 0)

    def of(self, columns: BoolArray) -> "Sheet":
        """Only some areas."""
        wide = ("obs", "fresh", "quiet", "floored", "crossed")
        return replace(
            self,
            areas=self.areas[columns].reset_index(drop=True),
            said={name: table[:, columns] for name, table in self.said.items()},
            **{name: getattr(self, name)[:, columns] for name in wide},
        )

    def of_kind(self, kind: str) -> "Sheet":
        """Only the districts, the governorates or the communities."""
        return self.of((self.areas["kind"] == kind).to_numpy())

    def _rows(self, kept: BoolArray) -> "Sheet":
        tall = ("day", "obs", "observed", "scheduled", "fresh", "quiet", "floored", "crossed")
        return replace(
            self,
            said={name: table[kept] for name, table in self.said.items()},
            **{name: getattr(self, name)[kept] for name in tall},
        )


def sheet(
    bench: Bench, question: Question, said: Mapping[str, Array], span: tuple[int, int], every_days: int
) -> Sheet:
    """Set forecasts beside outcomes; `span` and `every_days` say which origins count in the tables."""
    panel, horizon = bench.panel, question.horizon_days
    answered = ~np.isnan(np.stack(list(said.values()))).all(axis=(0, 2))
    inside = (panel.origins >= span[0]) & (panel.origins <= span[1]) & (panel.origins % every_days == 0)
    bar = targets.bar(panel, question)
    whole = Sheet(
        question=question,
        day=panel.origins,
        areas=panel.areas,
        obs=bench.outcome(question),
        said=said,
        observed=targets.usable(panel, horizon),
        scheduled=inside,
        fresh=panel.window(question.target.channel, horizon) <= bar,
        quiet=panel.days_since("fatal") >= QUIET_DAYS,
        floored=_floored(panel, question),
        crossed=_crossed(panel, question, bar),
        lag_days=panel.coverage.lag_days,
    )
    return whole._rows(answered)


def long(sheets: Sequence[Sheet], columns: Sequence[str], refit_days: int, first: int) -> pd.DataFrame:
    """Sheets as one long frame, one line an estimator, origin and area."""
    parts = [part for one in sheets for part in _long(one, refit_days, first)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))


def _long(one: Sheet, refit_days: int, first: int) -> list[pd.DataFrame]:
    at, area = np.nonzero(one.asked)
    day = one.day[at]
    shared = {
        "cutoff": days.stamps(day - (day - first) % refit_days),
        "area_id": one.areas["area_id"].to_numpy(object)[area],
        "kind": one.areas["kind"].to_numpy(object)[area],
        "day": days.stamps(day),
        "horizon_days": one.question.horizon_days,
        "target": one.question.target.name,
        "obs": one.obs[at, area].astype(float),
        "fresh": one.fresh[at, area],
    }
    return [
        pd.DataFrame({**shared, "estimator": name, "fct": fct[at, area]}) for name, fct in one.said.items()
    ]


def _floored(panel: Panel, question: Question) -> BoolArray:
    if question.target.family != RELATIVE:
        return np.zeros(panel.shape, dtype=bool)
    own: BoolArray = panel.threshold(question.horizon_days) < question.floor_deaths - 0.5
    return own


def _crossed(panel: Panel, question: Question, bar: Array) -> Array:
    """Days from the origin to the day on which the sum since then exceeded the bar."""
    out = np.full(panel.shape, np.nan)
    for ahead in range(question.horizon_days, 0, -1):
        out[panel.after(question.target.channel, ahead) > bar] = ahead
    return out
