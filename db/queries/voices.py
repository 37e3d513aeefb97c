"""Who has spoken of which community and when: reports that count there, and explicit "nothing to report"."""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from db import clock, policy, reach
from db.policy import Viewer
from db.queries.common import frame, held, local_day
from db.queries.regions import region
from db.schema import (
    Community,
    IncidentVersion,
    Link,
    Report,
    ReportIncident,
    Source,
    ZeroReport,
)
from db.vocab import IncidentType

VOICES = ["community_id", "source_id", "source", "cadence_days", "known_day", "nothing"]
LOOKED_BACK_DAYS = 28


def voices(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """One row for each day on which a source became known to have spoken of a community.

    Columns: community_id, source_id, source (its name; a protected one is never named), cadence_days (how often it
    is expected to speak; NaN: nobody expects anything), known_day, nothing (True: it said "nothing to report").
    Only sources that are expected to speak, and explicit notes of any source.
    """
    seen = policy.admit(viewer, region_id)
    zone = region(session, viewer, region_id).time_zone
    moment = clock.end_of(as_of, zone)
    recorded = clock.end_of(recorded_as_of, zone) if recorded_as_of else None
    parts = [
        frame(session, one)
        for one in (
            _told(region_id, moment, recorded).where(reach.reports(seen), reach.versions(seen)),
            _nothing(region_id, moment, recorded),
        )
    ]
    rows = pd.concat(parts, ignore_index=True) if any(len(p) for p in parts) else parts[0]
    secret = reach.secret_communities(session, seen, region_id)
    rows = rows[~rows["community_id"].isin(secret)].reset_index(drop=True)
    # A source's silence is told beside every score, so a protected one is never named, whoever asks.
    hidden = rows["protected"].astype(bool)
    for name in ("source",) if seen.exact else ("source", "source_id"):
        rows[name] = rows[name].where(~hidden, policy.PROTECTED)
    rows["known_day"] = local_day(rows["available_at"], zone)
    if not seen.settlements:
        rows["known_day"] -= pd.to_timedelta(rows["known_day"].dt.day_of_week, unit="D")
    rows["cadence_days"] = rows["cadence_days"].astype(float)
    rows["nothing"] = [kind is None or kind == IncidentType.NOTHING_TO_REPORT for kind in rows["kind"]]
    ordered = rows[VOICES].drop_duplicates().sort_values(VOICES[:2] + VOICES[4:])
    return ordered.reset_index(drop=True)


def _columns(available: Any, kind: Any) -> tuple[Any, ...]:
    return (
        *(Source.code.label("source_id"), Source.name.label("source"), Source.protected),
        *(Source.cadence_days, available, kind),
    )


def _told(region_id: str, moment: datetime, recorded: datetime | None) -> Select[Any]:
    """Reports of incidents that count in a community, and notes about its district."""
    v, link = IncidentVersion, Link
    tied = or_(link.version_id == v.id, and_(link.version_id.is_(None), link.withdrawn_at.is_(None)))
    return (
        select(
            link.community_id,
            *_columns(Report.available_at.label("available_at"), v.incident_type.label("kind")),
        )
        .join(v, and_(v.incident_id == link.incident_id, tied))
        .join(ReportIncident, ReportIncident.incident_id == v.incident_id)
        .join(Report, Report.id == ReportIncident.report_id)
        .join(Source, Source.id == Report.source_id)
        .where(
            v.region_id == region_id,
            held(recorded),
            Source.cadence_days.is_not(None),
            Report.available_at < moment,
            *([Report.recorded_at < recorded] if recorded else []),
            or_(link.counted, v.incident_type == IncidentType.NOTHING_TO_REPORT),
        )
        .distinct()
    )


def _nothing(region_id: str, moment: datetime, recorded: datetime | None) -> Select[Any]:
    """Explicit notes of nothing to report that stood at the moment."""
    z = ZeroReport
    stood = [z.withdrawn_at.is_(None)] if recorded is None else [
        z.recorded_at < recorded, or_(z.withdrawn_at.is_(None), z.withdrawn_at >= recorded)
    ]  # fmt: skip
    return (
        select(z.community_id, *_columns(z.available_at.label("available_at"), z.note.label("kind")))
        .join(Source, Source.id == z.source_id)
        .where(z.region_id == region_id, z.available_at < moment, *stood)
    )


def heard(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """For each community and source that is expected to speak of it: when it last did, and how often of late.

    Columns: community_id, name, name_ar, source_id, source, cadence_days, last_day, silent_days, expected
    and received (in the last 28 days), overdue. A source is expected where it has spoken before.
    """
    rows = voices(session, viewer, region_id=region_id, as_of=as_of)
    rows = rows[rows["cadence_days"].notna()]
    grouped = rows.groupby(["community_id", "source_id", "source", "cadence_days"], sort=True)["known_day"]
    found = grouped.agg(last_day="max").reset_index()
    since = pd.Timestamp(as_of) - timedelta(days=LOOKED_BACK_DAYS)
    found["silent_days"] = (pd.Timestamp(as_of) - found["last_day"]).dt.days
    found["expected"] = (LOOKED_BACK_DAYS // found["cadence_days"]).astype(int)
    found["received"] = _received(rows, since, as_of).reindex(
        pd.MultiIndex.from_frame(found[["community_id", "source_id"]]), fill_value=0
    ).to_numpy()  # fmt: skip
    found["received"] = found[["received", "expected"]].min(axis=1)
    found["overdue"] = found["silent_days"] > found["cadence_days"]
    found["last_day"] = found["last_day"].dt.date
    return _named(session, region_id, found)


def _received(rows: pd.DataFrame, since: pd.Timestamp, as_of: date) -> pd.Series:
    """In how many of the spans in which a word was due one came."""
    recent = rows[rows["known_day"] > since].copy()
    recent["span"] = (pd.Timestamp(as_of) - recent["known_day"]).dt.days // recent["cadence_days"]
    return recent.groupby(["community_id", "source_id"])["span"].nunique()


def _named(session: Session, region_id: str, found: pd.DataFrame) -> pd.DataFrame:
    names = frame(
        session,
        select(Community.id.label("community_id"), Community.name, Community.name_ar).where(
            Community.region_id == region_id
        ),
    )
    merged = found.merge(names, on="community_id", how="left")
    order = ["community_id", "name", "name_ar", "source_id", "source", "cadence_days", "last_day"]
    return merged[[*order, "silent_days", "expected", "received", "overdue"]].sort_values(
        ["silent_days", "community_id", "source_id"], ascending=[False, True, True], ignore_index=True
    )


def zero_reports(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """The notes of "nothing to report" that stood on a day, newest first."""
    seen = policy.admit(viewer, region_id)
    moment = clock.end_of(as_of, region(session, viewer, region_id).time_zone)
    z = ZeroReport
    rows = frame(
        session,
        select(
            *(z.id.label("zero_id"), z.community_id, Community.name, Community.name_ar, z.day, z.note),
            *(Source.name.label("source"), Source.protected, z.by, z.recorded_at),
        )
        .join(Source, Source.id == z.source_id)
        .join(Community, Community.id == z.community_id)
        .where(
            z.region_id == region_id,
            z.available_at < moment,
            func.coalesce(z.withdrawn_at >= moment, True),
            reach.communities(seen),
        )
        .order_by(z.day.desc(), z.community_id, z.id),
    )
    hidden = rows.pop("protected").astype(bool)
    if not seen.exact:
        for name in ("source", "by", "note"):
            rows[name] = rows[name].where(~hidden, policy.PROTECTED)
    return policy.mask(rows, seen, as_of)
