"""What is counted and compared of a store, when it is backed up and when it comes back."""

from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

from db import custody, migrating, revisions
from db.errors import TocsinError

_HEADS = {"revision": ("seq", "sha256"), "access_log": ("seq", "sha256")}


def of(connection: Connection) -> dict[str, Any]:
    """Schema, rows of each table, the ends of the chains, and which erasures it knows; of any schema."""
    schema = migrating.revision_in(connection)
    if schema is None:
        raise TocsinError("the database holds no Tocsin store, so there is nothing to back up")
    if schema not in migrating.known():
        raise TocsinError("the store is newer than this program; install the newer Tocsin and try again")
    tables = set(inspect(connection).get_table_names())
    heads = {name: _head(connection, name) for name in _HEADS if name in tables}
    return {
        "schema": schema,
        "rows": migrating.counts(connection),
        "heads": heads,
        "erasures": _erasures(connection) if "erasure" in tables else [],
    }


def _head(connection: Connection, name: str) -> list[Any] | None:
    seq, seal = _HEADS[name]
    row = connection.execute(text(f"SELECT {seq}, {seal} FROM {name} ORDER BY {seq} DESC LIMIT 1")).first()  # noqa: S608  (names of ours)
    return list(row) if row else None


def _erasures(connection: Connection) -> list[str]:
    return [str(one) for one in connection.execute(text("SELECT id FROM erasure ORDER BY id")).scalars()]


def differences(told: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """In which tables or chains a store differs from what the manifest of its backup says."""
    wrong = (
        [f"schema {found['schema']} instead of {told['schema']}"] if told["schema"] != found["schema"] else []
    )
    for name in sorted({*told["rows"], *found["rows"]}):
        then, now = told["rows"].get(name), found["rows"].get(name)
        if then != now:
            wrong.append(f"{now} rows in {name} instead of {then}")
    return wrong + [f"another end of {n}" for n, end in told["heads"].items() if found["heads"].get(n) != end]


def chains(session: Session) -> list[str]:
    """Which chains of a store of the newest schema do not hold, in words."""
    told = []
    if (broken := revisions.check(session)) is not None:
        told.append(f"the history is broken at revision {broken}")
    return told + [f"custody of {one} is broken at entry {n}" for one, n in custody.broken(session).items()]
