"""Hostile words at the doors: in every parameter and header of every route, on a store full of payloads."""

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from dashboard import asgi, gate, routes
from dashboard.routes import ROUTES
from db import engine, migrating, queries
from db.errors import BadInput
from db.exports import FORMATS
from db.exports.gather import Gathering, Wanted
from db.policy import LOCAL
from db.schema import Incident, Report
from tests.conftest import NOW
from tests.dashboard import stores
from tests.db.test_policy import BOOK
from tests.db.test_schema import fill
from tests.factories import load, pack, report_row, take, write_csv
from tests.hostile.payloads import PAYLOADS, poison
from tests.matrix.test_exports import read_book
from tests.matrix.test_routes import ASKED

DAY = stores.LAST.isoformat()
WORDS = (*PAYLOADS, "x\r\nX-Evil: 1", "..", "../..", "%00", "a\0b", "%2e%2e%2f", "%25%30%30", "\udcff", "١", "1e309",
         "nowhere' --", "nowhere/*", "{format}", "$(id)", "`id`", "file:///etc/passwd", "9" * 400)  # fmt: skip
Answer = tuple[int, dict[str, str], bytes]


class App:
    """What `asgi.build` puts around Streamlit's pages, asked by raw requests that no client would send."""

    def __init__(self, runner: asyncio.Runner) -> None:
        with patch.object(asgi.st, "App", _without_pages):
            self.runner, self.app = runner, asgi.build()

    def ask(self, path: str, query: bytes = b"", headers: Sequence[tuple[bytes, bytes]] = ()) -> Answer:
        """Status, headers and body."""
        return self.runner.run(self._asked(path, query, headers))

    async def _asked(self, path: str, query: bytes, headers: Sequence[tuple[bytes, bytes]]) -> Answer:
        sent: list[Any] = []
        begun = [{"type": "http.request", "body": b"", "more_body": False}]

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return begun.pop() if begun else await asyncio.Event().wait()

        given = [*headers, *([] if dict(headers).get(b"host") else [(b"host", b"127.0.0.1:8501")])]
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode("utf-8", "replace"),
                 "query_string": query, "headers": given, "server": ("127.0.0.1", 8501), "scheme": "http",
                 "client": ("127.0.0.1", 9), "http_version": "1.1", "root_path": "", "state": {}}  # fmt: skip
        await asyncio.wait_for(self.app(scope, receive, send), 30)
        told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return sent[0]["status"], told, b"".join(one.get("body", b"") for one in sent)


