"""What one shift hands to the next, as it stood on a day: who takes care of what, notes, ends of shifts."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from db import policy, reach
from db.policy import Sight, Viewer
from db.queries.common import frame, plain
from db.queries.regions import When, when
from db.schema import Alert, Assignment, Community, Draft, Handover, ShiftNote

_HANDOVER = ("since", "until", "by", "taken_by", "taken_at", "note", "told")


def assignments(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    done: bool = False,
) -> pd.DataFrame:
    """Who takes care of what on a day, the most urgent first; with `done` also what is done or given back.

    Columns: seq, entity, entity_id, name, name_ar (of the community that it is about, if any), owner, due_at,
    done, note, by, at.
    """
    seen = policy.admit_to_work(viewer, region_id)
    asked, a = when(session, viewer, region_id, as_of, recorded_as_of), Assignment
    mine = (a.region_id == region_id, a.at < asked.acted)
    newest = select(func.max(a.seq)).where(*mine).group_by(a.entity, a.entity_id)
    columns = (a.seq, a.entity, a.entity_id, a.owner, a.due_at, a.done, a.note, a.by, a.at)
    statement = select(*columns).where(a.seq.in_(newest), _visible(seen))
    if not done:
        statement = statement.where(a.done.is_(False), a.owner.is_not(None))
    found = frame(session, statement.order_by(a.due_at.is_(None), a.due_at, a.seq))
    about = {
        str(one): _of_alert(session, str(one)) for one in found.loc[found["entity"] == "alert", "entity_id"]
    }
    ids = [about.get(one, one) for one in found["entity_id"]]
    return _named(session, asked, found, pd.Series(ids, index=found.index, dtype=object))


def _visible(seen: Sight) -> ColumnElement[bool]:
    """The condition that what is taken care of may be told."""
    a, c = Assignment, Community
    alerts = select(Alert.id).join(c, c.id == Alert.community_id).where(reach.communities(seen))
    return or_(
        and_(a.entity == "community", a.entity_id.in_(select(c.id).where(reach.communities(seen)))),
        and_(a.entity == "incident", ~reach.secret(a.entity_id, seen)),
        and_(a.entity == "draft", a.entity_id.in_(select(Draft.id).where(reach.drafts(seen)))),
        and_(a.entity == "alert", a.entity_id.in_(alerts)),
    )


def _of_alert(session: Session, alert_id: str) -> str | None:
    return session.scalar(select(Alert.community_id).where(Alert.id == alert_id))


def _named(session: Session, asked: When, found: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """Rows with the names of the communities they are about."""
    c = asked.at.of(Community)
    listed = session.execute(select(c.id, c.name, c.name_ar).where(c.region_id == asked.region_id))
    names = {one: (name, arabic) for one, name, arabic in listed}
    for at, column in enumerate(("name", "name_ar")):
        found[column] = pd.Series(
            [names.get(one, (None, None))[at] for one in ids], index=found.index, dtype=object
        )
    return found


def shift_notes(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    done: bool = False,
) -> pd.DataFrame:
    """The notes that stood open on a day, the oldest first; with `done` also those that were closed.

    Columns: note_id, community_id, name, name_ar, incident_id, text, sensitivity, by, at, done_at, done_by.
    """
    seen = policy.admit_to_work(viewer, region_id)
    asked, n = when(session, viewer, region_id, as_of, recorded_as_of), ShiftNote
    closed = n.done_at < asked.acted
    columns: dict[str, Any] = {"done_at": n.done_at, "done_by": n.done_by}
    told = (case((closed, column)).label(name) for name, column in columns.items())
    statement = select(
        n.id.label("note_id"), n.community_id, n.incident_id, n.text, n.sensitivity, n.by, n.at, *told
    ).where(
        n.region_id == region_id,
        n.at < asked.acted,
        n.sensitivity.in_(sorted(seen.sensitivities)),
        or_(n.incident_id.is_(None), ~reach.secret(n.incident_id, seen)),
        or_(n.community_id.is_(None), reach.of_community(n.community_id, seen)),
    )
    if not done:
        statement = statement.where(or_(n.done_at.is_(None), n.done_at >= asked.acted))
    found = plain(frame(session, statement.order_by(n.at, n.id)), words=("sensitivity",))
    return _named(session, asked, found, found["community_id"])


def handovers(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    limit: int = 50,
) -> pd.DataFrame:
    """The shifts that had ended by a day, newest first.

    Columns: handover_id, since, until, by, taken_by, taken_at, note, told (counts of what stood open).
    """
    policy.admit_to_work(viewer, region_id)
    asked, h = when(session, viewer, region_id, as_of, recorded_as_of), Handover
    taken = h.taken_at < asked.acted
    columns = [
        case((taken, getattr(h, name))).label(name) if name.startswith("taken") else getattr(h, name)
        for name in _HANDOVER
    ]
    statement = select(h.id.label("handover_id"), *columns).where(
        h.region_id == region_id, h.until < asked.acted
    )
    return frame(session, statement.order_by(h.until.desc(), h.id).limit(limit))
