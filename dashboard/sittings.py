"""Who sits there: from what a provider or a proxy says to the roles they hold now, or why they are let in no more."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from dashboard import signing
from dashboard.seats import ENDED, NO_STORE, UNNAMED, Seat
from dashboard.signing import Login
from db import engine, people, settings, sign_ins
from db.errors import BadInput, TocsinError
from db.roles import Standing
from db.vocab import AccessAct

MOST_REMEMBERED = 10_000


@dataclass
class _Memory:
    """What this process knows and the store need not yet: when each signing in was last used."""

    seen: dict[str, datetime] = field(default_factory=dict)
    later: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "tocsin-sign-ins"))
    waiting: dict[str, "Future[None]"] = field(default_factory=dict)


@cache
def _memory() -> _Memory:
    return _Memory()


def seat(login: Login, claims: Mapping[str, Any], now: datetime, *, active: bool) -> Seat:
    """The place of whoever the provider's claims name; `active` where they are doing something just now.

    What the store says counts, read anew each time; the claims only say who it is and when they signed in.
    """
    try:
        name = people.login_of(signing.login_name(login, claims))
    except BadInput:
        return Seat(trouble=UNNAMED)
    url = settings.database_url()
    if not _there(url):
        return Seat(Standing(name), NO_STORE)
    key = sign_ins.key_of(claims)
    claimed = login.claimed(claims.get(login.roles_claim))
    with engine.reading(url) as session:
        row = sign_ins.get(session, key)
        standing = people.standing(session, name, now, claimed)
    why = _begin(url, login, key, name, claims, now) if row is None else _over(login, key, row, now)
    if why:
        return Seat(Standing(name), ENDED, why, key)
    if active and row is not None:
        _touch(url, key, row.seen_at, now)
    return Seat(standing, key=key)


def _there(url: str) -> bool:
    """Whether there is a store; asking a SQLite file that is not there would make one."""
    parsed = make_url(url)
    return parsed.get_backend_name() != "sqlite" or bool(parsed.database and Path(parsed.database).exists())


def _begin(
    url: str, login: Login, key: str, name: str, claims: Mapping[str, Any], now: datetime
) -> str | None:
    """Start a signing in; a cookie that is older than any may last starts nothing."""
    started = sign_ins.begun(claims, now)
    if now - started >= login.ends.absolute:
        return sign_ins.OVER
    with engine.writing(url) as session:
        sign_ins.start(session, key, name, started, now)
    signing.remember(url, name, AccessAct.SIGN_IN, "sign in", {"mode": login.mode})
    return None


def _over(login: Login, key: str, row: Any, now: datetime) -> str | None:
    why = sign_ins.why_over(row, now, login.ends, _memory().seen.get(key))
    if why and row.ended_at is None:
        url = settings.database_url()
        _later(key, lambda: _write(url, lambda session: sign_ins.end(session, key, why, now)))
    return why


def _touch(url: str, key: str, stored: datetime, now: datetime) -> None:
    memory = _memory()
    if len(memory.seen) > MOST_REMEMBERED:
        memory.seen.clear()
    memory.seen[key] = now
    if now - stored >= sign_ins.TOUCHED_EVERY:
        _later(key, lambda: _write(url, lambda session: sign_ins.touch(session, key, now)))


def _later(key: str, write: Any) -> None:
    """Write aside: a page never waits for the store's turn to note that somebody is still there."""
    memory = _memory()
    held = memory.waiting.get(key)
    if held is None or held.done():
        memory.waiting[key] = memory.later.submit(write)


def _write(url: str, act: Any) -> None:
    with suppress(DBAPIError, TocsinError), engine.writing(url) as session:  # it is tried again
        act(session)


def settle() -> None:
    """Wait until all that was put aside is written."""
    waiting = _memory().waiting
    for future in list(waiting.values()):
        future.result()
    waiting.clear()


def sign_out(seat: Seat, now: datetime) -> None:
    """End somebody's signing in for good, whatever happens to their cookie."""
    url = settings.database_url()
    with engine.writing(url) as session:
        sign_ins.end(session, seat.key, sign_ins.OUT, now)
    signing.remember(url, seat.standing.login, AccessAct.SIGN_OUT, "sign out", {})


def by_proxy(login: Login, name: str, roles: str, now: datetime) -> Standing:
    """What somebody may do whom a trusted proxy names."""
    url = settings.database_url()
    try:
        name = people.login_of(name)
    except BadInput:
        return Standing("")
    if not _there(url):
        return Standing(name)
    with engine.reading(url) as session:
        return people.standing(session, name, now, login.claimed(roles))
