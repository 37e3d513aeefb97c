"""A year of levels, and how many incidents there are, are counted by indexes alone."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the indexes."""
    said = ("target", "horizon_days", "as_of", "area_id", "issued_at", "live", "level", "probability", "id")
    op.create_index("ix_score_said", "score", list(said))
    force = ("region_id", "recorded_until", "known_until", "known_from")
    op.create_index("ix_incident_version_force", "incident_version", list(force))
