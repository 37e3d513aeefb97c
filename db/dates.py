"""Dates in English and Arabic text: every one found, with its span, its precision, and what was assumed to read it."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from hijridate import Gregorian, Hijri

from db import months
from db.months import Calendar
from db.written_dates import DAY, YEARS, Reading, Written, written

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ANCHORS = range(1930, 2071)  # years that both calendars know, whatever is counted from them
LOOKED_BACK = 40
_SIGHTING = "Umm al-Qura calendar; a local sighting may differ by a day"


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: its first and last day, UCDP's `date_prec` (1 day to 5 year), and where it stands.

    `ambiguous` says that it can be read in another way; `why` says what was assumed.
    """

    start: date
    end: date
    date_prec: int
    span: tuple[int, int]
    calendar: str
    ambiguous: bool
    why: str


def read(text: str, anchor: date | None = None, day_first: bool = True) -> list[Found]:
    """All dates in a text, in order. Relative words and missing years are counted from `anchor`, never from today.

    In Arabic text the day always comes first. Without an anchor, or with one that no report was written on,
    what needs one is left out.
    """
    anchor = anchor if anchor and anchor.year in ANCHORS else None
    reading = Reading.of(text, anchor, day_first)
    found = _without_weekdays(reading, written(reading))
    settled = (_found(reading, *pair) for pair in _paired(reading, found))
    return [one for one in settled if one is not None]


def one(text: str, anchor: date | None = None, day_first: bool = True) -> Found | None:
    """The one date of a text; None where there is none, or several that differ."""
    found = read(text, anchor, day_first)
    return found[0] if len({(each.start, each.end) for each in found}) == 1 else None


def precision(start: date, end: date) -> int:
    """UCDP's code for a span of days: 1 a day, 2 up to six, 3 a week, 4 up to a month, 5 longer."""
    length = (end - start).days + 1
    return next((code for code, most in ((1, 1), (2, 6), (3, 7), (4, 31)) if length <= most), 5)


def _between(reading: Reading, one: Written, other: Written) -> str:
    return reading.plain[one.span[1] : other.span[0]]


def _without_weekdays(reading: Reading, found: Sequence[Written]) -> list[Written]:
    """Weekdays that stand beside a full date belong to it, and are compared with it later."""
    kept: list[Written] = []
    for one in found:
        before = kept[-1] if kept else None
        if before and len(_between(reading, before, one).strip(" ,،()")) == 0:
            day, weekday = (one, before) if before.weekday is not None else (before, one)
            if weekday.weekday is not None and day.first is not None and day.weekday is None:
                span = (before.span[0], one.span[1])
                kept[-1] = replace(day, span=span, weekday=weekday.weekday)
                continue
        kept.append(one)
    return kept


def _paired(reading: Reading, found: Sequence[Written]) -> Iterator[tuple[Written, Written | None]]:
    """Dates joined by "to" or "between ... and" are the two ends of one span; others stand alone."""
    rest = deque(found)
    while rest:
        one, other = rest.popleft(), rest[0] if rest else None
        if other and _whole(one) and _whole(other) and _joined(reading, one, other):
            rest.popleft()
            yield (replace(one, year=one.year or other.year), other)
        else:
            yield one, None


def _whole(one: Written) -> bool:
    return one.days is not None or one.first is not None or one.weekday is not None


def _joined(reading: Reading, one: Written, other: Written) -> bool:
    words = _between(reading, one, other)
    before = reading.plain[max(one.span[0] - LOOKED_BACK, 0) : one.span[0]]
    between = before.rstrip().endswith(("between", "بين"))
    return bool(months.RANGE.fullmatch(words)) or (between and bool(months.BETWEEN.fullmatch(words)))


def _found(reading: Reading, one: Written, other: Written | None) -> Found | None:
    """A date, or the two ends of a span, worked out; None where it is no date or its year cannot be known."""
    last = _settled(other, reading.anchor) if other else None
    first = _settled(one, last.start if last else reading.anchor)
    if first is None or (other and last is None):
        return None
    both = [part for part in (first, last) if part]
    start, end = first.start, both[-1].end
    if start > end:
        return None
    written_at = (one.span[0], (other or one).span[1])
    return Found(
        start,
        end,
        precision(start, end),
        (reading.places[written_at[0]], reading.places[written_at[1] - 1] + 1),
        one.calendar.value,
        any(part.ambiguous for part in both),
        "; ".join(dict.fromkeys(why for part in both for why in part.why)),
    )


@dataclass(frozen=True, slots=True)
class _Settled:
    """Days worked out from a date as written."""

    start: date
    end: date
    ambiguous: bool
    why: tuple[str, ...]


def _settled(one: Written, anchor: date | None) -> _Settled | None:
    days, why = one.days, one.why
    if days is None and one.year is not None:
        days = _days(one, one.year)
    elif days is None and one.months and anchor is not None:
        tried = (_days(one, year) for year in _years(one.calendar, anchor))
        days = next((each for each in tried if each and each[0] <= anchor), None)
        why = (*why, f"no year is written: the newest such day not after {anchor}")
    if days is None:
        return None
    if one.calendar is Calendar.HIJRI:
        why = (*why, _SIGHTING)
    wrong = one.weekday is not None and days[0] == days[1] and days[0].weekday() != one.weekday
    if wrong:
        why = (
            *why,
            f"{days[0]} was a {_NAMES[days[0].weekday()]}, but {_NAMES[one.weekday or 0]} is written",
        )
    return _Settled(*days, one.ambiguous or wrong, why)


def _years(calendar: Calendar, anchor: date) -> range:
    """The years in which a day without one may lie, the newest first; eight hold every 29 February."""
    newest = anchor.year if calendar is Calendar.GREGORIAN else Gregorian.fromdate(anchor).to_hijri().year
    return range(newest, newest - 9, -1)


def _days(one: Written, year: int) -> tuple[date, date] | None:
    """The first and last day of a date in a year; None where there is no such day."""
    if not YEARS[one.calendar][0] <= year <= YEARS[one.calendar][1]:
        return None
    spans = [_span(one, year, month) for month in one.months or range(1, 13)]
    known = [span for span in spans if span]
    return (
        (min(start for start, _ in known), max(end for _, end in known)) if len(known) == len(spans) else None
    )


def _span(one: Written, year: int, month: int) -> tuple[date, date] | None:
    if not 1 <= month <= 12:
        return None
    length = _length(one.calendar, year, month)
    first, last = one.first or 1, one.last or one.first or length
    if not 1 <= first <= last <= length or one.first == 0:
        return None
    start = _day(one.calendar, year, month, first)
    return start, start + (last - first) * DAY


@lru_cache(maxsize=5_000)
def _day(calendar: Calendar, year: int, month: int, day: int) -> date:
    if calendar is Calendar.GREGORIAN:
        return date(year, month, day)
    return date.fromordinal(Hijri(year, month, day).to_gregorian().toordinal())


@lru_cache(maxsize=5_000)
def _length(calendar: Calendar, year: int, month: int) -> int:
    if calendar is Calendar.HIJRI:
        return Hijri(year, month, 1).month_length()
    return (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
