"""How likely two accounts tell of one event: the sum of what each comparison weighs.

Fellegi and Sunter (1969): every level of a comparison weighs for or against a match; the weights
(`weights.csv`, natural logarithms of odds) were fitted on labelled pairs by `benchmarks/duplicates.py`.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from db.duplicates.comparing import FACTS, LEVELS, TEXTS, Comparison, Levels
from db.duplicates.records import Floats, Ints, Records

BIAS = "bias"


@dataclass(frozen=True)
class Weights:
    """What each level of each comparison weighs (index 0: unknown, 0), and where the sum starts."""

    bias: float
    of: dict[str, Floats]

    @property
    def most_text(self) -> float:
        """The most that a text can add."""
        return float(max(self.of[name].max() for name in TEXTS))


@lru_cache(maxsize=1)
def shipped() -> Weights:
    """The weights that come with the program."""
    with Path(__file__).with_name("weights.csv").open(encoding="utf-8", newline="") as file:
        table = {(row["comparison"], row["level"]): float(row["weight"]) for row in csv.DictReader(file)}
    return weights_of(table)


def weights_of(table: dict[tuple[str, str], float]) -> Weights:
    """Weights from a table by comparison and level; a level that is missing weighs nothing."""
    of = {name: np.array([0.0, *(table.get((name, one), 0.0) for one in LEVELS[name])]) for name in LEVELS}
    return Weights(table[BIAS, ""], of)


def compared(records: Records, left: Ints, right: Ints, by: dict[str, Comparison]) -> dict[str, Levels]:
    """The level of every pair in every comparison."""
    return {name: compare(records, left, right) for name, compare in by.items()}


def log_odds(weights: Weights, levels: dict[str, Levels]) -> Floats:
    """The sum of what the levels weigh."""
    total: Floats = np.sum([weights.of[name][level] for name, level in levels.items()], axis=0)
    return total


def likelihood(odds: Floats) -> Floats:
    """Log odds as a number from 0 to 1."""
    return np.asarray(1 / (1 + np.exp(-odds)), float)


def scored(
    records: Records, left: Ints, right: Ints, weights: Weights, least: float
) -> tuple[Ints, Ints, Floats]:
    """The pairs that reach a score, with it; texts are compared only where they could still tip the scale."""
    odds = weights.bias + log_odds(weights, compared(records, left, right, FACTS))
    bar = np.log(least / (1 - least))
    open_ = odds + weights.most_text >= bar
    left, right, odds = left[open_], right[open_], odds[open_]
    odds = odds + log_odds(weights, compared(records, left, right, TEXTS))
    good = odds >= bar
    return left[good], right[good], likelihood(odds[good])


def reasons(records: Records, left: Ints, right: Ints) -> list[list[dict[str, Any]]]:
    """Why each pair scores as it does: what was compared, how it came out, what that weighs, heaviest first."""
    weights = shipped()
    levels = compared(records, left, right, FACTS | TEXTS)
    told: list[list[dict[str, Any]]] = [[] for _ in left]
    for name, level in levels.items():
        for n in np.flatnonzero(level).tolist():
            weight = float(weights.of[name][level[n]])
            told[n].append({"comparison": name, "level": LEVELS[name][level[n] - 1], "weight": weight})
    return [sorted(one, key=lambda reason: -abs(reason["weight"])) for one in told]
