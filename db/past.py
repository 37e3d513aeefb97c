"""What rows read before they were overwritten, so that reads by `recorded_as_of` find the record of that day.

Most of the record is only ever added to, with the moment at which it came in. The rest (a region's pack, the
state of an import or a draft, what counts under which incident) is changed in place; whoever changes it leaves
here how it read until then. Present reads never look here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DefaultClause,
    Float,
    Integer,
    Select,
    Table,
    and_,
    case,
    func,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session, aliased

from db import bulk
from db.schema import (
    Area,
    Base,
    Community,
    CommunityPlace,
    Draft,
    Feed,
    Incident,
    PastRow,
    Place,
    PlaceAlias,
    Region,
    Report,
    Source,
    UtcDateTime,
)

E = TypeVar("E", bound=Base)
Entity = type[Base]
Body = dict[str, Any] | None
CHUNK = 4000
PACK: tuple[Entity, ...] = (Region, Source, Place, PlaceAlias, Community, CommunityPlace, Area)
"""The tables that a region's pack fills."""

PARTS: Mapping[Entity, tuple[str, ...]] = {
    Incident: ("merged_into",),
    Report: ("available_at", "available_basis", "sensitivity"),
    Draft: ("state", "decided_by", "decided_at", "reason", "report_id"),
    Feed: ("kind", "settings", "active"),
}
"""Tables of which only these columns change, and never go; of all others whole rows are kept."""


# What whoever changes a row leaves behind


def note(session: Session, entity: Entity, keys: Iterable[str], now: datetime) -> None:
    """Keep how rows read, before they are changed at a moment; rows that are not there yet are left out."""
    table = _table(entity)
    for some in bulk.batched(sorted(set(keys)), CHUNK):
        _keep(session, table, _bodies(session, entity, _key(table.c).in_(some)), now)


def absent(session: Session, entity: Entity, keys: Iterable[str], now: datetime) -> None:
    """Note that rows which come now, though nothing else of them says when, were not there before."""
    wanted, table = sorted(set(keys)), _table(entity)
    for some in bulk.batched(wanted, CHUNK):
        there = set(session.scalars(select(_key(table.c)).where(_key(table.c).in_(some))))
        _keep(session, table, dict.fromkeys(key for key in some if key not in there), now)


@contextmanager
def keeping(
    session: Session, region_id: str, now: datetime, entities: Sequence[Entity] = PACK
) -> Iterator[None]:
    """Keep how the rows of a region read, where they change, come or go while the block runs."""
    session.flush()
    before = {entity: _of_region(session, entity, region_id) for entity in entities}
    begun = Region in before and not before[Region]
    yield
    session.flush()
    for entity, held in before.items():
        after = {} if begun and entity is not Region else _of_region(session, entity, region_id)
        changed = {key: held.get(key) for key in {*held, *after} if held.get(key) != after.get(key)}
        _keep(session, _table(entity), changed, now)


def _of_region(session: Session, entity: Entity, region_id: str) -> dict[str, Body]:
    c = _table(entity).c
    inside: ColumnElement[bool]
    if entity is PlaceAlias:
        inside = c.place_id.in_(select(Place.id).where(Place.region_id == region_id))
    elif entity is CommunityPlace:
        inside = c.community_id.in_(select(Community.id).where(Community.region_id == region_id))
    else:
        inside = (c.id if entity is Region else c.region_id) == region_id
    return _bodies(session, entity, inside)


def _bodies(session: Session, entity: Entity, condition: ColumnElement[bool]) -> dict[str, Body]:
    """Rows by their key as they are kept: instants in UTC as a store on SQLite writes them."""
    table = _table(entity)
    columns = [table.c[name] for name in PARTS.get(entity, table.c.keys())]
    rows = session.execute(select(_key(table.c), *columns).where(condition))
    return {key: {c.name: _kept(v) for c, v in zip(columns, values, strict=True)} for key, *values in rows}


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _keep(session: Session, table: Table, bodies: Mapping[str, Body], now: datetime) -> None:
    facts: dict[str, Any] = {"of_table": table.name, "until": now}
    bulk.insert(session, PastRow, [{**facts, "key": key, "body": body} for key, body in bodies.items()])


# What reads look into


