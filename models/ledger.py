"""The ledger: forecasts whose window is over are closed with what happened, once and for good.

The outcome comes from the same panel and the same bar as in the backtest, as known on the day of closing.
A window that no source has covered yet stays open: the data may be on their way (monthly releases), and what
is closed is never opened again. It is closed as unobserved when sources went on beyond it and left a hole,
or after a year of waiting.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db import queries, store
from db.policy import Viewer
from db.vocab import Target, Verdict
from models import coverage, days, levels, reading, targets
from models.days import Array, BoolArray
from models.panel import Panel
from models.targets import TARGETS, Question

WAIT_DAYS = 365
WARNING = 3
Row = dict[str, Any]


@dataclass
class Closed:
    """What one round of closing did, or would do."""

    region_id: str
    as_of: date
    rows: list[Row] = field(default_factory=list)
    live: int = 0
    waiting: int = 0

    @property
    def verdicts(self) -> Counter[str]:
        """How many forecasts ended how."""
        return Counter(str(row["verdict"] or "no alarm threshold") for row in self.rows)


@dataclass(frozen=True)
class Rule:
    """How a model's forecasts of one question are judged."""

    floor_deaths: int
    of_record: bool
    alarm_from: float | None

    def verdict(self, probability: float, level: int, obs: bool | None) -> Verdict | None:
        """What became of a forecast: by its level for the alert question, else by the card's threshold.

        Without a threshold nothing was claimed but a probability, and there is no verdict.
        """
        if obs is None:
            return Verdict.UNOBSERVED
        if np.isnan(probability) or (self.of_record and level == levels.NOT_ASSESSED):
            return Verdict.NOT_ASSESSED
        if self.of_record:
            alarm = level >= WARNING
        elif self.alarm_from is not None:
            alarm = probability >= self.alarm_from
        else:
            return None
        return _CONTINGENCY[alarm, obs]


class Asked(NamedTuple):
    """A question and the model that answered it."""

    target: str
    horizon_days: int
    version_id: str


_CONTINGENCY = {
    (True, True): Verdict.HIT,
    (False, True): Verdict.MISS,
    (True, False): Verdict.FALSE_ALARM,
    (False, False): Verdict.QUIET,
}


def verify(session: Session, viewer: Viewer, *, region_id: str, as_of: date, now: datetime) -> Closed:
    """Close every forecast whose window was over and reported by a day; keep and return the rows."""
    closed = close(session, viewer, region_id=region_id, as_of=as_of, now=now)
    store.save_verifications(session, closed.rows)
    return closed


def close(session: Session, viewer: Viewer, *, region_id: str, as_of: date, now: datetime) -> Closed:
    """The same without keeping anything: a reading session is enough."""
    spans = queries.coverage(session, viewer, region_id=region_id, as_of=as_of)
    told = coverage.read(spans, as_of)
    ended_by = last_day(told, as_of)
    found = queries.open_scores(session, viewer, region_id=region_id, as_of=as_of, ended_by=ended_by)
    total = queries.open_count(session, viewer, region_id=region_id, as_of=as_of)
    closed = Closed(region_id, as_of, live=int(found["live"].sum()), waiting=total - len(found))
    if found.empty:
        return closed
    loaded = reading.frames(session, viewer, region_id=region_id, as_of=as_of)
    panel = Panel(loaded, [days.number(day) for day in found["as_of"].unique()], as_of)
    shared = {
        "closed_on": as_of,
        "data_version": reading.data_versions(loaded, [as_of])[as_of],
        "recorded_at": now,
    }
    for asked, part in _questions(found):
        rule = _rule(session, viewer, region_id, asked, as_of)
        closed.rows += [{**row, **shared} for row in _judged(panel, asked, rule, part)]
    return closed


def last_day(told: coverage.Coverage, as_of: date) -> date:
    """The day by which a window must have ended to be closed: reported, and not beyond all sources."""
    reported = min(days.number(as_of) - told.lag_days, told.last)
    return max(days.day_of(reported), as_of - timedelta(days=WAIT_DAYS))


def _questions(found: pd.DataFrame) -> Iterator[tuple[Asked, pd.DataFrame]]:
    """The forecasts of one target, horizon and model after those of another."""
    for key, part in found.groupby(["target", "horizon_days", "model_version_id"], sort=True):
        target, horizon_days, version_id = key if isinstance(key, tuple) else (key,)
        yield Asked(str(target), int(str(horizon_days)), str(version_id)), part


def _rule(session: Session, viewer: Viewer, region_id: str, asked: Asked, as_of: date) -> Rule:
    """How a model's forecasts are judged, as its card and the region's pack say."""
    region = queries.region(session, viewer, region_id)
    card = queries.model_card(session, viewer, model_version_id=asked.version_id, as_of=as_of)
    begins = levels.from_card(card.get("thresholds")).begins or {}
    return Rule(
        floor_deaths=int(card.get("floor_deaths", region.escalation_floor_deaths)),
        of_record=asked.target == Target.ESCALATION and asked.horizon_days == region.alert_horizon_days,
        alarm_from=begins.get("warning"),
    )


@dataclass(frozen=True)
class _Outcome:
    """What happened after each origin in each area."""

    count: Array
    bar: Array
    happened: BoolArray
    observed: BoolArray
    undercounted: BoolArray


def _outcome(panel: Panel, asked: Asked, floor_deaths: int) -> _Outcome:
    question = Question(TARGETS[asked.target], asked.horizon_days, floor_deaths)
    return _Outcome(
        count=panel.after(question.target.channel, asked.horizon_days),
        bar=targets.bar(panel, question),
        happened=targets.outcome(panel, question),
        observed=panel.outcome_covered(asked.horizon_days),
        undercounted=targets.undercounted(panel, asked.horizon_days),
    )


def _judged(panel: Panel, asked: Asked, rule: Rule, part: pd.DataFrame) -> Iterator[Row]:
    outcome = _outcome(panel, asked, rule.floor_deaths)
    row = np.searchsorted(panel.origins, days.numbers(part["as_of"]))
    # An area that left the pack since is looked at by nobody any more: unobserved.
    column = pd.Index(panel.area_ids).get_indexer(pd.Index(part["area_id"], dtype=object))
    observed = outcome.observed[row] & (column >= 0)
    said = zip(part["score_id"], part["probability"], part["level"], row, column, observed, strict=True)
    for score_id, probability, level, at, area, seen in said:
        obs = bool(outcome.happened[at, area]) if seen else None
        yield {
            "score_id": score_id,
            "obs": obs,
            "count": float(outcome.count[at, area]) if seen else None,
            "bar": float(outcome.bar[at, area]) if area >= 0 else None,
            "brier": None if obs is None or np.isnan(probability) else (probability - obs) ** 2,
            "verdict": rule.verdict(probability, int(level), obs),
            "undercounted": bool(outcome.undercounted[at, area]) if area >= 0 else False,
        }
