import numpy as np
import pytest
import scoringrules
from scipy.stats import poisson

from models import distributions
from models.days import Array
from models.distributions import AT_RUNGS, RUNGS


def of_ensemble(draws: Array, obs: float) -> float:
    """The score of the draws as a library of scoring rules computes it (Gneiting & Raftery 2007)."""
    return float(scoringrules.crps_ensemble(obs, draws, estimator="nrg"))


def test_crps_by_hand() -> None:
    said = distributions.from_draws(np.array([[0.0], [10.0]]))
    assert np.isclose(distributions.crps(said, np.array([4.0])), (4 + 6) / 2 - 10 / 4)
    assert np.isclose(distributions.crps(said, np.array([137.0])), (137 + 127) / 2 - 10 / 4)
    certain = distributions.from_draws(np.array([[7.0]]))
    assert np.isclose(distributions.crps(certain, np.array([7.0])), 0, atol=1e-12)
    assert np.isclose(distributions.crps(certain, np.array([0.0]), log1p=True), np.log(8))


@pytest.mark.parametrize("obs", [0, 3, 77, 5000, 30_000])
def test_crps_is_that_of_the_draws(obs: float) -> None:
    draws = np.random.default_rng(1).negative_binomial(1, 0.05, 200).astype(float)
    said = distributions.from_draws(draws[:, None])
    assert np.isclose(distributions.crps(said, np.array([obs])), of_ensemble(draws, obs))
    logged = distributions.crps(said, np.array([obs]), log1p=True)
    assert np.isclose(logged, of_ensemble(np.log1p(draws), np.log1p(obs)))


def test_weighted_draws_count_by_their_weight() -> None:
    said = distributions.from_draws(np.array([[0.0], [5.0], [100.0]]), np.array([2.0, 1.0, 1.0]))
    assert np.allclose(said[0, AT_RUNGS], [0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25])
    assert distributions.mean(said)[0] == pytest.approx(5 / 4 + 100 / 4, rel=0.01)
    assert not distributions.from_draws(np.zeros((0, 2))).any()


def test_a_ladder_goes_through_its_rungs_and_straight_between_them() -> None:
    rungs = np.array([0.8, 0.5, 0.4, 0.2, 0.1, 0.04, 0.01])
    said = distributions.from_ladder(rungs, 2.0)
    assert np.allclose(said[AT_RUNGS], rungs)
    seven = 0.4 * (0.2 / 0.4) ** (np.log(7 / 5) / np.log(10 / 5))
    assert np.isclose(said[6], seven)
    assert np.allclose(said[100:], 0.01 * (distributions.AT_LEAST[100:] / 100) ** -2.0)
    assert (np.diff(said) <= 0).all()


def test_the_tail_is_hills_drawn_towards_the_usual_one() -> None:
    deaths = np.array([3.0, 100 * np.e, 100 * np.e**2])
    assert np.isclose(distributions.tail_index(deaths), (2 + 5) / (3 + 5 / 1.5))
    assert np.isclose(distributions.tail_index(deaths[:1]), 1.5)


def test_quantiles_and_means_of_known_distributions() -> None:
    said = distributions.from_rate(np.array([0.0, 3.0, 40.0]))
    assert np.allclose(distributions.mean(said), [0, 3, 40])
    for level in (0.1, 0.5, 0.9):
        assert distributions.quantile(said, level).tolist() == [0, *poisson.ppf(level, [3, 40])]
    assert np.isclose(said[1, RUNGS[2] - 1], poisson.sf(4, 3))
