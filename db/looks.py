"""That a person has looked over all that an import brought: one act, with its reason, that can be taken back.

A look at one incident is a decision of its field `reviewed`, and so is each of these. Nothing of what is
believed changes by it, so nothing is derived anew; it holds until something new is recorded of an incident.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from db import bulk, engine, policy, queries, revisions, undo
from db.decisions import TICK
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import Decision, Revision
from db.vocab import DecisionField, Entity

FIELD = "looked_over"


def look_over(
    session: Session,
    viewer: Viewer,
    batch_id: str,
    *,
    region_id: str,
    as_of: date,
    doubtful: bool,
    reason: str,
    by: str,
    now: datetime,
) -> int:
    """Mark all incidents that came with an import and wait for a look as looked at; returns how many.

    The doubtful ones go on waiting unless `doubtful`; those that a viewer may not see stay as they are.
    Raises BadInput where none of them waits.
    """
    policy.may_act(viewer)
    engine.queue(session.connection(), "incidents")
    asked: dict[str, Any] = {"batch_id": batch_id, "why": None if doubtful else "new", "limit": None}
    wait = queries.needs_look(session, viewer, region_id=region_id, as_of=as_of, **asked)
    ids = list(wait["incident_id"])
    if not ids:
        raise BadInput(f"nothing of the import {batch_id!r} waits for a look; tocsin batches lists imports")
    at = _write(session, ids, True, reason, by, now)
    _note(session, batch_id, None, {"incidents": len(ids), "at": at.isoformat()}, reason, by, at)
    return len(ids)


def take_back(session: Session, viewer: Viewer, batch_id: str, *, reason: str, by: str, now: datetime) -> int:
    """Take the newest `look_over` of an import back, so that its incidents wait again; returns how many.

    Incidents that somebody has opened and settled since stay looked at.
    """
    policy.may_act(viewer)
    for region_id in undo.regions(session, batch_id):
        policy.admit_to_change(viewer, region_id)
    engine.queue(session.connection(), "incidents")
    done = looked_over(session, batch_id)
    if done is None:
        raise BadInput(f"nobody looked over the import {batch_id!r}, so there is nothing to take back")
    later = aliased(Decision)
    since = exists().where(later.incident_id == Decision.incident_id, later.at > Decision.at)
    act = (Decision.field == DecisionField.REVIEWED, Decision.at == datetime.fromisoformat(done["at"]))
    ids = list(session.scalars(select(Decision.incident_id).where(*act, Decision.value.is_not(None), ~since)))
    at = _write(session, ids, False, reason, by, now)
    _note(session, batch_id, done, None, reason, by, at)
    return len(ids)


def looked_over(session: Session, batch_id: str) -> dict[str, Any] | None:
    """How many incidents of an import were looked over at once and when; None where that was never so or taken back."""
    r = Revision
    about = (r.entity == Entity.BATCH, r.entity_id == batch_id, r.field == FIELD)
    found = session.scalar(select(r.new).where(*about).order_by(r.seq.desc()).limit(1))
    return dict(found) if found else None


def _write(session: Session, ids: Sequence[str], seen: bool, reason: str, by: str, now: datetime) -> datetime:
    """One decision for each incident, all of one moment: now, and later than any that went before."""
    reason, by = revisions.reasoned(reason), revisions.named(by)
    last = session.scalar(select(func.max(Decision.at)))
    at = max(now, last + TICK) if last else now
    said: dict[str, Any] = {
        "report_id": None,
        "field": DecisionField.REVIEWED,
        "value": True if seen else None,
    }
    said |= {"reason": reason, "by": by, "at": at}
    names = {one: content_id("decision", one, DecisionField.REVIEWED, None, at.isoformat()) for one in ids}
    bulk.insert(session, Decision, [{"id": names[one], "incident_id": one, **said} for one in ids])
    return at


def _note(session: Session, batch_id: str, old: Any, new: Any, reason: str, by: str, at: datetime) -> None:
    revisions.note(session, Entity.BATCH, batch_id, FIELD, old, new, reason=reason, by=by, now=at)
