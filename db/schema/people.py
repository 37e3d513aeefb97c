"""Who may do what, and what is remembered of it: persons, roles, tokens, sign-ins, reads, erasures and sealed names."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from db import vocab
from db.schema.base import Base, Key, key, ref


class Person(Base):
    """Somebody who may sign in, under the name their provider vouches for (in small letters)."""

    __tablename__ = "person"
    id: Mapped[str] = key()
    login: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))


class RoleGrant(Base):
    """A role given to somebody or taken away, in one region or (NULL) in all; rows are only ever added.

    The newest row of a person, role and region is in force, until its end where it has one.
    """

    __tablename__ = "role_grant"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[str] = ref("person.id", index=True)
    role: Mapped[vocab.Role]
    region_id: Mapped[str | None] = mapped_column(Key)
    granted: Mapped[bool]
    until: Mapped[datetime | None]
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    __table_args__ = (CheckConstraint("trim(reason) <> ''", name="has_reason"),)


class Token(Base):
    """A secret of one person for routes that a program fetches; only its digest is kept."""

    __tablename__ = "token"
    id: Mapped[str] = key()
    person_id: Mapped[str] = ref("person.id", index=True)
    label: Mapped[str]
    routes: Mapped[list[Any]]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (CheckConstraint("expires_at > made_at", name="expires_later"),)


class SignIn(Base):
    """One signing in, from its start to its end; what the browser's cookie says does not lengthen it."""

    __tablename__ = "sign_in"
    id: Mapped[str] = key()
    person_id: Mapped[str] = ref("person.id", index=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(32))


class Access(Base):
    """Who read, searched, exported, sent or was denied what; keyed and chained, never a text or a token.

    `digests` holds a salted digest of each value and of `by`, which the chain runs over; `told` the values and
    `salts` their salts, which an erasure can take away without breaking the chain.
    """

    __tablename__ = "access_log"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64), index=True)
    act: Mapped[vocab.AccessAct]
    what: Mapped[str] = mapped_column(String(64))
    region_id: Mapped[str | None] = mapped_column(Key)
    digests: Mapped[dict[str, Any]]
    told: Mapped[dict[str, Any]]
    salts: Mapped[dict[str, Any]]
    key_id: Mapped[str] = mapped_column(String(16))
    previous_sha256: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)


class Erasure(Base):
    """What was erased, when, by whom and why, never the words; signed, so that a backup can be told to follow.

    `entity` is the name of a table, `fields` what was emptied in the row, or rows, that `entity_id` names.
    """

    __tablename__ = "erasure"
    id: Mapped[str] = key()
    entity: Mapped[str] = mapped_column(String(32))
    entity_id: Mapped[str] = mapped_column(Key)
    fields: Mapped[list[Any]]
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    key_id: Mapped[str] = mapped_column(String(16))
    signature: Mapped[str] = mapped_column(String(64))
    __table_args__ = (CheckConstraint("trim(reason) <> ''", name="has_reason"),)


class Identity(Base):
    """Who a protected source is, encrypted with a key that is not in the store."""

    __tablename__ = "identity"
    source_id: Mapped[str] = mapped_column(Key, ForeignKey("source.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(64))


class Displacement(Base):
    """Where a point is shown to those who may not see it exactly: drawn once and kept, never drawn again."""

    __tablename__ = "displacement"
    id: Mapped[str] = key()
    lat: Mapped[float]
    lon: Mapped[float]
    made_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat_on_earth"),
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon_on_earth"),
    )
