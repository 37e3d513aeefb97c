"""When a warning opens, changes and closes. Pure: a state and an observation give a change, or nothing.

An alert opens on what is new, never on mere persistence. A level falls only when the probability is
clearly (a fifth) below where the level begins, so that a score near a threshold does not flap.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from dashboard.i18n import N_
from db.vocab import Condition, Handling, Outcome

WATCH, WARNING = 2, 3
RECOVERY_SHARE = 0.8
CALM_DAYS = 3
GAPS = (Condition.NO_DATA, Condition.ERROR)
LIVE = (Condition.OPEN, Condition.RECOVERING)

REASONS = {
    "error": N_("Scoring failed on this day"),
    "no_data": N_("Not assessed on this day"),
    "again": N_("Assessed again"),
    "at_once": N_("Level {level}: opened at once"),
    "first_day": N_("Level {level} for the first day"),
    "one_day": N_("Level 2 lasted one day only"),
    "second_day": N_("Level {level}: at least 2 for the second day"),
    "risen": N_("Level {level}, above the {settled} at which it was resolved"),
    "level": N_("Level {before} → {level}"),
    "recovering": N_("Clearly below the watch threshold"),
    "back": N_("Back at level {level}"),
    "calm": N_("Calm for {days} days"),
}


@dataclass(frozen=True, slots=True)
class State:
    """Where a community stands under one rule, as its newest transition left it.

    `before` is the condition that a gap (no data, error) interrupted. `opened_on` names the alert that is
    under way or was the last; `settled_level` is the level at which a person resolved it.
    """

    condition: Condition = Condition.NORMAL
    level: int = 0
    since: date = date.min
    day: date = date.min
    before: Condition = Condition.NORMAL
    opened_on: date | None = None
    handling: Handling | None = None
    outcome: Outcome | None = None
    settled_level: int | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What was said of a community on a day; `begins` is where each level begins, `failed` that nothing was."""

    day: date
    level: int = 0
    probability: float | None = None
    begins: Mapping[int, float] = field(default_factory=dict)
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """A step from one state to the next, with its reason in plain words."""

    state: State
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    opens: bool = False

    @property
    def reason(self) -> str:
        """The reason in English; other languages are made from the code when it is read."""
        return REASONS[self.code].format(**self.params)


def step(state: State, seen: Observation) -> Transition | None:
    """The change that an observation brings, or None. A day that was dealt with before brings none."""
    if _dealt_with(state, seen):
        return None
    if _was(state) not in LIVE:
        state = replace(state, opened_on=None, handling=None, outcome=None, settled_level=None)
    if seen.failed:
        return _gap(state, seen, Condition.ERROR, "error")
    if seen.level == 0:
        return _gap(state, seen, Condition.NO_DATA, "no_data")
    condition = _was(state)
    change = _RULES[condition](state, seen)
    if change is None and state.condition in GAPS:
        level = state.level if condition in LIVE else seen.level
        return _to(state, seen, condition, level, "again")
    return change


def held_level(level: int, seen: Observation) -> int:
    """The level after a fall: a level is left only well below where it begins."""
    held = seen.level
    for higher in range(seen.level + 1, level + 1):
        begins = seen.begins.get(higher)
        if begins is not None and (seen.probability or 0) >= RECOVERY_SHARE * begins:
            held = higher
    return held


def settle(state: State, handling: Handling, outcome: Outcome | None) -> State:
    """The state after a person acted on the alert under way."""
    settled = state.level if handling is Handling.RESOLVED else None
    return replace(state, handling=handling, outcome=outcome, settled_level=settled)


def _dealt_with(state: State, seen: Observation) -> bool:
    """Whether the day is behind the state; a day whose scoring failed may be scored after all."""
    mended = state.condition is Condition.ERROR and not seen.failed
    return seen.day < state.day or (seen.day == state.day and not mended)


def _was(state: State) -> Condition:
    """The condition, or the one that a gap interrupted."""
    return state.before if state.condition in GAPS else state.condition


def _gap(state: State, seen: Observation, condition: Condition, code: str) -> Transition | None:
    if state.condition is condition:
        return None
    return Transition(replace(state, condition=condition, before=_was(state), day=seen.day), code)


def _to(
    state: State, seen: Observation, condition: Condition, level: int, code: str, /, **params: Any
) -> Transition:
    since = state.since if condition is _was(state) else seen.day
    after = replace(state, condition=condition, level=level, since=since, day=seen.day)
    return Transition(after, code, params)


def _open(seen: Observation, code: str, /, **params: Any) -> Transition:
    fresh = State(Condition.OPEN, seen.level, seen.day, seen.day, opened_on=seen.day, handling=Handling.DRAFT)
    return Transition(fresh, code, {"level": seen.level, **params}, opens=True)


def _normal(state: State, seen: Observation) -> Transition | None:
    if seen.level >= WARNING:
        return _open(seen, "at_once")
    if seen.level == WATCH:
        return _to(state, seen, Condition.PENDING, seen.level, "first_day", level=seen.level)
    return None


def _pending(state: State, seen: Observation) -> Transition | None:
    if seen.level >= WATCH:
        return _open(seen, "second_day")
    return _to(state, seen, Condition.NORMAL, seen.level, "one_day")


def _opened(state: State, seen: Observation) -> Transition | None:
    level = held_level(state.level, seen)
    if level < WATCH:
        return _to(state, seen, Condition.RECOVERING, level, "recovering")
    if _risen(state, level):
        return _open(seen, "risen", settled=state.settled_level)
    if level != state.level:
        return _to(state, seen, Condition.OPEN, level, "level", before=state.level, level=level)
    return None


def _recovering(state: State, seen: Observation) -> Transition | None:
    if _risen(state, seen.level):
        return _open(seen, "risen", settled=state.settled_level)
    if seen.level >= WATCH:
        return _to(state, seen, Condition.OPEN, seen.level, "back", level=seen.level)
    calm = held_level(WATCH, seen) < WATCH
    if calm and (seen.day - state.since).days >= CALM_DAYS:
        return _to(state, seen, Condition.NORMAL, seen.level, "calm", days=CALM_DAYS)
    return None


def _risen(state: State, level: int) -> bool:
    """Whether the level has risen above the one at which a person resolved the alert."""
    return state.handling is Handling.RESOLVED and level > max(state.settled_level or 0, WATCH - 1)


_RULES = {
    Condition.NORMAL: _normal,
    Condition.PENDING: _pending,
    Condition.OPEN: _opened,
    Condition.RECOVERING: _recovering,
}
