"""The store of canaries, built once; and a way to be somebody at a page."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from db import clock
from db.policy import Viewer
from tests.conftest import NOW
from tests.dashboard.conftest import APP
from tests.matrix import canaries
from tests.matrix.roles import become

Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store in which every secret says its own word; nobody writes to it."""
    clock.use(lambda: NOW)
    folder: Path = tmp_path_factory.mktemp("canaries")
    return canaries.build(f"sqlite:///{folder / 'tocsin.db'}", folder)


@pytest.fixture
def open_as(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens a page of a store as somebody: `open_as(url, viewer, "alerts", as_of="2018-07-25")`."""

    def opened(url: str, viewer: Viewer, page: str, **query: str) -> AppTest:
        become(monkeypatch.setattr, viewer)
        monkeypatch.setenv("TOCSIN_DB", url)
        at = AppTest.from_file(str(APP), default_timeout=60)
        if page != "today":
            at.switch_page(f"app_pages/{page}.py")
        for name, value in query.items():
            at.query_params[name] = value
        return at.run()

    return opened


@pytest.fixture(scope="module", autouse=True)
def _forget() -> Iterator[None]:
    """What one reader asked stays in the caches for the next one, as on a server; only the end clears them."""
    yield
    st.cache_data.clear()
    st.cache_resource.clear()
