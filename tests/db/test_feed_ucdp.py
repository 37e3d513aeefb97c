"""UCDP's API and files: whole releases or nothing, and the same rows as the CSV import."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from db import settings
from db.errors import BadInput
from db.feeds import ucdp_api, ucdp_download, ucdp_versions
from db.importers.ucdp import LAYOUT_49
from db.queries import coverage, incidents
from db.vocab import FeedStatus
from tests.db.feed_tools import feed, fetch, hurried, last_run, ticking
from tests.db.replay import Replay, Reply, as_json, serving
from tests.db.stores import ask, count, rows
from tests.factories import take, ucdp_row, write_csv

TOKEN = "token-that-nobody-may-see"  # noqa: S105
MONTH = "/gedevents/25.0.6"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    monkeypatch.setenv("TOCSIN_UCDP_TOKEN", TOKEN)
    monkeypatch.setattr(ucdp_api, "PAGE_ROWS", 3)
    with serving() as replay:
        yield replay


def event(number: int, **changes: Any) -> dict[str, Any]:
    """One event as the API types it: numbers as numbers, yes as true, days with a time, some ids as text."""
    row: dict[str, Any] = {**dict.fromkeys(LAYOUT_49), **ucdp_row(id=number, day="2025-06-03"), **changes}
    whole = ("id", "year", "type_of_violence", "where_prec", "date_prec", "country_id", "low", "best", "high")
    row |= {name: int(row[name]) for name in (*whole, "deaths_a", "deaths_b", "deaths_civilians")}
    row |= {name: f"{row[name]}T00:00:00" for name in ("date_start", "date_end")}
    return row | {
        "latitude": float(row["latitude"]),
        "active_year": True,
        "conflict_dset_id": "299",
        "code_status": "Clear",
        "gwnoa": None,
    }


def page(events: list[dict[str, Any]], total: int, pages: int, number: int = 0) -> Reply:
    onward = "" if number + 1 >= pages else "https://example.org/next"
    return as_json({"TotalCount": total, "TotalPages": pages, "PreviousPageUrl": "", "NextPageUrl": onward,
                    "Result": events})  # fmt: skip


def many(first: int, last: int, **changes: Any) -> list[dict[str, Any]]:
    return [event(number, **changes) for number in range(first, last + 1)]


def month(url: str, server: Replay, **more: str) -> str:
    return feed(url, "ucdp_api", version="25.0.6", base_url=server.url, **more)


def kept_pages() -> list[Path]:
    return sorted((settings.home() / "feeds").rglob("*.json"))


# --- the API


def test_a_release_is_fetched_page_by_page_and_taken_in(both: str, server: Replay) -> None:
    far = many(6, 7, country="Elsewhere", country_id="1")
    server.say(MONTH, page(many(1, 3), 7, 3), page([*many(4, 5), far[0]], 7, 3, 1), page(far[1:], 7, 3, 2))
    assert fetch(both, month(both, server)) is FeedStatus.OK
    assert [one.query["page"] for one in server.seen] == ["0", "1", "2"]
    assert {one.headers["x-ucdp-access-token"] for one in server.seen} == {TOKEN}
    run = last_run(both)
    assert (run["fetched"], run["expected"], run["status"]) == (7, 7, "ok")
    assert len(ask(both, incidents, as_of=date(2025, 12, 31))) == 5
    batch = rows(both, "SELECT * FROM import_batch")[0]
    assert (batch["id"], batch["file_name"]) == (run["batch_id"], "GEDEvent_v25_0_6.csv")
    covered = ask(both, coverage, as_of=date(2025, 12, 31)).set_index("source_id").loc["ucdp"]
    assert (covered["covered_from"], covered["covered_until"]) == (date(2025, 6, 1), date(2025, 6, 30))
    assert kept_pages() == []


def test_the_api_and_the_csv_file_say_the_same(nowhere: str, server: Replay, tmp_path: Path) -> None:
    row = ucdp_row(id=1, day="2025-06-03")
    csv = write_csv(tmp_path / "GEDEvent_v25_0_6.csv", [row | {"latitude": "34.1", "active_year": "1"}])
    assert take(nowhere, csv).new == 1
    server.say(MONTH, page(many(1, 1), 1, 1))
    fetch(nowhere, month(nowhere, server))
    assert count(nowhere, "report") == 1
    assert '"already": 1' in str(
        rows(nowhere, "SELECT counts FROM import_batch ORDER BY started_at")[1]["counts"]
    )


def test_a_month_is_asked_for_whole_and_a_year_by_country(nowhere: str, server: Replay) -> None:
    server.say(MONTH, page(many(1, 1), 1, 1))
    server.say("/gedevents/25.1", page(many(2, 2), 1, 1))
    feed_id = month(nowhere, server)
    fetch(nowhere, feed_id)
    fetch(nowhere, feed_id, version="25.1")
    assert "Country" not in server.seen[0].query
    assert server.seen[1].query["Country"] == "999"


def test_a_refused_token_is_named_and_nothing_shows_it(nowhere: str, server: Replay) -> None:
    server.say(MONTH, Reply(401, b"no"))
    assert fetch(nowhere, month(nowhere, server)) is FeedStatus.FAILED
    assert "TOCSIN_UCDP_TOKEN" in last_run(nowhere)["message"]
    assert len(server.seen) == 1
    everything = str(rows(nowhere, "SELECT * FROM feed")) + str(rows(nowhere, "SELECT * FROM feed_run"))
    assert TOKEN not in everything


def test_without_a_token_nobody_is_asked(
    nowhere: str, server: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOCSIN_UCDP_TOKEN")
    assert fetch(nowhere, month(nowhere, server)) is FeedStatus.FAILED
    assert "TOCSIN_UCDP_TOKEN is not set" in last_run(nowhere)["message"]
    assert server.seen == []


def test_too_many_requests_come_as_400_and_are_waited_out(nowhere: str, server: Replay) -> None:
    waits: list[float] = []
    server.say(MONTH, Reply(400), Reply(400), page(many(1, 2), 2, 1))
    assert fetch(nowhere, month(nowhere, server), hurried(waits)) is FeedStatus.OK
    assert waits == [30, 60]
    assert [one.query["page"] for one in server.seen] == ["0", "0", "0"]


def test_a_broken_fetch_is_failed_and_goes_on_where_it_stopped(nowhere: str, server: Replay) -> None:
    feed_id = month(nowhere, server)
    server.say(MONTH, page(many(1, 3), 7, 3), page(many(4, 6), 7, 3, 1), Reply(400))
    assert fetch(nowhere, feed_id) is FeedStatus.FAILED
    assert "run it again later" in last_run(nowhere)["message"]
    assert (count(nowhere, "report"), count(nowhere, "batch_coverage")) == (0, 0)
    assert len(kept_pages()) == 2
    server.seen.clear()
    server.say(MONTH, page(many(7, 7), 7, 3, 2))
    assert fetch(nowhere, feed_id) is FeedStatus.OK
    assert [one.query["page"] for one in server.seen] == ["2"]
    assert count(nowhere, "report") == 7


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        ([([], 0, 1)], "not a single event"),
        ([([], 900, 1)], "not a single event"),
        ([(many(1, 2), 7, 3), (many(3, 5), 7, 3), (many(6, 7), 7, 3)], "before the last one"),
        ([(many(1, 3), 9, 3), ([], 9, 3), (many(4, 6), 9, 3)], "before the last one"),
        ([(many(1, 3), 5, 2), (many(3, 4), 5, 2)], "on two pages"),
        ([(many(1, 3), 4000, 2), (many(4, 5), 4000, 2)], "where 4,000 were announced"),
        ([(many(1, 3), 2, 1)], "where 2 were announced"),
        ([(many(1, 3), 6, 2), (many(4, 6), 7, 3)], "changed while"),
    ],
)
def test_what_cannot_be_the_whole_release_is_not_taken(
    nowhere: str, server: Replay, pages: list[tuple[list[dict[str, Any]], int, int]], told: str
) -> None:
    server.say(MONTH, *[page(*one, number) for number, one in enumerate(pages)])
    assert fetch(nowhere, month(nowhere, server)) is FeedStatus.FAILED
    assert told in last_run(nowhere)["message"]
    assert (count(nowhere, "report"), count(nowhere, "batch_coverage"), kept_pages()) == (0, 0, [])


def test_rows_that_are_counted_but_never_served_are_allowed_for(nowhere: str, server: Replay) -> None:
    """A month of 2 events announces some thousand more: those of type 4."""
    server.say(MONTH, page(many(1, 2), 1002, 1))
    assert fetch(nowhere, month(nowhere, server)) is FeedStatus.OK
    run = last_run(nowhere)
    assert (run["fetched"], run["expected"]) == (2, 1002)
    assert "never served" in run["message"]


@pytest.mark.parametrize(
    "body",
    [b"<html>down</html>", b"[]", b"{}", b'{"TotalCount": "x", "TotalPages": 1, "Result": []}',
     b'{"TotalCount": 1, "TotalPages": 1, "Result": ["x"]}'],
)  # fmt: skip
def test_an_error_page_is_no_page_of_events(nowhere: str, server: Replay, body: bytes) -> None:
    server.say(MONTH, Reply(body=body))
    assert fetch(nowhere, month(nowhere, server)) is FeedStatus.FAILED
    assert "no page of events" in last_run(nowhere)["message"]


def test_a_redirect_does_not_get_the_token(nowhere: str, server: Replay) -> None:
    server.say(MONTH, Reply(302, headers={"Location": server.url + "/stolen"}))
    assert fetch(nowhere, month(nowhere, server)) is FeedStatus.FAILED
    assert {one.path for one in server.seen} == {MONTH}


def test_a_silent_server_is_a_failed_feed(nowhere: str, server: Replay) -> None:
    server.say(MONTH, Reply(silent=True))
    assert fetch(nowhere, month(nowhere, server), hurried(read_seconds=0.02)) is FeedStatus.FAILED
    assert "does not answer" in last_run(nowhere)["message"]


def test_a_killed_run_is_known_to_have_failed(nowhere: str, server: Replay) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    server.say(MONTH, page(many(1, 3), 4, 2), page(many(4, 4), 4, 2, 1))
    feed_id = month(nowhere, server)
    with pytest.raises(KeyboardInterrupt):
        fetch(nowhere, feed_id, tell=killed)
    assert last_run(nowhere)["status"] == "failed"
    assert fetch(nowhere, feed_id) is FeedStatus.OK


# --- month by month


def test_the_next_month_is_fetched_each_time(nowhere: str, server: Replay) -> None:
    feed_id = feed(nowhere, "ucdp_api", version="monthly", base_url=server.url)
    for version, number in (("25.0.4", 1), ("25.0.5", 2), ("25.0.6", 3)):
        server.say(f"/gedevents/{version}", page(many(number, number), 1, 1))
    may = datetime(2025, 5, 25, tzinfo=UTC)
    july = datetime(2025, 7, 25, tzinfo=UTC)
    statuses = [fetch(nowhere, feed_id, clock=ticking(day)) for day in (may, may, july, july, july)]
    assert statuses == [FeedStatus.OK] * 5
    assert [one.path[-6:] for one in server.seen] == ["25.0.4", "25.0.5", "25.0.6"]
    assert last_run(nowhere)["message"] == "no further month is due yet"


def test_a_month_that_is_late_is_a_gap_and_asked_for_again(nowhere: str, server: Replay) -> None:
    feed_id = feed(nowhere, "ucdp_api", version="monthly", base_url=server.url)
    clock = ticking(datetime(2025, 5, 25, tzinfo=UTC))
    assert fetch(nowhere, feed_id, clock=clock) is FeedStatus.FAILED
    assert "may not be out yet" in last_run(nowhere)["message"]
    server.say("/gedevents/25.0.4", page(many(1, 1), 1, 1))
    assert fetch(nowhere, feed_id, clock=clock) is FeedStatus.OK


@pytest.mark.parametrize(
    ("today", "month"),
    [("2025-07-19", "2025-05-01"), ("2025-07-21", "2025-06-01"), ("2026-01-21", "2025-12-01")],
)
def test_the_newest_month_that_is_usually_out(today: str, month: str) -> None:
    assert ucdp_versions.newest_month(date.fromisoformat(today)) == date.fromisoformat(month)


@pytest.mark.parametrize("version", ["25", "25.2", "25.0.13", "../25.1", "25.1/x", "25.0.6?x=1", ""])
def test_a_version_that_is_none_is_refused(version: str) -> None:
    with pytest.raises(BadInput, match="no version of UCDP"):
        ucdp_versions.checked(version)


# --- files


def test_addresses_of_releases() -> None:
    assert ucdp_download.address_of("25.1").endswith("/downloads/ged/ged251-csv.zip")
    assert ucdp_download.address_of("26.0.7").endswith("/candidateged/GEDEvent_v26_0_7.csv")
    assert ucdp_download.address_of("24.01.24.12").endswith("/GEDEvent_v24_01_24_12.csv")


def table(tmp_path: Path, *events: dict[str, str]) -> bytes:
    return write_csv(tmp_path / "table.csv", list(events)).read_bytes()


def files(url: str, server: Replay, version: str = "25.0.6") -> str:
    return feed(url, "ucdp_download", "ged", version=version, base_url=server.url)


def test_a_candidate_file_is_fetched_with_its_digest(nowhere: str, server: Replay, tmp_path: Path) -> None:
    body = table(tmp_path, ucdp_row(id=1, day="2025-06-03"), ucdp_row(id=2, country="Else", country_id="2"))
    server.say("/candidateged/GEDEvent_v25_0_6.csv", Reply(body=body))
    assert fetch(nowhere, files(nowhere, server)) is FeedStatus.OK
    batch = rows(nowhere, "SELECT file_sha256, file_name FROM import_batch")[0]
    assert batch["file_sha256"][:16] in last_run(nowhere)["message"]
    assert fetch(nowhere, files(nowhere, server)) is FeedStatus.OK
    assert count(nowhere, "import_batch") == 1


def test_a_yearly_release_comes_as_a_zip(nowhere: str, server: Replay, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("GEDEvent_v25_1.csv", table(tmp_path, ucdp_row(id=1, day="2024-06-03")))
    server.say("/ged/ged251-csv.zip", Reply(body=packed.getvalue()))
    assert fetch(nowhere, files(nowhere, server), version="25.1") is FeedStatus.OK
    released = rows(nowhere, "SELECT released_at FROM import_batch")[0]["released_at"]
    assert str(released).startswith("2025-06-01")


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(body=b"<!DOCTYPE html><html>log in</html>"), "web page, not a table"),
        (Reply(404), "404"),
        (Reply(500), "500"),
        (Reply(body=b"id,year\n1,2", length=9000), "cut short"),
        (Reply(body=b""), "is empty"),
    ],
)
def test_what_is_no_file_is_a_failed_feed(nowhere: str, server: Replay, reply: Reply, told: str) -> None:
    server.say("/candidateged/GEDEvent_v25_0_6.csv", reply)
    assert fetch(nowhere, files(nowhere, server)) is FeedStatus.FAILED
    assert told in last_run(nowhere)["message"]
    assert count(nowhere, "batch_coverage") == 0


def test_a_release_without_a_header_is_read(nowhere: str, server: Replay, tmp_path: Path) -> None:
    row = {**dict.fromkeys(LAYOUT_49, ""), **ucdp_row(id=5, day="2024-01-03")}
    body = write_csv(tmp_path / "t.csv", [row], columns=list(LAYOUT_49)).read_bytes().split(b"\n", 1)[1]
    server.say("/candidateged/GEDEvent_v24_0_1.csv", Reply(body=body))
    assert fetch(nowhere, files(nowhere, server, "24.0.1")) is FeedStatus.OK
    assert count(nowhere, "report") == 1


def releases(server: Replay, tmp_path: Path) -> None:
    """A month with two events, and the year's span, which corrects one and does not hold the other."""
    gone = ucdp_row(id=2, day="2024-01-09")
    for version, best, more in (("24_0_1", 3, [gone]), ("24_01_24_12", 5, [])):
        body = table(tmp_path, ucdp_row(id=1, day="2024-01-03", best=best, high=9), *more)
        server.say(f"/candidateged/GEDEvent_v{version}.csv", Reply(body=body))


