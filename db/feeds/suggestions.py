"""What the reader of texts proposes for an entry; only proposals, with the words they came from."""

from collections.abc import Callable
from datetime import date
from typing import Any

from db import coder
from db.coder.cells import plain
from db.coder.cells import remark as remark
from db.places import Gazetteer

Suggestion = dict[str, Any]
Reader = Callable[[str, date], list[Suggestion]]


def reader(gazetteer: Gazetteer, lang: str | None) -> Reader:
    """Reads the texts of one feed: (text, the day it was written) to suggestions.

    A text that the reader stumbles over is kept without them: one odd entry must not stop a feed.
    """

    def read(text: str, written: date) -> list[Suggestion]:
        try:
            return plain(coder.read(text, gazetteer=gazetteer, anchor=written, lang=lang))
        except Exception as error:
            return [remark("unread", "", f"the reader of texts stumbled ({type(error).__name__})")]

    return read
