import numpy as np
import pytest
from scipy.special import logit
from sklearn.ensemble import HistGradientBoostingClassifier

from models import explain
from models.estimators import ESTIMATORS
from models.themes import THEMES
from tests.models.test_estimators import rows


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("seed", range(3))
def test_contributions_and_base_are_the_log_odds(name: str, seed: int) -> None:
    features = ESTIMATORS[name].look_at("relative")
    x, y = rows(n=900, features=len(features), seed=seed)
    fitted = ESTIMATORS[name].build(features).fit(x, y)
    asked = rows(n=200, features=len(features), seed=seed + 50)[0]
    base, moved = explain.contributions(fitted, asked)
    said = fitted.predict_proba(asked)[:, 1]
    np.testing.assert_allclose(base + moved.sum(axis=1), logit(said), atol=1e-6)
    themes, by_theme = explain.by_theme(features, moved)
    assert len({theme.name for theme in themes}) == len(themes)
    np.testing.assert_allclose(by_theme.sum(axis=1), moved.sum(axis=1), atol=1e-9)


def test_boosted_rows_with_missing_values_are_followed_too() -> None:
    x, y = rows(n=600, seed=4)
    x[::7, 0] = np.nan
    fitted = HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=6, random_state=0).fit(x, y)
    base, moved = explain.contributions(fitted, x)
    np.testing.assert_allclose(base + moved.sum(axis=1), fitted.decision_function(x), atol=1e-9)


def test_the_strongest_come_first() -> None:
    moved = np.array([[0.1, -0.9, 0.0, 0.3, 0.2, -0.25, 0.05], [7, 6, 5, 4, 3, 2, 1]])
    assert explain.strongest(moved).tolist() == [[1, 3, 5, 4, 0], [0, 1, 2, 3, 4]]


def test_sentences_are_made_in_the_readers_language() -> None:
    driver = {"feature": "own_recent", "value": 12.4, "usual": 0.5, "contribution": 1.0, "incident_ids": []}
    assert explain.sentence(driver) == "Deaths here in the last 28 days: 12, usually 0.5"
    german = {THEMES["own_recent"].sentence: "Tote hier in 28 Tagen: {value}, sonst {usual}"}
    assert explain.sentence(driver, lambda text: german[text]) == "Tote hier in 28 Tagen: 12, sonst 0.5"
    assert explain.sentence({"feature": "other", "contribution": 0.2}) == "Everything else together"
    assert explain.sentence({"feature": "of another program"}) == "Everything else together"


def test_figures_are_short() -> None:
    assert [explain.figure(x) for x in (0.0, 2.0, 3.14159, 123.7, None)] == ["0", "2", "3.1", "124", "–"]
    assert explain.figure(730, 730) == "730+"
    assert explain.digits(np.array([0.0, 1234567.0, 0.0123456, -9.87654])).tolist() == [
        0,
        1235000,
        0.01235,
        -9.877,
    ]
