"""Rows of the store as plain values, for those who read and write them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db.vocab import ModelStatus, Subject


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A fitted model as it goes into and comes out of the store."""

    id: str
    region_id: str
    target: Subject
    horizon_days: int
    estimator: str
    train_as_of: date
    created_at: datetime
    status: ModelStatus
    card: dict[str, Any]
    artefact: bytes
    digest: str
