"""Dates in text: every way of writing one that reports use, and what is never guessed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.dates import one, precision, read
from db.months import MONTHS, Calendar

ANCHOR = date(2025, 5, 7)  # a Wednesday
MAY_2 = date(2025, 5, 2)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
LEVANTINE = (
    *("كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول"),
    *("تشرين الأول", "تشرين الثاني", "كانون الأول"),
)
EGYPTIAN = (
    *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر"),
    *("أكتوبر", "نوفمبر", "ديسمبر"),
)
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2 May 2025",
            "2nd of May, 2025",
            "May 2, 2025",
            "Friday, 2 May 2025",
            "2025-05-02T10:00",
            "2025/5/2",
        ),
        *(
            "٢ أيار ٢٠٢٥",
            "۲ مايو ۲۰۲۵",
            "2 أيار/مايو 2025",
            "2 أيّار (مايو) 2025",
            "٢/٥/٢٠٢٥",
            "الجمعة 2 من أيار 2025",
        ),
        *("May 2", "2 MAY", "2 أيار", "last Friday", "Friday", "الجمعة الماضية", "5 days ago", "قبل 5 أيام"),
    ],
)
def test_one_day_in_many_words(text: str) -> None:
    found = one(f"before {text} after" if text.isascii() else f"قبلها {text} ثم", ANCHOR)
    assert found is not None
    assert (found.start, found.end, found.date_prec, found.ambiguous) == (MAY_2, MAY_2, 1, False)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("the second of May 2025", 2),
        ("the thirty-first of May 2025", 31),
        ("في الثاني من أيار 2025", 2),
        ("في الحادي عشر من شهر أيار 2025", 11),
        ("في الثاني والعشرين من أيّار عام ٢٠٢٥", 22),
    ],
)
def test_days_in_words(text: str, day: int) -> None:
    found = one(text)
    assert found and found.start == found.end == date(2025, 5, day)


def test_a_month_that_is_called_the_second_is_a_month() -> None:
    found = one("في 3 كانون الثاني من عام 2025")
    assert found and found.start == date(2025, 1, 3)


@given(DAYS)
def test_every_day_is_read_back_however_it_is_written(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    written = [
        day.isoformat(),
        f"{d} {day:%B} {y}",
        f"{day:%b} {d}, {y}",
        f"{d:02}/{m:02}/{y}",
        f"{d}.{m}.{y}",
    ]
    written += [f"{d} {names[m - 1]} {y}" for names in (LEVANTINE, EGYPTIAN)]
    written += [
        f"{d} {LEVANTINE[m - 1]}/{EGYPTIAN[m - 1]} {y}".translate(digits) for digits in (EASTERN, PERSIAN)
    ]
    for text in written:
        (found,) = read(text)
        assert (found.start, found.end, found.date_prec, found.span) == (day, day, 1, (0, len(text))), text


@pytest.mark.parametrize(
    ("text", "start", "end", "prec"),
    [
        ("2-4 May 2025", (2025, 5, 2), (2025, 5, 4), 2),
        ("between 3 and 5 May 2025", (2025, 5, 3), (2025, 5, 5), 2),
        ("from 30 April to 2 May 2025", (2025, 4, 30), (2025, 5, 2), 2),
        ("2025-05-01 – 2025-05-07", (2025, 5, 1), (2025, 5, 7), 3),
        ("من ٢ إلى ٤ أيار ٢٠٢٥", (2025, 5, 2), (2025, 5, 4), 2),
        ("بين 3 و5 أيار 2025", (2025, 5, 3), (2025, 5, 5), 2),
        ("in February 2024", (2024, 2, 1), (2024, 2, 29), 4),
        ("تشرين الأول 2024", (2024, 10, 1), (2024, 10, 31), 4),
        ("during 2024", (2024, 1, 1), (2024, 12, 31), 5),
        ("last week", (2025, 4, 28), (2025, 5, 4), 3),
        ("الشهر الماضي", (2025, 4, 1), (2025, 4, 30), 4),
        ("last night", (2025, 5, 6), (2025, 5, 7), 2),
        ("رمضان 1446", (2025, 3, 1), (2025, 3, 29), 4),
    ],
)
def test_spans_keep_their_precision(
    text: str, start: tuple[int, ...], end: tuple[int, ...], prec: int
) -> None:
    (found,) = read(text, ANCHOR)
    assert (found.start, found.end, found.date_prec) == (date(*start), date(*end), prec)
    assert precision(found.start, found.end) == prec


@pytest.mark.parametrize("text", ["١٨ محرم ١٤٤٧", "18 Muharram 1447", "18/1/1447 هـ", "1447-01-18"])
def test_hijri_dates_say_that_sighting_may_differ(text: str) -> None:
    (found,) = read(text)
    assert (found.start, found.calendar) == (date(2025, 7, 13), Calendar.HIJRI)
    assert "sighting" in found.why


def test_the_day_comes_first_and_the_other_reading_is_stated() -> None:
    british, american, arabic = (
        one("12/05/2025"),
        one("12/05/2025", day_first=False),
        one("في 12/05/2025", day_first=False),
    )
    assert british and american and arabic
    assert (british.start, british.ambiguous, british.why) == (date(2025, 5, 12), True, "read day first")
    assert (american.start, american.ambiguous) == (date(2025, 12, 5), True)
    assert (arabic.start, arabic.ambiguous) == (date(2025, 5, 12), False)


def test_a_month_that_cannot_be_is_a_day() -> None:
    found = one("05/13/2025")
    assert found and (found.start, found.why) == (date(2025, 5, 13), "there is no month 13")


@pytest.mark.parametrize(
    "text", ["yesterday", "أمس", "today", "Monday", "May 2", "in May", "3 days ago", "last week"]
)
def test_without_an_anchor_nothing_is_guessed(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        *("31/02/2025", "13/25/2025", "2025-13-45", "0 May 2025", "30 February 2024", "31 صفر 1447"),
        *("4 may have died", "24/7", "at 10:30", "1/2", "سد تشرين", "30 civilians", "version 1.2.3.4", ""),
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read(text, ANCHOR) == []


@given(DAYS, DAYS)
def test_a_missing_year_gives_the_newest_such_day_not_after_the_anchor_and_says_so(
    day: date, anchor: date
) -> None:
    (found,) = read(f"{day.day} {day:%B}", anchor)
    assert (found.start.month, found.start.day) == (day.month, day.day)
    assert found.start <= anchor
    assert (anchor - found.start).days < (366 if (day.month, day.day) != (2, 29) else 8 * 366)
    assert "no year is written" in found.why


@given(st.sampled_from(["Monday", "last Monday", "الاثنين"]), DAYS)
def test_a_weekday_is_the_newest_one(word: str, anchor: date) -> None:
    (found,) = read(word, anchor)
    assert found.start.weekday() == 0
    assert timedelta(0) <= anchor - found.start <= timedelta(days=7)
    assert found.start < anchor or not word.startswith("last")


def test_a_weekday_that_contradicts_its_date_is_stated() -> None:
    found = one("Thursday 2 May 2025")
    assert found and found.ambiguous
    assert found.why == "2025-05-02 was a Friday, but Thursday is written"


def test_a_month_of_two_meanings_is_ambiguous() -> None:
    found = one("5 تشرين 2024")
    assert found and (found.start, found.end, found.ambiguous) == (date(2024, 10, 5), date(2024, 11, 5), True)
    found = one("5 أيار/يونيو 2024")
    assert found and found.ambiguous


def test_several_dates_are_all_found_and_none_is_picked() -> None:
    text = "15 March 2025 and on 16 March 2025"
    assert [text[slice(*found.span)] for found in read(text)] == ["15 March 2025", "16 March 2025"]
    assert one(text) is None
    assert one("18 محرم 1447 الموافق 13 تموز 2025") is not None


@given(st.text(max_size=60), st.sampled_from(sorted(MONTHS)), st.integers(0, 3000))
def test_any_text_is_read_without_falling(text: str, month: str, number: int) -> None:
    whole = f"{text} {number} {month} {number} {text}"
    for found in read(whole, ANCHOR):
        assert found.start <= found.end
        assert 0 <= found.span[0] < found.span[1] <= len(whole)
