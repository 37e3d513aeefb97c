"""Puts the rows of exported incidents into the store, beside what it knows already."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import bulk, past, revisions, tombstones
from db.importers.exported_rows import GENERALISED, TABLES, UNDISCLOSED, Here, Taken
from db.revisions import Change
from db.schema import (
    Actor,
    Base,
    Community,
    Decision,
    Incident,
    Link,
    Place,
    Report,
    ReportIncident,
    Retold,
    Source,
)
from db.store import source_id
from db.vocab import Covers, Entity, Sensitivity, SourceKind

AT_ONCE = 2000


def here(session: Session, region_id: str, batch_id: str, now: datetime) -> Here:
    """What the rows of a region find in this store."""
    codes = dict(session.execute(select(Source.code, Source.id).where(Source.region_id == region_id)).all())
    codes.setdefault(UNDISCLOSED, source_id(region_id, UNDISCLOSED))
    places = frozenset(session.scalars(select(Place.id).where(Place.region_id == region_id)))
    communities = session.scalars(select(Community.id).where(Community.region_id == region_id))
    return Here(region_id, codes, places, frozenset(communities), batch_id, now)


def store(
    session: Session, where: Here, taken: Sequence[Taken], *, by: str, file_name: str
) -> tuple[int, int]:
    """Store incidents of one region; returns how many reports were new and how many were known."""
    if any(r["source_id"] == where.sources[UNDISCLOSED] for one in taken for r in one.reports):
        _add_undisclosed(session, where)
    told = sum(len(one.originals) for one in taken)
    known = _known(session, taken)
    for one in taken:
        _leave_known(one, known)
    ids = dict.fromkeys(one.incident_id for one in taken)
    begun = [{"id": i, "region_id": where.region_id, "first_recorded_at": where.now} for i in ids]
    bulk.insert(session, Incident, begun)
    bulk.insert(session, Actor, [actor for one in taken for actor in one.actors])
    new = bulk.insert(session, Report, [report for one in taken for report in one.reports])
    bulk.insert(
        session, Retold, [{"batch_id": where.batch_id, "report_id": r} for r in sorted(set(known.values()))]
    )
    for table, name in TABLES:
        rows = [row for one in taken for row in getattr(one, name)]
        fresh = _fresh(session, table, rows) if table in (Decision, Link) else rows
        past.absent(session, table, _later(table, fresh, known), where.now)
        bulk.insert(session, table, fresh)
        if table in (Decision, Link) and fresh:
            changes = [Change(Entity.INCIDENT, row["incident_id"], name, None, row["id"]) for row in fresh]
            reason = f"taken in with {file_name}"
            revisions.note_all(session, changes, reason=reason, by=by, now=where.now)
    finer = [one.incident_id for one in taken if not one.generalised and one.reports]
    _supersede(session, finer, by=by, file_name=file_name, now=where.now)
    return new, told - new


def _later(table: type[Base], rows: list[dict[str, Any]], known: dict[str, str]) -> list[str]:
    """The keys of rows that come now, though their own clock or their report's says that they are older."""
    if table is ReportIncident:
        older = set(known.values())
        return [f"{row['report_id']}\t{row['incident_id']}" for row in rows if row["report_id"] in older]
    return [row["id"] for row in rows] if table in (Decision, Link) else []


def _fresh(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    key = table.__table__.c.id
    held = set(session.scalars(select(key).where(key.in_([row["id"] for row in rows]))))
    return [row for row in rows if row["id"] not in held]


def _supersede(
    session: Session, incident_ids: Collection[str], *, by: str, file_name: str, now: datetime
) -> None:
    """Take generalised reports of an incident out of what is believed once finer ones have come."""
    a = ReportIncident
    found = session.execute(select(a.report_id, a.flags).where(a.incident_id.in_(incident_ids)))
    for report_id in [name for name, flags in found if GENERALISED in flags]:
        reason = f"finer reports came with {file_name}"
        tombstones.bury(session, Entity.REPORT, report_id, reason=reason, by=by, now=now)


def _known(session: Session, taken: Sequence[Taken]) -> dict[str, str]:
    """Which of the reports this store holds already, under which id: the same words of the same source."""
    reports = {_words(report): report["id"] for one in taken for report in one.reports}
    names = {name: ours for one in taken for name, ours in one.originals.items()}
    r = Report
    columns = (r.id, r.source_id, r.external_id, r.content_sha256, r.released_at)
    known: dict[str, str] = {}
    for some in bulk.batched(sorted({external for _, external, _, _ in reports}), AT_ONCE):
        for name, *words in session.execute(select(*columns).where(r.external_id.in_(some))):
            if tuple(words) in reports:
                known[reports[tuple(words)]] = name
    for some in bulk.batched([*names, *names.values()], AT_ONCE):
        for name in session.scalars(select(r.id).where(r.id.in_(some))):
            known[names.get(name, name)] = name
    return known


def _words(report: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(report[name] for name in ("source_id", "external_id", "content_sha256", "released_at"))


def _leave_known(one: Taken, known: dict[str, str]) -> None:
    """Let what is said hang on reports that are here; one without its text never doubles the whole one."""
    one.reports = [report for report in one.reports if report["id"] not in known]
    for rows in (one.accounts, one.claims, one.attributions, one.decisions):
        for row in rows:
            row["report_id"] = known.get(row["report_id"], row["report_id"])


def _add_undisclosed(session: Session, where: Here) -> None:
    """The source under which reports stand whose voice an export withholds."""
    if session.get(Source, where.sources[UNDISCLOSED]) is None:
        facts = dict.fromkeys(column.key for column in Source.__mapper__.column_attrs)
        facts |= {"id": where.sources[UNDISCLOSED], "region_id": where.region_id, "code": UNDISCLOSED}
        facts |= {"name": "undisclosed source", "kind": SourceKind.FIELD_CONTACT, "lag_days": 0}
        facts |= {"independence_group": UNDISCLOSED, "covers": Covers.INCIDENTS, "protected": True}
        facts |= {"reports_as": Sensitivity.INTERNAL}
        past.absent(session, Source, [where.sources[UNDISCLOSED]], where.now)
        session.add(Source(**facts))
        session.flush()
