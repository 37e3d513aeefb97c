"""Connections: one engine a store, transactions that read, transactions that write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Connection,
    Dialect,
    Engine,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, DisconnectionError, NoSuchModuleError
from sqlalchemy.orm import Session

from db import disks, mark
from db.errors import BadInput, Unreachable

if TYPE_CHECKING:
    pass

BUSY_TIMEOUT_MS = 30_000
AT_ONCE = 27  # connections beyond the five that are kept: a team's readers, each with one
WRITING, _STILL = "tocsin_writing", "tocsin_still"


@cache  # never forgotten: an engine that is dropped leaves its connections open
def engine(url: str) -> Engine:
    """The engine for a database URL; SQLite gets WAL, foreign keys and explicit transactions."""
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        pool: dict[str, Any] = {"pool_pre_ping": True} if parsed.get_backend_name() != "sqlite" else {}
        if parsed.database not in (None, "", ":memory:"):
            pool["max_overflow"] = AT_ONCE
        # Errors name the statement, never its values: they go to logs, and values are texts and places.
        built = create_engine(parsed, hide_parameters=True, **pool)
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as error:
        raise BadInput(
            "the database address is not understood; write sqlite:///file.db or postgresql://user@host/name"
        ) from error
    event.listen(built, "handle_error", lambda context: _refuse_no_text(context.original_exception))
    if built.dialect.name == "sqlite":
        event.listen(built, "do_connect", _only_what_is_there)
        event.listen(built, "connect", _prepare_sqlite)
        event.listen(built, "checkout", _as_the_disk_is_now)
        event.listen(built, "begin", _begin_sqlite)
    event.listen(built, "before_cursor_execute", mark.noticed)
    return built


def _refuse_no_text(error: BaseException) -> None:
    """Say so where a value holds what no text may (a NUL on PostgreSQL, half a character on both)."""
    if isinstance(error, UnicodeEncodeError) or "NUL (0x00)" in str(error):
        raise BadInput("a text holds a sign that no text may hold (a NUL or half a character); take it out")


def _only_what_is_there(_dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
    """Never make a file by looking for it: an empty one in the place of a store that is away would hide it."""
    if arguments and arguments[0] not in ("", ":memory:") and not str(arguments[0]).startswith("file:"):
        path = Path(arguments[0]).resolve()
        still = disks.still(path)
        record.info[_STILL] = path if still else None
        arguments[0] = f"{path.as_uri()}?{'mode=ro&immutable=1' if still else 'mode=rw'}"
        options["uri"] = True


def _as_the_disk_is_now(_connection: Any, record: Any, _proxy: Any) -> None:
    """Open anew what was opened as never changing, once its disk may be written again."""
    if (path := record.info.get(_STILL)) is not None and not disks.still(path):
        raise DisconnectionError


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we emit BEGIN ourselves, else savepoints and reads leak
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -32768")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails with "locked", whatever the timeout.
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def reading(url: str) -> Iterator[Session]:
    """A session over one consistent state of the store, for reading only."""
    options = {} if engine(url).dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with connected(url, **options) as connection, Session(connection, autoflush=False) as session:
        yield session


@contextmanager
def writing(url: str, wait_ms: int = BUSY_TIMEOUT_MS) -> Iterator[Session]:
    """A session whose changes are kept together if the block ends well, and not at all otherwise.

    Who would wait for another writer longer than `wait_ms` gets an OperationalError instead.
    """
    with connected(url, **{WRITING: True}) as connection, _waiting(connection, wait_ms):
        with Session(connection, autoflush=False) as session, session.begin():
            if wait_ms != BUSY_TIMEOUT_MS and connection.dialect.name == "postgresql":
                session.execute(text(f"SET LOCAL lock_timeout = {int(wait_ms)}"))
            # What is only noted in passing (the access log) must not hinder those who only read.
            for check_first in _asked_before_writing if wait_ms == BUSY_TIMEOUT_MS else ():
                check_first(session)
            mark.begin(connection)
            yield session
            mark.end(session)
        connection.commit()


_asked_before_writing: list[Callable[[Session], None]] = []


@contextmanager
def asking_first(check_first: Callable[[Session], None]) -> Iterator[None]:
    """Have a question asked of every session that is about to write; it refuses by raising."""
    _asked_before_writing.append(check_first)
    try:
        yield
    finally:
        _asked_before_writing.remove(check_first)


@contextmanager
def _waiting(connection: Connection, wait_ms: int) -> Iterator[None]:
    """Let a SQLite connection wait another time than usual for the turn to write."""
    if wait_ms == BUSY_TIMEOUT_MS or connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()  # below SQLAlchemy: before the transaction begins
    driver.execute(f"PRAGMA busy_timeout = {int(wait_ms)}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        driver.close()


def queue(connection: Connection, name: str) -> None:
    """Wait for other transactions that asked for this name; on SQLite writers wait for each other anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"tocsin {name}"})


@contextmanager
def connected(url: str, **options: Any) -> Iterator[Connection]:
    """A connection of its own; a store that cannot be reached is told in words."""
    try:
        connection = engine(url).connect()
    except DatabaseError as error:
        raise Unreachable(unreachable(url, error)) from error
    with connection:
        yield connection.execution_options(**options)


def unreachable(url: str, error: Exception) -> str:
    """One line that says which store cannot be reached and what to do, without its password."""
    shown = make_url(url).render_as_string(hide_password=True)
    reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and (hindered := disks.hindered(Path(parsed.database or "."))):
        return f"cannot open the store {shown} ({reason}): {hindered}"
    return f"cannot reach the database {shown} ({reason}); check the address, the server and your rights"


@contextmanager
def driver(url: str) -> Iterator[Any]:
    """The driver's own cursor outside any transaction, as VACUUM asks; what goes wrong is told as elsewhere."""
    with connected(url) as connection, told_alike(connection.dialect):
        yield connection.connection.cursor()


@contextmanager
def told_alike(dialect: Dialect) -> Iterator[None]:
    """Let an error of the driver, used below SQLAlchemy, come out as SQLAlchemy's own, without values."""
    base = dialect.loaded_dbapi.Error
    try:
        yield
    except (base, UnicodeEncodeError) as error:
        _refuse_no_text(error)
        raise DBAPIError.instance(None, None, error, base, hide_parameters=True, dialect=dialect) from error


def scrub(url: str) -> bool:
    """Write a SQLite file anew so that nothing that was erased is left in it; False on another database.

    PostgreSQL lets go of erased values with VACUUM, and of their bytes on the disk with VACUUM FULL.
    """
    if engine(url).dialect.name != "sqlite":
        return False
    with driver(url) as cursor:
        for step in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            cursor.execute(step)
    return True


def study(session: Session) -> None:
    """Let SQLite learn how its rows are spread, so that it finds them by the right index; PostgreSQL does so itself.

    It looks at a thousand entries of each index: 30 ms for a million incidents.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA analysis_limit = 1000"))
        session.execute(text("ANALYZE"))
