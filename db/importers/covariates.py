"""Numbers of one's own about areas and days (prices, rainfall, school closures): covariates for the models.

One row says what was known of one area and day from one moment on (`available_at`). A correction is a new row
with a later moment, so that a replay of the past sees what was known then. An empty value is unknown.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import bulk, clock, engine, past, store
from db.errors import BadInput
from db.ids import content_id, file_sha256
from db.importers.base import Importer, Row, RowError, day_of, moment_of, text_of
from db.importers.files import NumberedRow, shown, table, undecoded
from db.importers.rows import Summary
from db.importers.run import chunks
from db.schema import Area, Covariate, ImportBatch, Region, RowIssue
from db.vocab import BatchStatus, IssueSeverity

Key = tuple[str, str, date, datetime]
FORMAT = Importer(
    name="covariates",
    summary="Numbers of one's own about areas and days",
    licence="your own",
    required=("area", "day", "available_at", "value"),
    columns=frozenset({"area", "day", "available_at", "value", "source"}),
    parse=lambda _row, _context: None,
)


@dataclass(frozen=True)
class _Frame:
    """What a row needs to be read: where it belongs and what is known of it already."""

    region_id: str
    name: str
    zone: str
    areas: frozenset[str]
    known: dict[Key, float | None]
    now: datetime


def run(url: str, region_id: str, name: str, path: Path, now: datetime) -> Summary:
    """Take a CSV file of one covariate into the store; a second time changes nothing.

    Good rows land where others are broken; the broken ones are kept with row, column, reason and cure.
    """
    if not name.isidentifier() or not name.islower():
        raise BadInput(f"{name!r} is no name for a column; write one such as bread_price: --name")
    digest = file_sha256(path) if path.is_file() else ""
    summary = Summary(content_id("batch", FORMAT.name, region_id, name, digest), path.name)
    read = _frame(url, region_id, name, now)
    with engine.reading(url) as session:
        done = session.get(ImportBatch, summary.batch_id)
    if done is not None and done.status is BatchStatus.DONE:
        summary.unchanged = True
        return summary
    with table(path, FORMAT) as rows:
        _note(url, _batch(summary, now, digest))
        for chunk in filter(None, chunks(rows)):
            _take(url, read, chunk, summary)
    _note(url, _batch(summary, now, digest, done=True))
    if summary.bad == summary.rows:
        raise BadInput(f"{path.name}: no row could be read; the reasons are listed by: tocsin issues")
    return summary


def _frame(url: str, region_id: str, name: str, now: datetime) -> _Frame:
    with engine.reading(url) as session:
        zone = session.get_one(Region, region_id).time_zone
        areas = frozenset(session.scalars(select(Area.id).where(Area.region_id == region_id)))
        return _Frame(region_id, name, zone, areas, _known(session, region_id, name), now)


def _note(url: str, batch: ImportBatch) -> None:
    with engine.writing(url) as session:
        past.note(session, ImportBatch, [batch.id], batch.started_at)
        session.merge(batch)


def _known(session: Session, region_id: str, name: str) -> dict[Key, float | None]:
    found = session.execute(
        select(
            Covariate.name, Covariate.area_id, Covariate.day, Covariate.available_at, Covariate.value
        ).where(Covariate.region_id == region_id, Covariate.name == name)
    )
    return {(name, area, day, at): value for name, area, day, at, value in found}


def _take(url: str, read: _Frame, chunk: Sequence[NumberedRow], summary: Summary) -> None:
    """Each part of a file is one transaction, so that an interrupted import is finished by running it again."""
    taken, issues = _read(read, chunk, summary)
    with engine.writing(url) as session:
        new = store.save_covariates(session, taken)
        bulk.insert(session, RowIssue, issues)
    summary.new += new
    summary.already += len(taken) - new


def _batch(summary: Summary, now: datetime, digest: str, *, done: bool = False) -> ImportBatch:
    return ImportBatch(
        id=summary.batch_id,
        importer=FORMAT.name,
        file_name=summary.file_name,
        file_sha256=digest,
        context_sha256="",
        started_at=now,
        finished_at=now if done else None,
        status=BatchStatus.DONE if done else BatchStatus.RUNNING,
        released_at=None,
        counts=summary.counts(),
        message=None,
    )


def _read(
    read: _Frame, chunk: Sequence[NumberedRow], summary: Summary
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    taken, issues = [], []
    for number, cells, raw in chunk:
        summary.rows += 1
        try:
            taken.append(_row(read, cells, raw))
        except RowError as error:
            summary.bad += 1
            summary.issues[error.code] += 1
            issues.append(_issue(summary, number, error, raw))
    return taken, issues


def _row(read: _Frame, cells: Row | None, raw: list[str]) -> dict[str, Any]:
    if cells is None:
        raise RowError(
            None, "wrong_width", f"has {len(raw)} cells, the header another number; mend the quotes"
        )
    if undecoded("".join(raw)):
        raise RowError(None, "bad_encoding", "holds bytes that are no UTF-8; save the file as UTF-8")
    key = (read.name, _area(read, cells), day_of(cells, "day"), _available(read, cells))
    value = _value(cells)
    if read.known.setdefault(key, value) != value:
        raise RowError(
            "value",
            "said_otherwise",
            f"{key[1]} on {key[2]} is known already with another value at that moment; "
            "give the correction a later available_at",
        )
    area_id, day, available_at = key[1:]
    return {
        "region_id": read.region_id,
        "name": read.name,
        "area_id": area_id,
        "day": day,
        "available_at": available_at,
        "value": value,
        "recorded_at": read.now,
        "source": text_of(cells, "source") or "",
    }


def _area(read: _Frame, cells: Row) -> str:
    area = text_of(cells, "area") or ""
    if area not in read.areas:
        cure = "take an id of its communities.csv, or of a district or governorate in its places.csv"
        raise RowError("area", "unknown_area", f"{area!r} is no area of {read.region_id}; {cure}")
    return area


def _available(read: _Frame, cells: Row) -> datetime:
    """The moment from which it could be known; a bare day counts from its end."""
    said = moment_of(cells, "available_at")
    if said is None:
        raise RowError(
            "available_at", "missing", "is empty; write from when it could be known, such as 2025-05-02"
        )
    return said if isinstance(said, datetime) else clock.end_of(said, read.zone)


def _value(cells: Row) -> float | None:
    text = text_of(cells, "value")
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RowError(
            "value", "bad_number", f"{text!r} is no number; write one, or nothing where it is unknown"
        )
    return number


def _issue(summary: Summary, number: int, error: RowError, raw: list[str]) -> dict[str, Any]:
    return {
        "id": content_id("issue", summary.batch_id, number, error.column, error.code),
        "batch_id": summary.batch_id,
        "row_number": number,
        "column_name": error.column,
        "code": error.code,
        "severity": IssueSeverity.ERROR,
        "message": error.message,
        "raw": json.dumps([shown(cell) for cell in raw], ensure_ascii=False),
    }
