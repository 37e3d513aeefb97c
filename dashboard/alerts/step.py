"""The daily step: read the scores of each day, apply the rules, write what changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from dashboard.alerts import rules
from dashboard.alerts.rules import Observation, State, Transition
from db import engine, queries
from db.ids import content_id
from db.policy import Viewer
from db.schema import Alert
from db.schema import Transition as TransitionRow
from db.vocab import Condition, Handling, Outcome, Target
from models.levels import BUDGETS, from_card

RULE = "escalation_level"
SYSTEM = "tocsin"
_DAYS = ("since", "day", "opened_on", "until", "ended_on")
_WORDS = {"condition": Condition, "before": Condition, "handling": Handling, "outcome": Outcome}


@dataclass
class Standing:
    """A community's state with the number of the transition that left it so."""

    state: State
    seq: int = 0


def run(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    days: Sequence[date],
    now: datetime,
    failed: bool = False,
) -> list[TransitionRow]:
    """Apply the rules to each day in turn and keep the transitions; days dealt with before add none.

    With `failed` the days count as days on which scoring failed, for communities that were watched before.
    """
    engine.queue(session.connection(), "alerts")
    region = queries.region(session, viewer, region_id)
    standings = read_standings(session, viewer, region_id)
    written: list[TransitionRow] = []
    for day in sorted(days):
        seen = _failures(standings, day) if failed else _observe(session, viewer, region, day)
        for community_id, observation, score_id in seen:
            standing = standings.setdefault(community_id, Standing(State()))
            change = rules.step(standing.state, observation)
            if change is not None:
                standings[community_id] = Standing(change.state, standing.seq + 1)
                if change.opens:
                    session.add(_alert(community_id, day, now, region.exercise))
                    session.flush()
                written.append(_row(community_id, standing.seq + 1, change, now, score_id))
    session.add_all(written)
    session.flush()
    return written


def read_standings(session: Session, viewer: Viewer, region_id: str) -> dict[str, Standing]:
    """The present state of every community that ever left "normal"."""
    rows = queries.alert_states(session, viewer, region_id=region_id, as_of=date.max, rule=RULE)
    return {row.community_id: Standing(from_memory(row.memory), int(row.seq)) for row in rows.itertuples()}


def to_memory(state: State) -> dict[str, Any]:
    """A state as a transition keeps it: only what JSON can hold."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(state).items()}


def from_memory(memory: Mapping[str, Any]) -> State:
    """The state that a transition left."""
    facts = {k: memory[k] for k in State.__slots__ if k in memory}  # older ones hold less
    facts |= {k: date.fromisoformat(facts[k]) for k in _DAYS if facts.get(k)}
    facts |= {k: word(facts[k]) for k, word in _WORDS.items() if facts.get(k)}
    return State(**facts)


def alert_id(community_id: str, opened_on: date | None) -> str | None:
    """The id of the alert of a community that was opened on a day."""
    return content_id("alert", community_id, RULE, opened_on) if opened_on else None


def _observe(
    session: Session, viewer: Viewer, region: queries.RegionInfo, day: date
) -> Iterator[tuple[str, Observation, str | None]]:
    scores = queries.scores(
        *(session, viewer),
        region_id=region.id,
        as_of=day,
        target=Target.ESCALATION,
        horizon_days=region.alert_horizon_days,
    )
    written = {m: _begins(session, viewer, m, day) for m in scores["model_version_id"].unique()}
    for row in scores.itertuples():
        probability = None if pd.isna(row.probability) else float(row.probability)
        begins = _by_level(row.begins) or written[row.model_version_id]
        seen = Observation(day, int(row.level), probability, begins, life_days=region.alert_horizon_days)
        yield row.area_id, seen, row.score_id


def _failures(standings: Mapping[str, Standing], day: date) -> Iterator[tuple[str, Observation, None]]:
    for community_id in sorted(standings):
        yield community_id, Observation(day, failed=True), None


def _begins(session: Session, viewer: Viewer, model_version_id: str, day: date) -> dict[int, float]:
    """Where each level above the baseline began at training: for scores written before they kept it."""
    card = queries.model_card(session, viewer, model_version_id=model_version_id, as_of=day)
    return _by_level(from_card(card.get("thresholds")).begins)


def _by_level(begins: Mapping[str, float] | None) -> dict[int, float]:
    begins = begins or {}
    return {level: begins[name] for level, name in enumerate(BUDGETS, start=rules.WATCH) if name in begins}


def _alert(community_id: str, day: date, now: datetime, exercise: bool) -> Alert:
    return Alert(
        id=alert_id(community_id, day),
        community_id=community_id,
        rule=RULE,
        opened_on=day,
        created_at=now,
        exercise=exercise,
    )


def _row(
    community_id: str, seq: int, change: Transition, now: datetime, score_id: str | None
) -> TransitionRow:
    state = change.state
    return TransitionRow(
        id=content_id("transition", community_id, RULE, seq),
        alert_id=alert_id(community_id, state.opened_on),
        community_id=community_id,
        rule=RULE,
        seq=seq,
        day=state.day,
        at=now,
        actor=SYSTEM,
        reason=change.reason,
        condition=state.condition,
        handling=state.handling,
        outcome=state.outcome,
        level=state.level,
        memory=to_memory(state) | {"why": {"code": change.code, **change.params}},
        score_id=score_id,
    )
