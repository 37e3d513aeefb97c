"""How often the 80 % intervals hold the true probability: many exercises, whose true intensity is known.

python -m benchmarks.interval_coverage [SEEDS]; about ten seconds a seed. The truth is the chance that the process
gives an incident (or deaths above the bar) in the window with the intensity that it then had.
"""

import sys
from collections import defaultdict

import numpy as np
from scipy.stats import norm

from models import backtest, bench, cards, days, intervals, targets, train
from models.bench import Bench
from models.estimators import probability
from models.targets import TARGETS, Question
from tests.models import exercise
from tests.models import factories as f

TRAINED, LENGTH = 800, 1000
NAMES = ("logit_mean", "ewma_logistic", "conflictology")
ASKED = [Question(TARGETS[name], ahead, 5) for name in ("fatal", "escalation") for ahead in (7, 28)]
FEW_EVENTS = 5


def truth(full: Bench, question: Question, asked: np.ndarray, intensity: np.ndarray) -> np.ndarray:
    """The true probability of each asked week and area."""
    start = full.panel.origins[asked] - f.FIRST + 1
    rate = np.stack([intensity[day : day + question.horizon_days].sum(axis=0) for day in start])
    if question.target.name == "fatal":
        return np.asarray(-np.expm1(-rate))
    return beyond(rate, np.floor(targets.bar(full.panel, question)[asked]).astype(int))


def beyond(rate: np.ndarray, bar: np.ndarray) -> np.ndarray:
    """The chance of more deaths than a bar: compound Poisson (Panjer 1981, ASTIN Bulletin 12)."""
    most = int(bar.max())
    ends = norm.cdf(np.log(np.maximum(np.arange(most + 1), 1e-12)) / exercise.LOG_SD)
    each = np.concatenate([[0], np.diff(ends)])  # how likely one incident kills so many
    exactly = np.zeros((most + 1, *rate.shape))
    exactly[0] = np.exp(-rate)
    for total in range(1, most + 1):
        last = np.arange(1, total + 1)
        exactly[total] = rate / total * np.tensordot(last * each[last], exactly[total - last], 1)
    at_most = np.cumsum(exactly, axis=0)
    return np.asarray(1 - np.take_along_axis(at_most, bar[None], axis=0)[0])


def coverage(seed: int) -> dict[tuple[str, int, str, str], np.ndarray]:
    """For each question and estimator whether each interval holds the truth, in quiet places and elsewhere."""
    frames, intensity = (
        exercise.frames(seed, days=LENGTH, changed_on=None),
        exercise.intensity(seed, days=LENGTH),
    )
    past, full = (backtest.bench_for(frames, f.known_by(day)) for day in (TRAINED, LENGTH))
    known_by = days.number(f.known_by(TRAINED))
    day = full.panel.origins - f.FIRST
    asked = np.flatnonzero((day > TRAINED) & (day < LENGTH - 29))
    quiet = full.panel.window("events", 365)[asked] < FEW_EVENTS
    found = {}
    for question in ASKED:
        folds = [(question, at) for at in train.fold_days(past, question)]
        said = backtest.replay(past, folds, NAMES, train.REFIT_DAYS, 2)[question]
        compared, true = cards.compare(past, question, said), truth(full, question, asked, intensity)
        for name in NAMES:
            fitted = bench.fit(past, question, name, known_by)
            spread = compared.spread(fitted, intervals.refits(past, question, fitted, known_by))
            table = full.rows([one.name for one in fitted.features], question)[asked]
            chance = probability(fitted.log_odds(table))
            under = intervals.ground(full, question, name, chance, table, asked)
            low, high = intervals.bounds(spread, name, chance, under)
            held = (low <= true) & (true <= high)
            key = question.target.name, question.horizon_days, name
            found |= {(*key, "quiet"): held[quiet], (*key, "other"): held[~quiet]}
    return found


def main(seeds: int) -> None:
    """Print a line a question, estimator and kind of place."""
    found = defaultdict(list)
    for seed in range(1, seeds + 1):
        for key, held in coverage(seed).items():
            found[key].append(held)
    for (target, ahead, name, where), parts in found.items():
        each = [part.mean() for part in parts if part.size]
        print(
            f"{target:10} {ahead:2} d  {name:13} {where:5}  held {np.concatenate(parts).mean():.2f}  "
            f"(seeds {min(each):.2f} to {max(each):.2f})",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
