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


def ratio(said: float, happened: float) -> float:
    """Mean forecast over base rate: above 1 too much was said, below 1 too little."""
    return float(said / happened) if happened > 0 else float("nan")


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
    lines = reliability(obs, fct, bins)
    gaps = [abs(line["said"] - line["happened"]) * line["rows"] for line in lines]
    return float(np.sum(gaps) / len(obs))


def reliability(obs: Array, fct: Array, bins: int = 10) -> list[dict[str, float]]:
    """What was said on average and how often it happened, in equally full bins from low to high."""
    obs, fct = np.asarray(obs, float), np.asarray(fct, float)
    parts = np.array_split(np.argsort(fct, kind="stable"), bins)
    return [
        {"rows": len(part), "said": float(fct[part].mean()), "happened": float(obs[part].mean())}
        for part in parts
        if len(part)
    ]


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
    totals = totals[totals[:, 1] > 0]
    if not len(totals):
        return float("nan"), float("nan")
    low, high = np.quantile(1 - totals[:, 0] / totals[:, 1], [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
