import warnings

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from models.curves import Curves
from models.estimators import ESTIMATORS, LogitMean, PooledRate, Rule
from models.hawkes import Hawkes
from models.metrics import CLIP


def rows(n: int = 400, features: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(n, features))
    return x, (draw.random(n) < 1 / (1 + np.exp(-2 * x[:, 0] + 1))).astype(int)


def expected_to_fail(estimator: object) -> dict[str, str]:
    if not isinstance(estimator, Hawkes):
        return {}
    blobs = "memories are never below 0, so centred blobs cannot be told apart"
    return {"check_classifiers_train": blobs}


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(
    [LogitMean(), PooledRate(), Rule(), Hawkes(), Curves()], expected_failed_checks=expected_to_fail
)
def test_own_estimators_keep_to_scikit_learns_rules(estimator: object, check: object) -> None:
    check(estimator)  # type: ignore[operator]


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("family", ["relative", "incidence", "severe"])
def test_every_recipe_says_the_same_twice(name: str, family: str) -> None:
    recipe = ESTIMATORS[name]
    features = recipe.look_at(family)
    x, y = rows(features=len(features))
    one, two = (recipe.build(features).fit(x, y).predict_proba(x) for _ in range(2))
    assert np.array_equal(one, two)
    assert len(recipe.doc) > 20


def test_few_rows_can_be_fitted_without_a_warning() -> None:
    features = ESTIMATORS["logit_mean"].look_at("relative")
    x, y = rows(n=25, features=len(features))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        said = ESTIMATORS["logit_mean"].build(features).fit(x, y).predict_proba(x)
    assert ((said >= CLIP) & (said <= 1 - CLIP)).all()


def test_boosting_keeps_to_the_direction_a_feature_states() -> None:
    features = ESTIMATORS["logit_mean"].look_at("relative")
    x, y = rows(n=2000, features=len(features), seed=3)
    boosted = ESTIMATORS["boosting"].build(features).fit(x, 1 - y)  # the data say the opposite
    first = next(i for i, one in enumerate(features) if one.monotone == 1)
    low, high = np.zeros((1, len(features))), np.zeros((1, len(features)))
    low[0, first], high[0, first] = -3, 3
    assert boosted.decision_function(high) >= boosted.decision_function(low)


def test_the_last_resort_is_a_rate() -> None:
    x = np.zeros((9, 2))
    said = PooledRate().fit(x, np.array([1, 0, 0, 0, 0, 0, 0, 0, 0])).predict_proba(x[:1])
    assert said[0, 1] == pytest.approx(1.5 / 10)
    assert PooledRate().fit(x, np.zeros(9, dtype=int)).predict_proba(x[:1])[0, 1] == pytest.approx(0.05)
    assert PooledRate().fit(x, np.zeros(9, dtype=bool)).predict_proba(x[:1])[0, 1] == pytest.approx(0.05)
    assert PooledRate().fit(x, np.ones(9, dtype=int)).predict_proba(x[:1])[0, 1] == pytest.approx(0.95)
