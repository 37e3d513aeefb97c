"""When somebody last looked at a region, so that a page can tell them what changed since; known only to themselves."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db import engine, policy
from db.errors import TocsinError
from db.ids import content_id
from db.policy import Viewer
from db.schema import Visit

SITTING = timedelta(minutes=30)  # who was away for longer comes back to a new visit
WRITTEN_EVERY = timedelta(minutes=5)
PROMPT_MS = 3  # a page does not wait for its turn to write


@dataclass(frozen=True, slots=True)
class Looks:
    """When somebody looked at a region last, and when their visit before this one ended; None: it is the first."""

    at: datetime
    previous_at: datetime | None


def last(session: Session, viewer: Viewer, region_id: str) -> Looks | None:
    """The visit of the viewer themselves; there is no way to ask for another's."""
    policy.admit(viewer, region_id)
    v = Visit
    asked = select(v.at, v.previous_at).where(v.viewer == viewer.name, v.region_id == region_id)
    row = session.execute(asked).first()
    return Looks(row.at, row.previous_at) if row else None


def looks(before: Looks | None, now: datetime) -> Looks:
    """The same visit going on, or a new one, as of now."""
    if before is None:
        return Looks(now, None)
    if now - before.at >= SITTING:
        return Looks(now, before.at)
    return Looks(max(now, before.at), before.previous_at)


def note(url: str, viewer: Viewer, region_id: str, now: datetime) -> Looks:
    """Note that somebody looks at a region, at most every five minutes; a busy or read-only store notes nothing."""
    with engine.reading(url) as session:
        before = last(session, viewer, region_id)
    after = looks(before, now)
    if before is None or after.at - before.at >= WRITTEN_EVERY:
        with suppress(SQLAlchemyError, TocsinError), engine.writing(url, PROMPT_MS) as session:
            _keep(session, viewer.name, region_id, before, after)
    return after


def _keep(session: Session, name: str, region_id: str, before: Looks | None, after: Looks) -> None:
    """Write a visit down, unless another page of the same reader has done so meanwhile."""
    told = {"at": after.at, "previous_at": after.previous_at}
    if before is None:
        named = content_id("visit", name, region_id)
        session.execute(insert(Visit).values(id=named, region_id=region_id, viewer=name, **told))
        return
    same = (Visit.viewer == name, Visit.region_id == region_id, Visit.at == before.at)
    session.execute(update(Visit).where(*same).values(**told))
