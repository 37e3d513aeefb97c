"""The word lists of `lexicon.csv` as searches: one pass over a text for each list and language."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby

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


def _spaced(row: dict[str, str]) -> str:
    return fold(row["phrase"]).replace(" ", r"(?:[\s-]{1,3})")


def _initial(row: dict[str, str]) -> str:
    """The letter a phrase begins with; "" where it begins with a choice."""
    phrase = fold(row["phrase"])
    has_choice = len(phrase) > 1 and phrase[1] in "?*{|"
    return phrase[0].lower() if phrase[0].isalpha() and not has_choice else ""


@cache
def word_list(table: str, lang: str) -> WordList:
    """One list of `lexicon.csv`; phrases are regular expressions without groups."""
    rows = [r for r in _rows() if r["list"] == table and r["lang"] in (lang, "any")]
    rows.sort(key=lambda r: (not _initial(r), _initial(r), -len(r["phrase"])))
    # One look at the first letter spares trying every phrase at every word.
    inside = "|".join(
        (f"(?={letter})" if letter else "") + "(?:" + "|".join(f"({_spaced(r)})" for r in same) + ")"
        for letter, same in groupby(rows, key=_initial)
    )
    before = r"(?<!\w)" + (_CLITIC if lang == "ar" else "")
    pattern = re.compile(rf"{before}(?=[\w'&%])(?:{inside})(?!\w)", re.IGNORECASE)
    return WordList(pattern, tuple(r["value"] for r in rows))


def find(table: str, text: Text) -> list[Hit]:
    """Every phrase of a list in a text, in the text's own language."""
    return list(word_list(table, text.lang).hits(text.plain))
