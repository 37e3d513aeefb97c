"""What came into the record and nobody has looked at yet."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from db import policy, reach
from db.policy import Viewer
from db.queries.common import fills, frame, known, plain, unsought
from db.queries.regions import When, when
from db.schema import Decision, IncidentVersion, Link, Report, ReportIncident
from db.vocab import DecisionField, Verification

DOUBTFUL = ("contested", "unreviewed", "no_place")
_v = IncidentVersion
_WHY = case(
    (_v.verification == Verification.CONTESTED, "contested"),
    (_v.verification == Verification.UNREVIEWED, "unreviewed"),
    (and_(_v.district_id.is_(None), _v.governorate_id.is_(None)), "no_place"),
    else_="new",
)

_DOUBTED = or_(  # the same as `_WHY != "new"`, found by the indexes
    _v.verification.in_((Verification.CONTESTED, Verification.UNREVIEWED)),
    and_(_v.district_id.is_(None), _v.governorate_id.is_(None)),
)


def needs_look(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    why: str | None = None,
    batch_id: str | None = None,
    community_id: str | None = None,
    seen: bool = False,
    limit: int | None = 50,
    offset: int = 0,
) -> pd.DataFrame:
    """Incidents that nobody has looked at since they last changed, the doubtful ones first, then the newest.

    Columns: incident_id, known_from, deaths, why (contested, unreviewed, no_place: nobody could find where it
    was, or new), looked_at. Whoever settles something about an incident, or let it in by hand, has
    looked at it. `why` may be "doubtful" for all but new; with `seen` those that were looked at, the latest first.
    """
    looks, statement = _asked(session, viewer, when(session, viewer, region_id, as_of, recorded_as_of), seen)
    if why is not None:
        statement = statement.where(_WHY.in_(DOUBTFUL if why == "doubtful" else (why,)))
    if batch_id is not None:
        statement = statement.join(Report, Report.id == _v.report_id).where(Report.batch_id == batch_id)
    if community_id is not None:
        told = reach.of_community(Link.community_id, policy.sight(viewer))
        tied = exists().where(Link.version_id == _v.id, Link.community_id == community_id, told)
        statement = statement.where(tied)
    doubt = case((_WHY == "new", 1), else_=0)
    order: tuple[Any, ...] = (looks.c.looked_at.desc(),) if seen else (doubt, _v.known_from.desc())
    columns = (
        _v.incident_id,
        _WHY.label("why"),
        _v.known_from,
        _v.deaths,
        looks.c.looked_at,
    )
    asked = statement.with_only_columns(*columns).order_by(*order, _v.incident_id)
    return plain(frame(session, asked.limit(limit).offset(offset)), numbers=("deaths",), words=("why",))


def look_counts(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """How many incidents wait for a look and how many were looked at, for each reason and import.

    Columns: why, batch_id (None: what people entered), waiting, seen; of an import see `batches`.
    """
    looks, waiting = _asked(session, viewer, when(session, viewer, region_id, as_of, recorded_as_of), None)
    groups = (_WHY.label("why"), Report.batch_id)
    done = func.sum(case((_is_seen(looks), 1), else_=0))
    asked = waiting.outerjoin(Report, Report.id == _v.report_id)  # each has one; in the order of versions
    asked = asked.with_only_columns(*groups, func.count().label("all"), done.label("seen"))
    rows = plain(frame(session, asked.group_by(*groups[1:], _WHY)), numbers=("all", "seen"), words=("why",))
    rows["waiting"] = rows["all"] - rows["seen"]
    return rows.drop(columns="all").sort_values(["why", "batch_id"], ignore_index=True)


def doubtful(session: Session, viewer: Viewer, asked: When) -> Select[Any]:
    """The versions in force that are contested, unreviewed or without a place, and that nobody has looked at."""
    return _asked(session, viewer, asked, False, _DOUBTED)[1]


def _asked(
    session: Session,
    viewer: Viewer,
    asked: When,
    seen: bool | None,
    which: ColumnElement[bool] | None = None,
) -> tuple[Subquery, Select[Any]]:
    """The versions in force that wait for a look (or were looked at, or both), with who looked when.

    They are those that no person let in, and the doubtful; or only `which` are named.
    """
    sight = policy.admit_to_work(viewer, asked.region.id)
    looks, swept = _looks(asked), which is not None or fills(session, asked.region.id)
    statement = (
        select(_v.incident_id)
        .outerjoin(looks, looks.c.incident_id == _v.incident_id)
        .where(
            (unsought(_v.region_id) if swept else _v.region_id) == asked.region.id,
            known(asked.moment, asked.recorded),
            reach.versions(sight),
            or_(_v.incident_id.not_in(_by_hand(asked)), _WHY != "new") if which is None else which,
        )
    )
    if seen is not None:
        statement = statement.where(_is_seen(looks) if seen else ~_is_seen(looks))
    return looks, statement


def _by_hand(asked: When) -> Select[Any]:
    """The incidents that a person let in, which is a look."""
    a = asked.at.of(ReportIncident)
    found = select(a.incident_id).where(a.added_by.is_not(None))
    if asked.recorded is None:
        return found
    return found.where(a.report_id.in_(select(Report.id).where(Report.recorded_at < asked.recorded)))


def _looks(asked: When) -> Subquery:
    """When somebody last settled something about an incident, and when a look was last taken back."""
    d = asked.at.of(Decision)
    back = and_(d.field == DecisionField.REVIEWED, d.value.is_(None))
    looked_at, back_at = func.max(case((~back, d.at))), func.max(case((back, d.at)))
    found = select(d.incident_id, looked_at.label("looked_at"), back_at.label("back_at"))
    return found.where(d.at < asked.acted).group_by(d.incident_id).subquery()


def _is_seen(looks: Subquery) -> ColumnElement[bool]:
    """Whether the newest look is younger than the version and was not taken back (false where there is none)."""
    held = or_(looks.c.back_at.is_(None), looks.c.looked_at > looks.c.back_at)
    return func.coalesce(and_(looks.c.looked_at >= _v.recorded_at, held), False)
