"""Who changed what, when and why: rows that are only ever added, each sealed with the digest of the one before."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import bulk, engine, erasures, sealing
from db.errors import BadInput
from db.schema import Revision
from db.vocab import Entity

FIRST = sealing.FIRST
SALTED = ("old", "new", "reason", "by")
READ_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: of what, which field, from what to what."""

    entity: Entity
    entity_id: str
    field: str
    old: Any
    new: Any


def note(
    session: Session,
    entity: Entity,
    entity_id: str,
    field: str,
    old: Any,
    new: Any,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> Revision:
    """Write one change down; it needs a reason and somebody (or a rule) who made it."""
    change = Change(entity, entity_id, field, old, new)
    seq = note_all(session, [change], reason=reason, by=by, now=now)
    return session.execute(select(Revision).where(Revision.seq == seq)).scalar_one()


def note_all(session: Session, changes: Iterable[Change], *, reason: str, by: str, now: datetime) -> int:
    """Write many changes down that were made at once, for one reason; returns the number of the last one.

    Whoever also takes the turn of those who change incidents takes that one first.
    """
    said = {"reason": reasoned(reason), "by": named(by), "at": now}
    engine.queue(session.connection(), "revisions")
    seq, seal = head(session)
    rows: list[dict[str, Any]] = []
    for change in changes:
        seq += 1
        row = salted({"seq": seq, **_facts(change), **said, "previous_sha256": seal})
        seal = digest(row)
        rows.append({**row, "sha256": seal})
    bulk.insert(session, Revision, rows)
    return seq


def reasoned(reason: str) -> str:
    """The reason of a change, which nobody may leave out."""
    if not reason.strip():
        raise BadInput("a change needs its reason; say in a few words why")
    return reason.strip().replace("\0", "␀")


def named(by: str) -> str:
    """The name under which somebody acts: a name or initials, as short as a column."""
    if not by.strip():
        raise BadInput("a change needs somebody who makes it; give a name or initials")
    return by.strip().replace("\0", "␀")[:64]


def head(session: Session) -> tuple[int, str]:
    """The number and digest of the newest revision: written down elsewhere, it shows that none was cut off."""
    found = session.execute(select(Revision.seq, Revision.sha256).order_by(Revision.seq.desc()).limit(1))
    row = found.first()
    return (row.seq, row.sha256) if row else (0, FIRST)


def _facts(change: Change) -> dict[str, Any]:
    old, new = (json.loads(sealing.canonical(value)) for value in (change.old, change.new))
    return {
        "entity": change.entity,
        "entity_id": change.entity_id,
        "field": change.field,
        "old": old,
        "new": new,
    }


def salted(row: Mapping[str, Any]) -> dict[str, Any]:
    """A revision with a fresh salt and a salted digest of each value that may one day have to be erased."""
    salts = {name: sealing.salt() for name in SALTED}
    return {**row, "salts": salts, "digests": {n: sealing.salted(salts[n], row[n]) for n in SALTED}}


def digest(row: Mapping[str, Any]) -> str:
    """The SHA-256 over all that a revision says, its values by their digests, and over the one before it."""
    said = {name: row[name] for name in ("seq", "entity_id", "field", "digests")}
    said |= {"entity": str(row["entity"]), "at": row["at"].astimezone(UTC).isoformat()}
    return sealing.sha256({**said, "previous": row["previous_sha256"]})


def check(session: Session) -> int | None:
    """The number of the first revision that is missing or was tampered with; None where the chain holds.

    A value may be gone only where an erasure says so (`tocsin audit verify` checks its signature as well).
    """
    gone = erasures.emptied(session)
    expected, seal = 1, FIRST
    while rows := _after(session, expected - 1):
        for row in rows:
            if row["seq"] != expected or row["previous_sha256"] != seal or not _sound(row, gone):
                return expected
            expected, seal = expected + 1, row["sha256"]
    return None


def _sound(row: Mapping[str, Any], gone: Mapping[erasures.Spot, set[int]]) -> bool:
    """Whether a revision is what its digests and its seal say."""
    missing = set(SALTED) - set(row["salts"])
    return (
        set(row["digests"]) == set(SALTED)
        and not sealing.unsound(row["digests"], row["salts"], row)
        and all(row["seq"] in gone.get(("revision", "", name), ()) for name in missing)
        and sealing.same(row["sha256"], digest(row))
    )


def _after(session: Session, seq: int) -> list[dict[str, Any]]:
    """The next revisions, some at a time."""
    names = [column.name for column in Revision.__table__.columns]
    chosen = select(*(getattr(Revision, name) for name in names)).where(Revision.seq > seq)
    return [
        dict(zip(names, row, strict=True))
        for row in session.execute(chosen.order_by(Revision.seq).limit(READ_AT_ONCE))
    ]
