"""Reading messy cells: days as people and spreadsheets write them, counts with words, degrees, pairs of degrees.

What a cell leaves open stays unknown, and its own words are kept beside the number. A vague count gives the least
it can mean and no best figure, as in `db.coder.numbers`.
"""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from db import dates
from db.importers.base import RowError, likely

UNKNOWN = frozenset(
    ["", "-", "--", "—", "–", ".", "?", "؟", "n/a", "na", "n.a.", "none", "unknown", "unclear", "unconfirmed"]
    + ["null", "nan", "nil", "-99", "-999", "tbc", "tbd", "not known", "not stated", "no data"]
    + ["غير معروف", "غير معلوم", "مجهول", "غير مؤكد"]
)
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ]\d.*)?")
_NUMERIC = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[T ,]+\d.*)?")
_SHORT_YEAR = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9})[- ](\d{2})")
_SERIAL = re.compile(r"([2-7]\d{4})(?:\.\d+)?")
_THOUSANDS = re.compile(r"\d{1,3}(?:[,٬ \u00a0\u202f]\d{3})+")
_LEAST = re.compile(
    r"\b(at least|no (?:fewer|less) than|more than|over|min)\b|على الأقل|لا يقل عن|أكثر من|\+$|^>=?", re.I
)
_MOST = re.compile(r"\b(up to|at most|as many as|max)\b|ما يصل إلى|^<=?", re.I)
_SPAN = re.compile(r"(\d+)\s*(?:-|–|—|to|and|or|إلى|الى|أو)\s*(\d+)", re.I)
_VAGUE = {
    **{"dozens": 12, "tens": 10, "scores": 20, "hundreds": 100, "thousands": 1000, "several": 2, "some": 2},
    **{"many": 2, "few": 2, "a few": 2, "عشرات": 10, "العشرات": 10, "مئات": 100, "المئات": 100, "عدد": 2},
}
_DEGREES = re.compile(
    r"([-+]?\d+(?:\.\d+)?)\s*[°º]?\s*(?:(\d+(?:\.\d+)?)\s*['′’]\s*(?:(\d+(?:\.\d+)?)\s*[\"″”]?)?)?\s*([NSEW])?",
    re.I,
)
LONGEST = 200  # letters of a cell that can still be a day or a number
EXCEL_1900, EXCEL_1904 = date(1899, 12, 30), date(1904, 1, 1)

Days = tuple[date, date, int]
Count = tuple[int | None, int | None, int | None, str | None]


def plain(cell: str | None) -> str:
    """A cell without surrounding space, with European digits; empty where it says that it does not know."""
    text = (cell or "").strip().translate(_DIGITS)
    return "" if text.casefold() in UNKNOWN else text


def days(cell: str, column: str, *, day_first: bool = True, epoch_1904: bool = False) -> Days | None:
    """The first and last day that a cell means, with UCDP's code of precision; None where it is empty."""
    text = plain(cell)[:LONGEST]
    if not text:
        return None
    found = _days(text, day_first, epoch_1904)
    if found is None:
        cure = "write it as YYYY-MM-DD, or say in the mapping whether the day or the month comes first"
        raise RowError(column, "bad_date", f"{text[:60]!r} is no date; {cure}")
    return found


@lru_cache(maxsize=20_000)
def _days(text: str, day_first: bool, epoch_1904: bool) -> Days | None:
    try:
        if found := _ISO.fullmatch(text):
            return _named(int(found[1]), int(found[2]), int(found[3]) if found[3] else None)
        if found := _NUMERIC.fullmatch(text):
            one, two, year = (int(part) for part in found.groups())
            return _named(year, *((two, one) if day_first else (one, two)))
        if len(text) == 4 and text.isdecimal():
            return likely(date(int(text), 1, 1)), date(int(text), 12, 31), 5
        if found := _SERIAL.fullmatch(text):
            day = likely((EXCEL_1904 if epoch_1904 else EXCEL_1900) + timedelta(days=int(found[1])))
            return day, day, 1
        if found := _SHORT_YEAR.fullmatch(text):
            text = f"{found[1]} {found[2]} 20{found[3]}"
        spelt = dates.one(text.replace("-", " ") if text.isascii() else text, day_first=day_first)
        return (likely(spelt.start), likely(spelt.end), spelt.date_prec) if spelt else None
    except ValueError:
        return None


