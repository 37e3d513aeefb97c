"""The doors of the server as functions of bytes: the gate, cookies, claims, tokens, routes, addresses, backups.

A request is lines: the first is the address (path and query), the others are headers. What is asked is
answered (with any status) or refused as everywhere; a door that raises anything else is broken.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl

from dashboard import gate, links, routes, signing
from dashboard.seats import HERE
from dashboard.signing import Login
from db import people, sign_ins, tokens
from db.backup import container, restoring
from db.errors import BadInput
from tests.conftest import NOW
from tests.hostile.world import World

SECRET = "of-this-house-invented"  # noqa: S105  (no secret)
TOLD = {"proxy_login_header": "X-Remote-User", "proxy_secret": SECRET, "proxy_roles_header": "X-Roles"}
LOGINS = (
    Login(),
    Login("oidc", "https://d.example", {}, {}),
    Login("proxy", "https://d.example", {}, TOLD),
)
PEER = ("127.0.0.1", 9)
KEY = b"an invented key"
Headers = list[tuple[bytes, bytes]]


def request(data: bytes) -> tuple[bytes, bytes, Headers]:
    """Path, query and headers of a request that is written as lines."""
    first, *lines = data.split(b"\n")
    path, _, query = first.partition(b"?")
    parts = (line.partition(b":") for line in lines if line)
    return path, query, [(name.strip().lower(), value.strip()) for name, _, value in parts]


def through_the_gate(_here: World, data: bytes) -> None:
    """Through the gate in each way of signing in; nobody outside speaks for it."""
    path, query, headers = request(data)
    for login in LOGINS:
        for kind in ("http", "websocket"):
            scope = {"type": kind, "path": path.decode("utf-8", "replace"), "query_string": query,
                     "raw_path": path, "headers": headers, "server": ("127.0.0.1", 8501), "client": PEER,
                     "method": "GET"}  # fmt: skip
            _knock(login, scope, headers)


def _knock(login: Login, scope: dict[str, Any], headers: Headers) -> None:
    async def app(inner: Any, _receive: Any, send: Any) -> None:
        said = [value for name, value in inner["headers"] if name == gate.PROOF.encode()]
        assert said == [gate.proof.encode()], "a forged proof came through"
        named = [value for name, value in inner["headers"] if name == gate.LOGIN.encode()]
        proven = login.mode == "proxy" and (b"x-proxy-secret", SECRET.encode()) in headers
        assert not named or proven, "somebody outside named themselves"
        if inner["type"] == "http":
            await send({"type": "http.response.start", "status": 302, "headers": [(b"location", b"/")]})
            await send({"type": "http.response.body", "body": b""})

    async def known(_scope: Any) -> bool:
        return False

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(gate.Gate(app, login, known)(scope, send, send))  # type: ignore[arg-type]
    for name, value in (pair for one in sent for pair in one.get("headers", ())):
        assert not set(b"\r\n\0") & set(name + value), "a line end in a header"


def claims(_here: World, data: bytes) -> None:
    """What a provider says of somebody: who they are, their roles, their one signing in."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        said = {"email": data.decode("utf-8", "replace"), "iat": data[:30].decode("latin-1")}
    if isinstance(said, dict):
        login = LOGINS[1]
        login.claimed(said.get(login.roles_claim)), sign_ins.key_of(said), sign_ins.begun(said, NOW)
        people.login_of(signing.login_name(login, said))


def cookie(_here: World, data: bytes) -> None:
    """The header in which browsers send cookies; nobody is in it, because nobody signed it."""
    from starlette.requests import HTTPConnection

    from dashboard import access

    if b"_streamlit_user=" not in data:
        data = b"_streamlit_user=" + data
    with patch("streamlit.web.server.starlette.starlette_websocket.get_cookie_secret", lambda: SECRET):
        cookies = HTTPConnection({"type": "http", "headers": [(b"cookie", data)]}).cookies
        assert access.cookie_claims(LOGINS[1], cookies) == {}, "a cookie that nobody signed"


def token(here: World, data: bytes) -> None:
    """A token's text, as it comes in a header or an address."""
    from db import engine

    with engine.reading(here.url) as session:
        for text in (data.decode("latin-1"), tokens.MARK + data.decode("utf-8", "replace")):
            assert tokens.owner(session, text, "files", NOW) is None


