"""What came in: batches, broken rows, coverage, freshness, and the runs of jobs.

Batches, broken rows and runs are deeds of this store: they have its clock (`recorded_as_of`), not the world's.
"""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from db import clock, licences, masking, past, policy, reach, tombstones
from db.policy import Sight, Viewer
from db.queries.common import fills, frame, plain, unsought
from db.queries.regions import When, everywhere_over, when
from db.schema import BatchCoverage, ImportBatch, JobRun, Report, RowIssue, Source
from db.vocab import BatchStatus, SourceKind

Span = tuple[date, date]
_COVERS = (
    *("id", "code", "name", "name_ar", "kind", "covers", "lag_days", "covered_from", "covered_until"),
    *("protected", "reliability", "cadence_days", "reports_as"),
)


def coverage(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    for_models: bool = False,
) -> pd.DataFrame:
    """The spans of days that sources cover: source_id, name, name_ar, kind, covers, lag_days, covered_from,
    covered_until, reliability, cadence_days, reports_as.

    One row a source and unbroken span: two imports with years between them are two spans, for the years
    between are unknown, not calm. A span comes from the source's own entry, else from its imports. A
    source that sends reports without naming a span covers from its first report until its newest. A
    source that covers nothing yet has one row without days. `for_models` leaves out the sources that
    models may not see, for what they cover is not observed then.
    """
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    hidden = licences.barred(asked.region.settings) if for_models else frozenset()
    names = ["source_id", "name", "name_ar", "kind", "covers", "lag_days", "covered_from", "covered_until"]
    names += ["reliability", "cadence_days", "reports_as"]
    imported, reported, s = _imported(session, asked), _reported(session, asked), asked.at.of(Source)
    rows = []
    listed = select(*(getattr(s, name) for name in _COVERS)).where(s.region_id == region_id)
    for source in session.execute(listed.where(s.code.not_in(sorted(hidden))).order_by(s.code)):
        own = imported.get(source.id) or reported.get(source.id)
        spans: list[tuple[date | None, date | None]] = [*own] if own else [(None, None)]
        if source.covered_from is not None:
            spans = [
                (source.covered_from, source.covered_until or max((e for _, e in spans if e), default=None))
            ]
        name = masking.spoken(source.name, source.protected, seen)
        code = masking.spoken(source.code, source.protected, seen)
        arabic = source.name_ar if name == source.name else None
        facts = (code, name, arabic, source.kind.value, source.covers.value, source.lag_days)
        grade = source.reliability.value if source.reliability else None
        rows += [(*facts, *span, grade, source.cadence_days, str(source.reports_as)) for span in spans]
    kept = dict.fromkeys(("covered_from", "covered_until", "reliability", "cadence_days"), object)
    return pd.DataFrame(rows, columns=names).astype(kept)


def _imported(session: Session, asked: When) -> dict[str, list[Span]]:
    """The spans that the imports of each source cover, joined where they touch."""
    b, c = asked.at.of(ImportBatch), BatchCoverage
    # A span is known once its import is done; one that came to its end after the day of the record was not.
    then = (b.status == BatchStatus.DONE, *asked.held(b.started_at, b.finished_at)) if asked.recorded else ()
    found = session.execute(
        select(c.source_id, c.covered_from, c.covered_until)
        .join(Source)
        .join(b, b.id == c.batch_id)
        .where(Source.region_id == asked.region_id, b.status != BatchStatus.UNDONE, *then)
        .order_by(c.source_id, c.covered_from)
    )
    spans: dict[str, list[Span]] = {}
    for source_id, start, end in found:
        joined = spans.setdefault(source_id, [])
        if joined and start <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return spans


def _reported(session: Session, asked: When) -> dict[str, list[Span]]:
    """From the first to the newest report of each source that is no data set."""
    r, s, zone = asked.at.of(Report), asked.at.of(Source), asked.zone
    mine = (r.source_id == s.id, *_known(session, asked, r))
    first, last = (  # one look at each end of an index, instead of one at every report
        select(end(r.available_at)).where(*mine).correlate(s).scalar_subquery()
        for end in (func.min, func.max)
    )
    reporting = (s.region_id == asked.region_id, s.kind != SourceKind.DATASET)
    found = session.execute(select(s.id, first, last).where(*reporting)).all()
    ends = {one: (start, end) for one, start, end in found if start is not None}
    return {one: [(clock.day_of(start, zone), clock.day_of(end, zone))] for one, (start, end) in ends.items()}


