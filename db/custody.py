"""The chain of custody of a piece of evidence (Berkeley Protocol): who did what with it, when.

Entries are only ever added. Each carries the SHA-256 over itself, the bytes it is about and the entry
before it, so that one that was changed, taken out or put in between is noticed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import engine, erasures, revisions, sealing
from db.schema import Attachment, Custody, Document
from db.vocab import CustodyAct

FIRST = sealing.FIRST
SALTED = ("by", "detail")


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
        salts={name: sealing.salt() for name in SALTED},
        sha256="",
    )
    row.digests = {name: sealing.salted(row.salts[name], getattr(row, name)) for name in SALTED}
    row.sha256 = digest(row, previous, _content(session, attachment_id))
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
    previous, gone = FIRST, erasures.emptied(session)
    for number, row in enumerate(entries(session, attachment_id), 1):
        if row.seq != number or not _sound(row, gone) or row.sha256 != digest(row, previous, document.sha256):
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


def _sound(row: Custody, gone: Mapping[erasures.Spot, set[int]]) -> bool:
    """Whether the values of an entry are those that its digests stand for, or were erased."""
    values = {name: getattr(row, name) for name in SALTED}
    missing = set(SALTED) - set(row.salts)
    return (
        set(row.digests) == set(SALTED)
        and not sealing.unsound(row.digests, row.salts, values)
        and all(row.seq in gone.get(("custody", row.attachment_id, name), ()) for name in missing)
    )


def digest(row: Custody, previous: str, content: str) -> str:
    """The SHA-256 over what an entry says, its words by their digests, the bytes it is about and the one before."""
    said: list[Any] = [row.attachment_id, row.seq, str(row.act), row.at.astimezone(UTC).isoformat()]
    return sealing.sha256([*said, row.digests, content, previous])
