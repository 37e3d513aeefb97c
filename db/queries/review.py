"""What waits for a person: drafts, and incidents of the record that need a look."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from db import clock, policy, reach
from db.policy import Viewer
from db.queries.common import frame, known, plain
from db.queries.incidents import incidents
from db.queries.regions import region
from db.schema import Decision, Draft, IncidentVersion, Place, ReportIncident, Source
from db.vocab import DecisionField, DraftState, PlaceLevel, SourceKind, Verification

LOOKED_BACK_DAYS = 30
UNKNOWN_SOURCE = "unknown"
NEAR_DAYS, MOST_NEAR = 3, 2000
DRAFT_COLUMNS = (
    *("draft_id", "origin", "state", "source", "received_at", "published_at", "lang", "title", "text", "url"),
    *("suggestions", "fields", "by", "decided_by", "decided_at", "reason", "report_id", "sensitivity"),
)


def drafts(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    state: DraftState | None = DraftState.OPEN,
    limit: int = 500,
) -> pd.DataFrame:
    """What came in by a day and waits for a person (or, with another `state`, what was decided), newest first.

    What a protected source sent is there only for those who may know it: every word of it may say who it is.
    """
    seen = policy.admit_to_work(viewer, region_id)
    moment = clock.end_of(as_of, region(session, viewer, region_id).time_zone)
    d = Draft
    columns: dict[str, Any] = {"draft_id": d.id, "source": Source.name}
    asked = [(columns[n] if n in columns else getattr(d, n)).label(n) for n in DRAFT_COLUMNS]
    statement = (
        select(*asked, Source.code.label("source_code"))
        .outerjoin(Source, Source.id == d.source_id)
        .where(d.region_id == region_id, d.received_at < moment, reach.drafts(seen))
        .order_by(d.received_at.desc(), d.id)
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(d.state == state)
    return plain(frame(session, statement), words=("origin", "state", "sensitivity"))


def near_in_time(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, place_id: str, start: str, end: str
) -> pd.DataFrame:
    """The incidents known on a day that lie in the same district (or place) within three days of a span."""
    policy.admit_to_work(viewer, region_id)
    first = date.fromisoformat(start) - timedelta(days=NEAR_DAYS)
    last = date.fromisoformat(end) + timedelta(days=NEAR_DAYS)
    found = incidents(
        session, viewer, region_id=region_id, as_of=as_of, since=first, until=last, limit=MOST_NEAR
    )
    units = {place_id} | {above for above in _above(session, place_id) if above}
    near = found["place_id"].isin(units) | found["district_id"].isin(units)
    return found[near & (pd.to_datetime(found["date_start"]) <= pd.Timestamp(last))].head(20)


def _above(session: Session, place_id: str) -> list[str | None]:
    """The district a place lies in."""
    line: list[str | None] = []
    at = session.get(Place, place_id)
    while at is not None and at.parent_id is not None and len(line) < len(PlaceLevel):
        at = session.get(Place, at.parent_id)
        if at is not None and at.level is PlaceLevel.DISTRICT:
            line.append(at.id)
    return line


def source_names(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> dict[str, str]:
    """The sources of a region that somebody may name, by code, with their names; data sets are imported, not told."""
    seen = policy.admit(viewer, region_id)
    asked = select(Source.code, Source.name, Source.protected).where(
        Source.region_id == region_id, Source.kind != SourceKind.DATASET, Source.code != UNKNOWN_SOURCE
    )
    if not seen.exact:  # what nobody may name, nobody chooses
        asked = asked.where(Source.protected.is_(False))
    return {code: name for code, name, _ in session.execute(asked.order_by(Source.name))}


def draft_count(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> int:
    """How many drafts wait for a person on a day."""
    seen = policy.admit(viewer, region_id)
    moment = clock.end_of(as_of, region(session, viewer, region_id).time_zone)
    asked = select(func.count()).where(
        Draft.region_id == region_id,
        Draft.state == DraftState.OPEN,
        Draft.received_at < moment,
        reach.drafts(seen),
    )
    return session.scalar(asked) or 0


def needs_look(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, limit: int = 50
) -> pd.DataFrame:
    """Incidents that became known of late and that nobody has looked at, the doubtful ones first, then the newest.

    Columns: incident_id, known_from, deaths, why (contested, unreviewed, no_place: nobody could find where it
    was, or new). Those that somebody has reviewed since, or let in by hand, are left out.
    """
    seen = policy.admit_to_work(viewer, region_id)
    zone = region(session, viewer, region_id).time_zone
    moment = clock.end_of(as_of, zone)
    v = IncidentVersion
    reviewed = exists().where(
        Decision.incident_id == v.incident_id,
        Decision.field == DecisionField.REVIEWED,
        Decision.at >= v.known_from,
        Decision.at < moment,
    )
    by_hand = exists().where(
        ReportIncident.incident_id == v.incident_id, ReportIncident.added_by.is_not(None)
    )
    why = case(
        (v.verification == Verification.CONTESTED, "contested"),
        (v.verification == Verification.UNREVIEWED, "unreviewed"),
        (and_(v.district_id.is_(None), v.governorate_id.is_(None)), "no_place"),
        else_="new",
    )
    rows = frame(
        session,
        select(v.incident_id, why.label("why"), v.known_from, v.deaths)
        .where(
            v.region_id == region_id,
            known(moment),
            v.known_from >= clock.start_of(as_of - timedelta(days=LOOKED_BACK_DAYS), zone),
            reach.versions(seen),
            or_(why != "new", ~by_hand),
            ~reviewed,
        )
        .order_by(case((why == "new", 1), else_=0), v.known_from.desc(), v.incident_id)
        .limit(limit),
    )
    return plain(rows, numbers=("deaths",), words=("why",))
