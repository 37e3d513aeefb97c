"""What changed and what it was like, what a shift hands over, and what people chose."""

import sqlalchemy as sa
from alembic import op

from db.spelling import folded

revision = "0008"
down_revision = "0007"

LEVELS = ("public", "internal", "restricted", "severe")
AT_ONCE = 5000


def upgrade() -> None:
    """Make the tables of changes and analogues, of visits and shifts, of plans and settings."""
    _scores()
    _shift()
    _choices()
    op.create_table(
        "store_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_mark")),
    )
    op.add_column("incident_version", sa.Column("folded", sa.Text(), nullable=True))
    _fold(op.get_bind())


def _fold(connection: sa.Connection) -> None:
    """Keep every summary as searches compare it too."""
    table = sa.table("incident_version", *map(sa.column, ("id", "summary", "folded")))
    told = connection.execute(
        sa.select(table.c.id, table.c.summary).where(table.c.summary.is_not(None))
    ).all()
    change = sa.update(table).where(table.c.id == sa.bindparam("of")).values(folded=sa.bindparam("said"))
    for start in range(0, len(told), AT_ONCE):
        some = [{"of": row.id, "said": folded(row.summary)} for row in told[start : start + AT_ONCE]]
        connection.execute(change, some)


def _scores() -> None:
    op.create_table(
        "analogue",
        sa.Column("score_id", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("area_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("distance", sa.Double(), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=True),
        sa.Column("incidents", sa.Integer(), nullable=True),
        sa.Column("deaths", sa.Integer(), nullable=True),
        sa.CheckConstraint("distance >= 0", name=op.f("ck_analogue_distance_not_negative")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_analogue_area_id_area")),
        sa.ForeignKeyConstraint(["score_id"], ["score.id"], name=op.f("fk_analogue_score_id_score")),
        sa.PrimaryKeyConstraint("score_id", "rank", name=op.f("pk_analogue")),
    )
    op.create_table(
        "score_change",
        sa.Column("score_id", sa.String(length=64), nullable=False),
        sa.Column("earlier_id", sa.String(length=64), nullable=False),
        sa.Column("new_data", sa.Double(), nullable=False),
        sa.Column("revised_data", sa.Double(), nullable=False),
        sa.Column("model_change", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["earlier_id"], ["score.id"], name=op.f("fk_score_change_earlier_id_score")),
        sa.ForeignKeyConstraint(["score_id"], ["score.id"], name=op.f("fk_score_change_score_id_score")),
        sa.PrimaryKeyConstraint("score_id", name=op.f("pk_score_change")),
    )


def _shift() -> None:
    op.create_table(
        "assignment",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("entity_id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_assignment_region_id_region")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_entity", "assignment", ["entity", "entity_id"], unique=False)
    op.create_index(op.f("ix_assignment_region_id"), "assignment", ["region_id"], unique=False)
    op.create_table(
        "handover",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("taken_by", sa.String(length=64), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.CheckConstraint("until >= since", name=op.f("ck_handover_span_in_order")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_handover_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_region_id"), "handover", ["region_id"], unique=False)
    op.create_table(
        "visit",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("viewer", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_visit_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("viewer", "region_id", name=op.f("uq_visit_viewer_region_id")),
    )
    op.create_table(
        "shift_note",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("community_id", sa.String(length=64), nullable=True),
        sa.Column("incident_id", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "sensitivity",
            sa.Enum(*LEVELS, name="sensitivity", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("trim(text) <> ''", name=op.f("ck_shift_note_says_something")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_shift_note_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_shift_note_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_shift_note_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_note")),
    )
    op.create_index(op.f("ix_shift_note_region_id"), "shift_note", ["region_id"], unique=False)


def _choices() -> None:
    op.create_table(
        "setting",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=True),
        sa.Column("viewer", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_setting")),
    )
    op.create_index("ix_setting_name", "setting", ["name", "region_id", "viewer"], unique=False)
    op.create_table(
        "action_step",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("step_ar", sa.Text(), nullable=True),
        sa.Column("owner_role", sa.String(length=64), nullable=True),
        sa.Column("contact_role", sa.String(length=64), nullable=True),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("trim(step) <> ''", name=op.f("ck_action_step_says_something")),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_action_step_level_known")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_action_step_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_step")),
    )
    op.create_index(op.f("ix_action_step_region_id"), "action_step", ["region_id"], unique=False)
