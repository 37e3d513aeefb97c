"""What an export tells of each incident: what is believed, and what each report said of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from db import audience, bulk, clock, clusters, displacement, masking, policy, queries, reach, tombstones
from db.errors import BadInput
from db.policy import Sight, Viewer
from db.queries import RegionInfo
from db.queries.common import frame
from db.schema import (
    Actor,
    Claim,
    Community,
    Decision,
    Incident,
    IncidentVersion,
    Link,
    Place,
    Report,
    ReportActor,
    ReportIncident,
    Source,
)
from db.vocab import Audience, DecisionField, Precision, Sensitivity

AT_ONCE = 1000
# What a person settled that tells neither a village nor a day: an export for anybody carries these.
BROAD = frozenset(DecisionField) - {DecisionField.PLACE, DecisionField.DATES, DecisionField.SUMMARY}
_ACCOUNT = (
    *("stance", "credibility", "incident_type", "date_start", "date_end", "date_prec", "place_text"),
    *("admin1_text", "admin2_text", "place_id", "lat", "lon", "geo_prec", "excerpt", "flags", "added_by"),
)
_REPORT = (
    *("external_id", "content_sha256", "published_at", "released_at", "available_at", "available_basis"),
    *("lang", "title", "text", "url", "cited", "raw", "sensitivity"),
)
_DERIVED = ("figures", "attributions", "grade", "deaths_unknown", "verification_reason")
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Wanted:
    """Which incidents go out, as known on which day, and how finely."""

    region_id: str
    as_of: date
    since: date | None = None
    until: date | None = None
    community_id: str | None = None
    precision: Precision | None = None
    audience: Audience = Audience.INTERNAL
    ids: tuple[str, ...] | None = None  # only these (None: all)


@dataclass(frozen=True, slots=True)
class Entry:
    """One incident on its way out: what is believed, its reports with claims and actors, what people settled."""

    facts: dict[str, Any]
    accounts: list[dict[str, Any]]
    links: list[dict[str, Any]]
    decisions: list[dict[str, Any]]


@dataclass
class Gathering:
    """The incidents of one export, as precisely as its reader may see them."""

    session: Session
    viewer: Viewer
    wanted: Wanted

    @cached_property
    def region(self) -> RegionInfo:
        """The region that the export is about."""
        return queries.region(self.session, self.viewer, self.wanted.region_id)

    @cached_property
    def sight(self) -> Sight:
        """What the reader may see and the audience may be told."""
        return audience.narrowed(policy.admit(self.viewer, self.wanted.region_id), self.wanted.audience)

    @cached_property
    def precision(self) -> Precision:
        """How finely places are told."""
        finest = masking.precision_of(self.sight)
        return audience.precision(finest, self.wanted.precision, self.wanted.audience)

    @property
    def outside(self) -> bool:
        """Whether the file leaves the house: then it is for reading, and nothing is taken in from it."""
        return self.wanted.audience is not Audience.INTERNAL

    @property
    def withheld(self) -> list[str]:
        """What the file leaves out or tells more coarsely for its audience."""
        few = audience.below(self.region.settings)
        return audience.withheld(self.wanted.audience, self.precision, few)

    @property
    def generalised(self) -> bool:
        """Whether the export says less than the store knows."""
        return self.precision is not Precision.EXACT or not (self.sight.exact and self.sight.texts)

    @property
    def named(self) -> bool:
        """Whether villages may be named; where not, no tie names a community, for many live in one village."""
        return self.precision in (Precision.EXACT, Precision.SETTLEMENT)

    @cached_property
    def moment(self) -> datetime:
        """The instant before which everything told was known."""
        return clock.end_of(self.wanted.as_of, self.region.time_zone)

    def entries(self) -> Iterator[Entry]:
        """All incidents asked for, the newest first."""
        rows = self.told()
        for start in range(0, len(rows), AT_ONCE):
            yield from self._entries(rows.iloc[start : start + AT_ONCE])

    def told(self) -> pd.DataFrame:
        """The incidents asked for as precisely as they go out, without what each report says, the newest first."""
        w = self.wanted
        if w.community_id and self.outside and not self.named:
            raise BadInput(
                "which incidents concern a community is not told outside where no village is named; "
                "leave the community out"
            )
        rows = queries.incidents(
            self.session,
            self.viewer,
            region_id=w.region_id,
            as_of=w.as_of,
            since=w.since,
            until=w.until,
            community_id=w.community_id,
            ids=None if w.ids is None else list(w.ids),
            limit=None,
        )
        return self.shown(rows)

    def shown(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Of incidents that were read so those that the audience may be told, as precisely as it may."""
        return self._shown(self._for_audience(rows))

    def _coarse(self, rows: pd.DataFrame) -> pd.DataFrame:
        return masking.coarsened(rows, self.sight, self.precision, self.wanted.as_of)

    def _for_audience(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Of what the reader may see the incidents that the audience may be told."""
        if not self.outside:
            return rows
        gone = set(self.session.scalars(reach.untold(self.sight)))
        fine = rows["sensitivity"].isin(self.sight.sensitivities) & ~rows["incident_id"].isin(gone)
        return rows[fine].reset_index(drop=True)

    def _shown(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Incidents as precisely as they go out, with the points that stand for exact ones in villages."""
        points = None
        if self.precision is Precision.SETTLEMENT:
            exact = policy.sight(self.viewer).exact
            points = displacement.shown(self.session, rows) if exact else rows[["lat", "lon"]]
        rows = self._coarse(rows)
        if points is not None:
            rows[["lat", "lon"]] = points
        return rows

    def _entries(self, rows: pd.DataFrame) -> Iterator[Entry]:
        ids, versions = list(rows["incident_id"]), list(rows["version_id"])
        derived = self._derived(versions)
        accounts, links, decisions = self._accounts(ids), self._links(ids, versions), self._decisions(ids)
        points = self._points(rows)
        for row in rows.to_dict("records"):
            name, facts = row["incident_id"], {str(k): v for k, v in row.items()}
            facts |= derived[row["version_id"]]
            if facts.pop("protected") and not self._narrow.exact:
                facts["summary"] = None  # the title of a report whose voice is withheld
            facts["point"] = points.get(_finest(facts) or "")
            yield Entry(facts, self._united(facts, accounts[name]), links[name], decisions[name])

    def _united(self, facts: dict[str, Any], accounts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Accounts with the district of the pack for the unit they name, which may be finer than a district."""
        if self.named or self.precision is not Precision.DISTRICT:
            return accounts
        return [{**one, "admin2_text": facts["district"]} for one in accounts]

    def _derived(self, version_ids: list[str]) -> dict[str, dict[str, Any]]:
        v = IncidentVersion
        columns = [getattr(v, name) for name in _DERIVED]
        rows = frame(
            self.session,
            select(v.id, Source.protected, *columns)
            .join(Report, Report.id == v.report_id)
            .join(Source, Source.id == Report.source_id)
            .where(v.id.in_(version_ids)),
        )
        if self.generalised:
            rows["verification_reason"] = None  # free text, which may name a village
        return {row.pop("id"): row for row in rows.to_dict("records")}  # type: ignore[misc]

    def _points(self, rows: pd.DataFrame) -> dict[str, tuple[float, float]]:
        """Where the finest places lie that may be told, by id."""
        ids = {place for facts in rows.to_dict("records") if (place := _finest(facts))}
        found = self.session.execute(
            select(Place.id, Place.lat, Place.lon).where(Place.id.in_(ids), Place.lat.is_not(None))
        )
        return {place: (lat, lon) for place, lat, lon in found if lat is not None and lon is not None}

    def _accounts(self, ids: list[str]) -> Rows:
        """What each report known by then says, each with its figures and actors, by incident."""
        a, r = ReportIncident, Report
        lead = func.coalesce(Incident.merged_into, Incident.id).label("lead_id")
        found = frame(
            self.session,
            select(
                *(lead, a.report_id, a.incident_id, Source.code.label("source"), Source.name.label("voice")),
                *(Source.protected, Source.licence, Source.independence_group, Source.reliability),
                *(getattr(r, name) for name in _REPORT),
                *(getattr(a, name) for name in _ACCOUNT),
            )
            .join(r, r.id == a.report_id)
            .join(Source, Source.id == r.source_id)
            .join(Incident, Incident.id == a.incident_id)
            .where(lead.in_(ids), r.available_at < self.moment, tombstones.standing())
            .where(r.sensitivity.in_(sorted(self.sight.sensitivities)))
            .order_by(lead, r.available_at, r.recorded_at, r.id),
        )
        keys = list(zip(found["report_id"], found["incident_id"], strict=True))
        said, named = self._claims(keys), self._actors(keys)
        hidden = found["protected"].astype(bool) & (self.generalised or not self.sight.exact)
        found = self._coarse(masking.hush(found, self._narrow))
        found.loc[hidden, "voice"] = None
        if self.generalised:
            found[["excerpt", "added_by", "content_sha256"]] = None
        grouped: Rows = defaultdict(list)
        for key, row in zip(keys, found.to_dict("records"), strict=True):
            told = {str(k): v for k, v in row.items()}
            grouped[row["lead_id"]].append({**told, "claims": said[key], "actors": named[key]})
        return grouped

    @property
    def _narrow(self) -> Sight:
        return replace(self.sight, exact=self.sight.exact and not self.generalised)

    def _claims(self, keys: list[tuple[str, str]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
        c = Claim
        columns = (
            c.report_id,
            c.incident_id,
            c.harm,
            c.status,
            c.low,
            c.best,
            c.high,
            c.wording,
            c.aggregate,
        )
        grouped: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for part in bulk.batched([report for report, _ in keys], AT_ONCE):
            chosen = select(*columns).where(c.report_id.in_(part)).order_by(*columns[:4])
            for row in self.session.execute(chosen).mappings():
                told = {name: row[name] for name in ("harm", "status", "low", "best", "high", "aggregate")}
                words = None if self.generalised else row["wording"]
                grouped[row["report_id"], row["incident_id"]].append({**told, "wording": words})
        return grouped

    def _actors(self, keys: list[tuple[str, str]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
        x = ReportActor
        columns = (x.report_id, x.incident_id, Actor.name, x.role, x.said_by)
        grouped: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for part in bulk.batched([report for report, _ in keys], AT_ONCE):
            chosen = select(*columns).join(Actor, Actor.id == x.actor_id).where(x.report_id.in_(part))
            for row in self.session.execute(chosen.order_by(*columns[:4])).mappings():
                told = {"name": row["name"], "role": row["role"]}
                spoken = None if self.generalised else row["said_by"]
                grouped[row["report_id"], row["incident_id"]].append({**told, "said_by": spoken})
        return grouped

    def _links(self, ids: list[str], version_ids: list[str]) -> Rows:
        leads = clusters.whole(self.session, ids)
        ties = or_(Link.version_id.in_(version_ids), Link.version_id.is_(None) & self._decided())
        columns = (
            *(Link.incident_id, Link.community_id, Link.version_id, Link.basis, Link.method, Link.confidence),
            *(Link.share, Link.counted, Link.decided_by, Link.decided_at, Link.reason, Link.id),
            Community.group.label("group"),
        )
        found = self.session.execute(
            select(*columns)
            .join(Community, Community.id == Link.community_id)
            .where(Link.incident_id.in_(sorted(leads)), ties)
            .where(Community.sensitivity.in_(sorted(self.sight.sensitivities, key=list(Sensitivity).index)))
            .order_by(Link.incident_id, Link.counted.desc(), Link.community_id, Link.id)
        )
        return _grouped(found.mappings(), leads)

    def _decided(self) -> ColumnElement[bool]:
        """The condition that a person's tie was in force."""
        gone = Link.withdrawn_at
        return (Link.decided_at < self.moment) & or_(gone.is_(None), gone >= self.moment)

    def _decisions(self, ids: list[str]) -> Rows:
        d, leads = Decision, clusters.whole(self.session, ids)
        columns = (d.incident_id, d.report_id, d.field, d.value, d.reason, d.by, d.at, d.id)
        chosen = (
            select(*columns).where(d.incident_id.in_(sorted(leads)), d.at < self.moment).order_by(d.at, d.id)
        )
        if self.generalised:
            chosen = chosen.where(d.field.in_(sorted(BROAD)))
        return _grouped(self.session.execute(chosen).mappings(), leads)


def _finest(facts: dict[Any, Any]) -> str | None:
    """The id of the finest place that is told of an incident and as fine as it is known."""
    levels = ("place_id", "district_id", "governorate_id")
    start = 0 if facts["geo_prec"] <= 2 else 1 if facts["geo_prec"] == 3 else 2
    return next((facts[name] for name in levels[start:] if isinstance(facts[name], str)), None)


def _grouped(found: Any, leads: Mapping[str, str]) -> Rows:
    """Rows by the lead of the cluster that their incident is in."""
    grouped: Rows = defaultdict(list)
    for row in found:
        grouped[leads[row["incident_id"]]].append(dict(row))
    return grouped
