"""True erasure of personal data: the words go for good, the counts stay, and the act is written down.

Erased is what a person wrote or what identifies one: title, text, address, raw row, wording, quoted
voices, excerpt, the bytes of documents and attachments, and the summaries of all past versions. The
history says that, when, by whom and why something was erased, never what; so does a signed entry
(`db/erasures.py`), by which `reapply` erases the same in a backup that is restored. Other copies outside
this store (exports, the copy that an upgrade made) are not reached: erase there too.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from db import (
    audit,
    custody,
    emptying,
    engine,
    erasures,
    forgetting,
    incidents,
    past,
    policy,
    revisions,
    settings,
)
from db.emptying import ERASED
from db.erasures import CHAINED
from db.errors import BadInput
from db.finding import ACTORS, OF_REPORT, Found
from db.policy import LOCAL, Viewer
from db.schema import (
    Attachment,
    Claim,
    Document,
    Draft,
    Erasure,
    Identity,
    Incident,
    IncidentVersion,
    Report,
    ReportActor,
    ReportIncident,
    RowIssue,
    Source,
)
from db.sources import register
from db.vocab import AccessAct, CustodyAct, DraftState, Entity

ERASABLE = (Entity.REPORT, Entity.DRAFT, Entity.ATTACHMENT)


def erase(
    session: Session,
    viewer: Viewer,
    entity: Entity,
    entity_id: str,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> list[str]:
    """Erase the personal data of a report, a draft or an attachment; returns what was emptied."""
    policy.may_erase(viewer)
    reason, by = revisions.reasoned(reason), revisions.named(by)
    acts = {Entity.REPORT: _report, Entity.DRAFT: _draft, Entity.ATTACHMENT: _attachment}
    if entity not in acts:
        raise BadInput(f"only these can be erased: {', '.join(ERASABLE)}")
    engine.queue(session.connection(), "incidents")
    _overwrite(session)
    emptied = acts[entity](session, viewer, entity_id, by, now)
    told = {"erased": emptied}
    revisions.note(session, entity, entity_id, "erased", None, told, reason=reason, by=by, now=now)
    erasures.sign(session, str(entity), entity_id, emptied, reason=reason, by=by, now=now)
    facts = {"kind": str(entity), "id": entity_id, "fields": emptied}
    audit.note(session, viewer.name, AccessAct.ERASURE, "erase", told=facts, now=now)
    return emptied


def erase_found(
    session: Session, viewer: Viewer, found: Iterable[Found], *, reason: str, by: str, now: datetime
) -> int:
    """Erase what `finding.find` found; returns how many rows were emptied.

    What tells of a report goes with that report, drafts and attachments whole. Names under which
    people sign in or act stay: they are forgotten by `forgetting.forget`.
    """
    policy.may_erase(viewer)
    act: dict[str, Any] = {"reason": revisions.reasoned(reason), "by": revisions.named(by), "now": now}
    engine.queue(session.connection(), "incidents")
    _overwrite(session)
    whole, rows = _sorted(session, found)
    done = [one for one in rows if _erase_row(session, one, act)]  # first: what follows derives from them
    for entity, entity_id in sorted(whole):
        erase(session, viewer, entity, entity_id, **act)
    facts = {"rows": len(done), "tables": {one.table for one in done}}
    audit.note(session, viewer.name, AccessAct.ERASURE, "erase text", told=facts, now=now)
    return len(whole) + len(done)


def _sorted(session: Session, found: Iterable[Found]) -> tuple[set[tuple[Entity, str]], list[Found]]:
    """What is erased as a whole, and single rows with the fields that may be emptied."""
    whole: set[tuple[Entity, str]] = set()
    rows: list[Found] = []
    for one in found:
        report = emptying.report_of(session, one.table, one.row) if one.table in OF_REPORT else None
        if report and one.fields != ("verification_reason",):  # which is of a decision
            whole.add((Entity.REPORT, report))
        elif one.table in {str(entity) for entity in ERASABLE}:
            whole.add((Entity(one.table), one.row))
        elif fields := tuple(f for f in one.fields if f.partition(".")[0] not in ACTORS):
            rows.append(Found(one.table, one.row, fields))
    return whole, rows


def _erase_row(session: Session, one: Found, act: dict[str, Any]) -> bool:
    done = emptying.empty(session, one.table, one.row, one.fields)
    row, fields = emptying.of_chain(one.row, done) if one.table in CHAINED else (one.row, done)
    if done:
        erasures.sign(session, one.table, emptying.short(row), fields, **act)
    return bool(done)


def reapply(
    session: Session, entries: Iterable[Mapping[str, Any]], secrets: Sequence[bytes] = ()
) -> list[str]:
    """Erase again what signed entries (rows of table `erasure`) say, in a store as it was before.

    Returns the ids of those that were carried out. One that is already written down here is left alone; what
    the store does not hold was not there yet, and its entry is kept. An entry that neither this machine's key
    nor one of the secrets signed is refused before anything is erased: who could forge one could destroy the record.
    """
    wanted = sorted((erasures.read(one) for one in entries), key=lambda one: (one["at"], one["id"]))
    forged = [one["id"] for one in wanted if not erasures.genuine(one, [settings.key(), *secrets])]
    if forged:
        raise BadInput(
            f"of the list of erasures {len(forged)} are not signed by a key that is known here "
            f"({', '.join(forged[:3])}); give the key that signed them (TOCSIN_KEY), or take them out of the list"
        )
    engine.queue(session.connection(), "incidents")
    _overwrite(session)
    there = set(session.scalars(select(Erasure.id)))
    fresh = [one for one in wanted if one["id"] not in there]
    done = [str(one["id"]) for one in fresh if _again(session, one)]
    for one in fresh:
        session.merge(Erasure(**one))
    session.flush()
    return done


def _again(session: Session, one: Mapping[str, Any]) -> bool:
    """Carry out one entry; False where what it names is not here."""
    table, row = one["entity"], one["entity_id"]
    acts = {"report": (Report, _report), "draft": (Draft, _draft), "attachment": (Attachment, _attachment)}
    if table in acts:
        kind, erase_it = acts[table]
        if session.get(kind, row) is None:
            return False
        told = {"erased": erase_it(session, LOCAL, row, one["by"], one["at"])}
        act = {"reason": one["reason"], "by": one["by"], "now": one["at"]}
        revisions.note(session, Entity(table), row, "erased", None, told, **act)
        return True
    if table == "person":
        return forgetting.again(session, row)
    if table == "identity":
        return bool(session.query(Identity).where(Identity.source_id == row).delete())
    if table in CHAINED:
        return emptying.in_chain(session, table, row, one["fields"])
    return bool(emptying.empty(session, table, row, one["fields"]))


def _overwrite(session: Session) -> None:
    """On SQLite let what is emptied be overwritten with zeros, not only unlinked."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))


