"""The ladder: how likely at least 1, 2, 5, 10, 25, 50 and 100 deaths are, one model a rung.

Each rung is a logistic regression of its own. Where a higher rung comes out likelier than a lower one, it is
brought down to it (cumulative minimum; of the repairs tried it scored best, by a hair). Rungs with too few
cases follow the one below at the rate usual everywhere.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from models import distributions
from models.days import Array
from models.distributions import RUNGS

ENOUGH_CASES = 20


class _Counts(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """What all count forecasts share: a tail beyond the last rung, and the mean."""

    def distribution(self, X: Array) -> Array:  # noqa: N803
        """The whole distribution of each row, on the steps of `distributions.SUPPORT`."""
        return distributions.from_ladder(self.exceedance(X), self.tail_)

    def predict(self, X: Array) -> Array:  # noqa: N803
        """The expected number of deaths."""
        return distributions.mean(self.distribution(X))

    def exceedance(self, X: Array) -> Array:  # noqa: N803
        """The chance of at least each rung: rows × 7, never rising."""
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


class Ladder(_Counts):
    """Seven logistic regressions, one for each rung, made to agree with one another."""

    def __init__(self, C: float = 0.1) -> None:  # noqa: N803
        self.C = C

    def fit(self, X: Array, y: Array) -> Self:  # noqa: N803
        """Learn from rows and the deaths that followed them."""
        X, y = validate_data(self, X, y, y_numeric=True)
        reached = np.column_stack([y >= rung for rung in RUNGS])
        cases = reached.sum(axis=0)
        below = np.concatenate([[len(y)], cases[:-1]])
        self.rates_ = (cases + 0.5) / (below + 1)
        self.rungs_ = [
            self._rung().fit(X, hit) if ENOUGH_CASES <= hit.sum() < len(y) else None for hit in reached.T
        ]
        self.tail_ = distributions.tail_index(y)
        return self

    def exceedance(self, X: Array) -> Array:  # noqa: N803
        """The chance of at least each rung: rows × 7, never rising."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        last, out = np.ones(len(X)), np.empty((len(X), len(RUNGS)))
        for at, rung in enumerate(self.rungs_):
            said = last * self.rates_[at] if rung is None else expit(rung.decision_function(X))
            out[:, at] = last = np.minimum(last, said)
        return out

    def _rung(self) -> Pipeline:
        return Pipeline([("scale", StandardScaler()), ("fit", LogisticRegression(C=self.C, max_iter=300))])


class LadderRule(_Counts):
    """A ladder that needs no fitting, stated as it is: its columns are the chances of the rungs."""

    def fit(self, X: Array, y: Array) -> Self:  # noqa: N803
        """Only the tail beyond the last rung is learnt."""
        _, y = validate_data(self, X, y, y_numeric=True)
        self.tail_ = distributions.tail_index(y)
        return self

    def exceedance(self, X: Array) -> Array:  # noqa: N803
        """The columns, never rising; rungs without one are as likely as the last that has one."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        given = np.minimum.accumulate(np.clip(X[:, : len(RUNGS)], 0, 1), axis=1)
        return np.pad(given, ((0, 0), (0, len(RUNGS) - given.shape[1])), mode="edge")


def agree(by_horizon: Sequence[Array]) -> list[Array]:
    """Ladders of growing horizons made to agree: a longer window is never less likely to reach a rung.

    The shorter window's chance holds where the longer one's is below it (cumulative maximum). Falling along
    the rungs survives it. A horizon without an answer (NaN) holds nobody back.
    """
    return list(np.fmax.accumulate(np.stack(by_horizon), axis=0))
