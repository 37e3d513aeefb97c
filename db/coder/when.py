"""The dates a text states, and the stretches whose numbers are therefore no counts of people."""

from datetime import date

from db.coder.draft import Span, Suggestion
from db.coder.text import Text


def dates(text: Text, anchor: date | None) -> tuple[list[Suggestion], list[Span]]:
    """Suggestions for the date, and where dates stand in the searched text."""
    return [], []