def _known(session: Session, asked: When, r: type[Report]) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a report was known, and believed, by the days of a read."""
    believed = tombstones.standing(asked.recorded, report=r) if tombstones.any_at_all(session) else true()
    return r.available_at < asked.moment, believed, *asked.held(r.recorded_at)


def freshness(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """By source: how many reports were known as of a day, and when the newest became known."""
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    s, sums = asked.at.of(Source), _sums(session, seen, asked)
    told = (s.id, s.code.label("source_id"), s.name, s.name_ar, s.reliability, s.protected)
    found = select(*told).where(s.region_id == region_id, s.id.in_(sorted(sums))).order_by(s.code)
    rows = frame(session, found)
    ids = rows.pop("id")
    for at, name in enumerate(("reports", "newest_at", "recorded_at")):
        rows[name] = pd.Series([sums[one][at] for one in ids], index=rows.index, dtype=object)
    hidden = rows.pop("protected").astype(bool)
    if not seen.exact:
        rows.loc[hidden, ["source_id", "name"]] = masking.PROTECTED
        rows.loc[hidden, "name_ar"] = None
    return plain(rows, numbers=("reports",), words=("reliability",))


def _sums(session: Session, seen: Sight, asked: When) -> dict[str, tuple[Any, ...]]:
    """By source: how many reports may be told, and the newest on both clocks.

    An index holds what all reports add up to. What a reader is not told is taken off, and only sources whose
    newest report is among it are added up anew.
    """
    r = asked.at.of(Report)
    sums = _added(asked, r, true())
    if reach.everything(seen):
        return sums
    fine, again = reach.reports(seen, r), []
    for source, gone in _added(asked, r, ~fine, swept=fills(session, asked.region_id)).items():
        count, *newest = sums.pop(source)
        if all(one < other for one, other in zip(gone[1:], newest, strict=True)):
            sums[source] = (count - gone[0], *newest)
        elif count > gone[0]:
            again.append(source)
    return sums | (_added(asked, r, and_(fine, r.source_id.in_(again))) if again else {})


def _added(
    asked: When, r: type[Report], which: ColumnElement[bool], *, swept: bool = False
) -> dict[str, tuple[Any, ...]]:
    """By source: how many reports of these were known, and the newest on both clocks."""
    s = asked.at.of(Source)
    voice = unsought(r.source_id) if swept else r.source_id
    here = voice.in_(select(s.id).where(s.region_id == asked.region_id))
    found = select(voice, func.count(), func.max(r.available_at), func.max(r.recorded_at))
    rows = asked.session.execute(found.where(here, which, *_known(asked.session, asked, r)).group_by(voice))
    return {source: tuple(rest) for source, *rest in rows}


def batches(
    session: Session, viewer: Viewer, *, recorded_as_of: date | None = None, limit: int = 200
) -> pd.DataFrame:
    """The imports that brought something to a viewer's regions, newest first, with their counts.

    A file's name, digest and counts are told to those who may see all that it brought.
    """
    seen = policy.admit_anywhere(viewer)
    recorded = everywhere_over(session, viewer, recorded_as_of)
    b = past.at(session, recorded).of(ImportBatch)
    columns = (
        b.id.label("batch_id"),
        b.importer,
        b.file_name,
        b.status,
        b.started_at,
        b.finished_at,
        b.counts,
    )
    statement = select(*columns, b.file_sha256).where(_of_regions(viewer, b))
    statement = statement.where(_begun(b.started_at, recorded))
    rows = frame(session, statement.order_by(b.started_at.desc(), b.id).limit(limit))
    none = [{name: 0 if type(n) is int else n for name, n in told.items()} for told in rows["counts"]]
    rows = _filed(session, _unended(rows, recorded, {"counts": none}), viewer, seen)
    return plain(rows, words=("status",))


def _filed(session: Session, rows: pd.DataFrame, viewer: Viewer, seen: Sight) -> pd.DataFrame:
    """Imports without what would tell of rows that the viewer may not see."""
    if seen.exact and viewer.regions is None:
        return rows
    asked = select(Report.batch_id).join(Source, Source.id == Report.source_id)
    elsewhere = false() if viewer.regions is None else Source.region_id.not_in(sorted(viewer.regions))
    asked = asked.where(or_(Source.protected & (not seen.exact), ~reach.reports(seen), elsewhere)).distinct()
    shut = rows["batch_id"].isin(set(session.scalars(asked))) | (not seen.settlements)
    for name in {"file_name", "file_sha256", "counts"} & set(rows.columns):
        rows[name] = rows[name].astype(object).where(~shut, None)
    return rows


def _begun(started_at: Any, recorded: datetime | None) -> ColumnElement[bool]:
    """The condition that something had begun by the day of the record."""
    return started_at < recorded if recorded else true()


def _unended(rows: pd.DataFrame, recorded: datetime | None, then: dict[str, Any]) -> pd.DataFrame:
    """What ended after the day of the record was running on it; how far it had come is not kept."""
    if recorded is None:
        return rows
    running = [end is not None and end >= recorded for end in rows["finished_at"]]
    for name, value in {"status": "running", "finished_at": None, **then}.items():
        instead = value if isinstance(value, list) else [value] * len(rows)
        told = [new if now else kept for now, new, kept in zip(running, instead, rows[name], strict=True)]
        rows[name] = pd.Series(told, index=rows.index, dtype=object)
    return rows


def _of_regions(viewer: Viewer, b: type[ImportBatch]) -> ColumnElement[bool]:
    """The condition that an import touched a region of the viewer's."""
    if viewer.regions is None:
        return true()
    theirs = select(Source.id).where(Source.region_id.in_(sorted(viewer.regions)))
    here = Report.batch_id == b.id
    return select(Report.id).where(here, Report.source_id.in_(theirs)).exists()