@dataclass(frozen=True, slots=True)
class At:
    """The tables as they are, or as they were just before a moment (`recorded`)."""

    recorded: datetime | None = None
    changed: frozenset[str] = frozenset()
    dialect: str = ""

    def of(self, entity: type[E], number: int = 0) -> type[E]:
        """A table to select columns from; one that is joined again takes another number. Never select it whole.

        The ORM would take past rows for present ones: it knows them by their key.
        """
        if entity.__tablename__ not in self.changed or self.recorded is None:
            return cast(type[E], _live(entity, number))
        return cast(type[E], aliased(entity, self._rows(entity).subquery(), adapt_on_names=True))

    def _rows(self, entity: Entity) -> Any:
        was = _until(entity, self.recorded).subquery()
        table = _table(entity)
        if entity in PARTS:
            return self._parts(table, PARTS[entity], was)
        live = select(*table.c).where(_key(table.c).not_in(select(was.c.key)))
        cells = [self._whole(was.c.body, column).label(column.name) for column in table.c]
        if entity is Source:  # who is protected now was never to be named
            secret = was.c.key.in_(select(Source.id).where(Source.protected))
            cells = [or_(secret, c).label(c.name) if c.name == "protected" else c for c in cells]
        return union_all(live, select(*cells).where(was.c.body.is_not(null())))

    def _parts(self, table: Table, parts: Sequence[str], was: Any) -> Select[Any]:
        columns = [
            case((was.c.key.is_not(None), self._part(was.c.body, c)), else_=c).label(c.name)
            if c.name in parts
            else c
            for c in table.c
        ]
        joined = table.outerjoin(was, was.c.key == _key(table.c))
        gone = and_(was.c.key.is_not(None), was.c.body.is_(null()))
        return select(*columns).select_from(joined).where(~gone)

    def _whole(self, body: Any, column: Column[Any]) -> ColumnElement[Any]:
        """A column of a row that was kept whole; kept before there was such a column, it has its first value."""
        cell, first = self._cell(body, column), column.server_default
        if column.nullable or not isinstance(first, DefaultClause):
            return cell
        return type_coerce(func.coalesce(cell, first.arg), column.type)

    def _part(self, body: Any, column: Column[Any]) -> ColumnElement[Any]:
        """A column that was kept of a row; what was not kept then has not changed since."""
        cell = self._cell(body, column)
        return cell if column.nullable else type_coerce(func.coalesce(cell, column), column.type)

    def _cell(self, body: Any, column: Column[Any]) -> ColumnElement[Any]:
        """A column of a kept row, of its own type."""
        cell, kind = body[column.name], column.type
        if isinstance(kind, JSON):
            return type_coerce(cell.as_json(), kind)
        for known, read in ((Boolean, "as_boolean"), (Integer, "as_integer"), (Float, "as_float")):
            if isinstance(kind, known):
                return cast(ColumnElement[Any], getattr(cell, read)())
        text = cell.as_string()
        if isinstance(kind, UtcDateTime | Date) and self.dialect == "postgresql":
            return sql_cast(text + "+00" if isinstance(kind, UtcDateTime) else text, kind)
        return type_coerce(text, kind)


@lru_cache(maxsize=256)
def _live(entity: Entity, number: int) -> Any:
    """A table as it is; made once, for that takes longer than most reads."""
    return aliased(entity)


LIVE = At()


def at(session: Session, recorded: datetime | None) -> At:
    """The tables as this store holds them, or held them just before a moment."""
    if recorded is None:
        return LIVE
    changed = session.scalars(select(PastRow.table).where(PastRow.until >= recorded).distinct())
    return At(recorded, frozenset(changed), session.get_bind().dialect.name)


def _until(entity: Entity, recorded: datetime | None) -> Select[Any]:
    """Of each row that changed since a moment how it read then: what was kept first after it."""
    p = PastRow
    since = (p.table == entity.__tablename__, p.until >= recorded)
    first = select(p.key, func.min(p.until).label("until")).where(*since).group_by(p.key).subquery()
    joined = and_(first.c.key == p.key, first.c.until == p.until)
    return select(p.key, p.body).join(first, joined).where(*since)


def _table(entity: Entity) -> Table:
    table = entity.__table__
    assert isinstance(table, Table)  # noqa: S101  (declarative tables always are)
    return table


def _key(columns: Any) -> ColumnElement[str]:
    """The primary key as one text."""
    first, *others = (column for column in columns if column.primary_key)
    for other in others:
        first = first + "\t" + other
    return cast(ColumnElement[str], first)
