"""Decisions, revisions, judgements, evidence, drafts, feeds: the record as people work with it."""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ENTITIES: tuple[str, ...] = (
    "incident",
    "report",
    "link",
    "source",
    "place",
    "batch",
    "draft",
    "attachment",
    "zero_report",
)
ENTITIES += ("mapping", "feed", "region")
FEED_STATUSES = ("never", "running", "ok", "failed", "no_access")
WIDER = {
    ("report_actor", "role", "actorrole"): ("denier",),
    ("import_batch", "status", "batchstatus"): ("undone",),
    **{
        (table, "incident_type", "incidenttype"): (
            *("protest", "disappearance", "mob_violence", "explosion", "territory_taken", "mediation"),
        )
        for table in ("report_incident", "incident_version")
    },
}


def upgrade() -> None:
    """Widen what may be said, make the new tables, and add the new columns; every row stays."""
    for (table, column, name), words in WIDER.items():
        _widen(table, column, name, words)
    _evidence()
    _decisions()
    _intake()
    _columns()


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _key(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=64), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _columns() -> None:
    references = {
        ("report", "document_id"): "document",
        ("import_batch", "mapping_id"): "mapping",
        ("incident", "merged_into"): "incident",
    }
    for (table, column), target in references.items():
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(64) "
            f"CONSTRAINT fk_{table}_{column}_{target} REFERENCES {target} (id)"
        )
    op.create_index("ix_incident_merged_into", "incident", ["merged_into"])
    op.execute("ALTER TABLE claim ADD COLUMN aggregate BOOLEAN DEFAULT false NOT NULL")
    for table, added in _plain_columns():
        op.add_column(table, added)


def _plain_columns() -> list[tuple[str, sa.Column[Any]]]:
    return [
        ("incident_version", sa.Column("deaths_unknown", sa.Integer(), server_default="0", nullable=False)),
        ("incident_version", sa.Column("figures", sa.JSON(), server_default="[]", nullable=False)),
        ("incident_version", sa.Column("attributions", sa.JSON(), server_default="[]", nullable=False)),
        ("incident_version", sa.Column("grade", sa.String(length=2), nullable=True)),
        ("link", _text("reason", nullable=True)),
        ("link", _instant("withdrawn_at", nullable=True)),
        ("link", _text("withdrawn_by", nullable=True)),
        ("place", _key("origin", nullable=True)),
        ("report_actor", _text("said_by", nullable=True)),
        ("report_incident", _text("added_by", nullable=True)),
        ("source", sa.Column("cadence_days", sa.Integer(), nullable=True)),
        ("source", _text("graded_by", nullable=True)),
        ("source", _instant("graded_at", nullable=True)),
    ]


