"""What the reports say of incidents, as derivation reads it: one account a report and incident."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import tombstones
from db.figures import UNKNOWN, Range
from db.lookups import unsought
from db.schema import Claim, Incident, Report, ReportActor, ReportIncident, Source
from db.sources import Register, register
from db.vocab import ActorRole, Harm, IncidentType, Reliability, Sensitivity, SourceKind, Stance, Status

_FACTS = (
    *("incident_type", "date_start", "date_end", "date_prec", "place_text", "admin1_text", "admin2_text"),
    *("place_id", "lat", "lon", "geo_prec", "stance", "credibility"),
)
Said = tuple[str, ActorRole, str | None]


@dataclass(frozen=True, slots=True)
class Account:
    """What one report says of one incident, with who says it."""

    report_id: str
    incident_id: str
    region_id: str
    source_id: str
    chain: tuple[str, str]
    available_at: datetime
    independence: frozenset[str]
    dataset: str | None
    reliability: Reliability | None
    stance: Stance
    credibility: int | None
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
    claims: Mapping[tuple[Harm, Status], Range]
    actors: tuple[Said, ...]

    def says(self, harm: Harm, status: Status) -> Range:
        """The figure it gives for a harm; all unknown where it gives none."""
        return self.claims.get((harm, status), UNKNOWN)


def read(session: Session, leads: Mapping[str, str]) -> dict[str, list[Account]]:
    """The accounts of incidents, grouped by the lead of their cluster.

    `leads` names for each incident the one under which it is counted. Left out are reports that were
    taken out of what is believed (tombstones), and claims that count more than the incident.
    """
    rows = session.execute(_wanted(session, sorted(leads))).all()
    claims, actors = _claims(session, sorted(leads)), _actors(session, sorted(leads))
    known = {region: register(session, region) for region in {row.region_id for row in rows}}
    grouped: dict[str, list[Account]] = defaultdict(list)
    for row in rows:
        one = (row.report_id, row.incident_id)
        account = _account(row, known[row.region_id], claims.get(one, {}), actors.get(one, ()))
        grouped[leads[row.incident_id]].append(account)
    return grouped


def _wanted(session: Session, incident_ids: Sequence[str]) -> Any:
    chosen = (
        select(
            *(ReportIncident.report_id, ReportIncident.incident_id, Incident.region_id, Report.source_id),
            *(Report.external_id, Report.available_at, Report.cited, Report.title, Report.sensitivity),
            *(Source.reliability, Source.independence_group, Source.kind, ReportIncident.flags),
            *(getattr(ReportIncident, name) for name in _FACTS),
        )
        .join(Report, Report.id == ReportIncident.report_id)
        .join(
            Source, Source.id == unsought(Report.source_id)
        )  # else SQLite begins with all reports of all sources
        .join(Incident, Incident.id == ReportIncident.incident_id)
        .where(ReportIncident.incident_id.in_(incident_ids))
    )
    return chosen.where(tombstones.standing()) if tombstones.any_at_all(session) else chosen


def _claims(session: Session, incident_ids: Sequence[str]) -> dict[tuple[str, str], dict[Any, Range]]:
    found: dict[tuple[str, str], dict[Any, Range]] = defaultdict(dict)
    columns = (Claim.report_id, Claim.incident_id, Claim.harm, Claim.status, Claim.low, Claim.best)
    asked = select(*columns, Claim.high).where(
        Claim.incident_id.in_(incident_ids), Claim.aggregate.is_(False)
    )
    for report, incident, harm, status, low, best, high in session.execute(asked):
        found[report, incident][harm, status] = (low, best, high)
    return found


def _actors(session: Session, incident_ids: Sequence[str]) -> dict[tuple[str, str], tuple[Said, ...]]:
    found: dict[tuple[str, str], list[Said]] = defaultdict(list)
    a = ReportActor
    asked = select(a.report_id, a.incident_id, a.actor_id, a.role, a.said_by)
    asked = asked.where(a.incident_id.in_(incident_ids)).order_by(a.role, a.actor_id)
    for report, incident, actor, role, said_by in session.execute(asked):
        found[report, incident].append((actor, role, said_by))
    return {one: tuple(said) for one, said in found.items()}


def _account(
    row: Any, known: Register, claims: Mapping[tuple[Harm, Status], Range], actors: tuple[Said, ...]
) -> Account:
    same = ("report_id", "incident_id", "region_id", "source_id", "available_at", "title", "sensitivity")
    return Account(
        **{name: getattr(row, name) for name in same + _FACTS + ("reliability",)},
        chain=(row.source_id, row.external_id),
        independence=_groups(row, known),
        dataset=row.independence_group if row.kind is SourceKind.DATASET else None,
        flags=tuple(row.flags),
        claims=claims,
        actors=actors,
    )


def of_one_data_set(known: Sequence[Account]) -> list[Account]:
    """The accounts, where a data set that names nobody speaks with the voices that another release of it names.

    Two publishers of one data set do not confirm each other: their figures are the same coders'.
    """
    named: dict[str, frozenset[str]] = {}
    for one in known:
        if one.dataset and one.independence != {one.dataset}:
            named[one.dataset] = named.get(one.dataset, frozenset()) | one.independence
    if not named:
        return list(known)
    return [
        replace(one, independence=named[one.dataset])
        if one.dataset in named and one.independence == {one.dataset}
        else one
        for one in known
    ]


def _groups(row: Any, known: Register) -> frozenset[str]:
    """Whose word a report is: of those it cites where they are told, else of its own publisher.

    A data set stands for all it cites. Another outlet that names a monitor we know copies that monitor;
    names that we do not know (residents, officials) leave it its own voice.
    """
    cited: Iterable[str] = (name for name in row.cited if isinstance(name, str))
    if row.kind is SourceKind.DATASET:
        return frozenset(known.group(name) for name in cited) or frozenset({row.independence_group})
    copied = {group for name in cited if (group := known.known_group(name))}
    return frozenset(copied or {row.independence_group})
