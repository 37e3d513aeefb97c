"""Feeds: how each stood by a day, and where a failure leaves a gap in what is known."""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, case, select, type_coerce
from sqlalchemy.orm import Session

from db import policy
from db.policy import Viewer
from db.queries.common import frame, plain
from db.queries.regions import When, when
from db.schema import Feed, FeedRun
from db.vocab import FeedStatus

LATE_AFTER = 2  # cadences without a successful run
_COLUMNS = ["feed_id", "name", "kind", "active", "cadence_days", "status", "message", "last_run_at",
            "last_ok_at", "fetched", "expected", "gap"]  # fmt: skip
_RUN = ["started_at", "finished_at", "status", "expected", "fetched", "batch_id", "message"]
_GAPS = {FeedStatus.FAILED: "failed", FeedStatus.NO_ACCESS: "no_access"}


def feeds(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """One row a feed with how its newest run by a day ended; `gap` says why it leaves one, or None.

    A gap is `failed`, `no_access`, or `late`: no success for twice its cadence. Feeds that were never
    asked, or are asked no more, leave none: nobody relies on them.
    """
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    runs, f = _runs(session, asked), asked.at.of(Feed)
    listed = select(f.id, f.name, f.kind, f.active, f.settings).where(f.region_id == region_id)
    rows = [
        _row(feed, runs.get(feed.id, []), asked.moment, seen.settings)
        for feed in session.execute(listed.order_by(f.name))
    ]
    return pd.DataFrame(rows, columns=_COLUMNS, dtype=object)


def _runs(session: Session, asked: When) -> dict[str, list[Any]]:
    """The runs of each feed that began before a moment, the newest last."""
    found: dict[str, list[Any]] = {}
    chosen = _attempts(asked, FeedRun.feed_id).where(FeedRun.started_at < asked.moment)
    for run in session.execute(chosen.order_by(FeedRun.started_at)):
        found.setdefault(run.feed_id, []).append(run)
    return found


def _attempts(asked: When, *more: Any) -> Select[Any]:
    """The attempts of a region's feeds; one that ended after the day of the record was running on it."""
    r, recorded = FeedRun, asked.recorded
    ended: ColumnElement[bool] = r.finished_at < recorded if recorded else r.status != FeedStatus.RUNNING
    kept = (r.finished_at, r.expected, r.batch_id, r.message)
    then = [case((ended, column), else_=None).label(column.key) for column in kept]
    status = type_coerce(case((ended, r.status), else_=FeedStatus.RUNNING.value), r.status.type)
    fetched = case((ended, r.fetched), else_=0).label("fetched")
    chosen = select(r.started_at, *then, status.label("status"), fetched, *more)
    chosen = chosen.join(Feed, Feed.id == r.feed_id).where(Feed.region_id == asked.region_id)
    return chosen.where(*asked.held(r.started_at))


def _row(feed: Any, runs: list[Any], moment: datetime, settings: bool) -> dict[str, Any]:
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


def _gap(feed: Any, runs: list[Any], well: datetime | None, moment: datetime, days: int) -> str | None:
    ended = [run for run in runs if run.status is not FeedStatus.RUNNING]
    if not ended:
        return None
    if told := _GAPS.get(ended[-1].status):
        return told
    late = well is None or moment - well > timedelta(days=LATE_AFTER * days + 1)
    return "late" if late else None


def feed_settings(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    name: str,
    recorded_as_of: date | None = None,
) -> dict[str, Any]:
    """How a feed is set, for those who set it: an address can tell whom a team listens to."""
    seen = policy.admit(viewer, region_id)
    f = when(session, viewer, region_id, date.max, recorded_as_of).at.of(Feed)
    found = session.scalar(select(f.settings).where(f.region_id == region_id, f.name == name))
    return dict(found) if found is not None and seen.settings else {}


def feed_runs(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    name: str,
    recorded_as_of: date | None = None,
    limit: int = 20,
) -> pd.DataFrame:
    """The attempts to fetch one feed by a day, the newest first."""
    seen = policy.admit(viewer, region_id)
    asked, r = when(session, viewer, region_id, as_of, recorded_as_of), FeedRun
    rows = frame(
        session,
        _attempts(asked)
        .where(Feed.name == name, r.started_at < asked.moment)
        .order_by(r.started_at.desc(), r.finished_at.desc(), r.id)
        .limit(limit),
    )[_RUN]
    if not seen.settings:
        rows["message"] = None
    return plain(rows, words=("status",))
