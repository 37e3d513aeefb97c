"""Today as a plain page: the same numbers, every one to be followed down to its report, in a few kilobytes."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from dashboard import i18n, lite, outlook, routes
from dashboard.seats import HERE
from db import clock
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.test_routes import Client

DAY = stores.LAST.isoformat()


Browse = Any


def opened(url: str, monkeypatch: pytest.MonkeyPatch, seat: Any = HERE) -> Browse:
    """Asks the route of a store: `browse(as_of=…)`, or for an address as a link has it."""
    monkeypatch.setenv("TOCSIN_DB", url)
    clock.use(lambda: NOW)
    client = Client(Starlette(routes=routes.mounted(lambda _request: seat)))

    def asked(address: str = "", **given: str) -> Any:
        return client.get("/lite" + (address.replace("&amp;", "&") or f"?{urlencode(given)}"))

    return asked


@pytest.fixture
def browse(drill: str, monkeypatch: pytest.MonkeyPatch) -> Browse:
    """The plain page of an exercise, as whoever sits at the machine."""
    return opened(drill, monkeypatch)


class Outline(HTMLParser):
    """What a text browser makes of a page: its elements, in order, with what is never closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "html"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag


def test_today_is_a_whole_page_without_scripts(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Levels, chances and reasons in one table with heads; nothing that runs or loads."""
    browse = opened(filled, monkeypatch)
    answer = browse(as_of=DAY)
    page = answer.text
    outline = Outline(page)
    assert answer.status_code == 200 and not outline.open
    assert {"h1", "table", "caption", "nav", "main"} <= set(outline.seen)
    assert not {"script", "img", "link", "iframe", "form"} & set(outline.seen)
    assert "Blues of the North" in page and "A score is a probability" in page and "25 July 2018" in page
    assert page.count('scope="col"') == 5 and "<html lang=en dir=ltr>" in page
    rules = answer.headers["content-security-policy"]
    assert (
        "default-src 'none'" in rules
        and "unsafe" not in rules
        and answer.headers["cache-control"] == "no-store"
    )
    (style,) = re.findall(r"<style>(.*?)</style>", page)
    assert lite.headers.hashed(style) in rules


def test_a_number_is_followed_down_to_its_report(browse: Browse) -> None:
    """From the table to the community to the incident to what the source said."""
    page = browse(as_of=DAY).text
    home = re.search(r'href="(\?[^"]*community=[^"]+)">Blues of the North', page)
    assert home
    page = browse(home.group(1)).text
    told = re.search(r'href="(\?[^"]*incident=[^"]+)"', page)
    assert (
        told and "As of" not in told.group(0) and f"as_of={DAY}" in told.group(1) and not Outline(page).open
    )
    page = browse(told.group(1)).text
    assert "Who says what" in page and "Reports (" in page and not Outline(page).open


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"as_of": "nonsense"}, "is not a date"),
        ({"as_of": "2099-01-01"}, "has not come yet"),
        ({"as_of": "1999-01-01"}, "Today"),
        ({"region": "<b>atlantis"}, "&lt;b&gt;atlantis"),
        ({"community": "<script>", "as_of": DAY}, "&lt;script&gt;"),
        ({"lang": "tlh"}, "lang=en"),
        ({"incident": "none-such", "as_of": DAY}, "check the id"),
        ({"sort": "x"}, "this takes each of these once"),
    ],
)
def test_what_makes_no_sense_is_told_calmly(browse: Browse, asked: dict[str, str], said: str) -> None:
    answer = browse(**asked)
    assert answer.status_code in (200, 400) and said in answer.text and "Traceback" not in answer.text


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_forty_communities_fit_into_fifteen_kilobytes(
    browse: Browse, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """Of which several stand above baseline, with their reasons."""
    made = lite.present.rows

    def forty(view: lite.Asking, day: object, only: str | None = None) -> list[outlook.Row]:
        found = made(view, day, only)  # type: ignore[arg-type]
        name = "Community of the eastern hills"
        return [replace(found[0], community_id=f"xx-community-of-{n:02}", name=name) for n in range(40)]

    monkeypatch.setattr(lite.present, "rows", forty)
    answer = browse(as_of=DAY, lang=lang)
    assert answer.text.count("Community of the eastern hills") >= 40
    assert 6_000 < len(answer.content) <= 15_000


def test_arabic_is_written_from_the_right(browse: Browse) -> None:
    """And one reader's language is nobody else's."""
    page = browse(as_of=DAY, lang="ar").text
    assert "<html lang=ar dir=rtl>" in page and f'href="?as_of={DAY}&amp;lang=en"' in page
    assert i18n.language() == "en" and "<html lang=en" in browse().text


def test_an_exercise_is_marked(browse: Browse) -> None:
    assert 'class="x" role="note">EXERCISE.' in browse().text


def test_many_communities_come_a_page_at_a_time(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many more there are, and the way to them and back; odd pages are the nearest there is."""
    monkeypatch.setattr(lite, "PAGE", 3)
    first, second = browse(as_of=DAY).text, browse(as_of=DAY, page="2").text
    assert "1 more community: page 2" in first and "Blues of the North" in first
    assert "page=1" in second and "more communit" not in second
    assert not set(re.findall(r"community=(xx-[a-z-]+)", first.split("<h2>")[0])) & set(
        re.findall(r"community=(xx-[a-z-]+)", second.split("<h2>")[0])
    )
    assert browse(as_of=DAY, page="99").text == second and browse(as_of=DAY, page="-1").text == first


def test_what_is_chosen_on_today_is_chosen_here(browse: Browse) -> None:
    everyone = browse(as_of=DAY).text
    group = browse(as_of=DAY, group="green").text
    assert "Shown: only" not in everyone and "Shown: only Green" in group
    assert 0 < group.count("community=") < everyone.count("community=")
    opened_ = [one for one in re.findall(r'href="([^"]*)"', group) if "community=" in one]
    assert all("group=green" in one for one in opened_)
    assert any(one.endswith(f"?as_of={DAY}") for one in re.findall(r'href="([^"]*)"', group))  # all again


def test_a_choice_that_is_not_known_is_told_and_left_out(browse: Browse) -> None:
    told = browse(as_of=DAY, district="<b>none</b>", level="9").text
    assert told.count("is not known here") == 2 and "<b>none" not in told and "Shown: only" not in told


def test_nobody_reads_it_without_a_role(drill: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = opened(drill, monkeypatch, seat=None)()
    assert answer.status_code == 401 and "Blues" not in answer.text
