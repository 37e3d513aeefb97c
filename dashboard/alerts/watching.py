"""A daily job that failed or did not come, and a feed that cannot be fetched, as a notice of their own.

They are about the machine, not about any community: no alert of a community is raised, and nothing of theirs stands in
the text. A person lets the notice out like any other. It is looked for whenever messages are sent, because a job that
does not run cannot say so.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dashboard.alerts import judging
from dashboard.alerts.judging import FAILED_RUN, RULES, Facts
from dashboard.alerts.rules import WARNING
from dashboard.i18n import N_
from db import clock, notices, queries
from db.notices import Drafted
from db.policy import SYSTEM, Viewer
from db.schema import Notice, NoticeAlert
from db.vocab import NoticeAct, NoticeKind, RunStatus

JOB, RUNS = "daily", 200
HOUR = timedelta(hours=1)
RUNS_AGAIN = N_("the daily job and the feeds run again")


def look(session: Session, viewer: Viewer, region_id: str, now: datetime) -> str | None:
    """Draft a notice where the job or a feed fails, and its end where they run again; its id, if any."""
    region = queries.region(session, viewer, region_id)
    facts = facts_of(session, viewer, region, now)
    level, last = RULES[FAILED_RUN](facts).level, _newest(session, region_id)
    told = last is not None and last.kind is not NoticeKind.CANCEL and _stands(session, last)
    if level >= WARNING and not told:
        return _drafted(session, region, facts, NoticeKind.ALERT, last, now)
    if level == 1 and told and last is not None:
        if any(one.act is NoticeAct.QUEUED for one in notices.steps(session, last.id)):
            return _drafted(session, region, facts, NoticeKind.CANCEL, last, now)
        notices.step(session, last.id, NoticeAct.WITHDRAWN, SYSTEM, now, RUNS_AGAIN)
    return None


def facts_of(session: Session, viewer: Viewer, region: queries.RegionInfo, now: datetime) -> Facts:
    """How the job and the feeds of a region stand."""
    today = clock.day_of(now, region.time_zone)
    runs = queries.runs(session, viewer, limit=RUNS)
    mine = runs[(runs["command"] == JOB) & (runs["started_at"] <= now)].to_dict("records")
    well = next((one["finished_at"] for one in mine if one["status"] == RunStatus.DONE), None)
    ended = [one["status"] for one in mine if one["status"] != RunStatus.RUNNING]
    feeds = queries.feeds(session, viewer, region_id=region.id, as_of=today)
    return Facts(
        today,
        run_hours=None if well is None else round((now - well) / HOUR, 1),
        run_failed=bool(ended) and ended[0] == RunStatus.FAILED,
        feeds_failed=int((feeds["active"].astype(bool) & feeds["gap"].notna()).sum()),
    )


def _newest(session: Session, region_id: str) -> Notice | None:
    """The newest notice about the machine: it speaks of no alert."""
    spoken = exists().where(NoticeAlert.notice_id == Notice.id)
    kinds = (NoticeKind.ALERT, NoticeKind.CANCEL)
    asked = select(Notice).where(Notice.region_id == region_id, Notice.kind.in_(kinds), ~spoken)
    return session.scalars(asked.order_by(Notice.created_at.desc(), Notice.id).limit(1)).one_or_none()


def _stands(session: Session, notice: Notice) -> bool:
    return all(one.act is not NoticeAct.WITHDRAWN for one in notices.steps(session, notice.id))


def _drafted(
    session: Session,
    region: queries.RegionInfo,
    facts: Facts,
    kind: NoticeKind,
    last: Notice | None,
    now: datetime,
) -> str:
    until = facts.day + timedelta(days=region.alert_horizon_days)
    said: Mapping[str, Any] = {
        "region": {"name": region.title, "name_ar": region.title_ar},
        **{"day": facts.day.isoformat(), "until": until.isoformat(), "level": WARNING, "rule": FAILED_RUN},
        **{
            "members": [],
            "district": {"id": ""},
            "group": {"id": ""},
            "why": judging.told(FAILED_RUN, facts),
        },
    }
    one = Drafted(kind, facts.day, WARNING, said, (), until, last.id if last else None)
    (name,) = notices.keep(session, region.id, [one], region.exercise, now)
    return name
