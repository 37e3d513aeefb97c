"""Runs an importer over a file: in chunks, idempotent, and safe to kill at any moment."""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import bulk, clock, engine, incidents
from db.errors import BadInput
from db.ids import content_id, content_sha256, file_sha256
from db.importers.base import Context, Importer, Parsed, RegionKey, Remark, RowError
from db.importers.files import NumberedRow, shown, table, undecoded
from db.importers.intake import Intake
from db.schema import BatchCoverage, ImportBatch, Place, Region, RowIssue, Source
from db.store import source_id
from db.vocab import BatchStatus, IssueSeverity

CHUNK = 4000
RULES = "1"  # raise when parsing or linking changes, so that a file is read again
Progress = Callable[[int], None]


@dataclass
class Summary:
    """What an import did, row by row counted."""

    batch_id: str
    file_name: str
    unchanged: bool = False
    rows: int = 0
    new: int = 0
    revised: int = 0
    already: int = 0
    outside: int = 0
    bad: int = 0
    remarks: int = 0
    incidents: int = 0
    unknown_columns: list[str] = field(default_factory=list)
    issues: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, Any]:
        """The counts as they are kept with the batch."""
        names = ("rows", "new", "revised", "already", "outside", "bad", "remarks", "incidents")
        return {name: getattr(self, name) for name in names} | {
            "unknown_columns": self.unknown_columns,
            "issues": dict(sorted(self.issues.items())),
        }


@dataclass(frozen=True)
class Options:
    """What a caller may say about a file that the file does not say itself."""

    released_on: date | None = None
    covered_from: date | None = None
    covered_until: date | None = None


