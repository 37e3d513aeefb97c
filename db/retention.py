"""How long things are kept: rules in `tocsin.toml`, nothing by default; each run is written down.

```toml
[retention]
rejected_drafts_days = 90
documents_days = 365        # the bytes of files as they came (not of evidence)
messages_days = 180         # what jobs and feeds said when they failed
access_log_days = 730       # who did what: entries stay as digests
identities_days = 365       # who a protected source is, after its last report
```
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import audit, emptying, erasure, erasures, policy, sealing, settings
from db.errors import BadInput
from db.finding import Found
from db.policy import Viewer
from db.schema import Access, Attachment, Document, Draft, FeedRun, Identity, JobRun, Report
from db.vocab import AccessAct, DraftState

TABLE, WHY = "retention", "kept as long as the rules of retention say"
Rows = list[Found]


def rejected_drafts(session: Session, before: datetime) -> Rows:
    """Drafts that were rejected, with their texts and files."""
    d = Draft
    old = select(d.id).where(
        d.state == DraftState.REJECTED, d.decided_at < before, d.suggestions.is_not(None)
    )
    full = old.where((d.text.is_not(None)) | (d.title.is_not(None)) | (d.url.is_not(None)))
    return [Found("draft", one, ()) for one in session.scalars(full.order_by(d.id))]


def documents(session: Session, before: datetime) -> Rows:
    """The bytes of files as they came, except evidence; their digests stay."""
    a = Attachment
    kept = select(a.document_id).union(select(a.shareable_id).where(a.shareable_id.is_not(None)))
    old = select(Document.id).where(Document.recorded_at < before, Document.body.is_not(None))
    chosen = old.where(Document.id.not_in(kept)).order_by(Document.id)
    return [Found("document", one, ("body",)) for one in session.scalars(chosen)]


def messages(session: Session, before: datetime) -> Rows:
    """What jobs and feeds said when they failed."""
    kinds: tuple[Any, ...] = (JobRun, FeedRun)
    return [
        Found(kind.__tablename__, one, ("message",))
        for kind in kinds
        for one in session.scalars(
            select(kind.id).where(kind.started_at < before, kind.message.is_not(None)).order_by(kind.id)
        )
    ]


def access_log(session: Session, before: datetime) -> Rows:
    """Who did what: old entries stay as digests, so that the chain holds."""
    a = Access
    found = session.execute(select(a.seq, a.salts).where(a.at < before).order_by(a.seq))
    rows = ((seq, tuple(n if n == "by" else f"told.{n}" for n in sorted(salts))) for seq, salts in found)
    return [Found("access_log", str(seq), names) for seq, names in rows if names]


def identities(session: Session, before: datetime) -> Rows:
    """Who protected sources are that have not reported for so long."""
    last = (
        select(func.max(Report.available_at)).where(Report.source_id == Identity.source_id).scalar_subquery()
    )
    silent = func.coalesce(last, Identity.changed_at) < before
    chosen = select(Identity.source_id).where(silent, Identity.changed_at < before)
    return [
        Found("identity", one, ("sealed",)) for one in session.scalars(chosen.order_by(Identity.source_id))
    ]


RULES: Mapping[str, Callable[[Session, datetime], Rows]] = {
    f"{rule.__name__}_days": rule for rule in (rejected_drafts, documents, messages, access_log, identities)
}


def rules() -> dict[str, int]:
    """The rules that are set, in days; none by default."""
    found = settings.table(TABLE)
    for name, days in found.items():
        if name not in RULES:
            raise BadInput(f"[{TABLE}] knows no {name!r}; it knows: {', '.join(RULES)}")
        if not isinstance(days, int) or isinstance(days, bool) or days < 1:
            raise BadInput(f"[{TABLE}] {name} is a number of days, 1 or more")
    return {name: found[name] for name in RULES if name in found}


def due(session: Session, viewer: Viewer, now: datetime) -> dict[str, Rows]:
    """What each rule that is set would take away now."""
    policy.may_erase(viewer)
    return {name: RULES[name](session, now - timedelta(days=days)) for name, days in rules().items()}


def apply(session: Session, viewer: Viewer, by: str, now: datetime) -> dict[str, int]:
    """Take away what is kept no longer; returns how many rows by rule. Each run is written down."""
    found = due(session, viewer, now)
    act: dict[str, Any] = {"reason": WHY, "by": by, "now": now}
    for name, rows in found.items():
        if name == "access_log_days":
            _empty_log(session, rows, act)
        elif name == "identities_days":
            _forget(session, rows, act)
        else:
            erasure.erase_found(session, viewer, rows, **act)
    counts = {name: len(rows) for name, rows in found.items()}
    audit.note(session, viewer.name, AccessAct.ERASURE, "retention", told=counts, now=now)
    return counts


def _empty_log(session: Session, rows: Iterable[Found], act: dict[str, Any]) -> None:
    """Empty old entries of the access log, under one signed entry."""
    emptied: dict[str, list[int]] = {}
    for one in rows:
        for field in emptying.empty(session, one.table, one.row, one.fields):
            emptied.setdefault(field.removeprefix("told."), []).append(int(one.row))
    if emptied:
        fields = [f"{name} {sealing.spans(numbers)}" for name, numbers in sorted(emptied.items())]
        erasures.sign(session, "access_log", "", fields, **act)


def _forget(session: Session, rows: Iterable[Found], act: dict[str, Any]) -> None:
    for one in rows:
        session.delete(session.get_one(Identity, one.row))
        erasures.sign(session, one.table, one.row, one.fields, **act)
    session.flush()
