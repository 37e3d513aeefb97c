"""KoboToolbox exports (v2, CSV or XLSX): submissions become drafts, and nothing counts before a person accepts it.

Card: licence the team's own; cadence as the team reports; expected count one draft a submission. Columns are
named `group/question`; `_id` names a submission (an edit keeps it, but not `_uuid`), `_submission_time` is UTC,
`_validation_status` Approved, Not Approved or On Hold. A question with several answers is one column of words and
one of 0 and 1 for each; a point is `lat lon alt accuracy`, and four columns. Repeated groups are sheets of their
own, tied by `_parent_index`. Who filled in the form, and on which device, is not kept, nor are the bytes, which
would tell it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db import bulk, drafts, engine, past, policy
from db.drafts import Incoming
from db.errors import BadInput
from db.ids import content_id, file_sha256
from db.importers import kobo_form, mapped, saved, sheets, tables
from db.importers.base import RowError
from db.importers.mapping import Spec
from db.importers.records import Cells
from db.importers.tables import Plan, Request
from db.policy import Viewer
from db.schema import Draft, ImportBatch, RowIssue
from db.undo import UNDRAFTED
from db.vocab import BatchStatus, DraftState, IssueSeverity, Origin

NAME = "kobo"
REFUSED_THERE = "marked Not Approved in KoboToolbox"
CHUNK = 500


@dataclass
class Taken:
    """What became of the submissions of an export."""

    batch_id: str
    file_name: str
    rows: int = 0
    drafts: int = 0
    known: int = 0
    refused: int = 0
    accepted: int = 0
    waiting: int = 0
    incomplete: int = 0


@dataclass(frozen=True, slots=True)
class Act:
    """Who takes an export in, when, and whether what can be read is accepted at once."""

    by: str
    now: datetime
    accept: bool = False


def plan(url: str, request: Request) -> Plan:
    """How the answers are read: as any table, without the form's own columns; ids and times as Kobo names them."""
    main, _ = kobo_form.parts(request.path)
    planned = tables.plan(url, replace(request, sheet=request.sheet or main))
    names = {name.casefold(): name for name in planned.columns}
    key = next((names[one] for one in ("_id", "_uuid", "meta/rootuuid") if one in names), None)
    if key is None:
        raise BadInput(
            f"{request.path.name} has neither _id nor _uuid, so it is no KoboToolbox export; "
            "take it in with: tocsin import table"
        )
    columns = {field: cols for field, cols in planned.spec.columns.items() if not kobo_form.own(cols)}
    columns |= kobo_form.point(names, columns)
    return replace(planned, spec=replace(planned.spec, columns={**columns, "external_id": (key,)}))


def take(url: str, viewer: Viewer, planned: Plan, act: Act) -> Taken:
    """Put the submissions into the review queue, or accept those that can be read, in a person's name."""
    policy.may_import(viewer, planned.request.region_id)
    if not planned.spec.source:
        raise BadInput("say who reports through this form: --source CODE, as in the region's sources.csv")
    path = planned.request.path
    digest = file_sha256(path)
    done = Taken(content_id("batch", NAME, planned.request.region_id, digest), path.name)
    with engine.writing(url) as session:
        kept = (session, planned.request.region_id, planned.name, planned.spec, planned.columns)
        mapping_id = saved.keep(*kept, by=act.by, now=act.now)
        past.note(session, ImportBatch, [done.batch_id], act.now)
        session.merge(_batch(done, digest, mapping_id, act, BatchStatus.RUNNING, []))
    repeats = kobo_form.repeats(path)
    made: list[str] = []
    with sheets.opened(path, sheet=planned.request.sheet, encoding=planned.request.encoding) as opened:
        rows = [cells for _, cells, _ in opened.rows if isinstance(cells, Cells)]
    for start in range(0, len(rows), CHUNK):
        with engine.writing(url) as session:
            for cells in rows[start : start + CHUNK]:
                made.append(_submission(session, viewer, planned, cells, repeats, act, done))
    with engine.writing(url) as session:
        session.merge(_batch(done, digest, mapping_id, act, BatchStatus.DONE, made))
    return done


