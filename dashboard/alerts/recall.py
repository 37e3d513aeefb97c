"""What waits to be sent of a warning when somebody takes it on, closes it, or its end is let out: it is recalled."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.i18n import N_
from db import unsent
from db.schema import Alert, Message, Notice, NoticeAlert, Transition
from db.vocab import Handling, MessageState, NoticeKind

WARNINGS = (NoticeKind.ALERT, NoticeKind.UPDATE, NoticeKind.REMINDER)
REMINDERS = (NoticeKind.REMINDER,)
OVER = frozenset({Handling.RESOLVED, Handling.EXPIRED})
ANSWERED = OVER | {Handling.ACKNOWLEDGED}
TAKEN, CLOSED = N_("{who} has taken the warning on"), N_("{who} has closed the warning")
ENDED, NEWER = N_("the warning has ended"), N_("what it says is told anew")


def answered(session: Session, alert: Alert, who: str, at: datetime) -> set[str]:
    """Somebody took a warning on: nobody needs to be reminded of it any more."""
    return unsent.recall(session, _notices(session, alert, REMINDERS, ANSWERED), TAKEN.format(who=who), at)


def closed(session: Session, alert: Alert, who: str, at: datetime) -> set[str]:
    """Somebody closed a warning: who was not told of it yet is not told of it now."""
    return unsent.recall(session, _notices(session, alert, WARNINGS, OVER), CLOSED.format(who=who), at)


def replaced(session: Session, row: Notice, due: Collection[str], at: datetime) -> set[str]:
    """Take back what the notice that goes out now makes old; who is left to be told of it.

    An update replaces what waits for the same people. An end takes all that waits back, and whoever was never told
    of the warning is not told of its end.
    """
    earlier = _before(session, row)
    if row.kind is NoticeKind.UPDATE:
        unsent.recall(session, earlier, NEWER, at, only=due)
    elif row.kind is NoticeKind.CANCEL:
        gone = unsent.recall(session, earlier, ENDED, at)
        return set(due) - (gone - _reached(session, earlier))
    return set(due)


def _notices(
    session: Session, alert: Alert, kinds: Sequence[NoticeKind], done: Collection[Handling]
) -> list[str]:
    """The notices of an alert of some kinds all alerts of which have come that far."""
    asked = select(Notice.id).join(NoticeAlert, NoticeAlert.notice_id == Notice.id)
    mine = session.scalars(asked.where(NoticeAlert.alert_id == alert.id, Notice.kind.in_(kinds)))
    return [one for one in mine if all(how in done for how in _handled(session, one))]


def _handled(session: Session, notice_id: str) -> list[Handling | None]:
    """How each alert of a notice stands."""
    t, of = Transition, NoticeAlert
    asked = (
        select(t.alert_id, t.handling).join(of, of.alert_id == t.alert_id).where(of.notice_id == notice_id)
    )
    return list(dict(session.execute(asked.order_by(t.seq)).all()).values())


def _before(session: Session, row: Notice) -> list[str]:
    """The notices that one continues, and the reminders of them."""
    found: list[str] = []
    earlier = row.earlier_id
    while earlier is not None and earlier not in found:
        found.append(earlier)
        earlier = session.get_one(Notice, earlier).earlier_id
    reminders = select(Notice.id).where(Notice.earlier_id.in_(found), Notice.kind == NoticeKind.REMINDER)
    return list(dict.fromkeys([*found, *session.scalars(reminders)]))


def _reached(session: Session, notice_ids: Collection[str]) -> set[str]:
    """To whom some message of these notices went out, or may have."""
    went = (MessageState.SENT, MessageState.CLAIMED, MessageState.UNCLEAR)
    asked = select(Message.recipient_id).where(Message.notice_id.in_(notice_ids), Message.state.in_(went))
    return set(session.scalars(asked))
