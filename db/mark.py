"""A mark that is another after each change of the record: what is kept in memory is looked up by it.

Counting rows to see whether anything changed takes long where there are a million. What is only noted in
passing (who looked, which job runs, how far sending is) leaves the mark as it is.
"""

import re
import secrets
from typing import Any

from sqlalchemy import Connection, column, insert, inspect, select, table, update
from sqlalchemy.orm import Session

NAME = "store_mark"
_MARK = table(
    NAME, column("id"), column("mark")
)  # `StoreMark` without all other tables: a server starts without
QUIET = frozenset({"access_log", "delivery", "job_run", "message", "sign_in", "token", "visit", NAME})
_CHANGED, _THERE = "tocsin_changed", "tocsin_has_mark"
_ACT = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)


def begin(connection: Connection) -> None:
    """From here on it counts what a transaction changes."""
    connection.info.pop(_CHANGED, None)


def noticed(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    """See what a statement changes, as an event of the engine."""
    if (act := _ACT.match(statement)) and act.group(1).lower() not in QUIET:
        connection.info[_CHANGED] = True


def end(session: Session) -> None:
    """Set another mark where the transaction changed anything."""
    session.flush()
    connection = session.connection()
    if connection.info.pop(_CHANGED, False) and _there(connection):
        new = {"mark": secrets.token_hex(8)}  # not a number counted up: a store put back would repeat it
        if not connection.execute(update(_MARK).values(**new)).rowcount:
            connection.execute(insert(_MARK).values(id=1, **new))
        connection.info.pop(_CHANGED, None)


def _there(connection: Connection) -> bool:
    """Whether the store has a mark: one older than schema 0008 has none until it is brought up to date."""
    if not connection.info.get(_THERE):
        connection.info[_THERE] = inspect(connection).has_table(NAME)
    return bool(connection.info[_THERE])


def read(session: Session) -> str:
    """The mark of the state that a session sees; empty where nothing was ever changed."""
    return session.scalar(select(_MARK.c.mark)) or ""
