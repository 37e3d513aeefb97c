"""The words that dates are written with, English and Arabic, and the patterns made of them.

All words stand as `db.dates` compares them: lower case, without vowel marks, one form of alef, ya and ta marbuta.
"""

import re
from collections.abc import Iterable
from enum import StrEnum


class Calendar(StrEnum):
    """The calendar a date is written in."""

    GREGORIAN = "gregorian"
    HIJRI = "hijri"


_ENGLISH = (
    "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sept|sep october|oct "
    "november|nov december|dec"
)
# "_" stands for a space inside a name.
_LEVANTINE = (
    "كانون_الثاني|كانون_ثاني|كانون_2|ك2 شباط اذار نيسان ايار حزيران تموز اب ايلول "
    "تشرين_الاول|تشرين_اول|تشرين_1|ت1 تشرين_الثاني|تشرين_ثاني|تشرين_2|ت2 كانون_الاول|كانون_اول|كانون_1|ك1"
)
_EGYPTIAN = (
    "يناير فبراير مارس ابريل|افريل مايو يونيو|يونيه يوليو|يوليه|يوليوز اغسطس|غشت "
    "سبتمبر|شتنبر اكتوبر نوفمبر ديسمبر"
)
_HIJRI_ARABIC = (
    "محرم|المحرم صفر ربيع_الاول|ربيع_اول ربيع_الثاني|ربيع_الاخر|ربيع_ثاني جمادي_الاولي|جمادي_الاول "
    "جمادي_الاخره|جمادي_الثانيه|جمادي_الثاني رجب شعبان رمضان شوال ذو_القعده|ذي_القعده ذو_الحجه|ذي_الحجه"
)
_HIJRI_ENGLISH = (
    "muharram safar rabi_al-awwal|rabi_i rabi_al-thani|rabi_al-akhir|rabi_ii jumada_al-awwal|jumada_al-ula|jumada_i "
    "jumada_al-thani|jumada_al-akhirah|jumada_ii rajab shaban|sha'ban ramadan shawwal dhu_al-qadah|dhu_al-qi'dah "
    "dhu_al-hijjah|dhul_hijjah"
)


def _numbered(*lists: str) -> dict[str, tuple[int, ...]]:
    names: dict[str, tuple[int, ...]] = {}
    for each in lists:
        for number, words in enumerate(each.split(), start=1):
            names.update(dict.fromkeys(words.replace("_", " ").split("|"), (number,)))
    return names


# A word that two months share names both.
_SHARED = {"تشرين": (10, 11), "كانون": (12, 1)}
MONTHS: dict[str, tuple[Calendar, tuple[int, ...]]] = {
    **{w: (Calendar.GREGORIAN, n) for w, n in (_numbered(_ENGLISH, _LEVANTINE, _EGYPTIAN) | _SHARED).items()},
    **{w: (Calendar.HIJRI, n) for w, n in _numbered(_HIJRI_ARABIC, _HIJRI_ENGLISH).items()},
}
WEEKDAYS = {
    **{
        day: n
        for n, day in enumerate(
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        )
    },
    **{
        day: n
        for n, day in enumerate(["الاثنين", "الثلاثاء", "الاربعاء", "الخميس", "الجمعه", "السبت", "الاحد"])
    },
    **{"الاتنين": 0, "الثلاثا": 1, "الاربعا": 2},
}
DAYS_AGO = {
    **dict.fromkeys(("today", "this morning", "this afternoon", "this evening", "tonight", "اليوم"), 0),
    **dict.fromkeys(("yesterday", "امس", "البارحه", "مبارح", "امبارح"), 1),
    **dict.fromkeys(
        ("the day before yesterday", "day before yesterday", "اول امس", "امس الاول", "قبل امس"), 2
    ),
    **{"قبل يومين": 2, "منذ يومين": 2, "قبل يوم": 1},
}
_TO_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS = {word: number for number, word in enumerate(_TO_TEN, start=1)}


