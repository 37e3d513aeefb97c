"""Incidents: lists, daily counts, and what changed between two days."""

from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from db import clock, policy
from db.policy import Sight, Viewer
from db.queries.common import end_of, frame, known, plain
from db.queries.regions import region
from db.schema import IncidentVersion, Link, Place, Report, Source

_v = IncidentVersion
_district, _governorate, _spot = aliased(Place), aliased(Place), aliased(Place)
_lead, _voice = aliased(Report), aliased(Source)  # whose title the summary may be
COLUMNS = (
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
    _voice.protected.label("lead_protected"),
)
NUMBERS = ("lat", "lon", "deaths_low", "deaths", "deaths_high", "civilians")
WORDS = ("incident_type", "geo_method", "verification", "sensitivity", "figure_rule")


def placed(*more: Any) -> Select[Any]:
    """All that is told of versions of incidents, with the names of their places, and what else is asked."""
    return (
        select(*COLUMNS, *more)
        .outerjoin(_district, _district.id == _v.district_id)
        .outerjoin(_governorate, _governorate.id == _v.governorate_id)
        .outerjoin(_spot, _spot.id == _v.place_id)
        .join(_lead, _lead.id == _v.report_id)
        .join(_voice, _voice.id == _lead.source_id)
    )


def _known(region_id: str, seen: Sight, moment: datetime, recorded: datetime | None = None) -> Select[Any]:
    return placed().where(
        _v.region_id == region_id,
        known(moment, recorded),
        _v.sensitivity.in_(sorted(seen.sensitivities)),
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
    exact: bool = True,
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
        names = (_v.place_text, _district.name, _governorate.name)
        told = [name.icontains(text, autoescape=True) for name in names]
        said = _v.summary.icontains(text, autoescape=True)
        told.append(said if exact else and_(said, _voice.protected.is_(False)))
        statement = statement.where(or_(*told))
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
    statement = _filtered(
        _known(region_id, seen, clock.end_of(as_of, zone), end_of(recorded_as_of, zone)),
        since=since,
        until=until,
        community_id=community_id,
        governorate_id=governorate_id,
        incident_type=incident_type,
        text=text if seen.settlements and seen.texts else None,
        counted=counted,
        exact=seen.exact,
    )
    if ids is not None:
        statement = statement.where(_v.incident_id.in_(ids))
    statement = statement.order_by(_v.date_end.desc(), _v.incident_id).limit(limit).offset(offset)
    words = WORDS + (("basis", "method", "link_confidence") if community_id else ())
    rows = plain(frame(session, statement), numbers=NUMBERS, words=words)
    return policy.mask(rows, seen, as_of)


def incident_count(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    **filters: Any,
) -> int:
    """How many incidents a filter of `incidents` finds."""
    seen = policy.admit(viewer, region_id)
    zone = region(session, viewer, region_id).time_zone
    names = ("since", "until", "community_id", "governorate_id", "incident_type", "text", "counted")
    chosen = {name: filters.get(name) for name in names}
    if not (seen.settlements and seen.texts):
        chosen["text"] = None
    moment, recorded = clock.end_of(as_of, zone), end_of(recorded_as_of, zone)
    statement = _filtered(_known(region_id, seen, moment, recorded), **chosen, exact=seen.exact)
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def daily_counts(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    community_id: str,
    since: date,
    recorded_as_of: date | None = None,
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
            known(clock.end_of(as_of, zone), end_of(recorded_as_of, zone)),
            _v.sensitivity.in_(sorted(seen.sensitivities)),
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
    rows = plain(frame(session, statement), numbers=NUMBERS, words=WORDS)
    rows["change"] = ["revised" if revised else "new" for revised in rows.pop("revised")]
    return policy.mask(rows, seen, as_of)
