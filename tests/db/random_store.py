"""Stores full of random rows: every table, every type, whatever the constraints let through."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Enum, Float, Integer, LargeBinary, String, Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import engine
from db.exports.store import tables
from db.schema import UtcDateTime

LETTERS = "abz '\"=+-@,;\\\t\n\r␀السويداءةأإىﷺ😀‮é"
START = datetime(2016, 1, 1, tzinfo=UTC)
TRIES = 40


def fill(url: str, seed: int, rows: int = 3, *, among: Sequence[Table] | None = None) -> None:
    """Put some random rows into every table (or into these), with references that hold."""
    dice = random.Random(seed)  # noqa: S311
    with engine.writing(url) as session:
        for table in among or tables():
            for _ in range(dice.randint(2, rows)):
                _one(session, table, dice)


def _one(session: Session, table: Table, dice: random.Random) -> None:
    """One more row, unless its table is full (of one row a parent) or luck is out."""
    for _ in range(TRIES):  # until all constraints are content
        row = {column.name: _value(session, table, column, dice) for column in table.columns}
        try:
            with session.begin_nested():
                session.execute(table.insert().values(row))
            return
        except IntegrityError:
            continue


def _value(session: Session, table: Table, column: Any, dice: random.Random) -> Any:
    if column.nullable and dice.random() < 0.4:
        return None
    for key in column.foreign_keys:
        found = session.scalars(select(key.column).order_by(key.column).limit(50)).all()
        return dice.choice(found) if found else None
    return _plain(column, dice)


def _plain(column: Any, dice: random.Random) -> Any:
    kind = column.type
    if isinstance(kind, Enum):
        return dice.choice(list(kind.enum_class))  # type: ignore[arg-type]
    if isinstance(kind, JSON):
        return dice.choice([{"ب": [1, 0.1, None]}, {}]) if column.name != "flags" else ["x", "ا"]
    if isinstance(kind, LargeBinary):
        return dice.randbytes(dice.randint(0, 9))
    if isinstance(kind, Boolean):
        return dice.random() < 0.5
    if isinstance(kind, Integer):
        return dice.randint(1, 6)
    if isinstance(kind, Float):
        return dice.choice([dice.random(), 0.1, 1.0, 1e-7])
    if isinstance(kind, Date):
        return date(2018, 1, 1) + timedelta(days=dice.randint(0, 30))
    if isinstance(kind, UtcDateTime):
        return START + timedelta(microseconds=dice.randint(0, 10**14))
    assert isinstance(kind, String), column
    longest = min(kind.length or 40, 40)
    return "".join(dice.choices(LETTERS, k=dice.randint(1, longest)))
