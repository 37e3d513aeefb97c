"""Stores with the small invented region: quick ones on SQLite, and one of each kind."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db import engine
from tests.conftest import Copies
from tests.factories import copied, pack
from tests.factories import nowhere as region


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes SQLite stores with the region Nowhere loaded, as many as a test asks for."""
    made: list[str] = []

    def make() -> str:
        made.append(copied(tmp_path_factory.mktemp("nowhere") / "tocsin.db", region))
        return made[-1]

    yield make
    for url in made:
        engine.engine(url).dispose()


@pytest.fixture
def nowhere(fresh: Callable[[], str]) -> str:
    """The address of a SQLite store with the region Nowhere loaded."""
    return fresh()


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, copies: Copies, tmp_path: Path) -> Iterator[str]:
    """The address of a store with the region Nowhere loaded, once of each kind; its pack lies in `tmp_path`."""
    pack(tmp_path)
    address = copies(request.param, region)
    yield address
    engine.engine(address).dispose()
