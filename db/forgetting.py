"""Forgetting a person who used the program: their name becomes a pseudonym wherever they acted.

What they did stays, under one pseudonym that only the key can tie to the name. In chains the salt of the
name goes as well, so that its digest stands for nothing.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, Table, select, update
from sqlalchemy.orm import Session

from db import audit, erasures, policy, revisions, sealing
from db.errors import BadInput
from db.finding import ACTORS
from db.policy import Viewer
from db.schema import Access, Base, Custody, Erasure, PastRow, Person, Revision, SignIn, Token
from db.vocab import AccessAct

PSEUDONYM = "person-"
CHAINS = ("revision", "access_log", "custody", "erasure")


def forget(
    session: Session, viewer: Viewer, login: str, *, reason: str, by: str, now: datetime
) -> tuple[str, int]:
    """Replace a name under which somebody signed in or acted; returns the pseudonym and how many rows bore it.

    Whoever signs in under that name gets nothing any more: tokens and sign-ins end.
    """
    policy.may_erase(viewer)
    act: dict[str, Any] = {"reason": revisions.reasoned(reason), "by": revisions.named(by), "now": now}
    if by == login:
        raise BadInput("nobody erases their own name; let another administrator do it")
    person = session.scalar(select(Person.id).where(Person.login == login))
    alias, rows, spots = _replaced(session, login)
    if not rows and not person:
        raise BadInput("nobody acted under this name here; check how it is written: tocsin users list")
    _end(session, person, act)
    for (table, whose), fields in sorted(spots.items()):
        erasures.sign(
            session, table, whose, [f"{n} {sealing.spans(seqs)}" for n, seqs in sorted(fields.items())], **act
        )
    erasures.sign(session, "person", person or alias, ["login"], **act)
    audit.note(
        session, viewer.name, AccessAct.ERASURE, "forget", told={"alias": alias, "rows": rows}, now=now
    )
    return alias, rows


def again(session: Session, person_id: str) -> bool:
    """Forget a person of a backup once more; False where nobody of that id is there under a name."""
    login = session.scalar(select(Person.login).where(Person.id == person_id))
    if login is None or login.startswith(PSEUDONYM):
        return False
    _replaced(session, login)
    return True


def pseudonym(login: str) -> str:
    """What stands for a name: always the same, and not to be guessed without the key."""
    return PSEUDONYM + sealing.seal(sealing.key("pseudonym"), login)[:12]


Spots = dict[tuple[str, str], dict[str, set[int]]]


def _replaced(session: Session, login: str) -> tuple[str, int, Spots]:
    """Put the pseudonym wherever the name stood; the number of rows, and what was taken out of chains."""
    alias, spots = pseudonym(login), _out_of_chains(session, login)
    count = sum(len(numbers) for fields in spots.values() for numbers in fields.values())
    _signed_anew(session, login, alias)
    for table in Base.metadata.sorted_tables:
        for column in _actors(table):
            changed = session.execute(update(table).where(column == login).values({column.name: alias}))
            count += 0 if table.name in CHAINS else changed.rowcount  # type: ignore[attr-defined]
    count += _in_the_past(session, login, alias)
    session.expire_all()
    return alias, count, spots


def _in_the_past(session: Session, login: str, alias: str) -> int:
    """Replace the name in how rows read before they changed."""
    count = 0
    for row in session.scalars(select(PastRow).execution_options(yield_per=2000)):
        if isinstance(row.body, dict) and any(row.body.get(name) == login for name in ACTORS):
            row.body = {k: alias if k in ACTORS and v == login else v for k, v in row.body.items()}
            count += 1
    session.flush()
    return count


def _actors(table: Table) -> list[Column[Any]]:
    """The columns of a table that name who acted."""
    return [c for c in table.columns if c.name in ACTORS and isinstance(c.type, String)]


def _out_of_chains(session: Session, login: str) -> Spots:
    """Take the salts of the name out of the chains, and the name out of what the access log tells."""
    spots: Spots = {}
    kinds: tuple[Any, ...] = (Revision, Access, Custody)
    for kind in kinds:
        for row in session.scalars(select(kind).where(kind.by == login)):
            row.salts = {name: salt for name, salt in row.salts.items() if name != "by"}
            whose = row.attachment_id if isinstance(row, Custody) else ""
            spots.setdefault((kind.__tablename__, whose), {}).setdefault("by", set()).add(row.seq)
    for entry in session.scalars(select(Access).execution_options(yield_per=2000)):
        for name in [name for name, value in entry.told.items() if value == login]:
            entry.told = {n: v for n, v in entry.told.items() if n != name}
            entry.salts = {n: v for n, v in entry.salts.items() if n != name}
            spots.setdefault(("access_log", ""), {}).setdefault(name, set()).add(entry.seq)
    session.flush()
    return spots


def _signed_anew(session: Session, login: str, alias: str) -> None:
    """Entries of erasures that name the person are signed again under the pseudonym, if they were genuine."""
    key = sealing.key(erasures.PURPOSE)
    for row in session.scalars(select(Erasure).where(Erasure.by == login)):
        genuine = erasures.genuine(erasures.plain(row))
        row.by = alias
        if genuine:
            row.signature = erasures.signature(erasures.plain(row), key)
    session.flush()


def _end(session: Session, person: str | None, act: dict[str, Any]) -> None:
    """End the sign-ins and tokens of a person."""
    if person is None:
        return
    session.execute(
        update(Token)
        .where(Token.person_id == person, Token.revoked_at.is_(None))
        .values(revoked_at=act["now"], revoked_by=act["by"])
    )
    session.execute(
        update(SignIn)
        .where(SignIn.person_id == person, SignIn.ended_at.is_(None))
        .values(ended_at=act["now"], ended_why="forgotten")
    )
