"""The gate before every page and route: who may knock, from where, and what each answer carries.

Pure ASGI, around Streamlit's own application. It refuses names and origins that are not ours (DNS rebinding,
foreign pages that open a websocket), closes what Streamlit leaves open, tells the pages who a trusted proxy
says is there, and sets the security headers.
"""

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from dashboard import headers, landing, signing
from dashboard.signing import Login
from db.errors import BadInput

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Known = Callable[[Scope], Awaitable[bool]]

HEALTH = "/_stcore/health"
FIRST = (
    "/today"  # Streamlit knows its first page only as "/", and says of its name that there is no such page
)
QUERY = "!$'()*+,-./:;=?@_~&%"  # what may stand in a query as it is
CORE = ("stream", "health", "host-config", "upload_file", "bidi-components")
LOGIN_PATH = "/auth/login"
FILES = "/static/"  # Streamlit's scripts, styles and fonts: a hundred a page, none of them a page
GUARDED = ("/media/", "/_stcore/upload_file/")  # what pages hand out and take in, outside the pages
PROOF, LOGIN, ROLES = "x-tocsin-proof", "x-tocsin-login", "x-tocsin-roles"
HOST = re.compile(r"([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?")  # a name or number, and a port
# Only this process knows it: a page that meets it was asked through the gate.
proof = secrets.token_urlsafe(32)
AWAY = (
    "The sign-in service does not answer, or did not accept this address. Nothing is lost: wait a minute and "
    "open the first page again. If it lasts, tell the administrator."
)


class Gate:
    """The gate: `known` says whether a request comes from a signed-in person, `pages` are the names of pages."""

    def __init__(self, app: App, login: Login, known: Known, pages: Collection[str] = ()) -> None:
        self.app, self.login, self.known, self.pages = app, login, known, pages
        self.carried = headers.of_page(login.secure)
        self.of_files = headers.of_file(login.secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, changed where it must be, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope = {**scope, "headers": self._told(scope)}
        outgoing = self._dressed(scope, send)
        refused = self._refused(scope)
        if refused is None and scope["path"].startswith(GUARDED) and not await self.known(scope):
            refused = (403, "Sign in first, then open the page anew.")
        if refused is not None:
            await _answer(scope, outgoing, *refused)
            return
        if scope["type"] == "http" and scope["path"].rstrip("/") == FIRST:
            to = (
                b"/?" + quote(scope["query_string"], safe=QUERY).encode()
                if scope.get("query_string")
                else b"/"
            )
            await _answer(scope, outgoing, 307, "This page is the first one.", [(b"location", to)])
            return
        await self.app(scope, receive, outgoing)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Status and words where a request is not let through."""
        path = scope["path"]
        if path == HEALTH:
            return None
        if self.login.mode == "local" and not _near(scope):
            return 403, f"Only this machine is served, because no login is configured; {signing.HOW}."
        if not self._host_is_ours(scope):
            return 421, "This address is not served here; use the one you were given."
        if self._foreign(scope):
            return 403, "This was asked by another page, so it is not done. Open the first page yourself."
        if path.startswith("/_stcore/") and path.split("/")[2] not in CORE:
            return 404, "There is nothing here."
        return None

    def _host_is_ours(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        host = hosts[0].decode("latin-1").lower()
        if self.login.mode == "local":
            return _is_loopback(host)
        return bool(host == urlsplit(self.login.public).netloc)

    def _foreign(self, scope: Scope) -> bool:
        """Whether another page's script asks; a websocket must say which page opens it."""
        origins = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"origin"]
        if not origins:
            return bool(scope["type"] == "websocket")
        if self.login.mode == "local":
            host = (
                next(value for name, value in scope["headers"] if name == b"host").decode("latin-1").lower()
            )
            return origins != [f"http://{host}"]
        return origins != [self.login.public]

    def _told(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """The headers for the pages: none of ours from outside, and the proxy's word only where it proves itself."""
        ours = (b"x-tocsin-",)
        kept = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(ours)]
        said = vouched(self.login, kept, scope.get("client"))
        added = {PROOF: proof, **said}
        return [
            *kept,
            *((name.encode(), value.encode("latin-1", "replace")) for name, value in added.items()),
        ]

    def _dressed(self, scope: Scope, send: Send) -> Send:
        carried = self.of_files if scope["path"].startswith(FILES) else self.carried

        async def sent(message: Message) -> None:
            if message["type"] in (
                "http.response.start",
                "websocket.accept",
                "websocket.http.response.start",
            ):
                given = [(n.lower(), v) for n, v in message.get("headers", ())]
                given = _mended(self.login, self.pages, scope, message.get("status", 200), given)
                names = {name for name, _value in given}
                more = [(name, value) for name, value in carried if name not in names]
                message = {**message, "headers": [*given, *more]}
                if message.get("status", 200) >= 400 and scope["path"] == LOGIN_PATH:
                    await _answer(scope, send, 503, AWAY, [*self.carried, (b"retry-after", b"60")])
                    self_answered.append(True)
                    return
            elif message["type"] == "http.response.body" and self_answered:
                return
            await send(message)

        self_answered: list[bool] = []
        return sent


