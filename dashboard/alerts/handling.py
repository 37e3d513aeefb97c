"""What people do with a warning: take it on, and close it with an outcome. Every act is a transition."""

from dataclasses import dataclass, replace
from datetime import date, datetime

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.alerts import recall, rules
from dashboard.alerts.step import from_memory, to_memory
from db import clock, engine, policy, queries
from db.errors import BadInput
from db.ids import content_id
from db.policy import Viewer
from db.schema import Alert, Community, Transition
from db.vocab import Handling, Outcome


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did with an alert, on which day, and why."""

    actor: str
    reason: str
    day: date
    at: datetime


def acknowledge(session: Session, viewer: Viewer, alert_id: str, act: Act) -> Transition:
    """Take an alert on: somebody has seen it and answers for it."""
    alert, newest = _open_alert(session, viewer, alert_id, act.day)
    if newest.handling is Handling.EXPIRED:
        raise BadInput(
            f"alert {alert_id} has expired; say what became of it: tocsin alerts resolve {alert_id}"
        )
    if newest.handling is Handling.ACKNOWLEDGED:
        raise BadInput(f"alert {alert_id} was acknowledged already; see: tocsin alerts show {alert_id}")
    row = _append(session, alert, newest, act, Handling.ACKNOWLEDGED, None)
    recall.answered(session, alert, act.actor, act.at)
    return row


def resolve(session: Session, viewer: Viewer, alert_id: str, act: Act, outcome: Outcome) -> Transition:
    """Close an alert with a reason and what became of it."""
    alert, newest = _open_alert(session, viewer, alert_id, act.day)
    if not act.reason.strip():
        raise BadInput("say why the alert is resolved: --reason TEXT")
    row = _append(session, alert, newest, act, Handling.RESOLVED, outcome)
    recall.closed(session, alert, act.actor, act.at)
    return row


def pass_on(session: Session, alert: Alert, to: Handling, act: Act) -> bool:
    """Move an alert on with its notice (approved, sent), where it does not stand further on already."""
    engine.queue(session.connection(), "alerts")
    newest = session.scalars(
        select(Transition).where(Transition.alert_id == alert.id).order_by(Transition.seq.desc()).limit(1)
    ).one()
    order = list(Handling)
    if newest.handling is None or order.index(newest.handling) >= order.index(to):
        return False
    _append(session, alert, newest, replace(act, day=max(act.day, newest.day)), to, None)
    return True


def note(session: Session, alert: Alert, act: Act) -> None:
    """Write down what happened to an alert without changing how it stands."""
    engine.queue(session.connection(), "alerts")
    newest = session.scalars(
        select(Transition).where(Transition.alert_id == alert.id).order_by(Transition.seq.desc()).limit(1)
    ).one()
    if newest.handling is not None:
        _append(
            session,
            alert,
            newest,
            replace(act, day=max(act.day, newest.day)),
            newest.handling,
            newest.outcome,
        )


def history(
    session: Session,
    viewer: Viewer,
    alert_id: str,
    as_of: date = date.max,
    recorded_as_of: date | None = None,
) -> pd.DataFrame:
    """The life of one alert up to a day, in order."""
    _, region_id = _find(session, alert_id)
    days = {"as_of": as_of, "recorded_as_of": recorded_as_of}
    return queries.transitions(session, viewer, region_id=region_id, alert_id=alert_id, **days)


def newest_day(session: Session, viewer: Viewer, alert_id: str, now: datetime) -> date:
    """The newest day with scores: the day on which an act counts where nobody says another."""
    _, region_id = _find(session, alert_id)
    today = clock.day_of(now, queries.region(session, viewer, region_id).time_zone)
    days = queries.scored_days(session, viewer, region_id=region_id, as_of=today)
    return days[0] if days else today


def _find(session: Session, alert_id: str) -> tuple[Alert, str]:
    alert = session.get(Alert, alert_id)
    if alert is None:
        raise BadInput(f"there is no alert {alert_id!r}; list them with: tocsin alerts")
    return alert, session.get_one(Community, alert.community_id).region_id


def _open_alert(session: Session, viewer: Viewer, alert_id: str, day: date) -> tuple[Alert, Transition]:
    alert, region_id = _find(session, alert_id)
    policy.admit(viewer, region_id)
    policy.may_act(viewer)
    engine.queue(session.connection(), "alerts")
    newest = session.scalars(
        select(Transition).where(Transition.alert_id == alert_id).order_by(Transition.seq.desc()).limit(1)
    ).one()
    if newest.handling is Handling.RESOLVED:
        raise BadInput(f"alert {alert_id} was resolved already; see: tocsin alerts show {alert_id}")
    if day < newest.day:
        raise BadInput(f"alert {alert_id} has moved on since {day}; act on it as of {newest.day} or later")
    return alert, newest


def _append(
    session: Session, alert: Alert, newest: Transition, act: Act, handling: Handling, outcome: Outcome | None
) -> Transition:
    """Add the act to the community's row of transitions; the computed side stays as it is."""
    last = session.scalars(
        select(Transition)
        .where(Transition.community_id == alert.community_id, Transition.rule == alert.rule)
        .order_by(Transition.seq.desc())
        .limit(1)
    ).one()
    state = from_memory(last.memory)
    if state.opened_on == alert.opened_on:  # an older alert's handling leaves the present state alone
        state = rules.settle(state, handling, outcome)
    row = Transition(
        id=content_id("transition", alert.community_id, alert.rule, last.seq + 1),
        alert_id=alert.id,
        community_id=alert.community_id,
        rule=alert.rule,
        seq=last.seq + 1,
        day=act.day,
        at=act.at,
        actor=act.actor,
        reason=act.reason.strip() or handling.value,
        condition=newest.condition,
        handling=handling,
        outcome=outcome,
        level=newest.level,
        memory=to_memory(state),
        score_id=newest.score_id,
    )
    session.add(row)
    session.flush()
    return row
