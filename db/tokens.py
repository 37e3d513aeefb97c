"""Secrets of one person for routes that a program fetches: expiring, revocable, good for named routes only.

The store keeps only a digest. What is handed out once cannot be shown again.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import people
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer, may_administer
from db.revisions import named
from db.schema import Person, Token

MARK = "tocsin_"  # so that a scan for leaked secrets can find one
BYTES, LABEL_LENGTH = 32, 80
LONGEST = timedelta(days=366)
TOO_LONG = 200


def make(
    session: Session,
    viewer: Viewer,
    login: str,
    *,
    label: str,
    routes: Sequence[str],
    expires_at: datetime,
    now: datetime,
) -> tuple[str, str]:
    """A new secret for somebody: its id, and the secret itself, which nobody can show again."""
    _own_or_admin(viewer, login)
    if not label.strip() or len(label) > LABEL_LENGTH or not label.isprintable():
        raise BadInput(f"say in at most {LABEL_LENGTH} characters what the token is for: --for")
    if not routes:
        raise BadInput("name at least one route that the token opens: --route")
    if not now < expires_at <= now + LONGEST:
        raise BadInput(f"a token lasts between a day and {LONGEST.days} days; choose another --until")
    secret = MARK + secrets.token_urlsafe(BYTES)
    made = content_id("token", digest(secret))
    facts = {"label": label.strip(), "routes": sorted(set(routes)), "sha256": digest(secret)}
    person = people.find(session, login)
    session.add(Token(id=made, person_id=person, made_at=now, expires_at=expires_at, **facts))
    session.flush()
    return made, secret


def digest(secret: str) -> str:
    """What the store keeps of a secret: SHA-256 (the secret holds 256 random bits, so no salt is needed)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def owner(session: Session, secret: str, route: str, now: datetime) -> str | None:
    """The login of whoever holds a valid secret for a route; None whatever is wrong with it.

    Found by its digest, so that what a guess shares with a secret takes no longer than what it does not.
    """
    if not secret.startswith(MARK) or len(secret) > TOO_LONG:
        return None
    t = Token
    asked = select(t.sha256, t.routes, t.expires_at, t.revoked_at, Person.login)
    row = session.execute(asked.join(Person).where(t.sha256 == digest(secret))).one_or_none()
    if row is None or not hmac.compare_digest(row.sha256, digest(secret)):
        return None
    good = row.revoked_at is None and now < row.expires_at and route in row.routes
    return str(row.login) if good else None


def revoke(
    session: Session, viewer: Viewer, token_id: str, *, by: str, now: datetime, login: str | None = None
) -> bool:
    """Take a token back by its id (or the beginning of it); False where it was taken back before.

    With `login` only a token of that person is found; all others need an administrator.
    """
    _own_or_admin(viewer, login)
    asked = select(Token.id, Token.revoked_at).where(Token.id.startswith(token_id, autoescape=True))
    if login is not None:
        asked = asked.where(Token.person_id == people.find(session, login))
    found = session.execute(asked).all()
    if len(found) != 1 or not token_id:
        raise BadInput(
            "there is no such token, or several begin like that; list them with: tocsin tokens list"
        )
    if found[0].revoked_at is not None:
        return False
    taken = {"revoked_at": now, "revoked_by": named(by)}
    session.execute(update(Token).where(Token.id == found[0].id).values(**taken))
    return True


def listing(
    session: Session, viewer: Viewer, now: datetime, login: str | None = None
) -> list[dict[str, Any]]:
    """Tokens without their secrets: token_id, login, label, routes, made_at, expires_at, state."""
    _own_or_admin(viewer, login)
    t = Token
    columns = (t.id.label("token_id"), Person.login, t.label, t.routes, t.made_at, t.expires_at, t.revoked_at)
    asked = select(*columns).join(Person).order_by(Person.login, t.made_at, t.id)
    if login is not None:
        asked = asked.where(Person.login == people.login_of(login))
    rows = [dict(row._mapping) for row in session.execute(asked)]
    for row in rows:
        revoked = row.pop("revoked_at")
        row["state"] = "revoked" if revoked else "expired" if row["expires_at"] <= now else "good"
    return rows


def _own_or_admin(viewer: Viewer, login: str | None) -> None:
    if login is None or viewer.name != people.login_of(login):
        may_administer(viewer)
