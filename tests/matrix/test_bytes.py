"""What really reaches a reader, byte by byte: HTML, JSON, files and the frames of the page's own socket.

All roles ask for all pages over that socket, as a browser does; what their frames name is fetched too. A real
browser, which shows that nothing else is asked for, goes to a viewer's main pages, in the long form to all of all.
"""

import base64
import json
import os
import re
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, WebSocket, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from dashboard import serving
from db import engine
from db.policy import Viewer, sight
from db.vocab import Role
from tests.dashboard.browsing import browser as browser  # noqa: PLC0414  (a fixture)
from tests.long import either
from tests.matrix import canaries
from tests.matrix.canaries import SECRETS
from tests.matrix.test_pages import DAY, STATES

WHO = [Role.VIEWER, Role.ANALYST, Role.MODELLER]
DETAILS = ("plain", "team", "severe")
ODDS = 10  # shorter stretches of base64 turn up by chance
MAIN = ("/?", "/community?", "/incidents?", "/briefings?")
POINTS = (34.10987, 36.00987, 34.20777, 36.10777)


@pytest.fixture(scope="module")
def seat(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Role], str]]:
    """The pages over a store, whose local user has one role only: `seat(role)` gives their address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "tests.matrix.roles", "127.0.0.1", port]
    here = str(Path(__file__).parents[2])
    told = {
        **os.environ,
        "TOCSIN_DB": store,
        "TOCSIN_HOME": str(tmp_path_factory.getbasetemp() / "home"),
        "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]),
    }
    process = subprocess.Popen(
        command, env=told, cwd=here, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )

    def take(role: Role) -> str:
        assert process.stdin and process.stdout
        process.stdin.write(f"{role.value}\n")
        process.stdin.flush()
        while process.stdout.readline().strip() != role.value:
            assert process.poll() is None
        return server.address

    try:
        server = serving.Server(process, f"http://127.0.0.1:{port}")  # type: ignore[arg-type]
        serving._wait_for(server)
        yield take
    finally:
        serving._stop(process)  # type: ignore[arg-type]
        for pipe in (process.stdin, process.stdout):
            assert pipe
            pipe.close()


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


def framed(address: str, where: str) -> bytes:
    """All frames in which the socket tells of a page, as when a browser opens it."""
    name, _, words = where.removeprefix("/").partition("?")
    asked, frames = BackMsg(), list[bytes]()
    asked.rerun_script.page_name, asked.rerun_script.query_string = name, words
    socket_of_it = f"{address.replace('http', 'ws')}/_stcore/stream"
    with connect(socket_of_it, subprotocols=["streamlit"], origin=address, max_size=None) as line:  # type: ignore[list-item, arg-type]
        line.send(asked.SerializeToString())
        while not frames or ForwardMsg.FromString(frames[-1]).WhichOneof("type") != "script_finished":
            told = line.recv(timeout=60)
            frames.append(told if isinstance(told, bytes) else told.encode())
        return b"\n".join([*frames, *_fetched(address, b"".join(frames))])


def _fetched(address: str, frames: bytes) -> Iterator[bytes]:
    """The files beside a page that its frames name, while its reader is there."""
    for path in sorted(set(re.findall(rb"/media/[\w.-]+", frames))):
        with urlopen(address + path.decode(), timeout=30) as answer:  # noqa: S310  (our own server)
            yield answer.read()


def nothing_of(kept: list[str], whole: bytes) -> None:
    """These words, and the exact coordinates, stand nowhere in what was told."""
    assert b"tc-limits" in whole and len(whole) > 100_000
    assert not [word for word in kept if any(form in whole for form in forms(word))]
    assert not [number for number in numbers() if number in whole]


@pytest.mark.parametrize("role", WHO)
def test_no_frame_tells_more_than_it_may(store: str, seat: Callable[[Role], str], role: Role) -> None:
    viewer = Viewer(role.value, frozenset({role}))
    kept = [word for word, may in SECRETS.items() if not may(sight(viewer))]
    address = seat(role)
    told = [framed(address, where) for where in addresses(store, role)]
    assert all(len(one) > 5_000 for one in told)
    nothing_of(kept, b"\n".join(told))


@pytest.mark.browser
@pytest.mark.parametrize("role", either([Role.VIEWER], WHO))
def test_no_byte_tells_more_than_it_may(
    store: str, seat: Callable[[Role], str], browser: Browser, role: Role
) -> None:
    viewer = Viewer(role.value, frozenset({role}))
    kept = [word for word, may in SECRETS.items() if not may(sight(viewer))]
    expect.set_options(timeout=30_000)
    asked = addresses(store, role)
    context = browser.new_context(base_url=seat(role))
    page = context.new_page()
    told = heard(page)
    for where in either([one for one in asked if one.startswith(MAIN)], asked):
        page.goto(where)
        expect(drawn(page)).to_be_attached()
    context.close()
    nothing_of(kept, b"\n".join(told))


@pytest.mark.browser
def test_the_search_would_find_them(seat: Callable[[Role], str], browser: Browser) -> None:
    """The same search finds what a verifier may read, in a browser as in the socket: they do carry plain words."""
    where, address = f"/incidents?as_of={DAY}", seat(Role.VERIFIER)
    context = browser.new_context(base_url=address)
    page = context.new_page()
    told = heard(page)
    page.goto(where)
    expect(page.locator(".tc-limits").first).to_be_attached()
    context.close()
    for whole in (b"\n".join(told), framed(address, where)):
        assert any(form in whole for form in forms("Canarybrook"))
