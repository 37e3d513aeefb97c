"""Who decided what of the record, and what stood before: decisions, revisions, past rows, tombstones."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db import vocab
from db.schema.base import KEYED, Base, Key, key, ref


class Decision(Base):
    """What a person settled about an incident, or about one report of it; rows are only ever added.

    In force is the newest of its field; a NULL value takes the earlier ones back. It holds from `at` on,
    in the world as in the store: nobody could know of it before.
    """

    __tablename__ = "decision"
    id: Mapped[str] = key()
    incident_id: Mapped[str] = ref("incident.id", index=True)
    report_id: Mapped[str | None] = ref("report.id", null=True)
    field: Mapped[vocab.DecisionField]
    value: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    __table_args__ = (CheckConstraint("trim(reason) <> ''", name="has_reason"),)


class JudgementRow(Base):
    """Whether two incidents are one, as a person or a person's rule said; rows are only ever added.

    In force is the newest of a pair. A pair stands in order: `left_id` before `right_id`.
    """

    __tablename__ = "judgement"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    left_id: Mapped[str] = ref("incident.id", index=True)
    right_id: Mapped[str] = ref("incident.id", index=True)
    judgement: Mapped[vocab.Judgement]
    score: Mapped[float | None]
    reasons: Mapped[list[Any]]
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("left_id < right_id", name="pair_in_order"),
        CheckConstraint("score IS NULL OR score BETWEEN 0 AND 1", name="score"),
        CheckConstraint("trim(reason) <> ''", name="has_reason"),
    )


class Revision(Base):
    """One change by a person or a rule: who, when, what, why; each row carries the digest of the one before.

    The chain runs over `digests`, salted ones of old, new, reason and by; an erasure takes a value and its salt away.
    """

    __tablename__ = "revision"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entity: Mapped[vocab.Entity]
    entity_id: Mapped[str] = mapped_column(Key)
    field: Mapped[str] = mapped_column(String(64))
    old: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    new: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    digests: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    salts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    previous_sha256: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    __table_args__ = (Index("ix_revision_entity", "entity", "entity_id"),)


class PastRow(Base):
    """How a row of another table read until a moment, where it was overwritten; NULL: it was not there yet.

    `key` is the row's primary key (several columns joined by a tab), `body` its columns, or those that change.
    Rows are only ever added; of several at one moment the first is right. `db/past.py` reads them.
    """

    __tablename__ = "past_row"
    table: Mapped[str] = mapped_column("of_table", String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(400), primary_key=True)
    until: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    body: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)


class Tombstone(Base):
    """Something taken out of what is believed, and perhaps put back; the thing itself stays."""

    __tablename__ = "tombstone"
    id: Mapped[str] = key()
    entity: Mapped[vocab.Entity]
    entity_id: Mapped[str] = mapped_column(Key)
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        Index("ix_tombstone_entity", "entity", "entity_id"),
        CheckConstraint("trim(reason) <> ''", name="has_reason"),
    )


class Retold(Base):
    """A report that a later import brought again: undoing the first one does not take it away."""

    __tablename__ = "retold"
    batch_id: Mapped[str] = mapped_column(
        Key, ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True
    )
    report_id: Mapped[str] = mapped_column(
        Key, ForeignKey("report.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    __table_args__ = KEYED