def _report(session: Session, viewer: Viewer, report_id: str, by: str, now: datetime) -> list[str]:
    report = session.get(Report, report_id)
    if report is None:
        raise _nothing(Entity.REPORT, report_id)
    region_id = session.scalar(select(Source.region_id).where(Source.id == report.source_id)) or ""
    policy.admit(viewer, region_id)
    touched = list(
        session.scalars(select(ReportIncident.incident_id).where(ReportIncident.report_id == report_id))
    )
    for part in session.scalars(select(Attachment.id).where(Attachment.report_id == report_id)):
        _attachment(session, viewer, part, by, now)
    for draft in session.scalars(select(Draft.id).where(Draft.report_id == report_id)):
        _draft(session, viewer, draft, by, now)
    _issues(session, report)
    _documents(session, [report.document_id])
    _told(session, report, touched)
    known = register(session, region_id)
    report.title = report.text = report.url = None
    report.raw = {}
    report.cited = [
        name if isinstance(name, str) and known.known_group(name) else ERASED for name in report.cited
    ]
    session.flush()
    incidents.derive(session, touched, now)
    return ["title", "text", "url", "raw", "excerpt", "wording", "said_by", "document", "summaries"]


def _told(session: Session, report: Report, touched: list[str]) -> None:
    """Empty what the report tells of its incidents, in its own rows and in all versions, past ones too."""
    own, v = report.id, IncidentVersion
    session.execute(update(ReportIncident).where(ReportIncident.report_id == own).values(excerpt=None))
    session.execute(update(Claim).where(Claim.report_id == own).values(wording=None))
    session.execute(update(v).where(v.report_id == own).values(summary=None, folded=None))
    voices = set(session.scalars(select(ReportActor.said_by).where(ReportActor.report_id == own)))
    session.execute(update(ReportActor).where(ReportActor.report_id == own).values(said_by=None))
    if not voices - {None}:
        return
    leads = select(func.coalesce(Incident.merged_into, Incident.id)).where(Incident.id.in_(touched))
    concerned = {*touched, *session.scalars(leads)}
    for row in session.scalars(select(v).where(v.incident_id.in_(concerned))):
        row.attributions = [_unsaid(one, report.source_id, voices) for one in row.attributions]
    session.flush()


