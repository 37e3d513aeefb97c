"""The tables of the record, typed; every constraint has a name. ("Model" never means a table here.)

Reports are immutable. What is believed of an incident lives in `incident_version` rows with two
clocks: `known_from`/`known_until` say when the world could know it, `recorded_at`/`recorded_until`
when this store held it. Unknown figures are NULL, never 0.
"""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
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


def _key(**options: Any) -> Mapped[str]:
    return mapped_column(Key, primary_key=True, **options)


def _ref(target: str, *, null: bool = False, **options: Any) -> Mapped[Any]:
    return mapped_column(Key, ForeignKey(target), nullable=null, **options)


class Region(Base):
    """A part of the world whose pack was loaded."""

    __tablename__ = "region"
    id: Mapped[str] = _key()
    title: Mapped[str]
    title_ar: Mapped[str | None]
    exercise: Mapped[bool]
    time_zone: Mapped[str]
    settings: Mapped[dict[str, Any]]
    pack_sha256: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime]


class Source(Base):
    """Who publishes, how reliable they have been, and what they would tell if it happened.

    `cadence_days` is how often they are expected to speak, an explicit "nothing to report" included;
    NULL: nobody expects anything. `graded_by` is set where a person, not the pack, gave the grade.
    """

    __tablename__ = "source"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    name_ar: Mapped[str | None]
    kind: Mapped[vocab.SourceKind]
    independence_group: Mapped[str] = mapped_column(String(64))
    reliability: Mapped[vocab.Reliability | None]
    lag_days: Mapped[int]
    covers: Mapped[vocab.Covers]
    covered_from: Mapped[date | None]
    covered_until: Mapped[date | None]
    protected: Mapped[bool]
    url: Mapped[str | None]
    licence: Mapped[str | None]
    note: Mapped[str | None]
    cadence_days: Mapped[int | None]
    graded_by: Mapped[str | None]
    graded_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("region_id", "code"),
        CheckConstraint("lag_days >= 0", name="lag_not_negative"),
    )


class Place(Base):
    """An entry of the gazetteer, from the country down to a quarter of a town.

    `origin` names the gazetteer file a place was loaded from; NULL: the region's pack.
    """

    __tablename__ = "place"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
    parent_id: Mapped[str | None] = _ref("place.id", null=True, index=True)
    level: Mapped[vocab.PlaceLevel]
    name: Mapped[str]
    name_ar: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    radius_km: Mapped[float | None]
    code: Mapped[str | None] = mapped_column(String(64))
    source: Mapped[str | None]
    note: Mapped[str | None]
    polygon: Mapped[str | None]
    origin: Mapped[str | None] = mapped_column(String(64))
    sensitivity: Mapped[vocab.Sensitivity]
    __table_args__ = (
        CheckConstraint("lat IS NULL OR lat BETWEEN -90 AND 90", name="lat_on_earth"),
        CheckConstraint("lon IS NULL OR lon BETWEEN -180 AND 180", name="lon_on_earth"),
        CheckConstraint("radius_km IS NULL OR radius_km > 0", name="radius_positive"),
    )


class PlaceAlias(Base):
    """Another name or spelling of a place, with the form it is looked up by."""

    __tablename__ = "place_alias"
    place_id: Mapped[str] = mapped_column(Key, ForeignKey("place.id", ondelete="CASCADE"), primary_key=True)
    alias: Mapped[str] = mapped_column(String(255), primary_key=True)
    normalised: Mapped[str] = mapped_column(String(255), index=True)
    __table_args__ = KEYED


class Community(Base):
    """A group at places; it is scored, persons never are."""

    __tablename__ = "community"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
    group: Mapped[str] = mapped_column("group_code", String(64))
    name: Mapped[str]
    name_ar: Mapped[str | None]
    note: Mapped[str | None]
    source: Mapped[str | None]
    sensitivity: Mapped[vocab.Sensitivity]


class CommunityPlace(Base):
    """Where a community lives, and how much of the place's people it is."""

    __tablename__ = "community_place"
    community_id: Mapped[str] = mapped_column(
        Key, ForeignKey("community.id", ondelete="CASCADE"), primary_key=True
    )
    place_id: Mapped[str] = mapped_column(Key, ForeignKey("place.id"), primary_key=True, index=True)
    presence: Mapped[vocab.Presence]
    radius_km: Mapped[float | None]
    sensitivity: Mapped[vocab.Sensitivity]
    __table_args__ = KEYED


