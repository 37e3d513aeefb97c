"""Events that a newer release of UCDP no longer holds, although it covers their days."""

from pathlib import Path

from sqlalchemy import select

from db import engine
from db.importers import IMPORTERS
from db.importers.files import table
from db.schema import BatchCoverage, ImportBatch, Report, ReportIncident


def dropped(url: str, batch_id: str, path: Path) -> list[str]:
    """The ids of earlier releases' events that begin on days a release covers and are not in its file.

    They stay in the record, with the release that told of them: dropped may mean withdrawn, or moved to
    another data set, and which only a person can find out.
    """
    with engine.reading(url) as session:
        covered = session.execute(
            select(BatchCoverage.source_id, BatchCoverage.covered_from, BatchCoverage.covered_until).where(
                BatchCoverage.batch_id == batch_id
            )
        ).all()
        released = session.scalar(select(ImportBatch.released_at).where(ImportBatch.id == batch_id))
        known: set[str] = set()
        for source, start, end in covered:
            asked = select(Report.external_id).join(ReportIncident, ReportIncident.report_id == Report.id)
            here = asked.where(Report.source_id == source, ReportIncident.date_start.between(start, end))
            known |= set(session.scalars(here.where(Report.released_at < released)))
    return sorted(known - _ids(path)) if known else []


def _ids(path: Path) -> set[str]:
    with table(path, IMPORTERS["ucdp"]) as rows:
        return {cells["id"].strip().removesuffix(".0") for _, cells, _ in rows if cells is not None}


def told(ids: list[str]) -> str:
    """What to say of dropped events, or nothing."""
    if not ids:
        return ""
    some = ", ".join(ids[:5]) + (" …" if len(ids) > 5 else "")
    return (
        f"; no longer in it, of earlier releases' events: {len(ids):,} ({some}); they are kept, look at them"
    )
