"""How reports come in: batches and their refused rows, documents, evidence, feeds, drafts and zero reports."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import vocab
from db.schema.base import KEYED, Base, Key, key, ref


class ImportBatch(Base):
    """One file taken in: what it was, when, and how many rows went where."""

    __tablename__ = "import_batch"
    id: Mapped[str] = key()
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
    mapping_id: Mapped[str | None] = ref("mapping.id", null=True)


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
    id: Mapped[str] = key()
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
    id: Mapped[str] = key()
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(128))
    encoding: Mapped[str | None] = mapped_column(String(32))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime]


class Attachment(Base):
    """A piece of evidence kept with an incident or a report: an image, a document, a copy of a page.

    `document_id` is the evidentiary copy as it came, `shareable_id` the one without metadata that goes out.
    """

    __tablename__ = "attachment"
    id: Mapped[str] = key()
    incident_id: Mapped[str | None] = ref("incident.id", null=True, index=True)
    report_id: Mapped[str | None] = ref("report.id", null=True, index=True)
    document_id: Mapped[str] = ref("document.id")
    shareable_id: Mapped[str | None] = ref("document.id", null=True)
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
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id")
    name: Mapped[str] = mapped_column(String(64))
    columns_sha256: Mapped[str] = mapped_column(String(64))
    spec: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    __table_args__ = (Index("ix_mapping_name", "region_id", "name", "at"),)


class Feed(Base):
    """Something that is asked for news again and again, and how it stands; secrets live elsewhere."""

    __tablename__ = "feed"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id")
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
    id: Mapped[str] = key()
    feed_id: Mapped[str] = ref("feed.id", index=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    status: Mapped[vocab.FeedStatus]
    expected: Mapped[int | None]
    fetched: Mapped[int]
    batch_id: Mapped[str | None] = ref("import_batch.id", null=True)
    message: Mapped[str | None]


class Draft(Base):
    """Something that came in and waits for a person: nothing of it is counted or scored until accepted."""

    __tablename__ = "draft"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id")
    source_id: Mapped[str | None] = ref("source.id", null=True)
    feed_id: Mapped[str | None] = ref("feed.id", null=True)
    document_id: Mapped[str | None] = ref("document.id", null=True)
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
    report_id: Mapped[str | None] = ref("report.id", null=True)
    sensitivity: Mapped[vocab.Sensitivity]
    __table_args__ = (
        Index("ix_draft_queue", "region_id", "state", "received_at"),
        CheckConstraint("(state = 'accepted') = (report_id IS NOT NULL)", name="accepted_has_report"),
    )


class ZeroReport(Base):
    """An explicit "nothing to report" about a community and a day, so that silence can be told from calm."""

    __tablename__ = "zero_report"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id")
    community_id: Mapped[str] = ref("community.id", index=True)
    source_id: Mapped[str] = ref("source.id")
    day: Mapped[date]
    available_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    note: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_zero_report_day", "region_id", "day"),)
