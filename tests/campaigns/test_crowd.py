"""The short form of two writers and twenty readers."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import text

from db import engine
from tests.campaigns import crowd

CHANGES = 4


def test_two_writers_and_twenty_readers_meet_no_error_and_lose_nothing(both: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor(crowd.WRITERS + crowd.READERS) as pool:
        writers = [
            pool.submit(crowd.write, both, tmp_path, f"w{n}", lambda done: done < CHANGES)
            for n in range(crowd.WRITERS)
        ]
        readers = [pool.submit(crowd.read, both, lambda done: done < 2) for _ in range(crowd.READERS)]
        written = sum(one.result() for one in writers)
        assert sum(one.result() for one in readers) == 2 * crowd.READERS
    assert written == CHANGES * crowd.WRITERS
    assert crowd.lost(both, written) == []


def test_every_reader_finds_a_connection(both: str) -> None:
    """Weakness: the sixteenth waited for half a minute, and then failed."""
    with ExitStack() as all_at_once:
        for _ in range(crowd.WRITERS + crowd.READERS):
            session = all_at_once.enter_context(engine.reading(both))
            assert session.execute(text("SELECT count(*) FROM source")).scalar_one() > 0


def test_a_lost_change_would_show(both: str) -> None:
    assert crowd.lost(both, 0) == []
    assert crowd.lost(both, 1) == ["0 counted instead of 1", "0 reports instead of 1"]
