"""What goes out by command, and the way back in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from dashboard import cli
from db import engine
from db.schema import Incident
from tests import factories
from tests.factories import report_row, take, write_csv

Run = Callable[..., tuple[int, str, str]]


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
    """A store with two reports of one kidnapping and one of a bombardment."""
    url = factories.copied(tmp_path / "held.db", factories.nowhere)
    rows = [
        report_row(incident_ref="a", title="=خطف", killed=""),
        report_row(incident_ref="a", source_id="radio", external_id="r1", abducted=4),
        report_row(external_id="m2", incident_type="bombardment", killed=3, killed_wording="three"),
    ]
    take(url, write_csv(tmp_path / "reports.csv", rows), "reports")
    return url


def test_the_whole_store_goes_out_and_comes_back(run: Run, held: str, tmp_path: Path) -> None:
    path, new = tmp_path / "full.jsonl", f"sqlite:///{tmp_path / 'new.db'}"
    assert run("--db", held, "export", "--format", "jsonl", "--full", "-o", path)[0] == 0
    code, out, err = run("--db", new, "import", "store", path, "--json")
    assert code == 0 and json.loads(out)["report"] == 3, err
    again = tmp_path / "again.jsonl"
    assert run("--db", new, "export", "--format", "jsonl", "--full", "-o", again)[0] == 0
    was, found = parts(path), parts(again)
    # What was done meanwhile is remembered: the second file begins its log with the first one's.
    log = found.pop("access_log")
    assert len(log) == 3 and log[:1] == was.pop("access_log")
    assert [row[4] for row in log[1:]] == ["tocsin import store", "tocsin export"]
    assert found == was


def parts(path: Path) -> dict[str, list[Any]]:
    """The tables of a full export, each with its rows."""
    found: dict[str, list[Any]] = {}
    for line in map(json.loads, path.read_text(encoding="utf-8").splitlines()[1:-1]):
        if isinstance(line, dict):
            found[line["table"]] = rows = []
        else:
            rows.append(line)
    return found


def test_a_file_appears_whole_or_not_at_all(run: Run, held: str, tmp_path: Path) -> None:
    code, out, err = run("--db", held, "export", "-o", tmp_path / "no" / "x.jsonl")
    assert (code, out) == (2, "") and "does not exist" in err
    assert not list(tmp_path.glob("**/*.part"))


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "hxl", "geojson"])
def test_incidents_go_out_and_come_back(run: Run, held: str, tmp_path: Path, form: str) -> None:
    path, new = tmp_path / f"incidents.{form}", f"sqlite:///{tmp_path / 'new.db'}"
    factories.copied(tmp_path / "new.db", factories.nowhere)
    code, out, err = run("--db", held, "export", "--format", form, "--region", "nowhere", "-o", path)
    assert (code, out) == (0, "") and "2 incidents" in err and "in full precision" in err
    code, out, err = run("--db", new, "import", "export", path, "--json")
    assert code == 0 and json.loads(out)["new"] == 3, err
    again = tmp_path / f"again.{form}"
    assert run("--db", new, "export", "--format", form, "-o", again)[0] == 0
    code, _, err = run("--db", held, "import", "export", again)
    assert code == 0 and "0 reports new, 3 known already" in err


def test_a_coarse_file_says_so_in_its_name(run: Run, held: str, tmp_path: Path) -> None:
    for options, name in (
        (("--precision", "governorate"), "x.generalised-governorate.csv"),
        (("--role", "analyst"), "x.generalised-settlement.csv"),
    ):
        code, _, err = run("--db", held, "export", "-o", tmp_path / "x.csv", *options)
        assert code == 0 and name in err and (tmp_path / name).exists()
    code, _, err = run("--db", held, "import", "export", tmp_path / "x.generalised-governorate.csv")
    assert code == 0 and "2 incidents passed over" in err


def test_refusals_name_their_cure(run: Run, held: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    for arguments, cure in (
        (("export", "--format", "pdf", "-o", path), "choose one of: csv"),
        (("export", "--format", "csv", "--full", "-o", path), "add: --format jsonl"),
        (("import", "export", tmp_path / "none.csv"), "check the name"),
    ):
        code, out, err = run("--db", held, *arguments)
        assert (code, out) == (2, "") and cure in err and err.count("\n") == 1
    code, _, err = run("--db", held, "export", "--format", "jsonl", "--full", "--role", "viewer", "-o", path)
    assert code == 1 and "administrator" in err and not path.exists()


def test_evidence_is_kept_listed_and_handed_out(run: Run, held: str, tmp_path: Path) -> None:
    with engine.reading(held) as session:
        incident = session.scalars(select(Incident.id)).first()
    photo, out = tmp_path / "photo.jpg", tmp_path / "out.jpg"
    Image.new("RGB", (4, 4)).save(photo, comment=b"SECRETWORDS")
    told = ("--incident", incident, "--note", "=burnt", "--by", "ana")
    code, said, err = run("--db", held, "evidence", "add", photo, *told, "--json")
    assert code == 0 and "copy without metadata" in err
    piece = json.loads(said)["attachment_id"]
    assert "photo.jpg" in run("--db", held, "evidence", "list", "--incident", incident)[1]
    assert run("--db", held, "evidence", "export", piece, "-o", out, "--by", "ben")[0] == 0
    assert b"SECRET" not in out.read_bytes()
    assert run("--db", held, "evidence", "export", piece, "-o", out, "--original")[0] == 0
    assert out.read_bytes() == photo.read_bytes()
    code, said, err = run("--db", held, "evidence", "show", piece, "--json")
    acts = [(one["act"], one["by"]) for one in json.loads(said)["custody"]]
    assert acts == [("collected", "ana"), ("stripped", "ana"), ("exported", "ben"), ("exported", "local")]
    assert "the chain holds" in err
    code, _, err = run("--db", held, "evidence", "add", tmp_path / "none.jpg", "--incident", incident)
    assert code == 2 and "check the name" in err
