"""Feeds as they stand: settings without secrets, every attempt kept, and the gaps they leave."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from db import engine, settings
from db.errors import BadInput
from db.feeds import KINDS, run
from db.feeds.base import FeedFailed, Kind, NoAccess, Outcome, Task
from db.feeds.run import stop
from db.policy import LOCAL, Viewer
from db.queries import feed_runs, feed_settings, feeds
from db.vocab import FeedStatus, Role
from tests.conftest import NOW
from tests.db.feed_tools import feed, fetch, ticking
from tests.db.stores import ask, change, count, rows

TODAY = NOW.date()
ANALYST = Viewer("ana", frozenset({Role.ANALYST}))


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Puts a kind of feed called `test` in place that does what it is told."""

    def put(act: Any) -> None:
        def fetching(task: Task) -> Outcome:
            if isinstance(act, BaseException):
                raise act
            return act(task) if callable(act) else act  # type: ignore[no-any-return]

        card = Kind("test", "s", "l", "c", 2, "e", fetching, asks={"where": "w"})
        monkeypatch.setitem(KINDS, "test", card)

    put(Outcome(0))
    return put


def standing(url: str, day: date = TODAY, viewer: Viewer = LOCAL) -> dict[str, Any]:
    return dict(ask(url, feeds, as_of=day, viewer=viewer).iloc[0])


def test_a_run_is_written_down_with_what_it_brought(both: str, kind: Any) -> None:
    kind(Outcome(3, 4, message="told", cursor={"at": 1}))
    assert fetch(both, feed(both, "test")) is FeedStatus.OK
    now = standing(both)
    assert (now["status"], now["fetched"], now["expected"], now["gap"]) == ("ok", 3, 4, None)
    assert now["message"] == "told" and now["last_ok_at"] is not None
    assert len(ask(both, feed_runs, as_of=TODAY, name="news")) == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [(FeedFailed("down"), "failed"), (NoAccess("not you"), "no_access"), (BadInput("x"), "failed")],
)
def test_a_failure_is_a_gap_and_keeps_what_was_remembered(
    nowhere: str, kind: Any, error: Exception, status: str
) -> None:
    feed_id = feed(nowhere, "test")
    kind(Outcome(1, cursor={"at": 7}))
    clock = ticking()
    fetch(nowhere, feed_id, clock=clock)
    kind(error)
    assert fetch(nowhere, feed_id, clock=clock).value == status
    assert (standing(nowhere)["gap"], standing(nowhere)["status"]) == (status, status)
    seen: list[dict[str, Any]] = []
    kind(lambda task: seen.append(task.cursor) or Outcome(0, cursor=task.cursor))
    fetch(nowhere, feed_id, clock=clock)
    assert seen == [{"at": 7}]
    assert standing(nowhere)["gap"] is None


def test_what_nobody_foresaw_is_written_down_and_raised(nowhere: str, kind: Any) -> None:
    kind(ZeroDivisionError("secret detail"))
    feed_id = feed(nowhere, "test")
    with pytest.raises(ZeroDivisionError):
        fetch(nowhere, feed_id)
    assert standing(nowhere)["message"] == "stopped by an unexpected ZeroDivisionError"


def test_a_run_that_was_killed_has_failed_once_the_next_begins(nowhere: str, kind: Any) -> None:
    kind(Outcome(1))
    feed_id = feed(nowhere, "test")
    clock = ticking()
    fetch(nowhere, feed_id, clock=clock)
    change(nowhere, "UPDATE feed_run SET status = 'running', finished_at = NULL")
    fetch(nowhere, feed_id, clock=clock)
    told = rows(nowhere, "SELECT status, message FROM feed_run ORDER BY started_at")
    assert [(one["status"], one["message"]) for one in told] == [("failed", "was interrupted"), ("ok", None)]


def test_runs_in_one_second_keep_their_order(nowhere: str, kind: Any) -> None:
    feed_id = feed(nowhere, "test")
    for number in range(3):
        kind(Outcome(number))
        fetch(nowhere, feed_id, clock=lambda: NOW)
    assert ask(nowhere, feed_runs, as_of=TODAY, name="news")["fetched"].tolist() == [2, 1, 0]


def test_a_feed_is_late_after_twice_its_cadence(nowhere: str, kind: Any) -> None:
    kind(Outcome(1))
    feed_id = feed(nowhere, "test")
    assert standing(nowhere)["gap"] is None  # never asked: nobody relies on it
    fetch(nowhere, feed_id)
    gaps = {days: standing(nowhere, TODAY + timedelta(days=days))["gap"] for days in (0, 4, 5, 6)}
    assert gaps == {0: None, 4: None, 5: "late", 6: "late"}


