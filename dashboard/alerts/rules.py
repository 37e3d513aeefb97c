"""When a warning opens, changes and closes. Pure: a state and an observation give a change, or nothing.

An alert opens on what is new, never on mere persistence: at level 3 (warning: thresholds that cost about
one false alert per community and year) on the second day, at level 4 at once. Level 2 (watch) is shown on
the pages and raises nothing. An alert recovers only when the probability is clearly, by a fifth, below
where level 3 begins, so that a score near the threshold does not flap. After it is over, the same level
or a lower one raises nothing new for two weeks; level 4 always does. It expires when the days that it
spoke of are over; where the level still stands then it is renewed instead, so that nobody is told of an end
that is none. After it expired any level that raises one opens another. The level shown is always the
community's own of the day; what is held back is the condition, never the level.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from dashboard.alerts.reasons import REASONS, speech
from db.vocab import Condition, Handling, Outcome

WATCH, WARNING, EMERGENCY = 2, 3, 4
RECOVERY_SHARE = 0.8
CALM_DAYS = 3
COOLDOWN_DAYS = 14
LIFE_DAYS = 28
GAPS = (Condition.NO_DATA, Condition.ERROR)
LIVE = (Condition.OPEN, Condition.RECOVERING)
DONE = (Handling.RESOLVED, Handling.EXPIRED)


@dataclass(frozen=True, slots=True)
class State:
    """Where a community stands under one rule, as its newest transition left it.

    `level` is the community's own on that day, `peak` the highest since the alert opened. `before` is the
    condition that a gap (no data, error) interrupted. `opened_on` names the alert that is under way or was
    the last; `settled_level` is the highest level at which it was resolved or expired. `until` is the last
    day it speaks of; `ended_on` and `last_peak` tell of the alert before, for the cooldown.
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
    until: date | None = None
    ended_on: date | None = None
    last_peak: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """What was said of a community on a day about so many days ahead.

    `begins` is where each level begins; `failed`: scoring failed, so nothing was said. `rule` is whose
    observation it is; of rules other than that of scores, `probability` is whatever they measure. What is not
    `patient` opens on its first day.
    """

    day: date
    level: int = 0
    probability: float | None = None
    begins: Mapping[int, float] = field(default_factory=dict)
    failed: bool = False
    life_days: int = LIFE_DAYS
    rule: str = ""
    patient: bool = True


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
        state = replace(
            state, peak=0, opened_on=None, handling=None, outcome=None, settled_level=None, until=None
        )
    change = _computed(state, seen)
    if change is None or change.code == "again":  # the days may be over while a gap hid it
        change = _expired(state, seen) or change
    return replace(change, code=speech(seen.rule, change.code)) if change else None


def _computed(state: State, seen: Observation) -> Transition | None:
    if seen.failed:
        return _gap(state, seen, Condition.ERROR, "error")
    if seen.level == 0:
        return _gap(state, seen, Condition.NO_DATA, "no_data")
    condition = _was(state)
    change = _RULES[condition](state, seen)
    if change is None and state.condition in GAPS:
        return _to(state, seen, condition, "again")
    return change


def _expired(state: State, seen: Observation) -> Transition | None:
    """The end of an alert whose days are over, also where nothing is known of the present; renewed where it stands."""
    due = state.until is not None and seen.day > state.until and state.handling not in DONE
    if not due or _was(state) not in LIVE:
        return None
    if _was(state) is Condition.OPEN and seen.level >= WARNING:
        return _renewed(_to(state, seen, Condition.OPEN, "standing"), seen)
    over = replace(state, handling=Handling.EXPIRED, settled_level=state.peak, level=seen.level, day=seen.day)
    return Transition(over, "expired")


def recovered(seen: Observation) -> bool:
    """Whether the probability is clearly below where a warning begins, not merely below."""
    begins = seen.begins.get(WARNING)
    under = begins is None or (seen.probability or 0) < RECOVERY_SHARE * begins
    return seen.level < WARNING and under


def settle(state: State, handling: Handling, outcome: Outcome | None) -> State:
    """The state after a person acted on the alert under way."""
    settled = state.peak if handling in DONE else state.settled_level
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
        until=_last_day(seen),
    )
    return Transition(fresh, code, {"level": seen.level, **params}, opens=True)


def _anew(state: State, seen: Observation) -> Transition:
    """Another alert after one that is closed while the level was not down."""
    if state.handling is Handling.EXPIRED:
        return _open(seen, "anew")
    return _open(seen, "risen", settled=state.settled_level)


def _last_day(seen: Observation) -> date:
    """The last day that a warning of this day speaks of."""
    return min(seen.day, date.max - timedelta(days=seen.life_days)) + timedelta(days=seen.life_days)


def _renewed(change: Transition, seen: Observation) -> Transition:
    """The same change, which also makes the alert last longer; what was closed stays closed."""
    if change.state.handling in DONE:
        return change
    return replace(change, state=replace(change.state, until=_last_day(seen)))


def _cooling(state: State, seen: Observation) -> bool:
    """Whether an alert of this height was over only a short while ago; the extreme never has to wait."""
    if state.ended_on is None or seen.level >= EMERGENCY or seen.level > state.last_peak:
        return False
    return (seen.day - state.ended_on).days < COOLDOWN_DAYS


def _normal(state: State, seen: Observation) -> Transition | None:
    if seen.level >= EMERGENCY or (seen.level == WARNING and not seen.patient):
        return _open(seen, "at_once")
    if seen.level == WARNING:
        if _cooling(state, seen):
            return _to(state, seen, Condition.PENDING, "cooling", days=COOLDOWN_DAYS)
        return _to(state, seen, Condition.PENDING, "first_day")
    return None


def _pending(state: State, seen: Observation) -> Transition | None:
    if seen.level >= WARNING:
        return None if _cooling(state, seen) else _open(seen, "second_day")
    return _to(state, seen, Condition.NORMAL, "one_day")


def _opened(state: State, seen: Observation) -> Transition | None:
    if recovered(seen):
        return _to(state, seen, Condition.RECOVERING, "recovering")
    if _risen(state, seen):
        return _anew(state, seen)
    if seen.level > state.peak:
        return _renewed(_to(state, seen, Condition.OPEN, "level"), seen)
    return None


def _recovering(state: State, seen: Observation) -> Transition | None:
    if _risen(state, seen):
        return _anew(state, seen)
    if seen.level >= WARNING:
        return _renewed(_to(state, seen, Condition.OPEN, "back"), seen)
    if recovered(seen) and (seen.day - state.since).days >= CALM_DAYS:
        over = _to(state, seen, Condition.NORMAL, "calm", days=CALM_DAYS)
        return replace(over, state=replace(over.state, ended_on=seen.day, last_peak=state.peak))
    return None


def _risen(state: State, seen: Observation) -> bool:
    """Whether the level opens another alert: above that at which a person closed it, or after it expired."""
    if state.handling is Handling.EXPIRED:
        return seen.level >= WARNING
    return state.handling is Handling.RESOLVED and seen.level > max(state.settled_level or 0, WATCH)


_RULES = {
    Condition.NORMAL: _normal,
    Condition.PENDING: _pending,
    Condition.OPEN: _opened,
    Condition.RECOVERING: _recovering,
}
