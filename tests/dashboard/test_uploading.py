"""The Data page takes a table in and takes it back."""

from pathlib import Path

import pytest

from dashboard import uploading
from db.importers import kobo
from db.importers.tables import Request
from db.policy import LOCAL
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown
from tests.db.stores import rows
from tests.db.tables import HEADER, ROW, row, write

DAY = stores.LAST.isoformat()
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A table that the page is handed, instead of an upload."""
    path = write(tmp_path / "mine.csv", HEADER, ROW, row(id="2", date="soon"), row(id="3", village=SCRIPT))
    monkeypatch.setattr(uploading, "page", lambda view: uploading.table(view, path))
    return path


def test_a_table_is_looked_at_before_it_is_taken_in(own: str, handed: Path, open_page: Open) -> None:
    before = len(rows(own, "SELECT 1 FROM report"))
    at = open_page(own, "data", as_of=DAY, part="table")
    html = shown(at)
    assert "The first rows as they would be read" in html
    assert "is no date; write it as YYYY-MM-DD" in html and "Bombardment" in html
    assert SCRIPT not in html and "&lt;script&gt;" in html
    assert len(rows(own, "SELECT 1 FROM report")) == before
    at.selectbox[[box.label for box in at.selectbox].index("Who publishes it")].set_value("monitor").run()
    next(button for button in at.button if button.label == "Take it in").click().run()
    assert "3 rows: 2 new" in shown(at)
    assert len(rows(own, "SELECT 1 FROM report")) == before + 2
    assert rows(own, "SELECT name FROM mapping") == [{"name": "mine"}]


def test_a_table_without_a_source_is_not_taken_in(own: str, handed: Path, open_page: Open) -> None:
    at = open_page(own, "data", as_of=DAY, part="table")
    next(button for button in at.button if button.label == "Take it in").click().run()
    assert "Say who publishes the table" in shown(at)


def test_an_import_is_taken_back_with_a_reason(own: str, open_page: Open) -> None:
    at = open_page(own, "data", as_of=DAY, part="imports")
    press = next(button for button in at.button if button.label == "Take it back")
    press.click().run()
    assert rows(own, "SELECT 1 FROM import_batch WHERE status = 'undone'") == []
    next(box for box in at.text_input if box.label == "Why").set_value("the wrong file")
    next(button for button in at.button if button.label == "Take it back").click().run()
    assert "Taken back." in shown(at)
    assert rows(own, "SELECT reason FROM tombstone") == [{"reason": "the wrong file"}]


def test_what_else_a_survey_says_is_shown_to_the_reviewer(own: str, tmp_path: Path, open_page: Open) -> None:
    header = ["_id", *HEADER[1:], "Shoes"]
    path = write(tmp_path / "survey.csv", header, [*ROW, SCRIPT], ["2", *ROW[1:], "brown"])
    planned = kobo.plan(own, Request(path, "nowhere", source="team"))
    kobo.take(own, LOCAL, planned, kobo.Act("tester", NOW))
    html = shown(open_page(own, "review"))
    assert "Shoes" in html
    assert SCRIPT not in html
