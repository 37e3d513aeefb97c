"""Addresses of pages with their state in the query: what is on screen can be sent to a colleague."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

Kept = Mapping[str, str]


def kept(as_of: date | None, region_id: str | None) -> dict[str, str]:
    """The part of the query that goes along to every page; what is the default is left out."""
    found = {"as_of": as_of.isoformat() if as_of else None, "region": region_id}
    return {name: value for name, value in found.items() if value}


def to(page: str, keep: Kept, **query: Any) -> str:
    """The address of a page, relative to any other page."""
    asked = {**keep, **{name: value for name, value in query.items() if value not in (None, "")}}
    return f"./{page}" + (f"?{urlencode(asked)}" if asked else "")
