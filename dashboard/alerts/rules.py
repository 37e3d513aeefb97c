"""When a warning opens, changes and closes. Pure: a state and an observation give a change, or nothing.

An alert opens on what is new, never on mere persistence: at level 3 (warning: thresholds that cost about
one false alert per community and year) on the second day, at level 4 at once. Level 2 (watch) is shown on
the pages and raises nothing. An alert recovers only when the probability is clearly, by a fifth, below
where level 3 begins, so that a score near the threshold does not flap. The level shown is always the
community's own of the day; what is held back is the condition, never the level.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from dashboard.i18n import N_
from db.vocab import Condition, Handling, Outcome

WATCH, WARNING, EMERGENCY = 2, 3, 4
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
    "one_day": N_("Level 3 lasted one day only"),
    "second_day": N_("Level {level}: at least 3 for the second day"),
    "risen": N_("Level {level}, above the {settled} at which it was resolved"),
    "level": N_("Level {level}, the highest since it opened"),
    "recovering": N_("Clearly below the warning threshold"),
    "back": N_("Back at level {level}"),
    "calm": N_("Calm for {days} days"),
}


@dataclass(frozen=True, slots=True)
class State:
    """Where a community stands under one rule, as its newest transition left it.

    `level` is the community's own on that day, `peak` the highest since the alert opened. `before` is the
    condition that a gap (no data, error) interrupted. `opened_on` names the alert that is under way or was
    the last; `settled_level` is the highest level at which a person resolved it.
    """

    condition: Condition = Condition.NORMAL
    level: int = 0
    peak: int = 0
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
        state = replace(state, peak=0, opened_on=None, handling=None, outcome=None, settled_level=None)
    if seen.failed:
        return _gap(state, seen, Condition.ERROR, "error")
    if seen.level == 0:
        return _gap(state, seen, Condition.NO_DATA, "no_data")
    condition = _was(state)
    change = _RULES[condition](state, seen)
    if change is None and state.condition in GAPS:
        return _to(state, seen, condition, "again")
    return change


def recovered(seen: Observation) -> bool:
    """Whether the probability is clearly below where a warning begins, not merely below."""
    begins = seen.begins.get(WARNING)
    under = begins is None or (seen.probability or 0) < RECOVERY_SHARE * begins
    return seen.level < WARNING and under


def settle(state: State, handling: Handling, outcome: Outcome | None) -> State:
    """The state after a person acted on the alert under way."""
    settled = state.peak if handling is Handling.RESOLVED else None
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
    return Transition(replace(state, condition=condition, before=_was(state), level=0, day=seen.day), code)


def _to(state: State, seen: Observation, condition: Condition, code: str, /, **params: Any) -> Transition:
    since = state.since if condition is _was(state) else seen.day
    peak = max(state.peak, seen.level)
    after = replace(state, condition=condition, level=seen.level, peak=peak, since=since, day=seen.day)
    return Transition(after, code, {"level": seen.level, **params})


def _open(seen: Observation, code: str, /, **params: Any) -> Transition:
    fresh = State(
        condition=Condition.OPEN,
        level=seen.level,
        peak=seen.level,
        since=seen.day,
        day=seen.day,
        opened_on=seen.day,
        handling=Handling.DRAFT,
    )
    return Transition(fresh, code, {"level": seen.level, **params}, opens=True)


def _normal(state: State, seen: Observation) -> Transition | None:
    if seen.level >= EMERGENCY:
        return _open(seen, "at_once")
    if seen.level == WARNING:
        return _to(state, seen, Condition.PENDING, "first_day")
    return None


def _pending(state: State, seen: Observation) -> Transition | None:
    if seen.level >= WARNING:
        return _open(seen, "second_day")
    return _to(state, seen, Condition.NORMAL, "one_day")


def _opened(state: State, seen: Observation) -> Transition | None:
    if recovered(seen):
        return _to(state, seen, Condition.RECOVERING, "recovering")
    if _risen(state, seen):
        return _open(seen, "risen", settled=state.settled_level)
    if seen.level > state.peak:
        return _to(state, seen, Condition.OPEN, "level")
    return None


def _recovering(state: State, seen: Observation) -> Transition | None:
    if _risen(state, seen):
        return _open(seen, "risen", settled=state.settled_level)
    if seen.level >= WARNING:
        return _to(state, seen, Condition.OPEN, "back")
    if recovered(seen) and (seen.day - state.since).days >= CALM_DAYS:
        return _to(state, seen, Condition.NORMAL, "calm", days=CALM_DAYS)
    return None


def _risen(state: State, seen: Observation) -> bool:
    """Whether the level has risen above the one at which a person resolved the alert."""
    settled = max(state.settled_level or 0, WATCH)
    return state.handling is Handling.RESOLVED and seen.level > settled


_RULES = {
    Condition.NORMAL: _normal,
    Condition.PENDING: _pending,
    Condition.OPEN: _opened,
    Condition.RECOVERING: _recovering,
}
