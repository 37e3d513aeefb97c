"""Sending what was let out: claim one message, send it, write down how it went, take the next."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from dashboard.alerts import channels, release, wording
from dashboard.alerts.channels import Letter
from dashboard.i18n import N_
from db import audit, engine, messages, queries, recipients
from db.errors import TocsinError
from db.messages import Claimed, Result
from db.policy import Viewer
from db.vocab import AccessAct, MessageState, NoticeKind

Send = Callable[[str, Letter], Result]
Tell = Callable[[int], None]
DRILL = N_("an exercise goes to recipients of exercises only, and nothing else goes to them")
GONE = N_("the recipient was taken off the list")
UNMADE = N_("the text could not be made ({what})")


@dataclass
class Sender:
    """One worker that sends; two of them never hold the same message."""

    url: str
    viewer: Viewer
    worker: str
    now: Callable[[], datetime]
    send: Send = channels.send
    texts: dict[tuple[str, str], wording.Text] = field(default_factory=dict)

    def run(self, tell: Tell = lambda done: None) -> Counter[str]:
        """Send everything that is due, one after the other; how many messages ended in which state."""
        told: Counter[str] = Counter()
        with engine.writing(self.url) as session:
            told["unclear"] = len(messages.sweep(session, self.now(), mine=self.worker))
        while (one := self._next()) is not None:
            told[one.value] += 1
            tell(sum(told.values()))
        with engine.writing(self.url) as session:
            release.sent(session, self.now())
            counts = {name: count for name, count in told.items() if count}
            if counts:
                audit.note(session, self.viewer.name, AccessAct.SEND, "messages", told=counts, now=self.now())
        return +told

    def _next(self) -> MessageState | None:
        """Send the next message; None where nothing is due."""
        with engine.writing(self.url) as session:
            claimed = messages.claim(session, self.worker, self.now())
            if claimed is None:
                return None
            if why := _barred(claimed):
                messages.withhold(session, claimed, why, self.now())
                return MessageState.WITHHELD
            ready = self._prepared(session, claimed)
            message_id, delivery_id = claimed.message.id, claimed.delivery_id
        result = ready if isinstance(ready, Result) else self.send(*ready)
        with engine.writing(self.url) as session:
            return messages.finish(session, message_id, delivery_id, result, self.now())

    def _prepared(self, session: Session, claimed: Claimed) -> tuple[str, Letter] | Result:
        """Where to and what, or why that cannot be made."""
        try:
            address = recipients.address(claimed.recipient)
            said = self._said(session, claimed)
        except TocsinError as error:
            return Result(str(error))
        except (LookupError, ValueError, TypeError) as error:
            return Result(UNMADE.format(what=f"{type(error).__name__}: {error}"))
        return address, Letter(claimed.message.id, said.subject, said.body, claimed.recipient.lang)

    def _said(self, session: Session, claimed: Claimed) -> wording.Text:
        """The text; one that many get alike is made once."""
        key = (claimed.notice.id, claimed.recipient.lang)
        if claimed.notice.kind is NoticeKind.DIGEST:
            return written(session, self.viewer, claimed)
        if key not in self.texts:
            self.texts[key] = written(session, self.viewer, claimed)
        return self.texts[key]


def written(session: Session, viewer: Viewer, claimed: Claimed) -> wording.Text:
    """The text for one recipient; of a digest only what they asked for."""
    row, facts = claimed.notice, dict(claimed.notice.facts)
    if row.kind is NoticeKind.DIGEST:
        found = queries.recipients(session, viewer, region_id=row.region_id, as_of=release.LATER)
        told: dict[str, Any] = dict(zip(found["recipient_id"], found["told"], strict=True))
        facts["lines"] = release.lines(row, told.get(claimed.recipient.id, []))
        facts["overflow"] = sum(one["fate"] == "digest" for one in facts["lines"])
    kept = {name: getattr(row, name) for name in ("id", "kind", "level", "expires_on", "exercise")}
    return wording.text(SimpleNamespace(**kept, facts=facts), claimed.recipient.lang)


def try_out(
    session: Session, viewer: Viewer, recipient_id: str, number: str, send: Send = channels.send
) -> Result:
    """Send one recipient a test that names nothing, now."""
    row = recipients.found(session, viewer, recipient_id)
    told = SimpleNamespace(id=number, kind=NoticeKind.TEST, level=0, facts={}, exercise=row.drill)
    said = wording.text(told, row.lang)
    return send(recipients.address(row), Letter(number, said.subject, said.body, row.lang))


def _barred(claimed: Claimed) -> str:
    """Why a message must not go out, if it must not."""
    if claimed.recipient.ended_at is not None:
        return GONE
    return DRILL if claimed.recipient.drill != claimed.notice.exercise else ""
