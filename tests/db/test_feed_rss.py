"""RSS and Atom: entries wait as drafts, as harmless text, once each, and nothing is counted."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from typing import Any

import pytest

from db import drafts, engine
from db.feeds.plain import plain_text
from db.feeds.rss import LIMIT
from db.policy import LOCAL
from db.queries import incidents, panel_events
from db.vocab import FeedStatus
from tests.conftest import NOW
from tests.db.feed_tools import feed, fetch, last_run
from tests.db.replay import Replay, Reply, serving
from tests.db.stores import ask, change, count, rows

PATH = "/feed.xml"
XML = {"Content-Type": "application/rss+xml; charset=utf-8"}


@pytest.fixture
def server() -> Iterator[Replay]:
    with serving() as replay:
        yield replay


def item(guid: str = "g1", title: str = "Shots near Hill", **more: str) -> str:
    parts = {"guid": guid, "title": escape(title), "link": "https://paper.example/1",
             "pubDate": "Sat, 21 Nov 2026 10:00:00 +0300", "description": "Two people were hurt.", **more}  # fmt: skip
    return "<item>" + "".join(f"<{tag}>{text}</{tag}>" for tag, text in parts.items() if text) + "</item>"


def xml(*items: str) -> bytes:
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>The Paper</title>'
    return (head + "".join(items) + "</channel></rss>").encode()


def say(server: Replay, *items: str, **headers: str) -> None:
    server.say(PATH, Reply(body=xml(*items), headers=XML | headers))


def paper(url: str, server: Replay, **more: str) -> str:
    return feed(url, "rss", "paper", url=server.url + PATH, source="paper", **more)


def waiting(url: str) -> list[dict[str, Any]]:
    return rows(url, "SELECT * FROM draft ORDER BY external_id, id")


def test_entries_become_drafts_that_count_nowhere(both: str, server: Replay) -> None:
    say(server, item("g1"), item("g2", "Bridge closed"))
    assert fetch(both, paper(both, server)) is FeedStatus.OK
    first, second = waiting(both)
    assert (first["title"], first["text"], first["url"]) == (
        "Shots near Hill",
        "Shots near Hill\n\nTwo people were hurt.",
        "https://paper.example/1",
    )
    assert (first["state"], first["origin"], second["external_id"]) == ("open", "feed", "g2")
    assert str(first["published_at"])[:19] == "2026-11-21 07:00:00"
    assert (count(both, "report"), len(ask(both, incidents)), len(ask(both, panel_events))) == (0, 0, 0)
    assert "2 new for the review queue" in last_run(both)["message"]


def test_the_bytes_are_kept_once_with_their_digest(nowhere: str, server: Replay) -> None:
    say(server, item("g1"), item("g2"))
    fetch(nowhere, paper(nowhere, server))
    (document,) = rows(nowhere, "SELECT * FROM document")
    assert document["body"] == xml(item("g1"), item("g2"))
    assert (document["media_type"], document["encoding"]) == ("application/rss+xml", "utf-8")
    assert {one["document_id"] for one in waiting(nowhere)} == {document["id"]}


def test_the_same_entries_a_second_time_change_nothing(nowhere: str, server: Replay) -> None:
    feed_id = paper(nowhere, server)
    say(server, item("g1"))
    fetch(nowhere, feed_id)
    say(server, item("g1"), item("g2"))
    fetch(nowhere, feed_id)
    assert [one["external_id"] for one in waiting(nowhere)] == ["g1", "g2"]
    say(server, item("g2"), item("g1"))
    fetch(nowhere, feed_id)
    assert (len(waiting(nowhere)), count(nowhere, "document")) == (2, 2)


def test_a_changed_entry_takes_the_place_of_an_untouched_draft(nowhere: str, server: Replay) -> None:
    feed_id = paper(nowhere, server)
    say(server, item(title="Two hurt"))
    fetch(nowhere, feed_id)
    say(server, item(title="Three hurt"))
    fetch(nowhere, feed_id)
    states = {one["title"]: one["state"] for one in waiting(nowhere)}
    assert states == {"Two hurt": "rejected", "Three hurt": "open"}


def test_a_draft_that_somebody_works_on_stays(nowhere: str, server: Replay) -> None:
    feed_id = paper(nowhere, server)
    say(server, item(title="Two hurt"))
    fetch(nowhere, feed_id)
    change(nowhere, 'UPDATE draft SET fields = \'{"place": "xx-hill"}\'')
    say(server, item(title="Three hurt"))
    fetch(nowhere, feed_id)
    assert [one["state"] for one in waiting(nowhere)] == ["open", "open"]


def test_only_what_changed_is_asked_for(nowhere: str, server: Replay) -> None:
    feed_id = paper(nowhere, server)
    say(server, item(), ETag='"v1"', **{"Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT"})
    fetch(nowhere, feed_id)
    server.say(PATH, Reply(304))
    assert fetch(nowhere, feed_id) is FeedStatus.OK
    assert server.seen[1].headers["if-none-match"] == '"v1"'
    assert server.seen[1].headers["if-modified-since"] == "Sat, 21 Nov 2026 10:00:00 GMT"
    assert last_run(nowhere)["message"] == "nothing new since the last time"
    fetch(nowhere, feed_id)
    assert server.seen[2].headers["if-none-match"] == '"v1"'


def test_markup_and_scripts_become_plain_text(nowhere: str, server: Replay) -> None:
    told = "<p>One <b>killed</b></p><script>alert(1)</script><p onclick='x()'>two&nbsp;hurt<br/>near Hill</p>"
    say(server, item(title="<b>Shots</b> <script>alert(1)</script>&amp; fire", description=escape(told)))
    fetch(nowhere, paper(nowhere, server))
    (draft,) = waiting(nowhere)
    assert draft["text"].split("\n") == [
        *["Shots & fire", "", "One killed", "", "two hurt", "near Hill"],
    ]
    assert draft["title"] == "Shots & fire"


def test_a_link_that_is_a_script_is_left_out(nowhere: str, server: Replay) -> None:
    say(server, item(link="javascript:alert(1)"))
    fetch(nowhere, paper(nowhere, server))
    assert waiting(nowhere)[0]["url"] is None


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("Sat, 21 Nov 2026 10:00:00 GMT", "2026-11-21 10:00:00"),
        ("Sat, 21 Nov 2026 10:00:00", None),
        ("2026-11-21T10:00:00", None),
        ("2026-11-21T10:00:00+03:00", "2026-11-21 07:00:00"),
        ("Sat, 21 Nov 2096 10:00:00 GMT", None),
        ("yesterday", None),
    ],
)
def test_a_time_without_its_zone_is_no_moment(
    nowhere: str, server: Replay, stamp: str, expected: str | None
) -> None:
    say(server, item(pubDate=stamp))
    fetch(nowhere, paper(nowhere, server))
    (draft,) = waiting(nowhere)
    assert (draft["published_at"] and str(draft["published_at"])[:19]) == expected
    assert (stamp in draft["suggestions"]) is (expected is None)


def test_broken_xml_gives_what_can_be_read(nowhere: str, server: Replay) -> None:
    body = xml(item("g1"), "<item><guid>g2</guid><title>Half</titel></item>", item("g3"))
    server.say(PATH, Reply(body=body, headers=XML))
    assert fetch(nowhere, paper(nowhere, server)) is FeedStatus.OK
    assert "its XML is broken" in last_run(nowhere)["message"]
    assert "g1" in {one["external_id"] for one in waiting(nowhere)}


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(body=b"<!doctype html><html><body>log in</body></html>"), "no RSS or Atom feed"),
        (Reply(body=b"", headers=XML), "no RSS or Atom feed"),
        (Reply(body=b"\x00\x01\x02" * 50), "no RSS or Atom feed"),
        (Reply(500), "answered 500"),
        (Reply(404), "answered 404"),
        (Reply(body=xml("x" * 100), length=10_000, headers=XML), "cut short"),
    ],
)
def test_what_is_no_feed_is_failed(nowhere: str, server: Replay, reply: Reply, told: str) -> None:
    server.say(PATH, reply)
    assert fetch(nowhere, paper(nowhere, server)) is FeedStatus.FAILED
    assert told in last_run(nowhere)["message"]
    assert count(nowhere, "draft") == 0


def test_more_than_8_mb_is_refused(nowhere: str, server: Replay) -> None:
    server.say(PATH, Reply(body=xml(item(description="x" * LIMIT)), headers=XML))
    assert fetch(nowhere, paper(nowhere, server)) is FeedStatus.FAILED
    assert "more than 8 MB" in last_run(nowhere)["message"]


def test_entities_that_multiply_do_not(nowhere: str, server: Replay) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {n} "{f"&{before};" * 10}">' for before, n in zip("abcdefg", "bcdefgh", strict=True)
    )
    body = xml(item(title="T", description="&h;")).replace(b"<rss", (bomb + "]><rss").encode(), 1)
    server.say(PATH, Reply(body=body.replace(b"&amp;h;", b"&h;"), headers=XML))
    fetch(nowhere, paper(nowhere, server))
    assert all(len(one["text"] or "") < 100_000 for one in waiting(nowhere))


def test_another_encoding_and_arabic_are_read(nowhere: str, server: Replay) -> None:
    text = xml(item(title="مقتل ثلاثة قرب التل")).decode().replace("utf-8", "windows-1256")
    headers = {"Content-Type": "application/rss+xml; charset=windows-1256"}
    server.say(PATH, Reply(body=text.encode("windows-1256"), headers=headers))
    fetch(nowhere, paper(nowhere, server, lang="ar"))
    (draft,) = waiting(nowhere)
    assert (draft["title"], draft["lang"]) == ("مقتل ثلاثة قرب التل", "ar")
    assert rows(nowhere, "SELECT encoding FROM document")[0]["encoding"] == "windows-1256"


def test_atom_is_read_too_and_a_missing_guid_follows_from_the_words(nowhere: str, server: Replay) -> None:
    entry = "<entry><title>Truce</title><summary>Held since dawn.</summary></entry>"
    feed_text = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>P</title>{entry}{entry}</feed>'
    server.say(PATH, Reply(body=feed_text.encode(), headers={"Content-Type": "application/atom+xml"}))
    fetch(nowhere, paper(nowhere, server))
    (draft,) = waiting(nowhere)
    assert (draft["title"], draft["published_at"]) == ("Truce", None)


def test_an_unknown_source_is_named(nowhere: str, server: Replay) -> None:
    say(server, item())
    feed_id = feed(nowhere, "rss", "x", url=server.url + PATH, source="nobody")
    assert fetch(nowhere, feed_id) is FeedStatus.FAILED
    assert "no source 'nobody'" in last_run(nowhere)["message"]


def test_a_redirect_within_the_host_is_followed(nowhere: str, server: Replay) -> None:
    say(server, item())
    server.say("/old", Reply(301, headers={"Location": PATH}))
    feed_id = feed(nowhere, "rss", "x", url=server.url + "/old")
    assert fetch(nowhere, feed_id) is FeedStatus.OK
    assert waiting(nowhere)[0]["source_id"] is None


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a &lt; b", "a < b"),
        ("<p>x</p><style>y{}</style>", "x"),
        ("<script>un</script>seen", "seen"),
        ("nul\x00 and half \ud800", "nul␀ and half ?"),
        ("<b>open", "open"),
        ("a<br><br><br><br>b", "a\n\nb"),
    ],
)
def test_plain_text(html: str, text: str) -> None:
    assert plain_text(html) == text


def test_an_accepted_entry_becomes_a_report_with_its_bytes(nowhere: str, server: Replay) -> None:
    say(server, item())
    fetch(nowhere, paper(nowhere, server))
    (draft,) = waiting(nowhere)
    with engine.writing(nowhere) as session:
        cells = {"incident_type": "armed_clash", "date_start": "2026-11-20", "place_id": "xx-hill"}
        drafts.amend(session, LOCAL, draft["id"], cells)
        drafts.accept(session, LOCAL, draft["id"], by="ana", reason="two sources", now=NOW)
    (report,) = rows(nowhere, "SELECT external_id, text, document_id FROM report")
    assert report == {"external_id": "g1", "text": draft["text"], "document_id": draft["document_id"]}


def test_the_moment_of_receipt_is_the_clock_of_the_caller(nowhere: str, server: Replay) -> None:
    say(server, item())
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    fetch(nowhere, paper(nowhere, server), clock=lambda: at)
    assert str(waiting(nowhere)[0]["received_at"])[:19] == "2026-11-22 12:00:00"


def test_suggestions_show_the_words_they_came_from(nowhere: str, server: Replay) -> None:
    say(server, item("g1", "Three people killed in shelling near Hill", description="The Monitor said so."))
    fetch(nowhere, paper(nowhere, server))
    (draft,) = waiting(nowhere)
    found = json.loads(draft["suggestions"])
    assert {"place", "harm", "incident_type"} <= {one["field"] for one in found}
    assert all(draft["text"][one["start"] : one["end"]] == one["phrase"] for one in found)
    assert "xx-hill" in {one["value"] for one in found if one["field"] == "place"}
    assert draft["fields"] in ("{}", {})


def test_one_odd_entry_does_not_stop_a_feed(
    nowhere: str, server: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr("db.coder.read", stumble)
    say(server, item())
    assert fetch(nowhere, paper(nowhere, server)) is FeedStatus.OK
    (found,) = json.loads(waiting(nowhere)[0]["suggestions"])
    assert (found["field"], found["why"]) == ("unread", "the reader of texts stumbled (ValueError)")


def test_of_a_huge_feed_only_the_first_entries_are_looked_at(
    nowhere: str, server: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.feeds.rss.MOST_ENTRIES", 2)
    say(server, item("g1"), item("g2"), item("g3"))
    assert fetch(nowhere, paper(nowhere, server)) is FeedStatus.OK
    assert "3 entries, 2 new for the review queue; only the first 2" in last_run(nowhere)["message"]
