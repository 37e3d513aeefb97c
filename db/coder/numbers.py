"""How many: digits, number words, "dozens", "at least", "up to" and ranges, in English and Arabic.

What a vague word is worth is the least it can mean; no best figure is made of it. ACLED codes "dozens" as 12
and "tens" as 10 without better information; UCDP keeps to what a report states.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from db.coder.text import Text, fold

LARGEST = 10_000_000
VAGUE_EN = {
    "tens": 10,
    "dozens": 12,
    "scores": 20,
    "hundreds": 100,
    "thousands": 1000,
    "several": 2,
    "many": 2,
}
VAGUE_EN |= {"a few": 2, "some": 2, "a number of": 2, "multiple": 2, "numerous": 2, "a large number of": 2}
VAGUE_EN |= {"large number of": 2, "a group of": 2}
VAGUE_AR = {
    "عشرات": 10,
    "مئات": 100,
    "آلاف": 1000,
    "عدد من": 2,
    "عدة": 2,
    "بضعة": 3,
    "مجموعة من": 2,
    "العديد من": 2,
}
_EXACT_EN = {
    "a dozen": 12,
    "half a dozen": 6,
    "half dozen": 6,
    "half-dozen": 6,
    "a couple of": 2,
    "a hundred": 100,
    "a thousand": 1000,
    "a pair of": 2,
}
_ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_AR_ONES = ["واحد واحده", "اثنان اثنين اثنتان اثنتين", "ثلاثه ثلاث", "اربعه اربع", "خمسه خمس", "سته ست"]
_AR_ONES += ["سبعه سبع", "ثمانيه ثماني ثمان", "تسعه تسع"]
_AR_TENS = ["عشرون عشرين", "ثلاثون ثلاثين", "اربعون اربعين", "خمسون خمسين", "ستون ستين", "سبعون سبعين"]
_AR_TENS += ["ثمانون ثمانين", "تسعون تسعين"]
_AR_HUNDREDS = {"ثلاث": 300, "اربع": 400, "خمس": 500, "ست": 600, "سبع": 700, "ثمان": 800, "تسع": 900}


_RISING = re.compile(r"(?:from|من)\s$", re.IGNORECASE)  # "rose from 10 to 15"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of something in the searched text; `is_word_one` marks "one", which may be a pronoun."""

    start: int
    end: int
    low: int | None
    best: int | None
    high: int | None
    is_word_one: bool = False


def _english_words() -> dict[str, int]:
    small = {w: n for n, w in enumerate([*_ONES, *_TEENS], 1)}
    small |= {w: 20 + 10 * n for n, w in enumerate(_TENS)}
    small |= {
        f"{t}-{o}": 20 + 10 * i + j for (i, t), (j, o) in product(enumerate(_TENS), enumerate(_ONES, 1))
    }
    return small | {"ninteen": 19, "fourty": 40}


def _arabic_words() -> dict[str, int]:
    ones = {form: n for n, forms in enumerate(_AR_ONES, 1) for form in forms.split()}
    tens = {form: 20 + 10 * n for n, forms in enumerate(_AR_TENS) for form in forms.split()}
    words = ones | tens | {"عشره": 10, "عشر": 10}
    for ten in ("عشر", "عشره"):
        words |= {f"{form} {ten}": 10 + n for form, n in ones.items()}
        words |= {
            f"{f} {ten}": n for f, n in {"احد": 11, "احدي": 11, "اثنا": 12, "اثني": 12, "اثنتا": 12}.items()
        }
    words |= {f"{o} و{t}": n + m for (o, n), (t, m) in product(ones.items(), tens.items())}
    for hundred in ("مءه", "ميه", "ماءه", "مايه"):
        words |= {hundred: 100} | {f + hundred: n for f, n in _AR_HUNDREDS.items()}
    return words | {
        "ميتان": 200,
        "ميتين": 200,
        "مايتين": 200,
        "مايتان": 200,
        "الف": 1000,
        "الفان": 2000,
        "الفين": 2000,
    }


@cache
def _words(lang: str) -> dict[str, int]:
    if lang == "ar":
        return {fold(word): n for word, n in _arabic_words().items()}
    return _english_words() | _EXACT_EN


@cache
def _vague(lang: str) -> dict[str, int]:
    return {fold(word): n for word, n in (VAGUE_AR if lang == "ar" else VAGUE_EN).items()}


