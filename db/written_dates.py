"""Dates as they are written: each pattern's reader, before anything is worked out from them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from db import months
from db.months import DAYS_AGO, MONTHS, NUMBERS, ORDINALS, WEEKDAYS, Calendar
from db.spelling import is_arabic

YEARS = {Calendar.GREGORIAN: (1900, 2199), Calendar.HIJRI: (1343, 1500)}
DAY = timedelta(days=1)
_LETTERS = str.maketrans("أإآٱىةی٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "اااايهي01234567890123456789")
_UNSEEN = re.compile(r"[\u0610-\u061a\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_TATWEEL = "\u0640"


@dataclass(frozen=True, slots=True)
class Written:
    """A date as written: what is missing is None; `days` where it was counted from the anchor."""

    span: tuple[int, int]
    calendar: Calendar = Calendar.GREGORIAN
    year: int | None = None
    months: tuple[int, ...] = ()
    first: int | None = None
    last: int | None = None
    days: tuple[date, date] | None = None
    weekday: int | None = None
    ambiguous: bool = False
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text is read with."""

    anchor: date | None
    day_first: bool
    arabic: bool
    plain: str
    original: str
    places: list[int]

    @classmethod
    def of(cls, text: str, anchor: date | None, day_first: bool) -> "Reading":
        """A text made ready; in Arabic the day always comes first."""
        arabic = is_arabic(text)
        words, places = _plain(text)
        return cls(anchor, day_first or arabic, arabic, words, text, places)