@cache
def _answers(path: str) -> Any:
    return routes._guarded(path, routes.ROUTES[path], lambda _request: HERE, routes.Guesses())


def route(here: World, data: bytes) -> None:
    """Every route, its parameters and the headers it reads; the answer is one of those that it gives on purpose."""
    from starlette.requests import Request

    path, query, headers = request(data)
    for name, way in routes.ROUTES.items():
        word = path.rsplit(b".", 1)[-1].decode("utf-8", "replace")
        inner = {"format": word} if "{format}" in way.path else {}
        scope = {"type": "http", "method": "GET", "path": way.path, "query_string": query, "headers": headers,
                 "path_params": inner, "client": PEER}  # fmt: skip
        with patch.dict("os.environ", {"TOCSIN_DB": here.url}):
            answer = _answers(name)(Request(scope))
        assert answer.status_code in (200, 400, 401, 403, 404, 429), (
            f"{answer.status_code}: {answer.body[:200]!r}"
        )
        for key, value in answer.raw_headers:
            assert not set(b"\r\n\0") & set(key + value), "a line end in a header"


def address(_here: World, data: bytes) -> None:
    """The query of a page: its day, its number of the page, and the links that take it along."""
    from datetime import date

    from dashboard import days

    asked = dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))
    choice = days.choose(asked.get("as_of"), date(2018, 3, 4))
    assert len(choice.remark or "") < 300
    kept = links.kept(choice.as_of, asked.pop("region", None))
    asked.pop("page", None), asked.pop("keep", None)
    to = links.to("today", kept, **asked)
    assert to.startswith("./today") and not set("\r\n\0 <>\"'") & set(to)


def backup(here: World, data: bytes) -> None:
    """A backup as it came, opened without a key and with one."""
    path = here.file(data, "hostile.backup")
    with _cheap_keys():
        for key in (None, KEY):
            try:
                restoring._known(path)
                container.read(path, key, lambda _name: _Sunk())
            except BadInput as error:
                assert len(str(error)) < 3000


def sealed_backup(here: World, data: bytes) -> None:
    """A backup whose maker knew how to seal: header, manifest and members are theirs, the digests are right."""
    parts = [*data.split(b"\x1e"), b"", b""]
    made = here.folder / "sealed.backup"
    made.write_bytes(_forged(parts[0].replace(b"\n", b" "), parts[1], parts[2:-2]))
    try:
        restoring.verify(made)
    except BadInput as error:
        assert len(str(error)) < 3000


