"""What came in: batches, broken rows, coverage, freshness, and the runs of jobs."""

from datetime import date

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import clock, policy
from db.policy import Viewer
from db.queries.common import frame, plain
from db.queries.regions import region
from db.schema import BatchCoverage, ImportBatch, JobRun, Report, RowIssue, Source


def coverage(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """The sources with the days they cover: source_id, name, covers, lag_days, covered_from, covered_until.

    A span comes from the source's own entry, else from its imports (their union's ends); None: not
    covered. A source that sends reports without naming a span covers from its first report on, and
    until its newest.
    """
    policy.admit(viewer, region_id)
    zone = region(session, viewer, region_id).time_zone
    spans = (
        select(
            BatchCoverage.source_id,
            func.min(BatchCoverage.covered_from).label("first"),
            func.max(BatchCoverage.covered_until).label("last"),
        )
        .group_by(BatchCoverage.source_id)
        .subquery()
    )
    seen = (
        select(
            Report.source_id,
            func.min(Report.available_at).label("oldest"),
            func.max(Report.available_at).label("newest"),
        )
        .where(Report.available_at < clock.end_of(as_of, zone))
        .group_by(Report.source_id)
        .subquery()
    )
    rows = frame(
        session,
        select(
            *(Source.code.label("source_id"), Source.name, Source.kind, Source.covers, Source.lag_days),
            *(
                Source.covered_from,
                Source.covered_until,
                spans.c.first,
                spans.c.last,
                seen.c.oldest,
                seen.c.newest,
            ),
        )
        .outerjoin(spans, spans.c.source_id == Source.id)
        .outerjoin(seen, seen.c.source_id == Source.id)
        .where(Source.region_id == region_id)
        .order_by(Source.code),
    )
    rows = plain(rows, words=("kind", "covers"))
    days = [
        (
            row.covered_from or row.first or _day(row.oldest, zone),
            row.covered_until or row.last or (_day(row.newest, zone) if row.kind != "dataset" else None),
        )
        for row in rows.itertuples()
    ]
    rows["covered_from"] = pd.Series([d[0] for d in days], dtype=object)
    rows["covered_until"] = pd.Series([d[1] for d in days], dtype=object)
    return rows[["source_id", "name", "kind", "covers", "lag_days", "covered_from", "covered_until"]]


def _day(instant: object, zone: str) -> date | None:
    if not isinstance(instant, pd.Timestamp) and not hasattr(instant, "astimezone"):
        return None
    return clock.day_of(instant, zone)  # type: ignore[arg-type]


def freshness(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """By source: how many reports were known as of a day, and when the newest became known."""
    seen = policy.admit(viewer, region_id)
    zone = region(session, viewer, region_id).time_zone
    rows = frame(
        session,
        select(
            *(Source.code.label("source_id"), Source.name, Source.name_ar, Source.reliability),
            *(func.count(Report.id).label("reports"), func.max(Report.available_at).label("newest_at")),
            func.max(Report.recorded_at).label("recorded_at"),
        )
        .join(Report, Report.source_id == Source.id)
        .where(
            Source.region_id == region_id,
            Report.available_at < clock.end_of(as_of, zone),
            Report.sensitivity.in_(sorted(seen.sensitivities)),
        )
        .group_by(Source.id)
        .order_by(Source.code),
    )
    return plain(rows, numbers=("reports",), words=("reliability",))


def batches(session: Session, viewer: Viewer, *, limit: int = 200) -> pd.DataFrame:
    """The imports, newest first, with their counts."""
    policy.sight(viewer)
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
    rows = frame(session, select(*columns, b.file_sha256).order_by(b.started_at.desc(), b.id).limit(limit))
    return plain(rows, words=("status",))


def issues(
    session: Session, viewer: Viewer, *, batch_id: str | None = None, limit: int = 500
) -> pd.DataFrame:
    """Rows that were refused (error) or taken in with a remark (warning), as they came."""
    seen = policy.sight(viewer)
    i = RowIssue
    columns = (i.batch_id, i.row_number, i.column_name, i.code, i.severity, i.message, i.raw)
    statement = (
        select(*columns, ImportBatch.file_name)
        .join(ImportBatch)
        .order_by(i.severity, i.batch_id, i.row_number)
    )
    if batch_id:
        statement = statement.where(i.batch_id == batch_id)
    rows = plain(frame(session, statement.limit(limit)), words=("severity",))
    if not (seen.exact and seen.texts):
        rows["raw"] = None
    return rows


def runs(session: Session, viewer: Viewer, *, limit: int = 20) -> pd.DataFrame:
    """The runs of jobs, newest first."""
    policy.sight(viewer)
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
    return plain(rows, words=("status",))
