"""What somebody who is told of warnings can do without a login, by a secret: read them as a feed, and be told no more.

The secret of a feed is made at random and kept as its digest alone. That of taking oneself off the list follows
from the recipient's id and the key beside the store, so that each mail can carry it and the store keeps none.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import audit, recipients, sealing
from db.policy import Viewer
from db.queries.notices import THEMSELVES
from db.schema import Message, Notice, Recipient, Subscription
from db.vocab import AccessAct, MessageState

PURPOSE = "leaving"
SHOWN = 50
_MAC = 32


def open_feed(session: Session, viewer: Viewer, recipient_id: str, *, now: datetime) -> str:
    """A new secret for somebody's feed, told once; one that they had before is worth nothing from now on."""
    row, secret = recipients.found(session, viewer, recipient_id), secrets.token_urlsafe(32)
    row.secret_sha256 = digest(secret)
    _note(session, viewer.name, row, "feed opened", now)
    return secret


def close_feed(session: Session, viewer: Viewer, recipient_id: str, *, now: datetime) -> None:
    """Take somebody's feed away; its secret is worth nothing from now on."""
    row = recipients.found(session, viewer, recipient_id)
    row.secret_sha256 = None
    _note(session, viewer.name, row, "feed closed", now)


def reader(session: Session, secret: str) -> Recipient | None:
    """Whose feed a secret opens; None where it opens none, was replaced, or its owner is told nothing any more."""
    asked = select(Recipient).where(Recipient.secret_sha256 == digest(secret), Recipient.ended_at.is_(None))
    return session.scalars(asked).one_or_none()


def notices(session: Session, row: Recipient, now: datetime) -> list[tuple[Notice, list[dict[str, Any]]]]:
    """What was let out to somebody by now, newest first, each with what they had asked for then.

    Never what they had not asked for, nor what was withheld.
    """
    m, n = Message, Notice
    mine = (m.recipient_id == row.id, m.due_at <= now, m.state != MessageState.WITHHELD)
    asked = select(n, m.created_at).join(m, m.notice_id == n.id).where(*mine, n.exercise == row.drill)
    found = session.execute(asked.order_by(n.created_at.desc(), n.id).limit(SHOWN)).all()
    wanted = session.scalars(select(Subscription).where(Subscription.recipient_id == row.id)).all()
    return [(notice, [_told(one) for one in wanted if _held(one, at)]) for notice, at in found]


def _held(one: Subscription, at: datetime) -> bool:
    return one.at <= at and (one.ended_at is None or one.ended_at > at)


def _told(one: Subscription) -> dict[str, Any]:
    return {"scope": one.scope.value, "scope_id": one.scope_id, "level": one.level, "pace": one.pace.value}


def leaving(recipient_id: str) -> str:
    """The secret with which somebody takes themselves off the list; the same in all that is sent to them."""
    return f"{recipient_id}.{_mac(recipient_id)}"


def leave(session: Session, secret: str, now: datetime) -> bool:
    """Take whoever holds this secret off the list; False, and nothing else, where it is nobody's."""
    name, _, mac = secret.partition(".")
    row = session.get(Recipient, name) if sealing.same(mac, _mac(name)) else None
    if row is None or row.ended_at is not None:
        return False
    recipients.forget(session, row, THEMSELVES, now)
    _note(session, f"recipient {row.id[:8]}", row, "recipient left", now)
    return True


def _mac(recipient_id: str) -> str:
    return sealing.seal(sealing.key(PURPOSE), recipient_id)[:_MAC]


def digest(secret: str) -> str:
    """What the store keeps of the secret of a feed."""
    return hashlib.sha256(f"tocsin feed {secret}".encode("utf-8", "surrogatepass")).hexdigest()


def _note(session: Session, by: str, row: Recipient, what: str, now: datetime) -> None:
    session.flush()
    audit.note(session, by, AccessAct.CHANGE, what, region_id=row.region_id, told={"id": row.id}, now=now)
