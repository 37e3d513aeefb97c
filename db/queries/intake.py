"""What came in: batches, broken rows, coverage, freshness, and the runs of jobs."""

from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import Session

from db import clock, licences, policy, reach, tombstones
from db.policy import Sight, Viewer
from db.queries.common import frame, plain
from db.queries.regions import region
from db.schema import BatchCoverage, ImportBatch, JobRun, Report, RowIssue, Source
from db.vocab import BatchStatus, SourceKind

Span = tuple[date, date]


def coverage(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, for_models: bool = False
) -> pd.DataFrame:
    """The spans of days that sources cover: source_id, name, kind, covers, lag_days, covered_from, covered_until.

    One row a source and unbroken span: two imports with years between them are two spans, for the years
    between are unknown, not calm. A span comes from the source's own entry, else from its imports. A
    source that sends reports without naming a span covers from its first report until its newest. A
    source that covers nothing yet has one row without days. `for_models` leaves out the sources that
    models may not see, for what they cover is not observed then.
    """
    seen = policy.admit(viewer, region_id)
    where = region(session, viewer, region_id)
    zone, hidden = where.time_zone, licences.barred(where.settings) if for_models else frozenset()
    names = ("source_id", "name", "kind", "covers", "lag_days", "covered_from", "covered_until")
    imported = _imported(session, region_id)
    reported = _reported(session, region_id, clock.end_of(as_of, zone), zone)
    rows = []
    listed = select(Source).where(Source.region_id == region_id, Source.code.not_in(sorted(hidden)))
    for source in session.scalars(listed.order_by(Source.code)):
        own = imported.get(source.id) or reported.get(source.id)
        spans: list[tuple[date | None, date | None]] = [*own] if own else [(None, None)]
        if source.covered_from is not None:
            spans = [
                (source.covered_from, source.covered_until or max((e for _, e in spans if e), default=None))
            ]
        name = policy.spoken(source.name, source.protected, seen)
        code = policy.spoken(source.code, source.protected, seen)
        facts = (code, name, source.kind.value, source.covers.value, source.lag_days)
        rows += [(*facts, *span) for span in spans]
    return pd.DataFrame(rows, columns=list(names)).astype({"covered_from": object, "covered_until": object})


def _imported(session: Session, region_id: str) -> dict[str, list[Span]]:
    """The spans that the imports of each source cover, joined where they touch."""
    found = session.execute(
        select(BatchCoverage.source_id, BatchCoverage.covered_from, BatchCoverage.covered_until)
        .join(Source)
        .join(ImportBatch, ImportBatch.id == BatchCoverage.batch_id)
        .where(Source.region_id == region_id, ImportBatch.status != BatchStatus.UNDONE)
        .order_by(BatchCoverage.source_id, BatchCoverage.covered_from)
    )
    spans: dict[str, list[Span]] = {}
    for source_id, start, end in found:
        joined = spans.setdefault(source_id, [])
        if joined and start <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return spans


def _reported(session: Session, region_id: str, moment: datetime, zone: str) -> dict[str, list[Span]]:
    """From the first to the newest report of each source that is no data set."""
    found = session.execute(
        select(Report.source_id, func.min(Report.available_at), func.max(Report.available_at))
        .join(Source)
        .where(
            Source.region_id == region_id,
            Source.kind != SourceKind.DATASET,
            Report.available_at < moment,
            tombstones.standing() if tombstones.any_at_all(session) else true(),
        )
        .group_by(Report.source_id)
    )
    return {s: [(clock.day_of(first, zone), clock.day_of(last, zone))] for s, first, last in found}


def freshness(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """By source: how many reports were known as of a day, and when the newest became known."""
    seen = policy.admit(viewer, region_id)
    zone = region(session, viewer, region_id).time_zone
    rows = frame(
        session,
        select(
            *(
                Source.code.label("source_id"),
                Source.name,
                Source.name_ar,
                Source.reliability,
                Source.protected,
            ),
            *(func.count(Report.id).label("reports"), func.max(Report.available_at).label("newest_at")),
            func.max(Report.recorded_at).label("recorded_at"),
        )
        .join(Report, Report.source_id == Source.id)
        .where(
            Source.region_id == region_id,
            Report.available_at < clock.end_of(as_of, zone),
            reach.reports(seen),
            tombstones.standing() if tombstones.any_at_all(session) else true(),
        )
        .group_by(Source.id)
        .order_by(Source.code),
    )
    hidden = rows.pop("protected").astype(bool)
    if not seen.exact:
        rows.loc[hidden, ["source_id", "name"]] = policy.PROTECTED
        rows.loc[hidden, "name_ar"] = None
    return plain(rows, numbers=("reports",), words=("reliability",))


def batches(session: Session, viewer: Viewer, *, limit: int = 200) -> pd.DataFrame:
    """The imports that brought something to a viewer's regions, newest first, with their counts.

    A file's name, digest and counts are told to those who may see all that it brought.
    """
    seen = policy.admit_anywhere(viewer)
    b = ImportBatch
    columns = (
        b.id.label("batch_id"),
        b.importer,
        b.file_name,
        b.status,
        b.started_at,
        b.finished_at,
        b.counts,
    )
    statement = select(*columns, b.file_sha256).where(_of_regions(viewer))
    rows = frame(session, statement.order_by(b.started_at.desc(), b.id).limit(limit))
    return plain(_filed(session, rows, viewer, seen), words=("status",))


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


def _of_regions(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that an import touched a region of the viewer's."""
    if viewer.regions is None:
        return true()
    theirs = select(Source.id).where(Source.region_id.in_(sorted(viewer.regions)))
    here = Report.batch_id == ImportBatch.id
    return select(Report.id).where(here, Report.source_id.in_(theirs)).exists()


def issues(
    session: Session, viewer: Viewer, *, batch_id: str | None = None, limit: int = 500
) -> pd.DataFrame:
    """Rows that were refused (error) or taken in with a remark (warning), as they came.

    What such a row says cannot be sorted by region or sensitivity: only those who may see all read it.
    """
    seen = policy.admit_anywhere(viewer)
    i = RowIssue
    columns = (i.batch_id, i.row_number, i.column_name, i.code, i.severity, i.message, i.raw)
    statement = (
        select(*columns, ImportBatch.file_name)
        .join(ImportBatch)
        .where(_of_regions(viewer))
        .order_by(i.severity, i.batch_id, i.row_number)
    )
    if batch_id:
        statement = statement.where(i.batch_id == batch_id)
    rows = plain(frame(session, statement.limit(limit)), words=("severity",))
    if not (seen.exact and seen.texts and viewer.regions is None):
        rows["raw"] = rows["message"] = rows["column_name"] = None
    return _filed(session, rows, viewer, seen)


def runs(session: Session, viewer: Viewer, *, limit: int = 20) -> pd.DataFrame:
    """The runs of jobs, newest first; what they said is told to those who may do something about it."""
    seen = policy.admit_anywhere(viewer)
    r = JobRun
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
    rows = frame(
        session, select(*columns, r.total, r.message).order_by(r.started_at.desc(), r.id).limit(limit)
    )
    if not seen.settings:
        rows["message"] = None
    return plain(rows, words=("status",))
