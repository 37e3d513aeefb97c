"""Real disks that are full or read-only: said in one line, nothing acknowledged is lost, and all goes on by itself."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dashboard.cli import output, run
from db import disks, engine
from tests.campaigns import storms
from tests.campaigns.normal import normalised
from tests.campaigns.storms import Disk, needs_disk
from tests.campaigns.test_adversity import everything_shown, new_on, quiet, said
from tests.campaigns.victims import JOBS, copied
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.conftest import Open
from tests.dashboard.conftest import open_page as open_page
from tests.db.stores import count

IMPORT = JOBS["import"]


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A disk of 24 MB."""
    with storms.disk(24) as own:
        yield own


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store and a file of reports to take in; nobody has it open."""
    folder = tmp_path_factory.mktemp("made")
    url = f"sqlite:///{folder / 'tocsin.db'}"
    IMPORT.make(url, folder)
    engine.engine(url).dispose()
    return folder


@pytest.fixture
def store(disk: Disk, made: Path) -> Iterator[tuple[str, Path]]:
    """The same on that disk."""
    folder = disk.path / "store"
    copied(made, folder)
    url = f"sqlite:///{folder / 'tocsin.db'}"
    yield url, folder
    engine.engine(url).dispose()


@pytest.fixture(scope="module")
def wanted(made: Path) -> list[str]:
    """What a store holds after an undisturbed import."""
    folder = made.with_name("undisturbed")
    copied(made, folder)
    url = f"sqlite:///{folder / 'tocsin.db'}"
    IMPORT.act(url, folder, NOW, quiet)
    return normalised(url)


def after_three(strike: Callable[[], None], heard: list[str]) -> Callable[[str], None]:
    """Strikes when the third part of a job has been acknowledged."""

    def ack(line: str) -> None:
        heard.append(line)
        if len(heard) == 3:
            strike()

    return ack


@needs_disk
def test_a_disk_that_gets_full_loses_nothing_acknowledged(
    disk: Disk, store: tuple[str, Path], wanted: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    url, folder = store
    heard: list[str] = []
    assert output.outcome_of(lambda: IMPORT.act(url, folder, NOW, after_three(disk.strike, heard))) == 1
    assert disks.FULL in capsys.readouterr().err
    assert IMPORT.missing(url, folder, heard) == []
    disk.room()
    IMPORT.act(url, folder, NOW + timedelta(hours=1), quiet)
    assert normalised(url) == wanted


@needs_disk
def test_a_store_that_cannot_be_opened_for_a_full_disk_says_so(
    disk: Disk, store: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Weakness: SQLite's "disk I/O error" was told as an address or rights that were wrong."""
    disk.strike()
    for command in (["doctor"], ["backup", str(disk.path / "a.backup")]):
        assert disks.FULL in said(capsys, *command, "--db", store[0])
    disk.room()
    assert run(["doctor", "--db", store[0]]) == 0


@needs_disk
def test_a_backup_without_room_says_so_and_leaves_nothing(
    disk: Disk, store: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Weakness: it was told as unexpected, to be reported."""
    with engine.reading(store[0]) as session:
        session.execute(text("SELECT 1"))  # opened while there was room
    disk.strike()
    assert disks.FULL in said(capsys, "backup", str(disk.path / "a.backup"), "--db", store[0])
    assert sorted(one.name for one in disk.path.iterdir()) == ["ballast", "store"]
    disk.room()
    assert run(["backup", str(disk.path / "a.backup"), "--db", store[0]]) == 0


@needs_disk
def test_a_read_only_disk_is_read_on_and_written_again_when_it_may(
    disk: Disk, store: tuple[str, Path], wanted: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Weakness: SQLite makes files of its own even to read, so that nothing could be read at all."""
    url, folder = store
    disk.writable(False)
    assert run(["doctor", "--db", url]) == 0
    assert disks.LOCKED in said(capsys, "import", "reports", str(folder / "reports.csv"), "--db", url)
    assert count(url, "source") > 0
    disk.writable(True)
    IMPORT.act(url, folder, NOW, quiet)  # the same process, whose connections were for reading only
    assert normalised(url) == wanted


@needs_disk
def test_pages_go_on_while_their_disk_is_full_or_read_only(
    disk: Disk, open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weakness: each look at a page left another empty file in the folder of the access log."""
    (disk.path / "home").mkdir()
    monkeypatch.setenv("TOCSIN_HOME", str(disk.path / "home"))
    url = stores.build(f"sqlite:///{disk.path / 'tocsin.db'}", tmp_path)
    at = open_page(url)
    before = everything_shown(at)
    disk.strike()
    at.query_params["group"] = "b"  # another state of the page, that is to be remembered
    at.run()
    assert "cannot be written down now" in everything_shown(at) and "Blues of the North" in before
    assert not list((disk.path / "home").rglob("*.part"))
    disk.room()
    engine.engine(url).dispose()
    disk.writable(False)
    at.query_params["group"] = "a"
    at.run()
    assert "Blues of the North" in everything_shown(at)
    disk.writable(True)
    at.query_params.pop("group")
    at.run()
    assert "cannot be written down now" not in everything_shown(at)


@needs_disk
def test_a_server_whose_disk_is_full_loses_nothing_and_goes_on(
    wanted: list[str], tmp_path: Path, open_page: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    """Weakness: what the driver said below SQLAlchemy was told as unexpected, and ended pages and commands."""
    with storms.disk(150) as disk, storms.server_on(disk.path) as server:
        url = new_on(server, "filled")
        IMPORT.make(url, tmp_path)
        disk.strike()
        assert disks.FULL in said(capsys, "import", "reports", str(tmp_path / "reports.csv"), "--db", url)
        assert run(["doctor", "--db", url]) == 0
        assert disks.FULL in said(capsys, "backup", str(tmp_path / "a.backup"), "--db", url)
        assert "Nowhere" in everything_shown(open_page(url))
        disk.room()
        IMPORT.act(url, tmp_path, NOW + timedelta(hours=1), quiet)
        assert normalised(url) == wanted


def test_an_error_below_sqlalchemy_is_one_of_its_own_and_tells_no_values(both: str) -> None:
    """The same weakness, where no disk can be mounted."""
    built = engine.engine(both)
    with pytest.raises(DBAPIError) as told, engine.told_alike(built.dialect):
        raise built.dialect.loaded_dbapi.OperationalError("no space left on device")
    assert disks.cure(str(told.value.orig)) == disks.FULL


@pytest.mark.parametrize(
    ("reason", "cure"),
    [
        ("database or disk is full", disks.FULL),
        ('could not extend file "base/1/2": No space left on device', disks.FULL),
        ("attempt to write a readonly database", disks.LOCKED),
        ("Read-only file system", disks.LOCKED),
        ("deadlock detected", None),
    ],
)
def test_what_a_disk_hinders_is_known_by_its_words(reason: str, cure: str | None) -> None:
    assert disks.cure(reason) == cure
