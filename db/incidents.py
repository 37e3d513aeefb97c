"""What is believed of an incident: versions derived from its reports, each with its span of knowledge."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import accounts, bulk, clusters, displacement, engine, linking, naming, settled, sources, versions
from db.accounts import Account
from db.ids import content_id
from db.linking import DISTRICT_PREC, GOVERNORATE_PREC, Linker, Tie
from db.naming import Settled
from db.places import Gazetteer, Spot
from db.schema import Incident, IncidentVersion, Link, Place
from db.sources import register
from db.spelling import folded
from db.versions import Bond, Case, Span
from db.vocab import GeoMethod, Sensitivity

CHUNK = 4000
_SENSITIVITIES = list(Sensitivity)


def derive(session: Session, incident_ids: Iterable[str], now: datetime) -> int:
    """Bring the versions of these incidents in line with their reports; returns how many are new.

    Incidents that are one are derived together, under the lead of their cluster. A version is its facts
    and its ties. One that no longer holds is closed (`recorded_until`), never changed or deleted, so that
    what this store held on a past day can be read again.
    """
    leads = clusters.whole(session, incident_ids)
    rows, decided = _believed(session, leads)
    ties = _ties(session, rows, decided)
    wanted = {
        content_id("version", *row.values(), *tied): n
        for n, (row, tied) in enumerate(zip(rows, ties, strict=True))
    }
    held, closed = _held(session, sorted(leads))
    wanted = {_again(name, closed): n for name, n in wanted.items()}
    _close(session, held - set(wanted), now)
    fresh = {name: n for name, n in wanted.items() if name not in held}
    believed = {"recorded_at": now, "recorded_until": None}
    made = [{"id": name, **rows[n], "folded": _sought(rows[n]), **believed} for name, n in fresh.items()]
    bulk.insert(session, IncidentVersion, made)
    displacement.keep(session, [rows[n] for n in fresh.values()], now)
    bulk.insert(
        session,
        Link,
        [linking.row(name, rows[n]["incident_id"], tie, now) for name, n in fresh.items() for tie in ties[n]],
    )
    return len(fresh)


def _sought(row: Mapping[str, Any]) -> str | None:
    """A summary as searches compare it."""
    return None if row["summary"] is None else folded(row["summary"])


def _believed(
    session: Session, leads: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[tuple[Tie, ...]]]:
    """A row for each span of belief about each incident, and the ties that people decided in it."""
    found = accounts.read(session, leads)
    rulings, bonds = settled.read(session, leads), _bonds(session, leads)
    rows, decided = [], []
    for lead, said in found.items():
        region = said[0].region_id
        places = _linker(session, region).gazetteer
        case = Case(said, rulings.get(lead, ()), bonds.get(lead, ()), register(session, region), places)
        secret = _secret_places(session, region)
        for span in versions.spans(case):
            rows.append(_row(lead, span, places, secret))
            decided.append(span.facts["tied"])
    return rows, decided


def _bonds(session: Session, leads: Mapping[str, str]) -> dict[str, list[Bond]]:
    """The ties that people decided, grouped by the lead of the incident's cluster."""
    found: dict[str, list[Bond]] = defaultdict(list)
    asked = select(Link).where(Link.incident_id.in_(sorted(leads)), Link.version_id.is_(None))
    asked = asked.order_by(Link.decided_at, Link.id).execution_options(populate_existing=True)
    for one in session.scalars(asked):
        same = ("community_id", "confidence", "counted", "share", "basis", "method", "reason")
        tie = Tie(
            **{name: getattr(one, name) for name in same},
            by=one.decided_by,
            at=one.decided_at,
            evidence_report_id=one.evidence_report_id,
        )
        found[leads[one.incident_id]].append(Bond(tie, one.decided_at, one.withdrawn_at))
    return found


def _held(session: Session, incident_ids: Sequence[str]) -> tuple[set[str], set[str]]:
    """The ids of the versions that the store holds now, and of those it held once."""
    v = IncidentVersion
    found = session.execute(select(v.id, v.recorded_until).where(v.incident_id.in_(incident_ids))).all()
    return {i for i, until in found if until is None}, {i for i, until in found if until is not None}


def _again(version_id: str, closed: set[str]) -> str:
    """The id of a version: a name of its own each time the store comes to hold the same facts again."""
    while version_id in closed:
        version_id = content_id("again", version_id)
    return version_id


