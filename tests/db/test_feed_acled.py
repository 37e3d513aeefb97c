"""ACLED's API: logins, pages without a total, accounts that see nothing, and deletions."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from db.feeds import acled_api
from db.queries import coverage, incidents
from db.vocab import FeedStatus
from tests.db.feed_tools import feed, fetch, hurried, last_run, ticking
from tests.db.replay import Replay, Reply, as_json, serving
from tests.db.stores import ask, count, rows
from tests.db.test_acled import EVENT, clear

READ, TOKEN, DELETED = "/api/acled/read", "/oauth/token", "/api/deleted/read"
PASSWORD = "word-that-nobody-may-see"  # noqa: S105
LATER = datetime(2026, 11, 29, 7, 30, tzinfo=UTC)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    monkeypatch.setenv("TOCSIN_ACLED_USER", "ana@example.org")
    monkeypatch.setenv("TOCSIN_ACLED_PASSWORD", PASSWORD)
    monkeypatch.setattr(acled_api, "PAGE_ROWS", 3)
    with serving() as replay:
        replay.say(
            TOKEN, as_json({"access_token": "day-token", "refresh_token": "long-token", "expires_in": 1})
        )
        replay.say(DELETED, envelope([]))
        yield replay


@pytest.fixture
def acled_store(nowhere: str, tmp_path: Path) -> str:
    clear(nowhere, tmp_path)
    return nowhere


def event(number: int, **changes: Any) -> dict[str, Any]:
    """One event as the API types it: some numbers as text, some as numbers."""
    row: dict[str, Any] = {**EVENT, "event_id_cnty": f"NOW{number}", "year": 2018, "iso": 760}
    row |= {"geo_precision": 1, "fatalities": 2, "timestamp": int(EVENT["timestamp"])}
    return row | changes


def many(first: int, last: int) -> list[dict[str, Any]]:
    return [event(number) for number in range(first, last + 1)]


def envelope(data: list[Any], **more: Any) -> Reply:
    start = {"status": 200, "success": True, "count": None, "total_count": None, "messages": []}
    return as_json(start | {"data": data} | more)


def news(url: str, server: Replay) -> str:
    return feed(url, "acled_api", "acled", since="2018-01-01", base_url=server.url)


def asked(server: Replay, path: str) -> list[dict[str, str]]:
    return [one.query for one in server.seen if one.path == path]


def test_events_are_fetched_until_a_short_page(acled_store: str, server: Replay) -> None:
    server.say(READ, envelope(many(1, 3)), envelope(many(4, 6)), envelope(many(7, 7)))
    assert fetch(acled_store, news(acled_store, server)) is FeedStatus.OK
    assert [one["page"] for one in asked(server, READ)] == ["1", "2", "3"]
    assert not any("token" in name for one in asked(server, READ) for name in one)
    assert asked(server, READ)[0]["event_date"] == "2018-01-01|2026-11-22"
    assert asked(server, READ)[0]["country"] == "Nowhere"
    assert len(ask(acled_store, incidents)) == 7
    assert last_run(acled_store)["fetched"] == 7


def test_the_login_goes_in_the_body_and_the_token_in_the_header(acled_store: str, server: Replay) -> None:
    server.say(READ, envelope(many(1, 1)), envelope([]))
    fetch(acled_store, news(acled_store, server))
    login = server.seen[0]
    assert (login.method, login.path, login.query) == ("POST", TOKEN, {})
    assert login.form == {"username": "ana@example.org", "password": PASSWORD, "grant_type": "password",
                          "client_id": "acled"}  # fmt: skip
    assert {one.headers["authorization"] for one in server.seen[1:]} == {"Bearer day-token"}
    stored = "".join(str(rows(acled_store, f"SELECT * FROM {t}")) for t in ("feed", "feed_run"))  # noqa: S608
    assert not any(word in stored for word in (PASSWORD, "day-token", "long-token"))


def test_a_server_that_gives_fewer_rows_a_page_than_asked_for_is_read_to_its_end(
    acled_store: str, server: Replay
) -> None:
    server.say(READ, envelope(many(1, 2)), envelope(many(3, 4)), envelope(many(5, 5)))
    fetch(acled_store, news(acled_store, server))
    assert count(acled_store, "report") == 5


def test_a_cursor_is_followed_where_there_is_one(acled_store: str, server: Replay) -> None:
    server.say(
        READ, envelope(many(1, 2), next_cursor="c2"), envelope(many(3, 3), next_cursor="c3"), envelope([])
    )
    assert fetch(acled_store, news(acled_store, server)) is FeedStatus.OK
    assert [one.get("next_cursor") for one in asked(server, READ)] == [None, "c2", "c3"]
    assert count(acled_store, "report") == 3


def test_a_total_that_is_announced_is_held_to(acled_store: str, server: Replay) -> None:
    server.say(READ, envelope(many(1, 3), total_count=5), envelope(many(4, 4), total_count=5))
    assert fetch(acled_store, news(acled_store, server)) is FeedStatus.FAILED
    assert "where 5 were announced" in last_run(acled_store)["message"]
    assert count(acled_store, "report") == 0


@pytest.mark.parametrize(
    "limits",
    [
        {"data_query_restrictions": {"date_recency": {"quantity": 12, "unit": "Months"}}},
        {"date_recency": {"quantity": 12, "unit": "Months"}},
        {"data_query_restrictions": {"something": "new"}},
        {},
    ],
)
def test_an_answer_without_rows_is_no_access_never_calm(
    acled_store: str, server: Replay, limits: dict[str, Any]
) -> None:
    server.say(READ, envelope([], count=0, **limits))
    assert fetch(acled_store, news(acled_store, server)) is FeedStatus.NO_ACCESS
    assert "not calm" in last_run(acled_store)["message"]
    assert ("after 2025-11-15" in last_run(acled_store)["message"]) is ("quantity" in str(limits))
    assert (count(acled_store, "import_batch"), count(acled_store, "batch_coverage")) == (0, 0)
    assert not ask(acled_store, coverage)["covered_until"].notna().any()


def test_what_a_limited_account_sees_is_taken_in_and_the_rest_stays_uncovered(
    acled_store: str, server: Replay
) -> None:
    limits = {"date_recency": {"quantity": 12, "unit": "Months"}}
    server.say(READ, envelope(many(1, 2), data_query_restrictions=limits), envelope([]))
    assert fetch(acled_store, news(acled_store, server)) is FeedStatus.NO_ACCESS
    assert "nothing after 2025-11-15: a gap" in last_run(acled_store)["message"]
    covered = ask(acled_store, coverage).set_index("source_id").loc["acled"]
    assert (covered["covered_from"], covered["covered_until"]) == (date(2018, 1, 1), date(2018, 3, 1))


@pytest.mark.parametrize(
    ("reply", "status", "told"),
    [
        (Reply(403), "no_access", "does not let this account in"),
        (Reply(500), "failed", "API failed"),
        (Reply(body=b"<html>", headers={"Content-Type": "text/html"}), "failed", "instead of JSON"),
        (as_json({"status": 200, "success": False, "data": []}), "failed", "answered that it failed"),
        (as_json({"status": 400, "success": True, "data": []}), "failed", "answered that it failed"),
        (as_json([]), "failed", "answered that it failed"),
        (envelope(["x"]), "failed", "no table of events"),
    ],
)
def test_errors_have_their_names(
    acled_store: str, server: Replay, reply: Reply, status: str, told: str
) -> None:
    server.say(READ, reply)
    assert fetch(acled_store, news(acled_store, server)).value == status
    assert told in last_run(acled_store)["message"]
    assert count(acled_store, "batch_coverage") == 0


def test_a_refused_login_is_named(acled_store: str, server: Replay) -> None:
    server.say(TOKEN, as_json({"error": "invalid_grant"}, 400))
    assert fetch(acled_store, news(acled_store, server)) is FeedStatus.FAILED
    assert "TOCSIN_ACLED_PASSWORD" in last_run(acled_store)["message"]
    assert PASSWORD not in last_run(acled_store)["message"]


def test_a_token_that_ran_out_is_renewed(acled_store: str, server: Replay) -> None:
    fresh = as_json({"access_token": "new-token", "refresh_token": "r2"})
    server.say(TOKEN, as_json({"access_token": "old", "refresh_token": "long-token"}), fresh)
    server.say(READ, Reply(401), envelope(many(1, 1)), envelope([]))
    assert fetch(acled_store, news(acled_store, server)) is FeedStatus.OK
    renewed = [one.form for one in server.seen if one.path == TOKEN][1]
    assert renewed == {"refresh_token": "long-token", "grant_type": "refresh_token", "client_id": "acled"}


def test_where_renewing_fails_the_login_is_made_again(acled_store: str, server: Replay) -> None:
    first = as_json({"access_token": "old", "refresh_token": "worn"})
    server.say(TOKEN, first, Reply(400), as_json({"access_token": "new"}))
    server.say(READ, Reply(401), envelope(many(1, 1)), envelope([]))
    assert fetch(acled_store, news(acled_store, server)) is FeedStatus.OK
    grants = [one.form["grant_type"] for one in server.seen if one.path == TOKEN]
    assert grants == ["password", "refresh_token", "password"]


def test_deleted_events_are_taken_out_and_stay_in_the_store(acled_store: str, server: Replay) -> None:
    feed_id = news(acled_store, server)
    server.say(READ, envelope(many(1, 2)), envelope([]))
    fetch(acled_store, feed_id)
    server.say(READ, envelope(many(2, 2)), envelope([]))
    gone = [{"event_id_cnty": "NOW1", "deleted_timestamp": 1}, {"event_id_cnty": "XXX9"}]
    server.say(DELETED, envelope(gone), envelope([]))
    assert fetch(acled_store, feed_id, clock=ticking(LATER)) is FeedStatus.OK
    assert "1 deleted by ACLED" in last_run(acled_store)["message"]
    buried = rows(
        acled_store, "SELECT t.reason, r.external_id FROM tombstone t JOIN report r ON r.id = t.entity_id"
    )
    assert buried == [{"reason": "deleted by ACLED", "external_id": "NOW1"}]
    assert count(acled_store, "report") == 2
    assert asked(server, DELETED)[-1]["deleted_timestamp"] == "1795305600"  # the day of the run before


def test_the_newest_90_days_are_asked_for_again(acled_store: str, server: Replay) -> None:
    feed_id = news(acled_store, server)
    server.say(READ, envelope(many(1, 1)), envelope([]))
    fetch(acled_store, feed_id)
    fetch(acled_store, feed_id, clock=ticking(LATER))
    assert asked(server, READ)[-1]["event_date"] == "2026-08-24|2026-11-29"


def test_days_behind_an_embargo_are_asked_for_until_they_are_seen(acled_store: str, server: Replay) -> None:
    feed_id = news(acled_store, server)
    limits = {"date_recency": {"quantity": 12, "unit": "Months"}}
    server.say(READ, envelope(many(1, 1), **limits), envelope([], **limits))
    fetch(acled_store, feed_id)
    fetch(acled_store, feed_id, clock=ticking(LATER))
    assert asked(server, READ)[-1]["event_date"] == "2025-08-17|2026-11-29"


def test_a_busy_server_is_waited_for(acled_store: str, server: Replay) -> None:
    waits: list[float] = []
    server.say(READ, Reply(429), envelope(many(1, 1)), envelope([]))
    assert fetch(acled_store, news(acled_store, server), hurried(waits)) is FeedStatus.OK
    assert waits == [30]
