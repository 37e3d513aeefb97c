"""Who may sign in, and in which roles: people by their login, and grants that are only ever added.

Nobody has a role by default. The newest grant of a person, role and region is in force until its end;
it is read anew whenever a page runs or a route is asked, so that a change takes effect at once.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import engine
from db.errors import BadInput
from db.ids import content_id
from db.policy import LOCAL, Viewer, may_administer
from db.revisions import named, reasoned
from db.roles import Held, Standing
from db.schema import Person, Region, RoleGrant
from db.vocab import Role

LOGIN_LENGTH = 64
RESERVED = frozenset({LOCAL.name, "tocsin", "system"})  # names that the record uses for other than people


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody is given, or loses: a role, where, until when, and why."""

    role: Role
    region_id: str | None
    until: datetime | None
    reason: str


def login_of(name: str) -> str:
    """A login as it is kept: trimmed, in small letters and one spelling; refused where it cannot be one."""
    login = unicodedata.normalize("NFKC", name).strip().lower()
    if not login or len(login) > LOGIN_LENGTH or not login.isprintable() or any(c.isspace() for c in login):
        raise BadInput(
            f"a login is 1 to {LOGIN_LENGTH} characters without spaces, such as amal@example.org; write it "
            "exactly as your provider of sign-ins does"
        )
    if login in RESERVED:
        raise BadInput(f"{login!r} is the program's own name; choose another login")
    return login


def add(session: Session, login: str, *, by: str, now: datetime) -> str:
    """The id of the person of a login, who is entered where they are not known yet."""
    login = login_of(login)
    known = session.execute(select(Person.id).where(Person.login == login)).scalar_one_or_none()
    if known is None:
        known = content_id("person", login)
        session.add(Person(id=known, login=login, made_at=now, made_by=named(by)))
        session.flush()
    return known


def find(session: Session, login: str) -> str:
    """The id of a person, or a refusal that says how to enter them."""
    login = login_of(login)
    known = session.execute(select(Person.id).where(Person.login == login)).scalar_one_or_none()
    if known is None:
        raise BadInput(f"nobody is known as {login}; enter them with: tocsin users add {login} --role viewer")
    return known


def grant(session: Session, viewer: Viewer, login: str, given: Grant, *, by: str, now: datetime) -> bool:
    """Give a role; False where it was held already in just this way."""
    may_administer(viewer)
    if given.until is not None and given.until <= now:
        raise BadInput("the role would be over already; choose a later --until")
    if given.region_id is not None and session.get(Region, given.region_id) is None:
        raise BadInput(f"no region {given.region_id!r} is loaded; see: tocsin region load --help")
    engine.queue(session.connection(), "people")
    person = add(session, login, by=by, now=now)
    held = _in_force(session, [person], now).get(person, {})
    key = (given.role, given.region_id)
    if key in held and held[key] == given.until:
        return False
    _append(session, person, given, granted=True, by=by, now=now)
    return True


def revoke(session: Session, viewer: Viewer, login: str, given: Grant, *, by: str, now: datetime) -> bool:
    """Take a role away; False where it was not held."""
    may_administer(viewer)
    engine.queue(session.connection(), "people")
    person = find(session, login)
    if (given.role, given.region_id) not in _in_force(session, [person], now).get(person, {}):
        return False
    _append(session, person, given, granted=False, by=by, now=now)
    return True


def _append(session: Session, person: str, given: Grant, *, granted: bool, by: str, now: datetime) -> None:
    seq = (session.scalar(select(func.max(RoleGrant.seq))) or 0) + 1
    said = {"role": given.role, "region_id": given.region_id, "until": given.until}
    said |= {"reason": reasoned(given.reason), "by": named(by), "at": now}
    session.add(RoleGrant(seq=seq, person_id=person, granted=granted, **said))
    session.flush()


def standing(session: Session, login: str, now: datetime, claimed: Iterable[Held] = ()) -> Standing:
    """The roles somebody holds now: those granted here, and those their provider claims for them.

    A claimed role that was taken away here stays away.
    """
    login = login_of(login)
    person = session.execute(select(Person.id).where(Person.login == login)).scalar_one_or_none()
    if person is None:
        return Standing(login, frozenset(claimed))
    newest = _newest(session, [person]).get(person, {})
    held = {key for key, row in newest.items() if _holds(row, now)}
    refused = {key for key, row in newest.items() if not row.granted}
    return Standing(login, frozenset(held | (set(claimed) - refused)))


def _holds(row: Any, now: datetime) -> bool:
    return bool(row.granted) and (row.until is None or row.until > now)


def _newest(session: Session, people: list[str]) -> dict[str, dict[Held, Any]]:
    """The newest grant of each person, role and region."""
    g = RoleGrant
    columns = (g.person_id, g.role, g.region_id, g.granted, g.until)
    rows = session.execute(select(*columns).where(g.person_id.in_(people)).order_by(g.seq))
    found: dict[str, dict[Held, Any]] = {}
    for row in rows:
        found.setdefault(row.person_id, {})[row.role, row.region_id] = row
    return found


def _in_force(session: Session, people: list[str], now: datetime) -> dict[str, dict[Held, datetime | None]]:
    return {
        person: {key: row.until for key, row in rows.items() if _holds(row, now)}
        for person, rows in _newest(session, people).items()
    }


def listing(session: Session, viewer: Viewer, now: datetime) -> list[dict[str, Any]]:
    """Everybody who is known, with the roles they hold now: login, made_at, made_by, roles."""
    may_administer(viewer)
    people = session.execute(select(Person.id, Person.login, Person.made_at, Person.made_by)).all()
    held = _in_force(session, [row.id for row in people], now)
    return [
        {"login": row.login, "made_at": row.made_at, "made_by": row.made_by, "roles": _told(held.get(row.id))}
        for row in sorted(people, key=lambda row: row.login)
    ]


def _told(held: dict[Held, datetime | None] | None) -> list[dict[str, Any]]:
    rows = [
        {"role": role.value, "region_id": region, "until": until}
        for (role, region), until in (held or {}).items()
    ]
    return sorted(rows, key=lambda row: (str(row["role"]), str(row["region_id"] or "")))


def history(session: Session, viewer: Viewer, login: str) -> list[dict[str, Any]]:
    """All that was given to somebody and taken away, the oldest first, with who did it and why."""
    if viewer.name != login_of(login):
        may_administer(viewer)
    g = RoleGrant
    names = ("seq", "at", "by", "granted", "role", "region_id", "until", "reason")
    asked = select(*(getattr(g, name) for name in names)).where(g.person_id == find(session, login))
    return [dict(zip(names, row, strict=True)) for row in session.execute(asked.order_by(g.seq))]
