"""Invented place names, in Latin and in Arabic letters, put together from invented syllables."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from db.exercise.settings import Settings

QUALIFIERS = (
    ("", ""),
    ("New ", " الجديدة"),
    ("Upper ", " العليا"),
    ("Old ", " القديمة"),
    ("Lower ", " السفلى"),
)
MISSPELLINGS = (("k", "q"), ("v", "w"), ("sh", "ch"), ("o", "ou"), ("i", "ee"), ("u", "oo"))


@dataclass(frozen=True)
class Name:
    """One invented name in both scripts, with a common misspelling."""

    en: str
    ar: str
    misspelt: str

    @property
    def slug(self) -> str:
        """The name as part of an id."""
        return self.en.lower().replace(" ", "-")


def invented_names(settings: Settings, rng: np.random.Generator) -> Iterator[Name]:
    """All names the syllables allow, in random order, no two alike in either script; plain ones first."""
    plain = _plain_names(settings)
    order = rng.permutation(len(plain)).tolist()
    for before, after in QUALIFIERS:
        for index in order:
            en, ar = plain[index]
            yield Name(before + en, ar + after, before + _misspell(en))


def _plain_names(settings: Settings) -> list[tuple[str, str]]:
    by_arabic: dict[str, str] = {}
    parts = settings.syllables
    for first, middle, last in product(parts["first"], parts["middle"], parts["last"]):
        by_arabic.setdefault(first[1] + middle[1] + last[1], first[0] + middle[0] + last[0])
    return [(en, ar) for ar, en in by_arabic.items()]


def _misspell(name: str) -> str:
    for right, wrong in MISSPELLINGS:
        if right in name[1:]:
            return name[0] + name[1:].replace(right, wrong, 1)
    return name + name[-1]
