"""Writes of what models say and what became of it; rows are only ever added. Every write is idempotent."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import bulk, past
from db.errors import BadInput
from db.ids import content_id
from db.records import ModelRecord
from db.schema import (
    Analogue,
    Artefact,
    CountForecast,
    Covariate,
    Drift,
    ModelVersion,
    Promotion,
    Region,
    Score,
    ScoreChange,
    Verification,
)
from db.vocab import ModelStatus, PromotionKind

SCORE_KEY = ("area_id", "as_of", "horizon_days", "target", "model_version_id", "data_version")
ID_CHUNK = 500
COUNT_KEY = ("area_id", "as_of", "horizon_days", "model_version_id", "data_version")
DRIFT_KEY = ("region_id", "model_version_id", "as_of", "measure", "name", "data_version")
COVARIATE_KEY = ("region_id", "name", "area_id", "day", "available_at")


def save_model(
    session: Session,
    record: ModelRecord,
    *,
    kind: PromotionKind = PromotionKind.AUTO,
    reason: str = "",
    by: str = "train",
) -> str:
    """Keep a fitted model and its card; a promoted one is in force from its training day on."""
    region = session.get_one(Region, record.region_id)
    facts = {name: getattr(record, name) for name in ModelRecord.__slots__ if name != "artefact"}
    past.note(session, ModelVersion, [record.id], record.created_at)
    session.merge(ModelVersion(**facts, exercise=region.exercise))
    session.flush()
    session.merge(Artefact(model_version_id=record.id, body=record.artefact))
    session.flush()
    if record.status is ModelStatus.PROMOTED:
        save_promotion(
            session,
            model_version_id=record.id,
            from_day=record.train_as_of,
            at=record.created_at,
            by=by,
            kind=kind,
            reason=reason,
        )
    return record.id


def save_promotion(
    session: Session,
    *,
    model_version_id: str,
    from_day: date,
    at: datetime,
    by: str,
    kind: PromotionKind,
    override: bool = False,
    reason: str = "",
) -> bool:
    """Put a model in force from a day on; False where the newest act of that day says so already."""
    model = _promotable(session, model_version_id, from_day)
    if override and not reason.strip():
        raise BadInput("to overrule the gate takes a written reason; give one with --reason")
    act = {"model_version_id": model_version_id, "kind": kind, "override": override, "reason": reason.strip()}
    newest = _newest_act(session, model, from_day)
    if newest is not None and all(getattr(newest, name) == told for name, told in act.items()):
        return False
    slot = {name: getattr(model, name) for name in ("region_id", "target", "horizon_days", "exercise")}
    named = content_id("promotion", *act.values(), from_day, at.isoformat(), by)
    row = {"id": named, **act, **slot, "from_day": from_day, "at": at, "by": by[:64]}
    return bulk.insert(session, Promotion, [row]) == 1


def _newest_act(session: Session, model: ModelVersion, from_day: date) -> Promotion | None:
    """The act that decides which model is in force from a day on, if any begins that day."""
    same = (Promotion.region_id == model.region_id, Promotion.target == model.target)
    acts = select(Promotion).where(
        *same, Promotion.horizon_days == model.horizon_days, Promotion.from_day == from_day
    )
    return session.scalars(acts.order_by(Promotion.at.desc(), Promotion.id.desc()).limit(1)).first()


def _promotable(session: Session, model_version_id: str, from_day: date) -> ModelVersion:
    model = session.get(ModelVersion, model_version_id)
    if model is None:
        raise BadInput(f"there is no model {model_version_id!r}; list them with: tocsin models")
    if from_day < model.train_as_of:
        raise BadInput(
            f"this model was trained on what became known after {from_day}, which would be foresight; "
            f"promote it from {model.train_as_of} on"
        )
    return model


def save_scores(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write scores once; a row whose key is there already writes nothing. Returns the rows written."""
    return bulk.insert(session, Score, [{"id": score_id(row), **row} for row in rows])


def score_id(row: Mapping[str, Any]) -> str:
    """The id under which a score is kept."""
    return _named("score", row, SCORE_KEY)


def save_score_changes(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep why scores differ from those of the day before; what is kept stays. Returns the rows written."""
    return bulk.insert(session, ScoreChange, rows)


def save_analogues(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep earlier situations like those of scores made in the same run; returns the new rows.

    A row holds the key of its score (its area as `scored_area_id`), when that was issued, and what `analogue` holds.
    A score that was there before keeps what it was given then.
    """
    named = [(score_id({**row, "area_id": row["scored_area_id"]}), row) for row in rows]
    fresh: set[str] = set()
    for part in bulk.batched(sorted({name for name, _ in named}), ID_CHUNK):
        found = session.execute(select(Score.id, Score.issued_at).where(Score.id.in_(part)))
        fresh |= {name for name, at in found if rows and at == rows[0]["issued_at"]}
    columns = ("rank", "area_id", "day", "distance", "followed", "incidents", "deaths")
    kept = [{"score_id": name, **{one: row[one] for one in columns}} for name, row in named if name in fresh]
    return bulk.insert(session, Analogue, kept)


def save_verifications(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Close forecasts; one that is closed already stays as it was closed. Returns the rows written."""
    return bulk.insert(session, Verification, rows)


def save_drift(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep what was measured of the models in force; once a day and state of the data. Returns the new rows."""
    return bulk.insert(session, Drift, [{"id": _named("drift", row, DRIFT_KEY), **row} for row in rows])


def save_count_forecasts(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write count forecasts once, by the same key as scores. Returns the rows written."""
    named = [{"id": _named("count", row, COUNT_KEY), **row} for row in rows]
    return bulk.insert(session, CountForecast, named)


def save_covariates(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Take in own numbers; a correction is a row of its own with a later `available_at`. Returns the new ones."""
    named = [{"id": _named("covariate", row, COVARIATE_KEY), **row} for row in rows]
    return bulk.insert(session, Covariate, named)


def _named(kind: str, row: Mapping[str, Any], key: Sequence[str]) -> str:
    return content_id(kind, *(row[name] for name in key))
