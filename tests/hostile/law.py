"""The law of hostile input: whatever bytes come, a parser reads them or refuses them in one line with its cure.

No other error, no more than two seconds of processor time, no message that is as long as what it complains of.
"""

import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from db.errors import TocsinError
from db.importers.base import RowError

SECONDS = 2.0
UNDER_LOAD = 8.0  # seconds in the suite, whose machine may be busy; the campaign measures the two
LONGEST_MESSAGE = 3000
Feed = Callable[[bytes], object]


class Hang(BaseException):
    """A parser that took longer than it may; no `except Exception` of the program may swallow it."""


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Stop what runs for longer than so many seconds of processor time (waiting for others does not count)."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Hang(f"longer than {seconds} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def breach(feed: Feed, data: bytes, seconds: float = SECONDS) -> str | None:
    """How a parser breaks the law on some bytes, as one line, or None where it keeps it."""
    try:
        with limited(seconds):
            feed(data)
    except (TocsinError, RowError) as refusal:
        return _unreadable(str(refusal))
    except (Exception, Hang) as error:
        return f"{type(error).__name__} at {_where(error)}: {str(error)[:120]}"
    return None


def _unreadable(message: str) -> str | None:
    if not message.strip():
        return "a refusal without a word"
    return f"a message of {len(message)} letters: {message[:60]}" if len(message) > LONGEST_MESSAGE else None


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/tests/" not in f.filename and any(
        f"/{part}/" in f.filename for part in ("db", "models", "dashboard"))]  # fmt: skip
    last = (ours or frames)[-1]
    return f"{last.filename.rsplit('/', 2)[-2]}/{last.filename.rsplit('/', 1)[-1]}:{last.name}"
