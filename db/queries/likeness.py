"""Earlier situations like the one a score speaks of, and what followed them."""

from datetime import date

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import policy, reach
from db.policy import Viewer
from db.queries.common import area_names, frame, plain
from db.queries.regions import when
from db.schema import Analogue, Area, Score


def analogues(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    area_id: str,
    recorded_as_of: date | None = None,
) -> pd.DataFrame:
    """The earlier situations most like an area's on a day (exactly that day), the nearest first.

    Columns: rank, area_id, name, name_ar, day, distance (log-odds), horizon_days, followed (whether it escalated
    within the horizon), incidents and deaths of it. The last three are None or NaN where no source covered those
    days, or not yet. Communities that the reader may not know of are left out.
    """
    seen = policy.admit(viewer, region_id)
    asked, a, s = when(session, viewer, region_id, as_of, recorded_as_of), Analogue, Score
    newest = (
        select(s.id)
        .join(Area, Area.id == s.area_id)
        .join(a, a.score_id == s.id)
        .where(Area.region_id == region_id, s.area_id == area_id, s.as_of == as_of)
        .where(reach.of_area(s.area_id, seen), *asked.held(s.issued_at))
        .order_by(s.issued_at.desc(), s.id)
        .limit(1)
    )
    columns = (a.rank, a.area_id, a.day, a.distance, s.horizon_days, a.followed, a.incidents, a.deaths)
    rows = frame(
        session,
        select(*columns)
        .join(s, s.id == a.score_id)
        .where(a.score_id == newest.scalar_subquery(), reach.of_area(a.area_id, seen))
        .order_by(a.rank),
    )
    plain(rows, numbers=("distance", "incidents", "deaths"))
    names = area_names(session, region_id, asked.at)[["area_id", "name", "name_ar"]]
    return rows.merge(names, on="area_id", how="left").sort_values("rank", ignore_index=True)
