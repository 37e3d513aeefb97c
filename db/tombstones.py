"""What was taken out of what is believed: an import or a report under a tombstone stays in the store."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from db import revisions
from db.ids import content_id
from db.schema import ImportBatch, Report, Retold, Tombstone
from db.vocab import Entity


def bury(session: Session, entity: Entity, entity_id: str, *, reason: str, by: str, now: datetime) -> bool:
    """Take something out of what is believed; False where it was out already. Nothing is deleted.

    Whoever buries derives the incidents it touches anew (`db.incidents.derive`).
    """
    reason, by = revisions.reasoned(reason), revisions.named(by)
    if buried(session, entity, entity_id):
        return False
    session.add(
        Tombstone(
            id=content_id("tombstone", entity, entity_id, now.isoformat()),
            entity=entity,
            entity_id=entity_id,
            reason=reason,
            by=by,
            at=now,
            lifted_at=None,
            lifted_by=None,
        )
    )
    session.flush()
    revisions.note(session, entity, entity_id, "tombstone", False, True, reason=reason, by=by, now=now)
    return True


def lift(session: Session, entity: Entity, entity_id: str, *, reason: str, by: str, now: datetime) -> bool:
    """Put something back that was taken out; False where it was not out."""
    reason, by = revisions.reasoned(reason), revisions.named(by)
    if not buried(session, entity, entity_id):
        return False
    session.execute(
        update(Tombstone)
        .where(Tombstone.entity == entity, Tombstone.entity_id == entity_id, Tombstone.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by=by)
    )
    revisions.note(session, entity, entity_id, "tombstone", True, False, reason=reason, by=by, now=now)
    return True


def buried(session: Session, entity: Entity, entity_id: str) -> bool:
    """Whether something is out of what is believed now."""
    return bool(session.scalar(select(_over(entity, entity_id, None))))


def standing(recorded: datetime | None = None, report: type[Report] = Report) -> ColumnElement[bool]:
    """The condition that a report is believed: neither it nor its import is under a tombstone.

    An import that was undone leaves standing what another import brought again. With `recorded` as
    this store held it just before that moment.
    """
    again = aliased(ImportBatch)
    retold = select(Retold.report_id).join(again, again.id == Retold.batch_id)
    retold = retold.where(Retold.report_id == report.id, ~_over(Entity.BATCH, Retold.batch_id, recorded))
    if recorded is not None:
        retold = retold.where(again.started_at < recorded)
    gone = _over(Entity.BATCH, report.batch_id, recorded)
    return and_(~_over(Entity.REPORT, report.id, recorded), or_(~gone, exists(retold)))


def any_at_all(session: Session) -> bool:
    """Whether this store holds any tombstone: where none is, nobody has to look for them."""
    return session.scalar(select(Tombstone.id).limit(1)) is not None


def _over(
    entity: Entity, entity_id: str | InstrumentedAttribute[Any], recorded: datetime | None
) -> ColumnElement[bool]:
    t = aliased(Tombstone)
    held: ColumnElement[bool] = t.lifted_at.is_(None)
    if recorded is not None:
        held = and_(t.at < recorded, or_(t.lifted_at.is_(None), t.lifted_at >= recorded))
    return exists(select(t.id).where(t.entity == entity, t.entity_id == entity_id, held))
