"""The duplicates commands: list, merge, part, reject, apply."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import cli, texts
from db.duplicates.comparing import LEVELS
from tests import factories
from tests.factories import load, report_row, take, write_csv

Run = Callable[..., tuple[int, str, str]]
AS_OF = ("--as-of", "2018-12-31")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command in this process; gives its code, stdout and stderr."""

    def one(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.run([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return one


@pytest.fixture
def held(tmp_path: Path) -> str:
    """A store with one kidnapping, told twice."""
    url = factories.copied(tmp_path / "held.db", factories.nowhere)
    factories.pack(tmp_path)
    rows = [
        report_row(title="<b>Kidnapping</b>"),
        report_row(source_id="radio", external_id="r1", title="خطف"),
    ]
    take(url, write_csv(tmp_path / "reports.csv", rows), "reports")
    return url


def pair(run: Run, url: str) -> list[str]:
    code, out, err = run("duplicates", "--db", url, *AS_OF, "--json")
    assert code == 0, err
    return [row[side] for row in json.loads(out) for side in ("left_id", "right_id")]


def test_a_pair_is_listed_with_its_reasons_merged_and_parted(run: Run, held: str) -> None:
    ids = pair(run, held)
    _, out, _ = run("duplicates", "--db", held, *AS_OF)
    assert "same day" in out and "same place" in out and ids[0] in out
    code, out, err = run("duplicates", "merge", *ids, "--db", held, "--reason", "one case", "--json")
    assert code == 0 and json.loads(out) == {"lead": ids[0]}, err
    assert pair(run, held) == []
    _, out, _ = run("duplicates", "--db", held, "--judged", "--json")
    assert [row["reason"] for row in json.loads(out)] == ["one case"]
    code, _, err = run("duplicates", "part", ids[1], "--db", held, "--reason", "two cases")
    assert code == 0 and "stands for itself" in err
    assert pair(run, held) == []  # it was judged


@pytest.mark.parametrize(("flags", "judgement"), [((), "negative"), (("--unsure",), "unsure")])
def test_a_pair_is_rejected_or_set_aside(run: Run, held: str, flags: tuple[str, ...], judgement: str) -> None:
    ids = pair(run, held)
    code, out, _ = run("duplicates", "reject", *ids, *flags, "--db", held, "--reason", "two men", "--json")
    assert code == 0 and json.loads(out)["judgement"] == judgement
    assert pair(run, held) == []


def test_nothing_is_merged_by_rule_unless_the_region_says_so(run: Run, held: str, tmp_path: Path) -> None:
    code, _, err = run("duplicates", "apply", "--db", held, *AS_OF)
    assert code == 2 and "merge_above" in err
    settings = tmp_path / "nowhere" / "region.toml"
    settings.write_text("merge_above = 0.6\n" + settings.read_text(encoding="utf-8"), encoding="utf-8")
    load(held, tmp_path / "nowhere")
    code, out, err = run("duplicates", "apply", "--db", held, *AS_OF, "--json")
    assert code == 0 and len(json.loads(out)["merged"]) == 1, err


def test_what_cannot_be_done_says_why(run: Run, held: str) -> None:
    ids = pair(run, held)
    for arguments, part in (
        (("merge", ids[0]), "at least two"),
        (("merge", *ids[:1], "nothing"), "there is no incident nothing"),
        (("part", ids[0]), "not merged"),
        (("reject", ids[0]), "two incidents of one pair"),
    ):
        code, out, err = run("duplicates", *arguments, "--db", held, "--reason", "so")
        assert (code, out) == (2, "") and part in err
    assert (
        run("duplicates", "--db", held, "--as-of", "2018-01-01")[2]
        == "no pair of incidents looks like one event\n"
    )


def test_every_reason_has_its_words() -> None:
    assert {f"{name} {level}" for name in LEVELS for level in LEVELS[name]} == set(texts.WORDS["likeness"])