class Area(Base):
    """A unit that is forecast: a governorate, a district, or a community's places."""

    __tablename__ = "area"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
    kind: Mapped[vocab.AreaKind]
    place_id: Mapped[str | None] = _ref("place.id", null=True)
    community_id: Mapped[str | None] = _ref("community.id", null=True)
    parent_area_id: Mapped[str | None] = _ref("area.id", null=True)
    active: Mapped[bool]
    __table_args__ = (CheckConstraint("(place_id IS NULL) <> (community_id IS NULL)", name="one_subject"),)


class Actor(Base):
    """A party named in reports; armed groups, forces, organisations, never private persons."""

    __tablename__ = "actor"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
    name: Mapped[str]
    name_ar: Mapped[str | None]
    kind: Mapped[str | None] = mapped_column(String(32))


class ImportBatch(Base):
    """One file taken in: what it was, when, and how many rows went where."""

    __tablename__ = "import_batch"
    id: Mapped[str] = _key()
    importer: Mapped[str] = mapped_column(String(32))
    file_name: Mapped[str]
    file_sha256: Mapped[str] = mapped_column(String(64))
    context_sha256: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    status: Mapped[vocab.BatchStatus]
    released_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]]
    message: Mapped[str | None]
    mapping_id: Mapped[str | None] = _ref("mapping.id", null=True)


class BatchCoverage(Base):
    """The span of days that an import covers for a source: inside it, silence means no report."""

    __tablename__ = "batch_coverage"
    batch_id: Mapped[str] = mapped_column(
        Key, ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True
    )
    source_id: Mapped[str] = mapped_column(Key, ForeignKey("source.id"), primary_key=True, index=True)
    covered_from: Mapped[date] = mapped_column(Date)
    covered_until: Mapped[date] = mapped_column(Date)
    __table_args__ = (CheckConstraint("covered_from <= covered_until", name="span_in_order"), KEYED)


class RowIssue(Base):
    """A row that was refused or taken in with a remark, kept as it came."""

    __tablename__ = "row_issue"
    id: Mapped[str] = _key()
    batch_id: Mapped[str] = mapped_column(Key, ForeignKey("import_batch.id", ondelete="CASCADE"), index=True)
    row_number: Mapped[int]
    column_name: Mapped[str | None]
    code: Mapped[str] = mapped_column(String(64))
    severity: Mapped[vocab.IssueSeverity]
    message: Mapped[str]
    raw: Mapped[str | None]


class Document(Base):
    """Bytes as they came, once by their digest, with the encoding they were found to be in."""

    __tablename__ = "document"
    id: Mapped[str] = _key()
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(128))
    encoding: Mapped[str | None] = mapped_column(String(32))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime]


class Report(Base):
    """What a source said, immutable, with its raw row and the moment the world could know it."""

    __tablename__ = "report"
    id: Mapped[str] = _key()
    source_id: Mapped[str] = _ref("source.id")
    batch_id: Mapped[str | None] = _ref("import_batch.id", null=True, index=True)
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
    document_id: Mapped[str | None] = _ref("document.id", null=True)
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
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
    first_recorded_at: Mapped[datetime]
    merged_into: Mapped[str | None] = _ref("incident.id", null=True, index=True)


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
    place_id: Mapped[str | None] = _ref("place.id", null=True)
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
    id: Mapped[str] = _key()
    incident_id: Mapped[str] = _ref("incident.id", index=True)
    region_id: Mapped[str] = _ref("region.id")
    report_id: Mapped[str] = _ref("report.id")
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
    place_id: Mapped[str | None] = _ref("place.id", null=True)
    district_id: Mapped[str | None] = _ref("place.id", null=True)
    governorate_id: Mapped[str | None] = _ref("place.id", null=True)
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
    id: Mapped[str] = _key()
    incident_id: Mapped[str] = _ref("incident.id", index=True)
    version_id: Mapped[str | None] = mapped_column(
        Key, ForeignKey("incident_version.id", ondelete="CASCADE"), nullable=True, index=True
    )
    community_id: Mapped[str] = _ref("community.id", index=True)
    basis: Mapped[vocab.Basis]
    method: Mapped[vocab.LinkMethod]
    confidence: Mapped[vocab.Confidence]
    share: Mapped[float | None]
    counted: Mapped[bool]
    evidence_report_id: Mapped[str | None] = _ref("report.id", null=True)
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    reason: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]


