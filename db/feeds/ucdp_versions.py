"""The names of UCDP's releases: yearly `25.1`, Candidate months `25.0.6`, and longer spans `24.01.24.12`."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from db.errors import BadInput
from db.feeds.base import Task
from db.importers.ucdp import RELEASED_AFTER_DAYS

MONTHLY = "monthly"
_YEARLY = re.compile(r"(\d\d)\.1")
_OTHER = re.compile(r"\d\d\.(?:0|9)\.(?:[1-9]|1[0-2])|\d\d\.01\.\d\d\.(?:0?[1-9]|1[0-2])")


def checked(version: str) -> str:
    """A version as UCDP writes them, or a refusal that shows how."""
    if not (_YEARLY.fullmatch(version) or _OTHER.fullmatch(version)):
        raise BadInput(
            f"{version!r} is no version of UCDP; write 25.1 (yearly), 25.0.6 (a month) or 24.01.24.12 (a span)"
        )
    return version


def yearly(version: str) -> bool:
    """Whether a version is a yearly one."""
    return _YEARLY.fullmatch(version) is not None


def file_name(version: str) -> str:
    """The name of a release's table; the importer reads the version, and what it covers, from it."""
    return f"GEDEvent_v{version.replace('.', '_')}.csv"


def wanted(task: Task) -> str | None:
    """The version to fetch: the one asked for, else the feed's; `monthly` is the next month that is due.

    None where no further month is due yet.
    """
    chosen = str(task.version or task.settings["version"])
    if chosen != MONTHLY:
        return checked(chosen)
    newest = newest_month(task.now.date())
    held = task.cursor.get("month")
    if held is None:
        return _monthly(newest)
    following = _next(date.fromisoformat(str(held)))
    return _monthly(following) if following <= newest else None


def newest_month(today: date) -> date:
    """The first day of the newest month that UCDP has usually published by a day."""
    published = today - timedelta(days=RELEASED_AFTER_DAYS)
    return _previous(published.replace(day=1))


def held_after(version: str, cursor: Mapping[str, Any]) -> dict[str, Any]:
    """What a feed remembers once a version is in: the newest Candidate month it holds."""
    found = re.fullmatch(r"(\d\d)\.0\.(\d{1,2})", version)
    month = date(2000 + int(found[1]), int(found[2]), 1).isoformat() if found else None
    held = [m for m in (cursor.get("month"), month) if m]
    return {"month": max(held)} if held else {}


def _monthly(month: date) -> str:
    return f"{month.year % 100}.0.{month.month}"


def _previous(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
