"""The daily step: read the scores of each day, apply the rules, write what changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from dashboard.alerts import judging, rules
from dashboard.alerts.judging import LEVEL, OF_COMMUNITIES, RULES, Facts, Sights
from dashboard.alerts.rules import State, Transition
from db import engine, queries
from db.ids import content_id
from db.policy import Viewer
from db.schema import Alert
from db.schema import Transition as TransitionRow
from db.vocab import Condition, Handling, Outcome, Target
from models.levels import BUDGETS, from_card

SYSTEM = "tocsin"
_DAYS = ("since", "day", "opened_on", "until", "ended_on")
_WORDS = {"condition": Condition, "before": Condition, "handling": Handling, "outcome": Outcome}


@dataclass
class Standing:
    """A community's state under a rule, with the number of the transition that left it so."""

    state: State
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a community on a day, and the score that told of it, if any."""

    community_id: str
    facts: Facts
    score_id: str | None = None


Standings = dict[tuple[str, str], Standing]


def run(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    days: Sequence[date],
    now: datetime,
    failed: bool = False,
    sights: Sights | None = None,
) -> list[TransitionRow]:
    """Apply the rules to each day in turn and keep the transitions; days dealt with before add none.

    With `failed` the days count as days on which scoring failed, for communities that were watched before.
    `sights` is what the rules about a community's own past and about silence judge by; without it they do not speak.
    """
    engine.queue(session.connection(), "alerts")
    region = queries.region(session, viewer, region_id)
    standings = read_standings(session, viewer, region_id)
    written: list[TransitionRow] = []
    for day in sorted(days):
        seen = _failures(standings, day, region) if failed else _observe(session, viewer, region, day)
        for rule, facts in judged(seen, (sights or {}).get(day, {})):
            written += _applied(session, standings, rule, facts, now, region.exercise)
    session.add_all(written)
    session.flush()
    return written


def judged(scored: Iterable[Seen], sights: Mapping[str, Facts]) -> Iterator[tuple[str, Seen]]:
    """What each rule about communities has to judge on a day."""
    for one in scored:
        yield LEVEL, one
    for rule in OF_COMMUNITIES[1:]:
        for community_id in sorted(sights):
            yield rule, Seen(community_id, sights[community_id])


def _applied(
    session: Session, standings: Standings, rule: str, seen: Seen, now: datetime, exercise: bool
) -> list[TransitionRow]:
    """The transition that a rule makes of what was seen, if any."""
    key = (seen.community_id, rule)
    standing, observation = standings.get(key, Standing(State())), RULES[rule](seen.facts)
    if rule != LEVEL and key not in standings and observation.level == 0:
        return []  # nothing was ever said of it by this rule: there is no state that a gap could interrupt
    change = rules.step(standing.state, observation)
    if change is None:
        return []
    standings[key] = Standing(change.state, standing.seq + 1)
    if change.opens:
        session.add(_alert(*key, change.state.day, now, exercise))
        session.flush()
    return [_row(key, standing.seq + 1, change, now, seen)]


def read_standings(session: Session, viewer: Viewer, region_id: str) -> Standings:
    """The present state of every community that ever left "normal", under each rule."""
    rows = queries.alert_states(session, viewer, region_id=region_id, as_of=date.max)
    return {
        (row.community_id, row.rule): Standing(from_memory(row.memory), int(row.seq))
        for row in rows.itertuples()
    }


def to_memory(state: State) -> dict[str, Any]:
    """A state as a transition keeps it: only what JSON can hold."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(state).items()}


def from_memory(memory: Mapping[str, Any]) -> State:
    """The state that a transition left."""
    facts = {k: memory[k] for k in State.__slots__ if k in memory}  # older ones hold less
    facts |= {k: date.fromisoformat(facts[k]) for k in _DAYS if facts.get(k)}
    facts |= {k: word(facts[k]) for k, word in _WORDS.items() if facts.get(k)}
    return State(**facts)


def alert_id(community_id: str, rule: str, opened_on: date | None) -> str | None:
    """The id of the alert of a community that a rule opened on a day."""
    return content_id("alert", community_id, rule, opened_on) if opened_on else None


def _observe(session: Session, viewer: Viewer, region: queries.RegionInfo, day: date) -> Iterator[Seen]:
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
        facts = Facts(day, region.alert_horizon_days, int(row.level), probability, begins)
        yield Seen(row.area_id, facts, row.score_id)


def _failures(standings: Standings, day: date, region: queries.RegionInfo) -> Iterator[Seen]:
    for community_id in sorted(community for community, rule in standings if rule == LEVEL):
        yield Seen(community_id, Facts(day, region.alert_horizon_days, failed=True))


def _begins(session: Session, viewer: Viewer, model_version_id: str, day: date) -> dict[int, float]:
    """Where each level above the baseline began at training: for scores written before they kept it."""
    card = queries.model_card(session, viewer, model_version_id=model_version_id, as_of=day)
    return _by_level(from_card(card.get("thresholds")).begins)


def _by_level(begins: Mapping[str, float] | None) -> dict[int, float]:
    begins = begins or {}
    return {level: begins[name] for level, name in enumerate(BUDGETS, start=rules.WATCH) if name in begins}


def _alert(community_id: str, rule: str, day: date, now: datetime, exercise: bool) -> Alert:
    return Alert(
        id=alert_id(community_id, rule, day),
        community_id=community_id,
        rule=rule,
        opened_on=day,
        created_at=now,
        exercise=exercise,
    )


def _row(key: tuple[str, str], seq: int, change: Transition, now: datetime, seen: Seen) -> TransitionRow:
    community_id, rule = key
    why = {"code": change.code, **change.params, **judging.told(rule, seen.facts)}
    state = change.state
    return TransitionRow(
        id=content_id("transition", community_id, rule, seq),
        alert_id=alert_id(community_id, rule, state.opened_on),
        community_id=community_id,
        rule=rule,
        seq=seq,
        day=state.day,
        at=now,
        actor=SYSTEM,
        reason=change.reason,
        condition=state.condition,
        handling=state.handling,
        outcome=state.outcome,
        level=state.level,
        memory=to_memory(state) | {"why": why},
        score_id=seen.score_id,
    )
