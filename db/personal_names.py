"""Names of persons in a text, in both scripts: by a title, a kunya, whose son or sister it is, a calling, a given name.

A rule runs only where one of its words stands in the text. What looks like a name and belongs to a place, a group
or somebody of old ("Omar ibn al-Khattab mosque") is left out by its neighbours.
"""

import re
from collections.abc import Callable, Iterator

from db.given_names import is_given
from db.name_words import (
    AR_CALLINGS,
    AR_KIN,
    AR_NO_NAME,
    AR_OFFICES,
    AR_PLACES,
    AR_SAID,
    AR_TITLES,
    AR_WHERE,
    CALLINGS,
    HISTORIC,
    INSTITUTIONS,
    KIN,
    KIN_TOGETHER,
    NO_NAME,
    OFFICES,
    PLACES,
    PUBLIC,
    TITLES,
    WHERE,
    options,
)

Found = tuple[int, int, bool]  # from, to, whether a public office is held
Places = Callable[[str], bool]
Rules = tuple[tuple[frozenset[str] | None, re.Pattern[str], bool], ...]
WORD = re.compile(r"[^\W\d_]+")
_CAPITAL = r"[A-Z\u00c0-\u00dePŠŽ][\w'’ʿʾ`-]*[a-z\u00df-\u00ff][\w'’ʿʾ`-]*"
_PARTICLE = r"(?:(?:al|el|ash|as|an|ad|ar|at|az|bin|ibn|bint|ben|abu|abou|umm|um|van|von|de)[\s-]+){1,2}"
_PART = rf"(?:{_PARTICLE})?{_CAPITAL}"
_WHO = rf"{_PART}(?:\s+{_PART}){{0,3}}"
_TWO = rf"{_PART}(?:\s+{_PART}){{1,3}}"
OFFICE = re.compile(
    rf"\b(?:(?:Vice|Deputy|former|late|[A-Z][a-z]+)[\s-]+)?(?:{options(OFFICES)})\.?\s+({_WHO})"
)
TITLED = re.compile(rf"\b(?:{options(TITLES)})\b\.?\s+({_WHO})")
KUNYA = re.compile(
    r"\b(?:Abu|Abou|Abo|Umm|Um|Oum|Bint|Ibn)[\s-]+((?:(?:al|el)[\s-]?)?[A-Z][\w'’-]{2,}"
    r"(?:\s+(?:al|el)[\s-][A-Z][\w'’-]+)?)"
)
SAID = re.compile(rf"\b(?:named|called|known as|name is|names? of|identified as)(?: is| are|:)?\s+({_TWO})")
KINSHIP = re.compile(rf"\b(?:{options(KIN)})\s+of\s+(?:the late\s+)?({_TWO})")
CALLING = re.compile(rf"\b(?:{options(CALLINGS | KIN - KIN_TOGETHER)}),?\s+({_TWO})")
SON = re.compile(
    rf"\b({_CAPITAL},?\s+(?:(?:the )?(?:{options(KIN)}) of|ibn|bin|bint|ben)\s+{_PART}(?:\s+{_PART})?)"
)
AGED = re.compile(rf"\b({_TWO}),?\s+(?:aged\s+\d|\d{{1,2}}(?:,|\s+years|-year))")
AGE = re.compile(r"aged \d|, \d\d?,|\d[ -]year|عاما|سنه|سنوات|اعوام")
AFTER_GIVEN = re.compile(rf"(?:-{_CAPITAL})?\s+({_PART}(?:\s+{_PART}){{0,2}})")
FOLLOWED = re.compile(rf"(?:['’]s)?[\s-]+(?:{options(INSTITUTIONS)})\b", re.IGNORECASE)
BEFORE = re.compile(
    rf"(?:\b(?:{options(PLACES)})\.?[\s-]+(?:of\s+)?(?:the\s+)?)(?:{options(TITLES)}\s+)?$", re.IGNORECASE
)
BEFORE_PLACE = re.compile(rf"\b(?:{options(WHERE)})\s+$", re.IGNORECASE)

