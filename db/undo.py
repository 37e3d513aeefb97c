"""Taking an import back in one step, and bringing it back: nothing is deleted, what is believed is derived anew.

Reports that another import brought again stay (`retold`). All of it is one transaction: an interrupted undo has
not happened.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from db import bulk, engine, incidents, past, policy, tombstones
from db.errors import BadInput
from db.policy import Viewer
from db.schema import Draft, ImportBatch, Report, ReportIncident, Retold, Source
from db.vocab import BatchStatus, DraftState, Entity

BEFORE = "status_before_undo"
AGAIN = "the same file was imported again"
UNDRAFTED = "the import it came with was undone"


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: reports taken out, those that another import keeps, incidents derived anew."""

    batch_id: str
    file_name: str
    reports: int
    kept: int
    incidents: int
    drafts: int = 0


def find(session: Session, name: str) -> ImportBatch:
    """The import that goes by an id, or by the beginning of one."""
    starts = select(ImportBatch).where(ImportBatch.id.startswith(name, autoescape=True))
    found = session.scalars(starts.order_by(ImportBatch.id).limit(2)).all()
    if not name or len(found) != 1:
        several = "several imports begin so" if found and name else "there is no such import"
        raise BadInput(f"{name!r}: {several}; list them with: tocsin batches")
    return found[0]


def undo(session: Session, viewer: Viewer, batch_id: str, *, reason: str, by: str, now: datetime) -> Undone:
    """Take an import out of what is believed, with a reason; its rows stay and can be brought back."""
    engine.queue(session.connection(), "incidents")
    policy.may_act(viewer)
    batch = find(session, batch_id)
    for region_id in regions(session, batch.id):
        policy.admit_to_change(viewer, region_id)
    if batch.status is BatchStatus.UNDONE:
        raise BadInput(f"{batch.file_name} was undone already; import the file again to bring it back")
    if batch.importer == "covariates":
        raise BadInput(
            "numbers of one's own are corrected by a later row with a later available_at, not undone"
        )
    tombstones.bury(session, Entity.BATCH, batch.id, reason=reason, by=by, now=now)
    past.note(session, ImportBatch, [batch.id], now)
    batch.counts = {**batch.counts, BEFORE: batch.status.value}
    batch.status, batch.message, batch.finished_at = BatchStatus.UNDONE, reason.strip(), now
    drafts = _set_aside(session, batch, by, now)
    session.flush()
    kept = _kept(session, batch.id)
    touched = _derive(session, batch.id, now)
    return Undone(batch.id, batch.file_name, _reports(session, batch.id) - kept, kept, touched, drafts)


def bring_back(session: Session, batch: ImportBatch, *, by: str, now: datetime) -> int:
    """Put an import that was undone back in force, as it stood; returns how many incidents were derived anew."""
    engine.queue(session.connection(), "incidents")
    tombstones.lift(session, Entity.BATCH, batch.id, reason=AGAIN, by=by, now=now)
    past.note(session, ImportBatch, [batch.id], now)
    counts = dict(batch.counts)
    before = BatchStatus(counts.pop(BEFORE, BatchStatus.FAILED.value))
    batch.status = BatchStatus.DONE if before is BatchStatus.DONE else BatchStatus.FAILED
    batch.counts, batch.message, batch.finished_at = counts, None, now
    session.flush()
    return _derive(session, batch.id, now)


def may_bring_back(session: Session, viewer: Viewer, batch_id: str) -> None:
    """Refuse to bring an import back to all who may not change the record of every region of which it told."""
    for region_id in regions(session, batch_id):
        policy.admit_to_change(viewer, region_id)


def regions(session: Session, batch_id: str) -> list[str]:
    """The regions of which an import told."""
    told = select(Source.region_id).join(Report, Report.source_id == Source.id)
    again = told.join(Retold, Retold.report_id == Report.id).where(Retold.batch_id == batch_id)
    return sorted(set(session.scalars(union(told.where(Report.batch_id == batch_id), again))))


def _reports(session: Session, batch_id: str) -> int:
    asked = select(func.count()).select_from(Report).where(Report.batch_id == batch_id)
    return session.scalar(asked) or 0


def _kept(session: Session, batch_id: str) -> int:
    """How many of an import's reports stay, because another one that stands brought them again."""
    asked = select(func.count()).select_from(Report).where(Report.batch_id == batch_id, tombstones.standing())
    return session.scalar(asked) or 0


def _derive(session: Session, batch_id: str, now: datetime) -> int:
    own = select(Report.id).where(Report.batch_id == batch_id)
    again = select(Retold.report_id).where(Retold.batch_id == batch_id)
    told = select(ReportIncident.incident_id).where(ReportIncident.report_id.in_(union(own, again)))
    ids = sorted(set(session.scalars(told)))
    for part in bulk.batched(ids, incidents.CHUNK):
        incidents.derive(session, part, now)
    return len(ids)


def _set_aside(session: Session, batch: ImportBatch, by: str, now: datetime) -> int:
    """Reject the open drafts that came with an import."""
    found = select(Draft).where(
        Draft.state == DraftState.OPEN, Draft.id.in_(batch.counts.get("drafts_made", []))
    )
    drafts = session.scalars(found).all()
    past.note(session, Draft, [draft.id for draft in drafts], now)
    for draft in drafts:
        draft.state, draft.decided_by, draft.decided_at, draft.reason = (
            DraftState.REJECTED,
            by,
            now,
            UNDRAFTED,
        )
    return len(drafts)
