"""The consent of a second person to something that leaves the house: asked by one, given or refused by another.

It is about certain bytes (their SHA-256): what changed afterwards needs another consent.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import audit, policy, revisions
from db.errors import BadInput
from db.ids import content_id
from db.policy import LOCAL, Denied, Viewer
from db.schema import Consent
from db.vocab import AccessAct, Role

ALONE = (
    "this needs the consent of a second person, and without accounts there is only one; set up a login "
    "(README, “For a "
    "team”) and ask an approver"
)


def ask(
    session: Session,
    viewer: Viewer,
    region_id: str,
    subject: str,
    sha256: str,
    told: Mapping[str, Any],
    *,
    reason: str,
    by: str,
    now: datetime,
) -> str:
    """Ask for a second person's consent to hand out exactly these bytes; returns the id, the same when asked again."""
    _may_ask(viewer, region_id)
    by = revisions.named(by)
    name = content_id("consent", region_id, subject, sha256, by)
    if session.get(Consent, name) is None:
        facts = {
            "subject": subject,
            "subject_sha256": sha256,
            "told": dict(told),
            "asked_by": by,
            "asked_at": now,
        }
        session.add(Consent(id=name, region_id=region_id, reason=revisions.reasoned(reason), **facts))
        session.flush()
        _remember(session, viewer, region_id, {"id": name, "sha256": sha256}, now)
    return name


def answer(
    session: Session, viewer: Viewer, consent_id: str, *, given: bool, words: str, by: str, now: datetime
) -> None:
    """Say yes or no as the second person: an approver who is not the one who asks; once."""
    row = session.get(Consent, consent_id)
    if row is None:
        raise BadInput(f"there is no request {consent_id[:20]!r} that you may answer; reload the page")
    _may_answer(viewer, row.region_id)
    by = revisions.named(by)
    if row.asked_by in (by, viewer.name):
        raise Denied("nobody consents to their own request; ask another approver")
    if row.given is not None:
        raise BadInput(f"this was answered already, by {row.given_by}")
    row.given, row.given_by, row.given_at, row.answer = given, by, now, words.strip()[:500] or None
    session.flush()
    _remember(session, viewer, row.region_id, {"id": consent_id, "given": given}, now)


def stands(session: Session, region_id: str, subject: str, sha256: str, asked_by: str) -> bool:
    """Whether a second person consented to hand out exactly these bytes."""
    asked = select(Consent.given).where(Consent.region_id == region_id, Consent.subject == subject)
    mine = asked.where(
        Consent.subject_sha256 == sha256, Consent.asked_by == asked_by, Consent.given.is_(True)
    )
    return session.execute(mine.limit(1)).first() is not None


def _may_ask(viewer: Viewer, region_id: str) -> None:
    policy.admit_to_change(viewer, region_id)
    if viewer.name == LOCAL.name:
        raise Denied(ALONE)


def _may_answer(viewer: Viewer, region_id: str) -> None:
    policy.admit(viewer, region_id)
    if viewer.name == LOCAL.name:
        raise Denied(ALONE)
    if Role.APPROVER not in viewer.roles:
        raise Denied("only an approver may consent to what leaves the house; ask one")


def _remember(
    session: Session, viewer: Viewer, region_id: str, told: Mapping[str, Any], now: datetime
) -> None:
    audit.note(
        session, viewer.name, AccessAct.CHANGE, "consent", region_id=region_id, told=dict(told), now=now
    )
