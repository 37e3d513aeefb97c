"""Alerts and their transitions."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import masking, policy, reach
from db.policy import Viewer
from db.queries.common import frame, plain
from db.queries.outlook import score_levels
from db.queries.regions import When, when
from db.queries.scores import scored_days
from db.schema import Alert, Community, Transition
from db.vocab import Target

_t = Transition
_TRANSITION = (
    *(_t.id.label("transition_id"), _t.alert_id, _t.community_id, _t.rule, _t.seq, _t.day, _t.at, _t.actor),
    *(_t.reason, _t.condition, _t.handling, _t.outcome, _t.level, _t.memory, _t.score_id),
)
_WORDS = ("condition", "handling", "outcome")


def alert_states(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    rule: str | None = None,
) -> pd.DataFrame:
    """The newest transition of every community and rule up to a day: its present condition and memory."""
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    rank = func.row_number().over(partition_by=(_t.community_id, _t.rule), order_by=_t.seq.desc())
    statement = (
        select(*_TRANSITION, rank.label("rank"))
        .join(Community, Community.id == _t.community_id)
        .where(Community.region_id == region_id, _t.day <= as_of, *asked.held(_t.at))
        .where(reach.communities(seen))
    )
    if rule:
        statement = statement.where(_t.rule == rule)
    inner = statement.subquery()
    newest = select(*(c for c in inner.c if c.name != "rank")).where(inner.c.rank == 1)
    rows = plain(frame(session, newest.order_by(inner.c.community_id, inner.c.rule)), words=_WORDS)
    return masking.unsigned(rows, seen)


def alerts(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """The alerts raised up to a day, newest first, each with its present condition and handling.

    `level` is the community's own level by the newest scores up to the day (0 where there are none),
    `peak` the highest since the alert opened.
    """
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    community = asked.at.of(Community)
    rank = func.row_number().over(partition_by=_t.alert_id, order_by=_t.seq.desc())
    taken = select(*_TRANSITION, rank.label("rank")).where(_t.alert_id.is_not(None), _t.day <= as_of)
    last = taken.where(*asked.held(_t.at)).subquery()
    statement = (
        select(
            *(Alert.id.label("alert_id"), Alert.rule, Alert.opened_on, Alert.created_at, Alert.exercise),
            *(
                community.id.label("community_id"),
                community.name,
                community.name_ar,
                community.group.label("group"),
            ),
            *(last.c.condition, last.c.handling, last.c.outcome, last.c.day, last.c.at, last.c.memory),
            *(last.c.actor, last.c.reason, last.c.seq),
        )
        .join(community, community.id == Alert.community_id)
        .join(last, last.c.alert_id == Alert.id)
        .where(community.region_id == region_id, last.c.rank == 1, Alert.opened_on <= as_of)
        .where(reach.of_community(community.id, seen))
        .order_by(Alert.opened_on.desc(), Alert.id)
    )
    rows = plain(frame(session, statement), words=_WORDS)
    levels = _levels(session, viewer, asked, recorded_as_of)
    rows["level"] = [levels.get(community_id, 0) for community_id in rows["community_id"]]
    rows["peak"] = [memory.get("peak", 0) for memory in rows.pop("memory")]
    return masking.unsigned(rows, seen)


def _levels(session: Session, viewer: Viewer, asked: When, recorded_as_of: date | None) -> dict[str, int]:
    """The level of each community by the newest scores up to a day."""
    here: dict[str, Any] = {"region_id": asked.region_id, "recorded_as_of": recorded_as_of}
    days = scored_days(session, viewer, as_of=asked.as_of, **here)
    if not days:
        return {}
    question: dict[str, Any] = {"target": Target.ESCALATION, "horizon_days": asked.region.alert_horizon_days}
    newest = score_levels(session, viewer, as_of=days[0], days=days[:1], **here, **question)
    return dict(zip(newest["area_id"], newest["level"], strict=True))


def transitions(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    alert_id: str | None = None,
    community_id: str | None = None,
    recorded_as_of: date | None = None,
) -> pd.DataFrame:
    """The life of one alert, or of all alerts of a community, up to a day, in order."""
    seen = policy.admit(viewer, region_id)
    held = when(session, viewer, region_id, as_of, recorded_as_of).held(_t.at)
    statement = (
        select(*_TRANSITION)
        .join(Community, Community.id == _t.community_id)
        .where(Community.region_id == region_id, _t.alert_id.is_not(None), _t.day <= as_of, *held)
        .where(reach.communities(seen))
        .order_by(_t.community_id, _t.rule, _t.seq)
    )
    if alert_id is not None:
        statement = statement.where(_t.alert_id == alert_id)
    if community_id is not None:
        statement = statement.where(_t.community_id == community_id)
    return masking.unsigned(plain(frame(session, statement), words=_WORDS), seen)
