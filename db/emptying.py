"""Taking values out of single rows for good: what stays is the row, and in chains the digest.

Rows that are nothing but a name go whole: another name of a place, how such a row read before, who a source is.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Date, DateTime, Integer, Table, delete, select, update
from sqlalchemy.orm import Session

from db import sealing
from db.erasures import CHAINED
from db.schema import Base, UtcDateTime

ERASED = "[erased]"
ID_LENGTH = 64
# Columns of keys that hold words: a row is named by their digest, for its name goes into the signed entry.
WORDED_KEYS = {"place_alias": "alias", "past_row": "key"}


def empty(session: Session, table_name: str, row: str, fields: Iterable[str]) -> list[str]:
    """Empty fields of a row ("column" or "column.key"); returns those that were there to be emptied."""
    table = Base.metadata.tables.get(table_name)
    where = None if table is None else _where(session, table, row)
    if table is None or where is None:
        return []
    found = session.execute(select(table).where(*where)).mappings().one_or_none()
    if found is None:
        return []
    values = dict(found)
    if goes_whole(table_name, values):
        session.execute(delete(table).where(*where))
        session.expire_all()
        return list(fields)
    done = [field for field in fields if _emptied(table, values, field)]
    changed = {name: value for name, value in values.items() if value != found[name]}
    if changed:
        session.execute(update(table).where(*where).values(changed))
    session.expire_all()
    return done


def goes_whole(table_name: str, values: Mapping[str, Any]) -> bool:
    """Whether a row is nothing but a name."""
    return table_name in {"place_alias", "identity"} or values.get("of_table") == "place_alias"


def row_id(table: Table, values: Sequence[Any]) -> str:
    """A row's key as one text, words in it by their digest."""
    keys = zip(table.primary_key, values, strict=True)
    return "\t".join(_part(value, key.name == WORDED_KEYS.get(table.name)) for key, value in keys)


def short(row: str) -> str:
    """A row's key as an entry of erasure has room for it: whole, or its digest."""
    return row if len(row) <= ID_LENGTH else _digest(row)


def _digest(words: str) -> str:
    return "#" + hashlib.sha256(words.encode()).hexdigest()[: ID_LENGTH - 1]


def _part(value: Any, words: bool) -> str:
    if words:
        return _digest(str(value))
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _where(session: Session, table: Table, row: str) -> list[Any] | None:
    """The condition that names a row by its key, as `row_id` or `short` writes it."""
    keys = list(table.primary_key)
    if row.startswith("#"):
        held = session.execute(select(*keys))
        row = next((full for one in held if short(full := row_id(table, one)) == row), "")
    parts = row.split("\t")
    if len(keys) != len(parts):
        return None
    named = dict(zip(keys, parts, strict=True))
    worded = next(
        (key for key, part in named.items() if part[0:1] == "#" and key.name in WORDED_KEYS.values()), None
    )
    try:
        plain = [key == _value(key.type, part) for key, part in named.items() if key is not worded]
    except ValueError:
        return None
    if worded is None:
        return plain
    among = session.scalars(select(worded).where(*plain).distinct())
    meant = next((one for one in among if _part(one, True) == named[worded]), None)
    return None if meant is None else [*plain, worded == meant]


def _value(kind: Any, part: str) -> Any:
    if isinstance(kind, Integer):
        return int(part)
    if isinstance(kind, UtcDateTime | DateTime):
        return datetime.fromisoformat(part)
    return datetime.fromisoformat(part).date() if isinstance(kind, Date) else part


def _emptied(table: Table, values: dict[str, Any], field: str) -> bool:
    """Empty one field in the values of a row; False where there is no such field."""
    name, _, key = field.partition(".")
    if name not in values:
        return False
    if table.name in CHAINED:
        return _unsalted(values, name, key)
    if key:
        held = values[name]
        if not isinstance(held, dict) or key not in held:
            return False
        values[name] = {k: (_blank(v) if k == key else v) for k, v in held.items()}
    else:
        values[name] = None if table.c[name].nullable else _blank(values[name])
    return True


def _unsalted(values: dict[str, Any], name: str, key: str) -> bool:
    """Take a value of a chain away together with its salt; its digest stays."""
    salted = key if name == "told" else name
    if salted not in values["salts"]:
        return False
    values["salts"] = {k: v for k, v in values["salts"].items() if k != salted}
    if name == "told":
        values["told"] = {k: v for k, v in values["told"].items() if k != key}
    else:
        values[name] = None if name in {"old", "new", "detail"} else ERASED
    return True


def _blank(value: Any) -> Any:
    if isinstance(value, dict | list):
        return type(value)()
    return b"" if isinstance(value, bytes) else ERASED


def of_chain(row: str, fields: Iterable[str]) -> tuple[str, list[str]]:
    """How a signed entry names what was emptied in a chain: whose chain, and "field number" for each value."""
    whose, _, number = row.rpartition("\t")
    return whose, [f"{field.removeprefix('told.')} {number}" for field in fields]


def in_chain(session: Session, table: str, whose: str, fields: Iterable[str]) -> bool:
    """Empty what a signed entry names in a chain; False where none of it is here."""
    done = False
    for told in fields:
        field, _, spans = str(told).partition(" ")
        name = f"told.{field}" if table == "access_log" and field != "by" else field
        for number in sorted(sealing.numbers(spans)):
            row = f"{whose}\t{number}" if whose else str(number)
            done = bool(empty(session, table, row, [name])) or done
    return done


def report_of(session: Session, table: str, row: str) -> str | None:
    """The report that a row tells of."""
    known = Base.metadata.tables[table]
    where = _where(session, known, row) or []
    found = session.scalar(select(known.c.report_id).where(*where)) if where else None
    return str(found) if found else None
