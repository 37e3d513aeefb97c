"""The five rules and their laws: persistence never opens, order does not matter, what is not known is never calm."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.alerts import bundles, judging, reasons, rule_words, rules, wording
from dashboard.alerts.bundles import Raised
from dashboard.alerts.judging import FAILED_RUN, LEVEL, NOVELTY, RULES, SILENCE, SURGE, Facts
from dashboard.alerts.rules import State, Transition
from dashboard.handover import speaking
from db.vocab import Condition

FIRST = date(2026, 1, 1)
BEGINS = {2: 1.0, 3: 2.0}
C = Condition
number = st.none() | st.floats(0, 4)
facts = st.builds(
    Facts,
    day=st.just(FIRST),
    level=st.integers(0, 4),
    probability=st.floats(0, 1),
    failed=st.booleans(),
    surge=number,
    novelty=number,
    surge_begins=st.just(BEGINS),
    novelty_begins=st.just(BEGINS),
    voices=st.integers(0, 3),
    silent=st.booleans(),
    run_hours=st.none() | st.floats(0, 100),
    run_failed=st.booleans(),
)
rule = st.sampled_from(sorted(RULES))


def on(one: Facts, day: int) -> Facts:
    return Facts(**{name: getattr(one, name) for name in Facts.__slots__} | {"day": FIRST + timedelta(day)})


def live(name: str, days: list[Facts], state: State | None = None, first: int = 0) -> list[Transition]:
    """The transitions that a rule makes of a row of days."""
    state, changes = state or State(), []
    for at, one in enumerate(days, start=first):
        change = rules.step(state, RULES[name](on(one, at)))
        if change is not None:
            state = change.state
            changes.append(change)
    return changes


def codes(name: str, *days: dict[str, Any]) -> list[str]:
    return [change.code for change in live(name, [Facts(FIRST, **one) for one in days])]


@settings(max_examples=60, deadline=None)
@given(rule, st.lists(facts, max_size=8), facts, st.integers(2, 60))
def test_persistence_never_opens_twice(name: str, before: list[Facts], same: Facts, days: int) -> None:
    earlier = live(name, before)
    changes = live(name, [same] * days, earlier[-1].state if earlier else None, len(before))
    assert sum(change.opens for change in changes) <= 1
    assert not any(change.opens for change in changes[3:])


@settings(max_examples=60, deadline=None)
@given(rule, st.lists(facts, max_size=20))
def test_what_is_not_known_is_never_calm(name: str, days: list[Facts]) -> None:
    for change in live(name, days):
        seen = RULES[name](days[(change.state.day - FIRST).days])
        if seen.failed or seen.level == 0:
            assert change.state.condition in (C.NO_DATA, C.ERROR) or change.code == "expired"
            assert change.code not in ("calm", "heard_long", "run_again")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(rule.filter(lambda one: one != FAILED_RUN), facts), max_size=8), st.integers())
def test_the_order_of_communities_changes_nothing(seen: list[tuple[str, Facts]], seed: int) -> None:
    def day(order: list[int]) -> list[bundles.Bundle]:
        raised = []
        for at in order:
            name, same = seen[at]
            about = (f"a{at}", f"c{at % 7}", f"d{at % 3}", "g", name)
            raised += [Raised(*about, one.state.level) for one in live(name, [same, same]) if one.opens]
        return bundles.bundled(raised, now=wordless, a_week=2)

    order = list(range(len(seen)))
    shuffled = random.Random(seed).sample(order, len(order))  # noqa: S311
    assert day(order) == day(shuffled)


wordless: Any = None


@settings(deadline=None)
@given(rule, facts)
def test_each_rule_gives_one_known_level_of_the_day(name: str, one: Facts) -> None:
    seen = RULES[name](one)
    assert seen.day == one.day
    assert seen.level in range(5)
    assert seen.level < 4 or name == LEVEL


def test_a_surge_opens_on_its_second_day_and_ends_clearly_below() -> None:
    high, edge, low = ({"surge": value, "surge_begins": BEGINS} for value in (2.5, 1.9, 1.0))
    assert codes(SURGE, high, high, edge, low, low, low, low) == [
        *("first_day", "second_day", "unlike_over", "calm"),
    ]
    assert codes(SURGE, high, low) == ["first_day", "one_day"]


@pytest.mark.parametrize(("name", "field"), [(SURGE, "surge"), (NOVELTY, "novelty")])
def test_without_a_threshold_or_a_past_or_with_all_silent_it_cannot_be_told(name: str, field: str) -> None:
    begins = {f"{field}_begins": BEGINS}
    assert RULES[name](Facts(FIRST, **{field: 3.0})).level == 0
    assert RULES[name](Facts(FIRST, **begins)).level == 0
    assert RULES[name](Facts(FIRST, **begins, **{field: 3.0}, voices=2, silent=True)).level == 0
    assert RULES[name](Facts(FIRST, **begins, **{field: 3.0}, voices=2)).level == 3


def test_silence_is_a_warning_where_somebody_used_to_speak_and_unknown_where_nobody_did() -> None:
    assert RULES[SILENCE](Facts(FIRST)).level == 0
    silent, heard = {"voices": 2, "silent": True, "silent_days": 20}, {"voices": 2}
    assert codes(SILENCE, heard, silent, silent, heard, heard, heard, heard) == [
        *("silent_first", "silent", "heard", "heard_long"),
    ]


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({}, 0),
        ({"run_hours": 2.0}, 1),
        ({"run_hours": 40.0}, 3),
        ({"run_failed": True}, 3),
        ({"feeds_failed": 1}, 3),
    ],
)
def test_a_job_that_failed_or_is_late_is_an_alert_at_once_and_one_that_never_ran_is_none(
    facts: dict[str, Any], level: int
) -> None:
    assert RULES[FAILED_RUN](Facts(FIRST, **facts)).level == level
    assert codes(FAILED_RUN, facts) == (["run_late"] if level == 3 else ["no_data"] if level == 0 else [])


@settings(max_examples=40, deadline=None)
@given(rule, st.lists(facts, max_size=20))
def test_every_change_has_its_reason_in_words(name: str, days: list[Facts]) -> None:
    for change in live(name, days):
        assert "{" not in change.reason
        assert change.code in reasons.REASONS


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", [SURGE, NOVELTY, SILENCE])
def test_a_notice_says_which_rule_speaks_and_on_what(name: str, language: str) -> None:
    told = judging.told(name, Facts(FIRST, surge=3.0, counted=6.0, usual=0.5, voices=2, silent_days=21))
    member = {"rule": name, "why": told, "own_level": 1}
    with speaking(language):
        (line,) = rule_words.raised({"rule": name, "members": [member]})
        head = wording._head({"rule": name, "members": [member], "level": 3, "previous": 1})
    figure = {SURGE: "6", NOVELTY: "", SILENCE: "21"}[name]
    assert figure in line
    assert "{" not in line + head