class Decision(Base):
    """What a person settled about an incident, or about one report of it; rows are only ever added.

    In force is the newest of its field; a NULL value takes the earlier ones back. It holds from `at` on,
    in the world as in the store: nobody could know of it before.
    """

    __tablename__ = "decision"
    id: Mapped[str] = _key()
    incident_id: Mapped[str] = _ref("incident.id", index=True)
    report_id: Mapped[str | None] = _ref("report.id", null=True)
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
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
    left_id: Mapped[str] = _ref("incident.id", index=True)
    right_id: Mapped[str] = _ref("incident.id", index=True)
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
    id: Mapped[str] = _key()
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


class Draft(Base):
    """Something that came in and waits for a person: nothing of it is counted or scored until accepted."""

    __tablename__ = "draft"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id")
    source_id: Mapped[str | None] = _ref("source.id", null=True)
    feed_id: Mapped[str | None] = _ref("feed.id", null=True)
    document_id: Mapped[str | None] = _ref("document.id", null=True)
    origin: Mapped[vocab.Origin]
    external_id: Mapped[str] = mapped_column(String(255))
    received_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    lang: Mapped[str | None] = mapped_column(String(16))
    title: Mapped[str | None]
    text: Mapped[str | None]
    url: Mapped[str | None]
    suggestions: Mapped[list[Any]]
    fields: Mapped[dict[str, Any]]
    state: Mapped[vocab.DraftState]
    by: Mapped[str] = mapped_column(String(64))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    report_id: Mapped[str | None] = _ref("report.id", null=True)
    sensitivity: Mapped[vocab.Sensitivity]
    __table_args__ = (
        Index("ix_draft_queue", "region_id", "state", "received_at"),
        CheckConstraint("(state = 'accepted') = (report_id IS NOT NULL)", name="accepted_has_report"),
    )


class ZeroReport(Base):
    """An explicit "nothing to report" about a community and a day, so that silence can be told from calm."""

    __tablename__ = "zero_report"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id")
    community_id: Mapped[str] = _ref("community.id", index=True)
    source_id: Mapped[str] = _ref("source.id")
    day: Mapped[date]
    available_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    note: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_zero_report_day", "region_id", "day"),)


class Attachment(Base):
    """A piece of evidence kept with an incident or a report: an image, a document, a copy of a page.

    `document_id` is the evidentiary copy as it came, `shareable_id` the one without metadata that goes out.
    """

    __tablename__ = "attachment"
    id: Mapped[str] = _key()
    incident_id: Mapped[str | None] = _ref("incident.id", null=True, index=True)
    report_id: Mapped[str | None] = _ref("report.id", null=True, index=True)
    document_id: Mapped[str] = _ref("document.id")
    shareable_id: Mapped[str | None] = _ref("document.id", null=True)
    name: Mapped[str]
    url: Mapped[str | None]
    note: Mapped[str | None]
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    sensitivity: Mapped[vocab.Sensitivity]
    __table_args__ = (
        CheckConstraint("incident_id IS NOT NULL OR report_id IS NOT NULL", name="has_subject"),
    )


