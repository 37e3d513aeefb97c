"""Which rows are there at all for a reader, as conditions that the database checks; `db.policy` says why.

The highest of the parts rules the whole: an incident is as sensitive as the most sensitive report that it
rests on now, also on the days before that report came. Evidence and history are as sensitive as what they
belong to.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import Session, aliased

from db import bulk
from db.policy import RECENT_DAYS, Sight, Viewer
from db.schema import (
    Area,
    Attachment,
    Community,
    Draft,
    Feed,
    Incident,
    IncidentVersion,
    Link,
    Place,
    Report,
    ReportIncident,
    Source,
    ZeroReport,
)
from db.vocab import Entity, PlaceLevel, Sensitivity

INHABITED = (PlaceLevel.SUBDISTRICT, PlaceLevel.SETTLEMENT, PlaceLevel.QUARTER)
CHUNK = 500
_v = IncidentVersion


def _unseen(seen: Sight) -> list[Sensitivity]:
    return [one for one in Sensitivity if one not in seen.sensitivities]


def versions(seen: Sight) -> ColumnElement[bool]:
    """The condition that a version may be told, as it was then and as its incident stands now.

    The version that stands now tells by itself how its incident stands, so that only of the few others it is looked up.
    """
    if not _unseen(seen):
        return true()
    fine, stands = _v.sensitivity.in_(sorted(seen.sensitivities)), and_(*_standing())
    return and_(fine, or_(stands, ~_secret(_v.incident_id, seen)), _v.incident_id.not_in(_into(seen)))


def secret(column: Any, seen: Sight) -> ColumnElement[bool]:
    """The condition that a column names one of the incidents of `hidden`, looked up for each row by itself."""
    return or_(_secret(column, seen), column.in_(_into(seen))) if _unseen(seen) else false()


def _secret(column: Any, seen: Sight) -> ColumnElement[bool]:
    now = aliased(IncidentVersion)
    return exists().where(now.incident_id == column, *_standing(now), now.sensitivity.in_(_unseen(seen)))


def _standing(v: type[IncidentVersion] = _v) -> tuple[ColumnElement[bool], ...]:
    return v.recorded_until.is_(None), v.known_until.is_(None)


def hidden(seen: Sight) -> Any:
    """The ids of the incidents that are more sensitive now than a reader may see, and of those merged into them."""
    return union(*_hidden(seen))


def _hidden(seen: Sight) -> tuple[Select[Any], Select[Any]]:
    return select(_v.incident_id).where(*_standing(), _v.sensitivity.in_(_unseen(seen))), _into(seen)


def _into(seen: Sight) -> Select[Any]:
    """The ids of the incidents that are merged into one that is more sensitive now than a reader may see."""
    merged = Incident.merged_into > ""  # not NULL, in words that SQLite looks up by an index
    return select(Incident.id).where(merged, _secret(Incident.merged_into, seen))


def everything(seen: Sight) -> bool:
    """Whether no sensitivity is kept from a reader."""
    return not _unseen(seen)


def known(session: Session, seen: Sight, ids: Iterable[str]) -> set[str]:
    """Of these incidents those of which every part may be told."""
    gone = untold(seen).subquery()
    wanted = sorted(set(ids))
    found: set[str] = set()
    for some in bulk.batched(wanted, CHUNK):
        column = next(iter(gone.c))
        found |= set(some) - set(session.scalars(select(column).where(column.in_(some))))
    return found


def untold(seen: Sight) -> Any:
    """The ids of incidents of which some part, now or once, is more sensitive than a reader may see."""
    a = ReportIncident
    parts = select(a.incident_id).join(Report, Report.id == a.report_id)
    return union(parts.where(Report.sensitivity.in_(_unseen(seen))), *_hidden(seen))


def reports(seen: Sight, r: type[Report] = Report) -> ColumnElement[bool]:
    """The condition that a report may be told: itself, and every incident that it tells of."""
    if not _unseen(seen):
        return true()
    a = ReportIncident
    whole = select(a.report_id).where(a.incident_id.in_(hidden(seen)))
    return and_(r.sensitivity.in_(sorted(seen.sensitivities)), r.id.not_in(whole))


def communities(seen: Sight) -> ColumnElement[bool]:
    """The condition that a community may be told."""
    return Community.sensitivity.in_(sorted(seen.sensitivities)) if _unseen(seen) else true()


def secret_communities(session: Session, seen: Sight, region_id: str) -> list[str]:
    """The ids of a region's communities that may not be told."""
    if not _unseen(seen):
        return []
    asked = select(Community.id).where(Community.region_id == region_id)
    return list(session.scalars(asked.where(Community.sensitivity.in_(_unseen(seen)))))


def of_community(column: Any, seen: Sight) -> ColumnElement[bool]:
    """The condition that a column names no community that may not be told."""
    secret = select(Community.id).where(Community.sensitivity.in_(_unseen(seen)))
    return column.not_in(secret) if _unseen(seen) else true()


