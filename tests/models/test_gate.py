import numpy as np
import pytest

from models import gate
from models.gate import Trial
from tests.models import factories as f

AREAS = 12


def trial(weeks: int = 52, seed: int = 0, **said: np.ndarray) -> Trial:
    """Weeks in which each area has its own chance, told by `knows`; `flat` says the mean of all."""
    draw = np.random.default_rng(seed)
    chance = np.broadcast_to(np.linspace(0.02, 0.6, AREAS), (weeks, AREAS)).copy()
    day = f.FIRST + 7 * np.arange(weeks)
    happened = draw.random(chance.shape) < chance
    mean = np.full(chance.shape, chance.mean())
    return Trial(day, happened, {"climatology_pooled": mean, "knows": chance, **said}, 7)


def test_a_better_model_passes_with_its_numbers() -> None:
    ruling = gate.rule(trial(), "knows")
    assert ruling.passed and ruling.reasons == () and ruling.reference == "climatology_pooled"
    assert ruling.low is not None and ruling.skill is not None and ruling.high is not None
    assert 0 < ruling.low < ruling.skill < ruling.high
    assert (ruling.weeks, ruling.blocks) == (52, 7)


def test_the_opposite_is_refused_and_the_best_rule_takes_its_place() -> None:
    past = trial()
    past = Trial(past.day, past.happened, {**past.said, "model": 1 - past.said["knows"]}, 7)
    choice = gate.choose(past, "model", enough=True, incumbent=None)
    assert (choice.name, choice.kind) == ("climatology_pooled", "fallback")
    assert "loses_to_baseline" in choice.ruling.reasons and "was refused" in choice.why


def test_the_reference_is_the_rule_that_erred_least() -> None:
    past = trial(conflictology=np.full((52, AREAS), 0.9))
    assert past.best() == "climatology_pooled"
    assert gate.rule(past, "conflictology").reference == "climatology_pooled"
    assert gate.rule(past, "climatology_pooled").passed


def test_a_hair_worse_is_forgiven_up_to_a_hundredth() -> None:
    past = trial()
    mean = past.said["climatology_pooled"]
    near = Trial(past.day, past.happened, {**past.said, "near": mean + 0.005}, 7)
    assert gate.rule(near, "near").passed
    far = Trial(past.day, past.happened, {**past.said, "far": mean + 0.1}, 7)
    assert not gate.rule(far, "far").passed


def test_miscalibration_is_refused_only_beyond_both_limits() -> None:
    past = trial(weeks=200)
    bold = np.clip(2 * past.said["knows"] - 0.1, 0.001, 0.999)
    ruling = gate.rule(Trial(past.day, past.happened, {**past.said, "bold": bold}, 7), "bold")
    assert "miscalibrated" in ruling.reasons and (ruling.ece or 0) > (ruling.ece_limit or 1) >= gate.MOST_ECE
    assert "miscalibrated" not in gate.rule(past, "knows").reasons


def test_true_forecasts_stay_below_the_simulated_error_nineteen_times_in_twenty() -> None:
    said = np.broadcast_to(np.linspace(0.05, 0.7, AREAS), (40, AREAS))
    limit = gate.simulated_ece(said, 7, draws=400)
    draw, over = np.random.default_rng(3), 0
    for _ in range(200):
        over += gate.metrics.ece((draw.random(said.shape) < said).ravel(), said.ravel()) > limit
    assert 2 <= over <= 22
    assert gate.simulated_ece(said, 28) > 1.3 * limit  # four weeks share their luck


@pytest.mark.parametrize("weeks", [8, 24])
def test_few_weeks_prove_nothing(weeks: int) -> None:
    ruling = gate.rule(trial(weeks), "knows")
    assert not ruling.passed and "few_blocks" in ruling.reasons


def test_without_cases_or_forecasts_there_is_no_best_rule() -> None:
    past = trial()
    quiet = Trial(past.day, np.zeros_like(past.happened), past.said, 7)
    assert quiet.best() is None and gate.rule(quiet, "knows").reasons == ("few_cases",)
    assert gate.rule(past, "nobody").reasons == ("no_past_forecasts",)
    none = Trial(past.day[:0], past.happened[:0], {}, 7)
    choice = gate.choose(none, "model", enough=False, incumbent=None)
    assert choice.name == "ewma_logistic" and choice.ruling.reasons == ("few_cases",)


def test_the_model_in_force_stays_only_where_the_new_one_is_worse_beyond_doubt() -> None:
    past = trial()
    knows, mean = past.said["knows"], past.said["climatology_pooled"]
    later = np.arange(52) >= 10
    worse = gate.versus(past, mean, knows, later)
    better = gate.versus(past, knows, mean, later)
    assert worse is not None and worse["stays"] and better is not None and not better["stays"]
    assert gate.versus(past, mean, knows, np.arange(52) >= 40) is None


def test_a_reference_without_error_leaves_no_interval() -> None:
    zeros = np.zeros(20)
    assert np.isnan(gate.metrics.block_bootstrap(np.arange(20), zeros, zeros)).all()