class Custody(Base):
    """One entry in a piece of evidence's chain of custody, which runs over `digests`; rows are only ever added."""

    __tablename__ = "custody"
    attachment_id: Mapped[str] = mapped_column(Key, ForeignKey("attachment.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[vocab.CustodyAct]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    detail: Mapped[str | None]
    digests: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    salts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    sha256: Mapped[str] = mapped_column(String(64))


class Mapping(Base):
    """How the columns of somebody's table are read; saved under a name, each change a row of its own."""

    __tablename__ = "mapping"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id")
    name: Mapped[str] = mapped_column(String(64))
    columns_sha256: Mapped[str] = mapped_column(String(64))
    spec: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    __table_args__ = (Index("ix_mapping_name", "region_id", "name", "at"),)


class Feed(Base):
    """Something that is asked for news again and again, and how it stands; secrets live elsewhere."""

    __tablename__ = "feed"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id")
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    settings: Mapped[dict[str, Any]]
    cursor: Mapped[dict[str, Any]]
    status: Mapped[vocab.FeedStatus]
    message: Mapped[str | None]
    last_run_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    active: Mapped[bool]
    __table_args__ = (UniqueConstraint("region_id", "name"),)


class FeedRun(Base):
    """One attempt to fetch a feed: what was expected, what came, how it ended."""

    __tablename__ = "feed_run"
    id: Mapped[str] = _key()
    feed_id: Mapped[str] = _ref("feed.id", index=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    status: Mapped[vocab.FeedStatus]
    expected: Mapped[int | None]
    fetched: Mapped[int]
    batch_id: Mapped[str | None] = _ref("import_batch.id", null=True)
    message: Mapped[str | None]


class ModelVersion(Base):
    """A fitted model with its card."""

    __tablename__ = "model_version"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
    target: Mapped[vocab.Subject]
    horizon_days: Mapped[int]
    estimator: Mapped[str] = mapped_column(String(64))
    train_as_of: Mapped[date]
    created_at: Mapped[datetime]
    status: Mapped[vocab.ModelStatus]
    card: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(128))
    exercise: Mapped[bool]


class Artefact(Base):
    """The bytes of a fitted model; kept in the store so that a shared database needs no shared folder."""

    __tablename__ = "artefact"
    model_version_id: Mapped[str] = mapped_column(
        Key, ForeignKey("model_version.id", ondelete="CASCADE"), primary_key=True
    )
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Promotion(Base):
    """One act that put a model in force from a day on; rows are only ever added.

    In force on a day is, for its target and horizon, the newest by (`from_day`, `at`) that begins by then.
    """

    __tablename__ = "promotion"
    id: Mapped[str] = _key()
    model_version_id: Mapped[str] = _ref("model_version.id", index=True)
    region_id: Mapped[str] = _ref("region.id")
    target: Mapped[vocab.Subject]
    horizon_days: Mapped[int]
    from_day: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    kind: Mapped[vocab.PromotionKind]
    override: Mapped[bool]
    reason: Mapped[str]
    exercise: Mapped[bool]
    __table_args__ = (
        Index("ix_promotion_slot", "region_id", "target", "horizon_days", "from_day", "at"),
        CheckConstraint("NOT override OR trim(reason) <> ''", name="override_has_reason"),
    )


class Score(Base):
    """A probability for an area: it is the forecast, written once, never updated.

    `begins` is where each level began on that day, on the scores that levels are read from; else NULL.
    """

    __tablename__ = "score"
    id: Mapped[str] = _key()
    area_id: Mapped[str] = _ref("area.id")
    as_of: Mapped[date]
    horizon_days: Mapped[int]
    target: Mapped[vocab.Target]
    model_version_id: Mapped[str] = _ref("model_version.id", index=True)
    data_version: Mapped[str] = mapped_column(String(64))
    probability: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    level: Mapped[int]
    begins: Mapped[dict[str, float] | None] = mapped_column(JSON(none_as_null=True))
    confidence: Mapped[vocab.Confidence]
    confidence_reasons: Mapped[list[Any]]
    base: Mapped[float | None]
    drivers: Mapped[list[Any]]
    data_cutoff: Mapped[date]
    issued_at: Mapped[datetime]
    live: Mapped[bool]
    exercise: Mapped[bool]
    undercounted: Mapped[bool]
    __table_args__ = (
        UniqueConstraint(
            "area_id",
            "as_of",
            "horizon_days",
            "target",
            "model_version_id",
            "data_version",
            name="uq_score_key",
        ),
        Index("ix_score_day", "as_of", "target", "horizon_days"),
        CheckConstraint("probability IS NULL OR probability BETWEEN 0 AND 1", name="probability"),
        CheckConstraint("level BETWEEN 0 AND 4", name="level_known"),
        CheckConstraint("level = 0 OR probability IS NOT NULL", name="assessed_has_probability"),
    )


class Verification(Base):
    """What became of one forecast; written once, when its window is over, never opened again.

    `count` is what the target counts in the window, `bar` what it had to exceed. `obs` NULL: the window
    was not covered. `verdict` NULL: the question raises no alarms, so only the Brier score speaks.
    """

    __tablename__ = "verification"
    score_id: Mapped[str] = mapped_column(Key, ForeignKey("score.id"), primary_key=True)
    closed_on: Mapped[date]
    obs: Mapped[bool | None]
    count: Mapped[float | None]
    bar: Mapped[float | None]
    brier: Mapped[float | None]
    verdict: Mapped[vocab.Verdict | None]
    undercounted: Mapped[bool]
    data_version: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint(
            "(obs IS NULL) = (verdict IS NOT NULL AND verdict = 'unobserved')", name="unobserved_is_unknown"
        ),
        CheckConstraint("brier IS NULL OR brier BETWEEN 0 AND 1", name="brier"),
    )


class Drift(Base):
    """One thing measured of a model in force on a day, beside what its training leads to expect.

    `low` and `high` bound what was usual; `due` says that this alone calls for training again. Rows
    without a model are about the reports of the whole region.
    """

    __tablename__ = "drift"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id")
    model_version_id: Mapped[str | None] = _ref("model_version.id", null=True)
    as_of: Mapped[date]
    measure: Mapped[vocab.Measure]
    name: Mapped[str] = mapped_column(String(64))
    value: Mapped[float | None]
    expected: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    due: Mapped[bool]
    data_version: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    __table_args__ = (Index("ix_drift_day", "region_id", "as_of"),)


class CountForecast(Base):
    """How likely an area sees at least so many deaths, rung by rung; written once, never updated."""

    __tablename__ = "count_forecast"
    id: Mapped[str] = _key()
    area_id: Mapped[str] = _ref("area.id")
    as_of: Mapped[date]
    horizon_days: Mapped[int]
    model_version_id: Mapped[str] = _ref("model_version.id", index=True)
    data_version: Mapped[str] = mapped_column(String(64))
    exceedance: Mapped[list[Any]]
    median: Mapped[int | None]
    low: Mapped[int | None]
    high: Mapped[int | None]
    issued_at: Mapped[datetime]
    live: Mapped[bool]
    exercise: Mapped[bool]
    __table_args__ = (
        UniqueConstraint(
            *("area_id", "as_of", "horizon_days", "model_version_id", "data_version"),
            name="uq_count_forecast_key",
        ),
        Index("ix_count_forecast_day", "as_of", "horizon_days"),
        CheckConstraint("low IS NULL OR high IS NULL OR low <= high", name="range_in_order"),
    )


class Covariate(Base):
    """A number of one's own about an area and a day, and when it could be known; NULL is unknown."""

    __tablename__ = "covariate"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id")
    name: Mapped[str] = mapped_column(String(64))
    area_id: Mapped[str] = _ref("area.id", index=True)
    day: Mapped[date]
    available_at: Mapped[datetime]
    value: Mapped[float | None]
    recorded_at: Mapped[datetime]
    source: Mapped[str]
    __table_args__ = (
        UniqueConstraint("region_id", "name", "area_id", "day", "available_at", name="uq_covariate_key"),
    )


class Alert(Base):
    """A warning about one community; its state follows from its transitions."""

    __tablename__ = "alert"
    id: Mapped[str] = _key()
    community_id: Mapped[str] = _ref("community.id", index=True)
    rule: Mapped[str] = mapped_column(String(64))
    opened_on: Mapped[date]
    created_at: Mapped[datetime]
    exercise: Mapped[bool]
    __table_args__ = (UniqueConstraint("community_id", "rule", "opened_on"),)


class Transition(Base):
    """One step in an alert's life: what changed, when, by whom and why. Rows are only ever added."""

    __tablename__ = "transition"
    id: Mapped[str] = _key()
    alert_id: Mapped[str | None] = _ref("alert.id", null=True, index=True)
    community_id: Mapped[str] = _ref("community.id", index=True)
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
    score_id: Mapped[str | None] = _ref("score.id", null=True)
    __table_args__ = (UniqueConstraint("community_id", "rule", "seq"),)


class Delivery(Base):
    """One attempt to send a message: claimed before it leaves, finished when it is known how it went."""

    __tablename__ = "delivery"
    id: Mapped[str] = _key()
    message_id: Mapped[str | None] = _ref("message.id", null=True, index=True)
    transition_id: Mapped[str | None] = _ref("transition.id", null=True, index=True)
    channel: Mapped[str] = mapped_column(String(32))
    recipient: Mapped[str]
    claimed_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(32))
    error: Mapped[str | None]


