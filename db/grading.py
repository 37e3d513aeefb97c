"""How reliable a source is held to be, as a person grades it (Admiralty A-F); a pack never overrules them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import bulk, engine, incidents, past, policy, revisions, sources
from db.errors import BadInput
from db.policy import Viewer
from db.schema import Report, ReportIncident, Source
from db.vocab import Entity, Reliability


def grade(
    session: Session,
    viewer: Viewer,
    region_id: str,
    code: str,
    reliability: Reliability,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> int:
    """Grade a source from now on; returns how many versions of incidents were derived anew.

    Earlier days keep the grade that was in force on them.
    """
    policy.admit(viewer, region_id)
    policy.may_act(viewer)
    reason, by = revisions.reasoned(reason), revisions.named(by)
    engine.queue(session.connection(), "incidents")
    source = _source(session, region_id, code)
    past.note(session, Source, [source.id], now)
    change = (Entity.SOURCE, source.id, "reliability", source.reliability, reliability)
    source.reliability, source.graded_by, source.graded_at = reliability, by, now
    session.flush()
    revisions.note(session, *change, reason=reason, by=by, now=now)
    sources.forget(session)
    return _derive(session, source.id, now)


def _source(session: Session, region_id: str, code: str) -> Source:
    source = session.scalar(select(Source).where(Source.region_id == region_id, Source.code == code))
    if source is None:
        raise BadInput(f"there is no source {code!r} in {region_id}; its sources.csv lists the codes")
    return source


def _derive(session: Session, source_id: str, now: datetime) -> int:
    told = select(ReportIncident.incident_id).join(Report, Report.id == ReportIncident.report_id)
    ids = sorted(set(session.scalars(told.where(Report.source_id == source_id))))
    return sum(incidents.derive(session, part, now) for part in bulk.batched(ids, incidents.CHUNK))
