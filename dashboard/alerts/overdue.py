"""When nobody answers a warning by its deadline: whoever was told of it is reminded, and the next in line is asked.

A reminder says nothing new: it continues a notice that people let out, so nobody lets it out again. Who is next is the
region's setting `next_in_line`, roles in their order; where there is none, or the last of them did not answer, one
reminder goes out and the pages show the deadline as passed. Each step is a transition of the alert, with when and why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard import fmt
from dashboard.alerts import handling, release
from dashboard.alerts.handling import Act
from dashboard.i18n import N_, _
from db import clock, notices, queries, shifts
from db.notices import Drafted
from db.policy import SYSTEM, Viewer
from db.schema import Alert, Notice, NoticeAlert, NoticeStep, Transition
from db.vocab import Handling, NoticeAct, NoticeKind

ANSWERED = (Handling.ACKNOWLEDGED, Handling.RESOLVED, Handling.EXPIRED)
PASSED_ON = N_("No answer by {due}: passed on to {owner}")
NOBODY_NEXT = N_("No answer by {due}, and nobody is next in line: {owner} was reminded")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert that waits for an answer past its deadline, with the newest notice of it that was let out."""

    alert: Alert
    notice: Notice
    owner: str
    due_at: datetime


def pass_on(session: Session, viewer: Viewer, region_id: str, now: datetime) -> list[str]:
    """Remind of every warning whose deadline has passed, and ask the next in line; the ids of the reminders."""
    chosen = release.chosen(session, viewer, region_id)
    line: Sequence[str] = chosen.get("next_in_line", ())
    zone = queries.region(session, viewer, region_id).time_zone
    of: dict[str, list[Waiting]] = {}
    for one in _waiting(session, viewer, region_id, now):
        if one.notice.expires_on >= clock.day_of(now, zone):
            of.setdefault(one.notice.id, []).append(one)
    return [
        reminder
        for name in sorted(of)
        if (reminder := _remind(session, viewer, of[name], following(line, of[name][0].owner), zone, now))
    ]


def following(line: Sequence[str], owner: str) -> str | None:
    """Who is asked after somebody: the next in line, the first where they are not in it; None at its end."""
    if owner not in line:
        return line[0] if line else None
    return next(iter(line[line.index(owner) + 1 :]), None)


def care(session: Session, viewer: Viewer, notice: Any) -> str:
    """Who answers for a notice, and until when, in the reader's language; empty where nobody does."""
    region = queries.region(session, viewer, notice.region_id)
    fmt.use_zone(region.time_zone)
    mine = set(session.scalars(select(NoticeAlert.alert_id).where(NoticeAlert.notice_id == notice.id)))
    rows = queries.assignments(session, viewer, region_id=region.id, as_of=release.LATER).to_dict("records")
    for one in rows:
        if one["entity"] == "alert" and one["entity_id"] in mine:
            owner = fmt.apart(one["owner"])
            if fmt.missing(one["due_at"]):
                return _("Owner: {owner}.").format(owner=owner)
            due = fmt.instant(one["due_at"])
            return _("Owner: {owner}; to be answered by {due}.").format(owner=owner, due=due)
    return ""


def _waiting(session: Session, viewer: Viewer, region_id: str, now: datetime) -> Iterable[Waiting]:
    rows = queries.assignments(session, viewer, region_id=region_id, as_of=release.LATER).to_dict("records")
    for one in rows:
        late = one["entity"] == "alert" and not fmt.missing(one["due_at"]) and one["due_at"] <= now
        alert = session.get(Alert, one["entity_id"]) if late else None
        if alert is None or _newest(session, alert).handling in ANSWERED:
            continue
        if (notice := _let_out(session, alert.id)) is not None:
            yield Waiting(alert, notice, str(one["owner"]), one["due_at"])


def _newest(session: Session, alert: Alert) -> Transition:
    mine = select(Transition).where(Transition.alert_id == alert.id).order_by(Transition.seq.desc()).limit(1)
    return session.scalars(mine).one()


def _let_out(session: Session, alert_id: str) -> Notice | None:
    """The newest notice of an alert that was let out, reminders included."""
    out = select(NoticeStep.notice_id).where(NoticeStep.act == NoticeAct.QUEUED)
    kinds = (NoticeKind.ALERT, NoticeKind.UPDATE, NoticeKind.REMINDER)
    asked = (
        select(Notice)
        .join(NoticeAlert, NoticeAlert.notice_id == Notice.id)
        .where(NoticeAlert.alert_id == alert_id, Notice.id.in_(out), Notice.kind.in_(kinds))
        .order_by(Notice.created_at.desc(), Notice.id)
        .limit(1)
    )
    return session.scalars(asked).one_or_none()


def _remind(
    session: Session,
    viewer: Viewer,
    waiting: Sequence[Waiting],
    following: str | None,
    zone: str,
    now: datetime,
) -> str | None:
    """One reminder of what waits, at most one where nobody is next in line."""
    first = waiting[0]
    notice = first.notice
    if following is None and notice.kind is NoticeKind.REMINDER:
        return None
    about: dict[str, Any] = {"day": notice.day, "level": notice.level, "expires_on": notice.expires_on}
    ids = tuple(one.alert.id for one in waiting)
    drafted = Drafted(NoticeKind.REMINDER, facts=notice.facts, alert_ids=ids, earlier_id=notice.id, **about)
    (name,) = notices.keep(session, notice.region_id, [drafted], notice.exercise, now)
    for one in waiting:
        _hand_on(session, viewer, one, following, zone, now)
    notices.step(session, name, NoticeAct.QUEUED, SYSTEM, now)
    release.queue(session, viewer, session.get_one(Notice, name), now)
    return name


def _hand_on(
    session: Session, viewer: Viewer, one: Waiting, following: str | None, zone: str, now: datetime
) -> None:
    said = PASSED_ON if following else NOBODY_NEXT
    due = f"{one.due_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    reason = said.format(due=due, owner=following or one.owner)
    handling.note(session, one.alert, Act(SYSTEM, reason, date.min, now))
    if following:
        until = now + release.answer_within(one.notice.level)
        about = (session, viewer, one.notice.region_id, "alert", one.alert.id)
        shifts.assign(*about, owner=following, by=SYSTEM, now=now, due_at=until)
