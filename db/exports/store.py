"""The whole store as one file of JSON lines: every table, in an order in which it can be read back.

The first line is the header (format and schema). Each table begins with a line that names it and its
columns; its rows follow as lists. The last line counts the rows of each table and carries the SHA-256
of all lines before it, so that a cut or changed file is noticed. Nothing in the file depends on the
clock or the kind of database: equal stores give equal files.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import Enum
from typing import IO, Any

from sqlalchemy import Column, String, Table, collate, select
from sqlalchemy.orm import Session

from db import migrating, policy
from db.policy import Viewer
from db.schema import Base, StoreMark

KIND, FORMAT = "tocsin store", 1
AT_ONCE = 2000


def write(session: Session, viewer: Viewer, out: IO[bytes], tell: Callable[[int], None] | None = None) -> int:
    """Write all tables of a store as JSON lines; returns the number of rows. Administrators only."""
    policy.may_copy_all(viewer)
    digest, total = hashlib.sha256(), 0
    for line in _lines(session):
        raw = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
        digest.update(raw)
        out.write(raw)
        total += isinstance(line, list)
        if tell and total % AT_ONCE == 0:
            tell(total)
    end = {"end": {"rows": total, "sha256": digest.hexdigest()}}
    out.write((json.dumps(end, separators=(",", ":")) + "\n").encode())
    return total


def tables() -> list[Table]:
    """All tables of the record, each after those that it refers to."""
    return [table for table in Base.metadata.sorted_tables if table.name != StoreMark.__tablename__]


def _lines(session: Session) -> Iterator[dict[str, Any] | list[Any]]:
    yield {"kind": KIND, "format": FORMAT, "schema": migrating.head()}
    for table in tables():
        yield {"table": table.name, "columns": [column.name for column in table.columns]}
        yield from _rows(session, table)


def _rows(session: Session, table: Table) -> Iterator[list[Any]]:
    postgres = session.get_bind().dialect.name == "postgresql"
    order = [_bytewise(column) if postgres else column for column in table.primary_key]
    found = session.execute(select(table).order_by(*order).execution_options(yield_per=AT_ONCE))
    for row in found:
        yield [plain(value) for value in row]


def _bytewise(column: Column[Any]) -> Any:
    """Order texts by their bytes, as SQLite does, whatever the language of the database."""
    return collate(column, "C") if isinstance(column.type, String) else column


def plain(value: Any) -> Any:
    """A value of a row as JSON; bytes as base64, days and instants as ISO text."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    return value.isoformat() if isinstance(value, datetime | date) else value
