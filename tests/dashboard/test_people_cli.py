"""The commands for people and tokens."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.cli import run
from tests import factories

AMAL = "amal@example.org"


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command on a store of its own: code, stdout, stderr."""
    url = factories.copied(tmp_path / "tocsin.db")

    def ran(*words: str) -> tuple[int, str, str]:
        code = run(["--db", url, *words])
        return code, *capsys.readouterr()

    return ran


def test_the_first_administrator_comes_and_goes(cli: Callable[..., tuple[int, str, str]]) -> None:
    """Given, listed, shown, taken away, signed out; a reason is needed, and a region must be there."""
    admin = ("--role", "admin", "--reason", "Runs the desk")
    assert "is admin in all regions" in cli("users", "add", "Amal@Example.org", *admin)[2]
    assert "already" in cli("users", "add", AMAL, *admin)[2]
    (listed,) = json.loads(cli("users", "list", "--json")[1])
    assert listed["login"] == AMAL and [one["role"] for one in listed["roles"]] == ["admin"]
    assert "no longer" in cli("users", "revoke", AMAL, *admin)[2]
    shown = json.loads(cli("users", "show", AMAL, "--json")[1])
    assert [one["granted"] for one in shown["grants"]] == [True, False]
    assert "0 ended" in cli("users", "sign-out", AMAL)[2]
    wrong = (
        ("show", "nobody"),
        ("add", "local", *admin),
        ("add", "x", *admin, "--region", "atlantis"),
        ("add", "x", "--role", "admin"),
        ("add", "x", *admin[:3], " "),
        ("add", "x", *admin, "--until", "2020-01-01"),
    )
    for words in wrong:
        code, out, told = cli("users", *words)
        assert code == 2 and not out and "Traceback" not in told, words


def test_a_token_is_printed_once_and_listed_without_its_secret(
    cli: Callable[..., tuple[int, str, str]],
) -> None:
    cli("users", "add", AMAL, "--role", "viewer", "--reason", "test")
    code, secret, told = cli("tokens", "make", AMAL, "--route", "files", "--for", "sheet")
    assert code == 0 and secret.startswith("tocsin_") and secret.strip() not in told
    assert "only roles that were given here" in told and "holds none" not in told
    cli("users", "revoke", AMAL, "--role", "viewer", "--reason", "test")
    assert "opens nothing yet" in cli("tokens", "make", AMAL, "--route", "files", "--for", "sheet")[2]
    one, _other = json.loads(cli("tokens", "list", "--json")[1])
    assert one["state"] == "good" and secret.strip() not in json.dumps(one)
    assert "taken back" in cli("tokens", "revoke", one["token_id"][:8])[2]
    assert json.loads(cli("tokens", "list", "--json")[1])[0]["state"] == "revoked"
    log = cli("audit", "list", "--json")[1]
    assert "tokens make" in log and secret.strip() not in log
    for words in (("tokens", "make", AMAL, "--route", "secrets", "--for", "x"), ("tokens", "revoke", "")):
        assert cli(*words)[0] == 2


def test_other_machines_are_not_served_without_a_login(cli: Callable[..., tuple[int, str, str]]) -> None:
    code, _out, told = cli("serve", "--host", "0.0.0.0", "--headless")  # noqa: S104
    assert code == 2 and "no login is configured" in told and "db/README.md" in told
