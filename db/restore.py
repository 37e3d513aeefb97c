"""Reads a full export back into an empty store: all of it, or nothing."""

import hashlib
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import JSON, Date, LargeBinary, Table, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Mapper, Session

from db import bulk, engine, migrating
from db.errors import BadInput
from db.exports.store import AT_ONCE, FORMAT, KIND, tables
from db.foreign import from_json
from db.schema import Base, UtcDateTime

CURE = "export it again"
_READERS: dict[type[Any], Callable[[Any], Any]] = {
    UtcDateTime: datetime.fromisoformat,
    Date: date.fromisoformat,
    LargeBinary: b64decode,
}
Tell = Callable[[int], None]


def restore(url: str, path: Path, tell: Tell | None = None) -> dict[str, int]:
    """Take a full export into an empty store, which it makes where there is none; rows by table.

    Nothing is kept of a file that is cut, changed, or of a newer schema.
    """
    if not path.is_file():
        raise BadInput(f"there is no file {path}; check the name")
    with path.open("rb") as file:
        header(path, file.readline())
    migrating.upgrade(url)
    with path.open("rb") as file, engine.writing(url) as session:
        _refuse_full(session)
        if session.get_bind().dialect.name == "sqlite":  # rows may name others of their table that follow
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
        try:
            return _Restore(session, path, file, tell).run()
        except (StatementError, session.get_bind().dialect.loaded_dbapi.Error) as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise BadInput(f"{path.name} does not fit together ({reason}); {CURE}") from error


def header(path: Path, line: bytes) -> str:
    """The schema that a full export was written with; another file, or a newer one, is refused."""
    try:
        found = from_json(line)
        kind, form, schema = found["kind"], int(found["format"]), str(found["schema"])
    except (ValueError, TypeError, KeyError, OverflowError):
        kind, form, schema = None, 0, ""
    if kind != KIND:
        raise BadInput(
            f"{path.name} is no full export of a store; make one with: tocsin export --format jsonl --full"
        )
    if form > FORMAT or schema not in migrating.known():
        raise BadInput(f"{path.name} was written by a newer Tocsin ({schema}); install that and import again")
    return str(schema)


def _refuse_full(session: Session) -> None:
    held = {name: n for name, n in migrating.counts(session.connection()).items() if n}
    if held:
        told = ", ".join(f"{n} in {name}" for name, n in sorted(held.items())[:3])
        raise BadInput(
            f"the store is not empty ({told}); import into a new one: "
            "tocsin --db sqlite:///new.db import store FILE"
        )


class _Restore:
    """One reading of a file: which table it is in, what its digest is so far."""

    def __init__(self, session: Session, path: Path, file: IO[bytes], tell: Tell | None) -> None:
        self.session, self.path, self.tell = session, path, tell
        self.digest, self.total, self.number = hashlib.sha256(), 0, 0
        self.counts: dict[str, int] = {}
        self.lines = self._lines(file)
        self.tables = {table.name: table for table in tables()}
        self.entities = {
            m.local_table.name: m for m in Base.registry.mappers if isinstance(m.local_table, Table)
        }

    def run(self) -> dict[str, int]:
        """Read all lines; the last one must confirm what came before."""
        next(self.lines)
        found = next(self.lines)
        while not (isinstance(found, dict) and "end" in found):
            found = self._table(found)
        if found["end"] != {"rows": self.total, "sha256": self.sealed}:
            raise self._broken("was changed since it was written (its digest differs)")
        return self.counts

    def _lines(self, file: IO[bytes]) -> Iterator[Any]:
        for line in file:
            self.number += 1
            self.sealed = self.digest.hexdigest()
            self.digest.update(line)
            try:
                yield from_json(line)
            except ValueError:
                break
        raise self._broken("is cut or damaged")

    def _broken(self, what: str) -> BadInput:
        return BadInput(f"{self.path.name} {what}, line {self.number}; nothing was taken in: {CURE}")

    def _table(self, opening: Any) -> Any:
        """Take the rows of one table; returns the line that follows them."""
        table = self.tables.get(str(opening.get("table"))) if isinstance(opening, dict) else None
        if table is None or not set(opening.get("columns", [None])) <= set(table.columns.keys()):
            raise self._broken("names a table or column that this program does not know")
        names, self.after = opening["columns"], None
        rows = self._rows(table, names)
        self.counts[table.name] = 0
        # A table that refers to itself goes in at once, so that no row is missed by another on the way.
        at_once = None if _own_parent(table) else AT_ONCE
        while part := list(islice(rows, at_once)):
            self._insert(table, part)
        return self.after

    def _rows(self, table: Table, names: list[str]) -> Iterator[dict[str, Any]]:
        readers = [(name, _reader(table, name)) for name in names]
        for line in self.lines:
            if not isinstance(line, list):
                self.after = line
                return
            if len(line) != len(names):
                raise self._broken("has a row of another width")
            yield self._row(readers, line)

    def _row(self, readers: list[tuple[str, Callable[[Any], Any] | None]], line: list[Any]) -> dict[str, Any]:
        try:
            return {
                name: value if value is None or read is None else read(value)
                for (name, read), value in zip(readers, line, strict=True)
            }
        except (ValueError, TypeError, NotBase64) as error:
            raise self._broken(f"holds a value that cannot be read ({error})") from error

    def _insert(self, table: Table, part: list[dict[str, Any]]) -> None:
        mapper: Mapper[Any] = self.entities[table.name]
        try:
            taken = bulk.insert(self.session, mapper.class_, part)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise self._broken(f"holds a value that does not fit its column ({error})") from error
        if taken != len(part):
            raise self._broken(f"holds rows of {table.name} twice")
        self.total += taken
        self.counts[table.name] += taken
        if self.tell:
            self.tell(self.total)


def _reader(table: Table, name: str) -> Callable[[Any], Any] | None:
    kind = table.columns[name].type
    if isinstance(kind, JSON):
        return None
    return next((read for known, read in _READERS.items() if isinstance(kind, known)), None)


def _own_parent(table: Table) -> bool:
    return any(key.column.table is table for key in table.foreign_keys)
