"""What waits for a person: drafts, and incidents of the record that need a look."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import policy, reach
from db.past import At
from db.policy import Viewer
from db.queries.common import frame, plain
from db.queries.incidents import incidents
from db.queries.regions import when
from db.schema import Draft, Place, Source
from db.vocab import DraftState, PlaceLevel, SourceKind

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
    recorded_as_of: date | None = None,
    state: DraftState | None = DraftState.OPEN,
    limit: int = 500,
) -> pd.DataFrame:
    """What came in by a day and waits for a person (or, with another `state`, what was decided), newest first.

    What a protected source sent is there only for those who may know it: every word of it may say who it is.
    With `recorded_as_of` what waited then; a draft's words are those of now, for what is typed is not kept.
    """
    seen = policy.admit_to_work(viewer, region_id)
    clocks = when(session, viewer, region_id, as_of, recorded_as_of)
    d, s = clocks.at.of(Draft), clocks.at.of(Source)
    columns: dict[str, Any] = {"draft_id": d.id, "source": s.name}
    asked = [(columns[n] if n in columns else getattr(d, n)).label(n) for n in DRAFT_COLUMNS]
    statement = (
        select(*asked, s.code.label("source_code"))
        .outerjoin(s, s.id == d.source_id)
        .where(d.region_id == region_id, d.received_at < clocks.acted, reach.drafts(seen, d))
        .order_by(d.received_at.desc(), d.id)
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(d.state == state)
    return plain(frame(session, statement), words=("origin", "state", "sensitivity"))


def near_in_time(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    place_id: str,
    start: str,
    end: str,
    recorded_as_of: date | None = None,
) -> pd.DataFrame:
    """The incidents known on a day that lie in the same district (or place) within three days of a span."""
    policy.admit_to_work(viewer, region_id)
    first = date.fromisoformat(start) - timedelta(days=NEAR_DAYS)
    last = date.fromisoformat(end) + timedelta(days=NEAR_DAYS)
    days: dict[str, Any] = {"region_id": region_id, "as_of": as_of, "recorded_as_of": recorded_as_of}
    found = incidents(session, viewer, **days, since=first, until=last, limit=MOST_NEAR)
    at = when(session, viewer, **days).at
    units = {place_id, *_above(session, at, place_id)}
    near = found["place_id"].isin(units) | found["district_id"].isin(units)
    return found[near & (pd.to_datetime(found["date_start"]) <= pd.Timestamp(last))].head(20)


def _above(session: Session, at: At, place_id: str) -> list[str]:
    """The district a place lies in."""
    p, line, parent = at.of(Place), list[str](), place_id
    for _ in PlaceLevel:
        found = session.execute(select(p.id, p.parent_id, p.level).where(p.id == parent)).first()
        if found is None:
            break
        if found.level is PlaceLevel.DISTRICT and found.id != place_id:
            line.append(found.id)
        parent = found.parent_id
    return line


def source_names(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> dict[str, str]:
    """The sources of a region that somebody may name, by code, with their names; data sets are imported, not told."""
    seen = policy.admit(viewer, region_id)
    s = when(session, viewer, region_id, as_of, recorded_as_of).at.of(Source)
    asked = select(s.code, s.name, s.protected).where(
        s.region_id == region_id, s.kind != SourceKind.DATASET, s.code != UNKNOWN_SOURCE
    )
    if not seen.exact:  # what nobody may name, nobody chooses
        asked = asked.where(s.protected.is_(False))
    return {code: name for code, name, _ in session.execute(asked.order_by(s.name, s.code))}


def draft_count(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> int:
    """How many drafts wait for a person on a day."""
    seen = policy.admit(viewer, region_id)
    clocks = when(session, viewer, region_id, as_of, recorded_as_of)
    d = clocks.at.of(Draft)
    asked = select(func.count(d.id)).where(
        d.region_id == region_id,
        d.state == DraftState.OPEN,
        d.received_at < clocks.acted,
        reach.drafts(seen, d),
    )
    return session.scalar(asked) or 0
