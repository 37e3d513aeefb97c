"""The daily work of a team: runs, shifts, plans, settings, dossiers and consents."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import vocab
from db.schema.base import Base, Key, key, ref


class JobRun(Base):
    """A run of a job, so that a page can show what is being prepared and what failed."""

    __tablename__ = "job_run"
    id: Mapped[str] = key()
    command: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    status: Mapped[vocab.RunStatus]
    step: Mapped[str]
    done: Mapped[int]
    total: Mapped[int]
    message: Mapped[str | None]


class Visit(Base):
    """When somebody last looked at a region, and when the time before; known only to themselves."""

    __tablename__ = "visit"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id")
    viewer: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    previous_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("viewer", "region_id"),)


class StoreMark(Base):
    """One row, whose mark is another after each change of the record (`db/mark.py`); no part of the record."""

    __tablename__ = "store_mark"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[str] = mapped_column(String(16))


class Assignment(Base):
    """Who takes care of something; rows are only ever added, the newest one about a thing is in force.

    `owner` NULL: nobody any more. `entity` is the name of a table, `entity_id` the row it is about.
    """

    __tablename__ = "assignment"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    region_id: Mapped[str] = ref("region.id", index=True)
    entity: Mapped[str] = mapped_column(String(32))
    entity_id: Mapped[str] = mapped_column(Key)
    owner: Mapped[str | None] = mapped_column(String(64))
    due_at: Mapped[datetime | None]
    done: Mapped[bool]
    note: Mapped[str | None]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    __table_args__ = (Index("ix_assignment_entity", "entity", "entity_id"),)


class ShiftNote(Base):
    """What one shift tells the next, about a community, an incident or the whole region."""

    __tablename__ = "shift_note"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    community_id: Mapped[str | None] = ref("community.id", null=True)
    incident_id: Mapped[str | None] = ref("incident.id", null=True)
    text: Mapped[str]
    sensitivity: Mapped[vocab.Sensitivity]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (CheckConstraint("trim(text) <> ''", name="says_something"),)


class Handover(Base):
    """The end of a shift: from when to when it lasted, who handed over to whom, and what stood open."""

    __tablename__ = "handover"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    taken_by: Mapped[str | None] = mapped_column(String(64))
    taken_at: Mapped[datetime | None]
    note: Mapped[str | None]
    told: Mapped[dict[str, Any]]
    __table_args__ = (CheckConstraint("until >= since", name="span_in_order"),)


class ActionStep(Base):
    """A step of the team's own plan for a level and an audience; roles, never persons."""

    __tablename__ = "action_step"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    level: Mapped[int]
    audience: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    step: Mapped[str]
    step_ar: Mapped[str | None]
    owner_role: Mapped[str | None] = mapped_column(String(64))
    contact_role: Mapped[str | None] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 4", name="level_known"),
        CheckConstraint("trim(step) <> ''", name="says_something"),
    )


class Setting(Base):
    """A choice made on the Settings page, for a region or for one reader; the newest row of a name is in force."""

    __tablename__ = "setting"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    region_id: Mapped[str | None] = mapped_column(Key)
    viewer: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(64))
    value: Mapped[dict[str, Any]]
    reason: Mapped[str | None]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    __table_args__ = (Index("ix_setting_name", "name", "region_id", "viewer"),)


class Dossier(Base):
    """A set of incidents that somebody picked by hand, under a name and for a reason."""

    __tablename__ = "dossier"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    name: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (
        CheckConstraint("trim(name) <> ''", name="has_name"),
        CheckConstraint("trim(reason) <> ''", name="has_reason"),
    )


class DossierIncident(Base):
    """One incident of a dossier, in its place."""

    __tablename__ = "dossier_incident"
    dossier_id: Mapped[str] = mapped_column(Key, ForeignKey("dossier.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    incident_id: Mapped[str] = ref("incident.id", index=True)


class Consent(Base):
    """A second person's yes or no to what one person wants to hand out; never the same person's.

    `subject` names what it is about, `subject_sha256` exactly which bytes; `given` NULL: not answered yet.
    """

    __tablename__ = "consent"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    subject: Mapped[str] = mapped_column(String(64))
    subject_sha256: Mapped[str] = mapped_column(String(64))
    told: Mapped[dict[str, Any]]
    reason: Mapped[str]
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    given: Mapped[bool | None]
    given_by: Mapped[str | None] = mapped_column(String(64))
    given_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("trim(reason) <> ''", name="has_reason"),
        CheckConstraint("given_by IS NULL OR given_by <> asked_by", name="of_two_people"),
        CheckConstraint("(given IS NULL) = (given_by IS NULL)", name="given_by_somebody"),
    )