@pytest.mark.parametrize("order", [("24.0.1", "24.01.24.12"), ("24.01.24.12", "24.0.1")])
def test_a_span_takes_the_place_of_its_months_and_both_are_kept(
    nowhere: str, server: Replay, tmp_path: Path, order: tuple[str, str]
) -> None:
    releases(server, tmp_path)
    feed_id = files(nowhere, server)
    for version in order:
        fetch(nowhere, feed_id, version=version)
    known = {day: ask(nowhere, incidents, as_of=day)["deaths"].tolist() for day in
             (date(2024, 6, 1), date(2025, 6, 1))}  # fmt: skip
    assert known == {date(2024, 6, 1): [3.0, 3.0], date(2025, 6, 1): [3.0, 5.0]}


def test_events_that_a_newer_release_dropped_are_named_and_kept(
    nowhere: str, server: Replay, tmp_path: Path
) -> None:
    releases(server, tmp_path)
    feed_id, clock = files(nowhere, server), ticking()
    fetch(nowhere, feed_id, version="24.0.1", clock=clock)
    fetch(nowhere, feed_id, version="24.01.24.12", clock=clock)
    assert "of earlier releases' events: 1 (2); they are kept" in last_run(nowhere)["message"]
    assert (count(nowhere, "report"), count(nowhere, "incident")) == (3, 2)