def run(
    url: str,
    importer: Importer,
    path: Path,
    now: datetime,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Take a file into the store.

    Good rows land even where others are broken; broken rows are kept with row, column, reason and
    their raw text. A file that was taken in whole before changes nothing. Each chunk of rows is one
    transaction, so that an interrupted import is finished by running it again.
    """
    options = options or Options()
    _check_span(options)
    with engine.reading(url) as session:
        regions = _regions(session)
        if not regions:
            raise BadInput(
                "no region is loaded, so no row could find its place; first run: tocsin region load NAME"
            )
    context_sha256 = _context_sha256(regions, importer, options)
    digest = file_sha256(path) if path.is_file() else ""
    summary = Summary(content_id("batch", importer.name, digest, context_sha256), path.name)
    with engine.reading(url) as session:
        done = session.get(ImportBatch, summary.batch_id)
        if done is not None and done.status is BatchStatus.DONE:
            summary.unchanged = True
            return summary
        since = done.released_at if done is not None else None
    keys = [key for key, _ in regions]
    job = _Job(url, importer, path, now, options, summary, keys, digest, context_sha256, since)
    try:
        with table(path, importer) as rows:
            job.begin()
            job.take(rows, progress)
    except BadInput as error:
        job.fail(str(error))
        raise
    job.finish()
    return summary


def _check_span(options: Options) -> None:
    start, end = options.covered_from, options.covered_until
    if start and end and end < start:
        raise BadInput(f"the covered days end on {end}, before they begin on {start}; swap or mend them")


def _regions(session: Session) -> list[tuple[RegionKey, str]]:
    found = []
    for region in session.scalars(select(Region).order_by(Region.id)):
        key = RegionKey(
            id=region.id,
            time_zone=region.time_zone,
            country_codes_gw=frozenset(region.settings.get("country_codes_gw", [])),
            country_names=frozenset(str(n).casefold() for n in region.settings.get("country_names", [])),
            source_codes=frozenset(session.scalars(select(Source.code).where(Source.region_id == region.id))),
            place_ids=frozenset(session.scalars(select(Place.id).where(Place.region_id == region.id))),
        )
        found.append((key, region.pack_sha256))
    return found


def _context_sha256(regions: list[tuple[RegionKey, str]], importer: Importer, options: Options) -> str:
    packs = {key.id: sha for key, sha in regions}
    return content_sha256({"packs": packs, "importer": importer.name, "rules": RULES, "options": options})


def _chunks(rows: Iterator[NumberedRow]) -> Iterator[list[NumberedRow]]:
    """Rows, many at a time; those before a spot where the file is damaged are handed over too."""
    part: list[NumberedRow] = []
    try:
        for row in rows:
            part.append(row)
            if len(part) == CHUNK:
                yield part
                part = []
    except Exception:
        yield part
        raise
    yield part


@dataclass
class _Job:
    url: str
    importer: Importer
    path: Path
    now: datetime
    options: Options
    summary: Summary
    regions: list[RegionKey]
    digest: str
    context_sha256: str
    since: datetime | None
    days: set[date] = field(default_factory=set)
    present: set[str] = field(default_factory=set)

    @property
    def zones(self) -> dict[str, str]:
        return {region.id: region.time_zone for region in self.regions}

    def released_at(self) -> datetime | None:
        """When a data set came out: as said, as its file name implies, else when its import began."""
        if self.importer.dataset is None or self.since is not None:
            return self.since
        day = self.options.released_on or self.importer.released(self.path.name)
        return clock.start_of(day, "UTC") if day else self.now

    def begin(self) -> None:
        with engine.writing(self.url) as session:
            session.merge(self._batch(BatchStatus.RUNNING, None))

    def _batch(self, status: BatchStatus, finished_at: datetime | None) -> ImportBatch:
        return ImportBatch(
            id=self.summary.batch_id,
            importer=self.importer.name,
            file_name=self.path.name,
            file_sha256=self.digest,
            context_sha256=self.context_sha256,
            started_at=self.now,
            finished_at=finished_at,
            status=status,
            released_at=self.released_at(),
            counts=self.summary.counts(),
            message=None,
        )

    def take(self, rows: Iterator[NumberedRow], progress: Progress | None) -> None:
        context = Context(tuple(self.regions), self.released_at())
        for chunk in filter(None, _chunks(rows)):
            self._note_columns(chunk[0])
            with engine.writing(self.url) as session:
                engine.queue(session.connection(), "incidents")
                self._take_chunk(session, chunk, context)
            if progress:
                progress(self.summary.rows)

    def _note_columns(self, row: NumberedRow) -> None:
        columns = row[1]
        if columns is not None and not self.summary.rows:
            self.summary.unknown_columns = sorted(c for c in columns if c and c not in self.importer.columns)

    def _take_chunk(self, session: Session, chunk: list[NumberedRow], context: Context) -> None:
        parsed: list[Parsed] = []
        issues: list[dict[str, Any]] = []
        for number, cells, raw in chunk:
            self.summary.rows += 1
            report = self._parse(number, cells, raw, context, issues)
            if report is not None:
                parsed.append(report)
        intake = Intake(session, self.summary.batch_id, self.now, self.zones)
        new, revised, touched = intake.take(parsed)
        self.summary.new += new - revised
        self.summary.revised += revised
        self.summary.already += len(parsed) - new
        self.summary.incidents += incidents.derive(session, touched, self.now) if touched else 0
        bulk.insert(session, RowIssue, issues)

    def _parse(
        self,
        number: int,
        cells: dict[str, str] | None,
        raw: list[str],
        context: Context,
        issues: list[dict[str, Any]],
    ) -> Parsed | None:
        try:
            if cells is None:
                raise RowError(
                    None, "wrong_width", f"has {len(raw)} cells, the header another number; mend the quotes"
                )
            for column, cell in cells.items():
                if undecoded(cell):
                    raise RowError(
                        column, "not_utf8", f"{shown(cell)!r} is not UTF-8; save the file as UTF-8"
                    )
            self._note_day(cells)
            parsed = self.importer.parse({k: v.replace("\x00", "␀") for k, v in cells.items()}, context)
            if parsed is not None:
                self._examine(parsed)
        except RowError as error:
            self.summary.bad += 1
            remark = Remark(error.column, error.code, error.message)
            issues.append(self._issue(number, remark, IssueSeverity.ERROR, raw))
            return None
        if parsed is None:
            self.summary.outside += 1
            return None
        self.summary.remarks += len(parsed.remarks)
        issues += [self._issue(number, remark, IssueSeverity.WARNING, None) for remark in parsed.remarks]
        self.present.add(parsed.region_id)
        return parsed

    def _examine(self, parsed: Parsed) -> None:
        """What no row may say, whatever its format: an unknown source, a publication still to come."""
        region = next(r for r in self.regions if r.id == parsed.region_id)
        if parsed.source_code not in region.source_codes:
            text = f"the region {region.id} has no source {parsed.source_code!r}; add it to its sources.csv"
            raise RowError(None, "unknown_source", f"{text}, load the region again and import again")
        today = self.now.date() + timedelta(days=1)
        if parsed.date_end > today:
            text = f"{parsed.date_end} is still to come; kept, and known from then on"
            parsed.remarks.append(Remark("date_end", "in_the_future", text))
        published = parsed.published_at.date() if parsed.published_at else parsed.published_on
        if published is not None and published > today:
            text = f"{published} is still to come; not used"
            parsed.remarks.append(Remark("published_at", "implausible_publication", text))
            parsed.published_at = parsed.published_on = None

    def _note_day(self, cells: dict[str, str]) -> None:
        """Remember the first days of all rows, of other countries too: they tell what the file covers."""
        if self.importer.dataset is not None:
            with contextlib.suppress(ValueError):
                self.days.add(date.fromisoformat(cells["date_start"][:10]))

    def _issue(
        self, number: int, remark: Remark, severity: IssueSeverity, raw: list[str] | None
    ) -> dict[str, Any]:
        self.summary.issues[remark.code] += 1
        return {
            "id": content_id("issue", self.summary.batch_id, number, remark.column, remark.code),
            "batch_id": self.summary.batch_id,
            "row_number": number,
            "column_name": remark.column,
            "code": remark.code,
            "severity": severity,
            "message": remark.message,
            "raw": json.dumps([shown(cell) for cell in raw], ensure_ascii=False) if raw is not None else None,
        }

    def fail(self, message: str) -> None:
        """Note why a begun import ended early; the rows before the fault stay."""
        with engine.writing(self.url) as session:
            begun = session.get(ImportBatch, self.summary.batch_id)
            if begun is not None:
                begun.status, begun.finished_at, begun.message = BatchStatus.FAILED, self.now, message
                begun.counts = self.summary.counts()
                session.flush()

    def finish(self) -> None:
        counts = self.summary
        if counts.rows == 0 or counts.bad == counts.rows:
            message = (
                f"{self.path.name}: no row could be read ({counts.bad} of {counts.rows} broken); "
                "the reasons are listed by: tocsin issues, and on the Data page"
            )
            self.fail(message)
            raise BadInput(message)
        with engine.writing(self.url) as session:
            session.merge(self._batch(BatchStatus.DONE, self.now))
            session.flush()
            bulk.insert(session, BatchCoverage, self._coverage())

    def _coverage(self) -> list[dict[str, Any]]:
        code = self.importer.dataset
        if code is None:
            return []
        span = self.importer.covers(self.path.name, self.days)
        if span is None:
            return []
        start, end = self.options.covered_from or span[0], self.options.covered_until or span[1]
        return [
            {
                "batch_id": self.summary.batch_id,
                "source_id": source_id(region.id, code),
                "covered_from": start,
                "covered_until": end,
            }
            for region in self.regions
            if region.id in self.present and start <= end
        ]
