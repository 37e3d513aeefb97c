"""Warnings that leave the building: notices, recipients, messages, silences; hand-picked sets and consents."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# A message may be tried again in the same second, and a digest belongs to no transition.
DROPS = {"uq_delivery_transition_id_channel_recipient_claimed_at"}
HANDLING = ("draft", "approved", "sent", "acknowledged", "resolved", "expired")


def upgrade() -> None:
    """Make the new tables, and let alerts expire and deliveries belong to messages."""
    _recipients()
    _notices()
    _picked()
    if op.get_bind().dialect.name == "sqlite":
        _anew("transition", _transition())
        _anew("delivery", _delivery())
        op.create_index(op.f("ix_transition_alert_id"), "transition", ["alert_id"], unique=False)
        op.create_index(op.f("ix_transition_community_id"), "transition", ["community_id"], unique=False)
        op.create_index(op.f("ix_delivery_transition_id"), "delivery", ["transition_id"], unique=False)
    else:
        _altered()
    op.create_index(op.f("ix_delivery_message_id"), "delivery", ["message_id"], unique=False)
    _indexes()


def _indexes() -> None:
    """What came in of late, what waits for a look, and how fresh a source is, found without reading everything."""
    version = "incident_version"
    op.create_index("ix_incident_version_known", version, ["region_id", "known_from"])
    op.create_index("ix_incident_version_recorded", version, ["region_id", "recorded_at"])
    op.create_index("ix_incident_version_verification", version, ["verification", "region_id"])
    op.create_index("ix_report_fresh", "report", ["source_id", "available_at", "recorded_at"])


def _altered() -> None:
    op.drop_constraint(op.f("ck_transition_handling"), "transition", type_="check")
    words = ", ".join(f"'{word}'" for word in HANDLING)
    op.create_check_constraint(op.f("ck_transition_handling"), "transition", f"handling IN ({words})")
    op.drop_constraint(
        op.f("uq_delivery_transition_id_channel_recipient_claimed_at"), "delivery", type_="unique"
    )
    op.alter_column("delivery", "transition_id", nullable=True)
    op.add_column("delivery", sa.Column("message_id", sa.String(length=64), nullable=True))
    op.create_foreign_key(
        op.f("fk_delivery_message_id_message"), "delivery", "message", ["message_id"], ["id"]
    )


def _anew(name: str, columns: Sequence[sa.Column[object] | sa.Constraint]) -> None:
    """Put a table in the place of the old one, with all its rows: SQLite changes no constraints of a table."""
    connection = op.get_bind()
    kept = [one["name"] for one in sa.inspect(connection).get_columns(name)]
    made = op.create_table(f"{name}_anew", *columns)
    old = sa.table(name, *(sa.column(one) for one in kept))
    connection.execute(sa.insert(made).from_select(kept, sa.select(*old.c)))
    op.drop_table(name)
    op.rename_table(f"{name}_anew", name)


def _transition() -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("alert_id", sa.String(length=64), nullable=True),
        sa.Column("community_id", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("condition", sa.String(length=32), nullable=False),
        sa.Column("handling", sa.String(length=32), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.Column("score_id", sa.String(length=64), nullable=True),
        _one_of("condition", "normal", "pending", "open", "recovering", "no_data", "error"),
        _one_of("handling", *HANDLING),
        _one_of("outcome", "materialised", "did_not", "averted", "unknown"),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_transition_alert_id_alert")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_transition_community_id_community")
        ),
        sa.ForeignKeyConstraint(["score_id"], ["score.id"], name=op.f("fk_transition_score_id_score")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transition")),
        sa.UniqueConstraint("community_id", "rule", "seq", name=op.f("uq_transition_community_id_rule_seq")),
    ]


def _one_of(column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_transition_{column}"))


def _delivery() -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("transition_id", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_delivery_message_id_message")),
        sa.ForeignKeyConstraint(
            ["transition_id"], ["transition.id"], name=op.f("fk_delivery_transition_id_transition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    ]


def _recipients() -> None:
    op.create_table(
        "recipient",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=True),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_until IS NULL)", name=op.f("ck_recipient_quiet_has_both_ends")
        ),
        sa.CheckConstraint("quiet_from BETWEEN 0 AND 1439", name=op.f("ck_recipient_quiet_from_minutes")),
        sa.CheckConstraint("quiet_until BETWEEN 0 AND 1439", name=op.f("ck_recipient_quiet_until_minutes")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_recipient_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_recipient_secret_sha256")),
    )
    op.create_index(op.f("ix_recipient_region_id"), "recipient", ["region_id"], unique=False)
    op.create_table(
        "silence",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "region",
                "district",
                "group",
                "community",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("scope_id", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("trim(reason) <> ''", name=op.f("ck_silence_has_reason")),
        sa.CheckConstraint("level BETWEEN 2 AND 4", name=op.f("ck_silence_level_known")),
        sa.CheckConstraint("until > at", name=op.f("ck_silence_ends_later")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_silence_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
    )
    op.create_index(op.f("ix_silence_region_id"), "silence", ["region_id"], unique=False)
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("recipient_id", sa.String(length=64), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "region",
                "district",
                "group",
                "community",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("scope_id", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column(
            "pace",
            sa.Enum("at_once", "digest", name="pace", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("level BETWEEN 2 AND 4", name=op.f("ck_subscription_level_known")),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_subscription_recipient_id_recipient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_recipient_id"), "subscription", ["recipient_id"], unique=False)


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "alert",
                "update",
                "cancel",
                "digest",
                "reminder",
                "test",
                name="noticekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("earlier_id", sa.String(length=64), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("expires_on >= day", name=op.f("ck_notice_expires_later")),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_notice_level_known")),
        sa.ForeignKeyConstraint(["earlier_id"], ["notice.id"], name=op.f("fk_notice_earlier_id_notice")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_notice_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_day", "notice", ["region_id", "day"], unique=False)
    op.create_index(op.f("ix_notice_region_id"), "notice", ["region_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("recipient_id", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "claimed",
                "sent",
                "failed",
                "unclear",
                "withheld",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_message_attempts_not_negative")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_message_notice_id_notice")),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_message_recipient_id_recipient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("notice_id", "recipient_id", name=op.f("uq_message_notice_id_recipient_id")),
    )
    op.create_index("ix_message_due", "message", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_message_notice_id"), "message", ["notice_id"], unique=False)
    op.create_index(op.f("ix_message_recipient_id"), "message", ["recipient_id"], unique=False)
    op.create_table(
        "notice_step",
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "approved",
                "withdrawn",
                "held",
                "queued",
                name="noticeact",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_step_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", "seq", name=op.f("pk_notice_step")),
    )
    op.create_table(
        "notice_alert",
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("alert_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_notice_alert_alert_id_alert")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_alert_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", "alert_id", name=op.f("pk_notice_alert")),
    )
    op.create_index(op.f("ix_notice_alert_alert_id"), "notice_alert", ["alert_id"], unique=False)


def _picked() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("subject_sha256", sa.String(length=64), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=True),
        sa.Column("given_by", sa.String(length=64), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint("trim(reason) <> ''", name=op.f("ck_consent_has_reason")),
        sa.CheckConstraint("(given IS NULL) = (given_by IS NULL)", name=op.f("ck_consent_given_by_somebody")),
        sa.CheckConstraint("given_by IS NULL OR given_by <> asked_by", name=op.f("ck_consent_of_two_people")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_consent_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_region_id"), "consent", ["region_id"], unique=False)
    op.create_table(
        "dossier",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("trim(name) <> ''", name=op.f("ck_dossier_has_name")),
        sa.CheckConstraint("trim(reason) <> ''", name=op.f("ck_dossier_has_reason")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_dossier_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
    )
    op.create_index(op.f("ix_dossier_region_id"), "dossier", ["region_id"], unique=False)
    op.create_table(
        "dossier_incident",
        sa.Column("dossier_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_incident_dossier_id_dossier")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_dossier_incident_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("dossier_id", "position", name=op.f("pk_dossier_incident")),
    )
    op.create_index(
        op.f("ix_dossier_incident_incident_id"), "dossier_incident", ["incident_id"], unique=False
    )
