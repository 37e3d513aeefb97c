"""What the overview asks of many days at once: levels of a few days, a year's standing, how often levels were right."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Select, Subquery, case, func, select, union_all
from sqlalchemy.orm import Session

from db import policy, reach
from db.policy import Sight, Viewer
from db.queries.common import earlier, frame, known, plain, unsought
from db.queries.regions import When, when
from db.schema import Area, Community, IncidentVersion, Link, Score, Verification
from db.vocab import AreaKind, Target

YEAR_DAYS, SEASON_DAYS = 365, 90
HIGH_LEVEL = 3
SPOKEN_DAYS = 366
NEWEST_DAYS, FEW = (14, 92), 20
_v = IncidentVersion


def score_levels(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    days: Sequence[date] = (),
    target: str = Target.ESCALATION,
    horizon_days: int = 28,
) -> pd.DataFrame:
    """Levels and probabilities of the communities on some days up to `as_of`: area_id, day, level, probability."""
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    wanted = [day for day in days if day <= as_of] or [as_of]
    s = _said(asked, seen, target, horizon_days, wanted)
    rows = frame(session, select(s.c.area_id, s.c.as_of.label("day"), s.c.level, s.c.probability))
    rows = plain(rows, numbers=("probability",)).astype({"level": int})
    return rows.sort_values(["day", "area_id"], ignore_index=True)


def score_past(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    target: str = Target.ESCALATION,
    horizon_days: int = 28,
) -> pd.DataFrame:
    """How each community's score of a day stands beside its own past; a row a community that has a score.

    Columns: area_id; days, lower and high (of the year before: scored days, those with a lower probability,
    those at level 3 or 4); season and season_high (of the last 90 days, this one included).
    """
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    (past, twice), s = _year(session, asked, target, horizon_days), Score
    now = _now(asked, target, horizon_days, last=as_of in twice)
    before, late = past.c.as_of < as_of, past.c.as_of > _back(as_of, SEASON_DAYS)
    high = past.c.level >= HIGH_LEVEL
    counts = {
        "days": before,
        "lower": before & (past.c.probability < now.where(s.area_id == past.c.area_id).scalar_subquery()),
        "high": before & high,
        "season": late,
        "season_high": late & high,
    }
    summed = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in counts.items()]
    mine = _communities(asked, seen, target, horizon_days, s.area_id)
    mine = mine.where(s.as_of == as_of, *asked.held(s.issued_at))
    statement = select(past.c.area_id, *summed).where(past.c.area_id.in_(mine))
    rows = frame(session, statement.group_by(past.c.area_id).order_by(past.c.area_id))
    return rows.astype(dict.fromkeys(counts, int))


def _back(day: date, days: int) -> date:
    return day - timedelta(days=min(days, (day - date.min).days))


def _now(asked: When, target: str, horizon_days: int, *, last: bool) -> Select[Any]:
    """What was said of the day itself, the `last` where more than once: one row an area, found by an index."""
    s = Score
    said = (s.target == target, s.horizon_days == horizon_days, s.as_of == asked.as_of)
    told = select(s.probability).where(*said, *asked.held(s.issued_at))
    return told.order_by(s.issued_at.desc(), s.id).limit(1) if last else told


def _year(session: Session, asked: When, target: str, horizon_days: int) -> tuple[Subquery, Sequence[date]]:
    """Areas' scores up to a year back, one a day, the one that was issued last; and the days with more than one.

    Most days are scored once, and an index alone tells so: only of others the last issued is looked for.
    """
    s, as_of = Score, asked.as_of
    span: tuple[Any, ...] = (s.target == target, s.horizon_days == horizon_days, *asked.held(s.issued_at))
    span = (*span, s.as_of.between(_back(as_of, YEAR_DAYS), as_of))
    often = select(s.as_of).where(*span).group_by(s.as_of)
    twice = session.scalars(often.having(func.count() > func.count(s.area_id.distinct()))).all()
    columns = (s.area_id, s.as_of, s.level, s.probability)
    if not twice:
        return select(*columns).where(*span).subquery(), twice
    turn = func.row_number().over(partition_by=(s.area_id, s.as_of), order_by=(s.issued_at.desc(), s.id))
    last = select(*columns, turn.label("n")).where(*span, s.as_of.in_(twice)).subquery()
    once = select(*columns).where(*span, s.as_of.not_in(twice))
    latest = select(*(c for c in last.c if c.name != "n")).where(last.c.n == 1)
    return union_all(once, latest).subquery(), twice


def _said(asked: When, seen: Sight, target: str, horizon_days: int, days: Sequence[date]) -> Subquery:
    """Of the communities' scores of some days the one of each day that was issued last."""
    s = Score
    turn = func.row_number().over(partition_by=(s.area_id, s.as_of), order_by=(s.issued_at.desc(), s.id))
    inner = _communities(
        asked, seen, target, horizon_days, s.area_id, s.as_of, s.level, s.probability, turn.label("n")
    )
    inner = inner.where(s.as_of.in_(days), *asked.held(s.issued_at))
    all_ = inner.subquery()
    return select(*(c for c in all_.c if c.name != "n")).where(all_.c.n == 1).subquery()


