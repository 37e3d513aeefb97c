"""A store of every earlier schema, with rows in every table, comes up with every row and exactly as a new store."""

import re
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, text

from db import engine, migrating
from db.schema import Base
from tests.conftest import Copies
from tests.db import random_store
from tests.db.stores import change, rows
from tests.db.test_upgrade import released

REVISIONS = sorted(migrating.known())
# What an upgrade is there to change: (table, column), because the value itself follows from others.
REWRITTEN = {"revision": {"sha256", "previous_sha256"}, "custody": {"sha256"}}
# What the upgrade to 0007 writes down of itself: the head of the history before it was sealed anew.
SEALED_ANEW, ADDED = "0007", {"revision": 1}


def reflected(url: str) -> dict[str, Table]:
    """The tables of a store as they are, each after those it refers to."""
    found = MetaData()
    with engine.engine(url).connect() as connection:
        found.reflect(connection)
    return {table.name: table for table in found.sorted_tables if table.name != "alembic_version"}


def then(table: Table) -> Table:
    """A table of an older store, with the types by which the program of today names its values."""
    now = Base.metadata.tables[table.name]
    for column in table.columns:
        if column.name in now.columns:
            column.type = now.columns[column.name].type
    return table


def held(url: str, tables: dict[str, Table]) -> dict[str, list[dict[str, Any]]]:
    """All rows of some tables, as the database gives them, in the order of their keys."""
    found = {}
    for name, table in tables.items():
        names = [c.name for c in table.columns if c.name not in REWRITTEN.get(name, set())]
        order = ", ".join(f'"{column.name}"' for column in table.primary_key)
        columns = ", ".join(f'"{name}"' for name in names)
        found[name] = [
            {key: str(value) for key, value in row.items()}
            for row in rows(url, f'SELECT {columns} FROM "{name}" ORDER BY {order}')  # noqa: S608
        ]
    return found


def made_of(url: str) -> set[tuple[str, ...]]:
    """Every table, column, constraint, index and trigger of a store, as its database defines it."""
    if url.startswith("sqlite"):
        asked = ("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master",)
    else:
        here = "connamespace = current_schema()::regnamespace"
        asked = (
            "SELECT table_name, column_name, data_type, coalesce(character_maximum_length::text, ''), is_nullable, "
            "coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = current_schema()",
            f"SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE {here}",  # noqa: S608
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
            "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        )
    with engine.reading(url) as session:
        found = [tuple(map(str, row)) for one in asked for row in session.execute(text(one))]
    return {tuple(re.sub(r"\s+", " ", part) for part in row) for row in found}


@pytest.fixture
def newest(request: pytest.FixtureRequest, copies: Copies) -> str:
    """A store that was made by this program, of the kind that the test runs on."""
    kind = str(request.getfixturevalue("empty_url")).split(":")[0]
    return copies("sqlite" if kind == "sqlite" else "postgresql", migrating.upgrade)


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_store_of_every_release_comes_up_with_every_row_and_as_a_new_one(
    empty_url: str, newest: str, revision: str
) -> None:
    released(empty_url, revision)
    tables = {name: then(table) for name, table in reflected(empty_url).items()}
    random_store.fill(empty_url, int(revision), among=list(tables.values()))
    before = held(empty_url, tables)
    assert all(before.values()), [name for name, found in before.items() if not found]
    migrating.upgrade(empty_url)
    migrating.check(empty_url)
    kept = {name: table for name, table in reflected(empty_url).items() if name in before}
    assert set(kept) == set(before)
    after = held(empty_url, kept)
    for name, found in before.items():
        shared = [c.name for c in tables[name].columns if c.name in kept[name].columns]
        shared = [c for c in shared if c not in REWRITTEN.get(name, set())]
        now = [{c: row[c] for c in shared} for row in after[name]]
        assert [row for row in ({c: row[c] for c in shared} for row in found) if row not in now] == []
        assert len(now) == len(found) + (ADDED.get(name, 0) if revision < SEALED_ANEW else 0)
    assert made_of(empty_url) == made_of(newest)


def test_what_a_store_is_made_of_shows_what_is_missing(empty_url: str) -> None:
    migrating.upgrade(empty_url)
    whole = made_of(empty_url)
    change(empty_url, "DROP INDEX ix_score_day")
    change(empty_url, "ALTER TABLE source ADD COLUMN more TEXT")
    assert len(whole ^ made_of(empty_url)) >= 2
