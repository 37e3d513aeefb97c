"""Stores with the small invented region: quick ones on SQLite, and one of each kind."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db import engine
from tests.factories import load, pack


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    url = f"sqlite:///{folder / 'tocsin.db'}"
    engine.upgrade(url)
    load(url, pack(folder))
    engine.engine(url).dispose()  # folds the write-ahead log into the file
    return folder / "tocsin.db"


@pytest.fixture
def fresh(_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes SQLite stores with the region Nowhere loaded, as many as a test asks for."""
    made: list[str] = []

    def make() -> str:
        path = tmp_path_factory.mktemp("nowhere") / "tocsin.db"
        shutil.copy(_template, path)
        made.append(f"sqlite:///{path}")
        return made[-1]

    yield make
    for url in made:
        engine.engine(url).dispose()


@pytest.fixture
def nowhere(fresh: Callable[[], str]) -> str:
    """The address of a SQLite store with the region Nowhere loaded."""
    return fresh()


@pytest.fixture
def both(url: str, tmp_path: Path) -> str:
    """The address of a store with the region Nowhere loaded, once of each kind."""
    load(url, pack(tmp_path))
    return url
