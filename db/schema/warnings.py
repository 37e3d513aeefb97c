"""Warnings and who gets them: alerts, silences, notices, recipients, messages and every attempt to send."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import vocab
from db.schema.base import Base, Key, key, ref


class Alert(Base):
    """A warning about one community; its state follows from its transitions."""

    __tablename__ = "alert"
    id: Mapped[str] = key()
    community_id: Mapped[str] = ref("community.id", index=True)
    rule: Mapped[str] = mapped_column(String(64))
    opened_on: Mapped[date]
    created_at: Mapped[datetime]
    exercise: Mapped[bool]
    __table_args__ = (UniqueConstraint("community_id", "rule", "opened_on"),)


class Transition(Base):
    """One step in an alert's life: what changed, when, by whom and why. Rows are only ever added."""

    __tablename__ = "transition"
    id: Mapped[str] = key()
    alert_id: Mapped[str | None] = ref("alert.id", null=True, index=True)
    community_id: Mapped[str] = ref("community.id", index=True)
    rule: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int]
    day: Mapped[date]
    at: Mapped[datetime]
    actor: Mapped[str]
    reason: Mapped[str]
    condition: Mapped[vocab.Condition]
    handling: Mapped[vocab.Handling | None]
    outcome: Mapped[vocab.Outcome | None]
    level: Mapped[int]
    memory: Mapped[dict[str, Any]]
    score_id: Mapped[str | None] = ref("score.id", null=True)
    __table_args__ = (UniqueConstraint("community_id", "rule", "seq"),)


class Silence(Base):
    """No warnings about something until a moment, by somebody's decision; matched by scope and highest level."""

    __tablename__ = "silence"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    scope: Mapped[vocab.Scope]
    scope_id: Mapped[str] = mapped_column(Key)
    rule: Mapped[str | None] = mapped_column(String(64))
    level: Mapped[int]
    until: Mapped[datetime]
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        CheckConstraint("trim(reason) <> ''", name="has_reason"),
        CheckConstraint("until > at", name="ends_later"),
        CheckConstraint("level BETWEEN 2 AND 4", name="level_known"),
    )


class Notice(Base):
    """What may leave the building: one or several alerts in one text, whose facts are kept as they were then.

    `earlier_id` is the notice that it updates or cancels. Where it stands follows from its acts.
    """

    __tablename__ = "notice"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    kind: Mapped[vocab.NoticeKind]
    day: Mapped[date]
    level: Mapped[int]
    facts: Mapped[dict[str, Any]]
    earlier_id: Mapped[str | None] = ref("notice.id", null=True)
    expires_on: Mapped[date]
    exercise: Mapped[bool]
    created_at: Mapped[datetime]
    __table_args__ = (
        Index("ix_notice_day", "region_id", "day"),
        CheckConstraint("level BETWEEN 0 AND 4", name="level_known"),
        CheckConstraint("expires_on >= day", name="expires_later"),
    )


class NoticeAlert(Base):
    """Which alerts a notice speaks of."""

    __tablename__ = "notice_alert"
    notice_id: Mapped[str] = mapped_column(Key, ForeignKey("notice.id"), primary_key=True)
    alert_id: Mapped[str] = mapped_column(Key, ForeignKey("alert.id"), primary_key=True, index=True)


class NoticeStep(Base):
    """What was done with a notice, by whom and why; rows are only ever added."""

    __tablename__ = "notice_step"
    notice_id: Mapped[str] = mapped_column(Key, ForeignKey("notice.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[vocab.NoticeAct]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    reason: Mapped[str | None]


class Recipient(Base):
    """Who is told: a role or a name the team uses, and an address that only the key outside the store opens.

    `drill`: is told of exercises only, and nobody else is. `secret_sha256`: the digest of a feed's address.
    """

    __tablename__ = "recipient"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    name: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(32))
    lang: Mapped[str] = mapped_column(String(8))
    drill: Mapped[bool]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    secret_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_has_both_ends"),
        CheckConstraint("quiet_from BETWEEN 0 AND 1439", name="quiet_from_minutes"),
        CheckConstraint("quiet_until BETWEEN 0 AND 1439", name="quiet_until_minutes"),
    )


class Subscription(Base):
    """Of what a recipient is told, from which level on, at once or in a digest."""

    __tablename__ = "subscription"
    id: Mapped[str] = key()
    recipient_id: Mapped[str] = ref("recipient.id", index=True)
    scope: Mapped[vocab.Scope]
    scope_id: Mapped[str] = mapped_column(Key)
    level: Mapped[int]
    pace: Mapped[vocab.Pace]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (CheckConstraint("level BETWEEN 2 AND 4", name="level_known"),)


class Message(Base):
    """A notice on its way to one recipient; whoever sends it claims it first."""

    __tablename__ = "message"
    id: Mapped[str] = key()
    notice_id: Mapped[str] = ref("notice.id", index=True)
    recipient_id: Mapped[str] = ref("recipient.id", index=True)
    state: Mapped[vocab.MessageState]
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    worker: Mapped[str | None] = mapped_column(String(64))
    claimed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    error: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("notice_id", "recipient_id"),
        Index("ix_message_due", "state", "due_at"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
    )


class Delivery(Base):
    """One attempt to send a message: claimed before it leaves, finished when it is known how it went."""

    __tablename__ = "delivery"
    id: Mapped[str] = key()
    message_id: Mapped[str | None] = ref("message.id", null=True, index=True)
    transition_id: Mapped[str | None] = ref("transition.id", null=True, index=True)
    channel: Mapped[str] = mapped_column(String(32))
    recipient: Mapped[str]
    claimed_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(32))
    error: Mapped[str | None]
