"""What all tables share: how constraints are named, instants stored, words checked and keys made."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    Enum,
    ForeignKey,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db import vocab

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, with its zone on PostgreSQL, naive UTC text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse instants without a zone, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _words(kind: type[StrEnum]) -> Enum:
    """A column type for an enumeration: its values as text of fixed width, checked by the database."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=True,
        validate_strings=True,
        values_callable=lambda kinds: [k.value for k in kinds],
        name=kind.__name__.lower(),
    )


class Base(DeclarativeBase):
    """All tables; enumerations are stored by value."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        str: Text,
        **{
            kind: _words(kind)
            for kind in vars(vocab).values()
            if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
        },
    }


Key = String(64)
# Tables that are only their key and a few facts: SQLite keeps them in the key's own tree, once, not twice.
KEYED: dict[str, Any] = {"sqlite_with_rowid": False}


def key(**options: Any) -> Mapped[str]:
    """The column that names a row."""
    return mapped_column(Key, primary_key=True, **options)


def ref(target: str, *, null: bool = False, **options: Any) -> Mapped[Any]:
    """A column that points to a row of another table, as `table.column`."""
    return mapped_column(Key, ForeignKey(target), nullable=null, **options)
