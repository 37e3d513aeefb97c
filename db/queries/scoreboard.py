"""Closed forecasts added up: what was said and what happened, by question, level and quarter."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import (
    Integer,
    Select,
    and_,
    case,
    cast,
    extract,
    func,
    select,
    true,
)
from sqlalchemy.orm import Session

from db import policy
from db.policy import Viewer
from db.queries.common import earlier, fills, frame, plain, unsought
from db.queries.regions import When, when
from db.schema import Area, Score, Verification
from db.vocab import Verdict

SUMS = ("forecasts", "observed", "scored", "said", "happened", "brier", *(one.value for one in Verdict))


def scoreboard(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    kind: str | None = "community",
) -> pd.DataFrame:
    """Closed forecasts by a day, added up per target, horizon_days, level, quarter, model and live.

    Of several scores of one area and day only the first counts, among the live ones and among the
    replays. Columns: quarter ("2018-Q3", of the day that was scored), forecasts, observed (windows that
    were covered), scored (of these, with a probability), said and happened and brier (sums over the
    scored), and one count for each verdict.
    """
    policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    inner = _first(asked, kind, swept=fills(session, region_id)).subquery()
    c = inner.c
    keys = (c.target, c.horizon_days, c.level, c.year, c.month, c.model_version_id, c.live)
    scored = c.brier.is_not(None)
    sums = (
        func.count().label("forecasts"),
        func.count(c.obs).label("observed"),
        func.count(c.brier).label("scored"),
        func.sum(case((scored, c.probability), else_=0.0)).label("said"),
        func.sum(case((and_(scored, c.obs), 1), else_=0)).label("happened"),
        func.sum(case((scored, c.brier), else_=0.0)).label("brier"),
        *(func.sum(case((c.verdict == one, 1), else_=0)).label(one.value) for one in Verdict),
    )
    rows = frame(session, select(*keys, *sums).group_by(*keys))
    return _by_quarter(plain(rows, numbers=SUMS, words=("target",)))


def _first(asked: When, kind: str | None, *, swept: bool) -> Select[Any]:
    """The closed scores of a region that were the first of their question, with their closing.

    `swept`: from the closings on, one after the other, each with its score; else by the areas of the region.
    """
    s, v, a = Score, Verification, Area
    here = select(a.id).where(a.region_id == asked.region_id, a.kind == kind if kind else true())
    closing = unsought(v.score_id) if swept else v.score_id
    dated = (cast(extract(part, s.as_of), Integer).label(part) for part in ("year", "month"))
    said: tuple[Any, ...] = (s.target, s.horizon_days, s.level, s.model_version_id, s.live, s.probability)
    return (
        select(*said, v.obs, v.brier, v.verdict, *dated)
        .select_from(v)
        .join(s, s.id == closing)
        .where(s.area_id.in_(here), s.as_of <= asked.as_of, v.closed_on <= asked.as_of, ~earlier())
        .where(*asked.held(s.issued_at, v.recorded_at))
    )


def _by_quarter(rows: pd.DataFrame) -> pd.DataFrame:
    quarter = [f"{year}-Q{(month + 2) // 3}" for year, month in zip(rows["year"], rows["month"], strict=True)]
    keys = ["target", "horizon_days", "live", "quarter", "level", "model_version_id"]
    rows = rows.assign(quarter=quarter, live=rows["live"].astype(bool))
    return rows.groupby(keys, as_index=False, sort=True)[list(SUMS)].sum()
