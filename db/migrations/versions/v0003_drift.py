"""What was measured of the models in force."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    measures = ("age", "feature", "base_rate", "volume", "brier")
    measure = sa.Enum(*measures, name="measure", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "drift",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=64), nullable=False),
        sa.Column("model_version_id", sa.String(length=64), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("measure", measure, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("value", "expected", "low", "high")),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("data_version", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_drift_region_id_region")),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_version.id"], name=op.f("fk_drift_model_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift")),
    )
    op.create_index("ix_drift_day", "drift", ["region_id", "as_of"])
