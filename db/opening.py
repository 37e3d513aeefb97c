"""Who may read what a source reports: a person opens or closes the reports that have no word of their own.

Reports that say themselves who may read them, those that somebody wrote or let in by hand, and what came with
an export of incidents stay as they are. Opening to the public takes the consent of a second person wherever
accounts are kept, for one act: what was closed again needs another.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from db import audit, bulk, engine, incidents, licences, past, policy, revisions
from db.errors import BadInput
from db.ids import content_sha256
from db.policy import LOCAL, Viewer
from db.revisions import Change
from db.schema import Consent, ImportBatch, Mapping, Person, Report, ReportIncident, Revision, Source
from db.vocab import AccessAct, Entity, Sensitivity

SUBJECT, FIELD = "source", "reports_as"
COPIES = ("export", "store")  # importers of what another store decided
NEEDED = (
    "this opens them to the public, which takes the consent of a second person: ask for it on the page Data, "
    "Sources; once an approver has agreed, this does it"
)
_ORDER = list(Sensitivity)


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of it: as what the source's reports come in now, reports that changed, versions derived anew."""

    before: Sensitivity
    reports: int
    versions: int


def open_as(
    session: Session,
    viewer: Viewer,
    region_id: str,
    code: str,
    to: Sensitivity,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> Opened:
    """Let a source's reports be public, internal or restricted: those here, and those to come; in one transaction.

    Earlier days of the world are told by it too; what this store held on an earlier day stays readable.
    """
    policy.may_settle(viewer, region_id)
    reason, by = revisions.reasoned(reason), revisions.named(by)
    engine.queue(session.connection(), "incidents")
    source = find(session, region_id, code)
    _refuse(source, to)
    before, ids = source.reports_as, _others(session, source, to)
    if before is to and not ids:
        return Opened(before, 0, 0)
    if to is Sensitivity.PUBLIC and not agreed(session, viewer, source):
        raise BadInput(NEEDED)
    _set(session, source, to, ids, now)
    change = Change(Entity.SOURCE, source.id, FIELD, [before, 0], [to, len(ids)])
    revisions.note_all(session, [change], reason=reason, by=by, now=now)
    told = {"source": code, "to": to.value, "reports": len(ids)}
    audit.note(session, viewer.name, AccessAct.CHANGE, "source", region_id=region_id, told=told, now=now)
    return Opened(before, len(ids), _derive(session, source.id, now))


def find(session: Session, region_id: str, code: str) -> Source:
    """The source of a region that goes by a code."""
    source = session.scalar(select(Source).where(Source.region_id == region_id, Source.code == code))
    if source is None:
        raise BadInput(f"there is no source {code!r} in {region_id}; its sources.csv lists the codes")
    return source


def digest(session: Session, source: Source) -> str:
    """What a second person consents to: opening this source to the public, once, as things stand."""
    r = Revision
    acts = select(func.count()).where(r.entity == Entity.SOURCE, r.entity_id == source.id, r.field == FIELD)
    return content_sha256({"source": source.id, "to": Sensitivity.PUBLIC, "acts": session.scalar(acts) or 0})


def agreed(session: Session, viewer: Viewer, source: Source) -> bool:
    """Whether a source may be opened: two people agreed, one of them the viewer; or there are no accounts here."""
    if session.scalar(select(Person.id).limit(1)) is None and viewer.name == LOCAL.name:
        return True
    c = Consent
    asked = select(c.asked_by, c.given_by).where(c.region_id == source.region_id, c.subject == SUBJECT)
    given = session.execute(asked.where(c.subject_sha256 == digest(session, source), c.given.is_(True)))
    return any(viewer.name in (LOCAL.name, *two) for two in given)


def settled(session: Session, region_id: str) -> set[str]:
    """The codes of the sources for which a person said how their reports come in: a pack does not overrule them."""
    r = Revision
    asked = select(Source.code).join(r, r.entity_id == Source.id)
    return set(
        session.scalars(
            asked.where(Source.region_id == region_id, r.entity == Entity.SOURCE, r.field == FIELD)
        )
    )


def silent(session: Session, r: type[Report] = Report) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a report came in a file or feed, and had no word of its own on who may read it."""
    b = ImportBatch
    worded = [one.id for one in session.scalars(select(Mapping)) if _words(one.spec)]
    copied = select(b.id).where(or_(b.importer.in_(COPIES), b.mapping_id.in_(worded)))
    return r.batch_id.is_not(None), r.batch_id.not_in(copied), r.raw["sensitivity"].as_string().is_(None)


def _words(spec: dict[str, Any]) -> bool:
    return any("sensitivity" in (spec.get(part) or {}) for part in ("columns", "constants"))


def _refuse(source: Source, to: Sensitivity) -> None:
    if to is not Sensitivity.PUBLIC:
        return
    if source.protected:
        raise BadInput(f"{source.code} is a protected source: what it reports never becomes public")
    if source.code in licences.NOT_TO_PASS_ON:
        raise BadInput(f"the terms of {source.code} forbid passing its data on; it stays inside")


def _others(session: Session, source: Source, to: Sensitivity) -> list[str]:
    """The source's reports without a word of their own that stand otherwise."""
    asked = select(Report.id).where(Report.source_id == source.id, Report.sensitivity != to, *silent(session))
    return list(session.scalars(asked.order_by(Report.id)))


def _set(session: Session, source: Source, to: Sensitivity, ids: list[str], now: datetime) -> None:
    past.note(session, Source, [source.id], now)
    past.note(session, Report, ids, now)
    source.reports_as = to
    session.flush()
    table: Any = Report.__table__
    for some in bulk.batched(ids, incidents.CHUNK):
        session.execute(update(table).where(table.c.id.in_(some)).values(sensitivity=to))
    session.expire_all()


def _derive(session: Session, source_id: str, now: datetime) -> int:
    told = select(ReportIncident.incident_id).join(Report, Report.id == ReportIncident.report_id)
    ids = sorted(set(session.scalars(told.where(Report.source_id == source_id))))
    return sum(incidents.derive(session, part, now) for part in bulk.batched(ids, incidents.CHUNK))