def vouched(
    login: Login, given: Iterable[tuple[bytes, bytes]], client: tuple[str, int] | None
) -> dict[str, str]:
    """Whom a trusted proxy says is there: only from its address, and only with the shared secret."""
    if login.mode != "proxy" or client is None:
        return {}
    told = login.told
    trusted = {one.strip() for one in told.get("proxy_addresses", "127.0.0.1,::1").split(",")}
    values: dict[str, list[str]] = {}
    for name, value in given:
        values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    secret = values.get(told.get("proxy_secret_header", "x-proxy-secret").lower(), [])
    named = values.get(told["proxy_login_header"].lower(), [])
    proven = len(secret) == 1 and hmac.compare_digest(secret[0].encode(), told["proxy_secret"].encode())
    if client[0] not in trusted or not proven or len(named) != 1 or not named[0].strip():
        return {}
    roles = values.get(told.get("proxy_roles_header", "").lower(), [])
    return {LOGIN: named[0], ROLES: ",".join(roles)}


def check_started(address: str | None, login: Login) -> None:
    """Refuse to start on an address that lets other machines in where nobody has to sign in."""
    if login.mode == "local" and address is None:
        raise BadInput("name the address to serve: 127.0.0.1; the usual way is: tocsin serve")
    if address is not None:
        signing.check_host(address, login)


def _near(scope: Scope) -> bool:
    """Whether both ends of the line are on this machine."""
    server, client = scope.get("server"), scope.get("client")
    return bool(server and client and signing.is_loopback(server[0]) and signing.is_loopback(client[0]))


def _is_loopback(host: str) -> bool:
    found = HOST.fullmatch(host)
    return found is not None and signing.is_loopback(found[1])


def _mended(
    login: Login,
    pages: Collection[str],
    scope: Scope,
    status: int,
    given: list[tuple[bytes, bytes]],
) -> list[tuple[bytes, bytes]]:
    """Cookies end when a signing in must and travel over TLS only; a sign-in ends where it was wanted."""
    found = given
    if scope["path"] == LOGIN_PATH and status == 302:
        to = landing.wanted(scope.get("query_string", b""), pages)
        found = [*found, (b"set-cookie", landing.cookie(to))]
    if scope["path"] == signing.CALLBACK and status == 302 and _answered(scope):
        to = landing.kept(scope["headers"], pages)
        to = to if _signed(found) else landing.failed(to)
        found = [(name, to.encode() if name == b"location" else value) for name, value in found]
        found.append((b"set-cookie", landing.spent()))
    found = [(name, _cookie(login, value) if name == b"set-cookie" else value) for name, value in found]
    if scope["path"] in (LOGIN_PATH, "/auth/logout", signing.CALLBACK):
        found.append((b"cache-control", b"no-store"))
    return found


def _cookie(login: Login, value: bytes) -> bytes:
    kept = []
    for part in value.split(b"; "):
        name, _, seconds = part.partition(b"=")
        if name.lower() == b"max-age" and seconds.isdigit():
            part = b"Max-Age=%d" % min(int(seconds), int(login.ends.absolute.total_seconds()))
        kept.append(part)
    if login.secure and b"secure" not in [one.lower() for one in kept]:
        kept.append(b"Secure")
    return b"; ".join(kept)


def _signed(given: list[tuple[bytes, bytes]]) -> bool:
    begun = (
        value for name, value in given if name == b"set-cookie" and value.startswith(b"_streamlit_user=")
    )
    return any(value.split(b";")[0] not in (b"_streamlit_user=", b'_streamlit_user=""') for value in begun)


def _answered(scope: Scope) -> bool:
    """Whether the provider said anything, which it does not after a sign-out."""
    said = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return "code" in said or "error" in said


async def _answer(
    scope: Scope, send: Send, status: int, words: str, more: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """A few plain words; a websocket is closed before it opens."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = b"" if scope["method"] == "HEAD" else f"{words}\n".encode()
    given = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *more]
    given.append((b"content-length", str(len(f"{words}\n".encode())).encode()))
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": body})
