"""What awaits a reader: what came into the store since an instant, and what waits for a person too long."""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import and_, case, func, literal, select
from sqlalchemy.orm import Session, aliased

from db import clock, policy, reach
from db.policy import Viewer
from db.queries.around import NUMBERS, WORDS, Around
from db.queries.common import frame, plain
from db.queries.incidents import told
from db.queries.looks import doubtful
from db.queries.regions import When, when
from db.schema import Draft, Incident, IncidentVersion, Revision
from db.vocab import DraftState, Entity

DRAFT_DAYS, INCIDENT_DAYS = 2, 7  # what waits longer is overdue
_v = IncidentVersion


def came_in(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    since: datetime,
    recorded_as_of: date | None = None,
    limit: int | None = 8,
) -> pd.DataFrame:
    """Incidents that came into this store, changed or were merged since an instant, the deadliest first.

    `change` is new, revised or merged (with others), `alike` how many are of that kind altogether. Who sees
    weeks only is told of whole days.
    """
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    if not seen.settlements:
        since = clock.start_of(clock.day_of(since, asked.zone), asked.zone)
    change = case((_merged(asked, since), "merged"), (_older(asked, since), "revised"), else_="new")
    inner = Around(asked.at).known(seen, asked).where(_v.recorded_at >= since)
    counted = func.count().over(partition_by=change)
    statement = (
        inner.add_columns(change.label("change"), counted.label("alike"))
        .order_by(_v.deaths.desc().nulls_last(), _v.incident_id)
        .limit(limit)
    )
    rows = plain(frame(session, statement), numbers=NUMBERS, words=WORDS)
    return told(session, rows, seen, asked)


def _older(asked: When, since: datetime) -> Any:
    earlier = aliased(_v)
    same = (earlier.incident_id == _v.incident_id, earlier.recorded_at < since)
    return select(earlier.id).where(*same).exists()


def _merged(asked: When, since: datetime) -> Any:
    i, r = asked.at.of(Incident), Revision
    act = and_(r.entity == Entity.INCIDENT, r.field == "merged_into", r.at >= since, *asked.held(r.at))
    return select(i.id).join(r, r.entity_id == i.id).where(i.merged_into == _v.incident_id, act).exists()


def overdue(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """What waits for a person: kind (draft, incident), waiting, late, oldest; empty for those whose work it is not.

    Drafts are late after two days; incidents that are contested, unreviewed or without a place after a week.
    """
    seen = policy.admit(viewer, region_id)
    if not seen.settlements:
        return pd.DataFrame({"kind": [], "waiting": [], "late": [], "oldest": []})
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    d = asked.at.of(Draft)
    drafts = select(literal("draft").label("kind"), *_ages(d.received_at, asked, DRAFT_DAYS)).where(
        d.region_id == region_id,
        d.state == DraftState.OPEN,
        d.received_at < asked.acted,
        reach.drafts(seen, d),
    )
    waiting = doubtful(session, viewer, asked)
    incidents = waiting.with_only_columns(
        literal("incident").label("kind"), *_ages(_v.known_from, asked, INCIDENT_DAYS)
    )
    found = pd.concat([frame(session, one) for one in (drafts, incidents)], ignore_index=True)
    return found[found["waiting"] > 0].astype({"waiting": int, "late": int}).reset_index(drop=True)


def _ages(since: Any, asked: When, days: int) -> tuple[Any, ...]:
    late = since < asked.moment - timedelta(days=days)
    return (
        func.count().label("waiting"),
        func.sum(case((late, 1), else_=0)).label("late"),
        func.min(since).label("oldest"),
    )
