"""Whether the access log holds: no entry missing, changed, or cut off at its end.

Who holds the store and the key can write a log that holds; what they cannot do is make it end in the same
digest. So the head is worth noting somewhere else (`tocsin audit verify` prints it).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import audit, audit_beside, erasures, sealing, settings
from db.audit_beside import Head
from db.schema import Access

READ_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: how many entries, the head, what is wrong (by entry number), what cannot be checked."""

    entries: int
    head: str
    wrong: tuple[str, ...]
    unchecked: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything was checked and nothing is wrong."""
        return not self.wrong and not self.unchecked


def check(session: Session, url: str, secrets: Sequence[bytes] = ()) -> Verdict:
    """Check every entry, with the key of this machine and any further ones, and the head noted beside it."""
    keys = {
        sealing.key_id(k): k for s in (settings.key(), *secrets) if (k := sealing.derived(s, audit.PURPOSE))
    }
    emptied = erasures.emptied(session, [settings.key(), *secrets])
    wrong: list[str] = []
    foreign: list[int] = []
    seq, previous = 0, sealing.FIRST
    for row in _rows(session):
        if row["key_id"] not in keys:
            foreign.append(row["seq"])
        if trouble := _trouble(row, seq, previous, keys.get(row["key_id"]), emptied):
            wrong.append(f"entry {row['seq']}: {trouble}")
        seq, previous = row["seq"], row["sha256"]
    wrong += _ending(session, url, seq)
    return Verdict(seq, previous, tuple(wrong), _unchecked(foreign))


def _unchecked(foreign: list[int]) -> tuple[str, ...]:
    if not foreign:
        return ()
    told = f"entries {sealing.spans(foreign)} were sealed with another key; give it with --key-file"
    return (told,)


def _trouble(
    row: Mapping[str, Any],
    seq: int,
    previous: str,
    key: bytes | None,
    emptied: Mapping[erasures.Spot, set[int]],
) -> str | None:
    """What is wrong with one entry, given the number and digest of the one before."""
    if row["seq"] != seq + 1:
        return f"entries {sealing.spans(range(seq + 1, row['seq']))} before it are missing"
    if row["previous_sha256"] != previous:
        return "it does not follow the entry before it"
    if key is not None and not sealing.same(row["sha256"], audit.seal(row, key)):
        return "it was changed"
    if wrong := sealing.unsound(row["digests"], row["salts"], {**row["told"], "by": row["by"]}):
        return f"changed: {', '.join(sorted(wrong))}"
    if unsalted := set(row["told"]) - set(row["salts"]):
        return f"added: {', '.join(sorted(unsalted))}"
    gone = set(row["digests"]) - set(row["salts"])
    unsigned = {name for name in gone if row["seq"] not in emptied.get(("access_log", "", name), set())}
    return f"taken away without a signed erasure: {', '.join(sorted(unsigned))}" if unsigned else None


def _ending(session: Session, url: str, last: int) -> list[str]:
    """Whether the head that was noted beside the key is still in the log."""
    noted: Head | None = audit_beside.head(url)
    if noted is None or audit.continues(session, noted):
        return []
    if noted.seq > last:
        return [f"the end was cut off: entry {noted.seq} was noted beside the key, the log ends at {last}"]
    return [f"entry {noted.seq} is not the one whose digest was noted beside the key"]


def _rows(session: Session) -> Iterator[dict[str, Any]]:
    columns, seq = list(Access.__table__.columns), 0
    while True:
        chosen = select(*columns).where(Access.seq > seq).order_by(Access.seq).limit(READ_AT_ONCE)
        found = session.execute(chosen).mappings().all()
        if not found:
            return
        yield from (dict(row) for row in found)
        seq = found[-1]["seq"]
