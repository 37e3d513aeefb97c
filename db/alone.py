"""One job of a kind at a time on a store, across processes; the lock goes with its process, however that ends."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import make_url, text

from db.engine import engine
from db.errors import BadInput


@contextmanager
def alone(url: str, name: str) -> Iterator[None]:
    """Hold a name of a store for as long as a job lasts; a second job of that name is refused at once.

    On PostgreSQL a lock of a session, beside a SQLite store a small file that SQLite itself locks.
    """
    busy = f"another {name} run is at work on this store; let it finish, then try again"
    path = make_url(url).database
    if engine(url).dialect.name == "postgresql":
        with _session_lock(url, name, busy):
            yield
    elif not path or path == ":memory:":
        yield
    else:
        with _file_lock(f"{path}.{name}-lock", busy):
            yield


@contextmanager
def _session_lock(url: str, name: str, busy: str) -> Iterator[None]:
    with engine(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = {"name": f"tocsin job {name}"}
        if not connection.execute(text("SELECT pg_try_advisory_lock(hashtext(:name))"), key).scalar():
            raise BadInput(busy)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), key)


@contextmanager
def _file_lock(path: str, busy: str) -> Iterator[None]:
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as holder:
        try:
            holder.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise BadInput(busy) from None
            raise
        yield
