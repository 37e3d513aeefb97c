"""The word lists of `lexicon.csv` as searches: one pass over a text for each list and language."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from db.coder.text import Text, fold

_CLITIC = r"(?:[وف]?(?:[بلك]|لل|ال|بال|كال)?)"


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of a word list found in the searched text."""

    start: int
    end: int
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class WordList:
    """The phrases of one list in one language, compiled to one pattern."""

    pattern: re.Pattern[str]
    values: tuple[str, ...]

    def hits(self, text: str, start: int = 0, end: int | None = None) -> Iterator[Hit]:
        """Every phrase found, from left to right, the longest first where several begin together."""
        for found in self.pattern.finditer(text, start, len(text) if end is None else end):
            which = found.lastindex
            if which is not None:
                yield Hit(found.start(which), found.end(which), self.values[which - 1], found[which])


@cache
def _rows() -> list[dict[str, str]]:
    with (files("db.coder") / "lexicon.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


@cache
def word_list(table: str, lang: str) -> WordList:
    """One list of `lexicon.csv`; phrases are regular expressions without groups."""
    rows = [r for r in _rows() if r["list"] == table and r["lang"] in (lang, "any")]
    rows.sort(key=lambda r: -len(r["phrase"]))
    phrases = [fold(r["phrase"]).replace(" ", r"(?:[\s-]{1,3})") for r in rows]
    before = r"(?<!\w)" + (_CLITIC if lang == "ar" else "")
    inside = "|".join(f"({p})" for p in phrases) or r"(\Z\A.)"
    pattern = re.compile(rf"{before}(?:{inside})(?!\w)", re.IGNORECASE)
    return WordList(pattern, tuple(r["value"] for r in rows))


def find(table: str, text: Text) -> list[Hit]:
    """Every phrase of a list in a text, in the text's own language."""
    return list(word_list(table, text.lang).hits(text.plain))
