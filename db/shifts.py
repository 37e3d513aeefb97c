"""What one shift hands to the next: who takes care of what, notes, and the end of a shift.

Rows about a thing are only added and the newest holds; a note is closed and a handover taken over once. Whoever
may not change the record may not do it here either, whatever page or command asks.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import audit, drafts, engine, policy, reach, revisions
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import Alert, Assignment, Community, Draft, Handover, Incident, ShiftNote
from db.vocab import AccessAct, Sensitivity

KINDS = ("community", "incident", "draft", "alert")
TEXT_LENGTH = 4000


def assign(
    session: Session,
    viewer: Viewer,
    region_id: str,
    entity: str,
    entity_id: str,
    *,
    owner: str | None,
    by: str,
    now: datetime,
    due_at: datetime | None = None,
    note: str = "",
    done: bool = False,
) -> int:
    """Write down who takes care of something from now on (None: nobody any more), or that it is done."""
    _may(viewer, region_id)
    _refuse_unknown(session, viewer, region_id, entity, entity_id)
    if due_at is not None and due_at <= now:
        raise BadInput("the moment until which it should be done has passed; choose a later one")
    engine.queue(session.connection(), "assignments")
    seq = (session.scalar(select(func.max(Assignment.seq))) or 0) + 1
    named = revisions.named(owner) if owner else None
    told: dict[str, Any] = {"owner": named, "due_at": due_at, "done": done, "note": _text(note)}
    about = {"region_id": region_id, "entity": entity, "entity_id": entity_id}
    session.add(Assignment(seq=seq, **about, **told, by=revisions.named(by), at=now))
    session.flush()
    _remember(session, viewer, region_id, "assignment", {"id": f"{entity}:{entity_id}", "done": done}, now)
    return seq


def note(
    session: Session,
    viewer: Viewer,
    region_id: str,
    text: str,
    *,
    by: str,
    now: datetime,
    community_id: str | None = None,
    incident_id: str | None = None,
    sensitivity: Sensitivity = Sensitivity.INTERNAL,
) -> str:
    """Leave a note for the next shift, about the region, a community or an incident; returns its id."""
    _may(viewer, region_id)
    for entity, entity_id in (("community", community_id), ("incident", incident_id)):
        if entity_id:
            _refuse_unknown(session, viewer, region_id, entity, entity_id)
    said = _text(text)
    if said is None:
        raise BadInput("a note needs words; write what the next shift should know")
    if sensitivity not in policy.sight(viewer).sensitivities:
        raise BadInput("you could not read this note yourself; choose who may read it so that you may")
    about = {"region_id": region_id, "community_id": community_id, "incident_id": incident_id}
    name = content_id("note", *about.values(), said, by, now.isoformat())
    if session.get(ShiftNote, name) is None:
        facts = {"text": said, "sensitivity": sensitivity, "by": revisions.named(by), "at": now}
        session.add(ShiftNote(id=name, **about, **facts))
        session.flush()
        _remember(session, viewer, region_id, "note", {"id": name}, now)
    return name


def close_note(session: Session, viewer: Viewer, note_id: str, *, by: str, now: datetime) -> None:
    """Say that nobody has to read a note any more; it stays in the record."""
    row = session.get(ShiftNote, note_id)
    seen = policy.sight(viewer)
    if row is None or row.sensitivity not in seen.sensitivities:
        raise BadInput(f"there is no note {note_id!r} that you may see; check the id")
    _may(viewer, row.region_id)
    if row.incident_id:
        _refuse_unknown(session, viewer, row.region_id, "incident", row.incident_id)
    if row.done_at is not None:
        raise BadInput(f"note {note_id} was closed already")
    row.done_at, row.done_by = now, revisions.named(by)
    session.flush()
    _remember(session, viewer, row.region_id, "note", {"id": note_id, "done": True}, now)


def close(
    session: Session,
    viewer: Viewer,
    region_id: str,
    *,
    since: datetime,
    told: Mapping[str, Any],
    by: str,
    now: datetime,
    words: str = "",
) -> str:
    """End a shift that began at a moment: what stood open is kept as counts; returns the handover's id."""
    _may(viewer, region_id)
    last = newest(session, region_id)
    since = max(since, last.until) if last else since
    if since >= now:
        raise BadInput("this shift has not begun yet; it can be closed after its first minute")
    name = content_id("handover", region_id, since.isoformat(), now.isoformat())
    facts = {
        "since": since,
        "until": now,
        "by": revisions.named(by),
        "note": _text(words),
        "told": dict(told),
    }
    session.add(Handover(id=name, region_id=region_id, **facts))
    session.flush()
    _remember(session, viewer, region_id, "handover", {"id": name}, now)
    return name


def take(session: Session, viewer: Viewer, handover_id: str, *, by: str, now: datetime) -> None:
    """Take a shift over from whoever closed it."""
    row = session.get(Handover, handover_id)
    if row is None:
        raise BadInput(f"there is no handover {handover_id!r}; list them with: tocsin handover list")
    _may(viewer, row.region_id)
    if row.taken_at is not None:
        raise BadInput(f"this shift was taken over already, by {row.taken_by}")
    row.taken_by, row.taken_at = revisions.named(by), now
    session.flush()
    _remember(session, viewer, row.region_id, "handover", {"id": handover_id, "taken": True}, now)


def newest(session: Session, region_id: str) -> Handover | None:
    """The handover that ended last."""
    mine = select(Handover).where(Handover.region_id == region_id).order_by(Handover.until.desc())
    return session.scalars(mine.limit(1)).first()


def _may(viewer: Viewer, region_id: str) -> None:
    policy.admit(viewer, region_id)
    policy.may_act(viewer)


def _refuse_unknown(session: Session, viewer: Viewer, region_id: str, entity: str, entity_id: str) -> None:
    """Refuse what is not there for this viewer, in the same words whether it exists or not."""
    if entity not in KINDS:
        raise BadInput(f"{entity!r} cannot be taken care of; choose one of: {', '.join(KINDS)}")
    seen = policy.sight(viewer)
    asked = {
        "community": select(Community.id).where(Community.region_id == region_id, reach.communities(seen)),
        "incident": select(Incident.id).where(
            Incident.region_id == region_id, ~reach.secret(Incident.id, seen)
        ),
        "draft": select(Draft.id).where(Draft.region_id == region_id, reach.drafts(seen)),
        "alert": select(Alert.id)
        .join(Community, Community.id == Alert.community_id)
        .where(Community.region_id == region_id, reach.communities(seen)),
    }[entity]
    if session.scalar(asked.where(next(iter(asked.selected_columns)) == entity_id)) is None:
        raise BadInput(f"there is no {entity} {entity_id!r} that you may see; check the id")


def _text(words: str) -> str | None:
    said = (drafts.clean(words) or "").strip()
    if len(said) > TEXT_LENGTH:
        raise BadInput(f"this is longer than {TEXT_LENGTH} characters; keep to what the next shift must know")
    return said or None


def _remember(
    session: Session, viewer: Viewer, region_id: str, what: str, told: Mapping[str, Any], now: datetime
) -> None:
    audit.note(session, viewer.name, AccessAct.CHANGE, what, region_id=region_id, told=dict(told), now=now)
