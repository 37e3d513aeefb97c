"""What came in and waits for a person: nothing of a draft is counted or scored until it is accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import documents, engine, incidents, past, policy, reach, revisions
from db.errors import BadInput
from db.ids import content_id
from db.importers import reports
from db.importers.base import Context, Parsed, RowError
from db.importers.intake import Intake
from db.importers.intake import incident_id as intake_incident
from db.importers.run import region_keys
from db.policy import Viewer
from db.schema import Draft, Incident, Report, ReportIncident, Source
from db.store import source_id
from db.vocab import Covers, DraftState, Entity, Origin, Reliability, Sensitivity, SourceKind

SHOWN_NUL = "␀"
UNKNOWN_SOURCE = "unknown"
ALSO_OF = "also_of"  # among the fields: the first draft of a text that tells of several incidents


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something that was said, as it came in: by whom, when, and what a reader proposes it means.

    `fields` are cells of the report table (`db/importers/reports.py`); `suggestions` are shown with the
    spans of the text they came from. `body` are the original bytes, where bytes came.
    """

    region_id: str
    origin: Origin
    external_id: str
    by: str
    source_code: str | None = None
    feed_id: str | None = None
    published_at: datetime | None = None
    lang: str | None = None
    title: str | None = None
    text: str | None = None
    url: str | None = None
    body: bytes | None = None
    encoding: str | None = None
    suggestions: Sequence[Mapping[str, Any]] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    sensitivity: Sensitivity = Sensitivity.INTERNAL


def save(session: Session, viewer: Viewer, incoming: Incoming, now: datetime) -> tuple[str, bool]:
    """Put something into the queue; returns its id, and whether it is new.

    Whatever came from the same place under the same id is one draft: an open one takes over the newer
    words, one that was decided upon stays as it is.
    """
    policy.admit_to_change(viewer, incoming.region_id)
    documents.refuse_too_long(incoming.body or incoming.text or "")
    name = _id(incoming)
    known = session.get(Draft, name)
    if known is not None and known.state is not DraftState.OPEN:
        return name, False
    draft = known or Draft(id=name, received_at=now, state=DraftState.OPEN, document_id=None)
    _fill(session, draft, incoming, now)
    session.add(draft)
    session.flush()
    return name, known is None


def _id(incoming: Incoming) -> str:
    where = incoming.feed_id or incoming.source_code or ""
    return content_id("draft", incoming.region_id, incoming.origin, where, incoming.external_id)


def _fill(session: Session, draft: Draft, incoming: Incoming, now: datetime) -> None:
    same = ("region_id", "origin", "by", "feed_id", "published_at", "lang", "url", "sensitivity")
    for name in same:
        setattr(draft, name, getattr(incoming, name))
    draft.external_id = incoming.external_id[:255]
    draft.source_id = _source(session, incoming.region_id, incoming.source_code)
    draft.title, draft.text = clean(incoming.title), clean(incoming.text)
    draft.suggestions = [dict(one) for one in incoming.suggestions]
    draft.fields = dict(incoming.fields)
    if incoming.body is not None:
        draft.document_id = documents.keep(
            session, incoming.body, media_type="text/plain", encoding=incoming.encoding, now=now
        )


def _source(session: Session, region_id: str, code: str | None) -> str | None:
    if code is None:
        return None
    name = source_id(region_id, code)
    if session.get(Source, name) is None:
        raise BadInput(f"the region {region_id} has no source {code!r}; add it to its sources.csv")
    return name


def clean(words: str | None) -> str | None:
    """A text that every store can hold: a NUL as its picture, half characters as marks."""
    if words is None:
        return None
    return words.encode("utf-8", "replace").decode("utf-8").replace("\x00", SHOWN_NUL)


def amend(session: Session, viewer: Viewer, draft_id: str, fields: Mapping[str, Any]) -> None:
    """Keep what a person has filled in so far (autosave); an empty value takes a field back."""
    draft = _open(session, viewer, draft_id)
    draft.fields = {name: value for name, value in {**draft.fields, **fields}.items() if value != ""}
    session.flush()


