"""Signing in and its end: idle and absolute ends that the program itself keeps, whatever a cookie says.

A row's id follows from what the provider's answer says of this one signing in (issuer, subject, moment,
nonce), so the same cookie always meets the same row: one that ended cannot be resumed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import people
from db.errors import TocsinError
from db.ids import content_id
from db.policy import Viewer, may_administer
from db.roles import Ends
from db.schema import SignIn

SKEW = timedelta(minutes=2)
TOUCHED_EVERY = timedelta(minutes=1)
OUT, IDLED, OVER, BY_ADMIN = "signed out", "idle", "over", "ended by an administrator"


class Ended(TocsinError):
    """A signing in is over; the message says how to go on."""


def key_of(claims: Mapping[str, Any]) -> str:
    """The id of one signing in, from what its provider says of it."""
    said = ("iss", "sub", "aud", "iat", "auth_time", "nonce", "jti", "sid")
    return content_id("sign-in", *(claims.get(name) for name in said))


def begun(claims: Mapping[str, Any], now: datetime) -> datetime:
    """When a signing in began by its provider's clock, and never later than now."""
    try:
        told = datetime.fromtimestamp(int(claims["iat"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return now
    return min(told, now)


def why_over(row: Any, now: datetime, ends: Ends, seen_at: datetime | None = None) -> str | None:
    """Why a signing in is over, or None while it holds; `seen_at` where something later is known than is kept."""
    if row.ended_at is not None:
        return str(row.ended_why)
    if now - row.started_at >= ends.absolute or row.started_at - now > SKEW:
        return OVER
    return IDLED if now - max(row.seen_at, seen_at or row.seen_at) >= ends.idle else None


def get(session: Session, key: str) -> Any:
    """What is known of one signing in: person_id, started_at, seen_at, ended_at, ended_why; or None."""
    s = SignIn
    columns = (s.person_id, s.started_at, s.seen_at, s.ended_at, s.ended_why)
    return session.execute(select(*columns).where(s.id == key)).one_or_none()


def start(session: Session, key: str, login: str, started_at: datetime, now: datetime) -> None:
    """Write down that somebody signed in; again for the same signing in changes nothing."""
    person = people.add(session, login, by=login, now=now)
    try:
        with session.begin_nested():
            session.add(SignIn(id=key, person_id=person, started_at=started_at, seen_at=now))
            session.flush()
    except IntegrityError:  # two tabs of one browser opened at once
        return


def touch(session: Session, key: str, now: datetime) -> None:
    """Write down that somebody did something."""
    held = (SignIn.id == key, SignIn.ended_at.is_(None), SignIn.seen_at < now)
    session.execute(update(SignIn).where(*held).values(seen_at=now))


def end(session: Session, key: str, why: str, now: datetime) -> bool:
    """End a signing in for good; False where it is over already."""
    held = update(SignIn).where(SignIn.id == key, SignIn.ended_at.is_(None))
    return bool(session.execute(held.values(ended_at=now, ended_why=why).returning(SignIn.id)).all())


def end_all(session: Session, viewer: Viewer, login: str, why: str, now: datetime) -> int:
    """End all that somebody has open; how many there were."""
    if viewer.name != people.login_of(login):
        may_administer(viewer)
    person = people.find(session, login)
    held = update(SignIn).where(SignIn.person_id == person, SignIn.ended_at.is_(None))
    return len(session.execute(held.values(ended_at=now, ended_why=why).returning(SignIn.id)).all())


def listing(session: Session, viewer: Viewer, login: str, now: datetime, ends: Ends) -> list[dict[str, Any]]:
    """The signings in of somebody, the newest first: started_at, seen_at, over (why, or None)."""
    if viewer.name != people.login_of(login):
        may_administer(viewer)
    s = SignIn
    person = people.find(session, login)
    columns = (s.started_at, s.seen_at, s.ended_at, s.ended_why)
    rows = session.execute(select(*columns).where(s.person_id == person).order_by(s.started_at.desc()))
    return [
        {"started_at": row.started_at, "seen_at": row.seen_at, "over": why_over(row, now, ends)}
        for row in rows
    ]
