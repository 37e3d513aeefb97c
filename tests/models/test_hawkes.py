import numpy as np
import pytest

from models.hawkes import Hawkes


def simulated(n: int = 20000, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of two memories and a brake, the answers, and the true chances."""
    draw = np.random.default_rng(seed)
    memories = draw.gamma(0.7, 1.0, size=(n, 2))
    brake = draw.gamma(2.0, 1.0, size=n)
    chance = 1 - np.exp(-(0.1 + 0.5 * memories[:, 0]) * np.exp(-0.6 * brake))
    return np.column_stack([np.log1p(memories), brake]), (draw.random(n) < chance).astype(int), chance


def test_the_true_intensity_is_found_again() -> None:
    x, y, chance = simulated()
    fitted = Hawkes(brakes=[2], penalty=1e-6).fit(x, y)
    said = fitted.predict_proba(x)[:, 1]
    assert np.abs(said - chance).mean() < 0.01
    assert fitted.brake_[0] == pytest.approx(0.6, abs=0.06)
    assert fitted.pull_[1] < 0.1 * fitted.pull_[0]


def test_more_violence_never_lowers_the_chance_and_a_higher_bar_never_raises_it() -> None:
    x, y, _ = simulated(2000, seed=1)
    fitted = Hawkes(brakes=[2]).fit(x, 1 - y)  # the data say the opposite
    for column, sign in ((0, 1), (1, 1), (2, -1)):
        more = x.copy()
        more[:, column] += 0.5
        assert (sign * (fitted.decision_function(more) - fitted.decision_function(x)) >= -1e-12).all()


def test_contributions_sum_to_the_log_odds_and_are_nothing_where_nothing_pulls() -> None:
    x, y, _ = simulated(3000, seed=2)
    fitted = Hawkes(brakes=[2]).fit(x, y)
    base, moved = fitted.contributions(x)
    np.testing.assert_allclose(base + moved.sum(axis=1), fitted.decision_function(x), atol=1e-9)
    usual = np.log1p(fitted.usual_)
    base, moved = fitted.contributions(np.array([[*usual, fitted.middle_[0]]]))
    np.testing.assert_allclose(moved, 0, atol=1e-9)
    assert base == pytest.approx(fitted.decision_function([[*usual, fitted.middle_[0]]])[0])


def test_the_slope_of_the_loss_is_its_slope() -> None:
    x, y, _ = simulated(500, seed=3)
    memories, brakes, happened = np.expm1(x[:, :2]), x[:, 2:], y == 1
    at = np.array([0.2, 0.3, 0.1, 0.4])
    model = Hawkes(brakes=[2])
    slope = model._loss(at, memories, brakes, happened)[1]
    for one, step in enumerate(np.eye(4) * 1e-6):
        higher, lower = (model._loss(at + s, memories, brakes, happened)[0] for s in (step, -step))
        assert slope[one] == pytest.approx((higher - lower) / 2e-6, abs=1e-5)
