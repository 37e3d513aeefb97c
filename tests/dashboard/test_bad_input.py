"""Whatever is asked of a page that cannot be answered: a calm word and a way on, on every page, never a traceback."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from dashboard import app, data, waiting
from db import engine
from db.errors import Unreachable
from db.policy import Denied
from tests import factories
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown

PAGES = [one.name for one in app.PAGES if one.name != "access"]
every_page = pytest.mark.parametrize("page", PAGES)
DAY = stores.LAST.isoformat()
EVIL = "<script>alert(1)</script>![x](http://tracker.invalid/x.png)"
# Every word that an address may hold; each names something that is not there.
ASKED = (
    *("community", "incident", "alert", "draft", "handover", "model", "other", "group", "governorate", "district"),
    *("level", "type", "part", "list", "audience", "why", "batch", "look", "pairs", "areas", "outcome"),
    *("since", "until", "region", "digits", "calendar", "tour", "at", "all"),
)  # fmt: skip
BROKEN = "could not be drawn"


@every_page
def test_an_address_of_nonsense_is_answered_calmly(page: str, drill: str, open_page: Open) -> None:
    """All values at once unknown, most a script, one of 100,000 letters: words, and the way to other pages."""
    at = open_page(drill, page, as_of=DAY, lang="xx", q="x" * 100_000, **dict.fromkeys(ASKED, EVIL))
    html = shown(at)
    assert BROKEN not in html and "tc-limits" in html
    assert "No region “" in html and "is not a language of these pages" in html
    assert "<script>alert" not in html and not [one for one in at.markdown if "![x](" in one.value]
    assert len(html) < 2_000_000 and "x" * 1_000 not in html


@every_page
def test_a_day_no_calendar_goes_before_is_answered_calmly(page: str, drill: str, open_page: Open) -> None:
    """Weakness: before the first day there is no other, and every page broke on its button “Day before”."""
    html = shown(open_page(drill, page, as_of="0001-01-01"))
    assert BROKEN not in html and "No day before 1 January 1900 can be shown" in html and "tc-limits" in html


@pytest.fixture(scope="module")
def unscored(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with a region and reports, a model, and no score."""
    folder = tmp_path_factory.mktemp("unscored")

    def fill(url: str) -> None:
        stores.build(url, folder, exercise=True, scored=False)
        with engine.writing(url) as session:
            stores.store.save_model(session, stores.model("drill"))

    return factories.copied(folder / "tocsin.db", fill)


@every_page
def test_a_model_without_scores_is_no_failure(page: str, unscored: str, open_page: Open) -> None:
    html = shown(open_page(unscored, page, as_of=DAY))
    assert BROKEN not in html and "tc-error" not in html and "tc-limits" in html


@every_page
def test_a_store_that_cannot_be_read_is_said_calmly(
    page: str, tmp_path: Path, drill: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty, of an unknown schema, locked or away: what is the matter, and what to do."""
    empty, unknown = factories.copied(tmp_path / "empty.db"), factories.copied(tmp_path / "unknown.db")
    with sqlite3.connect(tmp_path / "unknown.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    assert "No region is loaded yet" in shown(open_page(empty, page))
    html = shown(open_page(unknown, page, lang="ar"))
    assert "المخزن أحدث من هذا البرنامج" in html and "لا توجد بيانات بعد" not in html
    for fault, told in (
        (OperationalError("SELECT 1", {}, Exception("database is locked")), "It may be busy; try again"),
        (Unreachable("gone"), "works again when it is back"),
    ):
        monkeypatch.setattr(data, "stamp", _raising(fault))
        at = open_page(drill, page, as_of=DAY)
        assert told in shown(at) and [one.label for one in at.button][-1:] == ["Try again"]


def _raising(fault: Exception) -> object:
    def stamp(_store: str) -> str:
        raise fault

    return stamp


@pytest.mark.parametrize("broken", ["none", "unknown", "locked", "unforeseen", "not mine"])
def test_whatever_became_of_a_page_it_ends_with_what_a_score_is_not(
    broken: str, tmp_path: Path, drill: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line stands once, after everything else; of an exercise that is known it says EXERCISE."""
    url, opened = drill, broken in ("unforeseen", "not mine")
    if broken == "none":
        url = f"sqlite:///{tmp_path / 'none.db'}"
    elif broken == "unknown":
        url = factories.copied(tmp_path / "unknown.db")
        with sqlite3.connect(tmp_path / "unknown.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    elif broken == "locked":
        monkeypatch.setattr(data, "stamp", _raising(OperationalError("SELECT 1", {}, Exception("locked"))))
    else:
        fault = ValueError("nobody foresaw this") if broken == "unforeseen" else Denied("not for you")
        monkeypatch.setattr(waiting, "scored_day", lambda *_: (_ for _ in ()).throw(fault))
    at = open_page(url, "today", as_of=DAY)
    html = shown(at)
    assert html.count("tc-limits") == 1 and "tc-limits" in at.main.get("html")[-1].proto.body
    assert ("EXERCISE. </b>" in html) == opened