def of_area(column: Any, seen: Sight) -> ColumnElement[bool]:
    """The condition that a column names no area of a community that may not be told."""
    secret = select(Area.id).join(Community, Community.id == Area.community_id)
    secret = secret.where(Community.sensitivity.in_(_unseen(seen)))
    return column.not_in(secret) if _unseen(seen) else true()


def attachments(seen: Sight, region_id: str) -> Select[Any]:
    """The ids of the evidence that may be told: itself, its incident, its report and that one's source."""
    a, about, told = Attachment, Incident, Report
    here = or_(about.region_id == region_id, Source.region_id == region_id)
    asked = (
        select(a.id)
        .outerjoin(about, about.id == a.incident_id)
        .outerjoin(told, told.id == a.report_id)
        .outerjoin(Source, Source.id == told.source_id)
        .where(here, a.sensitivity.in_(sorted(seen.sensitivities)))
    )
    if _unseen(seen):
        gone = hidden(seen)
        asked = asked.where(or_(a.incident_id.is_(None), a.incident_id.not_in(gone)))
        asked = asked.where(or_(a.report_id.is_(None), reports(seen)))
    return asked if seen.exact else asked.where(or_(a.report_id.is_(None), Source.protected.is_(False)))


def drafts(seen: Sight, d: type[Draft] = Draft) -> ColumnElement[bool]:
    """The condition that a draft may be told: itself, and whose it is."""
    fine = d.sensitivity.in_(sorted(seen.sensitivities))
    secret = select(Source.id).where(Source.protected)
    return fine if seen.exact else and_(fine, func.coalesce(d.source_id, "").not_in(secret))


def subjects(seen: Sight, region_id: str) -> dict[Entity, Select[Any]]:
    """The ids whose history a reader may read, for each kind of thing; a kind that is not here has none."""
    open_voice = true() if seen.exact else Source.protected.is_(False)
    voice = Source.region_id == region_id, open_voice
    incidents = select(_v.incident_id).where(_v.region_id == region_id, versions(seen))
    merged = select(Incident.id).where(Incident.merged_into.in_(incidents))
    told = select(Report.id).join(Source, Source.id == Report.source_id).where(*voice, reports(seen))
    waiting = select(Draft.id).where(Draft.region_id == region_id, drafts(seen))
    notes = select(ZeroReport.id).join(Source, Source.id == ZeroReport.source_id)
    places = select(Place.id).where(Place.region_id == region_id)
    feeds = select(Feed.id).where(Feed.region_id == region_id)
    return {
        Entity.INCIDENT: union(incidents, merged),  # type: ignore[dict-item]
        Entity.REPORT: told,
        Entity.LINK: select(Link.id).where(
            Link.incident_id.in_(incidents), of_community(Link.community_id, seen)
        ),
        Entity.SOURCE: select(Source.id).where(*voice),
        Entity.PLACE: places if seen.settlements else places.where(Place.level.not_in(INHABITED)),
        Entity.DRAFT: waiting.where(true() if seen.settlements else false()),
        Entity.ATTACHMENT: attachments(seen, region_id),
        Entity.ZERO_REPORT: notes.where(ZeroReport.region_id == region_id, open_voice),
        Entity.FEED: feeds.where(true() if seen.settings else false()),
    }


def shown_end(seen: Sight, as_of: date) -> Any:
    """The last day of an incident as it is shown: of what is recent, to some readers only its week's Sunday."""
    return _v.date_end if seen.settlements else _by_week(as_of, 6)


def shown_monday(seen: Sight, as_of: date) -> Any:
    """The day on which what is shown of an incident's last day begins."""
    return _v.date_end if seen.settlements else _by_week(as_of, 0)


def first_recent(as_of: date) -> date:
    """The first day that is recent, as of a day: from it on some readers are told weeks only."""
    return min(as_of, date.max - timedelta(weeks=9)) - timedelta(days=RECENT_DAYS - 1)


def _by_week(as_of: date, weekday: int) -> ColumnElement[Any]:
    """The days of old incidents, and for recent ones a day of their week, so that no filter or order tells more."""
    first = first_recent(as_of)
    monday = first - timedelta(days=first.weekday())
    ends = [monday + timedelta(weeks=n) for n in range(3)]
    weeks = [(_v.date_end < end + timedelta(weeks=1), _day(end + timedelta(days=weekday))) for end in ends]
    return case((_v.date_end < first, _v.date_end), *weeks, else_=_day(ends[-1] + timedelta(weeks=1)))


def _day(day: date) -> ColumnElement[Any]:
    return literal(day, Date)


def visible(
    session: Session, viewer: Viewer, seen: Sight, region_id: str, entity: Entity, ids: list[str]
) -> list[str]:
    """Of these ids those whose history a reader may read."""
    if entity is Entity.REGION:
        return [one for one in ids if one == region_id]
    asked = subjects(seen, region_id).get(entity)
    if asked is None:  # imports and mappings belong to no one region: only who sees all reads of them
        return list(ids) if seen.exact and viewer.regions is None else []
    inner = asked.subquery()
    column = next(iter(inner.c))
    found = set(session.scalars(select(column).where(column.in_(ids))))
    return [one for one in ids if one in found]
