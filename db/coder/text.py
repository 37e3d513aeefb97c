"""The text as it is searched: spelling made even, every character knowing where it came from."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from db.coder.draft import Span

EXAMINED_CHARACTERS = 20_000
LONGEST_SENTENCE_CHARACTERS = 600
_FOLDED = str.maketrans(
    "أإآٱىةؤئ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹کی’‘ʼ`´“”«»–—−،؛؟",
    "ااااي" + "هوي" + "0123456789" * 2 + "كي" + "'''''" + '""""' + "---" + ",;?",
)
_DROPPED = {"Mn", "Cf", "Cc", "Cs"}
_MARKUP = re.compile(r"<[^<>]{0,300}>|&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,10});")
_SENTENCE_END = re.compile(r"(?<!\b[A-Z])[.!?](?=\s|$)|\.{2,}|…|\n|;")
_ARABIC = re.compile(r"[\u0620-\u064a]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def _folded(character: str) -> str:
    """One character as it is searched, or nothing where it carries no letter (marks, overrides, NUL)."""
    if character in "\n\r\t\u2028\u2029":
        return "\n" if character != "\t" else " "
    if character == "\u0640" or unicodedata.category(character) in _DROPPED:
        return "" if character != "\0" else " "
    return " " if character.isspace() else character.translate(_FOLDED)


def _lang(plain: str) -> str:
    """Arabic or English, by which letters are more."""
    return "ar" if len(_ARABIC.findall(plain)) > len(_LATIN.findall(plain)) else "en"


@dataclass(frozen=True)
class Text:
    """What is searched (`plain`), and for each of its characters the place in the original (`at`)."""

    original: str
    plain: str
    at: tuple[int, ...]
    lang: str
    limit: int

    @classmethod
    def of(cls, original: str, limit: int = EXAMINED_CHARACTERS, lang: str | None = None) -> "Text":
        """The first characters of a text, spelling made even; markup becomes blanks."""
        head = _MARKUP.sub(lambda m: " " * len(m[0]), original[:limit])
        pairs = [(letter, i) for i, c in enumerate(head) for letter in _folded(c)]
        plain = "".join(p[0] for p in pairs)
        return cls(original, plain, tuple(p[1] for p in pairs), lang or _lang(plain), limit)

    def span(self, start: int, end: int) -> Span:
        """The characters of the original that a stretch of the searched text stands for."""
        if start >= end:
            where = self.at[start] if start < len(self.at) else len(self.original)
            return where, where
        return self.at[start], self.at[end - 1] + 1

    def phrase(self, start: int, end: int) -> str:
        """The words of the original that a stretch of the searched text stands for."""
        first, last = self.span(start, end)
        return self.original[first:last]

    @cached_property
    def sentences(self) -> list[Span]:
        """Stretches of the searched text between full stops, line ends and semicolons, none of them endless."""
        ends = [m.end() for m in _SENTENCE_END.finditer(self.plain)] + [len(self.plain)]
        whole = zip([0, *ends[:-1]], ends, strict=True)
        short = [part for start, end in whole for part in self._cut(start, end)]
        return [(a, b) for a, b in short if self.plain[a:b].strip()]

    def _cut(self, start: int, end: int) -> Iterator[Span]:
        """A stretch in pieces that end between words."""
        while end - start > LONGEST_SENTENCE_CHARACTERS:
            limit = start + LONGEST_SENTENCE_CHARACTERS
            cut = max(self.plain.rfind(" ", start + 1, limit), self.plain.rfind(",", start + 1, limit))
            middle = cut + 1 if cut > start else limit
            yield start, middle
            start = middle
        yield start, end


def fold(text: str) -> str:
    """A short text in the spelling that is searched."""
    return "".join(map(_folded, text))
