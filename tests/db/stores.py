"""Looking into stores: all rows, one statement, one query."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import inspect, text

from db import engine, mark
from db.policy import LOCAL

TIMES = {"recorded_at", "recorded_until", "first_recorded_at", "started_at", "finished_at", "decided_at"}
BATCH = {"batch_id", "counts"}
DAY = date(2018, 12, 31)


def rows(url: str, statement: str, **values: Any) -> list[dict[str, Any]]:
    """The rows of a plain SQL statement."""
    with engine.reading(url) as session:
        return [dict(row) for row in session.execute(text(statement), values).mappings()]


def count(url: str, table: str) -> int:
    """How many rows a table holds."""
    return int(rows(url, f"SELECT count(*) AS n FROM {table}")[0]["n"])  # noqa: S608


def change(url: str, statement: str, **values: Any) -> None:
    """Run a statement that writes."""
    with engine.writing(url) as session:
        session.execute(text(statement), values)


def everything(url: str, *, without: set[str] = TIMES) -> dict[str, list[str]]:
    """All rows of all tables, without some columns, in a fixed order."""
    with engine.reading(url) as session:
        tables = set(inspect(session.connection()).get_table_names()) - {mark.NAME}
    return {table: _sorted(rows(url, f'SELECT * FROM "{table}"'), without) for table in tables}  # noqa: S608


def _sorted(found: list[dict[str, Any]], without: set[str]) -> list[str]:
    return sorted(str({k: v for k, v in row.items() if k not in without}) for row in found)


def ask(url: str, query: Callable[..., Any], **options: Any) -> Any:
    """The answer of a read of `db.queries` to the local user, about Nowhere and as of the end of 2018."""
    viewer = options.pop("viewer", LOCAL)
    options = {"region_id": "nowhere", "as_of": DAY} | options
    with engine.reading(url) as session:
        return query(session, viewer, **options)
