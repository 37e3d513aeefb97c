"""A real browser over pages of their own: fixtures and small steps that the browser tests share."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dashboard import serving
from tests import factories
from tests.dashboard import stores

CHROMIUM = os.environ.get("TOCSIN_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
MISSING = (
    "no chromium: browser tests are left out; to have them: apt-get install chromium, or TOCSIN_CHROMIUM=PATH"
)
DAY = stores.LAST.isoformat()
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# What moves costs a third more to draw, and nothing is told by it.
SWITCHES = ["--no-sandbox", "--force-prefers-reduced-motion"]
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
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages over a store of their own, served as `tocsin serve` does."""
    folder = tmp_path_factory.mktemp("browser")
    url = stores.build(f"sqlite:///{folder / 'tocsin.db'}", folder, exercise=True)
    factories.take(
        url, factories.write_csv(folder / "twins.csv", [_twin("radio"), _twin("paper")]), "reports"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving.started(url, "127.0.0.1", port) as server:
        yield server.address


def _twin(source: str) -> dict[str, str]:
    """One attack, told by two sources in nearly the same words."""
    words = "Gunmen fired at a wedding in Hill, five killed"
    return factories.report_row(
        external_id=f"wedding {source}", source_id=source, title=words, text=f"{words}.",
        incident_type="attack_on_civilians", date_start=stores.LAST, date_end=stores.LAST,
        published_at=stores.LAST, killed="5", killed_wording="five",
    )  # fmt: skip


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


def settled(page: Page, address: str) -> None:
    """Open a page and wait until it is drawn to its last line."""
    page.goto(address)
    quiet(page)


def quiet(page: Page) -> None:
    """Wait until a page is drawn to its last line and nothing runs any more."""
    expect(page.locator(".tc-limits")).to_be_attached()
    expect(page.locator('.stApp[data-test-script-state="notRunning"]')).to_be_attached()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


def violations(page: Page) -> list[str]:
    """What axe-core objects to on a page, a line each."""
    page.evaluate(f"window.axe || (() => {{{AXE}}})()")
    how = {"runOnly": list(WCAG), "resultTypes": ["violations"]}  # of the others only how many
    told = page.evaluate("how => axe.run(document, how)", how)
    assert len(told["passes"]) > 10  # it did look
    return [f"{one['id']} at {one['nodes'][0]['target']}" for one in told["violations"]]
