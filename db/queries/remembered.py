"""Who looked at what: the access log as its readers may see it."""

from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import policy
from db.policy import Viewer
from db.queries.common import frame, plain
from db.schema import Access
from db.vocab import AccessAct

NEWEST = 500


def access_log(
    session: Session,
    viewer: Viewer,
    *,
    as_of: date,
    since: date | None = None,
    by: str | None = None,
    act: AccessAct | None = None,
    what: str | None = None,
    limit: int = NEWEST,
) -> pd.DataFrame:
    """The newest entries up to a day (UTC), newest first: seq, at, by, act, what, region_id, told.

    Administrators see those of all in their regions, everybody else their own.
    """
    a, everyone = Access, policy.sees_log(viewer)
    chosen = select(a.seq, a.at, a.by, a.act, a.what, a.region_id, a.told).where(a.at < _over(as_of))
    if not everyone:
        chosen = chosen.where(a.by == viewer.name)
    elif viewer.regions is not None:
        chosen = chosen.where(or_(a.region_id.in_(viewer.regions), a.by == viewer.name))
    if since:
        chosen = chosen.where(a.at >= _over(since - timedelta(days=1)))
    wanted = ((a.by, by), (a.act, act), (a.what, what))
    chosen = chosen.where(*(column == value for column, value in wanted if value is not None))
    return plain(frame(session, chosen.order_by(a.seq.desc()).limit(limit)), words=("act",))


def _over(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC) + timedelta(days=1)
