"""What the tests of feeds share: a ticking clock, a hurried client that does not sleep, feeds in one line."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from db import engine
from db.feeds.http import Http
from db.feeds.run import add, run_feed
from db.policy import LOCAL
from db.vocab import FeedStatus
from tests.conftest import NOW
from tests.db.stores import rows


def hurried(waits: list[float] | None = None, **options: Any) -> Http:
    """A client with tiny time-outs that notes how long it would have slept."""
    noted = waits if waits is not None else []
    return Http(**{"connect_seconds": 2, "read_seconds": 5, "sleep": noted.append, **options})


def ticking(start: datetime = NOW) -> Callable[[], datetime]:
    """A clock that is a minute later each time it is asked."""
    minutes: Iterator[int] = iter(range(10_000))
    return lambda: start + timedelta(minutes=next(minutes))


def feed(store: str, kind: str, name: str = "news", /, **given: str) -> str:
    """A feed of the region Nowhere; returns its id."""
    with engine.writing(store) as session:
        made = add(session, LOCAL, region_id="nowhere", name=name, kind=kind, given=given, by="ana", now=NOW)
        return str(made.id)


def fetch(url: str, feed_id: str, http: Http | None = None, **options: Any) -> FeedStatus:
    """Run a feed with a hurried client."""
    return run_feed(url, feed_id, options.pop("clock", ticking()), http=http or hurried(), **options)


def last_run(url: str) -> dict[str, Any]:
    """The newest run of any feed."""
    return rows(url, "SELECT * FROM feed_run ORDER BY started_at DESC, id LIMIT 1")[0]
