"""The pages in a real browser: they open, follow the day, and take an act; nothing else is contacted."""

import os
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dashboard import serving
from dashboard.app import PAGES
from tests.dashboard import stores

CHROMIUM = os.environ.get("TOCSIN_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
MISSING = (
    "no chromium: browser tests are left out; to have them: apt-get install chromium, or TOCSIN_CHROMIUM=PATH"
)
DAY = stores.LAST.isoformat()
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
pytestmark = pytest.mark.browser
# What the browser refuses by our policy. Streamlit tries WebAssembly once and does without where it may not.
NOTED = """window.refused = []
document.addEventListener("securitypolicyviolation", (event) => {
  if (event.blockedURI !== "wasm-eval") window.refused.push([event.effectiveDirective, event.blockedURI, event.sample])
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or a plain word that it is not there."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("TOCSIN_REQUIRE_BROWSER") == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages over a store of their own, served as `tocsin serve` does."""
    folder = tmp_path_factory.mktemp("browser")
    url = stores.build(f"sqlite:///{folder / 'tocsin.db'}", folder, exercise=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving.started(url, "127.0.0.1", port) as server:
        yield server.address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A fresh visitor; every request must stay on this machine."""
    context = browser.new_context(base_url=address, viewport={"width": 1200, "height": 900})
    context.add_init_script(NOTED)
    opened, asked = context.new_page(), []
    opened.on("request", lambda request: asked.append(request.url))
    expect.set_options(timeout=30_000)
    yield opened
    assert opened.evaluate("window.refused") == []
    context.close()
    assert not [one for one in asked if not one.startswith((address, "data:", "blob:", "ws://127.0.0.1"))]


def test_the_first_page_answers(page: Page) -> None:
    """Levels, a reason, the mark of the exercise, the map; and the reason opens its incident."""
    page.goto(f"/?as_of={DAY}")
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Blues of the North")).to_be_visible()
    expect(page.get_by_role("note").first).to_contain_text("EXERCISE")
    expect(page.locator(".tc-map svg")).to_be_visible()
    page.locator(".tc-evidence a").first.click()
    expect(page.get_by_role("heading", name="Incidents", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Whom it concerns")).to_be_visible()


def test_the_day_is_in_the_address_and_under_a_control(page: Page) -> None:
    """A link shows its day; the control moves it, the address follows, other pages keep it."""
    page.goto(f"/?as_of={DAY}")
    page.get_by_role("button", name="As of 25 July 2018").click()
    page.get_by_role("button", name="Day before").click()
    expect(page.get_by_role("button", name="As of 24 July 2018")).to_be_visible()
    expect(page).to_have_url(re.compile("as_of=2018-07-24"))
    page.get_by_role("link", name="Incidents", exact=True).click()
    expect(page.get_by_role("heading", name="known on 24 July 2018")).to_be_visible()
    expect(page).to_have_url(re.compile("as_of=2018-07-24"))


def test_an_alert_is_acknowledged(page: Page) -> None:
    """From the list to the act to the written step."""
    page.goto(f"/alerts?as_of={DAY}")
    page.get_by_role("link", name="Blues of the North").click()
    page.get_by_label("Your name or initials").fill("L.K.")
    page.get_by_label("Your name or initials").press("Tab")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("cell", name="L.K.")).to_be_visible()
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)


def settled(page: Page, address: str) -> None:
    """Open a page and wait until it is drawn to its last line."""
    page.goto(address)
    expect(page.locator(".tc-limits")).to_be_attached()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_is_for_everybody(page: Page, language: str) -> None:
    """Nothing that axe-core holds against WCAG 2.2 AA, light and dark; the exercise is marked; a phone shows all."""
    found: list[str] = []
    for name in (one.name for one in PAGES):
        page.set_viewport_size({"width": 1200, "height": 900})
        settled(page, f"/{name}?as_of={DAY}&lang={language}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator(".tc-exercise")).to_have_count(0 if name == "access" else 1)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found += [f"{name} {scheme}: {one}" for one in violations(page)]
        page.set_viewport_size({"width": 390, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            found.append(f"{name}: wider than a phone")
        assert page.evaluate("window.refused") == [], name
    assert not found, "\n".join(found)


def violations(page: Page) -> list[str]:
    """What axe-core objects to on a page, a line each."""
    page.evaluate(f"window.axe || (() => {{{AXE}}})()")
    told = page.evaluate("standard => axe.run(document, {runOnly: standard})", list(WCAG))
    assert len(told["passes"]) > 10  # it did look
    return [f"{one['id']} at {one['nodes'][0]['target']}" for one in told["violations"]]


def test_a_first_page_is_light(page: Page) -> None:
    """All that a cold first page costs, the socket's frames included as if nothing compressed them."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    bytes_in: list[float] = []
    line.on("Network.loadingFinished", lambda told: bytes_in.append(told["encodedDataLength"]))
    line.on(
        "Network.webSocketFrameReceived",
        lambda told: bytes_in.append(len(told["response"]["payloadData"]) * 0.75),
    )
    page.goto(f"/?as_of={DAY}")
    expect(page.locator(".tc-limits")).to_be_attached()
    page.wait_for_load_state("networkidle")
    assert 100_000 < sum(bytes_in) <= 1_300_000
