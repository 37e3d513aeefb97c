"""Who may come in, what they did, what was erased, and what is kept out of sight."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from db.migrations import chains

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables of people, of the access log, and of what is kept out of sight; seal the chains anew."""
    _people()
    _memory()
    _hidden()
    _past()
    for table in ("revision", "custody"):
        for name in ("digests", "salts"):
            op.add_column(table, sa.Column(name, sa.JSON(), server_default="{}", nullable=False))
    chains.reseal_revisions(op.get_bind())
    chains.reseal_custody(op.get_bind())


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_table(
        "role_grant",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column(
            "role",
            _words("role", "viewer", "analyst", "verifier", "approver", "admin", "modeller"),
            nullable=False,
        ),
        sa.Column("region_id", sa.String(length=64), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("trim(reason) <> ''", name=op.f("ck_role_grant_has_reason")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id_person")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("routes", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_token_expires_later")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_token_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("sha256", name=op.f("uq_token_sha256")),
    )
    op.create_index(op.f("ix_token_person_id"), "token", ["person_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_person_id"), "sign_in", ["person_id"], unique=False)


def _memory() -> None:
    op.create_table(
        "access_log",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column(
            "act",
            _words(
                "accessact",
                "read",
                "search",
                "export",
                "send",
                "change",
                "denied",
                "role",
                "sign_in",
                "sign_out",
                "token",
                "command",
                "erasure",
                "backup",
            ),
            nullable=False,
        ),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=True),
        sa.Column("digests", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("salts", sa.JSON(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("previous_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_access_log")),
        sa.UniqueConstraint("sha256", name=op.f("uq_access_log_sha256")),
    )
    op.create_index(op.f("ix_access_log_by"), "access_log", ["by"], unique=False)
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("entity_id", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.CheckConstraint("trim(reason) <> ''", name=op.f("ck_erasure_has_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )


def _hidden() -> None:
    op.create_table(
        "identity",
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_identity_source_id_source")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_identity")),
    )
    op.create_table(
        "displacement",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_displacement_lat_on_earth")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_displacement_lon_on_earth")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_displacement")),
    )


def _past() -> None:
    """What the history tells of rows that were changed in place: publications that moved, incidents merged.

    Nothing is known of how the pack read before this release: earlier days read it as it is now.
    """
    op.create_table(
        "past_row",
        sa.Column("of_table", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("of_table", "key", "until", name=op.f("pk_past_row")),
    )
    op.create_index(op.f("ix_past_row_until"), "past_row", ["until"], unique=False)
    past = sa.table("past_row", *map(sa.column, ("of_table", "key")), _UNTIL, sa.column("body", sa.JSON()))
    found: dict[tuple[str, str, datetime], dict[str, Any]] = {}
    for table, key, field, old, at in op.get_bind().execute(_CHANGED):
        found.setdefault((table, key, at), {"merged_into": old} if field == "merged_into" else _moved(old))
    rows = [{"of_table": t, "key": k, "until": at, "body": body} for (t, k, at), body in found.items()]
    if rows:
        op.bulk_insert(past, rows)


_r = sa.table(
    "revision",
    *map(sa.column, ("seq", "entity", "entity_id", "field")),
    sa.column("old", sa.JSON()),
    sa.column("at", sa.DateTime(timezone=True)),
)
_UNTIL: Any = sa.column("until", sa.DateTime(timezone=True))
_CHANGED = (
    sa.select(_r.c.entity, _r.c.entity_id, _r.c.field, _r.c.old, _r.c.at)
    .where(_r.c.field.in_(["available_at", "merged_into"]), _r.c.entity.in_(["report", "incident"]))
    .order_by(_r.c.seq)
)


def _moved(old: list[str]) -> dict[str, Any]:
    at = datetime.fromisoformat(old[0]).astimezone(UTC)
    return {"available_at": at.strftime("%Y-%m-%d %H:%M:%S.%f"), "available_basis": old[1]}
