import json
from dataclasses import replace

import numpy as np
import pytest

from models import backtest, cards, levels, train, watch
from models.baselines import COLUMNS, RULES
from models.bench import Bench, Fitted, fit, questions
from models.errors import ModelError
from models.estimators import BASELINES, ESTIMATORS, PooledRate
from models.incumbents import Incumbent
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


def test_what_the_gate_lets_pass_is_used_and_every_card_says_why(trained: list[train.Trained]) -> None:
    for one in trained:
        choice, errors = one.card["choice"], one.card["out_of_sample"]["brier"]
        simple = {name: error for name, error in errors.items() if name in BASELINES}
        assert one.promoted == choice["used"]
        assert choice["gate"]["reference"] == min(simple, key=simple.__getitem__)
        assert bool(choice["gate"]["why"]) == (not choice["gate"]["passed"])
        if one.promoted:
            large = one.fitted.name == cards.LARGE
            assert choice["kind"] == ("auto" if large else "fallback")
            assert large or one.fitted.name == choice["gate"]["reference"]
            assert ("used, because" in choice["why"]) == (not large)


def test_every_model_can_be_kept_with_its_refits(trained: list[train.Trained]) -> None:
    for one in trained:
        assert one.refits is not None
        assert len(one.refits) == one.card["interval"]["refits"] == (0 if one.fitted.name in RULES else 24)


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
    used = next(one for one in few if one.promoted)
    assert cards.LARGE not in [one.fitted.name for one in few]
    assert used.fitted.name == used.card["choice"]["gate"]["reference"]
    assert "too few cases" in used.card["choice"]["why"]
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


class Contrary(PooledRate):
    """Says the opposite of what it was taught: little where it happened, much where it did not."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> "Contrary":  # noqa: N803
        super().fit(X, y)
        self.middle_ = X.mean(axis=0)
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        return np.asarray(self.logit_ - 2 * np.sign((X - self.middle_).sum(axis=1)))


def test_a_worse_model_is_refused_and_the_best_rule_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = replace(ESTIMATORS[cards.LARGE], build=lambda features: Contrary())
    monkeypatch.setitem(ESTIMATORS, cards.LARGE, recipe)
    monkeypatch.setattr(watch, "_weights", lambda fitted, table: np.zeros(len(fitted.features)))
    made = train.train_all(bench_of(f.bursts(3)), ASKED[3:], TERMS)
    by_name = {one.fitted.name: one for one in made}
    worse = by_name[cards.LARGE]
    assert not worse.promoted and worse.card["choice"]["gate"]["passed"] is False
    assert "loses_to_baseline" in worse.card["choice"]["gate"]["reasons"]
    used = by_name[worse.card["choice"]["gate"]["reference"]]
    assert used.promoted and used.fitted.name in BASELINES and used.card["choice"]["kind"] == "fallback"


def test_a_model_in_force_stays_where_the_new_one_is_worse_beyond_doubt() -> None:
    bench, question = bench_of(f.bursts(3)), ASKED[3]
    happened = bench.outcome(question)

    class Oracle:
        def decision_function(self, rows: np.ndarray) -> np.ndarray:
            return np.asarray(np.where(happened[bench.usable(question)][-52:].ravel(), 5.0, -5.0))

    knows = Fitted("oracle", (RULES["climatology"],), Oracle(), 0, 99, 9)
    force = {("fatal", 28): Incumbent(f.FIRST + 400, 5, knows)}
    made = train.train_all(bench, [question], TERMS, force)
    told = made[0].card["choice"]
    assert not any(one.promoted for one in made) and told["gate"]["incumbent"]["stays"]
    assert told["why"].startswith("the model in force stays")
    other = {("fatal", 28): replace(force["fatal", 28], floor_deaths=9)}
    assert any(one.promoted for one in train.train_all(bench, [question], TERMS, other))


def test_a_feature_without_a_value_is_named_with_area_day_and_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_of(f.bursts(3))
    spoilt = replace(
        RULES["climatology"],
        compute=lambda panel, question: np.where(
            np.arange(panel.shape[1]) == 1, np.nan, np.zeros(panel.shape)
        ),
    )
    monkeypatch.setitem(COLUMNS, "climatology", spoilt)
    with pytest.raises(ModelError, match=r"climatology has no value for B on 20.*train again"):
        fit(bench, ASKED[0], "climatology", f.FIRST + 900)


def test_a_record_too_short_to_learn_from_names_the_cure() -> None:
    bench = backtest.bench_for(f.frames([V("A", 5)], covered_days=190), f.known_by(190))
    with pytest.raises(ModelError, match=r"no week with 180 days.*import older reports"):
        train.train_all(bench, ASKED[1:2], cards.Terms("nowhere", f.known_by(190), 28, "d1"))


def test_progress_reaches_the_end() -> None:
    seen: list[tuple[int, int]] = []
    train.train_all(
        bench_of(f.bursts(4)), ASKED[:1], TERMS, progress=lambda n, total: seen.append((n, total))
    )
    assert seen[-1][0] == seen[-1][1] and [n for n, _ in seen] == sorted(n for n, _ in seen)
