"""Incidents: lists, one in full, and what changed between two days."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from db import clock, clusters, policy
from db.errors import BadInput
from db.policy import Sight, Viewer
from db.queries.common import frame, known, plain
from db.queries.regions import region
from db.schema import (
    Actor,
    Claim,
    Community,
    IncidentVersion,
    Link,
    Place,
    Report,
    ReportActor,
    ReportIncident,
    Source,
)

_v = IncidentVersion
_district, _governorate, _spot = aliased(Place), aliased(Place), aliased(Place)
_COLUMNS = (
    *(_v.incident_id, _v.id.label("version_id"), _v.incident_type, _v.summary, _v.date_start, _v.date_end),
    *(
        _v.date_prec,
        _v.place_text,
        _v.place_id,
        _v.district_id,
        _v.governorate_id,
        _v.lat,
        _v.lon,
        _v.geo_prec,
    ),
    *(
        _v.geo_method,
        _v.deaths_low,
        _v.deaths,
        _v.deaths_high,
        _v.civilians,
        _v.reports,
        _v.independent_sources,
    ),
    *(_v.deaths_unknown, _v.figures, _v.attributions, _v.grade, _v.verification_reason),
    *(_v.verification, _v.flags, _v.sensitivity, _v.known_from, _v.recorded_at, _v.figure_rule),
    *(_district.name.label("district"), _district.name_ar.label("district_ar")),
    *(_governorate.name.label("governorate"), _governorate.name_ar.label("governorate_ar")),
    _spot.name.label("place_name"),
)
_NUMBERS = ("lat", "lon", "deaths_low", "deaths", "deaths_high", "civilians")
_WORDS = ("incident_type", "geo_method", "verification", "sensitivity", "figure_rule")


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """One incident in full, as known on a day and as far as the viewer may see."""

    facts: dict[str, Any]
    reports: pd.DataFrame
    claims: pd.DataFrame
    actors: pd.DataFrame
    links: pd.DataFrame
    versions: pd.DataFrame


def _known(region_id: str, seen: Sight, moment: datetime, recorded: datetime | None = None) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .outerjoin(_district, _district.id == _v.district_id)
        .outerjoin(_governorate, _governorate.id == _v.governorate_id)
        .outerjoin(_spot, _spot.id == _v.place_id)
        .where(
            _v.region_id == region_id,
            known(moment, recorded),
            _v.sensitivity.in_(sorted(seen.sensitivities)),
        )
    )


def _filtered(
    statement: Select[Any],
    *,
    since: date | None,
    until: date | None,
    community_id: str | None,
    governorate_id: str | None,
    incident_type: str | None,
    text: str | None,
    counted: bool | None,
) -> Select[Any]:
    if since:
        statement = statement.where(_v.date_end >= since)
    if until:
        statement = statement.where(_v.date_end <= until)
    if governorate_id:
        statement = statement.where(_v.governorate_id == governorate_id)
    if incident_type:
        statement = statement.where(_v.incident_type == incident_type)
    if text:
        names = (_v.summary, _v.place_text, _district.name, _governorate.name)
        statement = statement.where(or_(*(name.icontains(text, autoescape=True) for name in names)))
    if community_id:
        statement = statement.join(
            Link, (Link.version_id == _v.id) & (Link.community_id == community_id)
        ).add_columns(
            Link.basis, Link.method, Link.confidence.label("link_confidence"), Link.share, Link.counted
        )
        if counted is not None:
            statement = statement.where(Link.counted.is_(counted))
    return statement


def incidents(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    since: date | None = None,
    until: date | None = None,
    community_id: str | None = None,
    governorate_id: str | None = None,
    incident_type: str | None = None,
    text: str | None = None,
    counted: bool | None = None,
    ids: list[str] | None = None,
    limit: int | None = 200,
    offset: int = 0,
) -> pd.DataFrame:
    """Incidents known as of a day, the newest first; with a community also how each is tied to it.

    Figures that nobody knows are NaN. What is finer than the viewer may see is emptied.
    """
    seen = policy.admit(viewer, region_id)
    zone = region(session, viewer, region_id).time_zone
    recorded = clock.end_of(recorded_as_of, zone) if recorded_as_of else None
    statement = _filtered(
        _known(region_id, seen, clock.end_of(as_of, zone), recorded),
        since=since,
        until=until,
        community_id=community_id,
        governorate_id=governorate_id,
        incident_type=incident_type,
        text=text if seen.settlements and seen.texts else None,
        counted=counted,
    )
    if ids is not None:
        statement = statement.where(_v.incident_id.in_(ids))
    statement = statement.order_by(_v.date_end.desc(), _v.incident_id).limit(limit).offset(offset)
    words = _WORDS + (("basis", "method", "link_confidence") if community_id else ())
    rows = plain(frame(session, statement), numbers=_NUMBERS, words=words)
    return policy.mask(rows, seen, as_of)


def incident_count(session: Session, viewer: Viewer, *, region_id: str, as_of: date, **filters: Any) -> int:
    """How many incidents a filter of `incidents` finds."""
    seen = policy.admit(viewer, region_id)
    zone = region(session, viewer, region_id).time_zone
    names = ("since", "until", "community_id", "governorate_id", "incident_type", "text", "counted")
    chosen = {name: filters.get(name) for name in names}
    if not (seen.settlements and seen.texts):
        chosen["text"] = None
    statement = _filtered(_known(region_id, seen, clock.end_of(as_of, zone)), **chosen)
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def daily_counts(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, community_id: str, since: date
) -> pd.DataFrame:
    """A community's counted incidents a day: date_end, incident_type, incidents, deaths, unknown.

    `unknown` is how many of them have no figure; where all lack one, `deaths` is NaN, not 0.
    """
    seen = policy.admit(viewer, region_id)
    zone = region(session, viewer, region_id).time_zone
    rows = frame(
        session,
        select(
            *(
                _v.date_end,
                _v.incident_type,
                func.count().label("incidents"),
                func.sum(_v.deaths).label("deaths"),
            ),
            (func.count() - func.count(_v.deaths)).label("unknown"),
        )
        .join(Link, Link.version_id == _v.id)
        .where(
            *(
                Link.community_id == community_id,
                Link.counted,
                _v.region_id == region_id,
                _v.date_end >= since,
            ),
            *(known(clock.end_of(as_of, zone)), _v.sensitivity.in_(sorted(seen.sensitivities))),
        )
        .group_by(_v.date_end, _v.incident_type)
        .order_by(_v.date_end, _v.incident_type),
    )
    return plain(rows, numbers=("incidents", "deaths", "unknown"), words=("incident_type",))


def changes(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, since: date, limit: int | None = 200
) -> pd.DataFrame:
    """What became known after `since` up to `as_of`: incidents with `change` = new or revised, newest first."""
    seen = policy.admit(viewer, region_id)
    zone = region(session, viewer, region_id).time_zone
    start = clock.end_of(since, zone)
    earlier = aliased(IncidentVersion)
    older = (
        select(earlier.id)
        .where(
            earlier.incident_id == _v.incident_id,
            earlier.recorded_until.is_(None),
            earlier.known_from < start,
        )
        .exists()
    )
    statement = (
        _known(region_id, seen, clock.end_of(as_of, zone))
        .add_columns(older.label("revised"))
        .where(_v.known_from >= start)
        .order_by(_v.known_from.desc(), _v.date_end.desc(), _v.incident_id)
        .limit(limit)
    )
    rows = plain(frame(session, statement), numbers=_NUMBERS, words=_WORDS)
    rows["change"] = ["revised" if revised else "new" for revised in rows.pop("revised")]
    return policy.mask(rows, seen, as_of)


def incident(
    session: Session, viewer: Viewer, *, incident_id: str, as_of: date, region_id: str
) -> IncidentDetail:
    """One incident in full as known on a day: facts, reports, claims, attributions, ties and versions.

    An incident that was merged into another shows that one, with the reports of all that are one with it.
    """
    seen = policy.admit(viewer, region_id)
    zone = region(session, viewer, region_id).time_zone
    moment = clock.end_of(as_of, zone)
    members = clusters.members(session, incident_id)
    facts = incidents(session, viewer, region_id=region_id, as_of=as_of, ids=members)
    if facts.empty:
        raise BadInput(
            f"no incident {incident_id!r} was known as of {as_of} that you may see; check the id and the day"
        )
    reports = _reports(session, seen, members, moment, as_of)
    lead = str(facts.iloc[0]["incident_id"])
    ids = list(reports["report_id"])
    return IncidentDetail(
        facts={str(k): v for k, v in facts.iloc[0].items()},
        reports=reports,
        claims=_claims(session, seen, members, ids, as_of),
        actors=_actors(session, members, ids),
        links=_links(session, lead, str(facts.iloc[0]["version_id"])),
        versions=_history(session, seen, lead, moment, as_of),
    )


def _reports(
    session: Session, seen: Sight, members: list[str], moment: datetime, as_of: date
) -> pd.DataFrame:
    r, a = Report, ReportIncident
    rows = frame(
        session,
        select(
            *(
                r.id.label("report_id"),
                Source.name.label("source"),
                Source.reliability,
                Source.independence_group,
            ),
            *(
                Source.protected,
                r.external_id,
                r.title,
                r.text,
                r.url,
                r.lang,
                r.cited,
                r.raw,
                r.published_at,
            ),
            *(r.available_at, r.available_basis, r.recorded_at, r.content_sha256, r.sensitivity, a.stance),
            *(a.date_start, a.date_end, a.place_text, a.geo_prec, a.date_prec, a.flags),
        )
        .join(a, a.report_id == r.id)
        .join(Source, Source.id == r.source_id)
        .where(
            a.incident_id.in_(members),
            r.available_at < moment,
            r.sensitivity.in_(sorted(seen.sensitivities)),
        )
        .order_by(r.available_at, r.id),
    )
    rows = plain(rows, words=("reliability", "available_basis", "sensitivity", "stance"))
    return policy.mask(policy.hush(rows, seen), seen, as_of)


def _claims(
    session: Session, seen: Sight, members: list[str], report_ids: list[str], as_of: date
) -> pd.DataFrame:
    c = Claim
    rows = frame(
        session,
        select(c.report_id, c.harm, c.status, c.low, c.best, c.high, c.wording)
        .where(c.incident_id.in_(members), c.report_id.in_(report_ids))
        .order_by(c.report_id, c.harm, c.status),
    )
    rows = plain(rows, numbers=("low", "best", "high"), words=("harm", "status"))
    return policy.mask(rows, seen, as_of)


def _actors(session: Session, members: list[str], report_ids: list[str]) -> pd.DataFrame:
    rows = frame(
        session,
        select(ReportActor.report_id, Actor.name, ReportActor.role)
        .join(Actor, Actor.id == ReportActor.actor_id)
        .where(ReportActor.incident_id.in_(members), ReportActor.report_id.in_(report_ids))
        .order_by(ReportActor.report_id, ReportActor.role, Actor.name),
    )
    return plain(rows, words=("role",))


def _links(session: Session, incident_id: str, version_id: str) -> pd.DataFrame:
    rows = frame(
        session,
        select(
            *(Link.community_id, Community.name, Community.name_ar, Link.basis, Link.method),
            *(Link.confidence, Link.share, Link.counted, Link.decided_by, Link.decided_at, Link.reason),
        )
        .join(Community, Community.id == Link.community_id)
        .where(Link.version_id == version_id)
        .order_by(Link.counted.desc(), Community.name),
    )
    return plain(rows, numbers=("share",), words=("basis", "method", "confidence"))


def _history(session: Session, seen: Sight, incident_id: str, moment: datetime, as_of: date) -> pd.DataFrame:
    rows = frame(
        session,
        select(*_COLUMNS, _v.known_until, _v.recorded_until)
        .outerjoin(_district, _district.id == _v.district_id)
        .outerjoin(_governorate, _governorate.id == _v.governorate_id)
        .outerjoin(_spot, _spot.id == _v.place_id)
        .where(
            _v.incident_id == incident_id,
            _v.known_from < moment,
            _v.recorded_until.is_(None),
            _v.sensitivity.in_(sorted(seen.sensitivities)),
        )
        .order_by(_v.known_from),
    )
    return policy.mask(plain(rows, numbers=_NUMBERS, words=_WORDS), seen, as_of)
