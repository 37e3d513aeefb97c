import json

import numpy as np
import pytest

from models import backtest, cards, levels, train
from models.bench import Bench, questions
from models.targets import TARGETS, Question
from tests.models import factories as f
from tests.models.factories import V

AS_OF = f.known_by(900)
TERMS = cards.Terms("nowhere", AS_OF, 28, "d1")
ASKED = questions(["escalation", "fatal"], (7, 28), 5)


def bench_of(versions: list[V]) -> Bench:
    return backtest.bench_for(f.frames(versions, covered_days=901), AS_OF)


@pytest.fixture(scope="module")
def trained() -> list[train.Trained]:
    return train.train_all(bench_of(f.bursts(3)), ASKED, TERMS, jobs=2)


def test_every_question_gets_one_model_to_use(trained: list[train.Trained]) -> None:
    used = [(one.card["target"], one.card["horizon_days"]) for one in trained if one.promoted]
    assert sorted(used) == sorted((q.target.name, q.horizon_days) for q in ASKED)


def test_the_better_one_is_used_and_the_card_says_why(trained: list[train.Trained]) -> None:
    for one in trained:
        errors = one.card["out_of_sample"]["brier"]
        best = "logit_mean" if errors["logit_mean"] <= errors["ewma_logistic"] else "ewma_logistic"
        assert one.promoted == (one.fitted.name == best) == one.card["choice"]["used"]
        assert "baseline out of sample" in one.card["choice"]["why"]


def test_cards_are_whole_and_plain(trained: list[train.Trained]) -> None:
    for one in trained:
        card = json.loads(json.dumps(one.card, allow_nan=False))
        assert card == one.card
        assert card["train_as_of"] == AS_OF.isoformat() and card["data_version"] == "d1"
        assert card["rows"] > card["positives"] > 0
        assert card["out_of_sample"]["weeks"] == 52
        assert {"climatology", "conflictology", "persistence"} <= set(card["out_of_sample"]["brier"])
        assert card["blind_spots"] and card["versions"]["scikit-learn"]


def test_levels_come_from_escalation_at_the_alert_horizon(trained: list[train.Trained]) -> None:
    for one in trained:
        asked = one.card["target"] == "escalation" and one.card["horizon_days"] == 28
        assert (one.card["thresholds"] is not None) == asked
        if asked:
            assert one.card["thresholds"]["areas"] == 2  # the communities
            begins = levels.from_card(one.card["thresholds"]).begins
            assert begins is not None and list(begins.values()) == sorted(begins.values())


def test_training_twice_gives_the_same_cards_and_forecasts(trained: list[train.Trained]) -> None:
    again = train.train_all(bench_of(f.bursts(3)), ASKED, TERMS, jobs=1)
    assert [one.card for one in again] == [one.card for one in trained]
    asked = np.random.default_rng(0).normal(size=(50, len(trained[1].fitted.features)))
    assert np.array_equal(again[1].fitted.log_odds(asked), trained[1].fitted.log_odds(asked))


def test_too_few_cases_leave_the_simple_model_and_say_so() -> None:
    few = train.train_all(bench_of([V("A", day) for day in range(300, 800, 10)]), ASKED[2:3], TERMS)
    assert [one.fitted.name for one in few] == ["ewma_logistic"]
    assert few[0].promoted and "too few cases" in few[0].card["choice"]["why"]
    none = train.train_all(bench_of([]), ASKED, TERMS)
    assert [one.fitted.name for one in none] == ["pooled_rate"] * len(ASKED)
    assert all(one.promoted and one.card["positives"] == 0 for one in none)


def test_a_short_history_trains_without_comparison_and_without_levels() -> None:
    versions = [V("ABCkm", day) for day in range(5, 300, 4)]
    bench = backtest.bench_for(f.frames(versions, covered_days=300), f.known_by(300))
    terms = cards.Terms("nowhere", f.known_by(300), 28, "d1")
    made = train.train_all(bench, [Question(TARGETS["escalation"], 28, 5)], terms)
    used = next(one for one in made if one.promoted)
    assert levels.from_card(used.card["thresholds"]).begins is None


def test_progress_reaches_the_end() -> None:
    seen: list[tuple[int, int]] = []
    train.train_all(
        bench_of(f.bursts(4)), ASKED[:1], TERMS, progress=lambda n, total: seen.append((n, total))
    )
    assert seen[-1][0] == seen[-1][1] and [n for n, _ in seen] == sorted(n for n, _ in seen)
