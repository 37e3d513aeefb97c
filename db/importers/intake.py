"""Turns parsed rows into reports of the record: ids, clocks, claims, and the incidents they touch."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from db import bulk, clock, documents, past, revisions, tombstones
from db.ids import content_id, content_sha256
from db.importers import sensitivity
from db.importers.base import Parsed
from db.revisions import Change
from db.schema import Actor, Claim, Incident, Report, ReportActor, ReportIncident, Retold, Source
from db.store import source_id
from db.vocab import AvailableBasis, Entity, Sensitivity

_FACTS = (
    *("incident_type", "date_start", "date_end", "date_prec", "geo_prec", "title", "text", "url", "cited"),
    *("stance", "sensitivity", "place_id", "place_text", "admin1_text", "admin2_text", "lat", "lon"),
    *("published_on", "published_at"),
)
TICK = timedelta(microseconds=1)
MOVED = "another version of this report came in, which tells when this one came out"


class Intake:
    """Takes parsed rows into the record, many at a time; the same rows a second time change nothing."""

    def __init__(
        self,
        session: Session,
        batch_id: str | None,
        now: datetime,
        zones: dict[str, str],
        *,
        dated: bool = False,
    ) -> None:
        self.session, self.batch_id, self.now, self.zones, self.dated = session, batch_id, now, zones, dated
        self.digests: dict[int, str] = {}
        self.lags = dict(session.execute(select(Source.id, Source.lag_days)).all())
        self.usual = dict(session.execute(select(Source.id, Source.reports_as)).all())

    def take(self, parsed: Sequence[Parsed]) -> tuple[int, int, set[str]]:
        """Store rows; returns (new reports, of them newer versions, ids of the incidents touched)."""
        self.digests = {id(p): _sha(p, self.usual[source_id(p.region_id, p.source_code)]) for p in parsed}
        rows = self._named(parsed)
        known = self._known(list(rows))
        fresh = {report_id: p for report_id, p in rows.items() if report_id not in known}
        back = self._retell([report_id for report_id, batch in known.items() if batch != self.batch_id])
        revived = {incident_id(rows[report_id]) for report_id in back}
        if not fresh:
            return 0, 0, revived
        earlier = self._earlier(fresh.values())
        self._write(fresh, earlier)
        revised = len(fresh) - len(set(self._keys(fresh.values())) - set(earlier))
        self._order_versions(set(self._keys(fresh.values())), fresh)
        return len(fresh), revised, revived | {incident_id(p) for p in fresh.values()}

    def _retell(self, known: list[str]) -> list[str]:
        """Note that known reports came again; returns those that an undone import had taken away."""
        if self.batch_id is None or not known:
            return []
        rows = [{"batch_id": self.batch_id, "report_id": report_id} for report_id in known]
        gone: list[str] = []
        if tombstones.any_at_all(self.session):
            asked = select(Report.id).where(Report.id.in_(known), ~tombstones.standing())
            gone = list(self.session.scalars(asked))
        bulk.insert(self.session, Retold, rows)
        return gone

    def _named(self, parsed: Sequence[Parsed]) -> dict[str, Parsed]:
        """The rows by the id of their report: what it says, and for a return to earlier words its release.

        A dated release that says again what an older one said is a version of its own, else the one
        between them would stay the newest. A file without a date can take nothing back.
        """
        named = {self.report_id(p): p for p in parsed}
        known = self._known(list(named)) if self.dated else {}
        again = [p for name, p in named.items() if name in known]
        newest = self._newest(again) if again else {}
        for p in again:
            stored = newest.get((source_id(p.region_id, p.source_code), p.external_id))
            if not stored or not p.released_at:
                continue
            released, content = stored
            if content != self.digests[id(p)] and p.released_at > released:
                del named[self.report_id(p)]
                named[content_id(self.report_id(p), p.released_at)] = p
        return named

    def report_id(self, p: Parsed) -> str:
        """The id of the report a row becomes; of rows that were taken."""
        return content_id("report", source_id(p.region_id, p.source_code), p.external_id, self.digests[id(p)])

    def _newest(self, parsed: Sequence[Parsed]) -> dict[tuple[str, str], tuple[datetime, str]]:
        """Of each stored report the newest release and its content."""
        keys = self._keys(parsed)
        versions = (
            select(Report.source_id, Report.external_id, Report.released_at, Report.content_sha256)
            .where(Report.source_id.in_({s for s, _ in keys}), Report.external_id.in_({e for _, e in keys}))
            .where(Report.released_at.is_not(None))
            .order_by(Report.released_at, Report.recorded_at)
        )
        return {(s, e): (at, sha) for s, e, at, sha in self.session.execute(versions) if at}

    def _known(self, ids: list[str]) -> dict[str, str | None]:
        """The reports that are stored already, each with the import it came with."""
        asked = select(Report.id, Report.batch_id).where(Report.id.in_(ids))
        return dict(self.session.execute(asked).all())

    def _keys(self, parsed: Iterable[Parsed]) -> dict[tuple[str, str], Parsed]:
        return {(source_id(p.region_id, p.source_code), p.external_id): p for p in parsed}

    def _earlier(self, parsed: Iterable[Parsed]) -> dict[tuple[str, str], datetime]:
        """For each report of which a version is stored, when the last one was recorded."""
        keys = self._keys(parsed)
        found = self.session.execute(
            select(Report.source_id, Report.external_id, func.max(Report.recorded_at))
            .where(Report.source_id.in_({s for s, _ in keys}), Report.external_id.in_({e for _, e in keys}))
            .group_by(Report.source_id, Report.external_id)
        )
        return {(s, e): last for s, e, last in found if (s, e) in keys}

    def _recorded(
        self, fresh: dict[str, Parsed], earlier: dict[tuple[str, str], datetime]
    ) -> dict[str, datetime]:
        """When each row is recorded: now, and a tick after the version before it, so that rows keep order."""
        last, recorded = dict(earlier), {}
        for report_id, p in fresh.items():
            key = (source_id(p.region_id, p.source_code), p.external_id)
            recorded[report_id] = max(self.now, last[key] + TICK) if key in last else self.now
            last[key] = recorded[report_id]
        return recorded

    def _write(self, fresh: dict[str, Parsed], earlier: dict[tuple[str, str], datetime]) -> None:
        recorded, put, guarded = (
            self._recorded(fresh, earlier),
            self.session,
            sensitivity.guarded(self.session, earlier),
        )
        self._subjects(fresh)
        originals = {p.original: p.encoding for p in fresh.values() if p.original is not None}
        documents.keep_all(put, originals, media_type="text/csv", now=self.now)
        bulk.insert(put, Report, [self._report(i, p, recorded[i], guarded) for i, p in fresh.items()])
        self._tell(fresh)

    def also(self, report_id: str, parsed: Parsed) -> str:
        """Note that a stored report tells of another incident too; returns the id of that incident."""
        self._subjects({report_id: parsed})
        past.absent(self.session, ReportIncident, [f"{report_id}\t{incident_id(parsed)}"], self.now)
        self._tell({report_id: parsed})
        return incident_id(parsed)

    def _subjects(self, told: dict[str, Parsed]) -> None:
        """The incidents and actors that reports speak of."""
        incidents = {incident_id(p): p.region_id for p in told.values()}
        actors = {
            actor_id(p.region_id, a.name): (p.region_id, a.name) for p in told.values() for a in p.actors
        }
        bulk.insert(self.session, Incident, [self._incident(i, region) for i, region in incidents.items()])
        bulk.insert(self.session, Actor, [_actor(i, region, name) for i, (region, name) in actors.items()])

    def _tell(self, told: dict[str, Parsed]) -> None:
        """What reports say of their incidents: accounts, figures, attributions."""
        put = self.session
        bulk.insert(put, ReportIncident, [_account(i, p) for i, p in told.items()])
        bulk.insert(put, Claim, [claim for i, p in told.items() for claim in _claims(i, p)])
        bulk.insert(put, ReportActor, [actor for i, p in told.items() for actor in _attributions(i, p)])

    def _incident(self, incident: str, region_id: str) -> dict[str, Any]:
        return {"id": incident, "region_id": region_id, "first_recorded_at": self.now}

    def _report(
        self, report_id: str, p: Parsed, recorded_at: datetime, guarded: Collection[tuple[str, str]]
    ) -> dict[str, Any]:
        source = source_id(p.region_id, p.source_code)
        available_at, basis = self._available(p, self.lags[source])
        return {
            "id": report_id,
            "source_id": source,
            "batch_id": self.batch_id,
            "external_id": p.external_id,
            "content_sha256": self.digests[id(p)],
            "published_at": p.published_at or self._start(p, p.published_on),
            "released_at": p.released_at,
            "available_at": available_at,
            "available_basis": basis,
            "recorded_at": recorded_at,
            "lang": p.lang,
            "title": p.title,
            "text": p.text,
            "url": p.url,
            "cited": p.cited,
            "raw": p.raw,
            "document_id": documents.id_of(p.original) if p.original is not None else None,
            "sensitivity": sensitivity.decided(p, self.usual[source], (source, p.external_id) in guarded),
        }

    def _start(self, p: Parsed, day: Any) -> datetime | None:
        return clock.start_of(day, self.zones[p.region_id]) if day else None

    def _available(self, p: Parsed, lag_days: int) -> tuple[datetime, AvailableBasis]:
        """When the world could know: never before the event is over; a bare date counts from its end."""
        zone = self.zones[p.region_id]
        over = clock.end_of(p.date_end, zone)
        if p.available_from is not None:
            return max(p.available_from, over), AvailableBasis.RELEASED
        if p.published_at is not None:
            return max(p.published_at, over), AvailableBasis.PUBLISHED
        if p.published_on is not None:
            return max(clock.end_of(p.published_on, zone), over), AvailableBasis.PUBLISHED
        assumed = clock.start_of(p.date_end + timedelta(days=lag_days), zone)
        return max(assumed, clock.start_of(p.date_end, zone)), AvailableBasis.ASSUMED

    def _order_versions(self, keys: set[tuple[str, str]], fresh: Collection[str]) -> None:
        """Let the earliest version of a report count from its own date, later ones from when they came out.

        Where the moment of a stored report moves, the history keeps what it was.
        """
        chains = self._chains(keys)
        moves = [move for chain in chains.values() if len(chain) > 1 for move in _released(chain)]
        if not moves:
            return
        statement = (
            update(Report.__table__)  # type: ignore[arg-type]
            .where(Report.__table__.c.id == bindparam("key"))
            .values(available_at=bindparam("at"), available_basis=bindparam("basis"))
        )
        past.note(self.session, Report, {row.id for row, _, _ in moves} - set(fresh), self.now)
        changes = [{"key": row.id, "at": at, "basis": basis} for row, at, basis in moves]
        self.session.connection().execute(statement, changes)
        stored = [_moved(*move) for move in moves if move[0].id not in fresh]
        by = f"import {self.batch_id}" if self.batch_id else "intake"
        revisions.note_all(self.session, stored, reason=MOVED, by=by, now=self.now)

    def _chains(self, keys: set[tuple[str, str]]) -> dict[tuple[str, str], list[Any]]:
        chains: dict[tuple[str, str], list[Any]] = defaultdict(list)
        columns = (
            Report.source_id,
            Report.external_id,
            Report.id,
            Report.available_at,
            Report.available_basis,
        )
        found = self.session.execute(
            select(*columns, Report.released_at, Report.published_at, Report.recorded_at)
            .where(Report.source_id.in_({s for s, _ in keys}), Report.external_id.in_({e for _, e in keys}))
            .order_by(Report.recorded_at, Report.id)
        )
        for row in found:
            chains[row.source_id, row.external_id].append(row)
        return chains


def _moved(row: Any, at: datetime, basis: AvailableBasis) -> Change:
    old, new = [row.available_at.isoformat(), row.available_basis], [at.isoformat(), basis]
    return Change(Entity.REPORT, row.id, "available_at", old, new)


def _released(chain: list[Any]) -> list[tuple[Any, datetime, AvailableBasis]]:
    """The dates of the versions of one report, given as recorded, where they are not as stored.

    Each comes a tick after the one before it at least, so that their order can be read off.
    """
    first = chain[0].id
    ordered = sorted(chain, key=lambda row: (_issued(row, first), row.recorded_at))
    moves: list[tuple[Any, datetime, AvailableBasis]] = []
    latest, published = ordered[0].available_at, ordered[0].published_at
    for row in ordered[1:]:
        own, basis = _out(row, published)
        latest, published = (
            max(latest + TICK, own),
            max(filter(None, (published, row.published_at)), default=None),
        )
        if (row.available_at, row.available_basis) != (latest, basis):
            moves.append((row, latest, basis))
    return moves


def _issued(row: Any, first: str) -> datetime:
    """By what the versions of a report are ordered: release, else publication, else import."""
    own = row.available_at if row.id == first else row.recorded_at
    issued: datetime = row.released_at or row.published_at or own
    return issued


def _out(row: Any, published: datetime | None) -> tuple[datetime, AvailableBasis]:
    """When a later version came out: with its release, with a publication of its own, else by its import.

    A correction that keeps the date of the first publication was not known on that date.
    """
    if row.released_at:
        return row.released_at, AvailableBasis.RELEASED
    if row.published_at and (published is None or row.published_at > published):
        return row.available_at, AvailableBasis.PUBLISHED
    return row.recorded_at, AvailableBasis.RELEASED


def _sha(p: Parsed, usual: Sensitivity) -> str:
    """The digest of what a row says, whatever the layout and release it came in."""
    figures = [
        (f.harm, f.status, f.low, f.best, f.high, f.wording, *([True] if f.aggregate else []))
        for f in p.figures
    ]
    actors = [(a.name, a.role, *([a.said_by] if a.said_by else [])) for a in p.actors]
    told = {name: getattr(p, name) for name in _FACTS} | {"figures": figures, "actors": actors}
    return content_sha256(told | sensitivity.said(p, usual))


def incident_id(p: Parsed) -> str:
    """The id of the incident a row speaks of."""
    return p.incident_id or _incident_id(p.region_id, p.incident_key)


@lru_cache(maxsize=20_000)
def _incident_id(region_id: str, key: str) -> str:
    return content_id("incident", region_id, key)


@lru_cache(maxsize=20_000)
def actor_id(region_id: str, name: str) -> str:
    """The id of a named actor."""
    return content_id("actor", region_id, name)


def _actor(actor: str, region_id: str, name: str) -> dict[str, Any]:
    return {"id": actor, "region_id": region_id, "name": name, "name_ar": None, "kind": None}


def _account(report_id: str, p: Parsed) -> dict[str, Any]:
    facts = ("incident_type", "date_start", "date_end", "date_prec", "place_text", "admin1_text")
    more = ("admin2_text", "place_id", "lat", "lon", "geo_prec", "stance")
    return {
        "report_id": report_id,
        "incident_id": incident_id(p),
        **{name: getattr(p, name) for name in facts + more},
        "credibility": None,
        "excerpt": None,
        "flags": [remark.code for remark in p.remarks],
    }


def _claims(report_id: str, p: Parsed) -> Iterable[dict[str, Any]]:
    for figure in p.figures:
        yield {
            "report_id": report_id,
            "incident_id": incident_id(p),
            "harm": figure.harm,
            "status": figure.status,
            "low": figure.low,
            "best": figure.best,
            "high": figure.high,
            "wording": figure.wording,
            "aggregate": figure.aggregate,
        }


def _attributions(report_id: str, p: Parsed) -> Iterable[dict[str, Any]]:
    for actor in p.actors:
        yield {
            "report_id": report_id,
            "incident_id": incident_id(p),
            "actor_id": actor_id(p.region_id, actor.name),
            "role": actor.role,
            "said_by": actor.said_by,
        }
