"""Distributions of a count, all on one support, and how far they are from what happened.

A distribution is one row of probabilities: the chance of more than each step of SUPPORT. The steps are whole
numbers up to 100 and grow by about 2 % from there, so everything up to 100 is exact. The score is the continuous
ranked probability score (Matheson & Winkler 1976), computed exactly for such a step function, on deaths and on
log(1 + deaths).
"""

import numpy as np
from scipy.stats import poisson

from models.days import Array

RUNGS = (1, 2, 5, 10, 25, 50, 100)
LARGEST = 20_000
SUPPORT: Array = np.unique([*range(101), *np.round(np.geomspace(100, LARGEST, 270))]).astype(float)
MIDDLES: Array = (SUPPORT[:-1] + SUPPORT[1:]) / 2
AT_LEAST: Array = MIDDLES + 0.5  # "more than 4.5" is "at least 5"
AT_RUNGS = np.array(RUNGS) - 1  # where the rungs stand among the steps
SMALLEST = 1e-6


def from_draws(draws: Array, weights: Array | None = None) -> Array:
    """The share of draws above each step, one distribution a column of draws (draws × areas → areas × steps)."""
    count, areas = draws.shape
    if not count:
        return np.zeros((areas, len(MIDDLES)))
    share = np.full(count, 1 / count) if weights is None else weights / weights.sum()
    above = np.searchsorted(MIDDLES, draws, side="left")
    cells = above + np.arange(areas) * (len(MIDDLES) + 1)
    at = np.bincount(cells.ravel(), np.repeat(share, areas), areas * (len(MIDDLES) + 1)).reshape(areas, -1)
    return np.asarray(np.clip(at[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:], 0, 1))


def from_rate(rate: Array) -> Array:
    """Poisson distributions of some means."""
    return np.asarray(poisson.sf(np.floor(MIDDLES), np.asarray(rate, float)[..., None]))


def from_ladder(exceedance: Array, tail: float) -> Array:
    """Fill in between the rungs, straight in log chance over log deaths, and go on beyond 100 as a Pareto tail."""
    log_chance = np.log(np.clip(exceedance, SMALLEST, 1))
    rungs, asked = np.log(RUNGS), np.log(AT_LEAST)
    left = np.clip(np.searchsorted(rungs, asked, side="right") - 1, 0, len(RUNGS) - 2)
    share = np.clip((asked - rungs[left]) / (rungs[left + 1] - rungs[left]), 0, 1)
    between = (1 - share) * log_chance[..., left] + share * log_chance[..., left + 1]
    return np.asarray(np.exp(between - tail * np.maximum(asked - rungs[-1], 0)))


def tail_index(deaths: Array, least: float = RUNGS[-1], pseudo: float = 5.0, usual: float = 1.5) -> float:
    """How fast the chance falls beyond a number of deaths (Hill 1975), drawn towards the usual 1.5."""
    logs = np.log(deaths[deaths >= least] / least)
    return float((len(logs) + pseudo) / (logs.sum() + pseudo / usual))


def mean(chance: Array) -> Array:
    """The expected number."""
    return np.asarray(chance @ np.diff(SUPPORT))


def quantile(chance: Array, level: float) -> Array:
    """The smallest number that is reached or not exceeded with at least this probability."""
    return np.asarray(SUPPORT[(chance > 1 - level + 1e-12).sum(axis=-1)])


def crps(chance: Array, obs: Array, *, log1p: bool = False) -> Array:
    """How far each distribution is from its outcome: rows × steps and rows → rows; 0 is perfect."""
    support, happened = (np.log1p(SUPPORT), np.log1p(obs)) if log1p else (SUPPORT, np.asarray(obs, float))
    width = np.diff(support)
    below = np.clip(happened[:, None] - support[:-1], 0, width)
    beyond = np.maximum(happened - support[-1], 0)
    return np.asarray((below * (1 - chance) ** 2 + (width - below) * chance**2).sum(axis=1) + beyond)