def _plain(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its letters the place in the text it came from."""
    kept = [(i, letter) for i, letter in enumerate(text) if not _UNSEEN.match(letter)]
    # A tatweel ends the abbreviation of "hijri"; elsewhere it only fills the line.
    kept = [(i, c) for i, c in kept if c != _TATWEEL or text[i - 1 : i] == "ه"]
    # Patterns allow space in many places; a long run of it would be tried in all ways to share it out.
    kept = [
        one for n, one in enumerate(kept) if n < 2 or not all(c.isspace() for _, c in kept[n - 2 : n + 1])
    ]
    plain = "".join(low if len(low := c.lower()) == 1 else c for _, c in kept).translate(_LETTERS)
    return plain, [i for i, _ in kept]


def written(reading: Reading) -> list[Written]:
    """Every date as written, by the most telling pattern; none overlaps another."""
    found: list[Written] = []
    taken = bytearray(len(reading.plain))
    for pattern, reader in READERS:
        for match in pattern.finditer(reading.plain):
            free = taken.find(1, *match.span()) < 0
            if free and (one := reader(reading, match)) is not None:
                found.append(one)
                taken[slice(*match.span())] = b"\x01" * len(match[0])
    return sorted(found, key=lambda one: one.span)


def _iso(_: Reading, match: re.Match[str]) -> Written | None:
    year, month, day = (int(match[name]) for name in "ymd")
    calendar = Calendar.HIJRI if year < YEARS[Calendar.HIJRI][1] else Calendar.GREGORIAN
    return Written(match.span(), calendar, year, (month,), day, day)


def _numeric(reading: Reading, match: re.Match[str]) -> Written | None:
    one, two, year = int(match["d"]), int(match["m"]), int(match["y"])
    why: tuple[str, ...] = ()
    if len(match["y"]) == 2:
        year, why = year + 2000, (f"the year is written {match['y']}",)
    day, month = (one, two) if reading.day_first else (two, one)
    if month > 12 >= day and not reading.arabic:
        day, month, why = month, day, (*why, f"there is no month {month}")
    either = one <= 12 and two <= 12 and one != two and not reading.arabic
    if either:
        why = (*why, "read day first" if reading.day_first else "read month first")
    calendar = Calendar.HIJRI if match["h"] or year <= YEARS[Calendar.HIJRI][1] else Calendar.GREGORIAN
    return Written(match.span(), calendar, year, (month,), day, day, ambiguous=either, why=why)


def _named(reading: Reading, match: re.Match[str]) -> Written | None:
    """A date with the name of its month, and days, a year or both where they are written."""
    parts = match.groupdict()
    if _is_verb(reading, match) or (match.re is months.MONTH_DAY and is_arabic(match["m"])):
        return None
    calendar, numbers = _month(match["m"])
    year, first = (int(parts[name]) if parts.get(name) else None for name in "yd")
    if year is not None and not YEARS[calendar][0] <= year <= YEARS[calendar][1]:
        year = None
    first = ORDINALS[" ".join(parts["o"].split())] if parts.get("o") else first
    last = int(parts["d2"]) if parts.get("d2") else first
    differ = bool(parts.get("m2")) and _month(match["m2"]) != (calendar, numbers)
    why = ("two months are named",) if differ or len(numbers) > 1 else ()
    if year is None and (parts.get("y") or months.NUMBER_AFTER.match(reading.plain, match.end())):
        why = (*why, "the number after it is taken for no year")
    return Written(match.span(), calendar, year, numbers, first, last, ambiguous=bool(why), why=why)


def _month(word: str) -> tuple[Calendar, tuple[int, ...]]:
    return MONTHS[" ".join(word.split())]


def _is_verb(reading: Reading, match: re.Match[str]) -> bool:
    """Whether "may", "march" or an abbreviation in lower case is a word of its own ("4 may have died")."""
    word = match["m"]
    written = reading.original[reading.places[match.start("m")]]
    return (
        word in {"may", "march", "mar", "sep", "dec"} and written.islower() and not match.groupdict().get("y")
    )


def _year(_: Reading, match: re.Match[str]) -> Written | None:
    return Written(match.span(), year=int(match["y"]))


def _counted(reading: Reading, match: re.Match[str], start: date, end: date) -> Written:
    words = reading.original[reading.places[match.start()] : reading.places[match.end() - 1] + 1]
    return Written(match.span(), days=(start, end), why=(f"“{words}” counted from {reading.anchor}",))


def _relative(reading: Reading, match: re.Match[str]) -> Written | None:
    if reading.anchor is None:
        return None
    day = reading.anchor - DAYS_AGO[" ".join(match["w"].split())] * DAY
    return _counted(reading, match, day, day)


def _ago(reading: Reading, match: re.Match[str]) -> Written | None:
    if reading.anchor is None:
        return None
    number = NUMBERS.get(match["n"]) or int(match["n"])
    weeks = match["u"] in {"week", "اسابيع"}
    start = reading.anchor - number * (7 if weeks else 1) * DAY
    return _counted(reading, match, start - 3 * DAY if weeks else start, start + 3 * DAY if weeks else start)


def _span(reading: Reading, match: re.Match[str]) -> Written | None:
    if reading.anchor is None:
        return None
    if match["night"]:
        return _counted(reading, match, reading.anchor - DAY, reading.anchor)
    if match["week"]:
        monday = reading.anchor - (reading.anchor.weekday() + 7) * DAY
        return _counted(reading, match, monday, monday + 6 * DAY)
    end = reading.anchor.replace(day=1) - DAY
    return _counted(reading, match, end.replace(day=1), end)


def _weekday(reading: Reading, match: re.Match[str]) -> Written | None:
    wanted = WEEKDAYS[match["w"]]
    if reading.anchor is None:
        return Written(match.span(), weekday=wanted)
    back = (reading.anchor.weekday() - wanted) % 7
    if match["next"] or match["coming"]:
        back -= 7
    elif back == 0 and (match["last"] or match["past"]):
        back = 7
    day = reading.anchor - back * DAY
    return replace(_counted(reading, match, day, day), weekday=wanted)


READERS: tuple[tuple[re.Pattern[str], Callable[[Reading, re.Match[str]], Written | None]], ...] = (
    (months.ISO, _iso),
    (months.NUMERIC, _numeric),
    (months.IN_WORDS, _named),
    (months.DAY_MONTH, _named),
    (months.MONTH_DAY, _named),
    (months.MONTH_YEAR, _named),
    (months.MONTH, _named),
    (months.YEAR, _year),
    (months.AGO, _ago),
    (months.AGO_ARABIC, _ago),
    (months.SPAN, _span),
    (months.RELATIVE, _relative),
    (months.WEEKDAY, _weekday),
)
