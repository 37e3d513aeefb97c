"""Alerts and their transitions."""

from datetime import date

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import policy, reach
from db.policy import Viewer
from db.queries.common import frame, plain
from db.queries.regions import region
from db.queries.scores import scored_days, scores
from db.schema import Alert, Community, Transition
from db.vocab import Target

_t = Transition
_TRANSITION = (
    *(_t.id.label("transition_id"), _t.alert_id, _t.community_id, _t.rule, _t.seq, _t.day, _t.at, _t.actor),
    *(_t.reason, _t.condition, _t.handling, _t.outcome, _t.level, _t.memory, _t.score_id),
)
_WORDS = ("condition", "handling", "outcome")


def alert_states(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, rule: str | None = None
) -> pd.DataFrame:
    """The newest transition of every community and rule up to a day: its present condition and memory."""
    seen = policy.admit(viewer, region_id)
    rank = func.row_number().over(partition_by=(_t.community_id, _t.rule), order_by=_t.seq.desc())
    statement = (
        select(*_TRANSITION, rank.label("rank"))
        .join(Community, Community.id == _t.community_id)
        .where(Community.region_id == region_id, _t.day <= as_of, reach.communities(seen))
    )
    if rule:
        statement = statement.where(_t.rule == rule)
    inner = statement.subquery()
    newest = select(*(c for c in inner.c if c.name != "rank")).where(inner.c.rank == 1)
    rows = plain(frame(session, newest.order_by(inner.c.community_id, inner.c.rule)), words=_WORDS)
    return policy.unsigned(rows, seen)


def alerts(session: Session, viewer: Viewer, *, region_id: str, as_of: date) -> pd.DataFrame:
    """The alerts raised up to a day, newest first, each with its present condition and handling.

    `level` is the community's own level by the newest scores up to the day (0 where there are none),
    `peak` the highest since the alert opened.
    """
    seen = policy.admit(viewer, region_id)
    rank = func.row_number().over(partition_by=_t.alert_id, order_by=_t.seq.desc())
    last = (
        select(*_TRANSITION, rank.label("rank")).where(_t.alert_id.is_not(None), _t.day <= as_of).subquery()
    )
    statement = (
        select(
            *(Alert.id.label("alert_id"), Alert.rule, Alert.opened_on, Alert.created_at, Alert.exercise),
            *(
                Community.id.label("community_id"),
                Community.name,
                Community.name_ar,
                Community.group.label("group"),
            ),
            *(last.c.condition, last.c.handling, last.c.outcome, last.c.day, last.c.at, last.c.memory),
            *(last.c.actor, last.c.reason, last.c.seq),
        )
        .join(Community, Community.id == Alert.community_id)
        .join(last, last.c.alert_id == Alert.id)
        .where(Community.region_id == region_id, last.c.rank == 1, Alert.opened_on <= as_of)
        .where(reach.communities(seen))
        .order_by(Alert.opened_on.desc(), Alert.id)
    )
    rows = plain(frame(session, statement), words=_WORDS)
    levels = _levels(session, viewer, region_id, as_of)
    rows["level"] = [levels.get(community_id, 0) for community_id in rows["community_id"]]
    rows["peak"] = [memory.get("peak", 0) for memory in rows.pop("memory")]
    return policy.unsigned(rows, seen)


def _levels(session: Session, viewer: Viewer, region_id: str, as_of: date) -> dict[str, int]:
    """The level of each community by the newest scores up to a day."""
    days = scored_days(session, viewer, region_id=region_id, as_of=as_of)
    if not days:
        return {}
    info = region(session, viewer, region_id)
    newest = scores(
        session,
        viewer,
        region_id=region_id,
        as_of=days[0],
        target=Target.ESCALATION,
        horizon_days=info.alert_horizon_days,
    )
    return dict(zip(newest["area_id"], newest["level"], strict=True))


def transitions(session: Session, viewer: Viewer, *, region_id: str, alert_id: str) -> pd.DataFrame:
    """The life of one alert, in order."""
    seen = policy.admit(viewer, region_id)
    statement = (
        select(*_TRANSITION)
        .join(Community, Community.id == _t.community_id)
        .where(Community.region_id == region_id, _t.alert_id == alert_id, reach.communities(seen))
        .order_by(_t.seq)
    )
    return policy.unsigned(plain(frame(session, statement), words=_WORDS), seen)
