"""Putting a model in force by hand: by what its card says of the gate, so nothing is loaded and nothing fitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from db import policy, queries, store
from db.errors import BadInput
from db.policy import Viewer
from db.vocab import PromotionKind


@dataclass(frozen=True)
class Promoted:
    """What a promotion by hand did."""

    version_id: str
    from_day: date
    changed: bool
    overruled: bool


def promote(
    session: Session,
    viewer: Viewer,
    version_id: str,
    *,
    from_day: date,
    at: datetime,
    by: str,
    reason: str = "",
    override: bool = False,
) -> Promoted:
    """Put a model in force from a day on, by hand; one that the gate refused only by a written override.

    Only modellers and administrators may.
    """
    policy.may_promote(viewer, queries.model_region(session, viewer, model_version_id=version_id))
    refusal = refused(queries.model_card(session, viewer, model_version_id=version_id, as_of=date.max))
    if refusal and not override:
        raise BadInput(
            f"the gate refused this model ({refusal}); to use it all the same give --override and --reason"
        )
    changed = store.save_promotion(
        session,
        model_version_id=version_id,
        from_day=from_day,
        at=at,
        by=by,
        kind=PromotionKind.MANUAL,
        override=bool(refusal),
        reason=reason,
    )
    return Promoted(version_id, from_day, changed, bool(refusal))


def refused(card: Mapping[str, Any]) -> str:
    """Why the gate refused a model, as its card says; nothing where it passed or was never asked."""
    gate = (card.get("choice") or {}).get("gate") or {}
    if gate.get("passed") is not False:
        return ""
    return str(gate.get("why") or (card.get("choice") or {}).get("why") or "no reason given")
