"""The accounts of a region's incidents as known on a day, for the search for duplicates."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select, true
from sqlalchemy.orm import Session

from db import past, reach, tombstones
from db.duplicates.records import HARMS, Told
from db.past import At
from db.policy import Sight
from db.queries.common import known
from db.schema import Claim, Incident, IncidentVersion, Report, ReportActor, ReportIncident, Source
from db.vocab import Harm, Status

Pair = tuple[str, str]
Span = tuple[date, date]
Figure = tuple[int | None, int | None, int | None]
_SETTLEMENT_PREC = 2


def told(
    session: Session,
    region_id: str,
    moment: datetime,
    seen: Sight,
    *,
    span: Span | None = None,
    at: At = past.LIVE,
) -> list[Told]:
    """What each report known before a moment says of each incident, in its newest version by then.

    `span`: only of incidents of those days. Incidents that were merged speak as one. What is more sensitive
    than the reader may see is left out, and so is what was taken back.
    """
    r, a = at.of(Report), at.of(ReportIncident)
    asked = _accounts(region_id, moment, seen, at, r, a)
    if span is not None:
        asked = asked.where(a.date_end >= span[0], a.date_start <= span[1])
    if tombstones.any_at_all(session):
        asked = asked.where(tombstones.standing(at.recorded, report=r))
    newest: dict[tuple[str, str, str], Any] = {}
    for row in session.execute(asked):
        newest[row.incident_id, row.source_id, row.external_id] = row
    figures, actors = _figures(session, region_id, moment, at), _actors(session, region_id, moment, at)
    return [
        _told(row, figures.get((row.report_id, row.incident_id), {}), actors[row.report_id, row.incident_id])
        for row in newest.values()
    ]


def _accounts(
    region_id: str, moment: datetime, seen: Sight, at: At, r: type[Report], a: type[ReportIncident]
) -> Any:
    s, v, i = at.of(Source), IncidentVersion, at.of(Incident)
    lead = func.coalesce(i.merged_into, i.id)
    where = (v.district_id, v.governorate_id, v.geo_prec.label("settled_prec"))
    found = (v.lat.label("found_lat"), v.lon.label("found_lon"), v.place_id.label("found_place"))
    return (
        select(
            *(
                a.report_id,
                a.incident_id,
                lead.label("lead"),
                r.source_id,
                r.external_id,
                r.lang,
                r.title,
                r.text,
                r.url,
            ),
            *(s.independence_group, s.kind, a.date_start, a.date_end, a.incident_type, a.place_text),
            *(a.place_id, a.lat, a.lon, a.geo_prec, *where, *found),
        )
        .join(r, r.id == a.report_id)
        .join(s, s.id == r.source_id)
        .join(i, i.id == a.incident_id)
        .join(v, and_(v.incident_id == lead, known(moment, at.recorded)))
        .where(
            v.region_id == region_id,
            r.available_at < moment,
            r.recorded_at < at.recorded if at.recorded else true(),
            reach.versions(seen),
            r.sensitivity.in_(sorted(seen.sensitivities)),
        )
        .order_by(r.available_at, r.id)
    )


def _told(row: Any, figures: Mapping[Harm, Figure], actors: frozenset[str]) -> Told:
    lat, lon, place = row.lat, row.lon, row.place_id
    precise = row.geo_prec <= _SETTLEMENT_PREC
    if precise and lat is None and row.settled_prec <= _SETTLEMENT_PREC:
        lat, lon, place = row.found_lat, row.found_lon, place or row.found_place
    return Told(
        incident_id=row.lead,
        source_id=row.source_id,
        start=row.date_start,
        end=row.date_end,
        text=" ".join(part for part in (row.title, row.text, row.place_text) if part),
        lang=row.lang,
        independence_group=row.independence_group,
        kind=row.kind,
        incident_type=row.incident_type,
        geo_prec=row.geo_prec if lat is not None or not precise else _SETTLEMENT_PREC + 1,
        lat=lat,
        lon=lon,
        place_id=place,
        district_id=row.district_id,
        governorate_id=row.governorate_id,
        url=row.url,
        figures=figures,
        actors=actors,
    )


def _figures(session: Session, region_id: str, moment: datetime, at: At) -> dict[Pair, dict[Harm, Figure]]:
    found: dict[Pair, dict[Harm, Figure]] = defaultdict(dict)
    c, r = Claim, at.of(Report)
    rows = session.execute(
        select(c.report_id, c.incident_id, c.harm, c.low, c.best, c.high)
        .join(r, r.id == c.report_id)
        .join(Source, Source.id == r.source_id)
        .where(Source.region_id == region_id, r.available_at < moment)
        .where(c.status == Status.ALL, c.harm.in_(HARMS), ~c.aggregate)
    )
    for report, incident, harm, *figure in rows:
        found[report, incident][harm] = (figure[0], figure[1], figure[2])
    return found


def _actors(session: Session, region_id: str, moment: datetime, at: At) -> dict[Pair, frozenset[str]]:
    found: dict[Pair, set[str]] = defaultdict(set)
    r = at.of(Report)
    rows = session.execute(
        select(ReportActor.report_id, ReportActor.incident_id, ReportActor.actor_id)
        .join(r, r.id == ReportActor.report_id)
        .join(Source, Source.id == r.source_id)
        .where(Source.region_id == region_id, r.available_at < moment)
    )
    for report, incident, actor in rows:
        found[report, incident].add(actor)
    return defaultdict(frozenset, {pair: frozenset(who) for pair, who in found.items()})
