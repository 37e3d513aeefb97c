"""What people settle: about an incident, one report of it, its communities, or a source; always with a reason.

A decision is a row that is only ever added. It holds from its moment on, for the world as for this
store: a replay of an earlier day does not know of it.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import clusters, engine, figures, incidents, policy, revisions, settled
from db.errors import BadInput
from db.ids import content_id
from db.linking import DISTRICT_PREC, GOVERNORATE_PREC
from db.policy import Viewer
from db.schema import Decision, Incident, IncidentVersion, Place, ReportIncident
from db.vocab import (
    DecisionField,
    Entity,
    FigureRule,
    IncidentType,
    PlaceLevel,
    Sensitivity,
    Stance,
    Verification,
)

TICK = timedelta(microseconds=1)
_F = DecisionField
OF_REPORTS = (_F.CREDIBILITY, _F.STANCE, _F.DETACHED)
PRECISION = {
    PlaceLevel.QUARTER: 1,
    PlaceLevel.SETTLEMENT: 1,
    PlaceLevel.SUBDISTRICT: DISTRICT_PREC,
    PlaceLevel.DISTRICT: DISTRICT_PREC,
    PlaceLevel.GOVERNORATE: GOVERNORATE_PREC,
    PlaceLevel.COUNTRY: 6,
}


def decide(
    session: Session,
    viewer: Viewer,
    incident_id: str,
    field: DecisionField,
    value: Any,
    *,
    reason: str,
    by: str,
    now: datetime,
    report_id: str | None = None,
) -> datetime:
    """Settle one thing about an incident or one of its reports; None takes earlier decisions back.

    Returns the moment from which it holds. Raises BadInput where the value does not fit the field.
    """
    region_id = opened(session, viewer, incident_id)
    reason, by = revisions.reasoned(reason), revisions.named(by)
    members = clusters.whole(session, [incident_id])
    _check_report(session, field, report_id, set(members))
    value = None if value is None else CHECKS[field](session, region_id, value)
    at = _moment(session, set(members), now)
    before = _value(session, members, field, report_id, at)
    about = {"incident_id": incident_id, "report_id": report_id, "field": field, "value": value}
    name = content_id("decision", incident_id, field, report_id, at.isoformat())
    session.add(Decision(id=name, **about, reason=reason, by=by, at=at))
    session.flush()
    change = (
        Entity.INCIDENT,
        incident_id,
        f"{field}:{report_id}" if report_id else str(field),
        before,
        value,
    )
    revisions.note(session, *change, reason=reason, by=by, now=at)
    incidents.derive(session, [incident_id], at)
    return at


def opened(session: Session, viewer: Viewer, incident_id: str) -> str:
    """The region of an incident that a viewer may change; takes the turn of those who change incidents."""
    region_id = session.scalar(select(Incident.region_id).where(Incident.id == incident_id))
    if region_id is not None:
        seen = policy.admit(viewer, region_id)
        policy.may_act(viewer)
        engine.queue(session.connection(), "incidents")
        v = IncidentVersion
        hidden = select(v.id).where(v.incident_id == incident_id, v.recorded_until.is_(None))
        hidden = hidden.where(v.sensitivity.not_in(sorted(seen.sensitivities)))
        if session.scalar(hidden.limit(1)) is None:
            return region_id
    raise BadInput(f"there is no incident {incident_id!r} that you may change; check the id")


def _check_report(session: Session, field: DecisionField, report_id: str | None, members: set[str]) -> None:
    if (field in OF_REPORTS) != (report_id is not None):
        about = "one report: name it" if field in OF_REPORTS else "the incident, not about a report"
        raise BadInput(f"{field} is settled about {about}")
    r = ReportIncident
    known = select(r.report_id).where(r.report_id == report_id, r.incident_id.in_(sorted(members)))
    if report_id is not None and session.scalar(known.limit(1)) is None:
        raise BadInput(f"the incident has no report {report_id!r}; tocsin incident show lists them")


def _moment(session: Session, members: set[str], now: datetime) -> datetime:
    """From when a decision holds: now, and a tick after the one before it, so that the newest is plain."""
    last = session.scalar(select(func.max(Decision.at)).where(Decision.incident_id.in_(sorted(members))))
    return max(now, last + TICK) if last else now


def _value(
    session: Session, members: dict[str, str], field: DecisionField, report_id: str | None, at: datetime
) -> Any:
    """What was in force before."""
    chain = settled.chain_of(session, report_id)
    for rulings in settled.read(session, members).values():
        one = settled.in_force(rulings, at).get((field, chain))
        if one is not None:
            return one.value
    return None


def _word(kind: Any) -> Callable[[Session, str, Any], str]:
    def check(_session: Session, _region: str, value: Any) -> str:
        if value not in list(kind):
            raise BadInput(f"{value!r} is not one of: {', '.join(kind)}")
        return str(kind(value).value)

    return check


def _text(_session: Session, _region: str, value: Any) -> str:
    text = str(value).strip().replace("\0", "␀")
    if not text or len(text) > 500:
        raise BadInput("a summary is one or two sentences: 1 to 500 characters")
    return text


def _yes(_session: Session, _region: str, value: Any) -> bool:
    if value is not True:
        raise BadInput("write true; to take it back, settle nothing")
    return True


def _credibility(_session: Session, _region: str, value: Any) -> int:
    if str(value) not in tuple("123456"):
        raise BadInput(f"{value!r} is no grade of the Admiralty scale; write 1 (confirmed) to 6 (unknown)")
    return int(value)


def _figures(_session: Session, _region: str, value: Any) -> dict[str, list[int | None]]:
    """Figures as {"killed/civilian": [low, best, high]}; None is unknown."""
    found: dict[str, list[int | None]] = {}
    for name, range_ in dict(value).items():
        try:
            harm, status = figures.key(str(name))
        except ValueError:
            raise BadInput(f"{name!r} is no harm and status; write e.g. killed/all or injured") from None
        low, best, high = [None if n is None else int(n) for n in range_]
        known = [n for n in (low, best, high) if n is not None]
        if known != sorted(known) or any(n < 0 for n in known):
            raise BadInput(f"{name}: low, best and high must be 0 or more and in order")
        found[f"{harm}/{status}"] = [low, best, high]
    return found


def _dates(_session: Session, _region: str, value: Any) -> list[Any]:
    """Days as [first, last, precision 1 to 5 (UCDP)]."""
    try:
        start, end, precision = value
        first, last = date.fromisoformat(str(start)), date.fromisoformat(str(end))
    except (TypeError, ValueError):
        raise BadInput(f"{value!r} are no days; write first, last and precision (1 to 5)") from None
    if last < first or int(precision) not in range(1, 6):
        raise BadInput("the last day is not before the first, and the precision lies from 1 to 5")
    return [first.isoformat(), last.isoformat(), int(precision)]


def _place(session: Session, region_id: str, value: Any) -> dict[str, Any]:
    """A place of the gazetteer, and how precisely the incident is known to lie there."""
    given = {"place_id": value} if isinstance(value, str) else dict(value)
    place = session.get(Place, str(given.get("place_id")))
    if place is None or place.region_id != region_id:
        raise BadInput(f"there is no place {given.get('place_id')!r} in {region_id}; see: tocsin places find")
    finest = PRECISION[place.level]
    precision = int(given.get("geo_prec") or finest)
    if not finest <= precision <= 7:
        raise BadInput(f"a {place.level} is known to {finest} at best (1 exact place … 7 beyond the country)")
    return {"place_id": place.id, "geo_prec": precision}


CHECKS: dict[DecisionField, Callable[[Session, str, Any], Any]] = {
    _F.VERIFICATION: _word(Verification),
    _F.FIGURE_RULE: _word(FigureRule),
    _F.FIGURE: _figures,
    _F.INCIDENT_TYPE: _word(IncidentType),
    _F.DATES: _dates,
    _F.PLACE: _place,
    _F.SUMMARY: _text,
    _F.SENSITIVITY: _word(Sensitivity),
    _F.REVIEWED: _yes,
    _F.CREDIBILITY: _credibility,
    _F.STANCE: _word(Stance),
    _F.DETACHED: _yes,
}
