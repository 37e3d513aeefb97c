"""What the first page needs, fetched while the reader's browser still fetches its scripts.

A server answers as soon as it can; what only pages need (pandas, the tables, the words) it then takes in
beside its first answers, and reads what the first page will read, so that the first reader does not wait for it.
Afterwards it looks every few seconds whether the store has changed, or the day, and reads anew what those who looked
last will ask: nobody ever sees what no longer holds, and whoever comes after the daily run finds the answers there.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from urllib.parse import parse_qsl

PARTS = ("sqlalchemy.orm", "dashboard.app", "dashboard.early")
MOST_WORDS = 30
AFTER_SECONDS = 0.1  # first the door is opened
LOOKS_EVERY_SECONDS = 5.0
MOST_OF_TIME = 0.1  # that reading ahead may take, where changes follow each other

_somebody = threading.Event()
_wish: dict[str, str] = {}  # the address that was asked for last


def fetch() -> None:
    """Begin in a moment, and do not wait."""
    timer = threading.Timer(AFTER_SECONDS, _served)
    timer.name, timer.daemon = "ahead", True
    timer.start()


def wished(query: bytes) -> None:
    """A browser fetches the shell of a page: what stands in its address says what it is going to read."""
    with suppress(ValueError):  # too much stands there
        told = dict(parse_qsl(query.decode("ascii", "ignore"), max_num_fields=MOST_WORDS))
        _wish.clear()
        _wish.update(told)


def give_way() -> None:
    """Somebody is there: what they need comes first, and what is read ahead for nobody stops."""
    _somebody.set()


def _served() -> None:
    _fetched()
    follow, pause = Following(), threading.Event()
    while not pause.wait(LOOKS_EVERY_SECONDS):
        _quietly(follow.look)


class Following:
    """Looks after the store: what was read last of it, and what was seen at the last look."""

    def __init__(self) -> None:
        self.rest = 0
        self.read: tuple[str, str] | None = None
        self.seen: tuple[str, str] | None = None

    def look(self) -> bool:
        """Read anew where something changed and nothing has since the last look; whether it did."""
        from dashboard import data, early  # late, as all that is only fetched ahead
        from db import clock

        now = data.stamp(data.url()), clock.now().strftime("%Y-%m-%d %H")  # a day may have begun
        before, self.seen, self.rest = self.seen, now, self.rest - 1
        if (
            now == self.read or now != before or self.rest > 0
        ):  # while a job writes there is no end of changes
            return False
        self.read, begun = now, time.thread_time()
        early.again(now[0])
        self.rest = round((time.thread_time() - begun) / LOOKS_EVERY_SECONDS / MOST_OF_TIME)
        return True


def _quietly(act: Callable[[], object]) -> None:
    try:
        act()
    except Exception as error:  # whoever comes meets the same trouble, and is told of it then
        logging.getLogger(__name__).debug("nothing was read ahead: %s", type(error).__name__)


def _fetched() -> None:
    for part in PARTS:
        import_module(part)
    from dashboard import early  # late, as all that is only fetched ahead

    _quietly(lambda: early.read(dict(_wish), _somebody.is_set))