def test_on_an_earlier_day_a_feed_stands_as_it_did(nowhere: str, kind: Any) -> None:
    feed_id = feed(nowhere, "test")
    kind(FeedFailed("down"))
    fetch(nowhere, feed_id)
    kind(Outcome(1))
    fetch(nowhere, feed_id, clock=ticking(NOW + timedelta(days=3)))
    assert standing(nowhere, TODAY)["gap"] == "failed"
    assert standing(nowhere, TODAY + timedelta(days=3))["gap"] is None
    assert standing(nowhere, TODAY - timedelta(days=1))["status"] == "never"


def test_a_feed_that_is_asked_no_more_leaves_no_gap(nowhere: str, kind: Any) -> None:
    kind(FeedFailed("down"))
    fetch(nowhere, feed(nowhere, "test"))
    with engine.writing(nowhere) as session:
        stop(session, LOCAL, region_id="nowhere", name="news", by="ana", now=NOW)
        stop(session, LOCAL, region_id="nowhere", name="news", by="ana", now=NOW)
    assert standing(nowhere)["gap"] is None
    feed(nowhere, "test")
    assert standing(nowhere)["gap"] == "failed"


def test_each_change_of_a_feed_is_a_revision(nowhere: str, kind: Any) -> None:
    kind(Outcome(1))
    for where in ("a", "a", "b"):
        feed(nowhere, "test", "news", where=where)
    noted = rows(nowhere, "SELECT new FROM revision WHERE entity = 'feed' ORDER BY seq")
    assert len(noted) == 2 and '"b"' in str(noted[1]["new"])
    assert count(nowhere, "feed") == 1


def test_with_other_settings_a_feed_begins_anew(nowhere: str, kind: Any) -> None:
    kind(Outcome(1, cursor={"at": 7}))
    fetch(nowhere, feed(nowhere, "test", "news", where="a"))
    for where, held in (("a", True), ("b", False)):
        feed(nowhere, "test", "news", where=where)
        assert ("7" in str(rows(nowhere, "SELECT cursor FROM feed"))) is held


def test_a_message_and_the_settings_are_for_those_who_see_all(nowhere: str, kind: Any) -> None:
    kind(Outcome(1, message="asked https://quiet.example"))
    fetch(nowhere, feed(nowhere, "test", "news", where="https://quiet.example"))
    assert "quiet" not in str(standing(nowhere, viewer=ANALYST))
    with engine.reading(nowhere) as session:
        shown = [feed_settings(session, v, region_id="nowhere", name="news") for v in (LOCAL, ANALYST)]
    assert shown == [{"where": "https://quiet.example", "cadence_days": 2}, {}]


@pytest.mark.parametrize(
    ("kind_name", "name", "given", "told"),
    [
        ("rss", "news", {}, "needs url"),
        ("rss", "news", {"url": "ftp://x"}, "no web address"),
        ("rss", "news", {"url": "https://ana:word@x.example/"}, "do not belong in the store"),
        ("ucdp_api", "ged", {"version": "25.1", "token": "t"}, "no setting token"),
        ("ucdp_api", "ged", {"version": "25.1", "base_url": "http://x.example"}, "without encryption"),
        ("acled_api", "a", {"since": "2018-01-01", "cadence_days": "0"}, "no number of days"),
        ("nothing", "a", {}, "no kind of feed"),
        ("rss", "../a", {"url": "https://x.example"}, "no name for a feed"),
        ("rss", "", {"url": "https://x.example"}, "no name for a feed"),
    ],
)
def test_settings_are_checked(
    nowhere: str, kind_name: str, name: str, given: dict[str, str], told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        feed(nowhere, kind_name, name, **given)
    assert count(nowhere, "feed") == 0


def test_a_name_keeps_its_kind(nowhere: str) -> None:
    feed(nowhere, "rss", "news", url="https://x.example/f")
    with pytest.raises(BadInput, match="of the kind rss"):
        feed(nowhere, "ucdp_download", "news", version="25.1")


def test_the_folder_of_a_feed_is_private(nowhere: str, kind: Any) -> None:
    kind(Outcome(1))
    fetch(nowhere, feed(nowhere, "test"))
    (folder,) = [one for one in (settings.home() / "feeds").iterdir() if one.name.startswith("news-")]
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_its_card(name: str) -> None:
    card = KINDS[name]
    assert card.name == name and card.fetch.__doc__
    assert all((card.summary, card.licence, card.cadence, card.expects, card.cadence_days))
    assert set(card.needs) <= set(card.asks)
    assert not set(card.asks) & set(run.COMMON)
