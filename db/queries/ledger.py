"""What was forecast and what happened; how many deaths were expected; numbers of one's own."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Select, and_, false, func, or_, select, union
from sqlalchemy.orm import Session

from db import policy, reach
from db.policy import Sight, Viewer
from db.queries.common import area_names, frame, local_day, plain, unsought
from db.queries.regions import When, when
from db.schema import Alert, Area, CountForecast, Covariate, Drift, Score, Verification
from db.vocab import Target


def open_scores(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    ended_by: date | None = None,
) -> pd.DataFrame:
    """The scores whose window had ended by a day (`ended_by`, else `as_of`) and that nobody closed yet.

    Columns: score_id, area_id, as_of, horizon_days, target, probability, level, model_version_id, live.
    """
    seen = policy.admit(viewer, region_id)
    asked, s = when(session, viewer, region_id, as_of, recorded_as_of), Score
    columns = (
        *(s.id.label("score_id"), s.area_id, s.as_of, s.horizon_days, s.target),
        *(s.probability, s.level, s.model_version_id, s.live),
    )
    rows = frame(session, _open(session, seen, asked, ended_by or as_of, *columns).order_by(s.as_of, s.id))
    return plain(rows, numbers=("probability",), words=("target",))


def open_count(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> int:
    """How many scores have a window that had ended by a day and are not closed yet."""
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    return int(session.scalar(_open(session, seen, asked, as_of, func.count())) or 0)


def _open(session: Session, seen: Sight, asked: When, ended_by: date, *columns: Any) -> Select[Any]:
    horizons = session.scalars(select(Score.horizon_days).distinct()).all()
    ended = [
        and_(Score.horizon_days == days, Score.as_of <= ended_by - timedelta(days=days)) for days in horizons
    ]
    here = select(Area.id).where(Area.region_id == asked.region_id)
    closed = and_(Verification.score_id == Score.id, *asked.held(Verification.recorded_at))
    return (
        select(*columns)
        .select_from(Score)
        .outerjoin(Verification, closed)
        .where(
            *asked.held(Score.issued_at),
            Score.area_id.in_(here),
            Verification.score_id.is_(None),
            or_(false(), *ended),
        )
        .where(reach.of_area(Score.area_id, seen))
    )


def verifications(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    target: str | None = None,
    horizon_days: int | None = None,
    kind: str | None = "community",
    area_id: str | None = None,
) -> pd.DataFrame:
    """The forecasts closed by a day, with what was said and what happened.

    `of_record` marks the first live score of its area, day, target and horizon: the track record. All
    others repeat a day or were made after it. obs is None where the window was not covered.
    """
    seen = policy.admit(viewer, region_id)
    asked, v, s = when(session, viewer, region_id, as_of, recorded_as_of), Verification, Score
    turn = func.row_number().over(
        partition_by=(s.area_id, s.as_of, s.horizon_days, s.target, s.live), order_by=(s.issued_at, s.id)
    )
    # Numbered over all scores, closed or not: the first of a day stays the first.
    statement = (
        select(
            *(s.id.label("score_id"), s.area_id, Area.kind, s.as_of, s.horizon_days, s.target),
            *(s.probability, s.level, s.model_version_id, s.live, s.issued_at, s.exercise),
            *(v.closed_on, v.obs, v.count, v.bar, v.brier, v.verdict, v.undercounted, v.data_version),
            and_(s.live, turn == 1).label("of_record"),
        )
        .join(Area, Area.id == s.area_id)
        .outerjoin(v, and_(v.score_id == s.id, *asked.held(v.recorded_at)))
        .where(Area.region_id == region_id, *asked.held(s.issued_at), reach.of_area(s.area_id, seen))
    )
    if target:
        statement = statement.where(s.target == target)
    if horizon_days:
        statement = statement.where(s.horizon_days == horizon_days)
    if kind:
        statement = statement.where(Area.kind == kind)
    if area_id:
        statement = statement.where(s.area_id == area_id)
    inner = statement.subquery()
    rows = frame(session, select(inner).where(inner.c.closed_on <= as_of))
    plain(rows, numbers=("probability", "count", "bar", "brier"), words=("kind", "target", "verdict"))
    rows = rows.astype({"live": bool, "of_record": bool, "undercounted": bool, "exercise": bool})
    return rows.sort_values(["as_of", "target", "horizon_days", "area_id", "score_id"], ignore_index=True)


def escalations(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """The communities and days after which an escalation came, as closed by a day, and those on which an alert opened.

    Columns: community_id, day, obs (whether it came; None: the window was not covered), bar (what the deaths had to
    exceed). Of several scores of a day the first counts. A day that is not closed yet has no row.
    """
    seen = policy.admit(viewer, region_id)
    asked, v, s = when(session, viewer, region_id, as_of, recorded_as_of), Verification, Score
    said = (s.area_id.label("community_id"), s.as_of.label("day"), v.obs, v.bar, s.issued_at, s.id)
    closed = (
        select(*said)
        .select_from(v)
        .join(s, s.id == v.score_id)
        .join(Area, Area.id == unsought(s.area_id))
        .where(
            *(
                unsought(Area.region_id) == region_id,
                Area.kind == "community",
                unsought(s.target) == Target.ESCALATION,
            ),
            *(unsought(s.horizon_days) == asked.region.alert_horizon_days, v.closed_on <= as_of),
            *(*asked.held(v.recorded_at), reach.of_area(s.area_id, seen)),
        )
    )
    # Two searches, each by what is few: the closings that came true, and the days on which an alert opened.
    warned = closed.join(Alert, and_(Alert.community_id == s.area_id, Alert.opened_on == s.as_of))
    found = union(closed.where(v.obs.is_(True)), warned).subquery()
    rows = frame(
        session, select(found).order_by(*(found.c[n] for n in ("community_id", "day", "issued_at", "id")))
    )
    rows = plain(rows.drop(columns=["issued_at", "id"]), numbers=("bar",))
    return rows.drop_duplicates(["community_id", "day"], ignore_index=True)


def drift(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """What was last measured of the models in force by a day (the newest day that was measured).

    Columns: model_version_id (None: the region's reports), as_of, measure, name, value, expected, low,
    high, due.
    """
    policy.admit(viewer, region_id)
    d, held = Drift, when(session, viewer, region_id, as_of, recorded_as_of).held(Drift.recorded_at)
    measured = select(func.max(d.as_of)).where(d.region_id == region_id, d.as_of <= as_of, *held)
    newest = measured.scalar_subquery()
    turn = func.row_number().over(
        partition_by=(d.model_version_id, d.measure, d.name), order_by=(d.recorded_at.desc(), d.id)
    )
    inner = (
        select(
            *(d.model_version_id, d.as_of, d.measure, d.name, d.value, d.expected, d.low, d.high, d.due),
            turn.label("turn"),
        )
        .where(d.region_id == region_id, d.as_of == newest, *held)
        .subquery()
    )
    rows = frame(session, select(*(x for x in inner.c if x.name != "turn")).where(inner.c.turn == 1))
    plain(rows, numbers=("value", "expected", "low", "high"), words=("measure",))
    return rows.sort_values(["model_version_id", "measure", "name"], ignore_index=True)


def count_forecasts(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    kind: str | None = "community",
    horizon_days: int | None = None,
) -> pd.DataFrame:
    """The count forecasts of one day (exactly that day), with area_id, kind, name, name_ar, group.

    `exceedance` is the list of probabilities of at least 1, 2, 5, 10, 25, 50 and 100 deaths.
    """
    seen = policy.admit(viewer, region_id)
    asked, c = when(session, viewer, region_id, as_of, recorded_as_of), CountForecast
    turn = func.row_number().over(
        partition_by=(c.area_id, c.horizon_days), order_by=(c.issued_at.desc(), c.id)
    )
    statement = (
        select(
            *(c.id.label("count_forecast_id"), c.area_id, c.as_of, c.horizon_days, c.model_version_id),
            *(c.data_version, c.exceedance, c.median, c.low, c.high, c.issued_at, c.live, c.exercise),
            turn.label("turn"),
        )
        .join(Area, Area.id == c.area_id)
        .where(Area.region_id == region_id, c.as_of == as_of, *asked.held(c.issued_at))
        .where(reach.of_area(c.area_id, seen))
    )
    if kind:
        statement = statement.where(Area.kind == kind)
    if horizon_days:
        statement = statement.where(c.horizon_days == horizon_days)
    inner = statement.subquery()
    rows = frame(session, select(*(x for x in inner.c if x.name != "turn")).where(inner.c.turn == 1))
    plain(rows, numbers=("median", "low", "high"))
    return rows.merge(area_names(session, region_id, asked.at), on="area_id", how="left").sort_values(
        ["area_id", "horizon_days"], ignore_index=True
    )


def covariates(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    name: str | None = None,
) -> pd.DataFrame:
    """Own numbers that could be known by the end of a day, every version with its `available_at`.

    Columns: name, area_id, day, available_at, value (NaN: unknown), recorded_at, source, and known_day, the
    first day that sees it.
    """
    seen = policy.admit(viewer, region_id)
    c, asked = Covariate, when(session, viewer, region_id, as_of, recorded_as_of)
    statement = (
        select(c.name, c.area_id, c.day, c.available_at, c.value, c.recorded_at, c.source)
        .where(c.region_id == region_id, c.available_at < asked.moment, *asked.held(c.recorded_at))
        .where(reach.of_area(c.area_id, seen))
        .order_by(c.name, c.area_id, c.day, c.available_at)
    )
    if name:
        statement = statement.where(c.name == name)
    rows = plain(frame(session, statement), numbers=("value",))
    if not seen.panel:
        rows["source"] = None
    return rows.assign(known_day=local_day(rows["available_at"], asked.zone))
