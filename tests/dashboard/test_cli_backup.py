"""The commands for backups, and a model that scores alike on another machine."""

import json
from datetime import date
from pathlib import Path

import pytest

from dashboard import jobs
from dashboard.cli import run
from db import engine, migrating
from tests import factories
from tests.conftest import NOW
from tests.dashboard import stores
from tests.db.stores import rows
from tests.models import test_chain as chain


def told(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    """What a command says on stderr."""
    capsys.readouterr()
    assert run(arguments) == code
    return capsys.readouterr().err


def test_a_backup_goes_to_another_machine_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "here"))
    Path("tocsin.toml").write_text('evidence_mb = "7"\n')
    url = stores.build(f"sqlite:///{tmp_path / 'a.db'}", tmp_path)
    engine.engine(url).dispose()
    made = told(capsys, 0, "backup", "a.backup", "--db", url, "--new-key", "k")
    assert "encrypted" in made and "keep k elsewhere" in made
    assert "is there already" in told(capsys, 2, "backup", "a.backup", "--db", url, "--key-file", "k")
    assert "is whole" in told(capsys, 0, "verify-backup", "a.backup", "--key-file", "k")
    assert "give its key" in told(capsys, 2, "verify-backup", "a.backup")
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "there"))
    there = f"sqlite:///{tmp_path / 'b.db'}"
    restored = told(capsys, 0, "restore", "a.backup", "--db", there, "--key-file", "k")
    assert "is restored" in restored and "tocsin.toml.restored" in restored
    assert Path("tocsin.toml.restored").read_text() == 'evidence_mb = "7"\n'
    assert (tmp_path / "there" / "key").read_bytes() == (tmp_path / "here" / "key").read_bytes()
    assert "not empty" in told(capsys, 2, "restore", "a.backup", "--db", there, "--key-file", "k")
    for path in ("a.db", "b.db"):
        assert run(["scores", "--as-of", str(stores.LAST), "--json", "--db", f"sqlite:///{path}"]) == 0
    first, second = capsys.readouterr().out.split("\n]\n", 1)
    assert json.loads(first + "]") == json.loads(second)


def test_a_plain_backup_holds_no_key_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    url = factories.copied(tmp_path / "a.db")
    assert "NOT encrypted" in told(capsys, 0, "backup", "a.backup", "--db", url)
    Path("list").write_text("{}\n")
    assert "no list of erasures" in told(
        capsys, 2, "restore", "a.backup", "--db", url, "--replace", "--erasures", "list"
    )
    assert "another signing key" not in told(capsys, 0, "restore", "a.backup", "--db", url)


def test_a_restored_store_scores_the_next_day_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models, their signatures and the key that made them go along."""
    monkeypatch.chdir(tmp_path)
    key = "0123456789abcdef0123456789abcdef"
    monkeypatch.setenv("TOCSIN_BACKUP_KEY", key)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "here"))
    url, there = (f"sqlite:///{tmp_path / name}" for name in ("a.db", "b.db"))
    migrating.upgrade(url)
    factories.load(url, chain.one_horizon(factories.pack(tmp_path)))
    file = factories.write_csv(tmp_path / "ged.csv", chain.events())
    factories.take(url, file, covered_from=chain.START, covered_until=date(2018, 3, 31))
    asked = {"region_id": "nowhere", "now": lambda: NOW, "tell": lambda *_: None}
    jobs.train(url, as_of=chain.TRAINED, fits_at_a_time=1, **asked)
    assert run(["backup", "a.backup", "--db", url]) == 0
    jobs.score(url, as_of=chain.SCORED, **asked)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "there"))
    assert run(["restore", "a.backup", "--db", there]) == 0
    jobs.score(there, as_of=chain.SCORED, **asked)
    wanted = "SELECT * FROM score ORDER BY id"
    assert rows(url, wanted) == rows(there, wanted) != []
