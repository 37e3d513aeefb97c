"""What is believed of an incident: versions derived from its reports, each with its span of knowledge."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import bulk, clusters, engine, linking, naming
from db.ids import content_id
from db.linking import DISTRICT_PREC, GOVERNORATE_PREC, Linker, Tie
from db.naming import Settled
from db.places import Gazetteer
from db.schema import Claim, Incident, IncidentVersion, Link, Report, ReportIncident, Source
from db.vocab import (
    FigureRule,
    GeoMethod,
    Harm,
    IncidentType,
    Reliability,
    Sensitivity,
    SourceKind,
    Stance,
    Status,
    Verification,
)

_SENSITIVITIES = list(Sensitivity)
_WORST = len(Reliability)
CHUNK = 4000


@dataclass(frozen=True, slots=True)
class Account:
    """What one report says of one incident, with its source's standing.

    `told_of` is the incident that the report speaks of, `incident_id` the lead under which it is counted.
    """

    report_id: str
    incident_id: str
    told_of: str
    region_id: str
    chain: tuple[str, str]
    available_at: datetime
    independence: frozenset[str]
    reliability: int
    stance: Stance
    incident_type: IncidentType
    title: str | None
    date_start: date
    date_end: date
    date_prec: int
    place_text: str | None
    admin1_text: str | None
    admin2_text: str | None
    place_id: str | None
    lat: float | None
    lon: float | None
    geo_prec: int
    flags: tuple[str, ...]
    sensitivity: Sensitivity
    killed: tuple[int | None, int | None, int | None]
    civilians: int | None


def derive(session: Session, incident_ids: Iterable[str], now: datetime) -> int:
    """Bring the versions of these incidents in line with their reports; returns how many are new.

    A version is its facts and its spatial ties. One that no longer holds is closed (`recorded_until`),
    never changed or deleted, so that what this store held on a past day can be read again. Incidents that
    were merged have one life, under the lead of their cluster.
    """
    leads = clusters.whole(session, incident_ids)
    accounts = _accounts(session, leads)
    rows = [_row(session, version) for each in accounts.values() for version in _versions(each)]
    ties = _ties(session, rows)
    wanted = {
        content_id("version", *row.values(), *tied): n
        for n, (row, tied) in enumerate(zip(rows, ties, strict=True))
    }
    held, closed = _held(session, sorted(leads))
    wanted = {_again(name, closed): n for name, n in wanted.items()}
    _close(session, held - set(wanted), now)
    fresh = {name: n for name, n in wanted.items() if name not in held}
    believed = {"recorded_at": now, "recorded_until": None}
    bulk.insert(session, IncidentVersion, [{"id": name, **rows[n], **believed} for name, n in fresh.items()])
    bulk.insert(
        session,
        Link,
        [linking.row(name, rows[n]["incident_id"], tie, now) for name, n in fresh.items() for tie in ties[n]],
    )
    return len(fresh)


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
    """Locate and tie all incidents of a region anew, after its places or communities changed.

    Ties that a person decided stay; returns how many versions were derived anew.
    """
    fresh = 0
    session.info.pop("linkers", None)
    engine.queue(session.connection(), "incidents")
    ids = list(
        session.scalars(select(Incident.id).where(Incident.region_id == region_id).order_by(Incident.id))
    )
    for part in bulk.batched(ids, CHUNK):
        fresh += derive(session, part, now)
    return fresh


def _close(session: Session, ids: set[str], now: datetime) -> None:
    for some in bulk.batched(sorted(ids), CHUNK):
        session.execute(
            update(IncidentVersion).where(IncidentVersion.id.in_(some)).values(recorded_until=now)
        )


def _accounts(session: Session, leads: Mapping[str, str]) -> dict[str, list[Account]]:
    """What the reports say of these incidents, by the lead of each."""
    incident_ids = sorted(leads)
    facts = (
        "incident_type",
        "date_start",
        "date_end",
        "date_prec",
        "place_text",
        "admin1_text",
        "admin2_text",
    )
    where = ("place_id", "lat", "lon", "geo_prec", "stance", "flags")
    columns = [getattr(ReportIncident, name) for name in facts + where]
    rows = session.execute(
        select(
            *(ReportIncident.report_id, ReportIncident.incident_id, Incident.region_id, Report.source_id),
            *(Report.external_id, Report.available_at, Report.cited),
            *(Report.title, Report.sensitivity, Source.reliability, Source.independence_group, Source.kind),
            *columns,
        )
        .join(Report, Report.id == ReportIncident.report_id)
        .join(Source, Source.id == Report.source_id)
        .join(Incident, Incident.id == ReportIncident.incident_id)
        .where(ReportIncident.incident_id.in_(incident_ids))
    ).all()
    figures = _figures(session, incident_ids)
    grouped: dict[str, list[Account]] = defaultdict(list)
    for row in rows:
        told = _account(row, leads[row.incident_id], figures.get((row.report_id, row.incident_id), {}))
        grouped[told.incident_id].append(told)
    return grouped


def _figures(session: Session, incident_ids: Sequence[str]) -> dict[tuple[str, str], dict[Status, Any]]:
    found: dict[tuple[str, str], dict[Status, Any]] = defaultdict(dict)
    columns = (Claim.report_id, Claim.incident_id, Claim.status, Claim.low, Claim.best, Claim.high)
    for row in session.execute(
        select(*columns).where(
            Claim.incident_id.in_(incident_ids),
            Claim.harm == Harm.KILLED,
            Claim.status.in_([Status.ALL, Status.CIVILIAN]),
        )
    ):
        found[row.report_id, row.incident_id][row.status] = (row.low, row.best, row.high)
    return found


def _account(row: Any, lead: str, figures: dict[Status, Any]) -> Account:
    cited = {name.casefold() for name in row.cited}
    dataset = row.kind is SourceKind.DATASET
    names = cited if dataset and cited else {row.independence_group}
    same = ("report_id", "region_id", "available_at", "stance", "incident_type", "title")
    more = ("date_start", "date_end", "date_prec", "place_text", "admin1_text", "admin2_text", "place_id")
    return Account(
        **{name: getattr(row, name) for name in same + more + ("lat", "lon", "geo_prec", "sensitivity")},
        incident_id=lead,
        told_of=row.incident_id,
        chain=(row.source_id, row.external_id),
        independence=frozenset(names),
        reliability=_WORST if row.reliability is None else list(Reliability).index(row.reliability),
        flags=tuple(row.flags),
        killed=figures.get(Status.ALL, (None, None, None)),
        civilians=figures.get(Status.CIVILIAN, (None, None, None))[1],
    )


def _versions(accounts: list[Account]) -> list[dict[str, Any]]:
    """One version for each span between two moments at which the known reports change."""
    versions: list[dict[str, Any]] = []
    for moment in sorted({a.available_at for a in accounts}):
        facts = _facts(_known_at(accounts, moment))
        if versions and versions[-1]["facts"] == facts:
            continue
        if versions:
            versions[-1]["known_until"] = moment
        versions.append({"known_from": moment, "known_until": None, "facts": facts})
    return versions


def _known_at(accounts: list[Account], moment: datetime) -> list[Account]:
    """The newest version of each report that was out by then, with all that it says."""
    out = sorted(
        (a for a in accounts if a.available_at <= moment), key=lambda a: (a.available_at, a.report_id)
    )
    newest = {account.chain: account.report_id for account in out}
    return [account for account in out if newest[account.chain] == account.report_id]


def _facts(known: list[Account]) -> dict[str, Any]:
    lead = min(
        known, key=lambda a: (a.reliability, a.geo_prec, a.date_prec, a.available_at, a.report_id, a.told_of)
    )
    groups = frozenset().union(*(a.independence for a in known))
    low, best, high = max_source([a.killed for a in known])
    return {
        "lead": lead,
        "deaths_low": low,
        "deaths": best,
        "deaths_high": high,
        "civilians": max((a.civilians for a in known if a.civilians is not None), default=None),
        "reports": len({a.chain for a in known}),
        "independent_sources": len(groups),
        "verification": _verification(known, len(groups)),
        "flags": sorted({flag for a in known for flag in a.flags}),
        "sensitivity": max((a.sensitivity for a in known), key=_SENSITIVITIES.index),
    }


def max_source(
    claims: Sequence[tuple[int | None, int | None, int | None]],
) -> tuple[int | None, int | None, int | None]:
    """The rule `max_source`: the best figure is the highest that any one report gives, the range
    spans them all; reports that do not know are left out, and when none knows, nobody does.
    """
    best = max((c[1] for c in claims if c[1] is not None), default=None)
    low = min((n for c in claims for n in (c[0], c[1]) if n is not None), default=None)
    high = max((n for c in claims for n in (c[2], c[1]) if n is not None), default=None)
    return low, best, high


def _verification(known: list[Account], groups: int) -> Verification:
    if any(a.stance is Stance.CONTRADICTS for a in known):
        return Verification.CONTESTED
    return Verification.CORROBORATED if groups >= 2 else Verification.SINGLE_SOURCE


def _row(session: Session, version: dict[str, Any]) -> dict[str, Any]:
    facts = dict(version["facts"])
    lead: Account = facts.pop("lead")
    places = _linker(session, lead.region_id).gazetteer
    settled = _settled(places, lead)
    spot, lat, lon = settled.spot, lead.lat, lead.lon
    if lat is None and spot.place_id is not None:
        lat, lon = places.places[spot.place_id].lat, places.places[spot.place_id].lon
    return {
        "incident_id": lead.incident_id,
        "region_id": lead.region_id,
        "report_id": lead.report_id,
        "known_from": version["known_from"],
        "known_until": version["known_until"],
        **{name: getattr(lead, name) for name in ("incident_type", "date_start", "date_end", "date_prec")},
        "summary": lead.title,
        "place_text": lead.place_text,
        "place_id": spot.place_id,
        "district_id": spot.district_id,
        "governorate_id": spot.governorate_id,
        "lat": lat,
        "lon": lon,
        "geo_prec": settled.geo_prec,
        "geo_method": GeoMethod.EXACT if lead.geo_prec == 1 and lead.lat is not None else GeoMethod.CENTROID,
        "figure_rule": FigureRule.MAX_SOURCE,
        "verification_reason": None,
        **facts,
    }


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


def _ties(session: Session, rows: list[dict[str, Any]]) -> list[list[Tie]]:
    """The spatial ties of each version."""
    ties: list[list[Tie]] = [[] for _ in rows]
    for region_id in {row["region_id"] for row in rows}:
        mine = [n for n, row in enumerate(rows) if row["region_id"] == region_id]
        tied = _linker(session, region_id).tied([rows[n] for n in mine])
        for n, found in zip(mine, tied, strict=True):
            ties[n] = found
    return ties
