"""The one place that knows what time it is, and how days relate to instants."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731  (tests replace it)


def now() -> datetime:
    """The present instant in UTC; only commands, pages and routes may ask for it."""
    return _source().replace(microsecond=0)


def use(source: Callable[[], datetime] | None) -> None:
    """Replace the clock (tests), or put the real one back with `None`."""
    global _source
    _source = source or (lambda: datetime.now(UTC))


def today(time_zone: str) -> date:
    """The calendar day it is now in a region's time zone."""
    return now().astimezone(ZoneInfo(time_zone)).date()


@lru_cache(maxsize=50_000)
def start_of(day: date, time_zone: str) -> datetime:
    """The UTC instant at which a calendar day begins in a time zone."""
    return datetime.combine(day, time.min, ZoneInfo(time_zone)).astimezone(UTC)


def end_of(day: date, time_zone: str) -> datetime:
    """The UTC instant at which a calendar day is over: what came before it was known "as of" that day."""
    return start_of(day + timedelta(days=1), time_zone)


def day_of(instant: datetime, time_zone: str) -> date:
    """The calendar day of an instant in a time zone."""
    return instant.astimezone(ZoneInfo(time_zone)).date()
