"""Incidents: lists, daily counts, and what changed between two days."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Select, and_, func, literal, null, or_, select
from sqlalchemy.orm import Session, aliased

from db import clock, displacement, masking, policy, reach
from db.policy import Sight, Viewer
from db.queries import toponyms
from db.queries.areas import homes
from db.queries.around import NUMBERS, WORDS, Around
from db.queries.common import fills, frame, held, known, plain, unsought
from db.queries.regions import When, when
from db.queries.searching import says
from db.schema import IncidentVersion, Link
from db.vocab import Basis

_v = IncidentVersion


def _filtered(
    session: Session,
    seen: Sight,
    asked: When,
    *,
    since: date | None,
    until: date | None,
    community_id: str | None,
    governorate_id: str | None,
    incident_type: str | None,
    text: str | None,
    counted: bool | None,
    ids: list[str] | None = None,
    bare: bool = False,
    swept: bool = False,
) -> Select[Any]:
    """What is looked for, found only by what this reader may read of an incident."""
    around, as_of = Around(asked.at), asked.as_of
    statement = (
        around.bare(seen, asked, swept=swept) if bare else around.known(seen, asked, named=ids is not None)
    )
    if ids is not None:
        statement = statement.where(_v.incident_id.in_(ids))
    if since:
        statement = statement.where(reach.shown_end(seen, as_of) >= since)
    if until:
        statement = statement.where(reach.shown_monday(seen, as_of) <= until)
    if governorate_id:
        statement = statement.where(_v.governorate_id == governorate_id)
    if incident_type:
        statement = statement.where(_v.incident_type == incident_type)
    if text:
        statement = statement.where(says(text, seen, around, asked))
    if community_id:
        statement = _tied(session, seen, statement, (asked, community_id), counted)
    return statement


def _tied(
    session: Session, seen: Sight, statement: Select[Any], asked: tuple[When, str], counted: bool | None
) -> Select[Any]:
    """Incidents tied to a community, and how; for readers of districts those of its district.

    A tie says that something happened where the community lives, which is finer than the district.
    """
    if seen.settlements:
        counts = Link.counted
        statement = statement.join(
            Link, (Link.version_id == _v.id) & (Link.community_id == asked[1])
        ).add_columns(Link.basis, Link.method, Link.confidence.label("link_confidence"), Link.share, counts)
        statement = statement.where(reach.of_community(Link.community_id, seen))
    else:
        statement, counts = _in_district(session, seen, statement, asked)
    return statement if counted is None else statement.where(counts.is_(counted))


def _in_district(
    session: Session, seen: Sight, statement: Select[Any], asked: tuple[When, str]
) -> tuple[Select[Any], Any]:
    clocks, community_id = asked
    governorates, districts = homes(session, seen, clocks.region_id, community_id, clocks.at)
    counts = _v.district_id.in_(districts)
    vague = and_(_v.district_id.is_(None), _v.governorate_id.in_(governorates))
    unknown = (null().label(name) for name in ("method", "link_confidence", "share"))
    here = statement.add_columns(literal(Basis.LOCATED_IN_AREA.value).label("basis"), *unknown)
    return here.add_columns(counts.label("counted")).where(or_(counts, vague)), counts


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
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    statement = _filtered(
        session,
        seen,
        asked,
        since=since,
        until=until,
        community_id=community_id,
        governorate_id=governorate_id,
        incident_type=incident_type,
        text=text,
        counted=counted,
        ids=ids,
    )
    if limit is not None and not seen.settlements:
        statement = _first(session, statement, as_of, limit + offset)
    order = (reach.shown_end(seen, as_of).desc(), _v.incident_id)
    statement = statement.order_by(*order).limit(limit).offset(offset)
    words = WORDS + (("basis", "method", "link_confidence") if community_id else ())
    rows = plain(frame(session, statement), numbers=NUMBERS, words=words)
    return told(session, rows, seen, asked)


def _first(session: Session, statement: Select[Any], as_of: date, count: int) -> Select[Any]:
    """Only days among which the newest incidents are, so that not all there ever were are put in order.

    Shown days follow true ones, of which there is an index; recent weeks stay whole, for ties within them.
    """
    newest = statement.with_only_columns(_v.date_end).order_by(_v.date_end.desc())
    last = session.scalar(newest.offset(count - 1).limit(1)) if count > 0 else None
    return statement.where(_v.date_end >= min(last, reach.first_recent(as_of))) if last else statement


def told(session: Session, rows: pd.DataFrame, seen: Sight, asked: When) -> pd.DataFrame:
    """Versions of incidents as a viewer may read them, with the point that may be shown, and names in both scripts."""
    points = displacement.shown(session, rows) if seen.settlements and not seen.exact else None
    rows = masking.mask(rows, seen, asked.as_of)
    if points is not None:
        rows[["lat", "lon"]] = points
    return toponyms.named(session, rows, asked.region_id, asked.at)


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
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    names = ("since", "until", "community_id", "governorate_id", "incident_type", "text", "counted")
    chosen = {name: filters.get(name) for name in names}
    # Without words nothing that stands around an incident matters: each has its one report and source.
    bare = not chosen["text"] and asked.recorded is None
    # Of all incidents an index holds what those who see everything may count; of the others each is looked at.
    narrow = any(chosen[name] for name in ("since", "community_id", "governorate_id"))
    swept = bare and not narrow and not reach.everything(seen) and fills(session, region_id)
    statement = _filtered(session, seen, asked, bare=bare, swept=swept, **chosen)
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
    """A community's counted incidents a day: date_end, incident_type, incidents, deaths with low and high, unknown.

    `unknown` is how many of them have no figure; where all lack one, `deaths` is NaN, not 0. To readers of
    districts those of its district are told, recent ones by the week, on its Monday.
    """
    seen = policy.admit(viewer, region_id)
    clocks = when(session, viewer, region_id, as_of, recorded_as_of)
    ends = [func.coalesce(end, _v.deaths) for end in (_v.deaths_low, _v.deaths_high)]
    figures = (func.count().label("incidents"), func.sum(_v.deaths).label("deaths"))
    ranges = (func.sum(ends[0]).label("deaths_low"), func.sum(ends[1]).label("deaths_high"))
    asked = select(
        *(_v.date_end, _v.incident_type, *figures, *ranges),
        (func.count() - func.count(_v.deaths)).label("unknown"),
    ).where(
        *(reach.versions(seen), known(clocks.moment, clocks.recorded)),
    )
    if seen.settlements:  # what is tied to one community is few among all of a year
        asked = asked.where(unsought(_v.region_id) == region_id, unsought(_v.date_end) >= since)
        here = (Link.community_id == community_id, Link.counted, reach.of_community(Link.community_id, seen))
        asked = asked.join(Link, Link.version_id == _v.id).where(*here)
    else:
        asked = asked.where(_v.region_id == region_id, _v.date_end >= since)
        asked = asked.where(_v.district_id.in_(homes(session, seen, region_id, community_id, clocks.at)[1]))
    keys = (_v.date_end, _v.incident_type)
    rows = plain(
        frame(session, asked.group_by(*keys).order_by(*keys)),
        numbers=("incidents", "deaths", "deaths_low", "deaths_high", "unknown"),
        words=("incident_type",),
    )
    return masking.by_week(rows, seen, as_of)


def changes(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    since: date,
    recorded_as_of: date | None = None,
    limit: int | None = 200,
) -> pd.DataFrame:
    """What became known after `since` up to `as_of`: incidents with `change` = new or revised, newest first."""
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    start = clock.end_of(since, asked.zone)
    earlier = aliased(IncidentVersion)
    older = (
        select(earlier.id)
        .where(
            earlier.incident_id == _v.incident_id,
            held(asked.recorded, earlier),
            earlier.known_from < start,
        )
        .exists()
    )
    news = (_v.known_from.desc(), _v.date_end.desc()) if seen.settlements else ()
    statement = (
        Around(asked.at)
        .known(seen, asked)
        .add_columns(older.label("revised"))
        .where(_v.known_from >= start)  # few of many: looked up by its index
        .order_by(*news, _v.incident_id)
        .limit(limit)
    )
    rows = plain(frame(session, statement), numbers=NUMBERS, words=WORDS)
    rows["change"] = ["revised" if revised else "new" for revised in rows.pop("revised")]
    return told(session, rows, seen, asked)
