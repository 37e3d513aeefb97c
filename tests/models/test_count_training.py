import json

import numpy as np
import pandas as pd
import pytest

from models import backtest, cards, count_training, registry
from models.bench import Bench
from models.count_rules import COUNT_RULES
from models.days import Array
from tests.models import factories as f

TERMS = cards.Terms("nowhere", f.known_by(900), 28, "d1")
WEEKS = pd.date_range("2018-01-01", periods=48, freq="7D")


def compared(ladder: Array, rule: Array) -> pd.DataFrame:
    """A year of forecasts whose errors are given; all rules err alike."""
    parts = {"ladder": ladder, **dict.fromkeys(COUNT_RULES, rule)}
    return pd.concat(
        [
            pd.DataFrame({"day": WEEKS, "estimator": name, "crps": errors, "crps_log1p": errors})
            for name, errors in parts.items()
        ]
    )


@pytest.mark.parametrize(("factor", "used"), [(0.9, True), (1.005, True), (1.05, False)])
def test_the_ladder_may_not_lose_to_the_best_rule(factor: float, used: bool) -> None:
    errors = 1 + np.arange(48) / 100
    choice = count_training.choose(compared(factor * errors, errors))
    assert choice.passed is used and (choice.name == "ladder") is used
    assert "out of sample" in choice.why


def test_where_it_wins_only_now_and_then_the_rule_stays() -> None:
    errors = np.ones(48)
    wild = np.where(np.arange(48) // 8 % 2, 0.5, 1.4)
    assert wild.mean() < errors.mean()
    assert count_training.choose(compared(wild, errors)).name in COUNT_RULES


def test_without_a_past_or_without_deaths_a_simple_rule_is_used() -> None:
    nothing = count_training.choose(compared(np.full(48, 0.1), np.zeros(48)))
    assert nothing.name in COUNT_RULES and not nothing.passed
    never = count_training.choose(compared(np.ones(48), np.ones(48)).head(0))
    assert (never.name, never.passed) == ("climatology", False)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return backtest.bench_for(f.frames(f.bursts(3), covered_days=901), f.known_by(900))


def test_one_forecaster_a_horizon_is_used_and_its_card_is_plain(bench: Bench) -> None:
    trained = count_training.train(bench, [7, 28], TERMS)
    used = [one.card["horizon_days"] for one in trained if one.promoted]
    assert used == [7, 28]
    for one in trained:
        assert json.loads(json.dumps(one.card, allow_nan=False)) == one.card
        assert one.card["target"] == "deaths" and one.card["thresholds"] is None
        assert set(one.card["out_of_sample"]["crps_log1p"]) == {"ladder", *COUNT_RULES}
        assert registry.known_features(one.card) == one.fitted.features
        assert one.card["choice"]["used"] is one.promoted


def test_where_no_window_has_ended_nothing_is_trained() -> None:
    bench = backtest.bench_for(f.frames([], covered_days=190), f.known_by(190))
    assert count_training.train(bench, [28], TERMS) == []