_L = r"[\u0621-\u064a]"
_NEXT = rf"(?:\s+(?!وال){_L}{{2,}})"
_AND = r"(?:[وفلب])?"
AR_OFFICE = re.compile(rf"(?<!{_L})(?:ال)?(?:{AR_OFFICES})\s+({_L}{{2,}}\s+{_L}{{2,}})")
AR_TITLED = re.compile(rf"(?<!{_L}){_AND}(?:ال|لل)?(?:{options(AR_TITLES)})\s+({_L}{{2,}}{_NEXT}{{1,2}})")
AR_SHORT = re.compile(rf"(?<!{_L})(?:د|م|ا)\s?[./]\s?({_L}{{2,}}{_NEXT}{{0,2}})")
AR_KUNYA = re.compile(rf"(?<!{_L}){_AND}(?:ابو|ابي|ام|ابا)\s+(?!ال)({_L}{{3,}}(?:\s+ال{_L}{{3,}}(?:ي|ه))?)")
AR_NAMED = re.compile(rf"(?<!{_L})(?:{options(AR_SAID)})\s*:?\s+({_L}{{2,}}{_NEXT}{{1,2}})")
AR_RELATED = re.compile(
    rf"(?<!{_L}){_AND}(?:(?:ال|لل)?(?:{options(AR_CALLINGS)})|{options(AR_KIN)})\s+({_L}{{2,}}{_NEXT}{{0,2}})"
)
AR_SON = re.compile(rf"(?<!{_L})({_L}{{3,}}\s+(?:بن|ابن|بنت|ابنه)\s+{_L}{{3,}}(?:\s+ال{_L}{{3,}})?)")
AR_AGED = re.compile(rf"(?<!{_L})({_L}{{3,}}\s+{_L}{{3,}})\s*[(،,]\s*\d{{1,2}}\s*(?:عاما|سنه|سنوات|اعوام)")
AR_AFTER_GIVEN = re.compile(rf"\s+((?:ابو\s+|ال)?{_L}{{3,}}(?:\s+ال{_L}{{3,}})?)")
_LATIN, _ARABIC = re.compile("[A-Z]"), re.compile(_L)
_AR_BARE = re.compile(r"^[وفلبك]?(?:ال|لل)?")


def names(text: str, places: Places | None) -> Iterator[Found]:
    """Stretches of a text that seem to be names; letters of a kind must be written as one, and marks left out."""
    words = set(WORD.findall(text))
    if _LATIN.search(text):
        yield from _latin(text, words, places)
    if _ARABIC.search(text):
        yield from _arabic(text, words | {_AR_BARE.sub("", one, count=1) for one in words}, places)


def _found(rules: Rules, text: str, words: set[str]) -> Iterator[tuple[re.Match[str], bool]]:
    """What the rules find whose words stand in the text; a rule without words wants an age."""
    for cues, pattern, public in rules:
        if AGE.search(text) if cues is None else not cues.isdisjoint(words):
            yield from ((match, public) for match in pattern.finditer(text))


def _latin(text: str, words: set[str], places: Places | None) -> Iterator[Found]:
    for match, public in _found(_RULES, text, words):
        if _person(text, match, places):
            yield match.start(), match.end(1), public
    if given := {one for one in words if not one.islower() and is_given(one)}:
        yield from _given(text, given, places)


def _given(text: str, given: set[str], places: Places | None) -> Iterator[Found]:
    """A given name and what follows it."""
    for word in WORD.finditer(text):
        match = AFTER_GIVEN.match(text, word.end()) if word[0] in given else None
        if match and _person(text, match, places, word.start()):
            yield word.start(), match.end(1), bool(PUBLIC & set(match[1].lower().replace("-", " ").split()))


