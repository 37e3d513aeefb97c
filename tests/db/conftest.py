"""Stores with the small invented region: quick ones on SQLite, and one of each kind."""

import shutil
from collections.abc import Iterator
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
def nowhere(_template: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a SQLite store with the region Nowhere loaded."""
    path = tmp_path / "nowhere.db"
    shutil.copy(_template, path)
    yield f"sqlite:///{path}"
    engine.engine(f"sqlite:///{path}").dispose()


@pytest.fixture
def both(url: str, tmp_path: Path) -> str:
    """The address of a store with the region Nowhere loaded, once of each kind."""
    load(url, pack(tmp_path))
    return url
