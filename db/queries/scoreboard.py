"""Closed forecasts added up: what was said and what happened, by question, level and quarter."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Integer, Select, and_, case, cast, extract, func, select
from sqlalchemy.orm import Session

from db import policy
from db.policy import Viewer
from db.queries.common import frame, plain
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
    inner = _first(when(session, viewer, region_id, as_of, recorded_as_of), kind).subquery()
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
    rows = frame(session, select(*keys, *sums).where(c.turn == 1, c.closed_on <= as_of).group_by(*keys))
    return _by_quarter(plain(rows, numbers=SUMS, words=("target",)))


def _first(asked: When, kind: str | None) -> Select[Any]:
    """All scores of a region with their closing, numbered in the order in which they were issued."""
    s, v = Score, Verification
    turn = func.row_number().over(
        partition_by=(s.area_id, s.as_of, s.horizon_days, s.target, s.live), order_by=(s.issued_at, s.id)
    )
    statement = (
        select(
            *(s.target, s.horizon_days, s.level, s.model_version_id, s.live, s.probability),
            *(v.closed_on, v.obs, v.brier, v.verdict, turn.label("turn")),
            cast(extract("year", s.as_of), Integer).label("year"),
            cast(extract("month", s.as_of), Integer).label("month"),
        )
        .join(Area, Area.id == s.area_id)
        .outerjoin(v, and_(v.score_id == s.id, *asked.held(v.recorded_at)))
        .where(Area.region_id == asked.region_id, s.as_of <= asked.as_of, *asked.held(s.issued_at))
    )
    return statement.where(Area.kind == kind) if kind else statement


def _by_quarter(rows: pd.DataFrame) -> pd.DataFrame:
    quarter = [f"{year}-Q{(month + 2) // 3}" for year, month in zip(rows["year"], rows["month"], strict=True)]
    keys = ["target", "horizon_days", "live", "quarter", "level", "model_version_id"]
    rows = rows.assign(quarter=quarter, live=rows["live"].astype(bool))
    return rows.groupby(keys, as_index=False, sort=True)[list(SUMS)].sum()
