"""Where a text stands in the store: every column of every table that holds words, past ones included.

For true erasure: what is found is named by table, row and column, never repeated. Words are compared without
case, accents, vowel marks and variant letters. Kept files are looked into as far as words can be read out of them
(`db.inside`); how many could not be, by their kind, is told. Who protected sources are is encrypted:
`identities.search` looks there.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, Enum, String, Table, select
from sqlalchemy.orm import Session

from db import inside, policy, sealing, spelling
from db.emptying import row_id
from db.errors import BadInput
from db.policy import Viewer
from db.schema import Base, Document

LEAST = 3
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "windows-1256")
# What tells of people by the name they sign in or act under: see db/forgetting.py.
ACTORS = frozenset(
    {"by", "made_by", "decided_by", "added_by", "changed_by", "revoked_by", "graded_by", "lifted_by"}
) | {
    "withdrawn_by",
    "login",
    "actor",
    "owner",
    "viewer",
    "taken_by",
    "done_by",
    "ended_by",
    "asked_by",
    "given_by",
}
_NO_WORDS = frozenset(
    {"digests", "salts", "key_id", "signature", "digest", "data_version", "sealed", "polygon"}
)
# Rows that tell what a report says are erased with that report.
OF_REPORT = frozenset({"report_incident", "claim", "report_actor", "incident_version"})


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A row in which the text stands, and the columns (or "column.key" of a mapping) that hold it."""

    table: str
    row: str
    fields: tuple[str, ...]


def find(session: Session, viewer: Viewer, text: str) -> list[Found]:
    """Every row in which a text stands; only for those who may erase."""
    return look(session, viewer, text)[0]


def look(session: Session, viewer: Viewer, text: str) -> tuple[list[Found], Counter[str]]:
    """The same, and how many kept files could not be looked into, by their kind."""
    policy.may_erase(viewer)
    wanted = spelling.folded(text.strip())
    if len(wanted) < LEAST:
        raise BadInput(f"{LEAST} letters at least; a shorter text stands nearly everywhere")
    found = [one for table in Base.metadata.sorted_tables for one in _in_table(session, table, wanted)]
    kept, closed = _in_documents(session, text.strip(), wanted)
    return sorted(found + kept), closed


def worded(table: Table) -> list[Column[Any]]:
    """The columns of a table that may hold words of people."""
    return [c for c in table.columns if isinstance(c.type, String | JSON) and not _fixed(c)]


def _fixed(column: Column[Any]) -> bool:
    """Keys, words of fixed lists, digests."""
    coded = column.name in _NO_WORDS or column.name.endswith("sha256") or isinstance(column.type, Enum)
    return bool(coded or column.primary_key or column.foreign_keys)


def _in_table(session: Session, table: Table, wanted: str) -> Iterator[Found]:
    columns, keys = worded(table), list(table.primary_key)
    if not columns:
        return
    chosen = select(*keys, *columns).execution_options(yield_per=2000)
    for row in session.execute(chosen):
        values = zip((c.name for c in columns), row[len(keys) :], strict=True)
        told = [*values, *_in_key(table, row)]
        if fields := [field for name, value in told for field in _fields(name, value, wanted)]:
            yield Found(table.name, row_id(table, row[: len(keys)]), tuple(fields))


def _in_key(table: Table, row: Sequence[Any]) -> list[tuple[str, str]]:
    """The words that stand in the key of a row: another name of a place, now and in its past."""
    if table.name == "place_alias":
        return [("alias", row[1])]
    return (
        [("key", row[1].partition("\t")[2])] if table.name == "past_row" and row[0] == "place_alias" else []
    )


def _fields(name: str, value: Any, wanted: str) -> list[str]:
    if isinstance(value, dict):
        return [f"{name}.{key}" for key, one in value.items() if _holds(one, wanted) or _holds(key, wanted)]
    return [name] if _holds(value, wanted) else []


def _holds(value: Any, wanted: str) -> bool:
    if value is None or isinstance(value, bool | int | float):
        return False
    return wanted in spelling.folded(value if isinstance(value, str) else sealing.canonical(value))


def _in_documents(session: Session, text: str, wanted: str) -> tuple[list[Found], Counter[str]]:
    """Kept files whose bytes or whose words hold the text, and what could not be looked into."""
    patterns = [text.encode(one, "ignore") for one in ENCODINGS]
    rows = session.execute(
        select(Document.id, Document.body).where(Document.body.is_not(None)).execution_options(yield_per=20)
    )
    found, closed = [], Counter[str]()
    for one, body in rows:
        try:
            if body and (_in_bytes(body, patterns, wanted) or wanted in spelling.folded(inside.words(body))):
                found.append(Found("document", one, ("body",)))
        except inside.Closed as kind:
            closed[str(kind)] += 1
    return found, closed


def _in_bytes(body: bytes, patterns: Sequence[bytes], wanted: str) -> bool:
    if any(pattern and pattern in body for pattern in patterns):
        return True
    return wanted in spelling.folded(body.decode("utf-8", "ignore"))
