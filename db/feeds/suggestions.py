"""What the reader of texts proposes for an entry; only proposals, with the words they came from."""

from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from db import coder
from db.coder import Suggestion as Proposed
from db.places import Gazetteer

Suggestion = dict[str, Any]
Reader = Callable[[str, date], list[Suggestion]]


def reader(gazetteer: Gazetteer, lang: str | None) -> Reader:
    """Reads the texts of one feed: (text, the day it was written) to suggestions.

    A text that the reader stumbles over is kept without them: one odd entry must not stop a feed.
    """

    def read(text: str, written: date) -> list[Suggestion]:
        try:
            found = coder.read(text, gazetteer=gazetteer, anchor=written, lang=lang)
        except Exception as error:
            return [remark("unread", "", f"the reader of texts stumbled ({type(error).__name__})")]
        proposed = [_plain(one) for one in found.suggestions]
        whole = [remark("scope", "", "counts more than one incident", "aggregate")]
        return proposed + (whole if found.scope == "aggregate" else [])

    return read


def remark(field: str, phrase: str, why: str, value: Any = None) -> Suggestion:
    """A suggestion about an entry as a whole, of no stretch of its text."""
    at: Suggestion = {"field": field, "value": value, "start": 0, "end": 0}
    return at | {"phrase": phrase, "confidence": "low", "why": why}


def _plain(one: Proposed) -> Suggestion:
    start, end = one.span
    at: Suggestion = {"field": one.field, "value": _value(one.value), "start": start, "end": end}
    return at | {"phrase": one.phrase, "confidence": one.confidence.value, "why": one.why}


def _value(value: Any) -> Any:
    """A value as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _value(part) for name, part in asdict(value).items()}
    if isinstance(value, dict):
        return {str(name): _value(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_value(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else value
