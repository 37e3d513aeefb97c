"""What can go wrong around the program: a clear message each time, and recovery by itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, event, text

from dashboard import calm, data
from dashboard.cli import output, run
from db import clock, engine, migrating
from db.errors import TocsinError
from tests.campaigns.normal import normalised
from tests.campaigns.server import Server
from tests.campaigns.victims import JOBS, copied
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown
from tests.dashboard.conftest import open_page as open_page
from tests.db.stores import count
from tests.factories import report_row, take, write_csv

IMPORT = JOBS["import"]


def quiet(_line: str) -> None:
    """Nobody listens."""


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that must fail says, in one line."""
    capsys.readouterr()
    assert run(arguments) == 1
    told = capsys.readouterr().err
    assert told.startswith("tocsin: ") and told.count("\n") == 1, told
    return told


@pytest.fixture
def store(tmp_path: Path) -> tuple[str, Path]:
    """A store with the region, and a file of reports to take in."""
    folder = tmp_path / "import"
    folder.mkdir()
    url = f"sqlite:///{folder / 'tocsin.db'}"
    IMPORT.make(url, folder)
    engine.engine(url).dispose()
    return url, folder


@pytest.fixture
def wanted(store: tuple[str, Path], tmp_path: Path) -> list[str]:
    """What the store holds after an undisturbed import."""
    copied(store[1], tmp_path / "undisturbed")
    url = f"sqlite:///{tmp_path / 'undisturbed' / 'tocsin.db'}"
    IMPORT.act(url, tmp_path / "undisturbed", NOW, quiet)
    found = normalised(url)
    engine.engine(url).dispose()
    return found


@contextmanager
def every_connection(url: str, statement: str) -> Iterator[None]:
    """Run a statement on each connection to a store that is opened now."""

    def prepare(connection: Any, _record: Any) -> None:
        connection.execute(statement)

    engine.engine(url).dispose()
    event.listen(engine.engine(url), "connect", prepare)
    try:
        yield
    finally:
        event.remove(engine.engine(url), "connect", prepare)
        engine.engine(url).dispose()


