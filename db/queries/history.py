"""What changed in this store, by whom and why; and how it stood on a past day."""

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import clusters, masking, policy, reach
from db.policy import Sight, Viewer
from db.queries.common import frame, plain
from db.queries.regions import when
from db.schema import Attachment, Incident, Report, ReportIncident, Revision, Source
from db.vocab import Entity


def history(
    session: Session,
    viewer: Viewer,
    *,
    entity: Entity,
    entity_id: str,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
) -> pd.DataFrame:
    """The revisions of one thing up to a day, oldest first: seq, at, by, entity, entity_id, field, old, new, reason.

    An incident's are those of all that are one with it, and of its reports.
    """
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    if entity is Entity.INCIDENT:
        _, members = cluster(session, region_id, entity_id, asked.recorded)
        told = reach.visible(session, viewer, seen, region_id, entity, list(members))
        rows = trail(session, told if len(told) == len(members) else [], asked.acted, seen, region_id)
    else:
        told = reach.visible(session, viewer, seen, region_id, entity, [entity_id])
        rows = _revisions(session, [(entity, told)], asked.acted)
    return masking.mask(rows, seen, as_of)


def trail(
    session: Session, members: Sequence[str], before: datetime | None, seen: Sight, region_id: str
) -> pd.DataFrame:
    """The revisions of incidents that are one, and of what hangs on them and the viewer may see."""
    a, r = ReportIncident, Report
    told = select(r.id).join(Source, Source.id == r.source_id).join(a, a.report_id == r.id)
    told = told.where(a.incident_id.in_(members), reach.reports(seen)).distinct()
    voiced = list(session.scalars(told if seen.exact else told.where(Source.protected.is_(False))))
    pieces = reach.attachments(seen, region_id).where(
        or_(Attachment.incident_id.in_(members), Attachment.report_id.in_(voiced))
    )
    shown = list(session.scalars(pieces))
    about = [(Entity.INCIDENT, list(members)), (Entity.REPORT, voiced), (Entity.ATTACHMENT, shown)]
    rows = _revisions(session, about, before)
    # That a piece was added is written down with the incident too, under the piece's id.
    return rows[(rows["field"] != "evidence") | rows["new"].isin(shown)].reset_index(drop=True)


def _revisions(
    session: Session, about: Sequence[tuple[Entity, Sequence[str]]], before: datetime | None
) -> pd.DataFrame:
    r = Revision
    wanted = or_(*((r.entity == entity) & r.entity_id.in_(ids) for entity, ids in about))
    chosen = select(r.seq, r.at, r.by, r.entity, r.entity_id, r.field, r.old, r.new, r.reason).where(wanted)
    if before is not None:
        chosen = chosen.where(r.at < before)
    return plain(frame(session, chosen.order_by(r.seq)), words=("entity",))


def cluster(
    session: Session, region_id: str, incident_id: str, recorded: datetime | None
) -> tuple[str, tuple[str, ...]]:
    """The lead and all members of what an incident is one with, now or as this store held it before a moment."""
    if recorded is None:
        leads = clusters.whole(session, [incident_id])
        return leads[incident_id], tuple(sorted(leads))
    groups = clusters.clusters(session, region_id, recorded=recorded)
    members = next((group for group in groups if incident_id in group), [incident_id])
    i = Incident
    first = select(i.id).where(i.id.in_(members)).order_by(i.first_recorded_at, i.id).limit(1)
    return session.scalar(first) or incident_id, tuple(members)
