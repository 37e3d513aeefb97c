"""Nothing is taken away unless a rule says so; what goes is written down, and every chain holds."""

from datetime import timedelta
from pathlib import Path

import pytest

from db import audit, audit_check, engine, erasure, erasures, identities, retention
from db.errors import BadInput
from db.policy import LOCAL, Denied, Viewer
from db.vocab import AccessAct, Role
from tests.conftest import NOW
from tests.db.stores import change, count, rows
from tests.db.test_schema import fill

LATER = NOW + timedelta(days=100)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def old(nowhere: str, tmp_path: Path) -> str:
    """A store in which something of every kind is a hundred days old."""
    (tmp_path / "filled").mkdir()
    fill(nowhere, tmp_path / "filled")
    for statement in (
        *(f"DELETE FROM {table}" for table in ("access_log", "erasure", "identity", "revision", "custody")),  # noqa: S608
        "UPDATE draft SET state = 'rejected', decided_at = received_at, text = 'words', document_id = NULL",
        "UPDATE job_run SET message = 'words'",
        "UPDATE source SET protected = true WHERE code = 'monitor'",
    ):
        change(nowhere, statement)
    with engine.writing(nowhere) as session:
        identities.keep(session, LOCAL, "nowhere", "monitor", "words", now=NOW)
        audit.note(session, "ana", AccessAct.READ, "today", told={"rows": 3}, now=NOW)
    return nowhere


def rule(folder: Path, *lines: str) -> None:
    (folder / "tocsin.toml").write_text("[retention]\n" + "\n".join(lines) + "\n")


def applied(url: str) -> dict[str, int]:
    with engine.writing(url) as session:
        return retention.apply(session, LOCAL, "ana", LATER)


def test_without_a_rule_everything_is_kept(old: str) -> None:
    before = count(old, "erasure")
    assert applied(old) == {}
    assert (count(old, "erasure"), count(old, "identity")) == (before, 1)
    assert rows(old, "SELECT what FROM access_log ORDER BY seq DESC LIMIT 1") == [{"what": "retention"}]


def test_what_is_older_than_a_rule_says_goes_and_is_written_down(old: str, tmp_path: Path) -> None:
    rule(tmp_path, *(f"{name} = 99" for name in retention.RULES))
    gone = applied(old)
    assert gone["rejected_drafts_days"] == 1 and gone["access_log_days"] == 2
    assert gone["identities_days"] == 1 and gone["messages_days"] >= 2
    assert rows(old, "SELECT text FROM draft") == [{"text": None}]
    assert count(old, "identity") == 0
    assert rows(old, "SELECT message FROM job_run WHERE message IS NOT NULL") == []
    log = rows(old, 'SELECT "by", told FROM access_log ORDER BY seq')
    assert [row["by"] for row in log[:2]] == ["[erased]"] * 2 and "rows" not in log[1]["told"]
    with engine.reading(old) as session:
        assert audit_check.check(session, old).wrong == ()
        signed = {one["entity"] for one in erasures.entries(session)}
    assert signed >= {"draft", "access_log", "identity", "job_run"}
    assert sum(applied(old).values()) == 0


def test_what_is_younger_stays(old: str, tmp_path: Path) -> None:
    rule(tmp_path, *(f"{name} = 101" for name in retention.RULES))
    assert sum(applied(old).values()) == 0
    assert count(old, "identity") == 1


def test_evidence_is_kept_whatever_the_rule_for_files_says(old: str, tmp_path: Path) -> None:
    rule(tmp_path, "documents_days = 1")
    assert applied(old) == {"documents_days": 0}
    change(old, "DELETE FROM custody")
    change(old, "DELETE FROM attachment")
    assert applied(old) == {"documents_days": 1}


def test_an_identity_that_was_forgotten_is_forgotten_in_a_backup_too(old: str, tmp_path: Path) -> None:
    with engine.reading(old) as session:
        held = rows(old, "SELECT * FROM identity")[0]
    rule(tmp_path, "identities_days = 99")
    applied(old)
    with engine.reading(old) as session:
        entries = [one for one in erasures.entries(session) if one["entity"] == "identity"]
    change(old, "DELETE FROM erasure")
    change(
        old,
        "INSERT INTO identity VALUES (:source_id, :sealed, :key_id, :changed_at, :changed_by)",
        **held,
    )
    with engine.writing(old) as session:
        assert len(erasure.reapply(session, entries)) == 1
    assert count(old, "identity") == 0


@pytest.mark.parametrize("line", ["drafts = 3", "documents_days = 0", "documents_days = 'x'"])
def test_a_rule_that_is_none_is_refused(old: str, tmp_path: Path, line: str) -> None:
    rule(tmp_path, line)
    with engine.reading(old) as session, pytest.raises(BadInput, match="retention"):
        retention.due(session, LOCAL, LATER)


def test_only_some_may_apply_rules(old: str) -> None:
    with engine.writing(old) as session, pytest.raises(Denied):
        retention.apply(session, Viewer("ana", frozenset({Role.ANALYST})), "ana", LATER)
