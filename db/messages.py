"""Messages on their way: queued once a recipient, claimed before they are sent, finished when it is known how it went.

A claim is committed before anything leaves, so that two senders never hold one message. A sender that dies with
a message in hand leaves it `unclear`: nobody can know whether it went out; that is reported, and a person decides.
Every attempt is a `delivery` row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db import audit, policy, revisions
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import Delivery, Message, Notice, Recipient
from db.vocab import AccessAct, MessageState

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 6
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
ERROR_LENGTH = 300
_S = MessageState


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in a sender's hand."""

    message: Message
    notice: Notice
    recipient: Recipient
    delivery_id: str


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt went; `again`: it may be tried later."""

    error: str | None = None
    again: bool = False


def queue(session: Session, notice_id: str, due: Iterable[tuple[str, datetime]], at: datetime) -> int:
    """Put a notice on its way to recipients (id, and when it is due), once to each; how many are new."""
    known = set(session.scalars(select(Message.recipient_id).where(Message.notice_id == notice_id)))
    new = {name: when for name, when in due if name not in known}
    session.add_all(
        Message(
            id=content_id("message", notice_id, name),
            notice_id=notice_id,
            recipient_id=name,
            state=_S.WAITING,
            attempts=0,
            due_at=when,
            created_at=at,
        )
        for name, when in sorted(new.items())
    )
    session.flush()
    return len(new)


def claim(session: Session, worker: str, at: datetime) -> Claimed | None:
    """Take the next message that is due, for this sender alone; None where nothing is."""
    asked = (
        select(Message)
        .where(Message.state == _S.WAITING, Message.due_at <= at)
        .order_by(Message.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.scalars(asked).one_or_none()
    if row is None:
        return None
    notice, recipient = session.get_one(Notice, row.notice_id), session.get_one(Recipient, row.recipient_id)
    row.state, row.worker, row.claimed_at, row.attempts = _S.CLAIMED, worker, at, row.attempts + 1
    name = content_id("delivery", row.id, row.attempts)
    about = {"message_id": row.id, "channel": recipient.channel, "recipient": recipient.id}
    session.add(Delivery(id=name, **about, claimed_at=at, status=_S.CLAIMED.value))
    session.flush()
    return Claimed(row, notice, recipient, name)


def finish(session: Session, message_id: str, delivery_id: str, result: Result, at: datetime) -> MessageState:
    """Write down how an attempt went: sent, to be tried again later, or failed for good."""
    row = session.get_one(Message, message_id)
    error = (result.error or "")[:ERROR_LENGTH] or None
    again = error is not None and result.again and row.attempts < MOST_ATTEMPTS
    row.state = _S.WAITING if again else _S.FAILED if error else _S.SENT
    row.error, row.worker, row.claimed_at = error, None, None
    row.due_at = at + _wait(row.attempts) if again else row.due_at
    row.done_at = None if again else at
    ended = {"finished_at": at, "status": (_S.FAILED if error else _S.SENT).value, "error": error}
    session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**ended))
    session.flush()
    return row.state


def withhold(session: Session, claimed: Claimed, why: str, at: datetime) -> None:
    """End a message that must not go out (an exercise to a real address, somebody who left)."""
    row = session.get_one(Message, claimed.message.id)
    row.state, row.error, row.done_at, row.worker = _S.WITHHELD, why, at, None
    ended = {"finished_at": at, "status": _S.WITHHELD.value, "error": why}
    session.execute(update(Delivery).where(Delivery.id == claimed.delivery_id).values(**ended))
    session.flush()


def sweep(session: Session, at: datetime, *, mine: str = "") -> list[str]:
    """Find messages whose sender died with them in hand, and mark them unclear; their ids."""
    over = Message.claimed_at <= at - LEASE
    asked = select(Message).where(Message.state == _S.CLAIMED, over | (Message.worker == mine))
    found = list(session.scalars(asked.with_for_update(skip_locked=True)))
    for row in found:
        row.state, row.worker, row.done_at = _S.UNCLEAR, None, at
        row.error = "the sender stopped between claiming and finishing; it may have gone out or not"
        open_ones = (Delivery.message_id == row.id, Delivery.finished_at.is_(None))
        told = {"finished_at": at, "status": _S.UNCLEAR.value, "error": row.error}
        session.execute(update(Delivery).where(*open_ones).values(**told))
    session.flush()
    return [row.id for row in found]


def again(
    session: Session,
    viewer: Viewer,
    region_id: str,
    states: Iterable[MessageState],
    *,
    by: str,
    now: datetime,
) -> int:
    """Send unclear or failed messages once more, under the same number, which tells a receiver that knows it."""
    policy.may_settle(viewer, region_id)
    wanted = set(states)
    if not wanted <= {_S.UNCLEAR, _S.FAILED}:
        raise BadInput("only messages that failed or are unclear can be sent again")
    here = select(Notice.id).where(Notice.region_id == region_id)
    rows = session.scalars(
        select(Message).where(Message.state.in_(wanted), Message.notice_id.in_(here))
    ).all()
    for row in rows:
        row.state, row.attempts, row.due_at, row.done_at = _S.WAITING, row.attempts, now, None
    session.flush()
    told = {"messages": len(rows), "by": revisions.named(by)}
    audit.note(session, viewer.name, AccessAct.SEND, "send again", region_id=region_id, told=told, now=now)
    return len(rows)


def counts(session: Session, region_id: str) -> dict[str, int]:
    """How many messages of a region stand in each state."""
    m = Message
    asked = select(m.state, func.count()).join(Notice, Notice.id == m.notice_id)
    rows = session.execute(asked.where(Notice.region_id == region_id).group_by(m.state))
    return {state.value: count for state, count in rows}


def _wait(attempts: int) -> timedelta:
    """How long to wait after so many attempts: four times as long each time."""
    return min(FIRST_WAIT * int(4 ** (attempts - 1)), LONGEST_WAIT)