class JobRun(Base):
    """A run of a job, so that a page can show what is being prepared and what failed."""

    __tablename__ = "job_run"
    id: Mapped[str] = _key()
    command: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    status: Mapped[vocab.RunStatus]
    step: Mapped[str]
    done: Mapped[int]
    total: Mapped[int]
    message: Mapped[str | None]


class Person(Base):
    """Somebody who may sign in, under the name their provider vouches for (in small letters)."""

    __tablename__ = "person"
    id: Mapped[str] = _key()
    login: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))


class RoleGrant(Base):
    """A role given to somebody or taken away, in one region or (NULL) in all; rows are only ever added.

    The newest row of a person, role and region is in force, until its end where it has one.
    """

    __tablename__ = "role_grant"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[str] = _ref("person.id", index=True)
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
    id: Mapped[str] = _key()
    person_id: Mapped[str] = _ref("person.id", index=True)
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
    id: Mapped[str] = _key()
    person_id: Mapped[str] = _ref("person.id", index=True)
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
    id: Mapped[str] = _key()
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
    id: Mapped[str] = _key()
    lat: Mapped[float]
    lon: Mapped[float]
    made_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat_on_earth"),
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon_on_earth"),
    )


class ScoreChange(Base):
    """Why a score differs from the one of the day before; the three parts add up to the whole difference.

    `new_data` also holds what the passing of a day does by itself, such as memories that fade.
    """

    __tablename__ = "score_change"
    score_id: Mapped[str] = mapped_column(Key, ForeignKey("score.id"), primary_key=True)
    earlier_id: Mapped[str] = _ref("score.id")
    new_data: Mapped[float]
    revised_data: Mapped[float]
    model_change: Mapped[float]


