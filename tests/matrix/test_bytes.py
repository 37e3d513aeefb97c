"""What really reaches the browser, byte by byte: HTML, scripts, JSON and the frames of the page's own socket."""

import base64
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, WebSocket, expect

from dashboard import serving
from db import engine
from db.policy import Viewer, sight
from db.vocab import Role
from tests.dashboard.browsing import browser as browser  # noqa: PLC0414  (a fixture)
from tests.matrix import canaries
from tests.matrix.canaries import SECRETS
from tests.matrix.test_pages import DAY, STATES

pytestmark = pytest.mark.browser
WHO = [Role.VIEWER, Role.ANALYST, Role.MODELLER]
DETAILS = ("plain", "team", "severe")
ODDS = 10  # shorter stretches of base64 turn up by chance
POINTS = (34.10987, 36.00987, 34.20777, 36.10777)


@contextmanager
def served(url: str, role: Role) -> Iterator[str]:
    """The pages over a store, whose local user has one role only."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "tests.matrix.roles", role.value, "127.0.0.1", port]
    here = str(Path(__file__).parents[2])
    told = {
        **os.environ,
        "TOCSIN_DB": url,
        "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]),
    }
    process = subprocess.Popen(command, env=told, cwd=here, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        server = serving.Server(process, f"http://127.0.0.1:{port}")
        serving._wait_for(server)
        yield server.address
    finally:
        serving._stop(process)


def forms(word: str) -> set[bytes]:
    """How a word may stand in bytes: plain, escaped in JSON, and (long ones) in base64 at each of three offsets."""
    plain = word.encode()
    coded = {base64.b64encode(b"\0" * n + plain)[4 if n else 0 : -4] for n in range(3)}
    return {plain, json.dumps(word)[1:-1].encode(), *(one for one in coded if len(one) >= ODDS)}


def numbers() -> set[bytes]:
    """The exact coordinates as doubles and floats, as a table's columns would carry them."""
    return {struct.pack(kind, point) for point in POINTS for kind in ("<d", ">d", "<f")}


def heard(page: Page) -> list[bytes]:
    """From now on everything that reaches the browser."""
    told: list[bytes] = []

    def frame(payload: str | bytes) -> None:
        told.append(payload.encode() if isinstance(payload, str) else payload)

    def sock(one: WebSocket) -> None:
        one.on("framereceived", frame)

    def body(one: Response) -> None:
        if one.status == 200 and not one.url.endswith((".woff2", ".js", ".css")):
            try:
                told.append(one.body())
            except Exception:  # a page that was left took its answers along
                told.append(b"")

    page.on("websocket", sock)
    page.on("response", body)
    return told


def addresses(store: str, role: Role) -> list[str]:
    """Each page once, an incident of each kind, and the imports; a modeller reads as a viewer, without texts."""
    asked = [(name, states[0]) for name, states in STATES.items()] + [("data", {"part": "imports"})]
    asked += [("incidents", {"incident": name}) for name in DETAILS]
    asked = asked[:3] if role is Role.MODELLER else asked
    with engine.reading(store) as session:
        ids = {name: canaries.incident_of(session, name) for name in DETAILS}
    told = [(name, {k: ids.get(v, v) for k, v in words.items()}) for name, words in asked]
    return [f"/{'' if n == 'today' else n}?{urlencode({'as_of': DAY, **words})}" for n, words in told]


def drawn(page: Page) -> Locator:
    """The end of a page, whichever it has: the limits, the log of what was looked at, or a refusal."""
    ends = page.locator(".tc-limits, .tc-error")
    for words in ("is not for you", "What you looked at", "Who looked at what"):
        ends = ends.or_(page.get_by_text(words))
    return ends.first


@pytest.mark.parametrize("role", WHO)
def test_no_byte_tells_more_than_it_may(store: str, browser: Browser, role: Role) -> None:
    viewer = Viewer(role.value, frozenset({role}))
    kept = [word for word, may in SECRETS.items() if not may(sight(viewer))]
    expect.set_options(timeout=30_000)
    with served(store, role) as address:
        context = browser.new_context(base_url=address)
        page = context.new_page()
        told = heard(page)
        for where in addresses(store, role):
            page.goto(where)
            expect(drawn(page)).to_be_attached()
        context.close()
    whole = b"\n".join(told)
    assert b"tc-limits" in whole and len(whole) > 100_000
    assert not [word for word in kept if any(form in whole for form in forms(word))]
    assert not [number for number in numbers() if number in whole]


def test_the_search_would_find_them(store: str, browser: Browser) -> None:
    """The same search finds what a verifier may read: the frames do carry plain words."""
    with served(store, Role.VERIFIER) as address:
        context = browser.new_context(base_url=address)
        page = context.new_page()
        told = heard(page)
        page.goto(f"/incidents?as_of={DAY}")
        expect(page.locator(".tc-limits").first).to_be_attached()
        context.close()
    whole = b"\n".join(told)
    assert any(form in whole for form in forms("Canarybrook"))
