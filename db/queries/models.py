"""Fitted models, and which of them is in force when."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import policy
from db.errors import BadInput
from db.policy import Viewer
from db.queries.common import frame, plain
from db.records import ModelRecord
from db.schema import Artefact, ModelVersion, Promotion
from db.vocab import ModelStatus

SLOT = ["target", "horizon_days"]
_ACT = ("model_version_id", "from_day", "promoted_at", "promoted_by", "kind", "override", "reason")


def promotions(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """The acts that put models in force by a day, the newest first of each target and horizon.

    Columns: promotion_id, target, horizon_days, model_version_id, from_day, promoted_at, promoted_by, kind,
    override, reason, exercise.
    """
    seen = policy.admit(viewer, region_id)
    p = Promotion
    rows = frame(
        session,
        select(
            *(p.id.label("promotion_id"), p.target, p.horizon_days, p.model_version_id, p.from_day),
            *(p.at.label("promoted_at"), p.by.label("promoted_by"), p.kind, p.override, p.reason, p.exercise),
        )
        .where(p.region_id == region_id, p.from_day <= as_of)
        .order_by(p.target, p.horizon_days, p.from_day.desc(), p.at.desc(), p.id.desc()),
    )
    rows = plain(rows, words=("target", "kind"))
    return rows if seen.panel else policy.unsigned(rows, seen)


def models(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """All fitted models trained by `as_of`, newest first, without their bytes.

    `status` is what was made of them by then: promoted, retired (promoted, and superseded from the same
    day on), else shadow.
    """
    policy.admit(viewer, region_id)
    m = ModelVersion
    rows = frame(
        session,
        select(
            *(m.id.label("model_version_id"), m.target, m.horizon_days, m.estimator),
            *(m.train_as_of, m.created_at, m.status, m.card, m.exercise),
        )
        .where(m.region_id == region_id, m.train_as_of <= as_of)
        .order_by(m.train_as_of.desc(), m.created_at.desc(), m.target, m.horizon_days, m.id),
    )
    acts = promotions(session, viewer, region_id=region_id, as_of=as_of)
    rows["status"] = _status(rows, acts)
    return plain(rows, words=("target", "status"))


def _status(rows: pd.DataFrame, acts: pd.DataFrame) -> list[str]:
    ever, last = set(acts["model_version_id"]), set(_deciding(acts)["model_version_id"])
    retired = ever | set(rows.loc[rows["status"] == ModelStatus.RETIRED, "model_version_id"])
    names = [(ModelStatus.PROMOTED, last), (ModelStatus.RETIRED, retired)]
    return [
        next((status.value for status, ids in names if one in ids), ModelStatus.SHADOW.value)
        for one in rows["model_version_id"]
    ]


def _deciding(acts: pd.DataFrame) -> pd.DataFrame:
    """Of several acts that begin on one day the one that was last."""
    return acts.drop_duplicates([*SLOT, "from_day"])


def current_models(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """For each target and horizon the model in force on a day, and the act that put it there.

    Columns: those of `models`, and from_day, promoted_at, promoted_by, kind, override, reason.
    """
    acts = promotions(session, viewer, region_id=region_id, as_of=as_of).drop_duplicates(SLOT)
    rows = models(session, viewer, region_id=region_id, as_of=as_of)
    found = rows.merge(acts[list(_ACT)], on="model_version_id", how="inner", validate="one_to_one")
    return found.sort_values(SLOT, ignore_index=True)


def model_region(session: Session, viewer: Viewer, *, model_version_id: str) -> str:
    """The id of the region that a model is about."""
    row = session.get(ModelVersion, model_version_id)
    if row is None:
        raise BadInput(f"there is no model {model_version_id!r}; list them with: tocsin models")
    policy.admit(viewer, row.region_id)
    return row.region_id


def model_card(session: Session, viewer: Viewer, *, model_version_id: str) -> dict[str, Any]:
    """The card of a model."""
    row = session.get(ModelVersion, model_version_id)
    if row is None:
        raise BadInput(f"there is no model {model_version_id!r}; list them with: tocsin models")
    policy.admit(viewer, row.region_id)
    return dict(row.card)


def model_record(session: Session, viewer: Viewer, *, model_version_id: str) -> ModelRecord:
    """A fitted model with its bytes, for scoring."""
    row = session.get(ModelVersion, model_version_id)
    body = session.scalar(select(Artefact.body).where(Artefact.model_version_id == model_version_id))
    if row is None or body is None:
        raise BadInput(f"there is no artefact of model {model_version_id!r}; train again with: tocsin train")
    policy.admit(viewer, row.region_id)
    return ModelRecord(
        id=row.id,
        region_id=row.region_id,
        target=row.target,
        horizon_days=row.horizon_days,
        estimator=row.estimator,
        train_as_of=row.train_as_of,
        created_at=row.created_at,
        status=row.status,
        card=dict(row.card),
        artefact=body,
        digest=row.digest,
    )
