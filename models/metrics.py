"""Numbers that say how good forecasts were: functions of what happened (obs) and what was said (fct).

Brier 1950; skill as in Wilks, Statistical Methods in the Atmospheric Sciences; average precision as in
Manning, Raghavan & Schütze; expected calibration error over ten equal-count bins (Naeini 2015); block
bootstrap by weeks, all areas of a week together, because neighbouring rows repeat one another.
"""

import numpy as np

from models.days import Array, IntArray

CLIP = 1e-4
BLOCK_DAYS = 56


def clip(fct: Array) -> Array:
    """Keep a probability away from certainty."""
    return np.clip(fct, CLIP, 1 - CLIP)


def brier(obs: Array, fct: Array) -> float:
    """Mean squared distance between forecast and outcome; 0 is perfect."""
    return float(np.mean((np.asarray(fct, float) - np.asarray(obs, float)) ** 2))


def skill(score: float, reference: float) -> float:
    """The share of the reference's error that is avoided; 0 is no better, 1 is perfect."""
    return 1 - score / reference if reference > 0 else float("nan")


def log_loss(obs: Array, fct: Array) -> float:
    """Mean surprise in nats; confident errors cost most."""
    said = clip(np.asarray(fct, float))
    return float(-np.mean(np.where(np.asarray(obs) > 0, np.log(said), np.log1p(-said))))


def auc(obs: Array, fct: Array) -> float:
    """The chance that a row where it happened was rated above one where it did not; ties count half."""
    happened = np.asarray(obs) > 0
    positives, negatives = int(happened.sum()), int((~happened).sum())
    if not positives or not negatives:
        return float("nan")
    _, place, counts = np.unique(np.asarray(fct, float), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[happened].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(obs: Array, fct: Array) -> float:
    """Precision at each found positive, averaged; compare it with the base rate."""
    happened, said = np.asarray(obs) > 0, np.asarray(fct, float)
    if not happened.any():
        return float("nan")
    order = np.argsort(-said, kind="stable")
    last_of_tie = np.flatnonzero(np.diff(said[order], append=-np.inf))
    found = np.cumsum(happened[order])[last_of_tie]
    precision = found / (last_of_tie + 1)
    return float(np.sum(np.diff(found, prepend=0) * precision) / happened.sum())


def ece(obs: Array, fct: Array, bins: int = 10) -> float:
    """Mean distance between what was said and how often it happened, over equally full bins."""
    order = np.argsort(np.asarray(fct, float), kind="stable")
    parts = np.array_split(order, bins)
    gaps = [abs(np.mean(fct[part]) - np.mean(obs[part])) * len(part) for part in parts if len(part)]
    return float(np.sum(gaps) / len(order))


def block_bootstrap(
    day: IntArray, errors: Array, reference: Array, *, draws: int = 1000, seed: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """An interval of the skill when blocks of eight weeks are drawn again with replacement."""
    _, block = np.unique((day - day.min()) // BLOCK_DAYS, return_inverse=True)
    sums = np.stack([np.bincount(block, errors), np.bincount(block, reference)])
    drawn = np.random.default_rng(seed).multinomial(
        sums.shape[1], np.full(sums.shape[1], 1 / sums.shape[1]), draws
    )
    totals = drawn @ sums.T
    skills = 1 - totals[:, 0] / np.where(totals[:, 1] > 0, totals[:, 1], np.nan)
    low, high = np.nanquantile(skills, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
