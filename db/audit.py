"""The access log: who read, searched, exported, sent, changed or was denied what.

Entries are only ever added. Each is sealed with a key that is not in the store (HMAC-SHA-256), over the
entry before it and over a salted digest of each of its values. No text and no token goes in: what is not
a number, a day or one short word becomes a keyed digest.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db import audit_beside, bulk, engine, policy, sealing
from db.audit_beside import Head
from db.errors import TocsinError
from db.policy import Denied, Viewer
from db.schema import Access
from db.vocab import AccessAct

PURPOSE = "access log"
PROMPT_MS = 3  # a page never waits longer for the turn to write; the entry then waits in a file
PATIENT_MS = 2_000
ITEMS = 200
_WORD = re.compile(r"[\w.:@+-]{1,80}")
_SECRET = re.compile(r"(?:token|secret|passw|cookie|authori|credential)(?!\w*_ids?$)", re.IGNORECASE)
_WORDS = frozenset({"text", "q", "query", "search", "words", "name_text", "reason", "note", "title"})


class Unaudited(TocsinError):
    """What must be written down before it is done could not be written down."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody did: `told` holds ids, filters and numbers by name."""

    by: str
    act: AccessAct
    what: str
    at: datetime
    region_id: str | None
    told: dict[str, Any]


def note(
    where: Session | str,
    by: str,
    act: AccessAct,
    what: str,
    *,
    region_id: str | None = None,
    told: Mapping[str, Any] | None = None,
    now: datetime,
    patient: bool = False,
) -> bool:
    """Write down what somebody did; False only where it could be kept neither in the store nor beside it.

    With a session the entry stands or falls with that session's changes. With the address of a store it is
    written at once; where the store is busy or read-only it waits in a private file and is taken in later.
    """
    entry = Entry(by[:64] or "nobody", AccessAct(act), what[:64], now, region_id, clean(told or {}))
    if isinstance(where, Session):
        write(where, [entry])
        return True
    try:
        return _written(where, entry, PATIENT_MS if patient else PROMPT_MS) or _kept(where, entry)
    except (TocsinError, OSError):  # no key, no home: nothing can be sealed
        return False


def demand(where: Session | str, by: str, act: AccessAct, what: str, **more: Any) -> None:
    """Write down what is about to be done, or refuse it: nothing leaves the store unaudited."""
    if not note(where, by, act, what, patient=True, **more):
        raise Unaudited("this could not be written into the access log, so it is not done; check the disk")


def clean(told: Mapping[str, Any]) -> dict[str, Any]:
    """What may be remembered: numbers, days, short words and lists of them; texts as keyed digests, no secrets."""
    kept = {("as" if name == "by" else str(name)[:32]): v for name, v in told.items() if v is not None}
    return {
        name: (digest_of(value) if name in _WORDS else _plain(value))
        for name, value in kept.items()
        if not _SECRET.search(name)
    }


def digest_of(value: Any) -> str:
    """A keyed digest: equal texts are equal, and nobody without the key can guess which they are."""
    return "hmac:" + sealing.seal(sealing.key("access log words"), value)[:24]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return clean(value)
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        return [_plain(one) for one in items[:ITEMS]] + ([f"+{len(items) - ITEMS}"] if items[ITEMS:] else [])
    if value is None or isinstance(value, bool | int | float):
        return value
    said = value.isoformat() if isinstance(value, date) else str(value)
    return said if _WORD.fullmatch(said) else digest_of(said)


def write(session: Session, entries: Sequence[Entry]) -> Head:
    """Add entries to the log within a session that writes; returns the new head."""
    engine.queue(session.connection(), PURPOSE)
    before, key = _newest(session), sealing.key(PURPOSE)
    rows: list[dict[str, Any]] = []
    for seq, entry in enumerate(entries, before.seq + 1):
        rows.append(_row(entry, seq, rows[-1]["sha256"] if rows else before.sha256, key))
    bulk.insert(session, Access, rows)
    last, first = rows[-1], before.first if before.seq else rows[0]["sha256"]
    after = Head(first, last["seq"], last["sha256"])
    _move_head(session, before, after)
    return after