def test_a_full_disk_is_told_and_the_next_run_completes(
    store: tuple[str, Path], wanted: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    url, folder = store
    pages = (folder / "tocsin.db").stat().st_size // 4096
    with every_connection(url, f"PRAGMA max_page_count = {pages + 4}"):
        told = said(capsys, "import", "reports", str(folder / "reports.csv"), "--db", url)
    assert "disk is full" in told and "tocsin doctor" in told
    IMPORT.act(url, folder, NOW + timedelta(hours=1), quiet)
    assert normalised(url) == wanted


def test_a_store_that_may_not_be_written_is_told_and_can_be_read(
    store: tuple[str, Path], wanted: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    url, folder = store
    with every_connection(url, "PRAGMA query_only = ON"):
        told = said(capsys, "import", "reports", str(folder / "reports.csv"), "--db", url)
        assert "readonly" in told
        assert run(["doctor", "--db", url]) == 0
    IMPORT.act(url, folder, NOW, quiet)
    assert normalised(url) == wanted


def test_a_clock_set_back_rewrites_no_past(
    store: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Weakness: a version in force until before it began was in force on no day, and was forgotten."""
    url, folder = store
    take(url, write_csv(folder / "a.csv", [report_row(killed=3)]), "reports")
    later = write_csv(folder / "b.csv", [report_row(killed=5)])
    before = normalised(url)
    clock.use(lambda: NOW - timedelta(days=2))
    for command in (["import", "reports", str(later)], ["daily"], ["train"]):
        told = said(capsys, *command, "--db", url)
        assert "clock shows 2026-11-20" in told and "set the clock right" in told
    assert normalised(url) == before
    clock.use(lambda: NOW - timedelta(minutes=5))
    assert run(["import", "reports", str(later), "--db", url]) == 0
    clock.use(lambda: NOW)


def test_a_clock_that_was_ahead_can_be_answered_for(
    store: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url, folder = store
    take(url, write_csv(folder / "a.csv", [report_row(killed=3)]), "reports", now=NOW + timedelta(days=400))
    file = write_csv(folder / "b.csv", [report_row(external_id="m2")])
    command = ["import", "reports", str(file), "--db", url]
    assert "TOCSIN_CLOCK_MAY_GO_BACK=1" in said(capsys, *command)
    monkeypatch.setenv("TOCSIN_CLOCK_MAY_GO_BACK", "1")
    assert run(command) == 0
    assert count(url, "report") == 2


def test_a_page_changes_nothing_with_a_clock_set_back(store: tuple[str, Path]) -> None:
    url, folder = store
    take(url, write_csv(folder / "a.csv", [report_row(killed=3)]), "reports")
    clock.use(lambda: NOW - timedelta(days=2))
    with pytest.raises(TocsinError, match="set the clock right"):
        data.change(url, lambda session: session.execute(text("UPDATE source SET name = 'x'")))
    assert count(url, "source WHERE name = 'x'") == 0


def moved(url: str, away: Path) -> Callable[[], None]:
    """Move a store's files away; gives the way back."""
    path = Path(url.removeprefix("sqlite:///"))
    files = [one for one in path.parent.glob(f"{path.name}*") if one.is_file()]
    for one in files:
        one.rename(away / one.name)

    def back() -> None:
        for one in files:
            (away / one.name).rename(one)

    return back


def test_a_store_that_is_away_is_told_and_works_again_when_it_is_back(
    tmp_path: Path, open_page: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "away").mkdir()
    url = stores.build(f"sqlite:///{tmp_path / 'here' / 'tocsin.db'}", tmp_path)
    at = open_page(url)
    whole = shown(at)
    engine.engine(url).dispose()
    back = moved(url, tmp_path / "away")
    at.run()
    assert "There is no store at" in everything_shown(at)
    assert "there is no store" in said(capsys, "daily", "--db", url)
    back()
    at.run()
    assert shown(at) == whole


def everything_shown(at: Any) -> str:
    """All texts of a page, ours and Streamlit's."""
    assert not at.exception, [one.message for one in at.exception]
    return " ".join(
        [shown(at), *(str(one.value) for kind in ("markdown", "error", "info") for one in at.get(kind))]
    )


def test_looking_for_a_store_that_is_away_makes_no_file(tmp_path: Path) -> None:
    """Weakness: SQLite made an empty store with a log of its own, and hid the one that came back."""
    path = tmp_path / "tocsin.db"
    url = f"sqlite:///{path}"
    migrating.upgrade(url)
    engine.engine(url).dispose()
    away = tmp_path / "away"
    away.mkdir()
    back = moved(url, away)
    for attempt in (engine.reading, engine.writing):
        with pytest.raises(TocsinError, match="cannot reach the database"), attempt(url) as session:
            count_of = session.connection()
            assert count_of is None
    with pytest.raises(TocsinError, match="cannot reach"):
        migrating.revision(url)
    assert [one.name for one in tmp_path.iterdir()] == ["away"]
    back()
    assert count(url, "region") == 0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL server that nobody else uses."""
    own = Server(Path(mkdtemp(prefix="tocsin-pg-")))
    yield own
    own.close()


def new_on(server: Server, name: str) -> str:
    """A new database on a server."""
    own = create_engine(engine.engine(server.uri).url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with own.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return server.database(name)


def test_a_server_that_is_gone_is_told_and_works_again_when_it_is_back(
    server: Server, tmp_path: Path, open_page: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    url = stores.build(new_on(server, "gone"), tmp_path)
    at = open_page(url)
    whole = shown(at)
    server.stop()
    at.run()
    assert "The store cannot be reached just now" in everything_shown(at)
    assert "postgres" not in everything_shown(at)  # readers need not know where it is
    assert "check the address, the server and your rights" in said(capsys, "daily", "--db", url)
    server.start()
    at.run()
    assert shown(at) == whole


def test_a_server_killed_in_the_middle_of_an_import_loses_nothing(
    server: Server, store: tuple[str, Path], wanted: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    url, folder = new_on(server, "killed"), store[1]
    IMPORT.make(url, folder)
    acknowledged: list[str] = []

    def ack(line: str) -> None:
        acknowledged.append(line)
        if len(acknowledged) == 3:
            server.kill()

    assert output.outcome_of(lambda: IMPORT.act(url, folder, NOW, ack)) == 1
    told = capsys.readouterr().err
    assert told.startswith("tocsin: ") and told.count("\n") == 1, told
    server.start()
    assert IMPORT.missing(url, folder, acknowledged) == []
    IMPORT.act(url, folder, NOW + timedelta(hours=1), quiet)
    assert normalised(url) == wanted


def test_a_page_returns_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weakness: it said that it would work again, and waited for somebody to press a button."""
    asked: list[str] = []
    look = calm._look_for_it.__wrapped__  # what the fragment runs
    monkeypatch.setattr(calm.st, "rerun", lambda scope: asked.append(scope))
    monkeypatch.setattr(calm.st, "session_state", {})
    url = f"sqlite:///{tmp_path / 'tocsin.db'}"
    look(url)
    assert asked == []
    migrating.upgrade(url)
    look(url)
    assert asked == ["app"]
