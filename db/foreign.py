"""JSON and TOML that came from elsewhere: read, or refused as a ValueError, whatever they hold.

Python's readers end with a RecursionError where brackets are nested deeply, and pass on half characters
and NULs, which no database takes.
"""

import json
import re
import tomllib
from typing import Any

DEEPEST = 100
# Each dot of a key opens a table; the reader keeps all the keys above for each of them.
_DOTTED = re.compile(rf"""(?<![\w"'-])(?:[\w"'-]++\s*+\.\s*+){{{DEEPEST}}}""")


def from_json(raw: str | bytes) -> Any:
    """What JSON says, as text that every store can hold; a ValueError where it is none or nested too deeply."""
    text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("brackets are nested too deeply") from None
    _refuse_depths(value, text.count("[") + text.count("{"))
    return _storable(value) if "\\u" in text else value


def from_toml(text: str) -> dict[str, Any]:
    """What TOML says; a ValueError where it is none or nested too deeply."""
    if _DOTTED.search(text):
        raise ValueError("keys are nested too deeply")
    try:
        value = tomllib.loads(text)
    except RecursionError:
        raise ValueError("brackets are nested too deeply") from None
    _refuse_depths(value, text.count("[") + text.count("{") + text.count("."))
    return value


def _refuse_depths(value: Any, brackets: int) -> None:
    """Refuse what is nested so deeply that whoever writes it again would end in a RecursionError."""
    level, depth = [value], 0
    while level and brackets > DEEPEST:
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        depth += 1
        if depth > DEEPEST:
            raise ValueError("brackets are nested too deeply")


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _storable(value: Any) -> Any:
    """The value with a NUL as its picture and half characters as question marks."""
    if isinstance(value, str):
        return value.replace("\x00", "␀").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(name): _storable(inner) for name, inner in value.items()}
    return [_storable(inner) for inner in value] if isinstance(value, list) else value
