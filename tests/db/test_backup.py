"""A backup that was made comes back equal; one that was cut, changed or mixed up is refused before anything."""

import io
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, text

from db import backup, engine, erasure, migrating, people, sign_ins, tokens
from db.backup import container, keys, postgres, restoring, rights, sqlite
from db.errors import BadInput, TocsinError
from db.policy import LOCAL
from db.schema import Erasure
from db.vocab import Entity, Role
from tests.conftest import NOW
from tests.db import test_schema
from tests.db.stores import change, count, everything, rows
from tests.db.test_restore import exported
from tests.factories import report_row, take, write_csv
from tests.hostile import doors

KEY = b"0123456789abcdef0123456789abcdef"
HEADER = {"schema": "0001", "database": "sqlite"}
New = Callable[[], str]


@pytest.fixture
def new(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> New:
    """Makes empty databases of the kind that the test runs on."""
    kind = request.getfixturevalue("both").split(":")[0]
    return lambda: new_database("sqlite" if kind == "sqlite" else "postgresql")


@pytest.fixture
def filled(both: str, tmp_path: Path) -> str:
    """A store with a row in every table, once of each kind."""
    test_schema.fill(both, tmp_path)
    return both


def packed(key: bytes | None, *bodies: bytes) -> bytes:
    out = io.BytesIO()
    writer = container.Writer(out, HEADER, key)
    for number, body in enumerate(bodies):
        writer.add(f"m{number}", io.BytesIO(body))
    writer.close({"rows": {}})
    return out.getvalue()


def unpacked(path: Path, key: bytes | None) -> list[bytes]:
    found: dict[str, restoring._Kept] = {}

    def sink(name: str) -> Any:
        found[name] = restoring._Kept()
        return found[name]

    container.read(path, key, sink)
    return [part.body for part in found.values()]


PACKED = {key: packed(key, b"first", b"", bytes(70_000)) for key in (None, KEY)}


@pytest.mark.parametrize("key", [None, KEY])
def test_what_went_in_comes_out(tmp_path: Path, key: bytes | None) -> None:
    bodies = [os.urandom(container.CHUNK + 1), b"", b"x"]
    path = tmp_path / "a.backup"
    path.write_bytes(packed(key, *bodies))
    assert unpacked(path, key) == bodies
    assert (bodies[0][:64] in path.read_bytes()) is (key is None)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keyed=st.booleans(), at=st.floats(0, 1, exclude_max=True), cut=st.booleans(), other=st.integers(1, 255)
)
def test_whatever_is_cut_or_changed_is_refused(
    tmp_path: Path, keyed: bool, at: float, cut: bool, other: int
) -> None:
    key = KEY if keyed else None
    whole = bytearray(PACKED[key])
    spot = int(at * len(whole))
    if cut:
        del whole[spot:]
    else:
        whole[spot] ^= other
    path = tmp_path / "a.backup"
    path.write_bytes(whole)
    with pytest.raises(BadInput):
        unpacked(path, key)


@pytest.mark.parametrize("key", [None, KEY])
def test_nothing_may_follow_and_no_part_may_be_left_out_or_exchanged(
    tmp_path: Path, key: bytes | None
) -> None:
    path = tmp_path / "a.backup"
    frames = _frames(PACKED[key])
    changed = [
        [*frames, frames[-1]],
        [*frames[:1], *frames[3:]],
        [frames[0], frames[3], frames[4], frames[1], frames[2], *frames[5:]],
        [*frames[:-1], _frames(packed(key, b"other"))[-1]],
    ]
    for parts in changed:
        path.write_bytes(b"".join(parts))
        with pytest.raises(BadInput):
            unpacked(path, key)


def _frames(whole: bytes) -> list[bytes]:
    start = whole.index(b"\n", len(container.MAGIC)) + 1
    parts = [whole[:start]]
    while start < len(whole):
        end = start + 5 + int.from_bytes(whole[start + 1 : start + 5], "big")
        parts.append(whole[start:end])
        start = end
    return parts


