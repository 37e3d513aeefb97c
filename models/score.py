"""Score: ask the promoted models about every area on given days, and write down what they say and why."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from db import queries, settings, store
from db.policy import Viewer
from models import count_scores, coverage, reading, shelf
from models import days as day_numbers
from models.bench import Bench
from models.errors import ModelError
from models.frames import Frames
from models.history import GRID_DAYS
from models.issue import Desk, Model, Row, Setting, Verdict
from models.panel import Panel
from models.targets import ESCALATION, Question

LIVE_DAYS = 2
Progress = Callable[[int, int], None]
Models = Mapping[Question, Mapping[date, Model]]


@dataclass(frozen=True)
class ScoreSummary:
    """What one scoring did."""

    region_id: str
    days: tuple[date, ...]
    areas: int
    rows: int
    written: int
    live_days: int
    not_assessed: tuple[date, ...]
    models: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Everything read that scoring needs; from here on the store is only written to."""

    region_id: str
    desk: Desk
    models: Models
    alert_horizon_days: int
    count_models: count_scores.Models = field(default_factory=dict)

    def counts(self) -> list[Row]:
        """The count forecasts."""
        return list(count_scores.rows(self.desk, self.count_models))

    def parts(self) -> Iterator[list[Row]]:
        """The rows, one part a question."""
        return score_rows(self.desk, self.models, self.alert_horizon_days)

    def summary(self, rows: int, written: int) -> ScoreSummary:
        """What was done."""
        days, unassessed = self.desk.setting.days, self.desk.unassessed
        return ScoreSummary(
            region_id=self.region_id,
            days=days,
            areas=self.desk.panel.shape[1],
            rows=rows,
            written=written,
            live_days=sum(self.desk.setting.live),
            not_assessed=tuple(day for day, why in zip(days, unassessed, strict=True) if why),
            models=tuple(sorted({model.id for by_day in self.models.values() for model in by_day.values()})),
        )


def score(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    days: Sequence[date],
    now: datetime,
    recorded_as_of: date | None = None,
    progress: Progress | None = None,
) -> ScoreSummary:
    """Score all areas on the given days with the newest models trained before each; keep the rows."""
    ready = plan(session, viewer, region_id=region_id, days=days, now=now, recorded_as_of=recorded_as_of)
    rows = written = 0
    for done, part in enumerate(ready.parts(), start=1):
        rows, written = rows + len(part), written + store.save_scores(session, part)
        if progress:
            progress(done, len(ready.models))
    store.save_count_forecasts(session, ready.counts())
    return ready.summary(rows, written)


def plan(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    days: Sequence[date],
    now: datetime,
    recorded_as_of: date | None = None,
) -> Plan:
    """Read the models and what was known on each day; a reading session is enough."""
    asked = tuple(sorted(set(days)))
    if not asked:
        raise ModelError("no day to score: give --as-of")
    region = queries.region(session, viewer, region_id, recorded_as_of=recorded_as_of)
    shelved: dict[str, Any] = {"region_id": region_id, "days": asked, "key": settings.key()}
    models = shelf.promoted(session, viewer, **shelved)
    count_models = shelf.promoted_counts(session, viewer, **shelved)
    loaded = reading.frames(
        session, viewer, region_id=region_id, as_of=asked[-1], recorded_as_of=recorded_as_of
    )
    setting = Setting(
        days=asked,
        data_versions=tuple(reading.data_versions(loaded, asked).values()),
        issued_at=now,
        live=tuple(is_live(day, now, region.time_zone) for day in asked),
        exercise=region.exercise,
    )
    return Plan(
        region_id, Desk(bench_for(loaded, asked), setting), models, region.alert_horizon_days, count_models
    )


def bench_for(loaded: Frames, asked: Sequence[date]) -> Bench:
    """A panel of the asked days and of all weeks before them, for what is usual and how often it happened."""
    wanted = np.array([day_numbers.number(day) for day in asked], dtype=np.int64)
    first = min(coverage.read(loaded.coverage, asked[-1]).first, int(wanted[0]))
    weeks = day_numbers.weekly(first, int(wanted[-1]), GRID_DAYS)
    return Bench(Panel(loaded, np.union1d(wanted, weeks), asked[-1]))


def score_rows(desk: Desk, models: Models, alert_horizon_days: int) -> Iterator[list[Row]]:
    """The rows of one question after the other; levels come first, because every row carries them."""
    verdicts = _verdicts(desk, models, alert_horizon_days)
    for question, by_day in models.items():
        rows: list[Row] = []
        for model, at in _by_model(desk, by_day):
            rows += desk.score_rows(question, at, desk.ask(question, model, at), verdicts)
        yield rows


def _verdicts(desk: Desk, models: Models, alert_horizon_days: int) -> dict[int, Verdict]:
    """The level of every area on every day, from escalation at the alert horizon."""
    verdicts = {index: desk.no_verdict(index) for index in range(len(desk.setting.days))}
    for question, by_day in models.items():
        if question.target is ESCALATION and question.horizon_days == alert_horizon_days:
            for model, at in _by_model(desk, by_day):
                verdicts.update(desk.verdicts(question, desk.ask(question, model, at), at))
    return verdicts


def _by_model(desk: Desk, by_day: Mapping[date, Model]) -> list[tuple[Model, list[int]]]:
    """Each model with the places of the days it is asked about."""
    models = {model.id: model for model in by_day.values()}
    places = list(enumerate(desk.setting.days))
    return [(model, [at for at, day in places if by_day[day].id == name]) for name, model in models.items()]


def is_live(day: date, now: datetime, time_zone: str) -> bool:
    """Whether a score is issued while its day is fresh, or only replays it later."""
    age_days = (now.astimezone(ZoneInfo(time_zone)).date() - day).days
    return 0 <= age_days <= LIVE_DAYS
