"""Letting a notice out: enough people approve it, its alerts say so, and it is queued to whoever wants to know."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.alerts import bundles, handling, recall
from dashboard.alerts.bundles import Raised
from dashboard.alerts.handling import Act
from dashboard.alerts.judging import FAILED_RUN
from db import clock, messages, notices, queries, shifts
from db.policy import SYSTEM, Viewer
from db.schema import Alert, Message, Notice, NoticeAlert
from db.vocab import Handling, MessageState, NoticeAct, NoticeKind, Pace, Scope

ANSWER_WITHIN = {4: timedelta(hours=4), 3: timedelta(hours=12), 2: timedelta(hours=24)}
LATELY = timedelta(days=2)
LATER = date.max - timedelta(days=2)


def approve(
    session: Session,
    viewer: Viewer,
    notice_id: str,
    *,
    by: str,
    now: datetime,
    reason: str = "",
    owner: str = "",
) -> bool:
    """Let a notice out; True where it is on its way, False where another person has to agree first."""
    row = notices.found(session, viewer, notice_id)
    needed = chosen(session, viewer, row.region_id).get("approvals", 1)
    if not notices.approve(session, viewer, row.id, by=by, now=now, needed=needed, reason=reason):
        return False
    notices.step(session, row.id, NoticeAct.QUEUED, SYSTEM, now)
    for alert in _alerts(session, row.id):
        handling.pass_on(session, alert, Handling.APPROVED, Act(by, reason, row.day, now))
        if row.kind in (NoticeKind.ALERT, NoticeKind.UPDATE):
            due = now + answer_within(row.level)
            shifts.assign(
                *(session, viewer, row.region_id, "alert", alert.id),
                owner=owner or by,
                by=by,
                now=now,
                due_at=due,
            )
    queue(session, viewer, row, now)
    return True


def queue(session: Session, viewer: Viewer, row: Notice, now: datetime) -> int:
    """Put a notice on its way to everybody who is to be told; how many that are."""
    region = queries.region(session, viewer, row.region_id)
    told = queries.recipients(session, viewer, region_id=row.region_id, as_of=LATER).to_dict("records")
    due = [
        (str(one["recipient_id"]), _due(row, one, region.time_zone, now))
        for one in told
        if bool(one["drill"]) == row.exercise and wants(row, one["told"])
    ]
    left = recall.replaced(session, row, [name for name, _ in due], now)
    return messages.queue(session, row.id, [one for one in due if one[0] in left], now)


def answer_within(level: int) -> timedelta:
    """How long whoever has a warning of a level in hand may take to answer."""
    return ANSWER_WITHIN.get(level, ANSWER_WITHIN[2])


def wants(row: Notice, subscriptions: Iterable[Mapping[str, Any]]) -> bool:
    """Whether somebody with these subscriptions is told of a notice."""
    if row.kind is NoticeKind.TEST:
        return True
    if row.kind is NoticeKind.DIGEST:
        return bool(lines(row, subscriptions))
    if row.facts["rule"] == FAILED_RUN:
        return any(one["scope"] == Scope.REGION and row.level >= int(one["level"]) for one in subscriptions)
    members = [_member(row.facts, one) for one in row.facts["members"]]
    level = row.level if row.kind is not NoticeKind.CANCEL else 4  # who was told of it hears of its end
    return any(
        one["pace"] == Pace.AT_ONCE
        and level >= int(one["level"])
        and any(bundles.matches(Scope(one["scope"]), str(one["scope_id"]), member) for member in members)
        for one in subscriptions
    )


def lines(row: Notice, subscriptions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a digest that concern somebody: what they want at once only where it was not told at once."""
    kept = []
    wanted: Sequence[Mapping[str, Any]] = list(subscriptions)
    for line in row.facts["lines"]:
        for one in wanted:
            told = one["pace"] == Pace.AT_ONCE and line["fate"] == Pace.AT_ONCE
            here = [_member({**line, "rule": ""}, {"community_id": c}) for c in line["community_ids"]]
            about = any(bundles.matches(Scope(one["scope"]), str(one["scope_id"]), m) for m in here)
            if about and not told and line["level"] >= int(one["level"]):
                kept.append(line)
                break
    return kept


def sent(session: Session, now: datetime) -> int:
    """Say of alerts whose notices have reached somebody that they were sent; how many alerts that are."""
    lately = (Message.state == MessageState.SENT, Message.done_at >= now - LATELY)
    reached = select(Message.notice_id).where(*lately)
    asked = (
        select(Alert)
        .join(NoticeAlert, NoticeAlert.alert_id == Alert.id)
        .where(NoticeAlert.notice_id.in_(reached))
    )
    count = 0
    for alert in session.scalars(asked.order_by(Alert.id).distinct()).all():
        count += handling.pass_on(session, alert, Handling.SENT, Act(SYSTEM, "", date.min, now))
    return count


def _member(facts: Mapping[str, Any], one: Mapping[str, Any]) -> Raised:
    district, group = facts["district"]["id"], facts["group"]["id"]
    return Raised("", str(one["community_id"]), district, group, facts["rule"], 0)


def _due(row: Notice, one: Mapping[str, Any], zone: str, now: datetime) -> datetime:
    """When somebody is told: now, or when their quiet hours are over; an emergency does not wait."""
    begin, end = one["quiet_from"], one["quiet_until"]
    if begin is None or end is None or begin != begin or row.level >= 4:
        return now
    midnight = clock.start_of(clock.day_of(now, zone), zone)
    minute = int((now - midnight).total_seconds() // 60)
    quiet = begin <= minute < end if begin < end else minute >= begin or minute < end
    if not quiet:
        return now
    return midnight + timedelta(minutes=int(end), days=int(minute >= end))


def _alerts(session: Session, notice_id: str) -> list[Alert]:
    asked = select(Alert).join(NoticeAlert, NoticeAlert.alert_id == Alert.id)
    return list(session.scalars(asked.where(NoticeAlert.notice_id == notice_id).order_by(Alert.id)))


def chosen(session: Session, viewer: Viewer, region_id: str) -> dict[str, Any]:
    """What the team of a region chose, by name."""
    rows = queries.region_settings(session, viewer, region_id=region_id, as_of=LATER)
    return dict(zip(rows["name"], rows["value"], strict=True))
