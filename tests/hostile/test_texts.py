"""Hostile texts in every text column: nothing runs, loads, breaks a page, an export, a line of a log or a terminal."""

import json
import re
import socket
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from dashboard import cli, serving
from dashboard.app import PAGES
from db import engine
from db.exports import FORMATS
from db.exports.cells import DANGEROUS
from db.exports.gather import Gathering, Wanted
from db.importers import exported
from db.policy import LOCAL
from db.schema import Alert, Draft, Incident
from tests.dashboard import stores
from tests.dashboard.browsing import browser as browser
from tests.dashboard.conftest import open_page as open_page
from tests.dashboard.conftest import shown

DAY = stores.LAST.isoformat()
NAMES = [page.name for page in PAGES]
INJECTED = (
    "' OR 1=1 --",
    "<script>window.pwned=1</script>",
    "../../../etc/passwd",
    "%00",
    "a\r\nSet-Cookie: x=1",
    "![x](http://evil.invalid/x.png)",
    "\u202e" + "W" * 5000,
    "999999999999999999999999",
)


def ids(url: str) -> dict[str, dict[str, str]]:
    """An address for each page that shows one thing in full."""
    with engine.reading(url) as session:
        one = {name: str(session.scalars(select(table.id)).first()) for name, table in
               (("incident", Incident), ("alert", Alert), ("draft", Draft))}  # fmt: skip
    return {"incidents": {"incident": one["incident"]}, "alerts": {"alert": one["alert"]},
            "review": {"draft": one["draft"]}, "report": {"draft": one["draft"]},
            "community": {"community": "xx-blue-north"}}  # fmt: skip


def harmless(at: AppTest) -> None:
    """Nothing of ours that a page shows as HTML holds a payload unescaped, and the page was drawn."""
    # An address goes along to the page's other languages, percent-encoded.
    html = re.sub(r'href="\./[\w?=&;%.+*~-]*"', 'href="./"', shown(at))
    assert not re.search(r"<[^>]*window\.pwned", html)
    assert not re.search(r"<(iframe|meta|base|link|object)\b", html)
    assert not re.search(r"""(src|href)=["']?(http|javascript)""", html)
    assert "could not be drawn" not in html


@pytest.mark.parametrize("page", NAMES)
def test_every_page_shows_hostile_texts_as_texts(
    poisoned: str, page: str, open_page: Callable[..., AppTest]
) -> None:
    harmless(open_page(poisoned, page, as_of=DAY, **ids(poisoned).get(page, {})))


@pytest.mark.parametrize("page", NAMES)
def test_what_is_injected_into_an_address_is_a_word_like_any_other(
    poisoned: str, page: str, open_page: Callable[..., AppTest]
) -> None:
    parameters = ("as_of", "region", "incident", "alert", "draft", "community", "part", "type", "place")
    for text in INJECTED[:: 1 if page == "incidents" else 3]:
        at = open_page(poisoned, page, **dict.fromkeys(parameters, text))
        harmless(at)
    at.query_params["page"] = INJECTED[-1]  # of a long list
    harmless(at.run())


@pytest.fixture(scope="module")
def address(poisoned: str) -> Iterator[str]:
    """The poisoned store, served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving.started(poisoned, "127.0.0.1", port) as server:
        yield server.address


@pytest.mark.browser
def test_no_browser_runs_loads_or_follows_a_hostile_text(
    browser: Browser, address: str, poisoned: str
) -> None:
    """Every page at the width of a phone: no script, no other host, no dialog, nothing runs out of the screen."""
    page = browser.new_context(base_url=address, viewport={"width": 390, "height": 844}).new_page()
    asked: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for name in NAMES:
        more = "".join(f"&{key}={value}" for key, value in ids(poisoned).get(name, {}).items())
        page.goto(f"/{name}?as_of={DAY}{more}")
        drawn = "h1" if name == "access" else ".tc-limits"  # the last line of all pages that tell of scores
        page.locator(drawn).first.wait_for(state="attached", timeout=90_000)
        assert page.evaluate("window.pwned") is None, name
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        assert "Traceback" not in page.inner_text("body"), name
        assert page.url.startswith(address), name
    page.context.close()
    assert not dialogs
    assert not [one for one in asked if not one.startswith((address, "data:", "blob:", "ws://127.0.0.1"))]


@pytest.mark.parametrize("form", FORMATS)
def test_every_export_of_hostile_texts_opens_again(poisoned: str, form: str, tmp_path: Path) -> None:
    """All rows come back, and no cell that a spreadsheet opens begins like a formula."""
    path = tmp_path / f"out.{form}"
    with path.open("wb") as file, engine.reading(poisoned) as session:
        wanted = Wanted(region_id="nowhere", as_of=stores.LAST)
        number = FORMATS[form](file, Gathering(session, LOCAL, wanted))
    read = list(exported.reader(path)(path))
    assert number == len(read) > 10
    assert all(record is not None for _, _, record in read)
    if form in ("csv", "hxl"):
        import csv

        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if not row[0].startswith("#")]
        assert not [cell for row in rows[1:] for cell in row if cell.startswith(tuple(DANGEROUS)) and len(cell) > 1
                    and not re.fullmatch(r"-?[\d.]+", cell)]  # fmt: skip


COMMANDS = (
    *("batches", "issues", "drafts", "feed list", "alerts", "duplicates", "coverage", "models", "doctor"),
    *("evidence list", "scores", "types", "places find Hill", "feed show news"),
)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("json_too", [False, True])
def test_no_command_prints_what_a_terminal_obeys(
    poisoned: str, command: str, json_too: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run(["--db", poisoned, *command.split(), *(["--json"] if json_too else [])])
    told = capsys.readouterr()
    assert "unexpected" not in told.err
    for text in (told.out, told.err):
        assert not [c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\t"]
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
    if json_too and told.out:
        json.loads(told.out)


NAMED = (
    *(
        "incident show",
        "history incident",
        "alerts show",
        "evidence show",
        "undo",
        "drafts accept",
        "feed show",
    ),
    *("places find", "region load", "promote"),
)


@pytest.mark.parametrize("text", INJECTED)
@pytest.mark.parametrize("command", NAMED)
def test_a_hostile_name_on_the_command_line_is_refused_in_one_line(
    poisoned: str, command: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQL, paths, line ends and marks-up in an id: an answer of one line, no traceback, no other file."""
    code = cli.run(["--db", poisoned, *command.split(), text])
    told = capsys.readouterr()
    assert code in (0, 1, 2)
    assert "unexpected" not in told.err and "Traceback" not in told.err
    assert "\x1b" not in told.err and len(told.err) < 4000
    with engine.reading(poisoned) as session:
        assert session.scalars(select(Incident.id)).first()  # nothing was dropped
