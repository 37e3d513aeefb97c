"""The laws of bundling: nothing lost, nothing twice, never more at once than the budget, in any order."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashboard.alerts import bundles
from dashboard.alerts.bundles import Bundle, Fate, Quiet, Raised
from db.vocab import Scope
from tests.conftest import NOW

HOUR = timedelta(hours=1)


def alert(
    number: int, level: int = 3, district: str = "d1", group: str = "g1", rule: str = "level"
) -> Raised:
    return Raised(f"a{number}-{rule}", f"c{number}", district, group, rule, level, 0.5)


raised = st.builds(
    alert,
    st.integers(0, 40),
    st.integers(3, 4),
    st.sampled_from(["d1", "d2", "d3"]),
    st.sampled_from(["g1", "g2"]),
    st.sampled_from(["level", "novelty"]),
)
many = st.lists(raised, max_size=60, unique_by=lambda one: (one.community_id, one.rule))


def loud(found: list[Bundle]) -> list[Bundle]:
    return [one for one in found if one.fate is Fate.AT_ONCE]


@given(many, st.integers(0, 12), st.integers(0, 12), st.randoms())
def test_order_changes_nothing_nothing_is_lost_and_the_budget_holds(
    found: list[Raised], spent: int, a_week: int, dice: object
) -> None:
    told = bundles.bundled(found, now=NOW, spent=spent, a_week=a_week)
    mixed = list(found)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    assert bundles.bundled(mixed, now=NOW, spent=spent, a_week=a_week) == told
    members = [one for bundle in told for one in bundle.members]
    assert sorted(one.community_id for one in members) == sorted({one.community_id for one in found})
    assert len(loud(told)) <= max(0, a_week - spent)
    at_once = [one.level for one in loud(told)]
    waiting = [one.level for one in told if one.fate is Fate.DIGEST]
    assert not waiting or not at_once or min(at_once) >= max(waiting)


def test_five_villages_of_one_district_are_one_bundle() -> None:
    (one,) = bundles.bundled([alert(n) for n in range(5)], now=NOW)
    assert (len(one.members), one.fate) == (5, Fate.AT_ONCE)
    assert len(bundles.bundled([alert(1), alert(2, group="g2")], now=NOW)) == 2


def test_a_surge_of_200_stays_within_the_budget() -> None:
    surge = [alert(n, 3 + n % 2, district=f"d{n}") for n in range(200)]
    told = bundles.bundled(surge, now=NOW)
    assert [len(loud(told)), {one.level for one in loud(told)}] == [bundles.A_WEEK, {4}]
    assert sum(one.fate is Fate.DIGEST for one in told) == 200 - bundles.A_WEEK
    assert len(loud(bundles.bundled(surge, now=NOW, a_week=None))) == 200


def test_of_two_rules_about_one_community_the_gravest_speaks() -> None:
    (one,) = bundles.bundled([alert(1, 3), alert(1, 4, rule="novelty")], now=NOW)
    assert [member.rule for member in one.members] == ["novelty"]


def test_a_silence_holds_by_scope_level_rule_and_until_it_ends() -> None:
    def fates(quiet: Quiet, *found: Raised) -> list[Fate]:
        return [one.fate for one in bundles.bundled(found, now=NOW, silences=[quiet])]

    quiet = Quiet("q", Scope.DISTRICT, "d1", 3, NOW + HOUR)
    assert fates(quiet, alert(1), alert(2)) == [Fate.SILENCED, Fate.SILENCED]
    assert fates(quiet, alert(1, 4), alert(2)) == [Fate.AT_ONCE, Fate.SILENCED]
    assert fates(quiet, alert(1, district="d2")) == [Fate.AT_ONCE]
    assert fates(Quiet("q", Scope.COMMUNITY, "c1", 3, NOW), alert(1)) == [Fate.AT_ONCE]
    assert fates(Quiet("q", Scope.REGION, "r", 3, NOW + HOUR, "novelty"), alert(1)) == [Fate.AT_ONCE]
    assert fates(Quiet("q", Scope.GROUP, "g1", 4, NOW + HOUR), alert(1, 4)) == [Fate.SILENCED]


def test_what_is_told_of_already_and_no_graver_waits_for_the_digest() -> None:
    told = {("d1", "g1"): 3}
    assert [b.fate for b in bundles.bundled([alert(1)], now=NOW, told=told)] == [Fate.DIGEST]
    assert [b.fate for b in bundles.bundled([alert(1, 4)], now=NOW, told=told)] == [Fate.AT_ONCE]
