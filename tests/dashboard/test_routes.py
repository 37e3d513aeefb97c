"""Routes: only with a token, a signed-in browser or on this machine; the same words whatever the reason."""

import asyncio
import io
import zipfile
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse

from dashboard import routes
from dashboard.routes import CLOSED, GUESSES, ROUTES, Way
from dashboard.seats import HERE
from db import clock, engine, people, tokens
from db.people import Grant
from db.policy import LOCAL
from db.roles import Standing
from db.schema import Access, Token
from db.vocab import Role
from tests.conftest import NOW
from tests.dashboard import stores

DAY = stores.LAST.isoformat()
FILE = f"/files/incidents.csv?as_of={DAY}"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with everything; tests add people and tokens only."""
    folder = tmp_path_factory.mktemp("routes")
    clock.use(lambda: NOW)
    return stores.build(f"sqlite:///{folder / 'tocsin.db'}", folder)


class Client:
    """Asks an application without a server."""

    def __init__(self, app: Starlette) -> None:
        self.transport = httpx.ASGITransport(app)

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """The answer to one request."""

        async def got() -> httpx.Response:
            async with httpx.AsyncClient(transport=self.transport, base_url="http://127.0.0.1") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(got())


@pytest.fixture
def ask(url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client: `ask(path, token)`, and as whoever sits there with `ask(path, seated=…)`."""
    monkeypatch.setenv("TOCSIN_DB", url)
    seats: list[Standing | None] = [None]
    client = Client(Starlette(routes=routes.mounted(lambda _request: seats[0])))

    def asked(path: str, token: str = "", *, seated: Standing | None = None, **given: str) -> Any:
        seats[0] = seated
        return client.get(path, headers={**({"authorization": f"Bearer {token}"} if token else {}), **given})

    return asked


def token_of(url: str, login: str, role: Role | None, opens: str = "files", hours: float = 1) -> str:
    """A token of somebody with a role, made an hour ago."""
    then = NOW - timedelta(hours=1)
    with engine.writing(url) as session:
        people.add(session, login, by="test", now=then)
        if role is not None:
            people.grant(session, LOCAL, login, Grant(role, None, None, "test"), by="test", now=then)
        ends = then + timedelta(hours=1 + hours)
        told = {"label": "test", "routes": [opens], "expires_at": ends, "now": then}
        return tokens.make(session, LOCAL, login, **told)[1]


def test_a_file_as_precise_as_its_reader_may_see(url: str, ask: Any) -> None:
    """A viewer's file has no coordinates; a verifier's has; both are kept by nobody and never run as a page."""
    coarse = ask(FILE, token_of(url, "viewer", Role.VIEWER))
    fine = ask(FILE, token_of(url, "verifier", Role.VERIFIER))
    assert coarse.status_code == fine.status_code == 200
    assert len(fine.text) > len(coarse.text) > 500
    assert coarse.headers["content-disposition"].endswith(f'known-{DAY}-district.csv"')
    assert (
        coarse.headers["cache-control"] == "no-store"
        and "sandbox" in coarse.headers["content-security-policy"]
    )
    with engine.reading(url) as session:
        assert {"viewer", "verifier"} <= set(session.scalars(select(Access.by)))


def test_a_token_fetches_what_may_go_to_others(url: str, ask: Any) -> None:
    """Never more than its person sees, and for the public less; its audience stands in the name and in the log."""
    secret = token_of(url, "sender", Role.VERIFIER)
    inside, outside = ask(FILE, secret), ask(f"{FILE}&audience=partner", secret)
    assert outside.status_code == 200 and len(outside.text) < len(inside.text)
    assert outside.headers["content-disposition"].endswith(f'known-{DAY}-district-partner.csv"')
    assert "withheld or coarser" in outside.text and "withheld or coarser" not in inside.text
    with engine.reading(url) as session:
        told = session.scalars(select(Access.told).where(Access.by == "sender").order_by(Access.seq))
        assert [one.get("audience") for one in told] == [None, "partner"]
    refused = ask(f"{FILE}&audience=public&community=xx-blue-hill", secret)
    assert refused.status_code == 400 and "not told outside" in refused.text
    assert ask(f"{FILE}&audience=everybody", secret).status_code == 400
    assert ask(f"{FILE}&audience=public").status_code == 401


@pytest.mark.parametrize("form", ["csv", "hxl", "jsonl", "geojson", "xlsx"])
def test_every_format_goes_out(ask: Any, form: str) -> None:
    found = ask(f"/files/incidents.{form}?as_of={DAY}", seated=HERE)
    assert found.status_code == 200 and len(found.content) == int(found.headers["content-length"])
    assert form != "xlsx" or zipfile.is_zipfile(io.BytesIO(found.content))


