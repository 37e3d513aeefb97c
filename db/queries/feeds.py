"""Feeds: how each stood by a day, and where a failure leaves a gap in what is known."""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import clock, policy
from db.policy import Viewer
from db.queries.common import frame, plain
from db.queries.regions import region
from db.schema import Feed, FeedRun
from db.vocab import FeedStatus

LATE_AFTER = 2  # cadences without a successful run
_COLUMNS = ["feed_id", "name", "kind", "active", "cadence_days", "status", "message", "last_run_at",
            "last_ok_at", "fetched", "expected", "gap"]  # fmt: skip
_GAPS = {FeedStatus.FAILED: "failed", FeedStatus.NO_ACCESS: "no_access"}


def feeds(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """One row a feed with how its newest run by a day ended; `gap` says why it leaves one, or None.

    A gap is `failed`, `no_access`, or `late`: no success for twice its cadence. Feeds that were never
    asked, or are asked no more, leave none: nobody relies on them.
    """
    seen = policy.admit(viewer, region_id)
    moment = clock.end_of(as_of, region(session, viewer, region_id).time_zone)
    runs = _runs(session, region_id, moment)
    rows = [
        _row(feed, runs.get(feed.id, []), moment, seen.settings)
        for feed in session.scalars(select(Feed).where(Feed.region_id == region_id).order_by(Feed.name))
    ]
    return pd.DataFrame(rows, columns=_COLUMNS, dtype=object)


def _runs(session: Session, region_id: str, moment: datetime) -> dict[str, list[FeedRun]]:
    """The runs of each feed that began before a moment, the newest last."""
    found: dict[str, list[FeedRun]] = {}
    asked = select(FeedRun).join(Feed, Feed.id == FeedRun.feed_id).where(Feed.region_id == region_id)
    for run in session.scalars(asked.where(FeedRun.started_at < moment).order_by(FeedRun.started_at)):
        found.setdefault(run.feed_id, []).append(run)
    return found


def _row(feed: Feed, runs: list[FeedRun], moment: datetime, settings: bool) -> dict[str, Any]:
    newest = runs[-1] if runs else None
    well = next((run.started_at for run in reversed(runs) if run.status is FeedStatus.OK), None)
    days = int(feed.settings.get("cadence_days", 7))
    return {
        **{"feed_id": feed.id, "name": feed.name, "kind": feed.kind, "active": feed.active},
        "cadence_days": days,
        "status": (newest.status if newest else FeedStatus.NEVER).value,
        "message": newest.message if newest and settings else None,
        **{"last_run_at": newest.started_at if newest else None, "last_ok_at": well},
        **{"fetched": newest.fetched if newest else None, "expected": newest.expected if newest else None},
        "gap": _gap(feed, runs, well, moment, days) if feed.active else None,
    }


def _gap(feed: Feed, runs: list[FeedRun], well: datetime | None, moment: datetime, days: int) -> str | None:
    ended = [run for run in runs if run.status is not FeedStatus.RUNNING]
    if not ended:
        return None
    if told := _GAPS.get(ended[-1].status):
        return told
    late = well is None or moment - well > timedelta(days=LATE_AFTER * days + 1)
    return "late" if late else None


def feed_settings(session: Session, viewer: Viewer, *, region_id: str, name: str) -> dict[str, Any]:
    """How a feed is set, for those who set it: an address can tell whom a team listens to."""
    seen = policy.admit(viewer, region_id)
    found = session.scalar(select(Feed).where(Feed.region_id == region_id, Feed.name == name))
    return dict(found.settings) if found is not None and seen.settings else {}


def feed_runs(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, name: str, limit: int = 20
) -> pd.DataFrame:
    """The attempts to fetch one feed by a day, the newest first."""
    seen = policy.admit(viewer, region_id)
    moment = clock.end_of(as_of, region(session, viewer, region_id).time_zone)
    r = FeedRun
    rows = frame(
        session,
        select(r.started_at, r.finished_at, r.status, r.expected, r.fetched, r.batch_id, r.message)
        .join(Feed, Feed.id == r.feed_id)
        .where(Feed.region_id == region_id, Feed.name == name, r.started_at < moment)
        .order_by(r.started_at.desc(), r.finished_at.desc(), r.id)
        .limit(limit),
    )
    if not seen.settings:
        rows["message"] = None
    return plain(rows, words=("status",))
