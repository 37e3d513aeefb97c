"""Stores for the pages, built once, and a way to open a page on one of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import fmt, frame, i18n, origins
from db import clock
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.briefing_tools import brief_files, brief_partner, brief_told, few, hill
from tests.factories import copied
from tests.page_runs import quicken

quicken()
__all__ = ["brief_files", "brief_partner", "brief_told", "few", "hill"]
APP = Path(__file__).parents[2] / "dashboard" / "app.py"
Open = Callable[..., AppTest]


def _built(folder: Path, make: Callable[[str], None]) -> str:
    clock.use(lambda: NOW)
    return copied(folder / "tocsin.db", make)


@pytest.fixture(autouse=True)
def _reader_of_no_place() -> Iterator[None]:
    """Each test begins in English, in UTC and with no data spoken of, whatever the one before it had chosen."""
    i18n.use("en")
    origins._about.set(None)
    fmt.use_zone("UTC")
    yield


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest,
    new_database: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """A store with everything, once of each kind; nobody writes to it."""
    clock.use(lambda: NOW)
    return stores.build(new_database(request.param), tmp_path_factory.mktemp("filled"))


@pytest.fixture(scope="session")
def drill(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same as an EXERCISE; nobody writes to it."""
    return _built(tmp_path_factory.mktemp("drill"), stores.drill)


@pytest.fixture
def own(tmp_path: Path) -> str:
    """The same for one test alone, which may change it."""
    return _built(tmp_path, stores.whole)


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a page of a store: `open_page(url, "alerts", as_of="2018-07-25")`."""

    def opened(url: str, page: str = "today", **query: str) -> AppTest:
        monkeypatch.setenv("TOCSIN_DB", url)
        at = AppTest.from_file(str(APP), default_timeout=60)
        if page != "today":
            at.switch_page(f"app_pages/{page}.py")
        _ask(at, query)
        return at.run()

    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()


def _ask(at: AppTest, query: dict[str, str]) -> None:
    for name, value in query.items():
        at.query_params[name] = value


def shown(at: AppTest) -> str:
    """All HTML of ours that a page shows."""
    assert not at.exception, [one.message for one in at.exception]
    bodies = [one.proto.body for one in at.get("html")]
    return "\n".join(body for body in bodies if not body.startswith(("<style>", frame.LINKS)))