_UNITS = ("الاول", "الثاني", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن", "التاسع")
_FIRSTS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_TEENS = ("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth")
# Days of a month in words; Arabic counts them "the second and twentieth".
ORDINALS = {
    **{
        word: n
        for n, word in enumerate((*_FIRSTS, *_TEENS, "eighteenth", "nineteenth", "twentieth"), start=1)
    },
    **{f"twenty-{word}": 20 + n for n, word in enumerate(_FIRSTS, start=1)},
    **{
        "thirtieth": 30,
        "thirty-first": 31,
        "العاشر": 10,
        "العشرين": 20,
        "الثلاثين": 30,
        "الحادي والثلاثين": 31,
    },
    **{word: n for n, word in enumerate(_UNITS, start=1)},
    **{f"{word} عشر": 10 + n for n, word in enumerate(("الحادي", *_UNITS[1:]), start=1)},
    **{f"{word} والعشرين": 20 + n for n, word in enumerate(("الحادي", *_UNITS[1:]), start=1)},
}


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words, the longest first, any space for a space."""
    longest = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest) + ")"


_MONTH = any_of(MONTHS)
_D = r"(?<![\d/.:])(?P<d>\d{1,2})(?:\s?(?:st|nd|rd|th))?(?!\d)"
_TO = r"(?:\s*(?:-|–|—|/|&|to|and|until|till|through|الي|حتي|و)\s*)"
_D2 = rf"(?:{_TO}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?"
_M = rf"(?<![^\W\d_])[وبلف]?(?P<m>{_MONTH})\.?(?:\s*[/(،-]\s*(?P<m2>{_MONTH})\)?)?(?![^\W_])"
_Y = r"(?P<y>(?:1[345]|19|20|21)\d\d)(?!\d|[,.]\d)"
_THEN_YEAR = rf"(?:\s*,?\s*(?:of|(?:من\s+|في\s+)?(?:عام|سنه)|من)?\s*{_Y})?"
_OF = r"(?:\s+(?:of|من|من\s+شهر|شهر)\s+|\s+|-)"
_IN = r"(?:in|during|since|last|this|early|mid|late|early\s+in|throughout|في|خلال|منذ|شهر|اوائل|اواخر|منتصف)"
NUMBER_AFTER = re.compile(r"\s*,?\s*\d{4}(?!\d)")
ISO = re.compile(r"(?<![\d/.-])(?P<y>\d{4})(?P<by>[-/.])(?P<m>\d{1,2})(?P=by)(?P<d>\d{1,2})(?!\d|[/.-]\d)")
NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<d>\d{1,2})(?P<by>[-/.])(?P<m>\d{1,2})(?P=by)(?P<y>\d{4}|\d{2})(?!\d|[/-]\d)(?P<h>\s?(?:هـ|ه\b|ah\b))?"
)
DAY_MONTH = re.compile(rf"{_D}{_D2}{_OF}{_M}{_THEN_YEAR}")
IN_WORDS = re.compile(rf"(?<!\w)[وبلف]?(?P<o>{any_of(ORDINALS)})\s+(?:of|من|من\s+شهر)\s+{_M}{_THEN_YEAR}")
MONTH_DAY = re.compile(rf"{_M}\s*(?:the\s+)?{_D}{_D2}(?:\s*,?\s*{_Y})?(?!\s*[:%])")
MONTH_YEAR = re.compile(rf"{_M}\s*,?\s*(?:of|من|عام|سنه|من\s+عام)?\s*{_Y}")
MONTH = re.compile(rf"(?<!\w){_IN}[\s-]+{_M}")
YEAR = re.compile(rf"(?<!\w)(?:in|during|عام|سنه|في\s+عام)\s+{_Y}(?!\s*[\w-])")
AGO = re.compile(rf"(?<!\w)(?P<n>\d{{1,3}}|{any_of(NUMBERS)})\s+(?P<u>day|week)s?\s+ago(?!\w)")
AGO_ARABIC = re.compile(r"(?<!\w)(?:قبل|منذ)\s+(?P<n>\d{1,3})\s+(?P<u>ايام|يوما|اسابيع)(?!\w)")
RELATIVE = re.compile(rf"(?<!\w)[وف]?(?P<w>{any_of(DAYS_AGO)})(?!\w)")
SPAN = re.compile(
    r"(?<!\w)(?:(?P<night>last\s+night|ليله\s+امس|الليله\s+الماضيه)"
    r"|(?P<week>last\s+week|الاسبوع\s+الماضي)|(?P<month>last\s+month|الشهر\s+الماضي))(?!\w)"
)
WEEKDAY = re.compile(
    rf"(?<!\w)(?P<last>last\s+)?(?P<next>next\s+)?(?P<w>{any_of(WEEKDAYS)})(?!\w|\s+prayer)"
    r"(?P<past>\s+(?:الماضي|الماضيه|الفائت|الفائته))?(?P<coming>\s+(?:المقبل|المقبله|القادم|القادمه))?"
)
RANGE = re.compile(r"\s*(?:-|–|—|to|until|till|through|الي|حتي|و\s*حتي)\s*")
BETWEEN = re.compile(r"\s*(?:and|و)\s*")
