"""What the first page needs, fetched while the reader's browser still fetches its scripts.

A server answers as soon as it can; what only pages need (pandas, the tables, the words) it then takes in
beside its first answers, and reads what the first page will read, so that the first reader does not wait for it.
"""

import logging
import threading
from contextlib import suppress
from importlib import import_module
from urllib.parse import parse_qsl

PARTS = ("sqlalchemy.orm", "dashboard.app", "dashboard.early")
MOST_WORDS = 30
AFTER_SECONDS = 0.1  # first the door is opened

_somebody = threading.Event()
_wish: dict[str, str] = {}  # the address that was asked for last


def fetch() -> None:
    """Begin in a moment, and do not wait."""
    timer = threading.Timer(AFTER_SECONDS, _fetched)
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


def _fetched() -> None:
    for part in PARTS:
        import_module(part)
    from dashboard import early  # late, as all that is only fetched ahead

    try:
        early.read(dict(_wish), _somebody.is_set)
    except Exception as error:  # whoever comes meets the same trouble, and is told of it then
        logging.getLogger(__name__).debug("nothing was read ahead: %s", type(error).__name__)
