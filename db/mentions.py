"""Place names inside a longer text, English or Arabic: where they stand, and what each may mean."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from db.candidates import Candidate
from db.spelling import is_arabic, is_unit, normalise, skeleton, sounds, without_unit

MOST_WORDS = 6
# Letters, the vowel marks that Python counts as none, and the signs for ayn and hamza inside a word.
_WORD = re.compile(r"[^\W_](?:[\w\u0610-\u061a\u064b-\u065f\u0670'’‘`ʿʾʻʼ]*[\w\u064b-\u065f])?")
_JOINT = re.compile(r"[^\S\n]{1,3}|\s?-\s?|\n[^\S\n]*")
# "and", "so", "in", "to", "like" are written onto an Arabic name; with the article "to" swallows its alef.
_CLITICS = ("", "و", "ف", "ب", "ل", "ك", "لل", "وب", "ول", "ولل", "وك", "فب", "فل", "فلل")
# Common words that a clitic and a short place name would also make.
_NO_NAMES = frozenset({"لبنان", "البنان", "كانت", "وكان", "وكانت", "بينما", "وبين", "وقال", "وقد"})
_ARTICLE = re.compile(r"(?:al|el|as|ash|es|esh|ar|er|an|en|ad|ed|at|et|az|ez|adh|ath)\b", re.IGNORECASE)
_ENGLISH = re.compile(r"(?:at|as|an|ad)\s")  # words before a name, not articles of it
LEAST_LETTERS, SOME_SOUNDS, MANY_BONES, BEGINNING = 3, 4, 5, 3


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name in a text, from `start` to before `end`, with the places it may mean."""

    start: int
    end: int
    text: str
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True)
class Words:
    """The names that can be found in a text: as written, by their sounds, or by their consonants if these are many."""

    named: Mapping[str, Collection[str]]
    heard: Collection[str]
    bones: Collection[str]
    beginnings: Collection[str]

    @classmethod
    def of(cls, named: Mapping[str, Collection[str]]) -> "Words":
        """All names of some places; those of a few sounds are only known as written."""
        bare = {without_unit(name) for name in named}
        heard = {heard for name in bare if len(heard := sounds(name)) >= SOME_SOUNDS}
        bones = {skeleton(name) for name in bare}
        beginnings = {one[:n] for one in (*bones, *map(skeleton, named)) for n in range(BEGINNING + 1)}
        return cls(named, heard, {one for one in bones if len(one) >= MANY_BONES}, beginnings)

    def may_begin(self, word: str) -> bool:
        """Whether a name can begin with a word, a clitic apart: a quick look that spares most words the slow one."""
        if not is_arabic(word):
            return self._begins(word) or bool(_ARTICLE.fullmatch(word))
        return any(self._begins(word[len(clitic) :]) for clitic in _CLITICS if word.startswith(clitic))

    def _begins(self, word: str) -> bool:
        name = normalise(word)
        return skeleton(name)[:BEGINNING] in self.beginnings or is_unit(name)

    def know(self, text: str) -> bool:
        """Whether a stretch of text is a name or sounds like one, a word such as "district" apart."""
        name, bare = normalise(text), without_unit(text)
        if len(name) < LEAST_LETTERS or name in self.named or bare in self.named:
            return len(name) >= LEAST_LETTERS
        return sounds(bare) in self.heard or skeleton(bare) in self.bones


def spans(words: Words, text: str) -> Iterator[tuple[int, int]]:
    """Where names stand in a text: the longest from the left, none inside another."""
    found = [(word.start(), word.end()) for word in _WORD.finditer(text)]
    cased = any(letter.isupper() for letter in text)
    after = 0
    while after < len(found):
        span = _longest(words, text, found[after : after + MOST_WORDS], cased)
        if span is None:
            after += 1
            continue
        yield span
        while after < len(found) and found[after][0] < span[1]:
            after += 1


def _longest(words: Words, text: str, found: list[tuple[int, int]], cased: bool) -> tuple[int, int] | None:
    if not words.may_begin(text[slice(*found[0])]):
        return None
    for n in reversed(range(_joined(text, found))):
        start, end = found[0][0], found[n][1]
        skipped = _skipped(words, text[start:end], cased)
        if skipped is not None:
            return start + skipped, end
    return None


def _joined(text: str, found: list[tuple[int, int]]) -> int:
    """How many words follow one another without punctuation between them."""
    for n in range(1, len(found)):
        if not _JOINT.fullmatch(text, found[n - 1][1], found[n][0]):
            return n
    return len(found)


def _skipped(words: Words, text: str, cased: bool) -> int | None:
    """How many letters (a clitic) stand before a known name; None where there is no name."""
    if not is_arabic(text):
        if cased and _ENGLISH.match(text):
            return None
        return 0 if (not cased or _capital(text)) and words.know(text) else None
    if text in _NO_NAMES:
        return None
    for clitic in _CLITICS:
        if text.startswith(clitic) and words.know(text[len(clitic) :]):
            return len(clitic)
    return None


def _capital(text: str) -> bool:
    """Whether the first word that is no article has a capital: names do, "hill" and "bab" do not."""
    words = [word[0] for word in _WORD.finditer(text)]
    bare = [word for word in words if not _ARTICLE.fullmatch(word)] or words
    return bare[0][0].isupper() or not bare[0][0].isalpha()
