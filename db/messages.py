"""Messages on their way: queued once a recipient, claimed before they are sent, finished when it is known how it went.

A claim is committed before anything leaves, so that two senders never hold one message. A sender that dies with
a message in hand leaves it `unclear`: nobody can know whether it went out; that is reported, and a person decides.
Every attempt is a `delivery` row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from db import audit, policy, revisions
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import Delivery, Message, Notice, Recipient
from db.vocab import AccessAct, MessageState, NoticeKind

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 6
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
ERROR_LENGTH = 300
WARNS = (NoticeKind.ALERT, NoticeKind.UPDATE, NoticeKind.REMINDER)
_S = MessageState


@dataclass(frozen=True, slots=True)
class To:
    """Whom a message is for, as a sender has to know it; the address stays encrypted."""

    id: str
    channel: str
    lang: str
    drill: bool
    ended: bool
    sealed: bytes
    key_id: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in a sender's hand: the attempt that it begins is its `delivery_id`."""

    id: str
    notice_id: str
    delivery_id: str
    attempts: int
    to: To


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt went; `again`: it may be tried later; `withheld`: it must not go out at all."""

    error: str | None = None
    again: bool = False
    withheld: bool = False


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


def claim(session: Session, worker: str, at: datetime, most: int = 1) -> list[Claimed]:
    """Take the next messages that are due, at most so many, for this sender alone; empty where nothing is.

    The gravest warnings go first, and of one level what has waited longest: an emergency overtakes any queue.
    """
    m, r = Message, Recipient
    due = select(m.id).join(Notice, Notice.id == m.notice_id).where(m.state == _S.WAITING, m.due_at <= at)
    asked = due.order_by(_urgency().desc(), m.due_at, m.id).limit(most)
    ids = list(session.scalars(asked.with_for_update(skip_locked=True, of=m)))
    if not ids:
        return []
    taken = {"state": _S.CLAIMED, "worker": worker, "claimed_at": at, "attempts": m.attempts + 1}
    session.execute(update(m).where(m.id.in_(ids)).values(taken).execution_options(synchronize_session=False))
    about = (r.id, r.channel, r.lang, r.drill, r.ended_at.is_not(None), r.sealed, r.key_id)
    rows: Any = session.execute(
        select(m.id, m.notice_id, m.attempts, *about).join(r, r.id == m.recipient_id).where(m.id.in_(ids))
    ).all()
    found = [_claimed(row[0], row[1], row[2], To(*row[3:])) for row in rows]
    session.execute(insert(Delivery), [_attempt(one, at) for one in found])
    return found


def _urgency() -> ColumnElement[int]:
    """The level of what warns; a digest, a test and the end of a warning hurry nobody."""
    return case((Notice.kind.in_(WARNS), Notice.level), else_=0)


def _claimed(name: str, notice_id: str, attempts: int, to: To) -> Claimed:
    return Claimed(name, notice_id, content_id("delivery", name, attempts), attempts, to)


def _attempt(one: Claimed, at: datetime) -> dict[str, Any]:
    about = {"message_id": one.id, "channel": one.to.channel, "recipient": one.to.id}
    return {"id": one.delivery_id, **about, "claimed_at": at, "status": _S.CLAIMED.value}


def finish(session: Session, done: Iterable[tuple[Claimed, Result]], at: datetime) -> list[MessageState]:
    """Write down how attempts went: sent, to be tried again later, withheld, or failed for good.

    Of a message that somebody has meanwhile begun to send anew only the attempt is written down.
    """
    told = [_ended(one, result, at) for one, result in done]
    if not told:
        return []
    m, d = Message, Delivery
    mine = (m.id == bindparam("i"), m.attempts == bindparam("n"))
    kept: dict[str, Any] = {"state": bindparam("s"), "error": bindparam("e")}
    kept["due_at"] = func.coalesce(bindparam("w", type_=m.due_at.type), m.due_at)
    over: dict[str, Any] = {"worker": None, "claimed_at": None, "done_at": bindparam("o")}
    how: dict[str, Any] = {"finished_at": at, "status": bindparam("v"), "error": bindparam("e")}
    connection = session.connection()
    connection.execute(update(m).where(*mine).values(**kept, **over), told)
    connection.execute(update(d).where(d.id == bindparam("d")).values(**how), told)
    return [one["s"] for one in told]


def _ended(one: Claimed, result: Result, at: datetime) -> dict[str, Any]:
    """What an attempt leaves: of its message the state, the error, when it is due, when done; of itself a word."""
    error = (result.error or "")[:ERROR_LENGTH] or None
    again = error is not None and result.again and one.attempts < MOST_ATTEMPTS
    state = _S.WITHHELD if result.withheld else _S.WAITING if again else _S.FAILED if error else _S.SENT
    word = state if state is not _S.WAITING else _S.FAILED
    when = at + _wait(one.attempts) if again else None
    told = {"i": one.id, "n": one.attempts, "d": one.delivery_id, "s": state, "v": word.value, "e": error}
    return {**told, "w": when, "o": None if again else at}


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
