"""Rights after a restore: what was taken away since the backup was made stays taken away.

A backup brings back roles, tokens and signings in as they were. Where the store it replaces can be read,
all that was given and taken since is carried over from there, and nobody stays signed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, inspect, select, update
from sqlalchemy.orm import Session

from db import bulk
from db.schema import Base, Person, RoleGrant, SignIn, Token

Row = dict[str, Any]
RESTORED = "restored"
BACK = (
    "roles and tokens are those of the backup: what was revoked since holds again; look at them with: "
    "tocsin users list, tocsin tokens list"
)


@dataclass(frozen=True)
class Rights:
    """Who held what in the store that is replaced."""

    people: Sequence[Row]
    grants: Sequence[Row]
    tokens: Sequence[Row]
    sign_ins: Sequence[Row]


def read(session: Session) -> Rights | None:
    """The rights that a store holds; None where it is from before there were any."""
    if not inspect(session.connection()).has_table(Person.__tablename__):
        return None
    return Rights(*(_rows(session.connection(), kind) for kind in (Person, RoleGrant, Token, SignIn)))


def carry(session: Session, since: Rights, now: datetime) -> None:
    """Give a restored store the rights of the one it replaces, and end all signings in."""
    have = {row["id"]: row["login"] for row in _rows(session.connection(), Person)}
    bulk.insert(session, Person, [row for row in since.people if row["id"] not in have])
    _grants(session, since.grants)
    _tokens(session, since.tokens, now)
    known = set(session.scalars(select(SignIn.id)))
    bulk.insert(session, SignIn, [row for row in since.sign_ins if row["id"] not in known])
    over = {"ended_at": now, "ended_why": RESTORED}
    session.execute(update(SignIn).where(SignIn.ended_at.is_(None)).values(**over))


def _grants(session: Session, told: Sequence[Row]) -> None:
    """Add what was given and taken since, in its order, after what the backup holds."""
    held = {_said(row) for row in _rows(session.connection(), RoleGrant)}
    last = session.scalar(select(func.max(RoleGrant.seq))) or 0
    fresh = [row for row in sorted(told, key=lambda row: row["seq"]) if _said(row) not in held]
    bulk.insert(session, RoleGrant, [{**row, "seq": last + n} for n, row in enumerate(fresh, 1)])


def _said(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("person_id", "role", "region_id", "granted", "until", "at"))


def _tokens(session: Session, told: Sequence[Row], now: datetime) -> None:
    """Take back what was taken back since, and what the replaced store no longer knows; add what is new."""
    known = {row["id"]: row for row in told}
    held = _rows(session.connection(), Token)
    bulk.insert(session, Token, [row for row in told if row["id"] not in {one["id"] for one in held}])
    for row in held:
        newest = known.get(row["id"], {"revoked_at": now, "revoked_by": RESTORED})
        if newest["revoked_at"] is not None and row["revoked_at"] is None:
            taken = {name: newest[name] for name in ("revoked_at", "revoked_by")}
            session.execute(update(Token).where(Token.id == row["id"]).values(**taken))


def _rows(connection: Connection, kind: type[Base]) -> list[Row]:
    return [dict(row) for row in connection.execute(select(kind.__table__)).mappings()]
