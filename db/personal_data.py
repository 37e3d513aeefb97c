"""Personal data in a text: names, telephone numbers, e-mail, ids, accounts; in both scripts.

It warns where texts come in, and blocks where they go out to the public. It finds what has a form or a word beside
it that tells (`personal_forms`, `personal_names`): a text in which nothing is found may still name somebody.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from db import personal_forms as forms
from db import personal_names
from db.errors import BadInput
from db.places import Gazetteer

READ_CHARS = 200_000
ALIKE = 90  # of 100: the same consonants, whatever the vowels


class Kind(StrEnum):
    """What was found."""

    NAME = "name"
    PHONE = "telephone number"
    EMAIL = "e-mail address"
    ID_NUMBER = "id number"
    ACCOUNT = "account"
    BANK = "bank account"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A stretch of a text (`start` to `end`, in characters) and what it seems to be.

    `public` marks the holder of a public office ("President Assad"), which is counted but blocks nothing.
    """

    start: int
    end: int
    kind: Kind
    public: bool = False


# Digits of every script as ours, letters that are written for one another as one; all one for one.
_ALIKE = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹أإآٱىةؤئ", "01234567890123456789اااايهوي")
# "Upon" and Ali differ by two dots that many leave out; alone it is read as another preposition of three letters.
_UPON = re.compile(r"(?<![\u0621-\u064a])([وف]?)على(?![\u0621-\u064a])")
# Vowel marks, lengthened lines, marks of direction: inside a word for the eye only.
_UNSEEN = re.compile(
    "[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_IN_NUMBERS = (
    (forms.BANK, Kind.BANK),
    (forms.ID, Kind.ID_NUMBER),
    (forms.PHONE, Kind.PHONE),
    (forms.CALLED, Kind.PHONE),
)
_IN_ADDRESSES = ((forms.EMAIL, Kind.EMAIL), (forms.ACCOUNT, Kind.ACCOUNT))


def find(text: str, places: Callable[[str], bool] | None = None) -> list[Finding]:
    """What of a text seems to be personal data, in the order of the text; overlapping stretches once.

    `places` says whether a name is that of a place, so that Abu Kamal is a town and Sheikh Miskin too.
    """
    plain, at = _plain(text[:READ_CHARS])
    found = sorted(_all(plain, places), key=lambda one: (one.start, -one.end, one.kind))
    kept: list[Finding] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept if at is None else [Finding(at[f.start], at[f.end - 1] + 1, f.kind, f.public) for f in kept]


def _plain(text: str) -> tuple[str, list[int] | None]:
    """The text as the rules read it, and where its characters stood where any were left out."""
    text = _UPON.sub(r"\1لدى", text).translate(_ALIKE)
    if not _UNSEEN.search(text):
        return text, None
    at = [n for n, sign in enumerate(text) if not _UNSEEN.match(sign)]
    return "".join(text[n] for n in at), at


def blocks(text: str | None, places: Callable[[str], bool] | None = None) -> bool:
    """Whether a text may not go out to the public because of the personal data in it."""
    return bool(text) and any(not one.public for one in find(text or "", places))


def refuse(texts: Iterable[str | None], places: Callable[[str], bool] | None = None) -> None:
    """Refuse to let texts out to the public that hold personal data, naming kinds and counts, never the words."""
    kinds = Counter(str(one.kind) for text in texts for one in find(text or "", places) if not one.public)
    if kinds:
        told = ", ".join(f"{kind} ({count})" for kind, count in sorted(kinds.items()))
        raise BadInput(
            f"this seems to hold personal data and cannot go out to the public: {told}; take it out first"
        )


def place_names(gazetteer: Gazetteer) -> Callable[[str], bool]:
    """Whether a name, or its first two words, is that of a place of a gazetteer, however it is spelt."""

    def known(name: str) -> bool:
        first = gazetteer.candidates(name, limit=1) or gazetteer.candidates(
            " ".join(name.split()[:2]), limit=1
        )
        return bool(first) and first[0].score >= ALIKE

    return known


def summary(found: Iterable[Finding]) -> dict[str, int]:
    """How many of each kind were found, holders of public offices left out."""
    return dict(sorted(Counter(str(one.kind) for one in found if not one.public).items()))


def _all(text: str, places: Callable[[str], bool] | None) -> Iterator[Finding]:
    patterns = (
        *(_IN_NUMBERS if forms.NUMBER.search(text) else ()),
        *(_IN_ADDRESSES if forms.MARKED.search(text) else ()),
    )
    for pattern, kind in patterns:
        for match in pattern.finditer(text):
            group = pattern.groups if pattern.groups and match[pattern.groups] else 0
            yield Finding(match.start(group), match.end(group), kind)
    for start, end, public in personal_names.names(text, places):
        yield Finding(start, end, Kind.NAME, public)
