"""Fetching the frames from the record."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from db import queries
from db.policy import Viewer
from models import covariates, voices
from models.frames import Frames


def frames(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> Frames:
    """Everything known of a region by a day."""
    read: dict[str, Any] = {"region_id": region_id, "as_of": as_of, "recorded_as_of": recorded_as_of}
    return Frames(
        events=queries.panel_events(session, viewer, **read),
        members=queries.panel_members(session, viewer, **read),
        parents=queries.panel_parents(session, viewer, **read),
        areas=queries.areas(session, viewer, **read),
        coverage=queries.coverage(session, viewer, **read, for_models=True),
        covariates=queries.covariates(session, viewer, **read),
        voices=queries.voices(session, viewer, **read),
    )


def data_versions(loaded: Frames, days: Sequence[date]) -> dict[date, str]:
    """For each day a digest of what was known of the region, and of the numbers added to it."""
    versions = queries.data_versions(loaded.events, loaded.members, loaded.parents, days)
    if not loaded.covariates.empty:
        versions = {d: covariates.digest(loaded.covariates, d, version) for d, version in versions.items()}
    if not loaded.voices.empty:
        versions = {d: voices.digest(loaded.voices, d, version) for d, version in versions.items()}
    return versions
