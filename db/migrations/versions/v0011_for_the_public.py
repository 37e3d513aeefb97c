"""As what a source's reports come in, and remarks on communities and sources in Arabic."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

WORDS = ("public", "internal", "restricted", "severe")


def upgrade() -> None:
    """Add the columns; every source goes on as it was: what comes from it is internal."""
    listed = ", ".join(f"'{word}'" for word in WORDS)
    op.execute(
        "ALTER TABLE source ADD COLUMN reports_as VARCHAR(32) DEFAULT 'internal' NOT NULL "
        f"CONSTRAINT ck_source_sensitivity CHECK (reports_as IN ({listed}))"
    )
    for table in ("community", "source"):
        op.add_column(table, sa.Column("note_ar", sa.Text(), nullable=True))
