"""The pages in a real browser: the main journeys, every page for everybody; nothing else is contacted."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, WebSocketRoute, expect

from dashboard.app import PAGES
from dashboard.briefing import make
from tests.dashboard.browsing import DAY, quiet, settled, violations
from tests.dashboard.browsing import address as address
from tests.dashboard.browsing import browser as browser
from tests.dashboard.browsing import page as page

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
MAIN = ("today", "community", "incidents", "alerts")
AWAY = "There is no connection just now"
pytestmark = pytest.mark.browser


def test_the_first_page_answers(page: Page) -> None:
    """Levels, a reason, the mark of the exercise; a district of the map by keyboard; the reason opens its incident."""
    page.goto(f"/?as_of={DAY}")
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Blues of the North")).to_be_visible()
    expect(page.get_by_role("note").first).to_contain_text("EXERCISE")
    district = page.locator(".tc-map a:not([tabindex])[href*='district=']").first
    district.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("district="))
    expect(page.locator(".tc-map a[aria-current]")).to_be_visible()
    page.get_by_role("link", name="Show all").first.click()
    expect(page).not_to_have_url(re.compile("district="))
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


def test_a_first_visit_takes_the_tour(page: Page) -> None:
    """From the invitation over every stop to its end, and back into the pages as they are without it."""
    page.goto(f"/?as_of={DAY}")
    page.get_by_role("link", name="Take the tour").click()
    for step, heading in enumerate(("Today", "Today", "Incidents", "Community", "How to read this"), 1):
        panel = page.get_by_role("complementary", name=f"Tour, {step} of 5")
        expect(panel).to_be_visible()
        expect(page.get_by_role("heading", level=1, name=heading, exact=True)).to_be_visible()
        panel.get_by_role("link", name="Next" if step < 5 else "Leave the tour").click()
    expect(page.get_by_role("complementary", name="Tour")).to_have_count(0)
    expect(page).to_have_url(re.compile(f"/about\\?as_of={DAY}$"))


def test_a_report_goes_by_form_into_the_queue_and_the_record(page: Page) -> None:
    """What is filled in is kept at once, waits in the queue, is accepted there, and is found among the incidents."""
    settled(page, "/report")
    _pick(page, "What happened", "Threat")
    expect(page).to_have_url(re.compile("draft="))
    quiet(page)
    page.get_by_role("spinbutton", name="year, When").click()
    page.keyboard.type("20180720")
    expect(page.get_by_role("spinbutton", name="day, When")).to_have_text("20")
    page.get_by_label("In one plain sentence").fill("Leaflets told families to leave")
    page.get_by_label("In one plain sentence").press("Enter")
    _pick(page, "Who says so", "The Radio")
    expect(page.get_by_text("Understood: Threat, 20 July 2018")).to_be_visible()
    expect(page.get_by_role("button", name="Accept it now")).to_be_enabled()
    page.get_by_role("button", name="Done: leave it for review").click()
    expect(page).not_to_have_url(re.compile("draft="))
    page.get_by_role("link", name="To the review queue").click()
    expect(page.get_by_role("heading", name="Leaflets told families to leave")).to_be_visible()
    page.get_by_role("button", name="Accept Shortcut").click()
    expect(page.get_by_text("Nothing waits for review")).to_be_visible()
    settled(page, "/incidents?q=Leaflets")
    expect(page.get_by_role("row", name="20 July 2018")).to_be_visible()


def _pick(page: Page, label: str, option: str) -> None:
    """Choose from a list; one that closes because the page still moves is opened again."""
    box, chosen = (
        page.get_by_role("combobox", name=label),
        page.get_by_role("option", name=option, exact=True),
    )
    for _attempt in range(8):
        box.press("ArrowDown")
        with suppress(TimeoutError):
            return chosen.dispatch_event("click", timeout=2_000)
    return chosen.dispatch_event("click")


def test_two_incidents_are_merged_and_taken_apart(page: Page) -> None:
    """Side by side they become one, which counts both reports; and two again, with the reason."""
    page.set_viewport_size(
        {"width": 1200, "height": 2400}
    )  # all of the form at once: lists close where a page moves
    settled(page, "/review?part=pairs&as_of=2018-07-28")
    page.get_by_text("same event, told twice").click()
    page.get_by_role("button", name="One event: merge").click()
    expect(page.get_by_text("look like one event")).to_be_visible()
    settled(page, "/review?part=pairs&pairs=judged")
    page.get_by_role("row", name="one event: merged").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Reports (2)")).to_be_visible()
    page.get_by_text("Settle something about this incident").click()
    _pick(page, "Merged here", "2. The Radio")
    expect(page.get_by_role("button", name="Take it apart again")).to_be_enabled()
    page.get_by_label("Why").fill("Two strikes, an hour apart")
    page.get_by_label("Your name or initials").fill("L.K.")
    page.get_by_role("button", name="Take it apart again").click()
    expect(page.get_by_role("heading", name="Reports (1)")).to_be_visible()


def test_the_language_is_changed_by_the_control(page: Page) -> None:
    """Words, direction and what the address keeps; and back again, on the same page and day."""
    page.goto(f"/alerts?as_of={DAY}&digits=arabic")
    page.get_by_role("link", name="العربية").click()
    expect(page.get_by_role("heading", name="الإنذارات", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("button", name="كما في ٢٥ تموز ٢٠١٨")).to_be_visible()
    page.get_by_role("link", name="المجتمع", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="المجتمع")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1, name="Community")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("dir", "ltr")


def test_the_menu_makes_way_on_a_telephone(page: Page) -> None:
    """It lies over the page there; once a page is chosen, the page is what is seen."""
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page, f"/about?as_of={DAY}")
    page.get_by_test_id("stExpandSidebarButton").click()
    link = page.get_by_test_id("stSidebar").get_by_role("link", name="Settings", exact=True)
    link.click()
    expect(page.get_by_role("heading", name="How you read")).to_be_in_viewport()
    expect(link).not_to_be_in_viewport()


def test_a_lost_connection_is_said_calmly_and_comes_back(browser: Browser, address: str) -> None:
    """The page stays readable under one line of ours, and goes on by itself; what was asked for meanwhile is shown."""
    context, lines, away = browser.new_context(base_url=address), list[WebSocketRoute](), [False]

    def connect(line: WebSocketRoute) -> None:
        if away[0]:
            line.close()
        else:
            line.connect_to_server()
            lines.append(line)

    context.route_web_socket(re.compile("_stcore/stream"), connect)
    page = context.new_page()
    settled(page, f"/alerts?as_of={DAY}")
    context.set_offline(True)
    expect(page.get_by_text(AWAY)).to_be_visible()
    away[0] = True
    lines[-1].close()
    expect(page.get_by_text(AWAY)).to_be_visible()
    expect(page.get_by_role("heading", name="Alerts", exact=True)).to_be_visible()
    expect(page.get_by_text("Streamlit")).to_have_count(0)
    away[0] = False
    context.set_offline(False)
    expect(page.get_by_text(AWAY)).to_be_hidden()
    page.get_by_role("link", name="Blues of the North").click()
    expect(page.get_by_role("heading", name="What you do about it")).to_be_visible()
    context.close()


def test_an_alert_is_acknowledged_by_the_first_of_two(page: Page, browser: Browser, address: str) -> None:
    """From the list to the act to the written step; the other learns of it in calm words, and nothing is done twice."""
    alone = browser.new_context(base_url=address)
    other = alone.new_page()
    for one, name in ((page, "L.K."), (other, "M.N.")):
        settled(one, f"/alerts?as_of={DAY}")
        one.get_by_role("link", name="Blues of the North").click()
        one.get_by_label("Your name or initials").fill(name)
        one.get_by_label("Your name or initials").press("Tab")
        quiet(one)
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("cell", name="L.K.")).to_be_visible()
    other.get_by_role("button", name="Acknowledge").click()
    expect(other.get_by_role("cell", name="L.K.")).to_be_visible()
    expect(other.get_by_role("cell", name="M.N.")).to_have_count(0)
    expect(other.get_by_role("button", name="Acknowledge")).to_have_count(0)
    expect(other.get_by_text("Somebody else changed this meanwhile")).to_be_visible()
    alone.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_is_for_everybody(page: Page, language: str) -> None:
    """Nothing that axe-core holds against WCAG 2.2 AA; the exercise is marked; a phone shows all.

    Each page is judged light in one language and dark in the other; the four main ones light and dark in both.
    """
    found: list[str] = []
    for at, name in enumerate(one.name for one in PAGES):
        page.set_viewport_size({"width": 1200, "height": 900})
        settled(page, f"/{name}?as_of={DAY}&lang={language}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator(".tc-exercise")).to_have_count(0 if name == "access" else 1)
        expect(
            page.get_by_test_id("stSidebar").get_by_role("link").last
        ).to_be_visible()  # it comes by itself
        for scheme in SCHEMES if name in MAIN else (SCHEMES[(at + (language == "ar")) % 2],):
            page.emulate_media(color_scheme=scheme)
            found += [f"{name} {scheme}: {one}" for one in violations(page)]
        page.set_viewport_size({"width": 390, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            found.append(f"{name}: wider than a phone")
        assert page.evaluate("window.refused") == [], name
    assert not found, "\n".join(found)


def test_a_briefing_and_the_page_that_makes_it_are_for_everybody(
    page: Page, brief_files: Mapping[str, make.Made]
) -> None:
    """The page with a subject chosen, and the file in both languages, hold nothing against WCAG 2.2 AA either."""
    settled(page, f"/briefings?as_of={DAY}&about=xx-blue-hill")
    expect(page.get_by_role("button", name="Download the briefing")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    found = [f"the page: {one}" for one in violations(page)]
    file = page.context.new_page()  # under the file's own rules of what may be shown, not the page's
    file.set_content(brief_files["html"].body.decode())
    expect(file.locator("article")).to_have_count(2)
    found += [f"the file: {one}" for one in violations(file)]
    assert not found, "\n".join(found)
    assert file.evaluate("window.refused") == []


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
