"""Fitted models, and which of them is in force when."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import masking, policy
from db.errors import BadInput
from db.policy import Viewer
from db.queries.common import frame, plain
from db.queries.regions import when
from db.records import ModelRecord
from db.schema import Artefact, ModelVersion, Promotion
from db.vocab import ModelStatus

_RECORD = tuple(name for name in ModelRecord.__slots__ if name != "artefact")
SLOT = ["target", "horizon_days"]
_ACT = ("model_version_id", "from_day", "promoted_at", "promoted_by", "kind", "override", "reason")


def promotions(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """The acts that put models in force by a day, the newest first of each target and horizon.

    Columns: promotion_id, target, horizon_days, model_version_id, from_day, promoted_at, promoted_by, kind,
    override, reason, exercise.
    """
    seen = policy.admit(viewer, region_id)
    p, held = Promotion, when(session, viewer, region_id, as_of, recorded_as_of).held(Promotion.at)
    rows = frame(
        session,
        select(
            *(p.id.label("promotion_id"), p.target, p.horizon_days, p.model_version_id, p.from_day),
            *(p.at.label("promoted_at"), p.by.label("promoted_by"), p.kind, p.override, p.reason, p.exercise),
        )
        .where(p.region_id == region_id, p.from_day <= as_of, *held)
        .order_by(p.target, p.horizon_days, p.from_day.desc(), p.at.desc(), p.id.desc()),
    )
    rows = plain(rows, words=("target", "kind"))
    return rows if seen.panel else masking.unsigned(rows, seen)


def models(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """All fitted models trained by `as_of`, newest first, without their bytes.

    `status` is what was made of them by then: promoted, retired (promoted, and superseded from the same
    day on), else shadow.
    """
    policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    m = asked.at.of(ModelVersion)
    rows = frame(
        session,
        select(
            *(m.id.label("model_version_id"), m.target, m.horizon_days, m.estimator),
            *(m.train_as_of, m.created_at, m.status, m.card, m.exercise),
        )
        .where(m.region_id == region_id, m.train_as_of <= as_of, *asked.held(m.created_at))
        .order_by(m.train_as_of.desc(), m.created_at.desc(), m.target, m.horizon_days, m.id),
    )
    acts = promotions(session, viewer, region_id=region_id, as_of=as_of, recorded_as_of=recorded_as_of)
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


def current_models(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """For each target and horizon the model in force on a day, and the act that put it there.

    Columns: those of `models`, and from_day, promoted_at, promoted_by, kind, override, reason.
    """
    days: dict[str, Any] = {"region_id": region_id, "as_of": as_of, "recorded_as_of": recorded_as_of}
    acts = promotions(session, viewer, **days).drop_duplicates(SLOT)
    rows = models(session, viewer, **days)
    found = rows.merge(acts[list(_ACT)], on="model_version_id", how="inner", validate="one_to_one")
    return found.sort_values(SLOT, ignore_index=True)


def model_region(
    session: Session, viewer: Viewer, *, model_version_id: str, recorded_as_of: date | None = None
) -> str:
    """The id of the region that a model is about; by whose clock to read it, so it takes no `as_of`."""
    region_id = session.scalar(select(ModelVersion.region_id).where(ModelVersion.id == model_version_id))
    if region_id is None:
        raise _unknown(model_version_id)
    asked = when(session, viewer, region_id, date.max, recorded_as_of)
    m = asked.at.of(ModelVersion)
    held = select(m.id).where(m.id == model_version_id, *asked.held(m.created_at))
    if session.scalar(held) is None:
        raise _unknown(model_version_id)
    return str(region_id)


def _unknown(model_version_id: str) -> BadInput:
    return BadInput(f"there is no model {model_version_id!r}; list them with: tocsin models")


def model_card(
    session: Session,
    viewer: Viewer,
    *,
    model_version_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
) -> dict[str, Any]:
    """The card of a model that was trained by a day."""
    found = _model(session, viewer, model_version_id, as_of, recorded_as_of)
    return dict(found.card)


def model_record(
    session: Session,
    viewer: Viewer,
    *,
    model_version_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
) -> ModelRecord:
    """A fitted model that was trained by a day, with its bytes, for scoring."""
    row = _model(session, viewer, model_version_id, as_of, recorded_as_of)
    body = session.scalar(select(Artefact.body).where(Artefact.model_version_id == model_version_id))
    if body is None:
        raise BadInput(f"there is no artefact of model {model_version_id!r}; train again with: tocsin train")
    facts = {name: getattr(row, name) for name in _RECORD}
    return ModelRecord(**{**facts, "card": dict(row.card)}, artefact=body)


def _model(
    session: Session, viewer: Viewer, version_id: str, as_of: date, recorded_as_of: date | None
) -> Any:
    """A model's row as it is, or was; one trained later than the day knows too much to be asked about it."""
    where: dict[str, Any] = {"model_version_id": version_id, "recorded_as_of": recorded_as_of}
    region_id = model_region(session, viewer, **where)
    m = when(session, viewer, region_id, as_of, recorded_as_of).at.of(ModelVersion)
    row = session.execute(select(*(getattr(m, name) for name in _RECORD)).where(m.id == version_id)).one()
    if row.train_as_of > as_of:
        raise BadInput(
            f"model {version_id} was trained as of {row.train_as_of}, which was not known on {as_of}; "
            "ask for a later day"
        )
    return row