def test_whoever_may_not_hears_the_same_words(url: str, ask: Any) -> None:
    """No token, a wrong one, one that is over, taken back or for another route: nothing tells which."""
    gone = token_of(url, "gone", Role.VIEWER)
    with engine.writing(url) as session:
        made = session.scalars(select(Token.id).where(Token.sha256 == tokens.digest(gone))).one()
        tokens.revoke(session, LOCAL, made, by="test", now=NOW)
    over, other = token_of(url, "over", Role.VIEWER, hours=0), token_of(url, "other", Role.VIEWER, "feed")
    told = [ask(FILE), *(ask(FILE, one) for one in ("x", "tocsin_x", gone, over, other))]
    told.append(ask(FILE, authorization="Basic eDp4"))
    assert {(one.status_code, one.text) for one in told} == {(401, CLOSED)}
    assert len({str(sorted(one.headers.items())) for one in told}) == 1


def test_somebody_without_a_role_or_for_another_region_hears_them_too(url: str, ask: Any) -> None:
    """A region that is there and one that is not are told apart by nobody who may see neither."""
    elsewhere = Standing("x", frozenset({(Role.VIEWER, "elsewhere")}))
    told = [
        ask(FILE, token_of(url, "new", None)),
        ask(FILE + "&region=nowhere", seated=elsewhere),
        ask(FILE + "&region=atlantis", seated=elsewhere),
    ]
    assert {one.text for one in told} == {CLOSED}
    assert {one.status_code for one in told[1:]} == {403}


def test_a_role_that_is_taken_away_counts_at_once(url: str, ask: Any) -> None:
    secret = token_of(url, "leaver", Role.VIEWER)
    assert ask(FILE, secret).status_code == 200
    with engine.writing(url) as session:
        people.revoke(session, LOCAL, "leaver", Grant(Role.VIEWER, None, None, "left"), by="test", now=NOW)
    assert ask(FILE, secret).status_code in (401, 403)


def test_guesses_are_held_back_and_what_is_right_is_not(url: str, ask: Any) -> None:
    secret = token_of(url, "sure", Role.VIEWER)
    said = [ask(FILE, "guess").status_code for _ in range(GUESSES + 1)]
    assert said[:GUESSES] == [401] * GUESSES and said[-1] == 429
    assert ask(FILE, secret).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/files/incidents.exe",
        "/files/incidents.csv?as_of=soon",
        "/files/incidents.csv?as_of=2999-01-01",
        "/files/incidents.csv?precision=nanometre",
        "/files/incidents.csv?region=nowhere&region=nowhere",
        "/files/incidents.csv?format=xlsx",
        "/files/incidents.csv?unknown=1",
        "/files/incidents.csv?region=a%0d%0aX-Evil:%201",
        "/files/incidents.csv?region=%00",
        f"/files/incidents.csv?region={'x' * 300}",
        "/files/incidents.csv?region=' OR 1=1 --",
        "/files/incidents.csv?region=../../etc/passwd",
    ],
)
def test_words_that_are_not_understood_are_refused(ask: Any, path: str) -> None:
    """Path traversal, header and SQL injection among them; no header of theirs comes back."""
    found = ask(path, seated=HERE)
    assert found.status_code == 400 and "x-evil" not in found.headers and "etc/passwd" not in found.headers
    assert "Traceback" not in found.text and "sqlite" not in found.text.lower()


@pytest.mark.parametrize(
    "path", ["/files/../app.py", "/files/..%2f..%2fapp.py", "/files/incidents.csv/x", "/files/"]
)
def test_there_is_nothing_else(ask: Any, path: str) -> None:
    assert ask(path, seated=HERE).status_code in (400, 404)


def test_a_store_that_is_away_gives_nothing_away(
    ask: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("TOCSIN_DB", f"sqlite:///{tmp_path / 'none.db'}")
    found = ask(FILE, "tocsin_x")
    assert found.status_code == 503 and str(tmp_path) not in found.text
    assert not (tmp_path / "none.db").exists()


def test_a_token_in_the_address_only_where_the_route_allows_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_DB", url)
    ways = {
        name: Way(
            f"/{name}", lambda asked: PlainTextResponse(asked.standing.login), token_in_address=name == "feed"
        )
        for name in ("feed", "closed")
    }
    client = Client(Starlette(routes=routes.mounted(lambda _request: None, ways)))
    secret = token_of(url, "reader", Role.VIEWER, "feed")
    assert client.get(f"/feed?token={secret}").text == "reader"
    assert client.get(f"/closed?token={secret}").status_code == 401


def test_every_route_is_named_and_guarded() -> None:
    assert all(way.path.startswith(f"/{name}") and way.answer.__doc__ for name, way in ROUTES.items())