def _row(entry: Entry, seq: int, previous: str, key: bytes) -> dict[str, Any]:
    values = {**entry.told, "by": entry.by}
    salts = {name: sealing.salt() for name in values}
    row = {
        **{"seq": seq, "at": entry.at, "by": entry.by, "act": entry.act, "what": entry.what},
        **{"region_id": entry.region_id, "told": entry.told, "salts": salts},
        "digests": {name: sealing.salted(salts[name], value) for name, value in values.items()},
        **{"key_id": sealing.key_id(key), "previous_sha256": previous},
    }
    return {**row, "sha256": seal(row, key)}


def seal(row: Mapping[str, Any], key: bytes) -> str:
    """The keyed digest over all that an entry says, its values by their salted digests."""
    said = {name: row[name] for name in ("seq", "what", "region_id", "digests", "key_id", "previous_sha256")}
    said |= {"act": str(row["act"]), "at": row["at"].astimezone(UTC).isoformat()}
    return sealing.seal(key, said)


def _newest(session: Session) -> Head:
    a = Access
    last = session.execute(select(a.seq, a.sha256).order_by(a.seq.desc()).limit(1)).first()
    if last is None:
        return Head(sealing.FIRST, 0, sealing.FIRST)
    first = session.scalar(select(a.sha256).order_by(a.seq).limit(1))
    return Head(first or sealing.FIRST, last.seq, last.sha256)


def _move_head(session: Session, before: Head, after: Head) -> None:
    """Note the new head beside the key once it is kept, unless the log is not the one whose head was noted."""
    url = session.get_bind().engine.url.render_as_string(hide_password=False)
    with suppress(TocsinError, OSError):  # the log itself holds; only its cut-off end would go unnoticed
        noted = audit_beside.head(url)
        if noted is None or noted == before or continues(session, noted):
            event.listen(session, "after_commit", lambda _: _note_head(url, after), once=True)


def _note_head(url: str, head: Head) -> None:
    with suppress(TocsinError, OSError):
        audit_beside.note_head(url, head)


def continues(session: Session, noted: Head) -> bool:
    """Whether the log still holds the entry that was once noted as its newest."""
    return session.scalar(select(Access.sha256).where(Access.seq == noted.seq)) == noted.sha256


def _written(url: str, entry: Entry, wait_ms: int) -> bool:
    """Write an entry, and with it those that wait; False where the store cannot take it now."""
    try:
        with engine.writing(url, wait_ms) as session:
            engine.queue(session.connection(), PURPOSE)
            files, late = _late(session, url)
            write(session, [*late, entry])
    except (DBAPIError, TocsinError, OSError):
        return False
    audit_beside.done(files)
    return True


def _late(session: Session, url: str) -> tuple[list[Path], list[Entry]]:
    """The entries that wait and are not in the log yet, and the files that hold them."""
    files, found = audit_beside.take(url)
    there = session.scalars(select(Access.told).where(Access.at.in_({_at(one) for one in found})))
    marks = {told.get("waited") for told in there} if found else set()
    return files, [_from_waiting(one) for one in found if one.get("mark") not in marks]


def _from_waiting(one: Mapping[str, Any]) -> Entry:
    if one.get("unsound"):
        told = {"waited": one.get("mark"), "unsound": True}
        return Entry("nobody", AccessAct.COMMAND, "waiting entry changed", _at(one), None, told)
    told = {**one["told"], "waited": one["mark"]}
    return Entry(one["by"], AccessAct(one["act"]), one["what"], _at(one), one["region_id"], told)


def _at(one: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(one["at"]) if "at" in one else datetime.fromtimestamp(0, UTC)


def _kept(url: str, entry: Entry) -> bool:
    said = {"by": entry.by, "act": str(entry.act), "what": entry.what, "region_id": entry.region_id}
    audit_beside.wait(url, {**said, "told": entry.told, "at": entry.at.astimezone(UTC).isoformat()})
    return True


def accept(url: str, viewer: Viewer, *, now: datetime) -> None:
    """Note the present head as the right one, after somebody looked at what was wrong; the log says who did."""
    if not policy.sees_log(viewer):
        raise Denied("only an administrator may accept the log as it is; ask one")
    with engine.writing(url) as session:
        after = write(session, [Entry(viewer.name, AccessAct.CHANGE, "audit accept", now, None, {})])
    audit_beside.note_head(url, after)
