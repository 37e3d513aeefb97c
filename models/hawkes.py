"""A self-exciting intensity: violence that fades in memory, here and nearby, raises the chance of more.

P = 1 - exp(-intensity), intensity = (background + sum of a_k E_k) * exp(-sum of b_j S_j): E_k are fading
memories (features on a log(1 + x) scale are turned back), S_j are brakes on a log scale, such as the bar
that must be exceeded; all a_k and b_j are at least 0. All areas share one, so that the few learn from the many.
A discrete-time relative of Hawkes (1971), fitted by penalised maximum likelihood.
"""

from typing import NamedTuple, Self

import numpy as np
from scipy.optimize import minimize
from sklearn.utils.validation import check_is_fitted, validate_data

from models.binary import MAX_LOGIT, Binary, checked
from models.days import Array

LEAST, MOST = -20.0, 4.0  # log intensities beyond say nothing that a probability could tell
BACKGROUND = 1e-6


class _Split(NamedTuple):
    """The parameters of an intensity, as the optimiser sees them in one row."""

    background: float
    pull: Array
    brake: Array


class Hawkes(Binary):
    """Chance of at least one more, from memories that excite; `brakes` names the columns that hold it down."""

    def __init__(self, brakes: list[int] | None = None, penalty: float = 1e-3) -> None:
        self.brakes = brakes
        self.penalty = penalty

    def fit(self, X: Array, y: Array) -> Self:  # noqa: N803
        """Find the likeliest background, pulls and brakes."""
        X, y = checked(self, X, y)
        happened = y == self.classes_[1]
        memories, brakes = self._columns(X)
        self.usual_ = np.maximum(memories.mean(axis=0), 1e-9)
        self.middle_ = brakes.mean(axis=0)
        rate = -np.log1p(-happened.mean())
        start = np.concatenate([[rate / 2], np.full(memories.shape[1], rate / 2 / max(memories.shape[1], 1))])
        start = np.concatenate([start, np.full(brakes.shape[1], 0.3)])
        found = minimize(
            self._loss,
            start,
            args=(memories / self.usual_, brakes - self.middle_, happened),
            jac=True,
            method="L-BFGS-B",
            bounds=[(BACKGROUND, None)] + [(0, None)] * memories.shape[1] + [(0, 3)] * brakes.shape[1],
            options={"maxiter": 200},
        )
        part = _split(found.x, memories.shape[1])
        self.background_, self.pull_, self.brake_ = part
        self.n_iter_ = max(int(found.nit), 1)
        return self

    def decision_function(self, X: Array) -> Array:  # noqa: N803
        """Log-odds of yes, kept away from certainty."""
        excited, held = self._intensity(X)
        return _log_odds(np.log(excited) - held)

    def contributions(self, X: Array) -> tuple[float, Array]:  # noqa: N803
        """A base (all memories and brakes as usual) and what each column adds; they sum to the log-odds.

        The logarithmic mean shares a ratio out among the terms of a sum without a remainder (Ang 2004).
        """
        excited, held = self._intensity(X)
        usual = self.background_ + self.pull_.sum()
        base = float(_log_odds(np.log(usual)))
        moved = np.log(excited / usual) - held
        memories, brakes = self._columns(X)
        columns = np.zeros(X.shape)
        mean = _logarithmic_mean(excited, usual)[:, None]
        columns[:, self._is_memory(X)] = self.pull_ * (memories / self.usual_ - 1) / mean
        columns[:, ~self._is_memory(X)] = -self.brake_ * (brakes - self.middle_)
        gained = _log_odds(np.log(excited) - held) - base
        share = np.divide(gained, moved, out=np.zeros_like(moved), where=np.abs(moved) > 1e-12)
        return base, columns * share[:, None]

    def _intensity(self, X: Array) -> tuple[Array, Array]:  # noqa: N803
        check_is_fitted(self)
        memories, brakes = self._columns(validate_data(self, X, reset=False))
        excited = self.background_ + (memories / self.usual_) @ self.pull_
        return excited, (brakes - self.middle_) @ self.brake_

    def _columns(self, X: Array) -> tuple[Array, Array]:  # noqa: N803
        memory = self._is_memory(X)
        return np.expm1(np.clip(X[:, memory], 0, 30)), X[:, ~memory]

    def _is_memory(self, X: Array) -> Array:  # noqa: N803
        memory = np.ones(X.shape[1], dtype=bool)
        memory[self.brakes or []] = False
        return memory

    def _loss(self, asked: Array, memories: Array, brakes: Array, happened: Array) -> tuple[float, Array]:
        """Mean surprise with its penalty, and the slope of both."""
        part = _split(asked, memories.shape[1])
        excited = part.background + memories @ part.pull
        intensity = np.exp(np.clip(np.log(excited) - brakes @ part.brake, LEAST, MOST))
        quiet = np.exp(-intensity)
        loud = np.maximum(-np.expm1(-intensity), 1e-12)
        surprise = np.where(happened, -np.log(loud), intensity).mean()
        by_log = np.where(happened, -quiet / loud, 1.0) * intensity / len(happened)
        by_sum = by_log / excited
        slope = np.concatenate([[by_sum.sum()], memories.T @ by_sum, -(brakes.T @ by_log)])
        slope[1:] += 2 * self.penalty * asked[1:]
        return float(surprise + self.penalty * (asked[1:] @ asked[1:])), slope


def _split(asked: Array, n_memories: int) -> _Split:
    return _Split(float(asked[0]), asked[1 : 1 + n_memories], asked[1 + n_memories :])


def _log_odds(log_intensity: Array) -> Array:
    """log(p / (1 - p)) of p = 1 - exp(-intensity)."""
    intensity = np.exp(np.clip(log_intensity, LEAST, MOST))
    return np.asarray(np.clip(np.log(np.expm1(intensity)), -MAX_LOGIT, MAX_LOGIT))


def _logarithmic_mean(one: Array, other: float) -> Array:
    """(a - b) / log(a / b), which is a where both are equal."""
    apart = np.abs(one - other) > 1e-9 * other
    ratio = np.log(np.where(apart, one, 2 * other) / other)
    return np.asarray(np.where(apart, (one - other) / ratio, other))
