"""Each score that levels are read from keeps where they began on its day."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; scores written before say NULL, and their model's card says where levels began."""
    op.add_column("score", sa.Column("begins", sa.JSON(none_as_null=True), nullable=True))
