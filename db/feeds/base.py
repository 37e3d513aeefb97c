"""What every feed hands over: its card, how it fetches, how it ended; and where secrets come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from db import settings as config
from db.errors import BadInput, TocsinError
from db.feeds.http import Http
from db.policy import LOCAL, Viewer
from db.vocab import FeedStatus

Tell = Callable[[str, int, int], None]


class FeedFailed(TocsinError):
    """A feed that could not be fetched whole; nothing may be concluded from its silence."""


class NoAccess(FeedFailed):
    """A feed that answers, but not to this account; that is a gap, never calm."""


@dataclass(frozen=True, slots=True)
class Region:
    """What a feed may know of the region it is fetched for."""

    id: str
    time_zone: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt to fetch a feed: what is asked, what is remembered from before, and the tools."""

    url: str
    feed_id: str
    region: Region
    settings: Mapping[str, Any]
    cursor: dict[str, Any]
    now: datetime
    http: Http
    folder: Path
    viewer: Viewer = LOCAL  # a feed brings what it brings to the house, not to who asked
    version: str | None = None
    tell: Tell = lambda _step, _done, _total: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt brought: `expected` is what the sender announced, None where it announces nothing."""

    fetched: int
    expected: int | None = None
    batch_id: str | None = None
    status: FeedStatus = FeedStatus.OK
    message: str | None = None
    cursor: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of feed with its card; `asks` are its settings, `needs` those without which it cannot run.

    Secrets are names of settings (`ucdp_token` is TOCSIN_UCDP_TOKEN or a line of tocsin.toml); they are
    never stored or shown.
    """

    name: str
    summary: str
    licence: str
    cadence: str
    cadence_days: int
    expects: str
    fetch: Callable[[Task], Outcome]
    asks: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    source: str | None = None


def secret(name: str, cure: str) -> str:
    """A secret from the environment or tocsin.toml; its absence is named before anything is asked."""
    value = config.read(name)
    if not value:
        raise BadInput(f"TOCSIN_{name.upper()} is not set; {cure}")
    return value
