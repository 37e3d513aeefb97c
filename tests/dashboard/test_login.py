"""Signing in, in a real browser with a small provider: the whole way in, all that can go wrong, and out again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from dashboard import serving
from db import clock, engine, people, sign_ins
from db.people import Grant
from db.policy import LOCAL
from db.schema import Person, SignIn
from db.vocab import Role
from tests.conftest import NOW
from tests.dashboard import provider, stores
from tests.dashboard.browsing import browser as browser

pytestmark = pytest.mark.browser
AMAL = "amal@example.org"


@dataclass
class House:
    """The provider, the dashboard that trusts it, and its store."""

    provider: provider.Provider
    address: str
    url: str


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A dashboard with a login, served as `tocsin serve` does."""
    folder = tmp_path_factory.mktemp("login")
    clock.use(lambda: NOW)
    url = stores.build(f"sqlite:///{folder / 'tocsin.db'}", folder, exercise=True)
    port = provider.free_port()
    with provider.running() as one, pytest.MonkeyPatch.context() as patch:
        told = {
            "metadata_url": f"{one.issuer}/.well-known/openid-configuration",
            "client_id": provider.CLIENT,
        }
        told |= {"client_secret": provider.SECRET, "redirect_uri": f"http://127.0.0.1:{port}/oauth2callback"}
        for name, value in told.items():
            patch.setenv(f"TOCSIN_OIDC_{name.upper()}", value)
        patch.setenv("TOCSIN_HOME", str(folder))
        with serving.started(url, "127.0.0.1", port) as server:
            yield House(one, server.address, url)


@pytest.fixture
def context(browser: Browser, house: House) -> Iterator[BrowserContext]:
    """A fresh visitor, whom the provider will call Amal."""
    house.provider.wrong, house.provider.claims = "", {"email": AMAL, "email_verified": True}
    opened = browser.new_context(base_url=house.address, viewport={"width": 1100, "height": 800})
    expect.set_options(timeout=30_000)
    yield opened
    opened.close()


def give(url: str, role: Role, login: str = AMAL) -> None:
    """Give a role as `tocsin users add` does."""
    with engine.writing(url) as session:
        people.grant(session, LOCAL, login, Grant(role, None, None, "test"), by="test", now=NOW)


def enter(page: Page) -> None:
    """From the first page to the provider and back."""
    page.goto("/")
    page.get_by_role("button", name="Sign in").click()


def ended(url: str) -> list[tuple[datetime | None, str | None]]:
    """When and why each signing in ended."""
    with engine.reading(url) as session:
        return [tuple(row) for row in session.execute(select(SignIn.ended_at, SignIn.ended_why))]


def test_the_whole_way_in_and_out(house: House, context: BrowserContext) -> None:
    """Nothing before signing in; no role, no page; a role counts at the next run; out for good."""
    page = context.new_page()
    enter(page)
    expect(page.get_by_text(f"signed in as {AMAL}, and you have no role")).to_be_visible()
    expect(page.get_by_role("link", name="Incidents")).to_have_count(0)
    give(house.url, Role.VIEWER)
    page.goto(f"/?as_of={stores.LAST}")
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Report", exact=True)).to_have_count(0)
    cookies = context.cookies()
    _cookies_are_careful(cookies)
    assert context.request.get(f"/files/incidents.csv?as_of={stores.LAST}").status == 200
    page.goto("/access")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_text("did not succeed")).to_have_count(0)
    assert [why for _at, why in ended(house.url)] == [sign_ins.OUT]
    _a_kept_cookie_opens_nothing(page, context, cookies)


def _cookies_are_careful(cookies: list[Any]) -> None:
    (one,) = [cookie for cookie in cookies if cookie["name"] == "_streamlit_user"]
    assert one["httpOnly"] and one["sameSite"] == "Lax"
    began = min(cookie["expires"] for cookie in cookies if cookie["name"] == "_streamlit_user_tokens")
    assert abs(one["expires"] - began) < 5 and one["path"] == "/"


def _a_kept_cookie_opens_nothing(page: Page, context: BrowserContext, cookies: list[Any]) -> None:
    context.clear_cookies()
    context.add_cookies(cookies)
    page.goto(f"/?as_of={stores.LAST}")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    expect(page.get_by_role("link", name="Incidents")).to_have_count(0)
    assert context.request.get("/files/incidents.csv").status == 401
    assert context.request.get("/media/anything.csv").status == 403


def test_a_word_that_does_not_hold_lets_nobody_in(house: House, context: BrowserContext) -> None:
    """Another key, a word that is over or from the future, a refusal: calm words, nothing about why."""
    page = context.new_page()
    page.goto("/alerts")
    for wrong in ("key", "expired", "skewed", "denied"):
        house.provider.wrong = wrong
        with page.expect_response(lambda answer: "/oauth2callback" in answer.url) as answer:
            page.get_by_role("button", name="Sign in").click()
        assert answer.value.headers["location"] == "/alerts?signin=failed", wrong
        expect(page.get_by_text("Signing in did not succeed")).to_be_visible()
    assert not [one for one in context.cookies() if one["name"] == "_streamlit_user"]


def test_a_provider_that_is_down_is_said_calmly(house: House, context: BrowserContext) -> None:
    """The way back, and no word of where it was looked for."""
    house.provider.wrong = "down"
    page = context.new_page()
    with page.expect_response(lambda answer: "/auth/login" in answer.url) as answer:
        enter(page)
    assert answer.value.status == 503
    expect(page.get_by_text("The sign-in service does not answer")).to_be_visible()
    assert house.provider.issuer not in page.content()


def test_a_clock_a_minute_off_is_no_harm(house: House, context: BrowserContext) -> None:
    """And an address that the provider has not checked names nobody; its own number for the person does."""
    house.provider.wrong, house.provider.claims = (
        "nearly",
        {"email": AMAL, "email_verified": False, "sub": "n17"},
    )
    page = context.new_page()
    enter(page)
    expect(page.get_by_text("signed in as n17")).to_be_visible()
    with engine.reading(house.url) as session:
        assert "n17" in set(session.scalars(select(Person.login)))


def test_an_administrator_ends_it(house: House, context: BrowserContext) -> None:
    """What is open ends at its next step, and the same browser goes on at the page it was on."""
    give(house.url, Role.VIEWER, "badr@example.org")
    house.provider.claims = {"email": "badr@example.org"}
    page = context.new_page()
    page.goto(f"/incidents?as_of={stores.LAST}&q=a%26b")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Incidents", exact=True)).to_be_visible()
    assert f"/incidents?as_of={stores.LAST}&q=a%26b" in page.url
    assert not [one for one in context.cookies() if one["name"] == "tocsin_landing"]
    with engine.writing(house.url) as session:
        assert sign_ins.end_all(session, LOCAL, "badr@example.org", sign_ins.BY_ADMIN, NOW) == 1
    page.get_by_role("link", name="Alerts", exact=True).click()
    expect(page.get_by_text("An administrator ended your sign-in")).to_be_visible()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Alerts", exact=True)).to_be_visible()
