"""Ties of incidents to communities that people decide: only these ever say that somebody was targeted."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import clusters, incidents, revisions
from db.decisions import TICK, opened
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import Community, IncidentVersion, Link
from db.vocab import Basis, Confidence, Entity, LinkMethod

UNCOUNTED = frozenset({Basis.AFFECTED_INDIRECTLY})


def link(
    session: Session,
    viewer: Viewer,
    incident_id: str,
    community_id: str,
    *,
    basis: Basis,
    confidence: Confidence,
    reason: str,
    by: str,
    now: datetime,
    counted: bool | None = None,
    evidence_report_id: str | None = None,
) -> str:
    """Tie an incident to a community as a person judged it; takes the place of an earlier such tie.

    It counts in the community's figures unless its basis is that it was affected indirectly, or unless
    `counted` says otherwise; what counts there already by its place goes on counting. Returns its id.
    """
    region_id = opened(session, viewer, incident_id)
    reason, by = revisions.reasoned(reason), revisions.named(by)
    _check(session, region_id, community_id)
    if counted is None:
        counted = basis not in UNCOUNTED or _counts_by_place(session, incident_id, community_id)
    standing = _standing(session, incident_id, community_id)
    at = max([now, *(one.decided_at + TICK for one in standing)])
    _withdraw(session, standing, by, at)
    told = {"basis": basis, "confidence": confidence, "counted": counted}
    tie = Link(
        id=content_id("decided link", incident_id, community_id, at.isoformat()),
        **{"incident_id": incident_id, "version_id": None, "community_id": community_id, **told},
        **{"method": LinkMethod.ANALYST, "share": None, "evidence_report_id": evidence_report_id},
        **{"decided_by": by, "decided_at": at, "reason": reason},
    )
    session.add(tie)
    session.flush()
    _note(session, incident_id, community_id, standing, told, reason, by, at)
    incidents.derive(session, [incident_id], at)
    return tie.id


def _check(session: Session, region_id: str, community_id: str) -> None:
    community = session.get(Community, community_id)
    if community is None or community.region_id != region_id:
        raise BadInput(f"there is no community {community_id!r} in {region_id}")


def unlink(
    session: Session,
    viewer: Viewer,
    incident_id: str,
    community_id: str,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    """Withdraw the tie that a person decided; one that follows from the place is mended by its place."""
    opened(session, viewer, incident_id)
    reason, by = revisions.reasoned(reason), revisions.named(by)
    standing = _standing(session, incident_id, community_id)
    if not standing:
        raise BadInput(
            f"nobody tied {incident_id} to {community_id}; a tie that follows from the place goes when the "
            "place is mended: tocsin incident decide ID --place"
        )
    at = max([now, *(one.decided_at + TICK for one in standing)])
    _withdraw(session, standing, by, at)
    _note(session, incident_id, community_id, standing, None, reason, by, at)
    incidents.derive(session, [incident_id], at)


def _standing(session: Session, incident_id: str, community_id: str) -> list[Link]:
    members = sorted(clusters.whole(session, [incident_id]))
    found = select(Link).where(Link.incident_id.in_(members), Link.community_id == community_id)
    found = found.where(Link.version_id.is_(None), Link.withdrawn_at.is_(None)).order_by(Link.decided_at)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def _withdraw(session: Session, standing: list[Link], by: str, at: datetime) -> None:
    ids = [one.id for one in standing]
    session.execute(update(Link).where(Link.id.in_(ids)).values(withdrawn_at=at, withdrawn_by=by))


def _counts_by_place(session: Session, incident_id: str, community_id: str) -> bool:
    """Whether the incident counts in the community's figures as it is."""
    members = sorted(clusters.whole(session, [incident_id]))
    v = IncidentVersion
    held = select(Link.id).join(v, v.id == Link.version_id).where(v.incident_id.in_(members), Link.counted)
    held = held.where(v.recorded_until.is_(None), v.known_until.is_(None), Link.community_id == community_id)
    return session.scalar(held.limit(1)) is not None


def _note(
    session: Session,
    incident_id: str,
    community_id: str,
    before: list[Link],
    told: dict[str, object] | None,
    reason: str,
    by: str,
    at: datetime,
) -> None:
    old = {name: getattr(before[-1], name) for name in ("basis", "confidence", "counted")} if before else None
    field = f"link:{community_id}"[:64]
    revisions.note(session, Entity.INCIDENT, incident_id, field, old, told, reason=reason, by=by, now=at)
