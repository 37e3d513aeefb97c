"""`tocsin feed`: add, list, show, run and stop, with their exit codes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import factories
from tests.dashboard.test_cli import Tocsin, one_line, tocsin
from tests.db.replay import Replay, Reply, serving
from tests.db.test_acled import clear, event
from tests.db.test_feed_rss import PATH, item, say
from tests.factories import ucdp_row, write_csv

__all__ = ["tocsin"]


@pytest.fixture
def server() -> Iterator[Replay]:
    with serving() as replay:
        yield replay


@pytest.fixture
def region(tmp_path: Path) -> str:
    return factories.copied(tmp_path / "x.db", factories.nowhere)


def test_a_feed_from_its_note_to_its_news(tocsin: Tocsin, region: str, server: Replay) -> None:
    say(server, item("g1"), item("g2"))
    noted = tocsin(
        "--db", region, "feed", "add", "paper", "--kind", "rss", "--set", f"url={server.url}{PATH}", "--json"
    )
    assert noted.code == 0 and json.loads(noted.out)["settings"]["cadence_days"] == 1
    ran = tocsin("--db", region, "feed", "run", "--json")
    assert (ran.code, json.loads(ran.out)[0]["status"]) == (0, "ok")
    assert "2 new for the review queue" in ran.err
    listed = json.loads(tocsin("--db", region, "feed", "list", "--json").out)
    assert [(one["name"], one["gap"], one["fetched"]) for one in listed] == [("paper", None, 2)]
    assert "paper" in tocsin("--db", region, "feed", "list").out


def test_the_card_is_shown(tocsin: Tocsin, region: str) -> None:
    tocsin("--db", region, "feed", "add", "a", "--kind", "acled_api", "--set", "since=2018-01-01")
    told = tocsin("--db", region, "feed", "show", "a").out
    assert "weekly" in told and "TOCSIN_ACLED_PASSWORD" in told and "never none" in told
    card = json.loads(tocsin("--db", region, "feed", "show", "a", "--json").out)
    assert "training" in card["card"]["notice"] and card["runs"] == []


def test_a_failed_feed_ends_with_1_and_is_listed_as_a_gap(
    tocsin: Tocsin, region: str, server: Replay
) -> None:
    server.say("/candidateged/GEDEvent_v25_0_6.csv", Reply(404))
    place = f"base_url={server.url}"
    tocsin(
        "--db",
        region,
        "feed",
        "add",
        "ged",
        "--kind",
        "ucdp_download",
        "--set",
        "version=25.0.6",
        "--set",
        place,
    )
    ran = tocsin("--db", region, "feed", "run", "ged", "--json")
    assert ran.code == 1
    assert json.loads(ran.out)[0]["gap"] == "failed"
    assert "a gap in what is known: ged" in ran.err


def test_another_release_is_asked_for_by_its_version(
    tocsin: Tocsin, region: str, server: Replay, tmp_path: Path
) -> None:
    body = write_csv(tmp_path / "t.csv", [ucdp_row(day="2025-05-03")]).read_bytes()
    server.say("/candidateged/GEDEvent_v25_0_5.csv", Reply(body=body))
    place = f"base_url={server.url}"
    tocsin(
        "--db",
        region,
        "feed",
        "add",
        "ged",
        "--kind",
        "ucdp_download",
        "--set",
        "version=25.0.6",
        "--set",
        place,
    )
    assert tocsin("--db", region, "feed", "run", "ged", "--version", "25.0.5").code == 0


def test_a_feed_is_stopped(tocsin: Tocsin, region: str, server: Replay) -> None:
    server.say(PATH, Reply(500))
    tocsin("--db", region, "feed", "add", "paper", "--kind", "rss", "--set", f"url={server.url}{PATH}")
    assert tocsin("--db", region, "feed", "stop", "paper").code == 0
    assert tocsin("--db", region, "feed", "run").code == 0
    assert server.seen == []


def test_an_export_with_acled_says_that_it_must_not_travel(
    tocsin: Tocsin, region: str, tmp_path: Path
) -> None:
    clear(region, tmp_path)
    tocsin("--db", region, "import", "acled", write_csv(tmp_path / "a.csv", [event()]))
    said = tocsin("--db", region, "export", "-o", tmp_path / "out.csv")
    assert said.code == 0 and "forbid passing it on" in said.err


def test_mistakes_name_their_cure(tocsin: Tocsin, region: str) -> None:
    feed = ("--db", region, "feed")
    one_line(tocsin(*feed, "run", "nothing"), 2, "no feed 'nothing'", "none yet")
    one_line(tocsin(*feed, "add", "x", "--kind", "rss", "--set", "url"), 2, "KEY=VALUE")
    one_line(tocsin(*feed, "run", "--version", "25.1"), 2, "is for one feed")
    assert "no feed is noted yet" in tocsin(*feed, "list").err


def test_the_import_of_acled_tells_its_terms(tocsin: Tocsin, region: str, tmp_path: Path) -> None:
    said = tocsin("--db", region, "import", "acled", write_csv(tmp_path / "a.csv", [event()]))
    assert "notice: ACLED's terms" in said.err
    assert said.code == 2 and "no row could be read" in said.err  # the region does not name the source