def _widen(table: str, column: str, name: str, words: tuple[str, ...]) -> None:
    """Let a column hold more words; its rows stay as they are."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        _rebuild(table, column, words)
        return
    asked = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"
    found = connection.execute(sa.text(asked), {"name": f"ck_{table}_{name}"}).scalar_one()
    known = re.findall(r"'(\w+)'", found)
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, _within(column, (*known, *words)))


def _within(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _rebuild(table: str, column: str, words: tuple[str, ...]) -> None:
    """Make the table again with the wider check, as SQLite asks: it cannot change a check in place."""
    connection = op.get_bind()
    listed = "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL AND type {} 'table'"
    made = connection.execute(sa.text(listed.format("=")), {"table": table}).scalar_one()
    others = connection.execute(sa.text(listed.format("!=")), {"table": table}).scalars().all()
    added = "".join(f", {word!r}" for word in words)
    new, changed = re.subn(rf"(CHECK \({column} IN \([^)]*)\)", rf"\g<1>{added})", made)
    if changed != 1:
        raise RuntimeError(f"the table {table} does not look as expected; nothing was changed")
    op.execute(re.sub(rf"CREATE TABLE \"?{table}\"?", f"CREATE TABLE {table}_new", new, count=1))
    op.execute(f"INSERT INTO {table}_new SELECT * FROM {table}")  # noqa: S608  (names of ours)
    op.drop_table(table)
    op.rename_table(f"{table}_new", table)
    for statement in others:
        op.execute(statement)


def _evidence() -> None:
    op.create_table(
        "document",
        _key("id"),
        _key("sha256"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("encoding", sa.String(length=32), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_table(
        "attachment",
        _key("id"),
        _key("incident_id", nullable=True),
        _key("report_id", nullable=True),
        _key("document_id"),
        _key("shareable_id", nullable=True),
        _text("name"),
        _text("url", nullable=True),
        _text("note", nullable=True),
        _key("added_by"),
        _instant("added_at"),
        sa.Column(
            "sensitivity", _words("sensitivity", "public", "internal", "restricted", "severe"), nullable=False
        ),
        sa.CheckConstraint(
            "incident_id IS NOT NULL OR report_id IS NOT NULL", name=op.f("ck_attachment_has_subject")
        ),
        _to("attachment", "document_id", "document"),
        _to("attachment", "incident_id", "incident"),
        _to("attachment", "report_id", "report"),
        _to("attachment", "shareable_id", "document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_incident_id"), "attachment", ["incident_id"], unique=False)
    op.create_index(op.f("ix_attachment_report_id"), "attachment", ["report_id"], unique=False)
    op.create_table(
        "custody",
        _key("attachment_id"),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "act",
            _words("custodyact", "collected", "stripped", "viewed", "exported", "erased"),
            nullable=False,
        ),
        _key("by"),
        _instant("at"),
        _text("detail", nullable=True),
        _key("sha256"),
        _to("custody", "attachment_id", "attachment"),
        sa.PrimaryKeyConstraint("attachment_id", "seq", name=op.f("pk_custody")),
    )


def _decisions() -> None:
    op.create_table(
        "decision",
        _key("id"),
        _key("incident_id"),
        _key("report_id", nullable=True),
        sa.Column(
            "field",
            _words(
                "decisionfield",
                "verification",
                "figure_rule",
                "figure",
                "incident_type",
                "dates",
                "place",
                "summary",
                "sensitivity",
                "reviewed",
                "credibility",
                "stance",
                "detached",
            ),
            nullable=False,
        ),
        sa.Column("value", sa.JSON(none_as_null=True), nullable=True),
        _text("reason"),
        _key("by"),
        _instant("at"),
        sa.CheckConstraint("trim(reason) <> ''", name=op.f("ck_decision_has_reason")),
        _to("decision", "incident_id", "incident"),
        _to("decision", "report_id", "report"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_incident_id"), "decision", ["incident_id"], unique=False)
    op.create_table(
        "judgement",
        _key("id"),
        _key("region_id"),
        _key("left_id"),
        _key("right_id"),
        sa.Column("judgement", _words("judgement", "positive", "negative", "unsure"), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        _text("reason"),
        _key("by"),
        _instant("at"),
        sa.CheckConstraint("trim(reason) <> ''", name=op.f("ck_judgement_has_reason")),
        sa.CheckConstraint("left_id < right_id", name=op.f("ck_judgement_pair_in_order")),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 0 AND 1", name=op.f("ck_judgement_score")),
        _to("judgement", "left_id", "incident"),
        _to("judgement", "region_id", "region"),
        _to("judgement", "right_id", "incident"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
    )
    op.create_index(op.f("ix_judgement_left_id"), "judgement", ["left_id"], unique=False)
    op.create_index(op.f("ix_judgement_region_id"), "judgement", ["region_id"], unique=False)
    op.create_index(op.f("ix_judgement_right_id"), "judgement", ["right_id"], unique=False)
    op.create_table(
        "tombstone",
        _key("id"),
        sa.Column("entity", _words("entity", *ENTITIES), nullable=False),
        _key("entity_id"),
        _text("reason"),
        _key("by"),
        _instant("at"),
        _instant("lifted_at", nullable=True),
        _key("lifted_by", nullable=True),
        sa.CheckConstraint("trim(reason) <> ''", name=op.f("ck_tombstone_has_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
    )
    op.create_index("ix_tombstone_entity", "tombstone", ["entity", "entity_id"], unique=False)
    op.create_table(
        "revision",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entity", _words("entity", *ENTITIES), nullable=False),
        _key("entity_id"),
        _key("field"),
        sa.Column("old", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("new", sa.JSON(none_as_null=True), nullable=True),
        _text("reason"),
        _key("by"),
        _instant("at"),
        _key("previous_sha256"),
        _key("sha256"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_revision")),
        sa.UniqueConstraint("sha256", name=op.f("uq_revision_sha256")),
    )
    op.create_index("ix_revision_entity", "revision", ["entity", "entity_id"], unique=False)
    op.create_table(
        "retold",
        _key("batch_id"),
        _key("report_id"),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_retold_batch_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_retold_report_id_report"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "report_id", name=op.f("pk_retold")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_retold_report_id"), "retold", ["report_id"], unique=False)


def _intake() -> None:
    op.create_table(
        "mapping",
        _key("id"),
        _key("region_id"),
        _key("name"),
        _key("columns_sha256"),
        sa.Column("spec", sa.JSON(), nullable=False),
        _key("by"),
        _instant("at"),
        _to("mapping", "region_id", "region"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping")),
    )
    op.create_index("ix_mapping_name", "mapping", ["region_id", "name", "at"], unique=False)
    op.create_table(
        "feed",
        _key("id"),
        _key("region_id"),
        sa.Column("kind", sa.String(length=32), nullable=False),
        _key("name"),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("status", _words("feedstatus", *FEED_STATUSES), nullable=False),
        _text("message", nullable=True),
        _instant("last_run_at", nullable=True),
        _instant("last_ok_at", nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        _to("feed", "region_id", "region"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("region_id", "name", name=op.f("uq_feed_region_id_name")),
    )
    op.create_table(
        "feed_run",
        _key("id"),
        _key("feed_id"),
        _instant("started_at"),
        _instant("finished_at", nullable=True),
        sa.Column("status", _words("feedstatus", *FEED_STATUSES), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("fetched", sa.Integer(), nullable=False),
        _key("batch_id", nullable=True),
        _text("message", nullable=True),
        _to("feed_run", "batch_id", "import_batch"),
        _to("feed_run", "feed_id", "feed"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_run")),
    )
    op.create_index(op.f("ix_feed_run_feed_id"), "feed_run", ["feed_id"], unique=False)
    op.create_table(
        "draft",
        _key("id"),
        _key("region_id"),
        _key("source_id", nullable=True),
        _key("feed_id", nullable=True),
        _key("document_id", nullable=True),
        sa.Column("origin", _words("origin", "form", "paste", "feed", "kobo", "file"), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        _instant("received_at"),
        _instant("published_at", nullable=True),
        sa.Column("lang", sa.String(length=16), nullable=True),
        _text("title", nullable=True),
        _text("text", nullable=True),
        _text("url", nullable=True),
        sa.Column("suggestions", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("state", _words("draftstate", "open", "accepted", "rejected"), nullable=False),
        _key("by"),
        _key("decided_by", nullable=True),
        _instant("decided_at", nullable=True),
        _text("reason", nullable=True),
        _key("report_id", nullable=True),
        sa.Column(
            "sensitivity", _words("sensitivity", "public", "internal", "restricted", "severe"), nullable=False
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (report_id IS NOT NULL)", name=op.f("ck_draft_accepted_has_report")
        ),
        _to("draft", "document_id", "document"),
        _to("draft", "feed_id", "feed"),
        _to("draft", "region_id", "region"),
        _to("draft", "report_id", "report"),
        _to("draft", "source_id", "source"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index("ix_draft_queue", "draft", ["region_id", "state", "received_at"], unique=False)
    op.create_table(
        "zero_report",
        _key("id"),
        _key("region_id"),
        _key("community_id"),
        _key("source_id"),
        sa.Column("day", sa.Date(), nullable=False),
        _instant("available_at"),
        _instant("recorded_at"),
        _key("by"),
        _text("note", nullable=True),
        _instant("withdrawn_at", nullable=True),
        _to("zero_report", "community_id", "community"),
        _to("zero_report", "region_id", "region"),
        _to("zero_report", "source_id", "source"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zero_report")),
    )
    op.create_index(op.f("ix_zero_report_community_id"), "zero_report", ["community_id"], unique=False)
    op.create_index("ix_zero_report_day", "zero_report", ["region_id", "day"], unique=False)
