"""What the program is made of is pinned, few, and each part has its reason; no secret lies among its files."""

import importlib.metadata as metadata
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.hostile import audit, scan
from tests.test_house import FLOORS, ROOT, sources, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if "==" in line
)
PINNED = {canonicalize_name(name): version for name, version in PINS.items()}
REASONS = re.findall(
    r"^\| `([\w.-]+)` \| (.{10,}) \|$", (ROOT / "DECISIONS.md").read_text(encoding="utf-8"), re.MULTILINE
)


def needed(requirement: str, extra: str = "", seen: set[str] | None = None) -> Iterator[str]:
    """The names of all packages that a requirement brings on this machine, its own included."""
    asked, seen = Requirement(requirement), set() if seen is None else seen
    name = canonicalize_name(asked.name)
    if asked.marker and not asked.marker.evaluate({"extra": extra}):
        return
    if f"{name}[{sorted(asked.extras)}]" in seen:
        return
    seen.add(f"{name}[{sorted(asked.extras)}]")
    yield name
    for inner in metadata.requires(asked.name) or ():
        for one in ("", *sorted(asked.extras)):
            yield from needed(inner, one, seen)


def test_every_package_of_the_runtime_and_the_tests_is_pinned() -> None:
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    names = {name for requirement in wanted for name in needed(requirement)}
    assert len(names) > 50
    assert names <= PINNED.keys(), sorted(names - PINNED.keys())
    assert {name for name in names if metadata.version(name) != PINNED[name]} == set()


def test_every_requirement_has_its_reason_and_every_reason_its_requirement() -> None:
    extras = [one for extra in PROJECT["optional-dependencies"].values() for one in extra]
    wanted = {canonicalize_name(Requirement(one).name) for one in [*PROJECT["dependencies"], *extras]}
    assert {canonicalize_name(name) for name, _ in REASONS} == wanted


def test_no_tracked_file_holds_a_secret() -> None:
    assert [one for path in tracked() if path.suffix != ".svg" for one in scan.findings(path)] == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "private key"),
        ("AKIA" + "A1B2C3D4E5F6G7H8", "access key"),
        ("t = 'ghp_" + "a1" * 18 + "'", "token"),
        ("postgresql://ana:" + "gr8tsecr3t@db/x", "password in an address"),
        ("acled_password = '" + "kD83jfla02kd'", "password"),
        ('TOCSIN_KEY="' + "9f" * 32 + '"', "long key"),
    ],
)
def test_a_secret_is_found_and_not_repeated(tmp_path: Path, line: str, kind: str) -> None:
    path = tmp_path / "slip.txt"
    path.write_text(f"first\n{line}\n", encoding="utf-8")
    assert scan.findings(path)[0] == f"slip.txt:2 {kind}"


def test_whoever_sets_a_check_aside_says_why() -> None:
    """Each `noqa` of a security rule (ruff's S, which are bandit's) in the program carries its reason."""
    for path in sources(*FLOORS):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.search(r"noqa: S\d+\s*$", line), f"{path.relative_to(ROOT)}: {line.strip()}"


def _said(body: object) -> SimpleNamespace:
    return SimpleNamespace(stdout=json.dumps(body) if body else "", stderr="a trace\nno such host")


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}, 0, "1 packages audited, 0 known"),
        ({"dependencies": [{"name": "a", "skip_reason": "not found"}]}, 0, "NOT AUDITED: 1 packages"),
        ({"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}]}, 1,
         "a 1: CVE-1, mended in 2"),
        (None, 0, "NOT AUDITED: the index could not be asked (no such host)"),
    ],
)  # fmt: skip
def test_what_was_not_audited_is_never_called_sound(
    monkeypatch: pytest.MonkeyPatch, body: object, code: int, told: str
) -> None:
    monkeypatch.setattr(audit, "find_spec", lambda _name: True)
    done, lines = audit.audited(lambda *_args, **_more: _said(body))
    assert done == code
    assert any(line.startswith(told) for line in lines)
