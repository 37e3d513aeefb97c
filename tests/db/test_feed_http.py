"""Asking other machines: bounded waits, no stray tokens, no way into one's own network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.errors import BadInput
from db.feeds.http import Answer, Http, Unreachable, allowed, patiently
from tests.db.feed_tools import hurried
from tests.db.replay import Replay, Reply, as_json, serving


@pytest.fixture
def server() -> Iterator[Replay]:
    with serving() as replay:
        yield replay


def test_an_answer_comes_back_whole(server: Replay) -> None:
    server.say("/a", as_json({"x": [1]}))
    answer = hurried().ask(server.url + "/a", params={"q": "1"}, headers={"X-Token": "t"})
    assert (answer.status, answer.json()) == (200, {"x": [1]})
    assert server.seen[0].query == {"q": "1"} and server.seen[0].headers["x-token"] == "t"


def test_a_server_that_never_answers_is_given_up(server: Replay) -> None:
    server.say("/a", Reply(silent=True))
    with pytest.raises(Unreachable, match="no answer in time"):
        hurried(read_seconds=0.05).ask(server.url + "/a")


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 does not answer \(no connection\)"):
        hurried().ask("http://127.0.0.1:9/a?secret=s")


def test_an_answer_that_takes_too_long_in_all_is_given_up(server: Replay) -> None:
    server.say("/a", Reply(body=b"x" * 200_000))
    with pytest.raises(Unreachable, match="too slow"):
        hurried(total_seconds=-1).ask(server.url + "/a")


def test_half_an_answer_is_no_answer(server: Replay, tmp_path: Path) -> None:
    server.say("/a", Reply(body=b"x" * 100, length=5000))
    with pytest.raises(Unreachable, match="cut short"):
        hurried().ask(server.url + "/a")
    with pytest.raises(Unreachable, match="cut short"):
        hurried().save(server.url + "/a", tmp_path / "file.csv")
    assert not (tmp_path / "file.csv").exists()


def test_too_much_is_refused(server: Replay) -> None:
    server.say("/a", Reply(body=b"x" * 3_000_000))
    with pytest.raises(Unreachable, match="more than 1 MB"):
        hurried().ask(server.url + "/a", limit=1024 * 1024)


def test_no_redirect_is_followed_with_a_token(server: Replay) -> None:
    server.say("/a", Reply(302, headers={"Location": server.url + "/b"}))
    with pytest.raises(Unreachable, match="no token strays"):
        hurried().ask(server.url + "/a", headers={"X-Token": "t"})
    assert [one.path for one in server.seen] == ["/a"]


def test_a_redirect_on_the_same_host_is_followed_a_few_times(server: Replay) -> None:
    server.say("/a", Reply(302, headers={"Location": "/b"}))
    server.say("/b", Reply(body=b"here"))
    assert hurried().ask(server.url + "/a", redirects=2).body == b"here"
    server.say("/b", Reply(302, headers={"Location": "/a"}))
    with pytest.raises(Unreachable, match="more than 2 times"):
        hurried().ask(server.url + "/a", redirects=2)


@pytest.mark.parametrize(
    "inside", ["10.0.0.1", "169.254.169.254", "192.168.1.5", "::1", "fd00::1", "100.64.0.1"]
)
def test_a_page_cannot_send_us_into_our_own_network(server: Replay, inside: str) -> None:
    server.say("/a", Reply(302, headers={"Location": "https://inside.example/x"}))
    http = hurried(resolve=lambda _name: ["93.184.216.34", inside])
    with pytest.raises(Unreachable, match="no public address"):
        http.ask(server.url + "/a", redirects=2, plain=True)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://example.org/x", "no web address"),
        ("file:///etc/passwd", "no web address"),
        ("https:///x", "no web address"),
        ("https://[::1", "no web address"),
        ("http://example.org/x", "without encryption"),
        ("https://ana:pass@example.org/", "name or password"),
    ],
)
def test_addresses_that_are_not_asked(url: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        allowed(url)


def test_addresses_that_are_asked() -> None:
    assert allowed("https://example.org:444/x") == "example.org"
    assert allowed("http://127.0.0.1:8000/x") == "127.0.0.1"
    assert allowed("http://example.org/x", plain=True) == "example.org"


def test_no_login_of_the_user_is_sent_along(
    server: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ana password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    hurried().ask(server.url + "/a")
    assert "authorization" not in server.seen[0].headers


def test_busy_servers_are_asked_again_later_and_later() -> None:
    waits: list[float] = []
    answers = iter([Answer("", 503, {}, b""), Answer("", 429, {}, b""), Answer("", 200, {}, b"ok")])
    assert patiently(Http(sleep=waits.append), lambda: next(answers)).body == b"ok"
    assert waits == [30, 60]


def test_patience_ends_with_the_last_answer_or_silence() -> None:
    waits: list[float] = []

    def silent() -> Answer:
        raise Unreachable("gone")

    http = Http(sleep=waits.append)
    assert patiently(http, lambda: Answer("", 503, {}, b""), tries=3).status == 503
    with pytest.raises(Unreachable, match="gone"):
        patiently(http, silent, tries=3)
    assert waits == [30, 60, 30, 60]


def test_something_else_than_json_is_named(server: Replay) -> None:
    server.say("/a", Reply(body=b"<html>", headers={"Content-Type": "text/html; charset=x"}))
    with pytest.raises(Unreachable, match="text/html instead of JSON"):
        hurried().ask(server.url + "/a").json()