def _communities(asked: When, seen: Sight, target: str, horizon_days: int, *columns: Any) -> Select[Any]:
    s = Score
    return (
        select(*columns)
        .join(Area, Area.id == s.area_id)
        .where(Area.region_id == asked.region_id, Area.kind == AreaKind.COMMUNITY, s.target == target)
        .where(s.horizon_days == horizon_days, reach.of_area(s.area_id, seen))
    )


def hit_rates(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    target: str = Target.ESCALATION,
    horizon_days: int = 28,
) -> pd.DataFrame:
    """How often what a level warned of came to pass: level, live, weeks, happened, unobserved.

    Of each week the first scored day counts, once a community; of a day scored more than once the first
    score. `live` tells forecasts from replays of days long past. Only forecasts closed by `as_of` count.
    """
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    waiting, parts = _weeks(session, asked, target, horizon_days), list[pd.DataFrame]()
    while waiting:  # of most weeks the first day; of those not closed yet one after the other
        tried = {week: days.pop(0) for week, days in waiting.items()}
        told = frame(session, _closed(asked, seen, target, horizon_days, sorted(set(tried.values()))))
        weeks = [(_monday(day), bool(live)) for day, live in zip(told["as_of"], told["live"], strict=True)]
        meant = [tried.get(week) == day for week, day in zip(weeks, told["as_of"], strict=True)]
        parts.append(told[pd.Series(meant, index=told.index, dtype=bool)])
        found = {week for week, ours in zip(weeks, meant, strict=True) if ours}
        waiting = {week: days for week, days in waiting.items() if days and week not in found}
    return _by_level(parts)


def _weeks(
    session: Session, asked: When, target: str, horizon_days: int
) -> dict[tuple[date, bool], list[date]]:
    """The scored days of each calendar week, forecasts and replays apart."""
    s = Score
    said = (s.target == target, s.horizon_days == horizon_days, s.as_of <= asked.as_of)
    days = session.execute(select(s.as_of, s.live).where(*said, *asked.held(s.issued_at)).distinct())
    found: dict[tuple[date, bool], list[date]] = {}
    for day, live in sorted((row.as_of, row.live) for row in days):
        found.setdefault((_monday(day), live), []).append(day)
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _closed(asked: When, seen: Sight, target: str, horizon_days: int, days: Sequence[date]) -> Select[Any]:
    """Of each area and some days the first score, where it is closed; added up by level and day."""
    s, v, a = Score, Verification, Area
    here = select(a.id).where(a.region_id == asked.region_id, a.kind == AreaKind.COMMUNITY)
    said = (s.target == target, s.horizon_days == horizon_days, s.as_of.in_(days), ~earlier())
    counts = (
        func.count(v.obs).label("weeks"),
        func.sum(case((v.obs.is_(True), 1), else_=0)).label("happened"),
        func.sum(case((v.obs.is_(None), 1), else_=0)).label("unobserved"),
    )
    columns: tuple[Any, ...] = (s.level, s.live, s.as_of, *counts)
    return (
        select(*columns)
        .join(v, v.score_id == s.id)
        .where(s.area_id.in_(here), *said, v.closed_on <= asked.as_of, reach.of_area(s.area_id, seen))
        .where(*asked.held(s.issued_at, v.recorded_at))
        .group_by(s.level, s.live, s.as_of)
    )


def _by_level(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    counts = ["weeks", "happened", "unobserved"]
    if not parts:
        return pd.DataFrame({name: [] for name in ("level", "live", *counts)})
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.astype({"level": int, "live": bool, **dict.fromkeys(counts, int)})
    return rows.groupby(["level", "live"], as_index=False, sort=True)[counts].sum()


def newest_known(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """The newest that is known of each community and counts for it: community_id, last_day.

    Of the last year; empty for readers who may not know what is tied to a community.
    """
    seen = policy.admit(viewer, region_id)
    if not seen.settlements:
        return pd.DataFrame({name: [] for name in ("community_id", "last_day")})
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    c = asked.at.of(Community)
    missing = set(session.scalars(select(c.id).where(c.region_id == region_id)))
    found: dict[str, date] = {}
    for days in NEWEST_DAYS:  # most have something in a few days, and what is newest there is newest at all
        if len(missing - set(found)) > FEW:
            found |= _by_community(session, _newest(asked, seen, days))
    if missing := missing - set(found):  # of the others all that is tied to them is looked through
        found |= _by_community(session, _newest(asked, seen, SPOKEN_DAYS, sorted(missing)))
    return pd.DataFrame(sorted(found.items()), columns=["community_id", "last_day"], dtype=object)


def _by_community(session: Session, statement: Select[Any]) -> dict[str, date]:
    return {community_id: day for community_id, day in session.execute(statement)}  # noqa: C416


def _newest(asked: When, seen: Sight, days: int, only: Sequence[str] | None = None) -> Any:
    """The newest day of each community with anything in some days, of all communities or only of some."""
    region = _v.region_id if only is None else unsought(_v.region_id)
    end = _v.date_end if only is None else unsought(_v.date_end)
    statement = (
        select(Link.community_id, func.max(_v.date_end).label("last_day"))
        .join(_v, _v.id == Link.version_id)
        .where(region == asked.region_id, known(asked.moment, asked.recorded), reach.versions(seen))
        .where(Link.counted, reach.of_community(Link.community_id, seen))
        .where(end > asked.as_of - timedelta(days=days))
    )
    statement = statement if only is None else statement.where(Link.community_id.in_(only))
    return statement.group_by(Link.community_id)