_MORE_EN = r"at least|no (?:fewer|less) than|not less than|more than|over|above|upwards of|in excess of"
_ABOUT_EN = r"about|around|approximately|nearly|almost|some|roughly|close to|an estimated|estimated"
_MOST_EN = r"up to|at most|as many as|no more than|less than|fewer than"
_MORE_AR = "ما لا يقل عن|لا يقل عن|اكثر من|ما يزيد عن|ما يزيد علي|فوق"
_ABOUT_AR = "نحو|حوالي|قرابه|زهاء|ما يقارب|يقارب|تقريبا"
_MOST_AR = "ما يصل الي|لا يزيد عن|اقل من|حتي"


@cache
def _pattern(lang: str) -> re.Pattern[str]:
    more, about, most = (_MORE_AR, _ABOUT_AR, _MOST_AR) if lang == "ar" else (_MORE_EN, _ABOUT_EN, _MOST_EN)
    known = sorted([*_words(lang), *_vague(lang)], key=len, reverse=True)
    words = "|".join(
        re.escape(word).replace(r"\ ", r"[\s-]{1,3}").replace(r"\-", r"[\s-]{1,3}") for word in known
    )
    digits = r"\d{1,3}(?:,\d{3}){1,2}(?!\d)|\d{1,7}(?![\d%])"
    prefix = r"(?:و|ف|ب|ل|ال|وال|بال)?" if lang == "ar" else ""
    number = rf"(?:{digits}|{words})"
    times = r"(?:[\s-]{1,3}(?P<times>hundred|thousand|dozen)(?!\w))?" if lang == "en" else "(?P<times>(?!))?"
    to = r"\s{0,2}(?:-|to|and|or|الي|و|او)\s{0,2}"
    after = "علي الاقل" if lang == "ar" else r"(?:people |persons )?(?:at least|or more)"
    return re.compile(
        rf"(?<![\w.,#/:-])(?<!UPDATE\s){prefix}(?:(?P<more>{more})\s{{1,3}}|(?P<about>{about})\s{{1,3}}|(?P<most>{most})\s{{1,3}}"
        rf"|(?P<between>between|بين)\s{{1,3}})?(?:the\s)?(?P<first>{number})(?!\w)(?!/\d)(?![.:]\d){times}"
        rf"(?:{to}(?P<second>{number})(?!\w))?(?:\s{{1,3}}(?P<after>{after})(?!\w))?",
        re.IGNORECASE,
    )


def _value(word: str | None, lang: str) -> int | None:
    if word is None:
        return None
    plain = word.replace(",", "")
    if plain.isdecimal():
        return int(plain)
    key = re.sub(r"[\s-]+", " ", word.lower())
    words = _words(lang)
    return words.get(key, words.get(key.replace(" ", "-")))


def quantities(text: Text, start: int, end: int) -> Iterator[Quantity]:
    """The numbers between two positions of the searched text; years and parts of dates are not told apart."""
    position = start
    pattern = _pattern(text.lang)
    while (found := pattern.search(text.plain, position, end)) is not None:
        quantity = _read(found, text.lang)
        position = quantity.end
        yield quantity


def _read(found: re.Match[str], lang: str) -> Quantity:
    word = found["first"]
    first, second = _value(word, lang), _value(found["second"], lang)
    if first is None:
        least = _vague(lang)[re.sub(r"[\s-]+", " ", word.lower())]
        return Quantity(found.start(), found.end("first"), least, None, None)
    if found["times"]:
        first *= {"hundred": 100, "thousand": 1000, "dozen": 12}[found["times"].lower()]
    if second is not None and _RISING.search(found.string, max(0, found.start() - 8), found.start()):
        return Quantity(found.start(), found.end("second"), second, second, second)
    if second is not None and _is_range(found, first, second):
        return Quantity(found.start(), found.end("second"), first, None, second)
    end = found.end("times") if found["times"] else found.end("first")
    if found["after"] and second is None:
        return Quantity(found.start(), found.end("after"), first, first, None)
    low, best, high = _bounds(found, first)
    return Quantity(found.start(), end, low, best, high, is_word_one=word.lower() == "one")


def _is_range(found: re.Match[str], first: int, second: int) -> bool:
    joint = found.string[found.end("first") : found.start("second")].strip().lower()
    return first < second and (bool(found["between"]) or joint not in ("and", "و"))


def _bounds(found: re.Match[str], number: int) -> tuple[int | None, int | None, int | None]:
    if found["more"]:
        return number, number, None
    if found["about"]:
        return None, number, None
    return (None, None, number) if found["most"] else (number, number, number)
