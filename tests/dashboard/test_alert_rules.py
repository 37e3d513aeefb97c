"""The laws of the alert rules, and each step of an alert's life."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.alerts import rules
from dashboard.alerts.rules import Observation, State, Transition
from db.vocab import Condition, Handling, Outcome

FIRST = date(2026, 1, 1)
BEGINS = {2: 0.2, 3: 0.4, 4: 0.6}
C = Condition


def level_of(probability: float) -> int:
    return 1 + sum(probability >= begins for begins in BEGINS.values())


def seen(day: int, probability: float | None, *, failed: bool = False) -> Observation:
    level = 0 if probability is None else level_of(probability)
    return Observation(FIRST + timedelta(days=day), level, probability, BEGINS, failed)


def live(probabilities: list[float | None], state: State | None = None, first: int = 0) -> list[Transition]:
    """The transitions that a row of days brings."""
    state, changes = state or State(), []
    for day, probability in enumerate(probabilities, start=first):
        change = rules.step(state, seen(day, probability))
        if change is not None:
            state = change.state
            changes.append(change)
    return changes


def conditions(probabilities: list[float | None]) -> list[Condition]:
    return [change.state.condition for change in live(probabilities)]


probability = st.none() | st.floats(0, 1)
past = st.lists(probability, max_size=20)


@given(past, probability, st.integers(2, 60))
def test_a_constant_score_never_flaps(before: list[float | None], constant: float | None, days: int) -> None:
    earlier = live(before)
    state = earlier[-1].state if earlier else State()
    changes = live([constant] * days, state, first=len(before))
    passed = [one.state.condition for one in changes if one.code not in ("expired", "standing")]
    assert len(passed) == len(set(passed)) <= 3
    assert sum(change.opens for change in changes) <= 1


@given(st.lists(probability, max_size=40))
def test_replaying_the_same_days_brings_nothing_new(days: list[float | None]) -> None:
    changes = live(days)
    state = changes[-1].state if changes else State()
    assert live(days, state) == []


def told(state: State) -> tuple[object, ...]:
    return state.condition, state.peak, state.opened_on, state.handling


@given(st.lists(probability, max_size=40))
def test_each_transition_changes_what_is_told(days: list[float | None]) -> None:
    before = State()
    for change in live(days):
        after = change.state
        assert told(after) != told(before)
        assert after.day > before.day
        assert change.reason
        before = after


@given(st.lists(probability, max_size=60))
def test_an_alert_is_under_way_exactly_while_open_or_recovering(days: list[float | None]) -> None:
    for change in live(days):
        state = change.state
        condition = state.before if state.condition in rules.GAPS else state.condition
        if condition in rules.LIVE:
            assert state.opened_on is not None
            assert state.handling is not None


@given(st.lists(probability, max_size=40))
def test_a_transition_carries_the_level_of_its_day(days: list[float | None]) -> None:
    for change in live(days):
        said = days[(change.state.day - FIRST).days]
        assert change.state.level == (0 if said is None else level_of(said))


def test_watch_alone_raises_nothing() -> None:
    assert conditions([0.1, 0.25, 0.25, 0.39]) == []


def test_warning_waits_for_a_second_day() -> None:
    assert conditions([0.1, 0.45, 0.45, 0.45]) == [C.PENDING, C.OPEN]


def test_one_day_of_warning_passes_by() -> None:
    assert conditions([0.45, 0.25]) == [C.PENDING, C.NORMAL]


def test_emergency_opens_at_once() -> None:
    (change,) = live([0.7])
    assert change.opens
    assert change.state.condition is C.OPEN
    assert change.state.handling is Handling.DRAFT


def test_merely_below_the_threshold_is_not_recovery() -> None:
    assert conditions([0.7, 0.39, 0.33, 0.33]) == [C.OPEN]
    assert conditions([0.7, 0.39, 0.31]) == [C.OPEN, C.RECOVERING]


def test_recovery_takes_three_calm_days() -> None:
    changes = live([0.7, 0.1, 0.1, 0.1, 0.1, 0.1])
    assert [change.state.condition for change in changes] == [C.OPEN, C.RECOVERING, C.NORMAL]
    assert (changes[2].state.day - changes[1].state.day).days == rules.CALM_DAYS
    assert changes[2].state.opened_on == FIRST


def test_a_relapse_reopens_the_same_alert() -> None:
    changes = live([0.7, 0.1, 0.1, 0.45])
    assert changes[-1].state.condition is C.OPEN
    assert changes[-1].state.opened_on == FIRST
    assert not changes[-1].opens


def test_after_an_alert_is_over_the_next_is_a_new_one() -> None:
    changes = live([0.7, 0.1, 0.1, 0.1, 0.1, 0.7])
    assert changes[-1].opens
    assert changes[-1].state.opened_on == FIRST + timedelta(days=5)


def test_a_new_peak_is_told_a_fall_back_is_not() -> None:
    changes = live([0.45, 0.45, 0.7, 0.45, 0.7])
    assert [(c.code, c.state.level) for c in changes] == [("first_day", 3), ("second_day", 3), ("level", 4)]


def test_no_data_is_neither_calm_nor_forgotten() -> None:
    changes = live([0.7, None, None, 0.45])
    assert [change.state.condition for change in changes] == [C.OPEN, C.NO_DATA, C.OPEN]
    assert changes[-1].state.opened_on == FIRST


def test_a_failed_day_is_an_error_until_scored_again() -> None:
    (opened,) = live([0.7])
    failed = rules.step(opened.state, seen(1, None, failed=True))
    assert failed is not None
    assert failed.state.condition is C.ERROR
    again = rules.step(failed.state, seen(2, 0.45))
    assert again is not None
    assert again.state.condition is C.OPEN


def test_a_failed_day_that_is_scored_after_all_counts() -> None:
    failed = rules.step(State(day=FIRST), seen(1, None, failed=True))
    assert failed is not None
    assert rules.step(failed.state, seen(1, None, failed=True)) is None
    mended = rules.step(failed.state, seen(1, 0.7))
    assert mended is not None
    assert mended.opens
    assert rules.step(mended.state, seen(1, 0.7)) is None


def test_a_resolved_alert_reopens_only_when_the_level_rises() -> None:
    _, opened = live([0.45, 0.45])
    resolved = rules.settle(opened.state, Handling.RESOLVED, Outcome.AVERTED)
    assert live([0.45] * 10, resolved, first=2) == []
    (risen,) = live([0.45, 0.7], resolved, first=2)
    assert risen.opens
    assert risen.state.handling is Handling.DRAFT


def test_a_resolved_alert_may_open_anew_once_it_has_recovered() -> None:
    (opened,) = live([0.7])
    resolved = rules.settle(opened.state, Handling.RESOLVED, Outcome.DID_NOT)
    changes = live([0.1, 0.1, 0.1, 0.1, 0.7], resolved, first=1)
    assert [change.state.condition for change in changes] == [C.RECOVERING, C.NORMAL, C.OPEN]
    assert changes[-1].opens
    assert changes[-1].state.outcome is None


@settings(deadline=None)
@given(past, st.floats(0.4, 1), st.integers(30, 70))
def test_persistence_opens_once_and_is_renewed_never_opened_again(
    before: list[float | None], constant: float, days: int
) -> None:
    earlier = live(before)
    changes = live([constant] * days, earlier[-1].state if earlier else None, first=len(before))
    assert sum(change.opens for change in changes) <= 1
    last = changes[-1].state if changes else earlier[-1].state
    renewed = [change.state.day for change in changes if change.code == "standing"]
    assert all((b - a).days > rules.LIFE_DAYS for a, b in zip(renewed, renewed[1:], strict=False))
    if days > rules.COOLDOWN_DAYS + 2:
        assert last.until is not None
        assert last.until >= FIRST + timedelta(days=len(before) + days - 1)
        assert last.handling is Handling.DRAFT


@given(st.lists(st.floats(0, 0.59), min_size=1, max_size=120))
def test_there_is_no_storm_below_the_extreme(days: list[float]) -> None:
    opened = [change.state.day for change in live(list(days)) if change.opens]
    gaps = [(later - earlier).days for earlier, later in zip(opened, opened[1:], strict=False)]
    assert all(gap >= rules.COOLDOWN_DAYS for gap in gaps)


def test_a_warning_soon_after_the_last_is_held_back_the_extreme_is_not() -> None:
    over = [0.45, 0.45, 0.1, 0.1, 0.1, 0.1]
    held = live([*over, *[0.45] * (rules.COOLDOWN_DAYS + 1)])
    assert [c.code for c in held[4:]] == ["cooling", "second_day"]
    assert (held[-1].state.day - FIRST).days == len(over) - 1 + rules.COOLDOWN_DAYS
    assert live([*over, 0.45, 0.7])[-1].opens


def test_an_alert_expires_even_where_nothing_is_known_and_a_relapse_renews_it() -> None:
    silent: list[float | None] = [0.7, *[None] * (rules.LIFE_DAYS + 3)]
    assert [c.code for c in live(silent)] == ["at_once", "no_data", "expired"]
    back = live([0.7, 0.1, 0.1, 0.7])
    assert back[-1].state.until == FIRST + timedelta(days=3 + rules.LIFE_DAYS)


def test_an_end_is_told_only_where_the_level_is_down_or_unknown() -> None:
    assert [c.code for c in live([0.7] * 35)] == ["at_once", "standing"]
    hidden = live([*[0.7] * rules.LIFE_DAYS, None, 0.7, 0.7])
    assert [c.code for c in hidden] == ["at_once", "no_data", "standing"]  # a gap at its end costs no day
    lingering = live([0.7, 0.3, *[0.35] * rules.LIFE_DAYS])
    assert [c.code for c in lingering] == ["at_once", "recovering", "expired"]


def test_after_it_expired_what_raises_an_alert_opens_another() -> None:
    for days in ([0.7, *[None] * (rules.LIFE_DAYS + 3), 0.7], [0.7, 0.3, *[0.35] * rules.LIFE_DAYS, 0.45]):
        changes = live(days)
        assert [c.code for c in changes][-2:] == ["expired", "anew"]
        assert changes[-1].opens