def accept(
    session: Session,
    viewer: Viewer,
    draft_id: str,
    *,
    by: str,
    reason: str,
    now: datetime,
    incident_id: str | None = None,
) -> str:
    """Let a draft into the record as a report, of an incident of its own or of a known one; returns the report.

    The cells are checked as those of any report table are; what is missing is named with its cure.
    """
    draft = _open(session, viewer, draft_id)
    _refuse_unseen(session, viewer, incident_id)
    engine.queue(session.connection(), "incidents")
    parsed = _parsed(session, draft, incident_id, now)
    zones = {key.id: key.time_zone for key in region_keys(session)}
    intake = Intake(session, None, now, zones)
    if told := _told_already(session, draft):
        report_id, touched = told, {intake.also(told, parsed)}
    else:
        _, _, touched = intake.take([parsed])
        report_id = intake.report_id(parsed)
    _complete(session, draft, report_id, intake_incident(parsed), by)
    incidents.derive(session, touched or {incident_of(session, report_id)}, now)
    _decide(session, draft, DraftState.ACCEPTED, by, reason, now, report_id)
    return report_id


def another(session: Session, viewer: Viewer, draft_id: str, *, by: str, now: datetime) -> str:
    """A further draft of the same text, for a report that tells of several incidents; returns its id.

    Accepted, it is the same report speaking of one more incident, not a second source for the first.
    """
    first = _allowed(session, viewer, draft_id)
    root = str(first.fields.get(ALSO_OF) or first.id)
    same = select(Draft).where(Draft.region_id == first.region_id, Draft.text == first.text)
    number = 2 + sum(one.fields.get(ALSO_OF) == root for one in session.scalars(same))
    kept = ("region_id", "source_id", "feed_id", "document_id", "origin", "published_at", "lang", "title")
    facts = {name: getattr(first, name) for name in (*kept, "text", "url", "suggestions", "sensitivity")}
    source = {name: first.fields[name] for name in ("source_id",) if name in first.fields}
    further = Draft(
        **{"id": content_id("draft", root, number), "received_at": first.received_at, "by": by, **facts},
        **{"external_id": f"{first.external_id.split('#')[0][:245]}#{number}", "state": DraftState.OPEN},
        fields={**source, ALSO_OF: root},
    )
    past.absent(session, Draft, [further.id], now)
    session.add(further)
    session.flush()
    revisions.note(
        *(session, Entity.DRAFT, further.id, "also_of", None, root), reason="tells of another incident too",
        by=by, now=now,
    )  # fmt: skip
    return further.id


def _told_already(session: Session, draft: Draft) -> str | None:
    """The report that a further draft of the same text belongs to; its first draft must have been let in."""
    root = draft.fields.get(ALSO_OF)
    if root is None:
        return None
    first = _found(session, str(root))
    if first.report_id is None:
        raise BadInput(f"accept the first draft of this text before: {first.id}")
    return first.report_id


def reject(session: Session, viewer: Viewer, draft_id: str, *, by: str, reason: str, now: datetime) -> None:
    """Leave a draft out of the record; it stays readable with the reason."""
    if not reason.strip():
        raise BadInput("say why the draft is left out: --reason TEXT")
    _decide(session, _open(session, viewer, draft_id), DraftState.REJECTED, by, reason, now, None)


def reopen(session: Session, viewer: Viewer, draft_id: str, *, by: str, reason: str, now: datetime) -> None:
    """Put a rejected draft back into the queue."""
    draft = _allowed(session, viewer, draft_id)
    if draft.state is not DraftState.REJECTED:
        raise BadInput(f"draft {draft_id} is {draft.state.value}; only a rejected one can be reopened")
    _decide(session, draft, DraftState.OPEN, by, reason, now, None)


def cells(draft: Draft, source_code: str | None) -> dict[str, str]:
    """The draft as a row of the report table, as far as it is filled in."""
    published = draft.published_at or draft.received_at
    row = {
        "source_id": source_code or "",
        "external_id": draft.external_id,
        "published_at": published.isoformat(),
        "url": draft.url or "",
        "lang": draft.lang or "",
        "title": draft.title or "",
        "text": draft.text or "",
        "date_prec": "1",
        "sensitivity": draft.sensitivity.value,
    }
    given = {name: "" if value is None else str(value) for name, value in draft.fields.items()}
    row |= {name: value for name, value in given.items() if name in reports.COLUMNS and value != ""}
    row.setdefault("date_end", row.get("date_start", ""))
    row.setdefault("geo_prec", "1" if row.get("place_id") or row.get("lat") else "6")
    return row