def test_every_key_mistake_is_told_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, given_, told in (
        (KEY, None, "is encrypted; give its key: --key-file"),
        (KEY, KEY[::-1], "this key does not open"),
        (None, KEY, "is not encrypted, though a key was given"),
    ):
        path = tmp_path / "a.backup"
        path.write_bytes(PACKED[key])
        with pytest.raises(BadInput, match=told):
            unpacked(path, given_)
    with pytest.raises(BadInput, match="no key file .*--new-key"):
        keys.given(tmp_path / "none")
    (tmp_path / "short").write_text("abc")
    with pytest.raises(BadInput, match="shorter than 32 characters"):
        keys.given(tmp_path / "short")
    assert keys.given(None) is None
    monkeypatch.setenv("TOCSIN_BACKUP_KEY", KEY.decode())
    assert keys.given(None) == KEY
    made = keys.make(tmp_path / "made")
    assert keys.given(tmp_path / "made") == made
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o600
    with pytest.raises(BadInput, match="is there already"):
        keys.make(tmp_path / "made")


@pytest.mark.parametrize("key", [None, KEY])
def test_restored_elsewhere_the_store_is_equal(
    filled: str, new: New, tmp_path: Path, key: bytes | None
) -> None:
    path, other = tmp_path / "a.backup", new()
    made = backup.make(filled, path, NOW, key=key)
    assert made.rows == sum(count(filled, table) for table in made.manifest["rows"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.glob("a.backup*")] == ["a.backup"]
    looked = restoring.verify(path, key)
    restoring.restore(other, path, NOW, key=key)
    assert exported(other) == exported(filled)
    assert everything(other, without=set()) == everything(filled, without=set())
    assert set(looked.settings) == ({backup.KEY} if key else set())


def test_the_words_of_a_store_cannot_be_read_in_an_encrypted_backup(filled: str, tmp_path: Path) -> None:
    words = rows(filled, "SELECT title FROM report WHERE title IS NOT NULL LIMIT 1")[0]["title"].encode()
    if filled.startswith("sqlite"):  # PostgreSQL's dump is compressed
        backup.make(filled, tmp_path / "plain.backup", NOW)
        assert words in (tmp_path / "plain.backup").read_bytes()
    backup.make(filled, tmp_path / "a.backup", NOW, key=KEY)
    assert words not in (tmp_path / "a.backup").read_bytes()


def test_a_file_that_is_there_is_not_written_over(nowhere: str, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    path.write_text("dear")
    with pytest.raises(BadInput, match="is there already; .*--force"):
        backup.make(nowhere, path, NOW)
    assert path.read_text() == "dear"
    backup.make(nowhere, path, NOW, force=True)
    restoring.verify(path)
    with pytest.raises(BadInput, match="folder .* does not exist"):
        backup.make(nowhere, tmp_path / "none" / "a.backup", NOW)
    with pytest.raises(TocsinError, match="there is no store at"):
        backup.make(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "b.backup", NOW)


def test_a_failed_backup_leaves_nothing(
    nowhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        backup.make(nowhere, tmp_path / "a.backup", NOW)
    assert list(tmp_path.glob("a.backup*")) == []


def test_only_an_empty_store_is_replaced_unasked_and_the_old_one_is_kept(
    filled: str, new: New, tmp_path: Path
) -> None:
    path = tmp_path / "a.backup"
    backup.make(filled, path, NOW)
    first = exported(filled)
    change(filled, "UPDATE source SET name = 'newer'")
    newer = exported(filled)
    with pytest.raises(BadInput, match="not empty .*--replace"):
        restoring.restore(filled, path, NOW)
    assert exported(filled) == newer
    looked = restoring.restore(filled, path, NOW, replace=True)
    assert exported(filled) != newer
    assert looked.kept is not None and "20261122T073000Z" in looked.kept
    kept = (
        f"sqlite:///{looked.kept}"
        if filled.startswith("sqlite")
        else filled.replace(_name(filled), looked.kept)
    )
    assert exported(kept) == newer
    engine.engine(kept).dispose()
    empty = new()
    migrating.upgrade(empty)
    assert restoring.restore(empty, path, NOW).kept is None
    assert exported(empty) == first


def _name(url: str) -> str:
    return str(engine.engine(url).url.database)


def test_a_store_that_is_open_elsewhere_is_not_exchanged(filled: str, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    backup.make(filled, path, NOW)
    change(filled, "UPDATE source SET name = 'newer'")
    newer = exported(filled)
    other = create_engine(engine.engine(filled).url, poolclass=NullPool)
    with other.connect() as connection:
        connection.execute(text("SELECT count(*) FROM source"))
        with pytest.raises(TocsinError, match="stop .*tocsin serve"):
            restoring.restore(filled, path, NOW, replace=True)
    assert exported(filled) == newer


def test_a_backup_of_a_newer_program_is_refused(nowhere: str, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    backup.make(nowhere, path, NOW)
    path.write_bytes(path.read_bytes().replace(b'"schema": "0', b'"schema": "9', 1))
    for attempt in (
        lambda: restoring.verify(path),
        lambda: restoring.restore(nowhere, path, NOW, replace=True),
    ):
        with pytest.raises(BadInput, match="made by a newer Tocsin"):
            attempt()


def test_other_files_and_other_databases_are_refused_by_name(
    nowhere: str, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    path = tmp_path / "x.csv"
    for body in (b"", b"id,year\n1,2018\n", container.MAGIC, container.MAGIC + b"[]\n", os.urandom(5000)):
        path.write_bytes(body)
        with pytest.raises(BadInput, match="no backup of Tocsin"):
            restoring.verify(path)
    with pytest.raises(BadInput, match="there is no file"):
        restoring.verify(tmp_path / "none")
    backup.make(nowhere, tmp_path / "a.backup", NOW)
    with pytest.raises(BadInput, match="another kind of database .*export --format jsonl --full"):
        restoring.restore(new_database("postgresql"), tmp_path / "a.backup", NOW)


def test_a_damaged_store_is_not_let_in_even_where_the_file_around_it_is_whole(
    nowhere: str, tmp_path: Path
) -> None:
    path, store = tmp_path / "a.backup", tmp_path / "s.db"
    manifest = backup.make(nowhere, path, NOW).manifest
    restoring._unpacked(path, None, store)
    target, whole = tmp_path / "new.db", store.read_bytes()
    spot = len(whole) // 2
    cases = {
        "damaged": whole[: spot - 4000] + os.urandom(8000) + whole[spot + 4000 :],
        "does not hold what it says": whole,
    }
    for told, body in cases.items():
        with path.open("wb") as out:
            writer = container.Writer(
                out, {name: manifest[name] for name in ("schema", "database", "made_at")}, None
            )
            writer.add("store", io.BytesIO(body))
            writer.close({**manifest, "rows": {**manifest["rows"], "place": 1}})
        for attempt in (
            lambda: restoring.verify(path),
            lambda: restoring.restore(f"sqlite:///{target}", path, NOW),
        ):
            with pytest.raises(BadInput, match=told):
                attempt()
        assert list(tmp_path.glob("new.db*")) == []


def test_a_dump_that_lacks_rows_is_refused(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = migrating.counts
    monkeypatch.setattr(migrating, "counts", lambda connection: {**real(connection), "place": 1})
    path = tmp_path / "a.backup"
    backup.make(filled, path, NOW)
    monkeypatch.undo()
    with pytest.raises(BadInput, match="does not hold what it says"):
        restoring.verify(path)


def test_a_backup_finishes_beside_a_busy_writer_and_is_of_one_moment(both: str, tmp_path: Path) -> None:
    """A paged backup begins anew at every foreign write; two rows that change together stay together."""
    done, begun = threading.Event(), threading.Event()

    def write() -> None:
        n = 0
        while not done.is_set():
            n += 1
            change(both, "UPDATE source SET name = :n", n=str(n))
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        for number in range(3):
            backup.make(both, tmp_path / f"{number}.backup", NOW)
    finally:
        done.set()
        writer.join()
    looked = tmp_path / "2.backup"
    restoring.restore(both, looked, NOW, replace=True)
    assert len(rows(both, "SELECT DISTINCT name FROM source")) == 1


@pytest.fixture
def erased(both: str, tmp_path: Path) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """A store of which a backup was made before a report was erased, and the entry of that erasure."""
    take(both, write_csv(tmp_path / "r.csv", [report_row(text="Somebody Known was taken.")]), "reports")
    path = tmp_path / "a.backup"
    backup.make(both, path, NOW)
    report = rows(both, "SELECT id FROM report")[0]["id"]
    with engine.writing(both) as session:
        said = {"reason": "asked for", "by": "ana", "now": datetime(2026, 11, 23, tzinfo=UTC)}
        erasure.erase(session, LOCAL, Entity.REPORT, report, **said)
        session.flush()
        if not session.scalar(text("SELECT count(*) FROM erasure")):
            facts = {"id": "e1", "entity": Entity.REPORT, "entity_id": report, "fields": ["text"]}
            session.add(
                Erasure(**facts, reason="asked for", by="ana", at=said["now"], key_id="k", signature="s")
            )
    yield both, path, rows(both, "SELECT * FROM erasure")[0]


def test_what_was_erased_since_is_erased_again(erased: tuple[str, Path, dict[str, Any]]) -> None:
    url, path, _ = erased
    looked = restoring.restore(url, path, NOW, replace=True)
    assert looked.erased == 1
    assert rows(url, "SELECT text, title FROM report") == [{"text": None, "title": None}]
    assert count(url, "erasure") == 1


def test_a_list_of_erasures_reaches_a_restored_store_elsewhere(
    erased: tuple[str, Path, dict[str, Any]], new: New
) -> None:
    url, path, _ = erased
    with engine.reading(url) as session:
        entries = [dict(row) for row in session.execute(Erasure.__table__.select()).mappings()]
    bare, told = new(), new()
    assert restoring.restore(bare, path, NOW).erased == 0
    assert rows(bare, "SELECT text FROM report") == [{"text": "Somebody Known was taken."}]
    assert restoring.restore(told, path, NOW, erasures=entries).erased == 1
    assert rows(told, "SELECT text FROM report") == [{"text": None}]


def test_erasures_of_a_store_that_cannot_be_read_must_be_answered_for(nowhere: str, tmp_path: Path) -> None:
    path, broken = tmp_path / "a.backup", tmp_path / "broken.db"
    backup.make(nowhere, path, NOW)
    broken.write_bytes(b"x" * 10_000)
    url = f"sqlite:///{broken}"
    with pytest.raises(TocsinError, match="what was erased in it is not known.*--no-erasures"):
        restoring.restore(url, path, NOW, replace=True)
    assert broken.read_bytes() == b"x" * 10_000
    restoring.restore(url, path, NOW, replace=True, erasures=[])
    assert exported(url) == exported(nowhere)


def test_a_log_that_stayed_behind_is_not_read_into_the_restored_store(nowhere: str, tmp_path: Path) -> None:
    """Weakness: a write-ahead log beside a replaced file belongs to the old one."""
    path, target = tmp_path / "a.backup", tmp_path / "x.db"
    backup.make(nowhere, path, NOW)
    for ending in ("-wal", "-shm", "-journal"):
        (tmp_path / f"x.db{ending}").write_bytes(os.urandom(9000))
    restoring.restore(f"sqlite:///{target}", path, NOW)
    assert exported(f"sqlite:///{target}") == exported(nowhere)


def test_no_tool_of_postgresql_is_told_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_PG_BIN", str(tmp_path))
    with pytest.raises(TocsinError, match="found none.*postgresql-client-16.*TOCSIN_PG_BIN"):
        postgres.tool("pg_dump", 16)
    monkeypatch.delenv("TOCSIN_PG_BIN")
    with pytest.raises(TocsinError, match=r"pg_dump of PostgreSQL 99 or newer is needed \(found only"):
        postgres.tool("pg_dump", 99)


def test_no_password_stands_in_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://ana:secret@db.example:5433/tocsin?sslmode=require"
    assert "secret" not in postgres.address(url)
    assert all(part in postgres.address(url) for part in ("db.example", "5433", "tocsin", "sslmode=require"))
    assert postgres._secret(url)["PGPASSWORD"] == "secret"


def test_a_store_in_memory_has_no_file() -> None:
    with pytest.raises(BadInput, match="not in a file"):
        sqlite.place("sqlite://")


def test_what_was_revoked_since_the_backup_is_not_given_back(both: str, tmp_path: Path) -> None:
    login, later, day = "ana@example.org", NOW + timedelta(hours=2), NOW + timedelta(days=1)
    path, given = (
        tmp_path / "a.backup",
        [people.Grant(role, None, None, "desk") for role in (Role.VIEWER, Role.ADMIN)],
    )
    act: dict[str, Any] = {"by": "root", "now": NOW}
    token: dict[str, Any] = {"label": "reader", "routes": ["incidents"], "now": NOW, "expires_at": day}
    with engine.writing(both) as session:
        for one in given:
            people.grant(session, LOCAL, login, one, **act)
        old, secret = tokens.make(session, LOCAL, login, **token)
        sign_ins.start(session, "before", login, NOW, NOW)
    backup.make(both, path, NOW)
    with engine.writing(both) as session:
        people.revoke(session, LOCAL, login, given[1], by="root", now=later)
        tokens.revoke(session, LOCAL, old, by="root", now=later)
        newer, other = tokens.make(session, LOCAL, login, **token)
        sign_ins.start(session, "after", login, NOW, NOW)
    restoring.restore(both, path, later, replace=True)
    with engine.reading(both) as session:
        assert {held[0] for held in people.standing(session, login, later).held} == {Role.VIEWER}
        assert tokens.owner(session, secret, "incidents", later) is None
        assert tokens.owner(session, other, "incidents", later) == login
        ended = {key: sign_ins.get(session, key).ended_why for key in ("before", "after")}
    assert ended == {"before": "restored", "after": "restored"}


def test_where_nothing_tells_what_was_revoked_since_it_is_said(both: str, new: New, tmp_path: Path) -> None:
    with engine.writing(both) as session:
        people.add(session, "ana@example.org", by="root", now=NOW)
    backup.make(both, tmp_path / "a.backup", NOW)
    looked = restoring.restore(new(), tmp_path / "a.backup", NOW)
    assert rights.BACK in looked.notices


@pytest.mark.parametrize("which", [0, 1])
def test_a_backup_that_somebody_forged_ends_in_one_line(tmp_path: Path, which: int) -> None:
    """Header, manifest and store are theirs, the digests are right: no JSON error, no error of the database."""
    path = tmp_path / "forged.backup"
    header, manifest, member = doors.sealed()[which].split(b"\x1e")
    nested = (b"[" * 3000, manifest, member)
    listed, lied = (
        (header, b"[]", member),
        (header, manifest.replace(b'"rows": {', b'"rows": {"x": "y",'), member),
    )
    for head, told, body in ((header, manifest, member), nested, listed, lied):
        path.write_bytes(doors._forged(head, told, [body]))
        with pytest.raises(TocsinError) as refused:
            restoring.verify(path)
        assert "\n" not in str(refused.value) and len(str(refused.value)) < 400


def test_a_complaint_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    """Weakness: SQLite names the damaged table, and a name that is no text ended in a traceback."""
    path = tmp_path / "damaged.db"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE zzzz (x)")
        made.commit()
    path.write_bytes(path.read_bytes().replace(b"zzzz", b"zz\xf3z").replace(b"CREATE TABLE", b"CREATE TABXE"))
    assert sqlite.unsound(path) == "its tables have names that are no text"
