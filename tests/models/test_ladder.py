import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from models import registry
from models.bench import Fitted
from models.days import Array
from models.distributions import RUNGS
from models.errors import ModelError
from models.features import FEATURES
from models.ladder import Ladder, LadderRule, agree


def rows(n: int = 1500, seed: int = 0) -> tuple[Array, Array]:
    """Deaths that are many where the first column is high."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(n, 3))
    return x, np.floor(draw.pareto(1.2, n) * np.exp(x[:, 0])).astype(float)


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([Ladder(), LadderRule()])
def test_ladders_keep_to_scikit_learns_rules(estimator: object, check: object) -> None:
    check(estimator)  # type: ignore[operator]


def test_a_ladder_never_rises_and_tells_high_from_low() -> None:
    x, deaths = rows()
    ladder = Ladder().fit(x, deaths)
    said = ladder.exceedance(x)
    assert said.shape == (len(x), len(RUNGS)) and (np.diff(said, axis=1) <= 0).all()
    assert ((said > 0) & (said < 1)).all()
    assert np.allclose(said[:, 0].mean(), (deaths >= 1).mean(), atol=0.02)
    high, low = x[:, 0] > 1, x[:, 0] < -1
    assert (said[high].mean(axis=0) > 2 * said[low].mean(axis=0)).all()
    assert ladder.predict(x)[high].mean() > ladder.predict(x)[low].mean()


def test_a_crossing_is_brought_down() -> None:
    x = np.array([[0.2, 0.3, 0.1, 0.1, 0.05, 0.06, 0.0], [1.2, 0.5, 0.5, 0.4, -1, 0, 0]])
    said = LadderRule().fit(x, [0, 1]).exceedance(x)
    assert said.tolist() == [[0.2, 0.2, 0.1, 0.1, 0.05, 0.05, 0.0], [1, 0.5, 0.5, 0.4, 0, 0, 0]]


def test_rungs_with_too_few_cases_follow_the_one_below_at_the_usual_rate() -> None:
    x, _ = rows(n=100)
    deaths = np.where(x[:, 0] > 0, 1.0, 0.0)
    deaths[np.argmax(x[:, 0])] = 60.0
    said = Ladder().fit(x, deaths).exceedance(x)
    many = deaths.sum() - 60 + 1
    assert np.allclose(said[:, 1], said[:, 0] * 1.5 / (many + 1))
    assert np.allclose(said[:, 2], said[:, 1] * 1.5 / 2)
    nothing = Ladder().fit(x, np.zeros(100))
    assert np.allclose(nothing.exceedance(x)[:, 0], 0.5 / 101)


def test_longer_windows_are_never_less_likely_and_stay_in_order() -> None:
    draw = np.random.default_rng(2)
    ladders = [np.sort(draw.random((50, 7)))[:, ::-1] for _ in range(3)]
    week, fortnight, month = agree(ladders)
    assert (week <= fortnight).all() and (fortnight <= month).all()
    assert np.array_equal(week, ladders[0])
    assert all((np.diff(one, axis=1) <= 0).all() for one in (fortnight, month))


def test_ladders_are_kept_without_code() -> None:
    x, deaths = rows()
    for made in (Ladder().fit(x, deaths), LadderRule().fit(x, deaths)):
        body = registry.pack(Fitted("ladder", (), made, len(x), 1, 1))
        card = {"features": registry.describe(FEATURES[: x.shape[1]])}
        again = registry.load(body, card, registry.sign(body, card, b"k"), b"k")
        assert np.array_equal(again.exceedance(x), made.exceedance(x))
        with pytest.raises(ModelError, match="not the ones that were signed"):
            registry.load(body[:-1] + b"x", card, registry.sign(body, card, b"k"), b"k")
