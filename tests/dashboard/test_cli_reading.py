"""`tocsin report draft` shows what a text seems to say, and stores nothing. The texts are invented."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard import cli
from tests import factories
from tests.db.stores import count


@pytest.fixture
def store(tmp_path: Path) -> str:
    return factories.copied(tmp_path / "nowhere.db", factories.nowhere)


def test_each_suggestion_comes_with_its_words(
    store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "message.txt"
    file.write_text("Shelling [/red] kills 3\0 farmers yesterday", encoding="utf-8")
    assert cli.run(["--db", store, "report", "draft", str(file), "--written-on", "2025-05-03"]) == 0
    said = capsys.readouterr().out
    assert "kills 3␀ farmers" in said and "2025-05-02" in said and "bombardment" in said
    assert count(store, "report") == count(store, "draft") == 0


def test_bytes_that_are_no_unicode_are_read_as_arabic_windows(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    body = "مقتل ثلاثة مدنيين بقصف".encode("windows-1256")
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(body)))
    assert cli.run(["--db", store, "report", "draft", "-", "--json"]) == 0
    said = capsys.readouterr()
    made = json.loads(said.out)
    figures = [one["value"]["best"] for one in made["suggestions"] if one["field"] == "harm"]
    assert (made["lang"], figures) == ("ar", [3]) and "windows-1256" in said.err


def test_a_text_that_is_no_report_is_refused(store: str, tmp_path: Path) -> None:
    file = tmp_path / "book.txt"
    file.write_bytes(b"a" * (8 * 1024**2 + 1))
    assert cli.run(["--db", store, "report", "draft", str(file)]) == 2