class Analogue(Base):
    """An earlier day that looked like the one a score speaks of, and what followed; NULL: not known."""

    __tablename__ = "analogue"
    score_id: Mapped[str] = mapped_column(Key, ForeignKey("score.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    area_id: Mapped[str] = _ref("area.id")
    day: Mapped[date]
    distance: Mapped[float]
    followed: Mapped[bool | None]
    incidents: Mapped[int | None]
    deaths: Mapped[int | None]
    __table_args__ = (CheckConstraint("distance >= 0", name="distance_not_negative"),)


class Visit(Base):
    """When somebody last looked at a region, and when the time before; known only to themselves."""

    __tablename__ = "visit"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id")
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
    region_id: Mapped[str] = _ref("region.id", index=True)
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
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
    community_id: Mapped[str | None] = _ref("community.id", null=True)
    incident_id: Mapped[str | None] = _ref("incident.id", null=True)
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
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
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
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
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


class Silence(Base):
    """No warnings about something until a moment, by somebody's decision; matched by scope and highest level."""

    __tablename__ = "silence"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
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


class Recipient(Base):
    """Who is told: a role or a name the team uses, and an address that only the key outside the store opens.

    `drill`: is told of exercises only, and nobody else is. `secret_sha256`: the digest of a feed's address.
    """

    __tablename__ = "recipient"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
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
    id: Mapped[str] = _key()
    recipient_id: Mapped[str] = _ref("recipient.id", index=True)
    scope: Mapped[vocab.Scope]
    scope_id: Mapped[str] = mapped_column(Key)
    level: Mapped[int]
    pace: Mapped[vocab.Pace]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (CheckConstraint("level BETWEEN 2 AND 4", name="level_known"),)


class Notice(Base):
    """What may leave the building: one or several alerts in one text, whose facts are kept as they were then.

    `earlier_id` is the notice that it updates or cancels. Where it stands follows from its acts.
    """

    __tablename__ = "notice"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
    kind: Mapped[vocab.NoticeKind]
    day: Mapped[date]
    level: Mapped[int]
    facts: Mapped[dict[str, Any]]
    earlier_id: Mapped[str | None] = _ref("notice.id", null=True)
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


class Message(Base):
    """A notice on its way to one recipient; whoever sends it claims it first."""

    __tablename__ = "message"
    id: Mapped[str] = _key()
    notice_id: Mapped[str] = _ref("notice.id", index=True)
    recipient_id: Mapped[str] = _ref("recipient.id", index=True)
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


class Dossier(Base):
    """A set of incidents that somebody picked by hand, under a name and for a reason."""

    __tablename__ = "dossier"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
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
    incident_id: Mapped[str] = _ref("incident.id", index=True)


class Consent(Base):
    """A second person's yes or no to what one person wants to hand out; never the same person's.

    `subject` names what it is about, `subject_sha256` exactly which bytes; `given` NULL: not answered yet.
    """

    __tablename__ = "consent"
    id: Mapped[str] = _key()
    region_id: Mapped[str] = _ref("region.id", index=True)
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
