"""The dates a text states, and the stretches whose numbers are therefore no counts of people."""

from bisect import bisect_left
from datetime import date

from db import dates as calendar
from db.coder.draft import Span, Suggestion, When
from db.coder.text import Text
from db.vocab import Confidence


def dates(text: Text, anchor: date | None) -> tuple[list[Suggestion], list[Span]]:
    """Suggestions for the date, days before longer spans, and where dates stand in the searched text."""
    found = calendar.read(text.original[: text.limit], anchor)
    found.sort(key=lambda one: one.date_prec)
    where = [(bisect_left(text.at, one.span[0]), bisect_left(text.at, one.span[1])) for one in found]
    return [_suggestion(text, one) for one in found], where


def _suggestion(text: Text, found: calendar.Found) -> Suggestion:
    value = When(found.start, found.end, found.date_prec, found.calendar, found.ambiguous)
    sure = Confidence.MODERATE if found.date_prec == 1 else Confidence.LOW
    if found.date_prec == 1 and not found.ambiguous and not found.why:
        sure = Confidence.HIGH
    phrase = text.original[found.span[0] : found.span[1]]
    return Suggestion("date", value, found.span, phrase, sure, found.why or "a date as written")
