"""How alike two texts are, within a language or between Arabic and English, without translating either.

Every word becomes a key: the concept of a small bilingual table (`concepts.csv`: "shelling" and "قصف" are
one), a number, or else its consonants, so that a name written in either script, or misspelt, keeps its key.
Texts are compared by the cosine of their keys weighted by rarity (tf-idf; Salton and Buckley 1988).
"""

import csv
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from db import spelling

MOST_CHARACTERS = 4000  # what a report says first says which event it is about
_WORD = re.compile(r"\d+|[^\W\d_]+(?:['’`][^\W\d_]+)*")
_MARKS = re.compile(r"[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
_DIGITS = re.compile(r"\d+")
_FOLD = str.maketrans("أإآٱىةؤئ", "ااااي" + "هوي", "ء")  # a hamza that stands alone is often not written
_ARABIC_WORD = re.compile(r"[\u0621-\u064a]")
_PREFIX = re.compile(r"^(?:[وف]?(?:[بك]?ال|لل)|[وف](?=\w{4})|[بل](?=\w{4}))(?=\w{2})")
_JOINED_ARTICLE = re.compile(r"^(?:[وف]?[بك]?ال|لل)(?=\w{2})")
_SUFFIX = re.compile(r"(?<=\w{3})(?:هما|هم|ها|ات|ون|ين|ان|تان|يه|ه)$")
_ARTICLE = re.compile(r"^(?:al|el|as|ash|ar|an|ad|at|az)$")
_STOP = frozenset(Path(__file__).with_name("stopwords.txt").read_text(encoding="utf-8").split())


def words(text: str) -> list[str]:
    """The words of a text, folded: no case, accents, vowel marks; Arabic letters in their plain forms."""
    folded = unicodedata.normalize("NFKD", text[:MOST_CHARACTERS])
    return _WORD.findall(_MARKS.sub("", folded).casefold().translate(_FOLD))


@lru_cache(maxsize=200_000)
def key(word: str) -> str | None:
    """What a folded word is compared by: its concept, number or consonants; None where it says nothing."""
    if word.isdecimal():
        return f"#{int(word)}" if len(word) < 7 else None
    if word in _STOP or _ARTICLE.match(word):
        return None
    stem = _stem(word)
    if stem in _STOP:
        return None
    return _concepts().get(stem) or _consonants(_bare(word))


def keys(text: str) -> list[str]:
    """The keys of a text's words, in their order."""
    return [k for word in words(text) if (k := key(word)) is not None]


def _stem(word: str) -> str:
    """An Arabic word without the most common endings and clitics (Larkey's light stemming); others as they are."""
    return _SUFFIX.sub("", _PREFIX.sub("", word)) if _ARABIC_WORD.search(word) else word


def _bare(word: str) -> str:
    """A word that may be a name, without article and possessive: its endings may belong to the name."""
    return _JOINED_ARTICLE.sub("", re.sub(r"['’`]s$", "", word))


def _consonants(word: str) -> str | None:
    """The consonants of a word in one alphabet for both scripts; None where fewer than two are left."""
    plain = spelling.skeleton(word.replace("'", "").replace("’", ""))
    return plain if len(plain) > 1 else None


@lru_cache(maxsize=1)
def _concepts() -> dict[str, str]:
    table = Path(__file__).with_name("concepts.csv")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, str] = {}
    for row in rows:
        for word in (*row["en"].split("|"), *row["ar"].split("|")):
            found.setdefault(_stem("".join(words(word))), f"@{row['concept']}")
    return found


def vectors(texts: Sequence[str]) -> csr_matrix[Any]:
    """One row a text: the weights of its keys by rarity among these texts, of length 1; empty rows stay 0."""
    index: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        columns.extend(index.setdefault(k, len(index)) for k in dict.fromkeys(keys(text)))
        ends.append(len(columns))
    shape = (len(texts), max(len(index), 1))
    present = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=shape)
    rarity = np.log((1 + len(texts)) / (1 + np.bincount(columns, minlength=shape[1]))) + 1
    weighted = csr_matrix(present.multiply(rarity.astype(np.float32)))
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    scale = np.repeat(1 / np.maximum(length, 1e-9), np.diff(weighted.indptr))
    weighted.data *= scale.astype(np.float32)
    return csr_matrix(weighted)


def cosines(rows: csr_matrix[Any], left: Any, right: Any) -> Any:
    """The likeness 0-1 of pairs of rows of `vectors`."""
    both = rows[left].multiply(rows[right])
    return np.asarray(both.sum(axis=1)).ravel()


def is_arabic(text: str) -> bool:
    """Whether most letters of a text's beginning are Arabic."""
    letters = [c for c in text[:400] if c.isalpha()]
    return 2 * sum("\u0600" <= c <= "\u06ff" for c in letters) > len(letters)


def numbers(text: str) -> frozenset[str]:
    """The numbers from 2 to 9999 in a text that are no years: what it may count."""
    found = (int(digits) for digits in _DIGITS.findall(text[:MOST_CHARACTERS]) if len(digits) < 5)
    return frozenset(str(n) for n in found if n > 1 and not 1990 <= n <= 2100)
