"""Cheap single draws for the reporting stage, from one seeded generator."""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
BLOCK = 8192


class Dice:
    """Uniform numbers drawn a block at a time: a numpy call per number would be the slowest part."""

    def __init__(self, seed: np.random.SeedSequence) -> None:
        self._rng = np.random.Generator(np.random.PCG64(seed))
        self._block: list[float] = []

    def uniform(self) -> float:
        """A number from 0 up to but not including 1."""
        if not self._block:
            self._block = self._rng.random(BLOCK).tolist()
        return self._block.pop()

    def chance(self, probability: float) -> bool:
        """True as often as said."""
        return self.uniform() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.uniform() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[int(self.uniform() * len(choices))]

    def waiting(self, mean: float) -> float:
        """An exponential waiting time."""
        return -mean * math.log(1 - self.uniform())