def _forged(header: bytes, manifest: bytes, members: Sequence[bytes]) -> bytes:
    line, frames, found = header + b"\n", [], {}
    for member in members:
        name, _, body = member.partition(b"=")
        frames += [(b"M", name[:256]), (b"D", body)]
        found[name.decode(errors="replace")] = {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    with suppress(ValueError, RecursionError, TypeError):
        manifest = json.dumps({**json.loads(manifest), "members": found}).encode()
    frames.append((b"E", hashlib.sha256(line + manifest).digest() + manifest))
    told = b"".join(container._HEAD.pack(kind, len(body)) + body for kind, body in frames)
    return container.MAGIC + line + told


class _Sunk:
    """Takes a member and keeps nothing."""

    def write(self, part: bytes) -> int:
        """Taken."""
        return len(part)

    def close(self) -> None:
        """Nothing to do."""


@contextmanager
def _cheap_keys() -> Iterator[None]:
    """A key that follows at once: deriving one is slow on purpose, and not what is tried here."""

    class Quick:
        def __init__(self, salt: bytes, length: int, **_cost: int) -> None:
            self.key = (salt * 32 + bytes(32))[:length]

        def derive(self, _key: bytes) -> bytes:
            return self.key

    with patch.object(container, "Scrypt", Quick):
        yield


@cache
def requests() -> tuple[bytes, ...]:
    """Requests of pages, routes and sign-ins, local, behind a login and behind a proxy."""
    local = b"Host: 127.0.0.1:8501\nOrigin: http://127.0.0.1:8501\nCookie: _streamlit_user=x"
    team = b"Host: d.example\nOrigin: https://d.example"
    proven = b"\nX-Remote-User: amal\nX-Roles: desk\nX-Proxy-Secret: " + SECRET.encode()
    return (
        b"/?as_of=2018-03-01\n" + local,
        b"/_stcore/stream\n" + local,
        b"/auth/login?next=/incidents\n" + team,
        b"/oauth2callback?code=1&state=2\n" + team + proven,
        b"/media/x.csv\n" + team + b"\nX-Tocsin-Login: admin\nX-Tocsin-Proof: x",
        b"/files/incidents.csv?as_of=2018-03-01&region=nowhere\nAuthorization: Bearer tocsin_x\n" + local,
    )


@cache
def asked() -> tuple[bytes, ...]:
    """What is asked of routes."""
    day = b"as_of=2018-03-01&since=2018-02-01&until=2018-03-01"
    return (
        b"/files/incidents.csv?" + day + b"&region=nowhere&precision=district",
        b"/files/incidents.geojson?" + day + b"&community=xx-blue-hill",
        b"/files/incidents.jsonl?as_of=2018-03-01\nAuthorization: Bearer tocsin_x",
        b"/files/incidents.xlsx?as_of=soon&token=x\nAuthorization: Basic eDp4\nCookie: a=b",
    )


@cache
def said() -> tuple[bytes, ...]:
    """Claims of providers."""
    one = {"iss": "https://id.example", "sub": "17", "email": "amal@example.org", "email_verified": True,
           "iat": 1520000000, "nonce": "n", "roles": ["desk", "x"], "is_logged_in": True}  # fmt: skip
    odd = {**one, "email_verified": "false", "iat": 1e400, "roles": {"desk": 1}, "aud": {"a": 1}}
    return json.dumps(one).encode(), json.dumps(odd).encode()


@cache
def cookies() -> tuple[bytes, ...]:
    """Cookies that nobody signed, whole and in pieces."""
    return (
        b"_streamlit_user=IjEi.aaaa.bbbb; _streamlit_user_tokens=x; theme=dark",
        b'_streamlit_user="chunks-2"; _streamlit_user_1=a; _streamlit_user_2=b',
        b'_streamlit_user="\\303\\251\\"x"; a; =b; ;;',
    )


@cache
def secrets() -> tuple[bytes, ...]:
    """Texts that may be a token."""
    return b"tocsin_" + b"x" * 43, b"tocsin_", b"Bearer tocsin_x"


@cache
def addresses() -> tuple[bytes, ...]:
    """Queries of pages."""
    return (
        b"as_of=2018-03-01&region=nowhere&incident=i1&page=2&q=hill&type=shelling,air_strike",
        b"as_of=%D9%A1&community=xx-blue-hill&part=voices&since=2018-02-30&until=&draft=d1&alert=%00",
    )


@cache
def backups() -> tuple[bytes, ...]:
    """Small backups, open and sealed."""
    import io

    made = []
    for key in (None, KEY):
        out = io.BytesIO()
        with _cheap_keys():
            writer = container.Writer(out, _header(), key)
            writer.add("store", io.BytesIO(b"SQLite format 3\0" + bytes(200)))
            writer.add("tocsin.toml", io.BytesIO(b"db = 'x'\n"))
            writer.close({**_header(), "rows": {"report": 1}, "program": "1", "erasures": []})
        made.append(out.getvalue())
    return tuple(made)


def _header() -> dict[str, Any]:
    from db import migrating

    return {"schema": sorted(migrating.known())[-1], "database": "sqlite", "made_at": NOW.isoformat()}


@cache
def sealed() -> tuple[bytes, ...]:
    """Header, manifest and members, for a backup whose digests are reckoned afterwards."""
    import sqlite3
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        store = sqlite3.connect(path)
        store.executescript("create table alembic_version (version_num text); create table report (id text);")
        store.execute("insert into alembic_version values (?)", (_header()["schema"],))
        store.commit()
        store.close()
        body = path.read_bytes()
    members = {"store": {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}}
    manifest = {**_header(), "members": members, "rows": {"report": 0}, "erasures": [], "heads": {}}
    head = {**_header(), "cipher": None, "salt": ""}
    empty = {**manifest, "members": {"store": {"size": 0, "sha256": hashlib.sha256(b"").hexdigest()}}}
    told = [json.dumps(one).encode() for one in (head, manifest, empty)]
    return b"\x1e".join([told[0], told[1], b"store=" + body]), b"\x1e".join([told[0], told[2], b"store="])
