"""Stores with the small invented region: quick ones on SQLite, and one of each kind."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db import engine
from tests.factories import load, pack


@pytest.fixture
def fresh(
    copies: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], str]]:
    """Makes SQLite stores with the region Nowhere loaded, as many as a test asks for."""
    made: list[str] = []

    def make() -> str:
        made.append(copies("sqlite", "nowhere", region_in(tmp_path_factory)))
        return made[-1]

    yield make
    for url in made:
        engine.engine(url).dispose()


def region_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """What makes an empty database one with the region Nowhere."""

    def make(url: str) -> None:
        engine.upgrade(url)
        load(url, pack(tmp_path_factory.mktemp("region")))

    return make


@pytest.fixture
def nowhere(fresh: Callable[[], str]) -> str:
    """The address of a SQLite store with the region Nowhere loaded."""
    return fresh()


@pytest.fixture(params=["sqlite", "postgresql"])
def both(
    request: pytest.FixtureRequest,
    copies: Callable[..., str],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of a store with the region Nowhere loaded, once of each kind; its pack lies in `tmp_path`."""
    pack(tmp_path)
    address = copies(request.param, "nowhere", region_in(tmp_path_factory))
    yield address
    engine.engine(address).dispose()