def _batch(
    done: Taken, digest: str, mapping_id: str, act: Act, status: BatchStatus, made: Sequence[str]
) -> ImportBatch:
    counts = {name: value for name, value in asdict(done).items() if isinstance(value, int)}
    return ImportBatch(
        id=done.batch_id,
        importer=NAME,
        file_name=done.file_name,
        file_sha256=digest,
        context_sha256="",
        started_at=act.now,
        finished_at=act.now if status is BatchStatus.DONE else None,
        status=status,
        released_at=None,
        counts={**counts, "new": done.drafts, "already": done.known, "drafts_made": list(made)},
        message=None,
        mapping_id=mapping_id,
    )


def _submission(
    session: Session,
    viewer: Viewer,
    planned: Plan,
    cells: Cells,
    repeats: Mapping[str, list[str]],
    act: Act,
    done: Taken,
) -> str:
    done.rows += 1
    work = mapped.Mapped(planned.spec, planned.epoch_1904)
    fields, problem = _fields(work, cells)
    incoming = _incoming(planned, cells, fields, repeats, act)
    draft_id, new = drafts.save(session, viewer, incoming, act.now)
    done.drafts, done.known = done.drafts + new, done.known + (not new)
    if problem is not None:
        done.incomplete += 1
        bulk.insert(session, RowIssue, [_issue(done, cells, problem)])
    _settle(session, viewer, session.get_one(Draft, draft_id), kobo_form.status(cells), problem, act, done)
    return draft_id


def _settle(
    session: Session,
    viewer: Viewer,
    draft: Draft,
    status: str | None,
    problem: RowError | None,
    act: Act,
    done: Taken,
) -> None:
    """What the form's own review says, and what the person who imports says, is done to the draft."""
    who: dict[str, Any] = {"by": act.by, "now": act.now}
    put_aside = (UNDRAFTED,) if status == "not_approved" else (UNDRAFTED, REFUSED_THERE)
    if draft.state is DraftState.REJECTED and draft.reason in put_aside:
        drafts.reopen(session, viewer, draft.id, reason="came in again", **who)
    if draft.state is DraftState.OPEN and status == "not_approved":
        drafts.reject(session, viewer, draft.id, reason=REFUSED_THERE, **who)
        done.refused += 1
    elif draft.state is DraftState.OPEN and act.accept and problem is None and status != "on_hold":
        drafts.accept(session, viewer, draft.id, reason="accepted with the import", **who)
        done.accepted += 1
    elif draft.state is DraftState.OPEN:
        done.waiting += 1


def _fields(work: mapped.Mapped, cells: Cells) -> tuple[dict[str, str], RowError | None]:
    """The cells of the report table that a submission fills, and why not all could be read."""
    try:
        told = work.report_row(cells)
    except RowError as error:
        return {}, error
    skipped = ("external_id", "source_id", "published_at", "title", "text", "url", "lang")
    return {name: value for name, value in told.items() if value and name not in skipped}, None


def _incoming(
    planned: Plan, cells: Cells, fields: Mapping[str, str], repeats: Mapping[str, list[str]], act: Act
) -> Incoming:
    spec = planned.spec
    used = {column for columns in spec.columns.values() for column in columns}
    answers = {
        column: cell[: kobo_form.SHOWN]
        for column, cell in cells.items()
        if cell.strip() and column not in used and not kobo_form.form(column)
    }
    repeated = repeats.get(cells.get("_index", ""), [])
    extra = {
        "answers": answers | ({"repeated": repeated} if repeated else {}),
        "validation": kobo_form.status(cells),
    }
    return Incoming(
        region_id=planned.request.region_id,
        origin=Origin.KOBO,
        external_id=cells[spec.columns["external_id"][0]].strip() or content_id("kobo", *cells.values()),
        by=act.by,
        source_code=spec.source,
        published_at=kobo_form.sent(cells),
        title=_text(cells, spec, "title"),
        text=_text(cells, spec, "text"),
        fields={**fields, **{name: value for name, value in extra.items() if value}},
    )


def _text(cells: Cells, spec: Spec, name: str) -> str | None:
    parts = [cells.get(column, "").strip() for column in spec.columns.get(name, ())]
    return "\n".join(part for part in parts if part) or None


def _issue(done: Taken, cells: Cells, problem: RowError) -> dict[str, Any]:
    return {
        "id": content_id("issue", done.batch_id, cells.number, problem.column, problem.code),
        "batch_id": done.batch_id,
        "row_number": cells.number,
        "column_name": problem.column,
        "code": problem.code,
        "severity": IssueSeverity.WARNING,
        "message": f"{problem.message}; the draft waits without what it says",
        "raw": None,
    }