def relink(session: Session, region_id: str, now: datetime) -> int:
    """Locate and tie all incidents of a region anew, after its places, communities or sources changed.

    Ties that a person decided stay; returns how many versions were derived anew.
    """
    fresh = 0
    session.info.pop("linkers", None)
    session.info.pop("secret_places", None)
    sources.forget(session)
    engine.queue(session.connection(), "incidents")
    ids = list(
        session.scalars(select(Incident.id).where(Incident.region_id == region_id).order_by(Incident.id))
    )
    for part in bulk.batched(ids, CHUNK):
        fresh += derive(session, part, now)
    displacement.fill(session, region_id, now)
    return fresh


def _close(session: Session, ids: set[str], now: datetime) -> None:
    for some in bulk.batched(sorted(ids), CHUNK):
        session.execute(
            update(IncidentVersion).where(IncidentVersion.id.in_(some)).values(recorded_until=now)
        )


def _secret_places(session: Session, region_id: str) -> Mapping[str, Sensitivity]:
    """The places of a region that not everybody in the team may know; read once in a transaction."""
    known: dict[str, dict[str, Sensitivity]] = session.info.setdefault("secret_places", {})
    if region_id not in known:
        secret = Place.sensitivity.in_((Sensitivity.RESTRICTED, Sensitivity.SEVERE))
        asked = select(Place.id, Place.sensitivity).where(Place.region_id == region_id, secret)
        known[region_id] = dict(session.execute(asked).all())
    return known[region_id]


def _row(
    incident_id: str, span: Span, places: Gazetteer, secret: Mapping[str, Sensitivity]
) -> dict[str, Any]:
    facts = {name: value for name, value in span.facts.items() if name not in ("lead", "tied")}
    lead: Account = span.facts["lead"]
    where = _settled(places, lead)
    spot, lat, lon = where.spot, lead.lat, lead.lon
    facts["sensitivity"] = _guarded(facts["sensitivity"], spot, secret)
    if lat is None and spot.place_id is not None:
        lat, lon = places.places[spot.place_id].lat, places.places[spot.place_id].lon
    return {
        "incident_id": incident_id,
        "region_id": lead.region_id,
        "report_id": lead.report_id,
        "known_from": span.since,
        "known_until": span.until,
        **{name: getattr(lead, name) for name in ("incident_type", "date_start", "date_end", "date_prec")},
        "summary": lead.title,
        "place_text": lead.place_text,
        "place_id": spot.place_id,
        "district_id": spot.district_id,
        "governorate_id": spot.governorate_id,
        "lat": lat,
        "lon": lon,
        "geo_prec": where.geo_prec,
        "geo_method": GeoMethod.EXACT if lead.geo_prec == 1 and lead.lat is not None else GeoMethod.CENTROID,
        **facts,
    }


def _guarded(found: Sensitivity, spot: Spot, secret: Mapping[str, Sensitivity]) -> Sensitivity:
    """How sensitive what happened somewhere is: never less than the place, or what holds it."""
    around = (spot.place_id, spot.district_id, spot.governorate_id)
    there = (secret[one] for one in around if one is not None and one in secret)
    return max((found, *there), key=_SENSITIVITIES.index)


def _settled(places: Gazetteer, lead: Account) -> Settled:
    """Where an incident lies and how precisely that is known: no finer than the gazetteer can tell.

    A village that nobody can find is known to its district only, an unknown district to its
    governorate, so that the incident may still concern everybody there.
    """
    names: dict[str, Any] = {
        "name": lead.place_text,
        "admin1": lead.admin1_text,
        "admin2": lead.admin2_text,
    }
    precision = lead.geo_prec
    if precision >= DISTRICT_PREC and lead.place_id not in places.places:
        return naming.settle(places, **names, geo_prec=precision)
    spot = places.locate(place_id=lead.place_id, **names, lat=lead.lat, lon=lead.lon, geo_prec=precision)
    if precision < DISTRICT_PREC and lead.lat is None and spot.place_id is None:
        precision = DISTRICT_PREC
    if precision == DISTRICT_PREC and spot.district_id is None:
        precision = GOVERNORATE_PREC
    return Settled(spot, precision)


def _linker(session: Session, region_id: str) -> Linker:
    """The linker of a region, built once in a transaction."""
    known: dict[str, Linker] = session.info.setdefault("linkers", {})
    if region_id not in known:
        known[region_id] = Linker.of(session, region_id)
    return known[region_id]


def _ties(session: Session, rows: list[dict[str, Any]], decided: list[tuple[Tie, ...]]) -> list[list[Tie]]:
    """The ties of each version: by its place, and by people."""
    ties: list[list[Tie]] = [[] for _ in rows]
    for region_id in {row["region_id"] for row in rows}:
        mine = [n for n, row in enumerate(rows) if row["region_id"] == region_id]
        tied = _linker(session, region_id).tied([rows[n] for n in mine])
        for n, spatial in zip(mine, tied, strict=True):
            ties[n] = linking.joined(spatial, decided[n])
    return ties
