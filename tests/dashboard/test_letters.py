"""What people without a login may do by a secret: read what was sent to them, and be told no more."""

import asyncio
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import httpx
import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from dashboard import cli, routes
from dashboard.alerts import addresses, cap, channels, dispatch
from dashboard.alerts.channels import Letter
from db import clock, engine, letterbox, recipients
from db.messages import Result
from db.policy import LOCAL
from db.schema import Access, Message, Notice, Recipient
from db.vocab import MessageState
from tests.conftest import NOW
from tests.dashboard.test_notices import Mail, let_out, listed, mailbox, sender, small, told, world

__all__ = ["mailbox", "small", "world"]
PUBLIC = "https://desk.example.org"
ATOM = f"{{{cap.ATOM}}}"


class Asking:
    """Asks the routes without a server, as somebody who is not signed in."""

    def __init__(self) -> None:
        self.transport = httpx.ASGITransport(Starlette(routes=routes.mounted(lambda _request: None)))

    def __call__(self, path: str, method: str = "GET", **more: Any) -> httpx.Response:
        async def got() -> httpx.Response:
            async with httpx.AsyncClient(transport=self.transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **more)

        return asyncio.run(got())


@pytest.fixture
def ask(small: str, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Asks the routes of a store with one notice that waits."""
    monkeypatch.setenv("TOCSIN_DB", small)
    return Asking()


def key(url: str, recipient: str) -> str:
    with engine.writing(url) as session:
        return letterbox.open_feed(session, LOCAL, recipient, now=NOW)


def feed(secret: str, form: str = "atom") -> str:
    return addresses.feed(secret, form)


def row(url: str, recipient: str) -> Recipient:
    with engine.reading(url) as session:
        return session.get_one(Recipient, recipient)


def test_a_feed_tells_its_reader_what_was_let_out_to_them_and_nothing_else(small: str, ask: Asking) -> None:
    mine = key(small, told(small, "desk", lang="ar"))
    with engine.writing(small) as session:  # somebody who asked for nothing
        other = recipients.New("quiet desk", "json", "json://127.0.0.1:9/", drill=True)
        quiet = recipients.add(session, LOCAL, "exercise", other, by="ana", now=NOW)
    theirs = key(small, quiet)
    assert ask(feed(mine, "json")).json()["notices"] == [], "it waits for a person"
    let_out(small)
    answer = ask(feed(mine))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)  # noqa: S314  (our own)
    (entry,) = root.findall(f"{ATOM}entry")
    name = listed(small)[0]["facts"]["members"][0]["name_ar"]
    assert name in str(entry.findtext(f"{ATOM}content"))
    assert name not in str(entry.findtext(f"{ATOM}title"))
    assert [str(one.findtext(f"{ATOM}title")).split(":")[0] for one in (root, entry)] == ["تمرين", "تمرين"]
    (one,) = ask(feed(mine, "json")).json()["notices"]
    assert one["texts"]["ar"]["subject"] == entry.findtext(f"{ATOM}title")
    assert (one["exercise"], "facts" in one) == (True, False)
    assert ask(feed(theirs, "json")).json()["notices"] == []
    with engine.writing(small) as session:
        session.execute(update(Message).values(state=MessageState.WITHHELD))
    assert ask(feed(mine, "json")).json()["notices"] == []
    with engine.reading(small) as session:
        read = session.scalars(select(Access.by).where(Access.what == "route notices")).all()
    assert len(set(read)) == 2
    assert not any(mine in str(told) for told in read)


def test_a_feed_keeps_quiet_hours(small: str, ask: Asking) -> None:
    mine = told(small)
    let_out(small)
    with engine.writing(small) as session:
        session.execute(update(Message).values(due_at=NOW + timedelta(hours=1)))
    secret = key(small, mine)
    assert ask(feed(secret, "json")).json()["notices"] == []
    clock.use(lambda: NOW + timedelta(hours=1))
    assert len(ask(feed(secret, "json")).json()["notices"]) == 1


def test_wrong_old_and_taken_back_secrets_open_nothing_and_sound_alike(small: str, ask: Asking) -> None:
    mine = told(small)
    old, new = key(small, mine), key(small, mine)
    assert ask(feed(new)).status_code == 200
    closed = key(small, told(small, "partner"))
    with engine.writing(small) as session:
        letterbox.close_feed(session, LOCAL, row(small, mine).id, now=NOW)
        recipients.end(session, LOCAL, closed_of(session, closed), by="ana", now=NOW)
    answers = [ask(feed(one)) for one in (old, new, closed, "", "x" * 190)]
    answers += [ask("/notices.atom"), ask("/notices.rss?key=" + new)]
    assert {(one.status_code, one.text) for one in answers} == {(404, routes.NOTHING)}
    assert ask(feed("x" * 300)).status_code == 400
    assert ask(feed(old), "POST").status_code == 405
    for _ in range(routes.GUESSES):
        last = ask(feed("guessed"))
    assert last.status_code == 429


def closed_of(session: Any, secret: str) -> str:
    found = letterbox.reader(session, secret)
    assert found is not None
    return found.id


def test_the_way_off_the_list_needs_a_press_and_tells_nobody_who_is_on_it(small: str, ask: Asking) -> None:
    mine = told(small, address="json://secret.example/")
    way = addresses.leaving(mine, "ar", PUBLIC).removeprefix(PUBLIC)
    forged = way.replace(mine, "0" * 24)
    pages = [ask(one) for one in (way, forged)]
    assert [one.status_code for one in pages] == [200, 200]
    assert pages[0].text.replace(mine, "") == pages[1].text.replace("0" * 24, "")
    assert "form-action 'self'" in pages[0].headers["content-security-policy"]
    assert pages[0].headers["referrer-policy"] == "same-origin", (
        "else a browser says null of where it asks from"
    )
    assert row(small, mine).ended_at is None, "looking changes nothing"
    gone = [ask(one, "POST", data={"List-Unsubscribe": "One-Click"}) for one in (forged, way, way)]
    assert len({one.text for one in gone}) == 1
    left = row(small, mine)
    assert (left.ended_at, left.ended_by, left.secret_sha256) == (NOW, letterbox.THEMSELVES, None)
    assert recipients.address(left) == ""
    let_out(small)
    assert not sender(small, lambda *_: pytest.fail("it was sent")).run()


@pytest.mark.parametrize("secret", ["", ".", "a.b", "\u0627.\u0628", "x" * 150])
def test_no_odd_secret_takes_anybody_off_the_list(small: str, ask: Asking, secret: str) -> None:
    mine = told(small)
    assert ask("/unsubscribe", "POST", params={"key": secret}).status_code == 200
    assert row(small, mine).ended_at is None


def test_a_mail_says_how_to_be_told_no_more_to_people_and_to_programs(
    small: str, mailbox: tuple[Mail, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail, at = mailbox
    for name, lang in (("desk", "en"), ("partner", "ar")):
        told(small, name, f"mailto://{at}/?from=desk@example.org&to={name}@example.org", lang=lang)
    told(small, "program", "json://a/")
    let_out(small)
    other: list[Letter] = []

    def send(address: str, letter: Letter) -> Result:
        if channels.is_mail(address):
            return channels.send(address, letter)
        other.append(letter)
        return Result()

    monkeypatch.setattr(addresses, "base", lambda: PUBLIC)
    one = dispatch.Sender(small, LOCAL, "w1", lambda: NOW, send, public=PUBLIC)
    assert one.run() == {"sent": 3}
    letters = [message_from_bytes(one.content, policy=policy.default) for one in mail.kept]
    ways = {str(one["List-Unsubscribe"]).strip("<>").replace("\n", "") for one in letters}
    assert len(ways) == 2
    for letter in letters:
        way = str(letter["List-Unsubscribe"]).strip("<>")
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        plain = letter.get_body(("plain",))
        assert plain is not None
        assert way in plain.get_content().replace("&amp;", "&")
    assert not other[0].leave
    assert "unsubscribe" not in other[0].body
    secret = parse_qs(urlsplit(ways.pop()).query)["key"][0]
    with engine.writing(small) as session:
        assert letterbox.leave(session, secret, NOW)


def test_a_feed_is_opened_and_taken_away_by_command(small: str, capsys: pytest.CaptureFixture[str]) -> None:
    mine = told(small)
    assert cli.run(["--db", small, "recipients", "feed", mine]) == 0
    secret = parse_qs(urlsplit(capsys.readouterr().out.strip()).query)["key"][0]
    with engine.reading(small) as session:
        found = letterbox.reader(session, secret)
        assert found is not None
        assert found.id == mine
    assert cli.run(["--db", small, "recipients", "feed", mine, "--end"]) == 0
    assert row(small, mine).secret_sha256 is None


def test_a_notice_that_cannot_be_told_keeps_none_of_the_others(small: str, ask: Asking) -> None:
    mine = key(small, told(small))
    let_out(small)
    with engine.writing(small) as session:
        session.execute(update(Notice).values(facts={}))
    (one,) = ask(feed(mine, "json")).json()["notices"]
    assert "cannot be told here" in one["texts"]["en"]["body"]
    assert "EXERCISE" in ask(feed(mine)).text
