"""What left the building or waits to, who is told, what is silenced: for those who work on the record."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import policy
from db.policy import Viewer
from db.queries.common import frame, plain
from db.queries.regions import when
from db.schema import Delivery, Message, Notice, NoticeAlert, NoticeStep, Recipient, Silence, Subscription
from db.vocab import MessageState, NoticeAct

LATELY = timedelta(days=30)
THEMSELVES = "the recipient"


def notices(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    since: date | None = None,
) -> pd.DataFrame:
    """Notices of the days up to `as_of` with what was done with them by then, newest and gravest first.

    Columns: notice_id, kind, day, level, facts, earlier_id, expires_on, exercise, created_at, state (draft,
    approved, held, withdrawn, queued), approved_by (list), reason, alert_ids (list).
    """
    policy.admit_to_work(viewer, region_id)
    asked, n = when(session, viewer, region_id, as_of, recorded_as_of), Notice
    columns = (n.id.label("notice_id"), n.kind, n.day, n.level, n.facts, n.earlier_id, n.expires_on)
    statement = select(*columns, n.exercise, n.created_at).where(
        n.region_id == region_id, n.day <= as_of, *asked.held(n.created_at)
    )
    if since:
        statement = statement.where(n.day >= since)
    found = plain(frame(session, statement.order_by(n.day.desc(), n.level.desc(), n.id)), words=("kind",))
    mine = select(n.id).where(n.region_id == region_id)
    acts = select(NoticeStep).where(NoticeStep.notice_id.in_(mine), *asked.held(NoticeStep.at))
    done: dict[str, list[NoticeStep]] = {}
    for one in session.scalars(acts.order_by(NoticeStep.notice_id, NoticeStep.seq)):
        done.setdefault(one.notice_id, []).append(one)
    of: dict[str, list[str]] = {}
    for notice, alert in session.execute(
        select(NoticeAlert.notice_id, NoticeAlert.alert_id).where(NoticeAlert.notice_id.in_(mine))
    ):
        of.setdefault(notice, []).append(alert)
    told = [_stood(done.get(name, [])) for name in found["notice_id"]]
    for column in ("state", "approved_by", "reason"):
        found[column] = pd.Series([one[column] for one in told], index=found.index, dtype=object)
    ids = [sorted(of.get(name, [])) for name in found["notice_id"]]
    found["alert_ids"] = pd.Series(ids, index=found.index, dtype=object)
    return found


def _stood(acts: list[NoticeStep]) -> dict[str, Any]:
    """Where a notice stood after some steps."""
    kinds = [one.act for one in acts]
    order = (NoticeAct.WITHDRAWN, NoticeAct.QUEUED, NoticeAct.HELD, NoticeAct.APPROVED)
    state = next((act.value for act in order if act in kinds), "draft")
    why = next((one.reason for one in reversed(acts) if one.reason), None)
    return {
        "state": state,
        "approved_by": [one.by for one in acts if one.act is NoticeAct.APPROVED],
        "reason": why,
    }


def recipients(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    left: bool = False,
) -> pd.DataFrame:
    """Who was told on a day, without addresses: recipient_id, name, channel, lang, drill, quiet_from, quiet_until,
    added_by, added_at, and `told`: a list of their subscriptions.

    `left`: instead those who took themselves off the list in the 30 days before.
    """
    policy.admit_to_work(viewer, region_id)
    acted = when(session, viewer, region_id, as_of, recorded_as_of).acted
    r, s = Recipient, Subscription
    columns = (r.id.label("recipient_id"), r.name, r.channel, r.lang, r.drill, r.quiet_from, r.quiet_until)
    there = [r.added_at < acted, or_(r.ended_at.is_(None), r.ended_at >= acted)]
    if left:
        there = [r.ended_at < acted, r.ended_at >= acted - LATELY, r.ended_by == THEMSELVES]
    asked = select(*columns, r.added_by, r.added_at).where(r.region_id == region_id, *there)
    found = frame(session, asked.order_by(r.name, r.id))
    of: dict[str, list[dict[str, Any]]] = {}
    parts = (s.id.label("subscription_id"), s.recipient_id, s.scope, s.scope_id, s.level, s.pace)
    kept = (s.at < acted, or_(s.ended_at.is_(None), s.ended_at >= acted))
    for row in session.execute(select(*parts).where(*kept).order_by(s.recipient_id, s.at, s.id)):
        told = {**row._mapping, "scope": row.scope.value, "pace": row.pace.value}
        of.setdefault(str(told.pop("recipient_id")), []).append(told)
    lists = [of.get(name, []) for name in found["recipient_id"]]
    found["told"] = pd.Series(lists, index=found.index, dtype=object)
    return found


def silences(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """The silences in force at the end of a day: silence_id, scope, scope_id, rule, level, until, reason, by, at."""
    policy.admit_to_work(viewer, region_id)
    acted, q = when(session, viewer, region_id, as_of, recorded_as_of).acted, Silence
    columns = (q.id.label("silence_id"), q.scope, q.scope_id, q.rule, q.level, q.until, q.reason, q.by, q.at)
    there = (q.at < acted, q.until >= acted, or_(q.ended_at.is_(None), q.ended_at >= acted))
    rows = frame(session, select(*columns).where(q.region_id == region_id, *there).order_by(q.until, q.id))
    return plain(rows, words=("scope",))


def deliveries(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    notice_id: str | None = None,
    unclear: bool = False,
    limit: int = 1000,
) -> pd.DataFrame:
    """Attempts to send, newest first: message_id, notice_id, name, channel, claimed_at, finished_at, status, error.

    An attempt that was under way at the end of the day says "claimed". `unclear`: only the newest attempts of
    messages that are unclear now.
    """
    policy.admit_to_work(viewer, region_id)
    acted = when(session, viewer, region_id, as_of, recorded_as_of).acted
    d, m, n, r = Delivery, Message, Notice, Recipient
    columns = (d.id.label("delivery_id"), d.message_id, m.notice_id, r.name, d.channel)
    asked = (
        select(*columns, d.claimed_at, d.finished_at, d.status, d.error)
        .join(m, m.id == d.message_id)
        .join(n, n.id == m.notice_id)
        .join(r, r.id == m.recipient_id)
        .where(n.region_id == region_id, d.claimed_at < acted)
        .order_by(d.claimed_at.desc(), d.id)
        .limit(limit)
    )
    if unclear:
        asked = asked.where(m.state == MessageState.UNCLEAR, d.status == MessageState.UNCLEAR.value)
    rows = frame(session, asked.where(m.notice_id == notice_id) if notice_id else asked)
    rows = rows.drop_duplicates("message_id", ignore_index=True) if unclear else rows
    late = [at is None or at >= acted for at in rows["finished_at"]]
    rows["status"] = [
        MessageState.CLAIMED.value if one else s for one, s in zip(late, rows["status"], strict=True)
    ]
    for column in ("finished_at", "error"):
        values = [None if one else v for one, v in zip(late, rows[column], strict=True)]
        rows[column] = pd.Series(values, index=rows.index, dtype=object)
    return rows
