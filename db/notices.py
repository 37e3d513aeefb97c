"""What may leave the building: drafted by the daily job, let out by people, cancelled or withdrawn by them.

A notice keeps the facts it was written from. Its steps are only added; where it stands follows from them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import audit, engine, policy, revisions
from db.errors import BadInput
from db.ids import content_id
from db.policy import SYSTEM, Viewer
from db.schema import Notice, NoticeAlert, NoticeStep
from db.vocab import AccessAct, NoticeAct, NoticeKind


@dataclass(frozen=True, slots=True)
class Drafted:
    """A notice that the daily job proposes; `held` says why nobody is asked to let it out."""

    kind: NoticeKind
    day: date
    level: int
    facts: Mapping[str, Any]
    alert_ids: tuple[str, ...]
    expires_on: date
    earlier_id: str | None = None
    held: str = ""


def keep(
    session: Session, region_id: str, drafts: Iterable[Drafted], exercise: bool, at: datetime
) -> list[str]:
    """Keep drafts; one of the same kind, day and alerts is there already and stays as it is. Returns their ids."""
    kept = []
    for one in drafts:
        name = content_id("notice", region_id, one.kind, one.day, one.earlier_id, *sorted(one.alert_ids))
        kept.append(name)
        if session.get(Notice, name) is not None:
            continue
        facts = {"kind": one.kind, "day": one.day, "level": one.level, "facts": dict(one.facts)}
        about = {"earlier_id": one.earlier_id, "expires_on": one.expires_on, "exercise": exercise}
        session.add(Notice(id=name, region_id=region_id, **facts, **about, created_at=at))
        session.flush()
        session.add_all(NoticeAlert(notice_id=name, alert_id=alert) for alert in dict.fromkeys(one.alert_ids))
        if one.held:
            step(session, name, NoticeAct.HELD, SYSTEM, at, one.held)
    session.flush()
    return kept


def approve(
    session: Session,
    viewer: Viewer,
    notice_id: str,
    *,
    by: str,
    now: datetime,
    needed: int = 1,
    reason: str = "",
) -> bool:
    """Let a notice out; True where enough different people have. Nobody counts twice."""
    row = found(session, viewer, notice_id)
    policy.may_settle(viewer, row.region_id)
    engine.queue(session.connection(), "notices")
    acts = steps(session, notice_id)
    _refuse_done(notice_id, acts, row, now)
    people = {one.by for one in acts if one.act is NoticeAct.APPROVED}
    who = revisions.named(by)
    if who in people:
        raise BadInput(f"{who} has let {notice_id} out already; another person has to do it, too")
    step(session, notice_id, NoticeAct.APPROVED, who, now, reason.strip() or None)
    _note(session, viewer, row, "notice approved", now)
    return len(people) + 1 >= needed


def withdraw(
    session: Session, viewer: Viewer, notice_id: str, *, reason: str, by: str, now: datetime
) -> None:
    """Take a notice back that has not left yet, with the reason."""
    row = found(session, viewer, notice_id)
    policy.may_settle(viewer, row.region_id)
    acts = {one.act for one in steps(session, notice_id)}
    if acts & {NoticeAct.QUEUED, NoticeAct.WITHDRAWN}:
        raise BadInput(f"notice {notice_id} has left or was withdrawn already; see: tocsin alerts notices")
    step(session, notice_id, NoticeAct.WITHDRAWN, revisions.named(by), now, revisions.reasoned(reason))
    _note(session, viewer, row, "notice withdrawn", now)


def found(session: Session, viewer: Viewer, notice_id: str) -> Notice:
    """A notice by its id (or the beginning of it), for those who work on the region."""
    asked = select(Notice).where(Notice.id.startswith(notice_id, autoescape=True)).limit(2)
    rows = session.scalars(asked).all() if notice_id else []
    if len(rows) != 1:
        policy.admit_anywhere(viewer)
        raise BadInput(
            f"there is no notice {notice_id!r}, or several begin like that; see: tocsin alerts notices"
        )
    policy.admit_to_work(viewer, rows[0].region_id)
    return rows[0]


def steps(session: Session, notice_id: str) -> list[NoticeStep]:
    """What was done with a notice, in order."""
    asked = select(NoticeStep).where(NoticeStep.notice_id == notice_id).order_by(NoticeStep.seq)
    return list(session.scalars(asked))


def step(
    session: Session, notice_id: str, act: NoticeAct, who: str, at: datetime, reason: str | None = None
) -> None:
    """Add one step to a notice's life."""
    newest = select(func.max(NoticeStep.seq)).where(NoticeStep.notice_id == notice_id)
    seq = (session.scalar(newest) or 0) + 1
    session.add(NoticeStep(notice_id=notice_id, seq=seq, act=act, by=who, at=at, reason=reason))
    session.flush()


def _refuse_done(notice_id: str, acts: Iterable[NoticeStep], row: Notice, now: datetime) -> None:
    done = {one.act for one in acts}
    if NoticeAct.WITHDRAWN in done:
        raise BadInput(f"notice {notice_id} was withdrawn; nothing can let it out")
    if NoticeAct.QUEUED in done:
        raise BadInput(f"notice {notice_id} was let out already; see: tocsin send --show")
    if NoticeAct.HELD in done:
        raise BadInput(f"notice {notice_id} was held back; the digest of its day tells of it")


def _note(session: Session, viewer: Viewer, row: Notice, what: str, now: datetime) -> None:
    told = {"id": row.id, "level": row.level}
    audit.note(session, viewer.name, AccessAct.CHANGE, what, region_id=row.region_id, told=told, now=now)