def issues(
    session: Session,
    viewer: Viewer,
    *,
    recorded_as_of: date | None = None,
    batch_id: str | None = None,
    limit: int = 500,
) -> pd.DataFrame:
    """Rows that were refused (error) or taken in with a remark (warning), as they came.

    What such a row says cannot be sorted by region or sensitivity: only those who may see all read it.
    """
    seen = policy.admit_anywhere(viewer)
    recorded = everywhere_over(session, viewer, recorded_as_of)
    at = past.at(session, recorded)
    i, b = at.of(RowIssue), at.of(ImportBatch)
    columns = (i.batch_id, i.row_number, i.column_name, i.code, i.severity, i.message, i.raw)
    statement = (
        select(*columns, b.file_name)
        .join(b, b.id == i.batch_id)
        .where(_of_regions(viewer, b), _begun(b.started_at, recorded))
        .order_by(i.severity, i.batch_id, i.row_number)
    )
    if batch_id:
        statement = statement.where(i.batch_id == batch_id)
    rows = plain(frame(session, statement.limit(limit)), words=("severity",))
    if not (seen.exact and seen.texts and viewer.regions is None):
        rows["raw"] = rows["message"] = rows["column_name"] = None
    return _filed(session, rows, viewer, seen)


def runs(
    session: Session, viewer: Viewer, *, recorded_as_of: date | None = None, limit: int = 20
) -> pd.DataFrame:
    """The runs of jobs, newest first; what they said is told to those who may do something about it."""
    seen = policy.admit_anywhere(viewer)
    r, recorded = JobRun, everywhere_over(session, viewer, recorded_as_of)
    columns = (
        r.id.label("run_id"),
        r.command,
        r.started_at,
        r.seen_at,
        r.finished_at,
        r.status,
        r.step,
        r.done,
    )
    begun = select(*columns, r.total, r.message)
    begun = begun.where(_begun(r.started_at, recorded))
    rows = frame(session, begun.order_by(r.started_at.desc(), r.id).limit(limit))
    if not seen.settings:
        rows["message"] = None
    then = {"step": "", "done": 0, "total": 0, "message": None, "seen_at": None}
    return plain(_unended(rows, recorded, then), words=("status",))
