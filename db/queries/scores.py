"""Scores: what was said of an area and a day."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from db import masking, policy, reach
from db.policy import Sight, Viewer
from db.queries.common import area_names, frame, plain
from db.queries.regions import when
from db.schema import Area, Score, ScoreChange
from db.vocab import Target

_SCORE = (
    *(
        Score.id.label("score_id"),
        Score.area_id,
        Score.as_of,
        Score.horizon_days,
        Score.target,
        Score.probability,
    ),
    *(
        Score.low,
        Score.high,
        Score.level,
        Score.begins,
        Score.confidence,
        Score.confidence_reasons,
        Score.base,
        Score.drivers,
    ),
    *(
        Score.model_version_id,
        Score.data_version,
        Score.data_cutoff,
        Score.issued_at,
        Score.live,
        Score.exercise,
    ),
    Score.undercounted,
    *(ScoreChange.earlier_id, ScoreChange.new_data, ScoreChange.revised_data, ScoreChange.model_change),
)


def _newest(statement: Select[Any]) -> Select[Any]:
    """Of several scores of one area, day, horizon and target the one issued last."""
    rank = func.row_number().over(
        partition_by=(Score.area_id, Score.as_of, Score.horizon_days, Score.target),
        order_by=(Score.issued_at.desc(), Score.id),
    )
    inner = statement.add_columns(rank.label("rank")).subquery()
    return select(*(c for c in inner.c if c.name != "rank")).where(inner.c.rank == 1)


def _of(region_id: str, seen: Sight) -> Select[Any]:
    mine = (Area.region_id == region_id, reach.of_area(Score.area_id, seen))
    changed = (ScoreChange, ScoreChange.score_id == Score.id)
    return select(*_SCORE).join(Area, Area.id == Score.area_id).outerjoin(*changed).where(*mine)


def scores(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    kind: str | None = "community",
    target: str | None = None,
    horizon_days: int | None = None,
    area_id: str | None = None,
) -> pd.DataFrame:
    """The scores of one day (exactly that day), of all areas or one, with area_id, kind, name, name_ar, group.

    `new_data`, `revised_data` and `model_change` add up to the difference to the score `earlier_id` of the day
    before (NaN: not told apart).
    With `recorded_as_of` they are the ones that this store held by the end of that day.
    """
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    statement = _of(region_id, seen).where(Score.as_of == as_of, *asked.held(Score.issued_at))
    if kind:
        statement = statement.where(Area.kind == kind)
    if area_id:
        statement = statement.where(Score.area_id == area_id)
    if target:
        statement = statement.where(Score.target == target)
    if horizon_days:
        statement = statement.where(Score.horizon_days == horizon_days)
    rows = _driven(session, seen, _tidy(frame(session, _newest(statement))))
    return rows.merge(area_names(session, region_id, asked.at), on="area_id", how="left").sort_values(
        ["area_id", "horizon_days", "target"], ignore_index=True
    )


def _tidy(rows: pd.DataFrame) -> pd.DataFrame:
    parts = ("new_data", "revised_data", "model_change")
    plain(rows, numbers=("probability", "low", "high", "base", *parts), words=("target", "confidence"))
    for name in ("horizon_days", "level"):
        rows[name] = rows[name].astype(int)
    return rows


def _driven(session: Session, seen: Sight, rows: pd.DataFrame) -> pd.DataFrame:
    """Scores without the incidents in their drivers that the reader may not know of, or not know where they were."""
    if seen.settlements and reach.everything(seen):
        return rows
    ids = {i for drivers in rows["drivers"] for one in drivers for i in one.get("incident_ids", [])}
    return masking.driven(rows, reach.known(session, seen, ids) if seen.settlements else ())


def score_history(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    area_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    since: date | None = None,
    target: str = Target.ESCALATION,
    horizon_days: int = 28,
) -> pd.DataFrame:
    """An area's scores of one target and horizon, a row a day, up to and with `as_of`."""
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    statement = _of(region_id, seen).where(
        *asked.held(Score.issued_at),
        Score.area_id == area_id,
        Score.target == target,
        Score.horizon_days == horizon_days,
        Score.as_of <= as_of,
    )
    if since:
        statement = statement.where(Score.as_of >= since)
    rows = _driven(session, seen, _tidy(frame(session, _newest(statement))))
    return rows.sort_values("as_of", ignore_index=True)


def scored_days(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> list[date]:
    """The days up to `as_of` for which there are scores, the newest first."""
    policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    last = (
        select(func.max(Score.as_of).label("day")).where(Score.as_of <= as_of).cte("scored", recursive=True)
    )
    before = select(func.max(Score.as_of)).where(Score.as_of < last.c.day).scalar_subquery()
    days = last.union_all(select(before).where(last.c.day.is_not(None)))  # one look at an index for each day
    here = select(Score.id).join(Area, Area.id == Score.area_id).where(Area.region_id == region_id)
    told = here.where(Score.as_of == days.c.day, *asked.held(Score.issued_at)).exists()
    return sorted(session.scalars(select(days.c.day).where(days.c.day.is_not(None), told)), reverse=True)