def _named(year: int, month: int, day: int | None) -> Days:
    first = likely(date(year, month, day or 1))
    if day:
        return first, first, 1
    after = date(year + month // 12, month % 12 + 1, 1)
    return first, after - timedelta(days=1), 4


def numeric_day(cell: str) -> tuple[int, int] | None:
    """The first two numbers of a day such as 03/04/2018, where the day and the month cannot be told apart by form."""
    found = _NUMERIC.fullmatch(plain(cell)[:LONGEST])
    return (int(found[1]), int(found[2])) if found else None


def moment(
    cell: str, column: str, *, day_first: bool = True, epoch_1904: bool = False
) -> date | datetime | None:
    """When something was published: an instant where its time zone is told, else its last day."""
    text = plain(cell)
    if "T" in text or ":" in text:
        try:
            instant = datetime.fromisoformat(text)
            if instant.tzinfo is not None and likely(instant.date()):
                return instant
        except ValueError:
            pass
    found = days(text, column, day_first=day_first, epoch_1904=epoch_1904)
    return found[1] if found else None


def count(cell: str, column: str) -> Count:
    """How many: low, best, high and the words, where the cell has words; all None where it does not say."""
    text = plain(cell)
    if not text:
        return None, None, None, None
    if text.isdecimal() and len(text) < 8:
        return None, int(text), None, None
    exact = _exact(text) if len(text) <= LONGEST else None
    return (None, exact, None, None) if exact is not None else _worded(text, cell.strip()[:255], column)


def _exact(text: str) -> int | None:
    try:
        number = float(text.replace(",", "").replace(" ", "") if _THOUSANDS.fullmatch(text) else text)
        return int(number) if number == int(number) and 0 <= number < 10_000_000 else None
    except (ValueError, OverflowError):
        return None


def _worded(text: str, words: str, column: str) -> Count:
    text, long = text[: LONGEST + 1], len(text) > LONGEST
    if (least := _VAGUE.get(text.casefold().removesuffix(" of people").strip("~ "))) is not None:
        return least, None, None, words
    joined = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found[0]), text)
    span = _SPAN.search(joined)
    if span and int(span[1]) < int(span[2]) < 10_000_000:
        return int(span[1]), None, int(span[2]), words
    numbers = re.findall(r"(?<![\d.,/-])\d{1,7}(?![\d,/]|\.\d)", joined)
    if len(numbers) != 1 or long:
        raise RowError(
            column, "bad_count", f"{words[:60]!r} is no count; write one number, or leave it empty"
        )
    number = int(numbers[0])
    if _MOST.search(text):
        return None, None, number, words
    return (number if _LEAST.search(text) else None), number, None, words


def degrees(cell: str, column: str, limit: float) -> float | None:
    """A coordinate: decimal degrees (comma or point), or degrees, minutes and seconds with N, S, E or W."""
    text = plain(cell)
    if not text:
        return None
    text = text[:LONGEST]
    found = _DEGREES.fullmatch(text.replace(",", ".") if text.count(",") == 1 else text)
    if not found:
        raise RowError(column, "bad_coordinate", f"{text[:60]!r} is no coordinate; write decimal degrees")
    whole = float(found[1])
    value = abs(whole) + float(found[2] or 0) / 60 + float(found[3] or 0) / 3600
    value = -value if whole < 0 or (found[4] or "").upper() in ("S", "W") else value
    if not -limit <= value <= limit:
        cure = f"write one from -{limit:g} to {limit:g}, or leave it empty"
        raise RowError(column, "bad_coordinate", f"{text[:60]!r} lies off the earth; {cure}")
    return value


def point(cell: str, column: str) -> tuple[float, float] | None:
    """Latitude and longitude in one cell: `34.1, 36.0`, KoboToolbox's `34.1 36.0 0 0`, or `POINT (36.0 34.1)`."""
    text = plain(cell)
    if not text:
        return None
    numbers = re.findall(r"[-+]?\d+(?:\.\d+)?", text[:LONGEST])
    if len(numbers) < 2:
        raise RowError(column, "bad_coordinate", f"{text[:60]!r} is no point; write latitude, longitude")
    pair = numbers[1::-1] if text.upper().startswith("POINT") else numbers[:2]
    lat, lon = degrees(pair[0], column, 90), degrees(pair[1], column, 180)
    return (lat, lon) if lat is not None and lon is not None else None
