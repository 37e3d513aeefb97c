"""Explicit "nothing to report": somebody looked at a community on a day and had nothing to tell."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from db import bulk, clock, policy, revisions
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import Community, Region, Source, ZeroReport
from db.store import source_id
from db.vocab import Entity


@dataclass(frozen=True, slots=True)
class Nothing:
    """Who had nothing to report of which community, on which days."""

    region_id: str
    community_id: str
    source_code: str
    days: tuple[date, ...]
    by: str
    note: str | None = None


def add(session: Session, viewer: Viewer, said: Nothing, now: datetime) -> int:
    """Take it in, day by day; a second time changes nothing. Returns how many days are new.

    It counts from the moment it was said, and never before its day is over.
    """
    policy.admit_to_change(viewer, said.region_id)
    source, zone = _check(session, said, now)
    rows = [
        {
            "id": content_id("zero", said.community_id, source, day),
            "region_id": said.region_id,
            "community_id": said.community_id,
            "source_id": source,
            "day": day,
            "available_at": max(now, clock.end_of(day, zone)),
            "recorded_at": now,
            "by": said.by,
            "note": said.note,
        }
        for day in said.days
    ]
    return bulk.insert(session, ZeroReport, [_again(session, row) for row in rows])


def _again(session: Session, row: dict[str, Any]) -> dict[str, Any]:
    """A name of its own for what was withdrawn and is said again, so that the earlier word stays as it was."""
    name = str(row["id"])
    while (held := session.get(ZeroReport, name)) is not None and held.withdrawn_at is not None:
        name = content_id("again", name)
    return {**row, "id": name}


def _check(session: Session, said: Nothing, now: datetime) -> tuple[str, str]:
    zone = session.get_one(Region, said.region_id).time_zone
    community = session.get(Community, said.community_id)
    if community is None or community.region_id != said.region_id:
        raise BadInput(f"there is no community {said.community_id!r}; take an id of communities.csv")
    source = source_id(said.region_id, said.source_code)
    if session.get(Source, source) is None:
        raise BadInput(f"the region has no source {said.source_code!r}; add it to its sources.csv")
    late = [day for day in said.days if day > clock.day_of(now, zone)]
    if late or not said.days:
        raise BadInput(f"{late[0] if late else 'no day'}: name a day that has come")
    return source, zone


def withdraw(session: Session, viewer: Viewer, zero_id: str, *, by: str, reason: str, now: datetime) -> None:
    """Take a "nothing to report" back, with a reason."""
    found = session.get(ZeroReport, zero_id)
    policy.may_act(viewer)
    if found is not None:
        policy.admit_to_change(viewer, found.region_id)
    if found is None or found.withdrawn_at is not None:
        raise BadInput(f"there is no such note {zero_id!r}; list them with: tocsin coverage")
    found.withdrawn_at = now
    session.flush()
    revisions.note(
        *(session, Entity.ZERO_REPORT, zero_id, "withdrawn", None, True), reason=reason, by=by, now=now
    )
