"""Who has spoken of which community and when: reports that count there, and explicit "nothing to report"."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, func, null, or_, select
from sqlalchemy.orm import Session

from db import clock, masking, policy, reach
from db.policy import Sight, Viewer
from db.queries.common import frame, held, local_day, unsought
from db.queries.regions import When, when
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
SPOKEN_DAYS, FEW = 92, 20


def voices(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """One row for each day on which a source became known to have spoken of a community.

    Columns: community_id, source_id, source (its name; a protected one is never named), cadence_days (how often it
    is expected to speak; NaN: nobody expects anything), known_day, nothing (True: it said "nothing to report").
    Only sources that are expected to speak, and explicit notes of any source.
    """
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    told = [_told(asked, seen).distinct()] if _expected(session, asked) else []
    rows = _days(session, asked, seen, [frame(session, one) for one in (*told, _nothing(asked))])
    rows["nothing"] = [kind is None or kind == IncidentType.NOTHING_TO_REPORT for kind in rows["kind"]]
    ordered = rows[VOICES].drop_duplicates().sort_values(VOICES[:2] + VOICES[4:])
    return ordered.reset_index(drop=True)


def _days(session: Session, asked: When, seen: Sight, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """What some reads found, for whoever may know of it, with the day on which each became known."""
    rows = pd.concat(parts, ignore_index=True) if any(len(p) for p in parts) else parts[0]
    secret = reach.secret_communities(session, seen, asked.region_id)
    rows = rows[~rows["community_id"].isin(secret)].reset_index(drop=True)
    # A source's silence is told beside every score, so a protected one is never named, whoever asks.
    hidden = rows["protected"].astype(bool)
    for name in ("source",) if seen.exact else ("source", "source_id"):
        rows[name] = rows[name].where(~hidden, masking.PROTECTED)
    rows["known_day"] = local_day(rows["available_at"], asked.zone)
    if not seen.settlements:
        rows["known_day"] -= pd.to_timedelta(rows["known_day"].dt.day_of_week, unit="D")
    rows["cadence_days"] = rows["cadence_days"].astype(float)
    return rows


def _expected(session: Session, asked: When) -> list[str]:
    """The sources that are expected to speak; where there are none a search through all reports would find none."""
    s = asked.at.of(Source)
    return list(
        session.scalars(select(s.code).where(s.region_id == asked.region_id, s.cadence_days.is_not(None)))
    )


def _columns(s: type[Source], available: Any, kind: Any) -> tuple[Any, ...]:
    return (
        *(s.code.label("source_id"), s.name.label("source"), s.protected),
        *(s.cadence_days, available, kind),
    )


def _told(
    asked: When, seen: Sight, since: datetime | None = None, only: Sequence[str] | None = None
) -> Select[Any]:
    """Reports of incidents that count in a community, and notes about its district; since a moment, of some."""
    v, link = IncidentVersion, asked.at.of(Link)
    s, r, a = asked.at.of(Source), asked.at.of(Report), asked.at.of(ReportIncident)
    by_people = and_(
        link.version_id.is_(None), _stands(asked, link.withdrawn_at), *asked.held(link.decided_at)
    )
    kind = v.incident_type.label("kind")
    return (
        select(link.community_id, *_columns(s, r.available_at.label("available_at"), kind))
        .join(v, and_(v.incident_id == link.incident_id, or_(link.version_id == v.id, by_people)))
        .join(a, a.incident_id == v.incident_id)
        .join(r, r.id == a.report_id)
        .join(s, s.id == (r.source_id if only is None else unsought(r.source_id)))
        .where(
            unsought(v.region_id) == asked.region_id,  # from the few sources on, not from all incidents
            held(asked.recorded),
            s.cadence_days.is_not(None),
            r.available_at < asked.moment,
            *(reach.reports(seen, r), reach.versions(seen)),
            *asked.held(r.recorded_at),
            or_(link.counted, v.incident_type == IncidentType.NOTHING_TO_REPORT),
            *(() if since is None else (r.available_at >= since,)),
            *(() if only is None else (link.community_id.in_(only),)),
        )
    )


def _newest(told: Select[Any]) -> Select[Any]:
    """Of each community and source only the newest word."""
    inner = told.subquery()
    kept = [one for one in inner.c if one.name not in ("available_at", "kind")]
    newest = func.max(inner.c.available_at).label("available_at")
    return select(*kept, newest, null().label("kind")).group_by(*kept)


def _nothing(asked: When) -> Select[Any]:
    """Explicit notes of nothing to report that stood at the moment."""
    z, s = ZeroReport, asked.at.of(Source)
    stood = (_stands(asked, z.withdrawn_at), *asked.held(z.recorded_at))
    return (
        select(z.community_id, *_columns(s, z.available_at.label("available_at"), z.note.label("kind")))
        .join(s, s.id == z.source_id)
        .where(z.region_id == asked.region_id, z.available_at < asked.moment, *stood)
    )


def _stands(asked: When, withdrawn_at: Any) -> ColumnElement[bool]:
    """The condition that something is not withdrawn, or was not on the day of the record."""
    never: ColumnElement[bool] = withdrawn_at.is_(None)
    return or_(never, withdrawn_at >= asked.recorded) if asked.recorded else never


def heard(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """For each community and source that is expected to speak of it: when it last did, and how often of late.

    Columns: community_id, name, name_ar, source_id, source, cadence_days, last_day, silent_days, expected
    and received (in the last 28 days), overdue. A source is expected where it has spoken before.
    """
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    first = _back(as_of, LOOKED_BACK_DAYS)
    rows = _days(session, asked, seen, [*_words(session, asked, seen), frame(session, _nothing(asked))])
    rows = rows[rows["cadence_days"].notna()]
    grouped = rows.groupby(["community_id", "source_id", "source", "cadence_days"], sort=True)["known_day"]
    found = grouped.agg(last_day="max").reset_index()
    found["silent_days"] = (pd.Timestamp(as_of) - found["last_day"]).dt.days
    found["expected"] = (LOOKED_BACK_DAYS // found["cadence_days"]).astype(int)
    found["received"] = _received(rows, pd.Timestamp(first), as_of).reindex(
        pd.MultiIndex.from_frame(found[["community_id", "source_id"]]), fill_value=0
    ).to_numpy()  # fmt: skip
    found["received"] = found[["received", "expected"]].min(axis=1)
    found["overdue"] = found["silent_days"] > found["cadence_days"]
    found["last_day"] = found["last_day"].dt.date
    return _named(session, asked, found)


def _back(day: date, days: int) -> date:
    return day - timedelta(days=min(days, (day - date.min).days))


def _words(session: Session, asked: When, seen: Sight) -> list[pd.DataFrame]:
    """Every word of the last months, and of whoever has not spoken since the newest before: all that is told of it.

    Where nearly all have spoken lately only the communities of the others are searched from the beginning.
    """
    if not (codes := _expected(session, asked)):
        return []
    c, since = asked.at.of(Community), clock.end_of(_back(asked.as_of, SPOKEN_DAYS), asked.zone)
    lately = frame(session, _told(asked, seen, since).distinct())
    spoken = lately.drop_duplicates(["community_id", "source_id"])["community_id"].value_counts()
    all_ = session.scalars(select(c.id).where(c.region_id == asked.region_id))
    missing = [one for one in all_ if spoken.get(one, 0) < len(codes)]
    if not missing:
        return [lately]
    only = missing if len(missing) <= FEW else None
    return [lately, frame(session, _newest(_told(asked, seen, only=only)))]


def _received(rows: pd.DataFrame, since: pd.Timestamp, as_of: date) -> pd.Series:
    """In how many of the spans in which a word was due one came."""
    recent = rows[rows["known_day"] > since].copy()
    recent["span"] = (pd.Timestamp(as_of) - recent["known_day"]).dt.days // recent["cadence_days"]
    return recent.groupby(["community_id", "source_id"])["span"].nunique()


def _named(session: Session, asked: When, found: pd.DataFrame) -> pd.DataFrame:
    c = asked.at.of(Community)
    listed = select(c.id.label("community_id"), c.name, c.name_ar).where(c.region_id == asked.region_id)
    names = frame(session, listed)
    merged = found.merge(names, on="community_id", how="left")
    order = ["community_id", "name", "name_ar", "source_id", "source", "cadence_days", "last_day"]
    return merged[[*order, "silent_days", "expected", "received", "overdue"]].sort_values(
        ["silent_days", "community_id", "source_id"], ascending=[False, True, True], ignore_index=True
    )


def zero_reports(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """The notes of "nothing to report" that stood on a day, newest first."""
    seen = policy.admit(viewer, region_id)
    asked, z = when(session, viewer, region_id, as_of, recorded_as_of), ZeroReport
    s, c = asked.at.of(Source), asked.at.of(Community)
    rows = frame(
        session,
        select(
            *(z.id.label("zero_id"), z.community_id, c.name, c.name_ar, z.day, z.note),
            *(s.name.label("source"), s.protected, z.by, z.recorded_at),
        )
        .join(s, s.id == z.source_id)
        .join(c, c.id == z.community_id)
        .where(
            *(z.region_id == region_id, z.available_at < asked.moment, *asked.held(z.recorded_at)),
            or_(_stands(asked, z.withdrawn_at), z.withdrawn_at >= asked.moment),
            reach.of_community(c.id, seen),
        )
        .order_by(z.day.desc(), z.community_id, z.id),
    )
    hidden = rows.pop("protected").astype(bool)
    if not seen.exact:
        for name in ("source", "by", "note"):
            rows[name] = rows[name].where(~hidden, masking.PROTECTED)
    return masking.mask(rows, seen, as_of)
