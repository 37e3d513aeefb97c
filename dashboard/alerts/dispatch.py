"""Sending what was let out: claim messages, send them, write down how it went, take the next."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from dashboard.alerts import addresses, channels, overdue, release, wording
from dashboard.alerts.channels import Letter
from dashboard.handover import speaking
from dashboard.i18n import N_
from db import audit, engine, identities, messages, queries, recipients
from db.errors import TocsinError
from db.messages import Claimed, Result
from db.policy import Viewer
from db.schema import Notice, Recipient
from db.vocab import AccessAct, NoticeKind

Send = Callable[[str, Letter], Result]
Tell = Callable[[int], None]
Hand = dict[Future[Result], Claimed]
AT_ONCE = 8  # under way at the same time: so many may be unclear after a crash
GATHER_SECONDS = 0.03
PATIENCE = 3
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
    at_once: int = AT_ONCE
    notices: dict[str, SimpleNamespace] = field(default_factory=dict)
    texts: dict[tuple[str, str], wording.Text] = field(default_factory=dict)
    wanted: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    public: str = field(default_factory=addresses.base)
    silent: Counter[str] = field(default_factory=Counter)

    def run(self, tell: Tell = lambda done: None) -> Counter[str]:
        """Send everything that is due; how many messages ended in which state."""
        told: Counter[str] = Counter()
        with engine.writing(self.url) as session:
            told["unclear"] = len(messages.sweep(session, self.now(), mine=self.worker))
        with ThreadPoolExecutor(self.at_once) as pool:
            self._keep_sending(pool, told, tell)
        with engine.writing(self.url) as session:
            release.sent(session, self.now())
            counts = {name: count for name, count in told.items() if count}
            if counts:
                audit.note(session, self.viewer.name, AccessAct.SEND, "messages", told=counts, now=self.now())
        return +told

    def _keep_sending(self, pool: ThreadPoolExecutor, told: Counter[str], tell: Tell) -> None:
        """Hold as many messages as are sent at once; whatever ended meanwhile is written down in one step."""
        hand: Hand = {}
        try:
            while self._turn(pool, hand, told):
                tell(sum(told.values()))
                wait(hand, return_when=FIRST_COMPLETED)
                wait(hand, timeout=GATHER_SECONDS)  # what ends together is written down together
        finally:  # where it is interrupted, what is under way ends, and is written down
            wait(hand)
            with engine.writing(self.url) as session:
                told.update(one.value for one in messages.finish(session, _ended(hand), self.now()))

    def _turn(self, pool: ThreadPoolExecutor, hand: Hand, told: Counter[str]) -> bool:
        """Write down what ended, and take as many more as there are free hands; False where nothing is left."""
        done = _ended(hand)
        broken = next(filter(Future.done, hand), None)
        with engine.writing(self.url) as session:
            told.update(one.value for one in messages.finish(session, done, self.now()))
            free = self.at_once - len(hand) if broken is None else 0
            claimed = messages.claim(session, self.worker, self.now(), free)
        if broken is not None:
            broken.result()
        with engine.reading(self.url) as session:
            hand |= {pool.submit(self._sent, self._prepared(session, one)): one for one in claimed}
        return bool(hand)

    def _sent(self, ready: tuple[str, Letter] | Result) -> Result:
        """Send, unless the same server did not answer a few times in this run: the others must not wait for it."""
        if isinstance(ready, Result):
            return ready
        server = channels.server(ready[0])
        if self.silent[server] >= PATIENCE:
            return Result(channels.AWAY, again=True)
        result = self.send(*ready)
        self.silent[server] += result.error == channels.AWAY
        return result

    def _prepared(self, session: Session, claimed: Claimed) -> tuple[str, Letter] | Result:
        """Where to and what, or why that cannot be made or must not be."""
        row = self._notice(session, claimed.notice_id)
        if why := _barred(claimed, row):
            return Result(why, withheld=True)
        try:
            self.keys = self.keys or identities.keys_in_use()
            address = recipients.address(claimed.to, self.keys)
            said = self._said(session, row, claimed.to)
        except TocsinError as error:
            return Result(str(error))
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            return Result(UNMADE.format(what=f"{type(error).__name__}: {error}"))
        return address, lettered(claimed.id, claimed.to, address, said, self.public)

    def _notice(self, session: Session, notice_id: str) -> SimpleNamespace:
        if notice_id not in self.notices:
            row = session.get_one(Notice, notice_id)
            self.notices[notice_id] = SimpleNamespace(**{c.name: getattr(row, c.name) for c in _COLUMNS})
        return self.notices[notice_id]

    def _said(self, session: Session, row: SimpleNamespace, to: messages.To) -> wording.Text:
        """The text; one that many get alike is made once, a digest for each of what they asked for."""
        if row.kind is NoticeKind.DIGEST:
            return wording.text(digest_for(row, self._told(session, row.region_id).get(to.id, [])), to.lang)
        key = (str(row.id), to.lang)
        if key not in self.texts:
            with speaking(to.lang):
                care = overdue.care(session, self.viewer, row)
            self.texts[key] = wording.text(row, to.lang, care)
        return self.texts[key]

    def _told(self, session: Session, region_id: str) -> dict[str, Any]:
        """What each recipient of a region asked for, read once a run."""
        if region_id not in self.wanted:
            found = queries.recipients(session, self.viewer, region_id=region_id, as_of=release.LATER)
            self.wanted[region_id] = dict(zip(found["recipient_id"], found["told"], strict=True))
        return self.wanted[region_id]


_COLUMNS = Notice.__table__.columns


def _ended(hand: Hand) -> list[tuple[Claimed, Result]]:
    """Take what has ended out of the hand, with how it went; what broke stays, for nobody knows whether it went."""
    done = [one for one in hand if one.done() and one.exception() is None]
    return [(hand.pop(one), one.result()) for one in done]


def digest_for(row: Any, subscriptions: Iterable[Any]) -> SimpleNamespace:
    """A digest with those of its lines alone that concern somebody with these subscriptions."""
    lines = release.lines(row, subscriptions)
    overflow = sum(one["fate"] == "digest" for one in lines)
    kept = {c.name: getattr(row, c.name) for c in _COLUMNS}
    return SimpleNamespace(**{**kept, "facts": {**row.facts, "lines": lines, "overflow": overflow}})


def try_out(
    session: Session, viewer: Viewer, recipient_id: str, number: str, send: Send = channels.send
) -> Result:
    """Send one recipient a test that names nothing, now."""
    row = recipients.found(session, viewer, recipient_id)
    told = SimpleNamespace(id=number, kind=NoticeKind.TEST, level=0, facts={}, exercise=row.drill)
    said = wording.text(told, row.lang)
    address = recipients.address(row)
    return send(address, lettered(number, row, address, said, addresses.base()))


def lettered(
    number: str, to: messages.To | Recipient, address: str, said: wording.Text, public: str
) -> Letter:
    """What goes to one recipient: by mail also how to be told no more, to a screen no name of a community."""
    if channels.previewed(address):
        return Letter(number, said.subject, "\n".join(said.brief), to.lang)
    if not channels.is_mail(address):
        return Letter(number, said.subject, said.body, to.lang)
    leave = addresses.leaving(to.id, to.lang, public)
    body = f"{said.letter}\n\n{wording.farewell(to.lang, leave)}"
    return Letter(number, said.subject, body, to.lang, leave)


def _barred(claimed: Claimed, row: SimpleNamespace) -> str:
    """Why a message must not go out, if it must not."""
    if claimed.to.ended:
        return GONE
    return DRILL if claimed.to.drill != row.exercise else ""
