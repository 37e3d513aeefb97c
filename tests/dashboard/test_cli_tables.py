"""The commands that take any table in, and take it back."""

import json
from pathlib import Path

import pytest

from tests import factories
from tests.dashboard.test_cli import Tocsin
from tests.dashboard.test_cli import tocsin as tocsin
from tests.db.stores import rows
from tests.db.tables import HEADER, ROW, row, write


@pytest.fixture
def nowhere(tmp_path: Path) -> str:
    """A store with the small invented region."""
    return factories.copied(tmp_path / "x.db", factories.nowhere)


def test_a_table_is_previewed_edited_taken_in_and_taken_back(
    nowhere: str, tmp_path: Path, tocsin: Tocsin
) -> None:
    path = write(tmp_path / "mine.csv", HEADER, ROW, row(id="2", type="odd"), row(id="3", date="soon"))
    own = tmp_path / "own.toml"
    common = ("--db", nowhere, "import", "table", path, "--source", "monitor")
    seen = tocsin(*common, "--preview", "--json", "--save", own)
    told = json.loads(seen.out)
    assert (seen.code, told["origin"], told["mapping"]["columns"]["killed"]) == (0, "proposed", "Killed")
    assert [one.get("type") for one in told["rows"]] == ["bombardment", "other", None]
    assert rows(nowhere, "SELECT 1 FROM report") == []
    own.write_text(
        own.read_text("utf-8").replace(
            'shelling = "bombardment"', 'shelling = "bombardment"\nodd = "threat"'
        ),
        "utf-8",
    )
    done = tocsin(*common, "--mapping", own, "--json")
    assert (done.code, json.loads(done.out)["new"], json.loads(done.out)["bad"]) == (0, 2, 1)
    assert "take it back with: tocsin undo" in done.err
    kinds = {one["incident_type"] for one in rows(nowhere, "SELECT incident_type FROM report_incident")}
    assert kinds == {"bombardment", "threat"}
    again = tocsin("--db", nowhere, "import", "table", path, "--fresh")
    assert again.code == 2
    assert "say who publishes the table: --source CODE" in again.err
    batch = json.loads(tocsin("--db", nowhere, "batches", "--json").out)[0]["batch_id"]
    assert tocsin("--db", nowhere, "undo", batch[:6], "--reason", " ").code == 2
    back = tocsin("--db", nowhere, "undo", batch[:6], "--reason", "test", "--json")
    assert (json.loads(back.out)["reports"], back.code) == (2, 0)
    assert "undone" in tocsin("--db", nowhere, "batches").out
    assert "it counts again" in tocsin(*common, "--mapping", own).err


def test_an_export_of_a_survey_waits_for_review(nowhere: str, tmp_path: Path, tocsin: Tocsin) -> None:
    path = write(tmp_path / "survey.csv", ["_id", *HEADER[1:]], ROW)
    done = tocsin("--db", nowhere, "import", "kobo", path, "--source", "team", "--json")
    assert (done.code, json.loads(done.out)["waiting"]) == (0, 1)
    assert "1 wait for review" in done.err
