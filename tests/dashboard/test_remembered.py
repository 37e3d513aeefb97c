"""Pages and commands leave their line in the access log: once a state, no text, and no export without one."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from dashboard import remembered
from db import audit, audit_check, engine, policy
from db.policy import Viewer
from db.vocab import Role
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown
from tests.dashboard.test_cli import Tocsin
from tests.dashboard.test_cli import tocsin as tocsin
from tests.db.stores import change, rows

DAY = stores.LAST.isoformat()


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))


def log(url: str) -> list[dict[str, Any]]:
    found = rows(url, 'SELECT "by", act, what, told FROM access_log ORDER BY seq')
    return [{**row, "told": json.loads(row["told"])} for row in found]


def test_a_page_is_remembered_once_for_each_state_of_it(own: str, open_page: Open) -> None:
    open_page(own, as_of=DAY)
    at = open_page(own, "incidents", as_of=DAY)
    at.run()
    at.run()
    seen = [(row["by"], row["act"], row["what"]) for row in log(own)]
    assert seen == [("local", "read", "today"), ("local", "read", "incidents")]
    at.query_params["q"] = "Canary mill"
    at.run()
    last = log(own)[-1]
    assert (last["act"], last["told"]["filters"]["as_of"]) == ("search", DAY)
    assert last["told"]["filters"]["q"].startswith("hmac:")
    assert "anary" not in str(rows(own, "SELECT * FROM access_log"))
    with engine.reading(own) as session:
        assert audit_check.check(session, own).holds


def test_a_page_says_when_it_cannot_be_remembered(
    own: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "note", lambda *_, **__: False)
    assert "cannot be written down now" in shown(open_page(own, as_of=DAY))


def test_a_download_that_cannot_be_remembered_is_none(own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class View:
        store = own
        region = type("Region", (), {"id": "nowhere"})

    made = remembered.going_out(View(), "incidents.csv", lambda: b"x", {"rows": 1})  # type: ignore[arg-type]
    assert made() == b"x"
    assert [(row["act"], row["what"]) for row in log(own)] == [("export", "incidents.csv")]
    monkeypatch.setattr(audit, "note", lambda *_, **__: False)
    with pytest.raises(audit.Unaudited):
        made()


def test_commands_are_remembered_and_verified(tocsin: Tocsin, own: str) -> None:
    assert tocsin("--db", own, "places", "find", "Canarymill").code == 0
    assert tocsin("--db", own, "batches").code == 0
    assert tocsin("--db", own, "incident", "show", "nothing").code == 2
    seen = log(own)
    assert [row["what"] for row in seen] == ["tocsin places find", "tocsin batches", "tocsin incident show"]
    assert "Canary" not in str(seen) and seen[2]["told"]["failed"] is True
    said = tocsin("--db", own, "audit", "verify")
    assert (said.code, "3 entries" in said.out) == (0, True), said.err
    listed = tocsin("--db", own, "audit", "list", "--what", "tocsin batches", "--json")
    assert [row["seq"] for row in json.loads(listed.out)] == [2]
    change(own, "DELETE FROM access_log WHERE seq = 2")
    said = tocsin("--db", own, "audit", "verify")
    assert (said.code, "entries 2 before it are missing" in said.err) == (1, True)


def test_an_export_that_cannot_be_remembered_is_refused(
    tocsin: Tocsin, own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out.csv"
    monkeypatch.setattr(audit, "note", lambda *_, **__: False)
    said = tocsin("--db", own, "export", "-o", str(file))
    assert (said.code, file.exists(), "not done" in said.err) == (1, False, True)


def test_a_person_is_found_and_erased_by_command(tocsin: Tocsin, own: str, tmp_path: Path) -> None:
    change(own, "UPDATE report SET text = 'seen by Qanarian' WHERE id = (SELECT min(id) FROM report)")
    found = json.loads(tocsin("--db", own, "erase", "find", "qanarian", "--json").out)
    assert [(one["table"], one["fields"]) for one in found] == [("report", ["text"])]
    why = ("--reason", "asked for", "--by", "ana", "--yes")
    assert tocsin("--db", own, "erase", "text", "Qanarian", *why).code == 0
    assert tocsin("--db", own, "erase", "find", "qanarian", "--json").out.strip() == "[]"
    assert tocsin("--db", own, "erase", "text", "Qanarian", *why).code == 2
    file = tmp_path / "erasures.json"
    assert tocsin("--db", own, "erasures", "-o", str(file)).code == 0
    (line,) = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["entity"] == "report"
    assert tocsin("--db", own, "audit", "verify").code == 0
    for part in Path(own.removeprefix("sqlite:///")).parent.glob("tocsin.db*"):
        assert b"qanarian" not in part.read_bytes().lower()


def test_only_administrators_see_everybody() -> None:
    assert policy.sees_log(Viewer("root", frozenset({Role.ADMIN})))
    assert not policy.sees_log(Viewer("ana", frozenset({Role.APPROVER})))


def test_a_colleague_is_forgotten_by_command(tocsin: Tocsin, own: str) -> None:
    why = ("--reason", "she left", "--by", "ana")
    assert tocsin("--db", own, "users", "add", "amal@example.org", "--role", "viewer", *why).code == 0
    said = tocsin("--db", own, "users", "forget", "amal@example.org", *why)
    assert (said.code, "rows now say person-" in said.err) == (0, True), said.err
    assert not [one for one in log(own) if "amal" in str(one)]
    assert tocsin("--db", own, "audit", "verify").code == 0


def test_an_identity_is_kept_and_shown_by_command(
    tocsin: Tocsin, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = rows(own, "SELECT code FROM source ORDER BY code LIMIT 1")[0]["code"]
    change(own, "UPDATE source SET protected = true WHERE code = :c", c=code)
    monkeypatch.setattr("sys.stdin", io.StringIO("Nadir Canary\n"))
    assert tocsin("--db", own, "identity", "set", code).code == 0
    assert tocsin("--db", own, "identity", "show", code).out == "Nadir Canary\n"
    assert tocsin("--db", own, "identity", "rekey").code == 0
    assert tocsin("--db", own, "identity", "show", code).out == "Nadir Canary\n"
    assert tocsin("--db", own, "identity", "list").out == f"{code}\n"
    assert tocsin("--db", own, "identity", "remove", code, "--yes").code == 0
    assert "Canary" not in str(log(own))


def test_retention_says_what_is_due_and_takes_it_away(
    tocsin: Tocsin, own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no rule is set" in tocsin("--db", own, "retention", "show").err
    (tmp_path / "tocsin.toml").write_text("[retention]\ndocuments_days = 1\n")
    change(own, "UPDATE document SET recorded_at = '2020-01-01 00:00:00'")
    shown = json.loads(tocsin("--db", own, "retention", "show", "--json").out)
    assert [one["rule"] for one in shown] == ["documents_days"]
    assert "nothing was taken away" in tocsin("--db", own, "retention", "apply", "--dry-run").err
    assert tocsin("--db", own, "retention", "apply", "--yes", "--by", "ana").code == 0


def test_the_access_page_shows_who_looked_at_what(own: str, open_page: Open) -> None:
    open_page(own, as_of=DAY)
    open_page(own, "incidents", as_of=DAY)
    at = open_page(own, "access")
    assert "Who looked at what" in shown(at)
    cells = {
        name: set(re.findall(rf'data-label="{name}"><div>(.*?)</div>', shown(at)))
        for name in ("Where", "Who", "Did")
    }
    assert cells["Where"] >= {"Incidents", "My access"}
    assert cells["Who"] == {"local"} and cells["Did"] == {"read"}