def _without_pages(_script: Path, *, routes: Any, middleware: Any, **_rest: Any) -> Any:
    return Starlette(routes=routes, middleware=middleware)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One loop for all requests, as on a server."""
    with asyncio.Runner() as one:
        yield one


@pytest.fixture
def app(runner: asyncio.Runner, poisoned: str, monkeypatch: pytest.MonkeyPatch) -> App:
    """The application over the store of payloads, without a login."""
    monkeypatch.setenv("TOCSIN_DB", poisoned)
    return App(runner)


@pytest.fixture(params=["oidc", "proxy"])
def guarded(
    request: pytest.FixtureRequest, runner: asyncio.Runner, poisoned: str, monkeypatch: pytest.MonkeyPatch
) -> App:
    """The same behind a login."""
    told = {"OIDC_METADATA_URL": "https://id.example/x", "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "never-asked",
            "OIDC_REDIRECT_URI": "https://d.example/oauth2callback"}  # fmt: skip
    if request.param == "proxy":
        told = {"PROXY_LOGIN_HEADER": "X-Remote-User", "PROXY_SECRET": "sixteen letters!",
                "PUBLIC_URL": "https://d.example", "PROXY_ROLES_HEADER": "X-Roles", "ROLES": "desk=viewer"}  # fmt: skip
    for name, value in {**told, "DB": poisoned}.items():
        monkeypatch.setenv(f"TOCSIN_{name}", value)
    return App(runner)


def path_of(name: str, format: str = "csv") -> str:
    """The path of a route."""
    return re.sub(r"\{\w+\}", format, ROUTES[name].path)


def calm(answer: Answer) -> None:
    """One of the answers that are given on purpose, that tells nothing and runs as nothing."""
    status, headers, body = answer
    assert status in (200, 400, 401, 403, 404, 421, 429), (status, body[:300])
    assert "x-evil" not in headers and headers["x-content-type-options"] == "nosniff"
    assert not [value for value in headers.values() if set("\r\n\0") & set(value)]
    assert not re.search(rb"Traceback|sqlite|sqlalchemy|/site-packages/|root:x:", body[:5000], re.IGNORECASE)
    if status != 200:
        assert headers["content-type"].startswith("text/plain") and len(body) < 1000


@pytest.mark.parametrize(
    ("name", "parameter"), [(n, p) for n, way in ROUTES.items() for p in sorted(way.takes)]
)
def test_hostile_words_in_every_parameter_of_every_route(app: App, name: str, parameter: str) -> None:
    """Whole and percent-encoded, alone and twice encoded: answered or refused in plain words."""
    for word in WORDS[len(parameter) % 2 :: 2]:
        raw = word.encode("utf-8", "surrogateescape")
        for value in {quote(raw).encode(), raw[:300].replace(b"&", b"") if len(word) % 3 == 0 else b"x"}:
            answer = app.ask(
                path_of(name), b"&".join((parameter.encode() + b"=" + value, b"since=2018-07-24"))
            )
            calm(answer)
            asks_itself = (404, 429) if ROUTES[name].open else ()
            assert answer[0] in (200, 400, 403, *asks_itself), (word[:50], answer[0])


@pytest.mark.parametrize("name", [name for name, way in ROUTES.items() if "{" in way.path])
def test_hostile_words_in_the_path_of_every_route(app: App, name: str) -> None:
    for word in WORDS:
        answer = app.ask(path_of(name, word.encode("utf-8", "replace").decode()))
        calm(answer)
        assert answer[0] in (400, 404, 429) or answer[1]["content-type"].startswith(
            "text/html"
        )  # the pages' shell


HEADERS = tuple(
    name.encode()
    for name in (
        *(
            "authorization",
            "cookie",
            "origin",
            "sec-fetch-site",
            "x-remote-user",
            "x-roles",
            "x-proxy-secret",
        ),
        *("x-tocsin-login", "x-tocsin-proof", "accept-language", "x-forwarded-for", "range", "if-none-match"),
    )
)


@pytest.mark.parametrize("header", HEADERS)
def test_hostile_words_in_headers_open_nothing_behind_a_login(guarded: App, header: bytes) -> None:
    for word in WORDS[:: 3 if header == b"authorization" else 1]:
        raw = word.encode("utf-8", "surrogateescape")
        forms = {
            b"authorization": (b"Bearer " + raw, b"Bearer tocsin_" + raw),
            b"cookie": (b"_streamlit_user=" + raw,),
        }
        for value in forms.get(header, (raw,)):
            answer = guarded.ask(
                path_of("files"), b"as_of=" + DAY.encode(), [(b"host", b"d.example"), (header, value)]
            )
            calm(answer)
            assert answer[0] in (401, 403, 429), (word[:50], answer[0])


def test_a_proxy_that_names_somebody_hostile_is_no_way_in(
    runner: asyncio.Runner, poisoned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy proves itself, but the name and the roles it passes on are a visitor's."""
    told = {"PROXY_LOGIN_HEADER": "X-Remote-User", "PROXY_SECRET": "sixteen letters!", "DB": poisoned,
            "PUBLIC_URL": "https://d.example", "PROXY_ROLES_HEADER": "X-Roles", "ROLES": "desk=viewer"}  # fmt: skip
    for name, value in told.items():
        monkeypatch.setenv(f"TOCSIN_{name}", value)
    app = App(runner)
    proven = [(b"host", b"d.example"), (b"x-proxy-secret", b"sixteen letters!")]
    for word in WORDS:
        raw = word.encode("utf-8", "surrogateescape")
        for more in ([(b"x-remote-user", raw)], [(b"x-remote-user", b"amal"), (b"x-roles", raw)]):
            answer = app.ask(path_of("files"), b"as_of=" + DAY.encode(), [*proven, *more])
            calm(answer)
            assert answer[0] in (401, 403, 429), word[:50]


