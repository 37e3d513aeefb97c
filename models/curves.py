"""Features as smooth curves, so that a linear model can bend (generalised additive models, Hastie & Tibshirani).

scikit-learn's SplineTransformer gives the same numbers, but holds objects of scipy that cannot be stored
without code; this one is arrays only.
"""

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
        cell = np.minimum(place.astype(np.int64), self.intervals - 1)
        out = np.zeros((*X.shape, self.intervals + DEGREE))
        for ahead, piece in enumerate(_pieces(place - cell)):
            np.put_along_axis(out, (cell + ahead)[..., None], piece[..., None], axis=-1)
        return out.reshape(len(X), -1)


def _pieces(u: Array) -> tuple[Array, ...]:
    """The four cubic B-splines that are not 0 within an interval, at a share u of it."""
    left = 1 - u
    return (
        left * left * left / 6,
        (u * u * (3 * u - 6) + 4) / 6,
        (left * left * (3 * left - 6) + 4) / 6,
        u * u * u / 6,
    )
