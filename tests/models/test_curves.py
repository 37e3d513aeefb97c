import numpy as np
import pytest
from sklearn.preprocessing import SplineTransformer

from models.curves import Curves


def test_pieces_are_the_cubic_splines_of_scikit_learn() -> None:
    x = np.random.default_rng(0).normal(size=(200, 3))
    theirs = SplineTransformer(n_knots=4, degree=3, extrapolation="constant").fit(x)
    beyond = np.vstack([x, x.min(axis=0) - 5, x.max(axis=0) + 5])
    np.testing.assert_allclose(Curves().fit(x).transform(beyond), theirs.transform(beyond), atol=1e-12)


@pytest.mark.parametrize("intervals", [1, 3, 6])
def test_the_pieces_of_a_column_sum_to_one(intervals: int) -> None:
    x = np.random.default_rng(1).normal(size=(50, 2))
    pieces = Curves(intervals).fit(x).transform(x * 3).reshape(50, 2, -1)
    assert pieces.shape[-1] == intervals + 3
    np.testing.assert_allclose(pieces.sum(axis=-1), 1)


def test_a_column_that_never_changed_says_nothing() -> None:
    x = np.column_stack([np.zeros(40), np.arange(40)])
    said = Curves().fit(x).transform([[0.0, 3.0], [0.0, 30.0]])
    assert np.isfinite(said).all()
    assert np.array_equal(said[0, :6], said[1, :6])