def _unknown_source(session: Session, region_id: str, now: datetime) -> None:
    """Make sure that nobody-knows-who can be named: graded F (cannot be judged), a group of its own."""
    name = source_id(region_id, UNKNOWN_SOURCE)
    if session.get(Source, name) is not None:
        return
    past.absent(session, Source, [name], now)
    facts: dict[str, Any] = {"covered_from": None, "covered_until": None, "protected": False, "lag_days": 1}
    session.add(
        Source(
            **{"id": name, "region_id": region_id, "code": UNKNOWN_SOURCE, "name": "Unknown source"},
            **{"name_ar": "مصدر غير معروف", "kind": SourceKind.SOCIAL, "reliability": Reliability.F},
            **{"independence_group": UNKNOWN_SOURCE, "covers": Covers.INCIDENTS},
            **facts,
        )
    )
    session.flush()


def _parsed(session: Session, draft: Draft, incident_id: str | None, now: datetime) -> Parsed:
    source = session.get(Source, draft.source_id) if draft.source_id else None
    row = cells(draft, source.code if source else None)
    if row["source_id"] == UNKNOWN_SOURCE:
        _unknown_source(session, draft.region_id, now)
    keys = tuple(key for key in region_keys(session) if key.id == draft.region_id)
    try:
        parsed = reports.told(row, Context(keys))
    except RowError as error:
        raise BadInput(f"{error.column or 'the draft'}: {error.message}") from error
    if parsed is None or parsed.source_code not in keys[0].source_codes:
        raise BadInput("source_id: name a source of the region's sources.csv")
    if incident_id is not None and _region_of(session, incident_id) != draft.region_id:
        raise BadInput(f"there is no incident {incident_id!r} in this region; check the id")
    return replace(parsed, incident_id=incident_id)


def _region_of(session: Session, incident_id: str) -> str | None:
    found = session.get(Incident, incident_id)
    return found.region_id if found else None


def _complete(session: Session, draft: Draft, report_id: str, incident_id: str, by: str) -> None:
    """What a report from a draft has beyond one from a table: its bytes, and who let it in."""
    session.get_one(ReportIncident, (report_id, incident_id)).added_by = by
    session.get_one(Report, report_id).document_id = draft.document_id
    session.flush()


def incident_of(session: Session, report_id: str) -> str:
    """The incident a report speaks of first."""
    asked = select(ReportIncident.incident_id).where(ReportIncident.report_id == report_id)
    return session.scalars(asked.order_by(ReportIncident.incident_id)).first() or ""


def _refuse_unseen(session: Session, viewer: Viewer, incident_id: str | None) -> None:
    """Nobody adds a report to an incident that is kept from them."""
    if incident_id is not None and not reach.known(session, policy.sight(viewer), [incident_id]):
        raise BadInput(f"there is no incident {incident_id!r} in this region; check the id")


def _open(session: Session, viewer: Viewer, draft_id: str) -> Draft:
    draft = _allowed(session, viewer, draft_id)
    if draft.state is not DraftState.OPEN:
        raise BadInput(f"draft {draft_id} was {draft.state.value} already by {draft.decided_by}")
    return draft


def _allowed(session: Session, viewer: Viewer, draft_id: str) -> Draft:
    """A draft that a viewer may decide about; one that is kept from them is not there."""
    draft = _found(session, draft_id)
    seen = policy.admit_to_change(viewer, draft.region_id)
    mine = select(Draft.id).where(Draft.id == draft_id, reach.drafts(seen, Draft))
    if session.scalar(mine) is None:
        raise BadInput(f"there is no draft {draft_id!r}; list them with: tocsin drafts")
    return draft


def _found(session: Session, draft_id: str) -> Draft:
    draft = session.get(Draft, draft_id)
    if draft is None:
        raise BadInput(f"there is no draft {draft_id!r}; list them with: tocsin drafts")
    return draft


def _decide(
    session: Session, draft: Draft, state: DraftState, by: str, reason: str, now: datetime, report: str | None
) -> None:
    before = draft.state
    past.note(session, Draft, [draft.id], now)
    draft.state, draft.report_id = state, report
    draft.decided_by, draft.decided_at, draft.reason = by, now, reason.strip() or state.value
    session.flush()
    revisions.note(
        *(session, Entity.DRAFT, draft.id, "state", before.value, state.value),
        reason=draft.reason,
        by=by,
        now=now,
    )
