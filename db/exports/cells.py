"""Cells of a table that no spreadsheet can mistake for a formula, and the way back.

A spreadsheet runs a text that begins with one of `DANGEROUS` (OWASP, "CSV injection"). Such a text gets
an apostrophe before it; so does a text that already looks guarded, so that `unguard` gives every text
back exactly as it was.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

DANGEROUS = "=+-@\t\r\n＝＋－＠"
_RISKY = re.compile(f"'*[{re.escape(DANGEROUS)}]")
_GUARDED = re.compile(f"'+[{re.escape(DANGEROUS)}]")


def guard(text: str) -> str:
    """A text that cannot act as a formula."""
    return f"'{text}" if _RISKY.match(text) else text


def unguard(text: str) -> str:
    """The text that was guarded; others are given back as they are."""
    return text[1:] if _GUARDED.match(text) else text


def cell(value: Any) -> Any:
    """A value as a cell: unknown is empty (never 0), lists are JSON, and no text acts as a formula."""
    if isinstance(value, str):
        return guard(value.value if isinstance(value, Enum) else value)
    if isinstance(value, list | dict | tuple):
        return guard(json.dumps(value, ensure_ascii=False, default=str))
    value = bare(value)
    return "" if value is None else value


def bare(value: Any) -> Any:
    """A value as plain JSON can hold it: unknown is None, days and instants are ISO text."""
    if value is None or type(value) is int:  # most of what is told; the rest is asked for its kind one by one
        return value
    if isinstance(value, str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Mapping):
        return {str(k): bare(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [bare(v) for v in value]
    if hasattr(value, "item"):  # a NumPy number
        value = value.item()
    if value != value:  # noqa: PLR0124  (NaN and NaT are not themselves)
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
