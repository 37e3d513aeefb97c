"""Runs an importer over a file: in chunks, idempotent, and safe to kill at any moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import bulk, clock, engine, incidents, past, personal_data, policy, undo
from db.errors import BadInput
from db.ids import content_id, content_sha256, file_sha256
from db.importers.base import Context, Importer, RegionKey
from db.importers.files import NumberedRow, table
from db.importers.intake import Intake
from db.importers.rows import Reader, Summary
from db.places import Gazetteer
from db.policy import Denied, Viewer
from db.schema import BatchCoverage, ImportBatch, Place, Region, RowIssue, Source
from db.store import source_id
from db.vocab import BatchStatus

CHUNK = 4000
RULES = "1"  # raise when parsing or linking changes, so that a file is read again
IMPORTER = "import"
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Options:
    """What a caller may say about a file that the file does not say itself."""

    released_on: date | None = None
    covered_from: date | None = None
    covered_until: date | None = None


def run(
    url: str,
    viewer: Viewer,
    importer: Importer,
    path: Path,
    now: datetime,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Take a file into the store, as far as it tells of regions where the viewer may change the record.

    Good rows land even where others are broken; broken rows are kept with row, column, reason and
    their raw text. A file that was taken in whole before changes nothing. Each chunk of rows is one
    transaction, so that an interrupted import is finished by running it again.
    """
    policy.may_import(viewer, importer.region_id)
    options = options or Options()
    _check_span(options)
    with engine.reading(url) as session:
        found = [pair for pair in _regions(session) if importer.region_id in (None, pair[0].id)]
        regions = [pair for pair in found if policy.works_in(viewer, pair[0].id)]
        if found and not regions:
            raise Denied("you have no access to any region that is loaded; ask an administrator for a role")
        if not regions:
            raise BadInput(
                "no region is loaded, so no row could find its place; first run: tocsin region load NAME"
            )
    context_sha256 = _context_sha256(regions, importer, options)
    digest = file_sha256(path) if path.is_file() else ""
    summary = Summary(content_id("batch", importer.name, digest, context_sha256), path.name)
    summary.brought_back = _bring_back(url, viewer, summary.batch_id, now)
    with engine.reading(url) as session:
        done = session.get(ImportBatch, summary.batch_id)
        if done is not None and done.status is BatchStatus.DONE:
            summary.unchanged = True
            return summary
        since = done.released_at if done is not None else None
    keys = [key for key, _ in regions]
    job = _Job(url, importer, path, now, options, summary, keys, digest, context_sha256, since)
    try:
        with (importer.opens or partial(table, importer=importer))(path) as rows:
            job.begin()
            job.take(rows, progress)
    except BadInput as error:
        job.fail(str(error))
        raise
    job.finish()
    return summary


def _bring_back(url: str, viewer: Viewer, batch_id: str, now: datetime) -> bool:
    """Put an import of this very file back in force, where it was undone."""
    with engine.reading(url) as session:
        batch = session.get(ImportBatch, batch_id)
        if batch is None or batch.status is not BatchStatus.UNDONE:
            return False
    with engine.writing(url) as session:
        undo.may_bring_back(session, viewer, batch_id)
        undo.bring_back(session, session.get_one(ImportBatch, batch_id), by=IMPORTER, now=now)
    return True


def _check_span(options: Options) -> None:
    start, end = options.covered_from, options.covered_until
    if start and end and end < start:
        raise BadInput(f"the covered days end on {end}, before they begin on {start}; swap or mend them")


def region_keys(session: Session) -> list[RegionKey]:
    """How rows of the loaded regions are recognised."""
    return [key for key, _ in _regions(session)]


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
    told = {"packs": packs, "importer": importer.name, "rules": RULES, "options": options}
    return content_sha256(told | ({"variant": importer.variant} if importer.variant else {}))


def chunks(rows: Iterator[NumberedRow]) -> Iterator[list[NumberedRow]]:
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
    again: bool = False
    started: datetime | None = None

    def __post_init__(self) -> None:
        context = Context(tuple(self.regions), self.released_at())
        self.reader = Reader(self.importer, context, self.now, self.summary, self._is_place)
        self.gazetteers: dict[str, Callable[[str], bool]] = {}

    @property
    def zones(self) -> dict[str, str]:
        return {region.id: region.time_zone for region in self.regions}

    def _is_place(self, region_id: str, name: str) -> bool:
        """Whether what looks like a person's name is that of a place; the names are read when first asked for."""
        if region_id not in self.gazetteers:
            with engine.reading(self.url) as session:
                self.gazetteers[region_id] = personal_data.place_names(Gazetteer.of(session, region_id))
        return self.gazetteers[region_id](name)

    def released_at(self) -> datetime | None:
        """When a data set came out: as said, as its file name implies, else when its import began."""
        if self.importer.dataset is None or self.since is not None:
            return self.since
        day = self._release()
        return clock.start_of(day, "UTC") if day else self.now

    def _release(self) -> date | None:
        """The day of release that somebody or the file's name tells; None for a file without a date."""
        return self.options.released_on or self.importer.released(self.path.name)

    def begin(self) -> None:
        with engine.writing(self.url) as session:
            held = session.get(ImportBatch, self.summary.batch_id)
            if held is not None and held.status is BatchStatus.RUNNING:  # it was killed, and now goes on
                self.started = held.started_at
            elif held is not None:
                self.again = True
                past.note(session, ImportBatch, [held.id], self.now)
            session.merge(self._batch(BatchStatus.RUNNING, None))

    def _batch(self, status: BatchStatus, finished_at: datetime | None) -> ImportBatch:
        return ImportBatch(
            id=self.summary.batch_id,
            importer=self.importer.name,
            file_name=self.path.name,
            file_sha256=self.digest,
            context_sha256=self.context_sha256,
            started_at=self.started or self.now,
            finished_at=finished_at,
            status=status,
            released_at=self.released_at(),
            counts=self.summary.counts(),
            message=None,
            mapping_id=self.importer.mapping_id,
        )

    def take(self, rows: Iterator[NumberedRow], progress: Progress | None) -> None:
        for chunk in filter(None, chunks(self.importer.gather(rows))):
            with engine.writing(self.url) as session:
                engine.queue(session.connection(), "incidents")
                self._take_chunk(session, chunk)
            if progress:
                progress(self.summary.rows)

    def _take_chunk(self, session: Session, chunk: list[NumberedRow]) -> None:
        parsed, issues = self.reader.read(chunk)
        intake = Intake(
            session, self.summary.batch_id, self.now, self.zones, dated=self._release() is not None
        )
        new, revised, touched = intake.take(parsed)
        self.summary.new += new - revised
        self.summary.revised += revised
        self.summary.already += len(parsed) - new
        self.summary.incidents += incidents.derive(session, touched, self.now) if touched else 0
        if self.again:  # an earlier attempt may have refused some of these rows, not all
            past.absent(session, RowIssue, [str(one["id"]) for one in issues], self.now)
        bulk.insert(session, RowIssue, issues)

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
        span = self.importer.covers(self.path.name, self.reader.days)
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
            if self._speaks_of(region) and start <= end
        ]

    def _speaks_of(self, region: RegionKey) -> bool:
        """Whether the file would have told of the region: it does, or it is an official release for the world."""
        worldwide = self.importer.released(self.path.name) is not None and self.summary.outside > 0
        has_source = self.importer.dataset in region.source_codes
        return has_source and (region.id in self.reader.present or worldwide)
