"""What was reported and what is believed of it: reports, claims, incidents, their versions and their ties."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from db import vocab
from db.schema.base import KEYED, Base, Key, key, ref


class Report(Base):
    """What a source said, immutable, with its raw row and the moment the world could know it."""

    __tablename__ = "report"
    id: Mapped[str] = key()
    source_id: Mapped[str] = ref("source.id")
    batch_id: Mapped[str | None] = ref("import_batch.id", null=True, index=True)
    external_id: Mapped[str] = mapped_column(String(255))
    content_sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    available_at: Mapped[datetime]
    available_basis: Mapped[vocab.AvailableBasis]
    recorded_at: Mapped[datetime]
    lang: Mapped[str | None] = mapped_column(String(16))
    title: Mapped[str | None]
    text: Mapped[str | None]
    url: Mapped[str | None]
    cited: Mapped[list[Any]]
    raw: Mapped[dict[str, Any]]
    document_id: Mapped[str | None] = ref("document.id", null=True)
    sensitivity: Mapped[vocab.Sensitivity]
    __table_args__ = (
        UniqueConstraint("source_id", "external_id", "content_sha256", "released_at"),
        Index("ix_report_fresh", "source_id", "available_at", "recorded_at"),
    )


class Incident(Base):
    """An event that one or more reports describe; what is believed of it is in its versions.

    `merged_into` follows from the judgements in force: the incident under which this one is counted now.
    """

    __tablename__ = "incident"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    first_recorded_at: Mapped[datetime]
    merged_into: Mapped[str | None] = ref("incident.id", null=True, index=True)


class ReportIncident(Base):
    """What one report says of one incident: when, where, what kind, and how it stands to it."""

    __tablename__ = "report_incident"
    report_id: Mapped[str] = mapped_column(Key, ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    incident_id: Mapped[str] = mapped_column(Key, ForeignKey("incident.id"), primary_key=True, index=True)
    stance: Mapped[vocab.Stance]
    credibility: Mapped[int | None]
    incident_type: Mapped[vocab.IncidentType]
    date_start: Mapped[date]
    date_end: Mapped[date]
    date_prec: Mapped[int]
    place_text: Mapped[str | None]
    admin1_text: Mapped[str | None]
    admin2_text: Mapped[str | None]
    place_id: Mapped[str | None] = ref("place.id", null=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    geo_prec: Mapped[int]
    excerpt: Mapped[str | None]
    flags: Mapped[list[Any]]
    added_by: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("credibility IS NULL OR credibility BETWEEN 1 AND 6", name="admiralty"),
        CheckConstraint("date_start <= date_end", name="dates_in_order"),
        CheckConstraint("date_prec BETWEEN 1 AND 5", name="date_prec_ucdp"),
        CheckConstraint("geo_prec BETWEEN 1 AND 7", name="geo_prec_ucdp"),
        KEYED,
    )


class Claim(Base):
    """One figure in a report: which harm, to whom, how many; NULL means the report does not say.

    An `aggregate` counts more than this incident (a day, a front, a country) and enters no figure of it.
    """

    __tablename__ = "claim"
    report_id: Mapped[str] = mapped_column(Key, ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    incident_id: Mapped[str] = mapped_column(Key, ForeignKey("incident.id"), primary_key=True, index=True)
    harm: Mapped[vocab.Harm] = mapped_column(primary_key=True)
    status: Mapped[vocab.Status] = mapped_column(primary_key=True)
    low: Mapped[int | None]
    best: Mapped[int | None]
    high: Mapped[int | None]
    wording: Mapped[str | None]
    aggregate: Mapped[bool] = mapped_column(server_default=false())
    __table_args__ = KEYED


class ReportActor(Base):
    """An attribution: what a report says an actor was in an incident.

    `said_by` is who says so, where the report quotes somebody; NULL: the report itself.
    """

    __tablename__ = "report_actor"
    report_id: Mapped[str] = mapped_column(Key, ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    incident_id: Mapped[str] = mapped_column(Key, ForeignKey("incident.id"), primary_key=True, index=True)
    actor_id: Mapped[str] = mapped_column(Key, ForeignKey("actor.id"), primary_key=True)
    role: Mapped[vocab.ActorRole] = mapped_column(primary_key=True)
    said_by: Mapped[str | None]
    __table_args__ = KEYED


class IncidentVersion(Base):
    """What was believed of an incident over a span of time, derived from the reports then known.

    `folded` is the summary as searches compare it; `figures` holds each harm and status with low, best,
    high, and how many reports know and do not; `deaths_unknown` how many reports leave the dead open;
    `attributions` who says what of whom; `grade` the best Admiralty grade among its reports, such as
    B2.
    """

    __tablename__ = "incident_version"
    id: Mapped[str] = key()
    incident_id: Mapped[str] = ref("incident.id", index=True)
    region_id: Mapped[str] = ref("region.id")
    report_id: Mapped[str] = ref("report.id")
    known_from: Mapped[datetime]
    known_until: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_until: Mapped[datetime | None]
    incident_type: Mapped[vocab.IncidentType]
    summary: Mapped[str | None]
    folded: Mapped[str | None]
    date_start: Mapped[date]
    date_end: Mapped[date]
    date_prec: Mapped[int]
    place_text: Mapped[str | None]
    place_id: Mapped[str | None] = ref("place.id", null=True)
    district_id: Mapped[str | None] = ref("place.id", null=True)
    governorate_id: Mapped[str | None] = ref("place.id", null=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    geo_prec: Mapped[int]
    geo_method: Mapped[vocab.GeoMethod]
    deaths_low: Mapped[int | None]
    deaths: Mapped[int | None]
    deaths_high: Mapped[int | None]
    civilians: Mapped[int | None]
    deaths_unknown: Mapped[int] = mapped_column(server_default="0")
    figures: Mapped[list[Any]] = mapped_column(server_default="[]")
    attributions: Mapped[list[Any]] = mapped_column(server_default="[]")
    grade: Mapped[str | None] = mapped_column(String(2))
    figure_rule: Mapped[vocab.FigureRule]
    reports: Mapped[int]
    independent_sources: Mapped[int]
    verification: Mapped[vocab.Verification]
    verification_reason: Mapped[str | None]
    flags: Mapped[list[Any]]
    sensitivity: Mapped[vocab.Sensitivity]
    __table_args__ = (
        Index("ix_incident_version_day", "region_id", "date_end"),
        Index("ix_incident_version_force", "region_id", "recorded_until", "known_until", "known_from"),
        Index("ix_incident_version_known", "region_id", "known_from"),
        Index("ix_incident_version_recorded", "region_id", "recorded_at"),
        Index("ix_incident_version_verification", "verification", "region_id"),
        Index("ix_incident_version_place", "governorate_id", "district_id", "date_end"),
        CheckConstraint("known_until IS NULL OR known_from <= known_until", name="known_in_order"),
    )


class Link(Base):
    """An incident's tie to a community, with its basis and who or what decided it.

    A row without `version_id` is a person's decision; rows with one say which ties held in that version,
    those by its place and those that people decided. `counted` says that the incident counts in the community's
    own figures; otherwise it is shown as possibly concerning it.
    """

    __tablename__ = "link"
    id: Mapped[str] = key()
    incident_id: Mapped[str] = ref("incident.id", index=True)
    version_id: Mapped[str | None] = mapped_column(
        Key, ForeignKey("incident_version.id", ondelete="CASCADE"), nullable=True, index=True
    )
    community_id: Mapped[str] = ref("community.id", index=True)
    basis: Mapped[vocab.Basis]
    method: Mapped[vocab.LinkMethod]
    confidence: Mapped[vocab.Confidence]
    share: Mapped[float | None]
    counted: Mapped[bool]
    evidence_report_id: Mapped[str | None] = ref("report.id", null=True)
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    reason: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