def _person(text: str, match: re.Match[str], places: Places | None, start: int | None = None) -> bool:
    """Whether what a rule found can be a person's name, by itself and by its neighbours."""
    start, pattern = match.start() if start is None else start, match.re
    parts = re.split(r"[\s-]+", match[1].lower())
    if (
        parts[0] in NO_NAME
        or parts[0] in PLACES
        or parts[0] in INSTITUTIONS
        or not INSTITUTIONS.isdisjoint(parts[1:])
    ):
        return False
    whole = " ".join(re.split(r"[\s-]+", text[start : match.end(1)].lower()))
    if HISTORIC.search(whole) or FOLLOWED.match(text, match.end(1)):
        return False
    before = text[max(0, start - 40) : start]
    if BEFORE.search(before) or ((pattern is KUNYA or match[0][:2] == "Sh") and BEFORE_PLACE.search(before)):
        return False
    return not (places and (places(text[start : match.end(1)]) or places(match[1])))


def _arabic(text: str, words: set[str], places: Places | None) -> Iterator[Found]:
    for match, public in _found(_AR_RULES, text, words):
        if _ar_person(text, match, places):
            yield match.start(), match.end(1), public
    if given := {one for one in words if is_given(one)}:
        yield from _ar_given(text, given, places)


def _ar_given(text: str, given: set[str], places: Places | None) -> Iterator[Found]:
    for word in WORD.finditer(text):
        known = word[0] in given or word[0].removeprefix("و") in given
        match = AR_AFTER_GIVEN.match(text, word.end()) if known else None
        if match and _ar_person(text, match, places, word.start()):
            yield word.start(), match.end(1), bool(PUBLIC & set(match[1].split()))


def _ar_person(text: str, match: re.Match[str], places: Places | None, start: int | None = None) -> bool:
    start, pattern = match.start() if start is None else start, match.re
    parts = match[1].split()
    if any(one in AR_NO_NAME for one in parts[: 2 if pattern is AR_RELATED else 1]):
        return False
    if pattern is AR_RELATED and not is_given(parts[0]):
        return False
    if pattern is AR_SON and not (parts[1] == "بن" or is_given(parts[0]) or is_given(parts[2])):
        return False
    whole = text[start : match.end(1)]
    if HISTORIC.search(whole):
        return False
    before = text[max(0, start - 40) : start].split()[-2:]
    bare = [_AR_BARE.sub("", one, count=1) for one in before]
    if not AR_PLACES.isdisjoint([*before, *bare]):
        return False
    if before and {before[-1], bare[-1]} & AR_WHERE and (pattern is AR_KUNYA or "شيخ" in match[0]):
        return False
    return not (places and (places(whole) or places(match[1])))


def _cues(*words: str) -> frozenset[str]:
    """The first word of each, which has to stand in a text."""
    return frozenset(WORD.findall(one.split("_")[0])[0] for one in words)


_RULES: Rules = (
    (_cues(*OFFICES), OFFICE, True),
    (_cues(*TITLES), TITLED, False),
    (_cues("Abu", "Abou", "Abo", "Umm", "Um", "Oum", "Bint", "Ibn"), KUNYA, False),
    (_cues("named", "called", "known", "name", "names", "identified"), SAID, False),
    (_cues(*KIN), KINSHIP, False),
    (_cues(*KIN, *CALLINGS), CALLING, False),
    (_cues(*KIN, "ibn", "bin", "bint", "ben"), SON, False),
    (None, AGED, False),
)
_AR_RULES: Rules = (
    (_cues("رئيس", "وزير", "سفير", "امير", "ملك", "مبعوث"), AR_OFFICE, True),
    (_cues(*AR_TITLES), AR_TITLED, False),
    (_cues("د", "م", "ا"), AR_SHORT, False),
    (_cues("ابو", "ابي", "ام", "ابا", "و"), AR_KUNYA, False),
    (_cues(*AR_SAID), AR_NAMED, False),
    (_cues(*AR_CALLINGS, *AR_KIN), AR_RELATED, False),
    (_cues("بن", "ابن", "بنت", "ابنه"), AR_SON, False),
    (None, AR_AGED, False),
)
