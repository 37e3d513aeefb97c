"""Marks that are others after each change of the record: what is kept in memory is looked up by them.

Counting rows to see whether anything changed takes long where there are a million. One mark stands for the whole
record, and one for each table, so that a note for the next shift leaves what was read of scores as it is. What is only
noted in passing (who looked, which job runs, how far sending is) leaves all marks as they are.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, column, insert, inspect, select, table, update
from sqlalchemy.orm import Session

NAME, WHOLE = "store_mark", 1
UNTOLD = (
    0  # since when somebody changed the whole without saying which tables: then all of them count as changed
)
_MARK = table(
    NAME, column("id"), column("mark")
)  # `StoreMark` without all other tables: a server starts without
QUIET = frozenset({"access_log", "delivery", "job_run", "message", "sign_in", "token", "visit", NAME})
_CHANGED, _THERE = "tocsin_changed", "tocsin_has_mark"
_ACT = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
_WORD = re.compile(r"[a-z_]+")
_watched: ContextVar[set[str] | None] = ContextVar("watched", default=None)
Marks = Mapping[int, str]


def begin(connection: Connection) -> None:
    """From here on it counts what a transaction changes."""
    connection.info.pop(_CHANGED, None)


def noticed(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    """See what a statement changes, as an event of the engine; and what it reads, where somebody watches."""
    if (act := _ACT.match(statement)) and (name := act.group(2).lower()) not in QUIET:
        gone = act.group(1).upper().startswith("DELETE")
        connection.info.setdefault(_CHANGED, set()).update(_with_parts(name) if gone else {name})
    if (watched := _watched.get()) is not None:
        watched |= _named(statement)


def end(session: Session) -> None:
    """Set other marks of what the transaction changed, if it changed anything."""
    session.flush()
    connection = session.connection()
    if (changed := connection.info.pop(_CHANGED, set())) and _there(connection):
        new = secrets.token_hex(8)  # not a number counted up: a store put back would repeat it
        untold = _untold(_all(connection))
        _set(connection, [WHOLE], new)  # first: whoever writes beside waits here for its turn
        _set(connection, sorted({*map(number, changed), *([UNTOLD] if untold else ())}), new)
        connection.info.pop(_CHANGED, None)


def _set(connection: Connection, numbers: list[int], new: str) -> None:
    mine = _MARK.c.id.in_(numbers)
    if connection.execute(update(_MARK).where(mine).values(mark=new)).rowcount < len(numbers):
        there = set(connection.scalars(select(_MARK.c.id).where(mine)))
        connection.execute(insert(_MARK), [{"id": one, "mark": new} for one in numbers if one not in there])


def _there(connection: Connection) -> bool:
    """Whether the store has a mark: one older than schema 0008 has none until it is brought up to date."""
    if not connection.info.get(_THERE):
        connection.info[_THERE] = inspect(connection).has_table(NAME)
    return bool(connection.info[_THERE])


def read(session: Session) -> str:
    """The mark of the state that a session sees; empty where nothing was ever changed."""
    return session.scalar(select(_MARK.c.mark).where(_MARK.c.id == WHOLE)) or ""


def every(session: Session) -> Marks:
    """All marks of the state that a session sees, by their numbers; of what was never changed there is none."""
    marks = _all(session)
    return {**marks, UNTOLD: marks[WHOLE]} if _untold(marks) else marks


def _all(asked: Session | Connection) -> dict[int, str]:
    return {row.id: row.mark for row in asked.execute(select(_MARK.c.id, _MARK.c.mark))}


def _untold(marks: Marks) -> bool:
    """Whether the whole was changed by somebody who did not say which tables, such as an older program."""
    return WHOLE in marks and marks[WHOLE] not in {marks[one] for one in marks if one not in (WHOLE, UNTOLD)}


@lru_cache
def number(name: str) -> int:
    """The number under which the mark of a table is kept."""
    return crc32(name.encode()) & 0x7FFFFFFF


@contextmanager
def watching() -> Iterator[set[str]]:
    """The tables that are read within the block (a few more, where a column has the name of a table)."""
    watched: set[str] = set()
    before = _watched.set(watched)
    try:
        yield watched
    finally:
        _watched.reset(before)


def of(marks: Marks, tables: Iterable[str]) -> Marks:
    """The marks that an answer from some tables depends on; of quiet ones only that of the whole tells."""
    named = set(tables)
    numbers = {number(one) for one in named - QUIET} | ({WHOLE} if named & QUIET or not named else set())
    return {one: marks.get(one, "") for one in numbers | {UNTOLD}}


@lru_cache(maxsize=4096)
def _named(statement: str) -> frozenset[str]:
    return frozenset(_WORD.findall(statement)) & _tables().keys()


@lru_cache
def _with_parts(name: str) -> frozenset[str]:
    """A table, and those whose rows go when rows of it go."""
    parts = [other for other, above in _tables().items() if name in above]
    return frozenset({name}.union(*map(_with_parts, parts)))


@lru_cache
def _tables() -> dict[str, frozenset[str]]:
    """Each table, with those whose rows take its own along when they are deleted."""
    from db.schema import Base  # late, as above: only who reads or writes the record needs them

    return {
        one.name: frozenset(key.column.table.name for key in one.foreign_keys if key.ondelete)
        for one in Base.metadata.tables.values()
    }
