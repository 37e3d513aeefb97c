"""Dossiers: sets of incidents that somebody picked by hand, under a name and for a reason, for briefings."""

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
    seen = policy.admit_to_change(viewer, region_id)
    name, ids = name.strip(), list(dict.fromkeys(incident_ids))
    if not name or len(name) > NAME_LENGTH:
        raise BadInput(f"a dossier has a name of 1 to {NAME_LENGTH} characters")
    if not ids or len(ids) > MOST:
        raise BadInput(f"a dossier holds 1 to {MOST} incidents, not {len(ids)}")
    v = IncidentVersion
    asked = select(v.incident_id).where(
        v.region_id == region_id, v.incident_id.in_(ids), reach.versions(seen)
    )
    there = set(session.scalars(asked))
    if gone := [one for one in ids if one not in there]:
        raise BadInput(f"there is no incident {gone[0][:40]!r} that you may see; check the id")
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
