"""Runs of pages take turns: many at once would only slow each other down, and all would end last.

Python runs one thread at a time. Fifty people who come at once are served one after the other, a few at a
time, so that half of them wait half as long and nobody longer.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 3
PATIENCE_SECONDS = 20.0  # somebody takes in a large file: then others go on beside it

_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def taken() -> Iterator[None]:
    """Wait for a turn, not for ever, and hold it for the block."""
    mine = _turns.acquire(timeout=PATIENCE_SECONDS)
    try:
        yield
    finally:
        if mine:
            _turns.release()
