"""A sentence as the few kinds of words that counts of people are made of, in order."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from db.coder.draft import Span
from db.coder.lexicon import Hit, word_list
from db.coder.numbers import Quantity, quantities
from db.coder.text import Text

_LISTS = ("harm", "joint", "thing", "person")  # the first wins where two share words
_ARTICLE = re.compile(r"(?<!\w)(?:an?|another|one|the)\s(?:[\w'-]{1,20}\s){0,3}$", re.IGNORECASE)
_OF_ONE = re.compile(r"(?<!\w)of (?:one|an?|the same) ", re.IGNORECASE)  # "4 of one family"
NUMBER_OF = re.compile(  # "raises to 45, the number of", "to 13 -mostly children- the number of"
    r",?\s{1,3}(?:at least,?\s)?(?:-[^-]{1,60}-\s{0,2})?(?:the (?:\w+ )?(?:number|toll)|those who)\b",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"(?<!\w)(?:while|after|amid|(?<!well )as(?! well)|when|but|although|whereas|following|despite"
    r"|بينما|بعد|فيما|لكن|عقب)(?!\w)",
    re.IGNORECASE,
)
_COMMA = re.compile(r",(?!\d)")
_PEOPLE = re.compile(r"(?<!\w)(?:people|persons)(?!\w)", re.IGNORECASE)
AWAY = re.compile(
    r"(?<!\w)(?:in|at|on|by|from|near|to|with|during|for|against|within|since|due|amid|inside|between|في|علي|من|خلال|قرب|منذ|الي|بعد)(?!\w)",
    re.IGNORECASE,
)
_MONTH = re.compile(
    r"(?<!\w)(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)(?:uary|ruary|ch|il|ust|ember|ober|ember)?\.?\s$"
)
NOUN_REACH_WORDS = 6
LEADING_WORDS = 3
LONE_FORMS = {"1": 1, "2": 2}


@dataclass(frozen=True, slots=True)
class Item:
    """One word or phrase that matters: its kind, and what it says."""

    start: int
    end: int
    kind: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people: where it stands, how much, and who they are as far as the noun tells."""

    start: int
    end: int
    quantity: Quantity
    who: str | None


def words_between(text: Text, start: int, end: int) -> int:
    """How many words stand between two positions."""
    return len(text.plain[start:end].split()) if start < end else 0


def items(text: Text, sentence: Span) -> list[Item]:
    """The words of a sentence that counts are made of, in order, none inside another."""
    hits: list[tuple[int, Hit, str]] = []
    for rank, name in enumerate(_LISTS):
        hits += [(rank, hit, name) for hit in word_list(name, text.lang).hits(text.plain, *sentence)]
    hits.sort(key=lambda h: (h[1].start, -h[1].end, h[0]))
    kept: list[Item] = []
    for _, hit, name in hits:
        if not kept or hit.start >= kept[-1].end:
            kept.append(Item(hit.start, hit.end, hit.value if name == "joint" else name, hit.value))
    for pattern, kind in ((_BREAK, "break"), (_COMMA, "comma")):
        kept += [Item(m.start(), m.end(), kind) for m in pattern.finditer(text.plain, *sentence)]
    return sorted(kept, key=lambda item: item.start)


def counts(text: Text, sentence: Span, found: list[Item], taken: Iterable[Span]) -> list[Count]:
    """The numbers of people in a sentence; numbers of things, dates and names (`taken`) are left out."""
    numbers = [q for q in quantities(text, *sentence) if not _within(q.start, q.end, taken)]
    read = [count for q in numbers if (count := _count(text, q, found)) is not None]
    beside = zip([None, *found[:-1]], found, [*found[1:], None], strict=True)
    lone = [_lone(text, item, numbers, before, after) for before, item, after in beside]
    return sorted([*read, *(c for c in lone if c is not None)], key=lambda c: c.start)


def _within(start: int, end: int, spans: Iterable[Span]) -> bool:
    return any(a < end and start < b for a, b in spans)


def _count(text: Text, number: Quantity, found: list[Item]) -> Count | None:
    """A number with the noun that follows it; None where the noun is no person."""
    if NUMBER_OF.match(text.plain, number.end) or _PEOPLE.search(text.plain, number.start, number.end):
        return Count(number.start, number.end, number, "person")
    if _MONTH.search(text.plain, max(0, number.start - 16), number.start):
        return None
    for item in found:
        if item.start < number.end:
            continue
        if words_between(text, number.end, item.start) > NOUN_REACH_WORDS or item.kind in (
            "break",
            "comma",
            "and",
        ):
            break
        if AWAY.search(text.plain, number.end, item.start):
            break
        if item.kind == "thing" and not _OF_ONE.search(text.plain, number.end, item.start):
            return None
        if item.kind == "person":
            return Count(number.start, item.end, number, item.value.split(":")[0])
        if item.kind in ("harm", "including", "among"):
            break
    if _is_year(number) or (number.is_word_one and not _is_harmed(text, number, found)):
        return None
    return Count(number.start, number.end, number, None)


def _is_harmed(text: Text, number: Quantity, found: list[Item]) -> bool:
    """Whether "one" is a person: "one died"."""
    behind = [item for item in found if item.start >= number.end]
    near = bool(behind) and words_between(text, number.end, behind[0].start) <= 1
    return near and behind[0].kind == "harm"


def _is_year(number: Quantity) -> bool:
    return number.best is not None and 1900 <= number.best <= 2100 and number.low == number.high


def _lone(
    text: Text, item: Item, numbers: list[Quantity], before: Item | None, after: Item | None
) -> Count | None:
    """One or two people that a noun itself counts: "a man", "شخصان"; None beside a number or another noun."""
    if item.kind not in ("person", "harm"):
        return None
    who, _, form = item.value.partition(":")
    form = form[-1:]
    if form not in ("1", "2", "?") or any(_beside(text, q, item) for q in numbers):
        return None
    start = item.start
    if text.lang == "en":
        if after and after.kind in ("thing", "person") and not text.plain[item.end : after.start].strip():
            return None  # "a rebel faction"
        article = _ARTICLE.search(text.plain, max(0, item.start - 70), item.start)
        if article is None and not (item.kind == "person" and _opens(text, item, after)):
            return None
        start = article.start() if article else item.start
    elif text.plain[max(0, start - 2) : start] == "ال" and not _befell(text, start - 2, before):
        return None
    number = LONE_FORMS.get(form)
    quantity = Quantity(start, item.end, number or 2, number, number)
    return Count(start, item.end, quantity, who if item.kind == "person" else None)


def _befell(text: Text, start: int, before: Item | None) -> bool:
    """Whether a word of harm stands directly before "the young man": "مقتل الشاب"."""
    return before is not None and before.kind == "harm" and not text.plain[before.end : start].strip()


def _opens(text: Text, item: Item, after: Item | None) -> bool:
    """Whether a headline begins with a person and what befell them: "Turkish soldier killed"."""
    begin = next((a for a, b in text.sentences if a <= item.start < b), item.start)
    few = words_between(text, begin, item.start) <= LEADING_WORDS
    direct = after is not None and after.kind == "harm" and after.value.endswith(":past")
    between = text.plain[item.end : after.start].strip().lower() if after else ""
    return few and direct and between in ("", "was", "is", "has been", "reportedly")


def _beside(text: Text, number: Quantity, item: Item) -> bool:
    if number.start <= item.start < number.end:
        return True
    return number.end <= item.start and words_between(text, number.end, item.start) <= (
        1 if text.lang == "ar" else 3
    )
