"""Dossiers: sets of incidents that somebody picked by hand, under a name and for a reason, for briefings.

A set is never changed: with an incident more or less it is a new one of the same name, and the older one ends.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db import audit, policy, reach, revisions
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import Dossier, DossierIncident, IncidentVersion
from db.vocab import AccessAct

NAME_LENGTH, MOST = 120, 2_000


def save(
    session: Session,
    viewer: Viewer,
    region_id: str,
    name: str,
    incident_ids: Sequence[str],
    *,
    reason: str,
    by: str,
    now: datetime,
) -> str:
    """Keep a set of incidents in its order; returns its id. An older one of that name ends.

    Raises BadInput for a name that is empty or too long, no or too many incidents, and one not to be seen here.
    """
    ids = list(dict.fromkeys(incident_ids))
    _must_see(session, viewer, region_id, ids)
    return _keep(session, viewer, region_id, name, ids, reason=reason, by=by, now=now)


def add(
    session: Session,
    viewer: Viewer,
    region_id: str,
    name: str,
    incident_ids: Sequence[str],
    *,
    reason: str,
    by: str,
    now: datetime,
) -> str:
    """Put incidents into the set of a name, or begin one with them; returns its id, the same where all stand in it.

    What stands in it already stays, also what this person may not see. Raises BadInput as `save` does.
    """
    _must_see(session, viewer, region_id, incident_ids)
    there = _inside(session, region_id, name)
    if there and set(incident_ids) <= set(there):
        return str(session.scalar(_standing(region_id, name.strip()).with_only_columns(Dossier.id)))
    ids = list(dict.fromkeys([*there, *incident_ids]))
    return _keep(session, viewer, region_id, name, ids, reason=reason, by=by, now=now)


def take_out(
    session: Session,
    viewer: Viewer,
    region_id: str,
    name: str,
    incident_id: str,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> str | None:
    """Take an incident out of the set of a name; returns the new id, None where nothing is left and the set ends.

    Raises BadInput where there is no such set, or where the incident does not stand in it.
    """
    _must_see(session, viewer, region_id, [incident_id])
    ids = _inside(session, region_id, name)
    if incident_id not in ids:
        raise BadInput(f"that incident does not stand in a dossier {name[:40]!r}; list them anew")
    left = [one for one in ids if one != incident_id]
    if left:
        return _keep(session, viewer, region_id, name, left, reason=reason, by=by, now=now)
    end(session, viewer, region_id, name, by=by, now=now)
    return None


def _must_see(session: Session, viewer: Viewer, region_id: str, ids: Sequence[str]) -> None:
    """Refuse whoever may not act here, and incidents that they may not know of."""
    seen, v = policy.admit_to_change(viewer, region_id), IncidentVersion
    asked = select(v.incident_id).where(
        v.region_id == region_id, v.incident_id.in_(ids), reach.versions(seen)
    )
    there = set(session.scalars(asked))
    if gone := [one for one in ids if one not in there]:
        raise BadInput(f"there is no incident {gone[0][:40]!r} that you may see; check the id")


def _inside(session: Session, region_id: str, name: str) -> list[str]:
    """The incidents of the standing set of a name, in their order; none where there is no such set."""
    one = DossierIncident
    standing = _standing(region_id, name.strip()).with_only_columns(Dossier.id)
    asked = select(one.incident_id).where(one.dossier_id.in_(standing)).order_by(one.position)
    return list(session.scalars(asked))


def _keep(
    session: Session,
    viewer: Viewer,
    region_id: str,
    name: str,
    ids: Sequence[str],
    *,
    reason: str,
    by: str,
    now: datetime,
) -> str:
    name = name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise BadInput(f"a dossier has a name of 1 to {NAME_LENGTH} characters")
    if not ids or len(ids) > MOST:
        raise BadInput(f"a dossier holds 1 to {MOST} incidents, not {len(ids)}")
    for old in session.scalars(_standing(region_id, name)):
        old.ended_at, old.ended_by = now, revisions.named(by)
    made = content_id("dossier", region_id, name, now.isoformat(), *ids)
    facts = {"name": name, "reason": revisions.reasoned(reason), "by": revisions.named(by), "at": now}
    session.add(Dossier(id=made, region_id=region_id, **facts))
    session.flush()
    session.add_all(DossierIncident(dossier_id=made, position=n, incident_id=i) for n, i in enumerate(ids, 1))
    session.flush()
    told = {"id": made, "incidents": len(ids)}
    audit.note(session, viewer.name, AccessAct.CHANGE, "dossier", region_id=region_id, told=told, now=now)
    return made


def end(session: Session, viewer: Viewer, region_id: str, name: str, *, by: str, now: datetime) -> None:
    """Offer a dossier no longer; what rests on it stays."""
    policy.admit_to_change(viewer, region_id)
    found = list(session.scalars(_standing(region_id, name.strip())))
    if not found:
        raise BadInput(
            f"there is no dossier {name[:40]!r} that you may see; list them with: tocsin dossier list"
        )
    for one in found:
        one.ended_at, one.ended_by = now, revisions.named(by)
    session.flush()
    told = {"id": found[0].id, "ended": True}
    audit.note(session, viewer.name, AccessAct.CHANGE, "dossier", region_id=region_id, told=told, now=now)


def _standing(region_id: str, name: str) -> Select[Any]:
    d = Dossier
    return select(d).where(d.region_id == region_id, d.name == name, d.ended_at.is_(None))
