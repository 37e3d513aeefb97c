"""Drift on numbers that can be checked by hand, and the measures of a store."""

import numpy as np
import pytest

from models import drift


def test_an_unchanged_column_has_no_index_and_a_moved_one_has_the_sum_of_its_parts() -> None:
    then = np.arange(10.0)
    profile = drift.quantiles(then)
    assert len(profile["cuts"]) == 9 and profile["shares"] == [0.1] * 10
    assert drift.psi(profile, then) == pytest.approx(0)
    low = np.zeros(
        5
    )  # all in the first of ten bins: (1 - .1) ln(1 / .1), and nine times (.001 - .1) ln(.001 / .1)
    expected = 0.9 * np.log(10) + 9 * (0.001 - 0.1) * np.log(0.001 / 0.1)
    assert drift.psi(profile, low) == pytest.approx(expected)


def test_a_column_of_mostly_one_value_and_missing_ones() -> None:
    profile = drift.quantiles(np.array([0.0] * 8 + [5.0, np.nan]))
    assert profile["cuts"][0] == 0 and sum(profile["shares"]) == pytest.approx(1)
    assert profile["shares"][0] == pytest.approx(0.8)
    assert drift.quantiles(np.full(3, np.nan)) == {"cuts": [], "shares": [1.0]}


def test_heavy_features_are_the_fewest_that_carry_half() -> None:
    weight = drift.weights(np.array([[3.0, -1.0, 0.0], [-1.0, 1.0, 2.0]]))
    assert weight.tolist() == [0.5, 0.25, 0.25]
    told = {name: {"weight": share} for name, share in (("a", 0.3), ("b", 0.4), ("c", 0.3), ("d", 0.0))}
    assert drift.heavy(told) == ["b", "a"]
    assert drift.heavy({"a": {"weight": 0.0}}) == []


def test_spells_are_eight_weeks_on_end() -> None:
    week = np.arange(20) * 7
    value = np.where(week < 70, 0.0, 1.0)
    assert drift.spells(week, value) == [0, 1]
    assert drift.spells(week[:15], value[:15]) is None
    assert drift.spells(week * 2, value) is None  # no eight weeks on end anywhere
    assert drift.spells(week, np.where(week == 0, np.nan, 0.25)) == [0.25, 0.25]


CARD = {
    "estimator": "logit_mean",
    "out_of_sample": {"base_rate": 0.1, "brier": {"logit_mean": 0.05}},
    "spells": {"base_rate": [0.05, 0.2], "brier": [0.03, 0.08]},
}


def test_retraining_is_due_outside_what_the_training_saw() -> None:
    assert [drift.age(84)["due"], drift.age(85)["due"]] == [False, True]
    for rate, due in ((0.04, True), (0.05, False), (0.2, False), (0.3, True)):
        found = drift.of_base_rate(CARD, np.full(8, rate))
        assert found is not None and found["due"] is due and found["expected"] == 0.1
    for brier, due in ((0.01, False), (0.08, False), (0.09, True)):
        found = drift.of_brier(CARD, [brier] * 20, 14)
        assert found is not None and found["due"] is due and found["expected"] == 0.05


def test_too_little_or_an_older_card_says_nothing() -> None:
    assert drift.of_brier(CARD, [0.9] * 20, 13) is None
    assert drift.of_base_rate(CARD, np.ones(7)) is None
    assert drift.of_base_rate({}, np.ones(8)) is None and drift.of_brier({}, [0.9], 99) is None
    assert list(drift.of_features({}, {})) == []


def test_a_heavy_feature_that_moved_is_due() -> None:
    told = {"a": {**drift.quantiles(np.arange(100.0)), "weight": 1.0}}
    still, moved = np.arange(0.0, 100, 2), np.full(50, 99.0)
    assert [one["due"] for one in drift.of_features(told, {"a": still})] == [False]
    assert [(one["name"], one["due"]) for one in drift.of_features(told, {"a": moved})] == [("a", True)]


def test_a_column_that_moves_by_itself_may_move_that_far_again() -> None:
    week = np.arange(32) * 7
    rising = np.repeat(np.arange(32.0)[:, None], 4, axis=1)
    told = drift.profile(week, rising)
    assert told["largest"] == pytest.approx(drift.psi(told, rising[-8:]), abs=1e-4)
    assert told["largest"] > 0.25
    found = list(drift.of_features({"a": {**told, "weight": 1.0}}, {"a": rising[-8:]}))
    assert [(one["due"], one["high"]) for one in found] == [(False, told["largest"] + 0.1)]
    level = drift.profile(week, np.tile(np.arange(4.0), (32, 1)))
    assert level["largest"] == 0 and drift._bound(level) == 0.25


def test_a_change_of_reporting_is_shown_but_calls_for_no_training() -> None:
    week = np.arange(60) * 7
    count = np.where(week > week[-9], 50.0, 10.0)
    found = drift.of_volume(week, count, int(week[-1]))
    assert found is not None
    assert (found["value"], found["expected"], found["high"], found["due"]) == (50, 10, 10, False)
