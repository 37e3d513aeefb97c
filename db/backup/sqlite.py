"""A SQLite store as one file: taken in one go beside writers, looked over, and put in place at once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import DatabaseError

from db import engine
from db.backup import facts
from db.errors import BadInput, TocsinError


@contextmanager
def snapshot(url: str, scratch: Path) -> Iterator[tuple[IO[bytes], dict[str, Any]]]:
    """The store as one stream, as it was at one moment, and what is in it.

    `VACUUM INTO` reads every table row by row and builds all indexes anew, so that a damaged table is
    found, a damaged index does not travel, and nothing erased is left in unused pages.
    """
    scratch.unlink(missing_ok=True)
    os.close(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with engine.driver(url) as cursor:
            cursor.execute("VACUUM INTO ?", (str(scratch),))
        with opened(scratch) as connection:
            found = facts.of(connection)
        with scratch.open("rb") as file:
            yield file, found
    finally:
        scratch.unlink(missing_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[Connection]:
    """A connection to a file that nobody else uses, closed again at the end."""
    own = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    try:
        with own.connect() as connection:
            yield connection
    finally:
        own.dispose()


def unsound(path: Path) -> str | None:
    """What is wrong with the pages, indexes or references of a file, or None."""
    try:
        with opened(path) as connection:
            told = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
            if told != "ok":
                return str(told)
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                return "rows point at others that are not there"
    except DatabaseError as error:
        return str(error.orig)
    except UnicodeDecodeError:  # what SQLite complains of quotes a name from the file
        return "its tables have names that are no text"
    return None


def place(url: str) -> Path:
    """The file of a store."""
    name = make_url(url).database
    if not name or name == ":memory:":
        raise BadInput("this store is not in a file; name one: --db sqlite:///file.db")
    return Path(name)


def remove(path: Path) -> None:
    """Take a scratch store away, with what SQLite keeps beside it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def swap(new: Path, target: Path, kept: Path | None) -> None:
    """Put a whole new store in the place of another, which is kept beside it under its own name.

    Refused while another program has the old store open: it would go on writing into the old one.
    """
    _folded(new)
    if target.exists():
        _folded(target)
        if kept:
            kept.unlink(missing_ok=True)
            os.link(target, kept)
    new.replace(target)
    settle(target.parent)


def _folded(path: Path) -> None:
    """Fold the write-ahead log into the file: one that stayed behind would be read into the next store."""
    try:
        with opened(path) as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode = DELETE").scalar_one()
    except DatabaseError as error:
        if "locked" not in str(error.orig):
            remove_log(path)  # no database that could be read: its log is of no use either
            return
        mode = "locked"
    if mode != "delete":
        raise TocsinError(
            f"another program has {path} open; stop it (tocsin serve, a running command) and try again"
        )
    with path.open("rb") as file:
        os.fsync(file.fileno())


def remove_log(path: Path) -> None:
    """Take away what SQLite keeps beside a file."""
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Have the names in a folder on the disk before anything else happens."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
