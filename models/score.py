"""Score: ask the promoted models about every area on given days, and write down what they say and why."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from db import queries, settings, store
from db.policy import Viewer
from db.queries import RegionInfo
from models import analogues, changes, count_scores, reading, shelf
from models.bench import bench_for as bench_for
from models.changes import Earlier
from models.errors import ModelError
from models.frames import Frames
from models.issue import Desk, Model, Row, Setting, Verdict
from models.levels import BUDGETS
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
    loaded: Frames
    count_models: count_scores.Models = field(default_factory=dict)
    earlier: Mapping[date, Earlier] = field(default_factory=dict)

    def counts(self) -> list[Row]:
        """The count forecasts."""
        return list(count_scores.rows(self.desk, self.count_models))

    def analogues(self) -> list[Row]:
        """Earlier situations like those that the alert question was asked about, with what followed."""
        alert = (ESCALATION, self.alert_horizon_days)
        found = [one for one in self.models if (one.target, one.horizon_days) == alert]
        return [row for one in found for row in analogues.rows(self.desk, one, self.models[one])]

    def parts(self) -> Iterator[list[Row]]:
        """The rows, one part a question."""
        return score_rows(self.desk, self.models, self.alert_horizon_days)

    def changes(self, rows: Iterable[Row]) -> list[Row]:
        """Why the communities' scores, at the alert horizon, differ from those of the days before."""
        asked = [one for one in self.models if levelled(one, self.alert_horizon_days)]
        return [
            row
            for one in asked
            for row in changes.rows(self.loaded, one, self.models[one], rows, self.earlier)
        ]

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
    rows: list[Row] = []
    written = 0
    for done, part in enumerate(ready.parts(), start=1):
        rows, written = rows + part, written + store.save_scores(session, part)
        if progress:
            progress(done, len(ready.models))
    store.save_count_forecasts(session, ready.counts())
    store.save_score_changes(session, ready.changes(rows))
    store.save_analogues(session, ready.analogues())
    return ready.summary(len(rows), written)


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
        budgets=tuple(
            budgets(session, viewer, region_id=region_id, as_of=day, recorded_as_of=recorded_as_of)
            for day in asked
        ),
    )
    return Plan(
        region_id,
        Desk(bench_for(loaded, asked), setting),
        models,
        region.alert_horizon_days,
        loaded,
        count_models,
        _earlier(session, viewer, region, models, asked, loaded, recorded_as_of),
    )


def _earlier(
    session: Session,
    viewer: Viewer,
    region: RegionInfo,
    models: Models,
    asked: Sequence[date],
    loaded: Frames,
    recorded_as_of: date | None,
) -> dict[date, Earlier]:
    """What was said of the days before, for the question that levels follow from."""
    for question in models:
        if levelled(question, region.alert_horizon_days):
            where: dict[str, Any] = {"region_id": region.id, "recorded_as_of": recorded_as_of}
            return changes.read(session, viewer, question=question, asked=asked, loaded=loaded, **where)
    return {}


def levelled(question: Question, alert_horizon_days: int) -> bool:
    """Whether levels follow from a question."""
    return question.target is ESCALATION and question.horizon_days == alert_horizon_days


def budgets(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> Mapping[str, float]:
    """How many false alerts each level may cost per community and year, as the team chose by a day."""
    chosen = queries.region_settings(
        session, viewer, region_id=region_id, as_of=as_of, recorded_as_of=recorded_as_of
    )
    found = chosen.loc[chosen["name"] == "budgets", "value"]
    return {name: float(found.iloc[0][name]) for name in BUDGETS} if len(found) else BUDGETS


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
        if levelled(question, alert_horizon_days):
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
