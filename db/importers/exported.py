"""Incidents that another store exported (CSV, HXL, XLSX, JSON lines or GeoJSON), taken in with their reports.

Licence: that of the sources named in each row. Cadence: whenever somebody hands a file over. Expected:
one row an incident; a row that was changed by hand is refused, because its record says otherwise.
A generalised file never touches an incident that this store knows: those rows are passed over and counted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import bulk, engine, incidents, past, policy, undo
from db.errors import BadInput
from db.exports import csv_hxl, geojson, jsonl, xlsx
from db.exports.columns import FORMAT, KIND, RECORD, SEAL, seal
from db.exports.csv_hxl import Read
from db.foreign import from_json
from db.ids import content_id, file_sha256
from db.importers.base import Remark, RowError
from db.importers.exported_rows import GENERALISED, Here, Taken, rows_of
from db.importers.exported_store import here, store
from db.importers.rows import Summary
from db.policy import Denied, Viewer
from db.schema import ImportBatch, Region, Report, ReportIncident, RowIssue
from db.vocab import BatchStatus, IssueSeverity

NAME = "export"
AT_ONCE = 500
Progress = Callable[[int], None]


def reader(path: Path) -> Callable[[Path], Iterator[Read]]:
    """What reads a file that was exported; any other file is refused with its cure."""
    if not path.is_file():
        raise BadInput(f"there is no file {path}; check the name")
    with path.open("rb") as file:
        head = file.readline(1 << 20).removeprefix(b"\xef\xbb\xbf")
    if head.startswith(b"PK\x03\x04"):
        return xlsx.read
    if head.startswith(b"{"):
        return _json_reader(path, head)
    names = head.decode("utf-8", "replace").strip().split(",")
    if {"incident_id", SEAL, RECORD} <= set(names):
        return csv_hxl.read
    raise BadInput(
        f"{path.name} is no export of Tocsin's; take other tables in with: tocsin import table, or reports"
    )


def _json_reader(path: Path, head: bytes) -> Callable[[Path], Iterator[Read]]:
    if b'"FeatureCollection"' in head:
        return geojson.read
    try:
        about = from_json(head)
    except ValueError:
        about = {}
    if not isinstance(about, dict) or about.get("kind") != KIND or not isinstance(about.get("format"), int):
        raise BadInput(
            f"{path.name} holds no incidents; take a full export in with: tocsin import store FILE"
        )
    if about["format"] > FORMAT:
        raise BadInput(f"{path.name} was written by a newer Tocsin; install that and import again")
    return jsonl.read


def run(
    url: str, viewer: Viewer, path: Path, now: datetime, by: str, progress: Progress | None = None
) -> Summary:
    """Take exported incidents into the store; a second time changes nothing.

    Good rows land where others are refused; the refused ones are kept with row, column, reason and cure.
    """
    policy.may_import(viewer, None)
    regions = _regions(url, viewer)
    read = reader(path)
    digest = file_sha256(path)
    bound = () if viewer.regions is None else sorted(regions)  # what they may not take in is still to come
    summary = Summary(content_id("batch", NAME, digest, *bound), path.name)
    job = _Job(url, path, now, by, summary, digest, regions)
    with engine.reading(url) as session:
        done = session.get(ImportBatch, summary.batch_id)
        if done is not None and done.status is BatchStatus.DONE:
            summary.unchanged = True
            return summary
        undone = done is not None and done.status is BatchStatus.UNDONE
    if undone:
        with engine.writing(url) as session:
            undo.may_bring_back(session, viewer, summary.batch_id)
            undo.bring_back(session, session.get_one(ImportBatch, summary.batch_id), by=by, now=now)
    job.note(BatchStatus.RUNNING)
    try:
        rows = read(path)
        while part := list(islice(rows, AT_ONCE)):
            job.take(part)
            if progress:
                progress(summary.rows)
        if summary.bad == summary.rows:
            raise BadInput(f"{path.name}: no row could be read; the reasons are listed by: tocsin issues")
    except BadInput as error:
        job.note(BatchStatus.FAILED, str(error))
        raise
    job.note(BatchStatus.DONE)
    return summary


def _regions(url: str, viewer: Viewer) -> set[str]:
    """The loaded regions that the viewer works in; refused where there are others only."""
    with engine.reading(url) as session:
        held = set(session.scalars(select(Region.id)))
    if held and not any(policy.works_in(viewer, one) for one in held):
        raise Denied("you have no access to any region that is loaded; ask an administrator for a role")
    return {one for one in held if policy.works_in(viewer, one)}


@dataclass
class _Job:
    url: str
    path: Path
    now: datetime
    by: str
    summary: Summary
    digest: str
    regions: set[str] = field(default_factory=set)

    def note(self, status: BatchStatus, message: str | None = None) -> None:
        with engine.writing(self.url) as session:
            past.note(session, ImportBatch, [self.summary.batch_id], self.now)
            session.merge(
                ImportBatch(
                    id=self.summary.batch_id,
                    importer=NAME,
                    file_name=self.path.name,
                    file_sha256=self.digest,
                    context_sha256="",
                    started_at=self.now,
                    finished_at=None if status is BatchStatus.RUNNING else self.now,
                    status=status,
                    released_at=None,
                    counts=self.summary.counts(),
                    message=message,
                )
            )

    def take(self, part: Sequence[Read]) -> None:
        """Take some rows in one transaction."""
        with engine.writing(self.url) as session:
            engine.queue(session.connection(), "incidents")
            issues: list[dict[str, Any]] = []
            regions = {
                region: here(session, region, self.summary.batch_id, self.now) for region in self.regions
            }
            taken = [one for read in part if (one := self._read(read, regions, issues))]
            fresh = self._unknown(session, taken, issues)
            for region_id, found in regions.items():
                mine = [one for where, one, _ in fresh if where == region_id]
                new, known = store(session, found, mine, by=self.by, file_name=self.path.name)
                self.summary.new, self.summary.already = self.summary.new + new, self.summary.already + known
            bulk.insert(session, RowIssue, issues)
            touched = {one.incident_id for _, one, _ in fresh}
            if touched:
                self.summary.incidents += incidents.derive(session, touched, self.now)

    def _read(
        self, read: Read, regions: Mapping[str, Here], issues: list[dict[str, Any]]
    ) -> tuple[str, Taken, int] | None:
        number, cells, record = read
        self.summary.rows += 1
        region_id = str(cells.get("region"))
        try:
            _check(cells, record)
            if region_id not in regions:
                self.summary.outside += 1
                return None
            taken = rows_of(record, regions[region_id], generalised=cells[GENERALISED] == "true")
        except RowError as error:
            self.summary.bad += 1
            remark = Remark(error.column, error.code, error.message)
            issues.append(self._issue(number, remark, IssueSeverity.ERROR))
            return None
        for remark in taken.remarks:
            self._remark(number, remark, issues)
        return region_id, taken, number

    def _unknown(
        self, session: Session, taken: list[tuple[str, Taken, int]], issues: list[dict[str, Any]]
    ) -> list[tuple[str, Taken, int]]:
        """What may go in: of a generalised file only incidents that this store does not know."""
        ids = [one.incident_id for _, one, _ in taken]
        a = ReportIncident
        ours = Report.batch_id.is_not_distinct_from(self.summary.batch_id)
        known = (
            select(a.incident_id).join(Report, Report.id == a.report_id).where(a.incident_id.in_(ids), ~ours)
        )
        held = set(session.scalars(known))
        fresh = []
        for region_id, one, number in taken:
            if one.generalised and one.incident_id in held:
                text = f"{one.incident_id} is known here already, as finely or more; the row was passed over"
                self._remark(number, Remark("incident_id", "generalised_known", text), issues)
                self.summary.already += len(one.reports)
            else:
                fresh.append((region_id, one, number))
        return fresh

    def _remark(self, number: int, remark: Remark, issues: list[dict[str, Any]]) -> None:
        self.summary.remarks += 1
        issues.append(self._issue(number, remark, IssueSeverity.WARNING))

    def _issue(self, number: int, remark: Remark, severity: IssueSeverity) -> dict[str, Any]:
        self.summary.issues[remark.code] += 1
        return {
            "id": content_id(
                "issue", self.summary.batch_id, number, remark.column, remark.code, remark.message
            ),
            "batch_id": self.summary.batch_id,
            "row_number": number,
            "column_name": remark.column,
            "code": remark.code,
            "severity": severity,
            "message": remark.message,
            "raw": None,
        }


def _check(cells: Mapping[str, Any], record: Any) -> None:
    """A row must be as it was exported: it says of what, and what people see is what its record says."""
    if not isinstance(record, dict) or GENERALISED not in cells:
        raise RowError(RECORD, "no_record", "its record is missing or cut; export it again")
    if cells.get(SEAL) != seal(cells):
        cure = "export it again, or take it in as a table of your own: tocsin import table FILE"
        raise RowError(
            SEAL, "changed", f"was changed since it was exported (a spreadsheet may do so); {cure}"
        )
