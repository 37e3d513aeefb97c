"""Places that a name may mean, the likeliest first: the same name, the same consonants, or a similar spelling."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from db.spelling import is_arabic, is_unvowelled, normalise, skeleton, sounds, without_unit

SAME_NAME, SAME_CONSONANTS, SIMILAR = "same name", "same consonants", "similar"
LEAST_SCORE = 55.0  # below it a name is another name
LOOKED_AT = 60  # spellings compared letter by letter, of those that share most pairs of letters
SHARE = 6  # of the pairs of a name, one in so many must be shared
FULL, UNIT_LEFT_OUT, MOST_ALIKE = 100.0, 98.0, 96.0
# How much each likeness counts: of consonants, of consonants and long vowels, of letters as written.
WEIGHTS = (0.3, 0.2, 0.5)
UNWRITTEN = (
    0.8  # what sounds count for letters where one spelling shows its short vowels and the other does not
)
Found = dict[str, tuple[float, str]]
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name may mean, with how alike the names are (0 to 100) and why it is offered."""

    place_id: str
    name: str
    name_ar: str | None
    level: str
    district: str | None
    governorate: str | None
    score: float
    why: str


class Names:
    """All spellings of some places, indexed by the pairs of letters they hold; built once, asked often."""

    def __init__(self, named: Mapping[str, Collection[str]]) -> None:
        self.named = named
        self.texts = sorted({without_unit(name) for name in named} - {""})
        self.sounds = [sounds(text) for text in self.texts]
        self.skeletons = [skeleton(text) for text in self.texts]
        self._arabic = np.array([is_arabic(text) for text in self.texts], bool)
        self._unvowelled = np.array([is_unvowelled(text) for text in self.texts], bool)
        self._holding, self._sizes = _index(list(map(_pairs, self.texts, self.skeletons)))

    def same(self, text: str) -> Found:
        """The places that go by this name, with words such as "district" or without."""
        found = Found()
        for score, name in ((FULL, normalise(text)), (UNIT_LEFT_OUT, without_unit(text))):
            for place in self.named.get(name, ()):
                found.setdefault(place, (score, SAME_NAME))
        return found

    def like(self, text: str) -> Found:
        """The places that may be meant, each with its best score and why."""
        bare, found = without_unit(text), self.same(text)
        bones = skeleton(bare)
        for number, score in self._alike(bare, bones):
            same = len(bones) > 1 and bones == self.skeletons[number]
            for place in self.named[self.texts[number]]:
                if score > found.get(place, (0.0, ""))[0]:
                    found[place] = score, SAME_CONSONANTS if same else SIMILAR
        return found

    def _alike(self, bare: str, bones: str) -> list[tuple[int, float]]:
        """The spellings most like a normalised name, by number, each with its score."""
        near = self._nearest(_pairs(bare, bones))
        if not near.size:
            return []
        scores = np.minimum(self._likeness(bare, bones, near).astype(float), MOST_ALIKE).round(1)
        good = scores >= LEAST_SCORE
        return list(zip(near[good].tolist(), scores[good].tolist(), strict=True))

    def _nearest(self, pairs: set[str]) -> Array:
        """The spellings that share most pairs of letters (Dice's coefficient)."""
        rows = [self._holding[pair] for pair in pairs if pair in self._holding]
        if not rows:
            return np.empty(0, np.int32)
        shared = np.bincount(np.concatenate(rows), minlength=len(self.texts))
        some = np.flatnonzero(shared * SHARE > len(pairs))
        if len(some) <= LOOKED_AT:
            return some
        alike = shared[some] / (self._sizes[some] + len(pairs))
        return some[np.argpartition(-alike, LOOKED_AT)[:LOOKED_AT]]

    def _likeness(self, bare: str, bones: str, near: Array) -> Array:
        """How alike a name and some spellings are, 0 to 100: normalised edit similarity (Indel) of their keys.

        Letters as written count where both are in one script; elsewhere sounds stand in for them.
        """
        heard = _ratios(sounds(bare), self.sounds, near)
        vowels_differ = self._unvowelled[near] != is_unvowelled(bare)
        other_script = self._arabic[near] != is_arabic(bare)
        written = np.where(other_script, heard, _ratios(bare, self.texts, near))
        written = np.where(vowels_differ, UNWRITTEN * heard, written)
        on_bones, on_sounds, on_letters = WEIGHTS
        likeness: Array = (
            on_bones * _ratios(bones, self.skeletons, near) + on_sounds * heard + on_letters * written
        )
        return likeness


def _ratios(one: str, others: list[str], near: Array) -> Array:
    from rapidfuzz.fuzz import ratio  # pages read names and look none up
    from rapidfuzz.process import cdist

    ratios: Array = cdist([one], [others[n] for n in near.tolist()], scorer=ratio, dtype=np.float32)[0]
    return ratios


def _pairs(text: str, bones: str) -> set[str]:
    """The pairs of neighbouring letters of a name and of its consonants, ends included."""
    keys = (f"^{bones}$", f"<{text.replace(' ', '')}>")
    return {key[i : i + 2] for key in keys for i in range(len(key) - 1)}


def _index(pairs: list[set[str]]) -> tuple[dict[str, Array], Array]:
    holding: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(pairs):
        for pair in each:
            holding[pair].append(number)
    sizes = np.array([len(each) for each in pairs], np.int32)
    return {pair: np.array(rows, np.int32) for pair, rows in holding.items()}, sizes
