"""The chain of custody of a piece of evidence (Berkeley Protocol): who did what with it, when.

Entries are only ever added. Each carries the SHA-256 over itself, the bytes it is about and the entry
before it, so that one that was changed, taken out or put in between is noticed.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import engine, revisions
from db.schema import Attachment, Custody, Document
from db.vocab import CustodyAct

FIRST = "0" * 64


def note(
    session: Session,
    attachment_id: str,
    act: CustodyAct,
    *,
    by: str,
    now: datetime,
    detail: str | None = None,
) -> None:
    """Write down what was done with a piece of evidence."""
    engine.queue(session.connection(), "custody")
    held = entries(session, attachment_id)
    seq, previous = (held[-1].seq + 1, held[-1].sha256) if held else (1, FIRST)
    row = Custody(
        attachment_id=attachment_id,
        seq=seq,
        act=act,
        by=revisions.named(by),
        at=now,
        detail=detail,
        sha256="",
    )
    row.sha256 = _digest(row, previous, _content(session, attachment_id))
    session.add(row)
    session.flush()


def entries(session: Session, attachment_id: str) -> Sequence[Custody]:
    """The chain of one piece of evidence, the first entry first."""
    c = Custody
    return session.scalars(select(c).where(c.attachment_id == attachment_id).order_by(c.seq)).all()


def check(session: Session, attachment_id: str) -> int | None:
    """The number of the first entry that is missing or was tampered with; None where the chain holds.

    0: the evidentiary copy itself is not what was collected.
    """
    document = session.scalars(
        select(Document)
        .join(Attachment, Attachment.document_id == Document.id)
        .where(Attachment.id == attachment_id)
    ).one()
    if document.body is not None and hashlib.sha256(document.body).hexdigest() != document.sha256:
        return 0
    previous = FIRST
    for number, row in enumerate(entries(session, attachment_id), 1):
        if row.seq != number or row.sha256 != _digest(row, previous, document.sha256):
            return number
        previous = row.sha256
    return None


def broken(session: Session) -> dict[str, int]:
    """The pieces of evidence whose chain does not hold, each with the number of the first bad entry."""
    checked = {
        one: check(session, one) for one in session.scalars(select(Attachment.id).order_by(Attachment.id))
    }
    return {one: at for one, at in checked.items() if at is not None}


def _content(session: Session, attachment_id: str) -> str:
    chosen = select(Document.sha256).join(Attachment, Attachment.document_id == Document.id)
    return session.scalars(chosen.where(Attachment.id == attachment_id)).one()


def _digest(row: Custody, previous: str, content: str) -> str:
    said: list[Any] = [row.attachment_id, row.seq, str(row.act), row.by, row.at.astimezone(UTC).isoformat()]
    text = json.dumps([*said, row.detail, content, previous], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