def test_a_hostile_host_is_served_nothing(app: App) -> None:
    for word in WORDS:
        raw = word.encode("utf-8", "surrogateescape")
        for value in (raw, b"127.0.0.1:8501" + raw, raw + b"@127.0.0.1"):
            answer = app.ask(path_of("files"), b"as_of=" + DAY.encode(), [(b"host", value)])
            calm(answer)
            assert answer[0] == 421, value[:60]


@pytest.mark.parametrize(
    ("name", "number"), [(n, k) for n, asked in ASKED.items() for k in range(len(asked))]
)
def test_every_route_tells_hostile_texts_as_texts(app: App, name: str, number: int) -> None:
    """Kept by nobody, never a page unless escaped, and no header from a text of the store."""
    given = {**ASKED[name][number]}
    path = path_of(name, given.pop("format", "csv"))
    asked = "&".join(
        f"{n}={quote(v)}" for n, v in {**given, **({"as_of": DAY} if "as_of" in given else {})}.items()
    )
    status, headers, body = app.ask(path, asked.encode())
    assert status == 200 and len(body) > 100
    calm((status, headers, b""))
    assert headers["cache-control"] == "no-store"
    if headers["content-type"].startswith("text/html"):
        assert b"<script>window.pwned" not in body and not re.search(rb"<[^>]*window\.pwned", body)
    else:
        assert "sandbox" in headers["content-security-policy"]
    if headers["content-type"].startswith(("application/json", "application/geo+json")):
        json.loads(body)
    assert not body.startswith(b"PK") or read_book(body)


@pytest.fixture(scope="module")
def on_postgres(new_database: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Every text a payload, on PostgreSQL."""
    folder: Path = tmp_path_factory.mktemp("hostile-pg")
    url: str = new_database("postgresql")
    migrating.upgrade(url)
    load(url, pack(folder))
    fill(url, folder)
    take(url, write_csv(folder / "r.csv", [report_row(external_id="team")]), "reports")
    assert poison(url) > 120
    return url


def test_hostile_texts_are_read_and_exported_on_postgresql_too(on_postgres: str, tmp_path: Path) -> None:
    """Every read answers or names the cure, every file is written; nothing was dropped."""
    with engine.reading(on_postgres) as session:
        before = session.scalar(select(func.count()).select_from(Report))
        some = str(session.scalars(select(Incident.id)).first())
    for name, asked in BOOK.items():
        given = asked(on_postgres) if name not in ("incident", "history") else {
            **BOOK["alerts"](""), **{k: some for k in ("incident_id",) if name == "incident"},
            **({"entity": "incident", "entity_id": some} if name == "history" else {})}  # fmt: skip
        with engine.reading(on_postgres) as session:
            try:
                getattr(queries, name)(session, LOCAL, **given)
            except BadInput as error:
                assert "\n" not in str(error)
    for text in WORDS:
        with engine.reading(on_postgres) as session, suppress(BadInput):  # a NUL, in words
            asked = {
                "region_id": "nowhere",
                "as_of": NOW.date(),
                "text": text.encode("utf-8", "replace").decode(),
            }
            queries.incident_count(session, LOCAL, **asked)
    for form, write in FORMATS.items():
        path = tmp_path / f"out.{form}"
        with path.open("wb") as file, engine.reading(on_postgres) as session:
            assert write(file, Gathering(session, LOCAL, Wanted(region_id="nowhere", as_of=NOW.date()))) > 0
    with engine.reading(on_postgres) as session:
        assert session.scalar(select(func.count()).select_from(Report)) == before


def test_what_is_asked_of_routes_covers_all_of_them() -> None:
    assert set(ASKED) == set(ROUTES) and gate.Gate and routes.GUESSES


def test_a_nul_in_a_search_is_refused_in_words_on_postgresql_too(on_postgres: str) -> None:
    asked = {"region_id": "nowhere", "as_of": NOW.date()}
    with engine.reading(on_postgres) as session, pytest.raises(BadInput, match="no text may hold"):
        queries.incident_count(session, LOCAL, **asked, text="a\0b")
    with engine.reading(on_postgres) as session, pytest.raises(BadInput, match="no text may hold"):
        queries.incident_count(session, LOCAL, **asked, text="\ud800")
