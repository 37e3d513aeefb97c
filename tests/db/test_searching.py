"""Searching incidents: both scripts, many spellings, every word, and nothing the reader may not read."""

from pathlib import Path

import pytest

from db import engine, erasure, queries
from db.policy import LOCAL, Viewer
from db.vocab import Entity, Role
from tests.conftest import NOW
from tests.db.stores import ask, change, rows
from tests.factories import report_row, take, write_csv

SECOND_PLACE = {"place_id": "xx-well", "place": "بئر", "admin1": "Southern", "admin2": "Gamma", "lat": "32.1"}


def _on(day: str, **facts: str) -> dict[str, str]:
    return report_row(date_start=day, date_end=day, published_at="2018-05-02", **facts)


TOLD = (
    report_row(external_id="m1", title="Two taken near Hill"),
    _on(
        "2018-04-01",
        **{"external_id": "m2", "title": "اختطاف مدنيَّين قرب التلّ", "incident_type": "bombardment"},
        **{"lang": "ar"} | SECOND_PLACE,
    ),
    _on("2018-05-01", external_id="t1", title="Told in trust", source_id="team", sensitivity="restricted"),
)
FIRST, SECOND, THIRD = "2018-03-01", "2018-04-01", "2018-05-01"


@pytest.fixture
def told(both: str, tmp_path: Path) -> str:
    """A store with three incidents: one told in English, one in Arabic, one by a protected source."""
    take(both, write_csv(tmp_path / "told.csv", list(TOLD)), "reports")
    return both


def found(url: str, words: str, viewer: Viewer = LOCAL) -> list[str]:
    """The days of the incidents that a search finds."""
    rows = ask(url, queries.incidents, text=words, viewer=viewer)
    assert ask(url, queries.incident_count, text=words, viewer=viewer) == len(rows)
    return sorted(day.isoformat()[:10] for day in rows["date_end"])


def test_words_are_found_in_both_scripts_and_in_any_order(told: str) -> None:
    expected = {
        **{"taken": [FIRST], "hill TAKEN": [FIRST], "taken well": [], "tall": [FIRST, THIRD]},
        **{"اختطاف": [SECOND], "إختطاف": [SECOND], "مدنيين": [SECOND], "بئر": [SECOND], "well": [SECOND]},
        **{
            "الشمالية": [FIRST, THIRD],
            "gamma": [SECOND],
            "Alpha district": [FIRST, THIRD],
            "kidnap": [FIRST, THIRD],
        },
        **{"%": [], "_": [], "'; --": [], "\\": [], "a" * 5000: []},
    }
    assert {words: found(told, words) for words in expected} == expected


def test_a_search_finds_nothing_the_reader_may_not_read(told: str) -> None:
    viewer, analyst = (Viewer("ana", frozenset({role})) for role in (Role.VIEWER, Role.ANALYST))
    assert found(told, "trust") == [THIRD]
    assert found(told, "trust", analyst) == []  # the words of a protected source
    assert THIRD in found(told, "tall", analyst)
    for words in ("taken", "tall", "اختطاف", "بئر", "Hill"):
        assert found(told, words, viewer) == []
    assert found(told, "الشمالية", viewer)


def test_what_an_older_release_wrote_is_found_too(told: str) -> None:
    assert {r["folded"] for r in rows(told, "SELECT folded FROM incident_version")} > {"told in trust"}
    change(told, "UPDATE incident_version SET folded = NULL")
    assert found(told, "taken") == [FIRST]


def test_what_is_erased_is_not_found(told: str) -> None:
    report = rows(told, "SELECT id FROM report WHERE external_id = 'm1'")[0]["id"]
    with engine.writing(told) as session:
        erasure.erase(session, LOCAL, Entity.REPORT, report, reason="asked for", by="root", now=NOW)
    assert found(told, "taken") == []
