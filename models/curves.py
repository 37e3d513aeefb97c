"""Features as smooth curves, so that a linear model can bend (generalised additive models, Hastie & Tibshirani).

scikit-learn's SplineTransformer gives the same numbers, but holds objects of scipy that cannot be stored
without code; this one is arrays only.
"""

from math import comb
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from models.days import Array

DEGREE = 3


class Curves(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Cubic B-splines on equal intervals between what was seen at least and at most; level beyond."""

    def __init__(self, intervals: int = 3) -> None:
        self.intervals = intervals

    def fit(self, X: Array, y: Any = None) -> Self:  # noqa: N803
        """Note the range of each column."""
        X = validate_data(self, X, dtype=np.float64)
        self.low_ = X.min(axis=0)
        width = X.max(axis=0) - self.low_
        self.step_ = np.where(width > 0, width, 1.0) / self.intervals
        return self

    def transform(self, X: Array) -> Array:  # noqa: N803
        """The pieces of each column side by side: rows × (columns × pieces)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        place = np.clip((X - self.low_) / self.step_, 0, self.intervals)
        pieces = self.intervals + DEGREE
        out = np.empty((*X.shape, pieces))
        for at in range(pieces):
            out[..., at] = _bump(place + DEGREE - at)
        return out.reshape(len(X), -1)


def _bump(place: Array) -> Array:
    """The cubic B-spline on the knots 0 to 4."""
    terms = (
        (-1) ** knot * comb(DEGREE + 1, knot) * np.maximum(place - knot, 0.0) ** DEGREE
        for knot in range(DEGREE + 2)
    )
    return np.asarray(np.maximum(sum(terms), 0.0) / 6)