def _unsaid(one: dict[str, Any], source_id: str, voices: set[str | None]) -> dict[str, Any]:
    ours = one["source_id"] == source_id and one["said_by"] in voices
    return {**one, "said_by": None} if ours else one


def _issues(session: Session, report: Report) -> None:
    """Remarks on the row of a report keep its raw text; those that name the report lose it."""
    i = RowIssue
    named = i.raw.contains(report.external_id, autoescape=True)
    session.execute(
        update(i).where(i.batch_id == report.batch_id, named).values(raw=None, message=ERASED),
        execution_options={"synchronize_session": False},
    )


def _draft(session: Session, viewer: Viewer, draft_id: str, by: str, now: datetime) -> list[str]:
    draft = session.get(Draft, draft_id)
    if draft is None:
        raise _nothing(Entity.DRAFT, draft_id)
    policy.admit(viewer, draft.region_id)
    _documents(session, [draft.document_id])
    draft.title = draft.text = draft.url = None
    draft.suggestions, draft.fields = [], {}
    if draft.state is DraftState.OPEN:
        past.note(session, Draft, [draft.id], now)
        draft.state, draft.decided_by, draft.decided_at, draft.reason = DraftState.REJECTED, by, now, ERASED
    session.flush()
    return ["title", "text", "url", "suggestions", "fields", "document"]


def _attachment(session: Session, viewer: Viewer, attachment_id: str, by: str, now: datetime) -> list[str]:
    piece = session.get(Attachment, attachment_id)
    if piece is None:
        raise _nothing(Entity.ATTACHMENT, attachment_id)
    policy.admit(viewer, _home(session, piece))
    _documents(session, [piece.document_id, piece.shareable_id])
    piece.name, piece.url, piece.note = ERASED, None, None
    custody.note(session, attachment_id, CustodyAct.ERASED, by=by, now=now)
    return ["name", "url", "note", "document", "shareable copy"]


def _home(session: Session, piece: Attachment) -> str:
    """The region of the incident or the report that a piece of evidence belongs to."""
    if piece.incident_id:
        return session.scalar(select(Incident.region_id).where(Incident.id == piece.incident_id)) or ""
    told = select(Source.region_id).join(Report, Report.source_id == Source.id)
    return session.scalar(told.where(Report.id == piece.report_id)) or ""


def _documents(session: Session, ids: Iterable[str | None]) -> None:
    """Empty the bytes of documents; their digest stays, so that it is known what was there."""
    wanted = [one for one in ids if one]
    session.execute(update(Document).where(Document.id.in_(wanted)).values(body=None))


def _nothing(entity: Entity, entity_id: str) -> BadInput:
    return BadInput(f"there is no {entity} {entity_id!r}; check the id")
