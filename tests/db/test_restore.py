"""A full export, taken into an empty store, makes an equal store; anything less changes nothing."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import engine
from db.errors import BadInput
from db.exports import store
from db.policy import LOCAL, Denied, Viewer
from db.restore import restore
from db.vocab import Role
from tests.db.random_store import fill
from tests.db.stores import count, everything
from tests.factories import copied


def exported(url: str) -> bytes:
    out = io.BytesIO()
    with engine.reading(url) as session:
        store.write(session, LOCAL, out)
    return out.getvalue()


@pytest.fixture
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes empty SQLite stores of the newest schema, as many as a test asks for."""
    made: list[str] = []

    def make() -> str:
        made.append(copied(tmp_path_factory.mktemp("store") / "tocsin.db"))
        return made[-1]

    yield make
    for url in made:
        engine.engine(url).dispose()


@pytest.fixture
def full(new: Callable[[], str], tmp_path: Path) -> Path:
    """A full export of a store with rows in every table."""
    address = new()
    fill(address, 0)
    path = tmp_path / "full.jsonl"
    path.write_bytes(exported(address))
    return path


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_export_import_export_is_the_same_to_the_byte(
    new: Callable[[], str], tmp_path: Path, seed: int
) -> None:
    first, second = new(), new()
    fill(first, seed)
    path = tmp_path / "full.jsonl"
    path.write_bytes(exported(first))
    restore(second, path)
    assert exported(second) == path.read_bytes()
    assert everything(second, without=set()) == everything(first, without=set())


def test_from_sqlite_to_postgresql_and_back(
    full: Path, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    postgres, back = new_database("postgresql"), new_database("sqlite")
    counts = restore(postgres, full)
    assert all(counts.values()) and set(counts) == {table.name for table in store.tables()}
    over = tmp_path / "postgres.jsonl"
    over.write_bytes(exported(postgres))
    assert over.read_bytes() == full.read_bytes()
    restore(back, over)
    assert exported(back) == full.read_bytes()


def test_nothing_is_kept_of_a_cut_or_changed_file(full: Path, empty_url: str) -> None:
    whole = full.read_bytes()
    lines = whole.splitlines(keepends=True)
    row = max(n for n, line in enumerate(lines) if line.startswith(b"["))
    broken = {
        "is cut": b"".join(lines[:-1]),
        "cut or damaged": whole[: len(whole) * 2 // 3],
        "was changed": b"".join([*lines[:row], *lines[row + 1 :]]),
        "does not fit": whole.replace(b'"public"', b'"publik"'),
        "another width": b"".join([*lines[:row], b"[1]\n", *lines[row + 1 :]]),
        "twice": b"".join([*lines[:row], lines[row], *lines[row:]]),
        "does not know": whole.replace(b'"table":"claim"', b'"table":"clamour"'),
        "cannot be read": whole.replace(b'+00:00"', b'+00:00x"'),
    }
    for told, body in broken.items():
        full.write_bytes(body)
        with pytest.raises(BadInput, match=told):
            restore(empty_url, full)
    assert all(not count(empty_url, table.name) for table in store.tables())
    full.write_bytes(whole)
    restore(empty_url, full)
    assert exported(empty_url) == whole


def test_only_an_empty_store_takes_it(full: Path, nowhere: str) -> None:
    before = exported(nowhere)
    with pytest.raises(BadInput, match="not empty"):
        restore(nowhere, full)
    assert exported(nowhere) == before


def test_newer_and_other_files_are_refused_by_name(tmp_path: Path, empty_url: str) -> None:
    newer = {"kind": store.KIND, "format": store.FORMAT, "schema": "9999"}
    for told, text in (("newer Tocsin", json.dumps(newer)), ("no full export", "[]"), ("no full export", "")):
        path = tmp_path / "x.jsonl"
        path.write_text(text + "\n", encoding="utf-8")
        with pytest.raises(BadInput, match=told):
            restore(empty_url, path)
    with pytest.raises(BadInput, match="no file"):
        restore(empty_url, tmp_path / "none")


def test_only_an_administrator_copies_everything(nowhere: str) -> None:
    for viewer in (
        Viewer("v", frozenset(Role) - {Role.ADMIN}),
        Viewer("a", frozenset({Role.ADMIN}), frozenset({"nowhere"})),
    ):
        with engine.reading(nowhere) as session, pytest.raises(Denied):
            store.write(session, viewer, io.BytesIO())
