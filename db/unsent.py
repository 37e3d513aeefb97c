"""Messages that do not go their way: taken off the queue by a later step, or settled by a person where it is unclear.

Nothing is dropped: what was recalled stays as withheld, what was settled as somebody said, each with a `delivery`
row that says why, by whom and when.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import audit, policy, revisions
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import Delivery, Message, Notice, Recipient
from db.vocab import AccessAct, MessageState

ARRIVED = "{who} says that it did arrive"
LOST = "{who} says that it did not arrive; it is sent again"
RECALLED = "recalled before it was sent: {why}"
_S = MessageState


def recall(
    session: Session,
    notice_ids: Iterable[str],
    why: str,
    at: datetime,
    *,
    only: Collection[str] | None = None,
) -> set[str]:
    """Take waiting messages of notices off the queue (`only` those to some recipients); to whom they were going.

    What a sender holds goes on its way: nobody could say whether it left.
    """
    asked = select(Message).where(Message.notice_id.in_(sorted(set(notice_ids))), Message.state == _S.WAITING)
    found = [
        row
        for row in session.scalars(asked.order_by(Message.id).with_for_update(skip_locked=True))
        if only is None or row.recipient_id in only
    ]
    for row in found:
        row.state, row.done_at, row.error = _S.WITHHELD, at, RECALLED.format(why=why)
        _note(session, row, _S.WITHHELD, row.error, at)
    session.flush()
    return {row.recipient_id for row in found}


def settle(
    session: Session,
    viewer: Viewer,
    region_id: str,
    message_id: str,
    *,
    arrived: bool,
    by: str,
    now: datetime,
) -> MessageState:
    """Say of a message that a sender died with whether it arrived; one that did not is sent again."""
    policy.may_settle(viewer, region_id)
    who = revisions.named(by)
    row = _unclear(session, region_id, message_id)
    row.state = _S.SENT if arrived else _S.WAITING
    row.error, row.due_at, row.done_at = None, row.due_at if arrived else now, now if arrived else None
    said = (ARRIVED if arrived else LOST).format(who=who)
    _note(session, row, _S.SENT if arrived else _S.FAILED, said, now)
    session.flush()
    told = {"message": row.id, "arrived": arrived}
    audit.note(session, viewer.name, AccessAct.SEND, "settled", region_id=region_id, told=told, now=now)
    return row.state


def _unclear(session: Session, region_id: str, message_id: str) -> Message:
    here = select(Notice.id).where(Notice.region_id == region_id)
    asked = select(Message).where(
        Message.id.startswith(message_id, autoescape=True), Message.notice_id.in_(here)
    )
    found = list(session.scalars(asked.limit(2).with_for_update())) if message_id else []
    if len(found) != 1 or found[0].state is not _S.UNCLEAR:
        raise BadInput(
            f"no message {message_id[:20]!r} is unclear, or several begin like that; see: tocsin alerts unclear"
        )
    return found[0]


def _note(session: Session, row: Message, status: MessageState, said: str, at: datetime) -> None:
    """Write down what became of a message without an attempt to send it."""
    to = session.get_one(Recipient, row.recipient_id)
    about = {"message_id": row.id, "channel": to.channel, "recipient": to.id}
    name = content_id("settled", row.id, row.attempts, at.isoformat())
    told = {"claimed_at": at, "finished_at": at, "status": status.value, "error": said}
    session.add(Delivery(id=name, **about, **told))
