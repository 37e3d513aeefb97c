"""The notebooks run from top to bottom on an exercise, and are stored without what they printed."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

FOLDER = Path(__file__).parents[1] / "notebooks"
BOOKS = sorted(FOLDER.glob("*.ipynb"))


def run(book: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TOCSIN_DB", url)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(FOLDER.parent), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(book, as_version=4)
    NotebookClient(notebook, timeout=170, resources={"metadata": {"path": str(folder)}}).execute()


def test_there_are_three_of_them() -> None:
    names = ["01_explore", "02_train_and_backtest", "03_add_a_feature"]
    assert [book.stem for book in BOOKS] == names


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_a_notebook_runs_from_top_to_bottom(
    book: Path, exercise_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "exercise.db"
    shutil.copy(exercise_store.removeprefix("sqlite:///"), copy)
    run(book, tmp_path, monkeypatch, f"sqlite:///{copy}")


@pytest.mark.filterwarnings("ignore")
def test_without_a_store_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CellExecutionError, match="tocsin .*init"):
        run(BOOKS[0], tmp_path, monkeypatch, f"sqlite:///{tmp_path / 'nothing.db'}")


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_nothing_that_was_printed_is_stored(book: Path) -> None:
    notebook = nbformat.read(book, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None
