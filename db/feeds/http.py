"""Asking other machines: every wait is bounded, tokens go to one host over TLS only, nothing is logged.

Redirects are never followed with a token (client libraries drop only the standard header when the host
changes). Without one a few are, but never to an address that is not public: a page on the internet must
not make this machine ask its own network. What a person typed may lie in their own network.
"""

import hashlib
import ipaddress
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from db.errors import BadInput, TocsinError
from db.foreign import from_json

MB = 1024 * 1024
PAGE_LIMIT = 64 * MB
FILE_LIMIT = 4096 * MB
CHUNK = 64 * 1024
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
BUSY = frozenset({429, 500, 502, 503, 504})
AGENT = "Tocsin (early warning; one machine, few requests)"
REDIRECTS = (301, 302, 303, 307, 308)


class Unreachable(TocsinError):
    """Nobody answered, not in time, or the answer broke off; trying again later may help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers by lower-case name, and the bytes."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; anything else is an error that says what came instead."""
        try:
            return from_json(self.body)
        except ValueError:
            kind = self.headers.get("content-type", "no content type").split(";")[0][:60]
            raise Unreachable(
                f"{host(self.url)} sent {kind} instead of JSON; its service may be down or need a login"
            ) from None


@dataclass(frozen=True)
class Http:
    """Asks with time-outs (seconds) for the connection, each wait for bytes, and the whole answer."""

    connect_seconds: float = 15
    read_seconds: float = 90
    total_seconds: float = 3600
    sleep: Callable[[float], None] = time.sleep
    resolve: Callable[[str], list[str]] = lambda name: addresses(name)

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        limit: int = PAGE_LIMIT,
        plain: bool = False,
        redirects: int = 0,
    ) -> Answer:
        """One question and its answer; `plain` allows http, `redirects` how many may be followed."""
        start = url
        for _ in range(redirects + 1):
            with self._open(url, method, params, headers, form, plain) as answer:
                onward = answer.headers.get("location") if answer.status_code in REDIRECTS else None
                if onward is None:
                    return _answer(answer, self._body(answer, limit))
            url, params = urljoin(url, onward), None
            if not redirects:
                raise Unreachable(
                    f"{host(start)} redirects to {host(url)}; not followed, so that no token strays"
                )
            self._refuse_inside(start, url)
        raise Unreachable(f"{host(start)} redirects more than {redirects} times; check the address")

    def save(self, url: str, path: Path, *, redirects: int = 3) -> tuple[int, str]:
        """Fetch a file; returns (status, SHA-256). The file is there only when it came whole."""
        start = url
        for _ in range(redirects + 1):
            with self._open(url, "GET", None, None, None, False) as answer:
                onward = answer.headers.get("location") if answer.status_code in REDIRECTS else None
                if onward is None:
                    return answer.status_code, self._write(answer, path) if answer.status_code == 200 else ""
            url = urljoin(url, onward)
            self._refuse_inside(start, url)
        raise Unreachable(f"{host(start)} redirects more than {redirects} times; check the address")

    def _write(self, answer: requests.Response, path: Path) -> str:
        digest = hashlib.sha256()
        partial = path.with_name(path.name + ".part")
        with partial.open("wb") as file:
            for chunk in self._chunks(answer, FILE_LIMIT):
                digest.update(chunk)
                file.write(chunk)
        partial.replace(path)
        return digest.hexdigest()

    def _body(self, answer: requests.Response, limit: int) -> bytes:
        return b"".join(self._chunks(answer, limit))

    def _chunks(self, answer: requests.Response, limit: int) -> Iterator[bytes]:
        """The body as it arrives, refused once it is too long in bytes or in time."""
        size, until = 0, time.monotonic() + self.total_seconds
        try:
            while chunk := answer.raw.read1(CHUNK, decode_content=True):
                size += len(chunk)
                if size > limit:
                    raise Unreachable(f"{host(answer.url)} sent more than {limit // MB} MB; not taken")
                if time.monotonic() > until:
                    raise Unreachable(f"{host(answer.url)} is too slow: not done in {self.total_seconds:g} s")
                yield chunk
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(f"the answer of {host(answer.url)} broke off ({_why(error)})") from None

    @contextmanager
    def _open(
        self,
        url: str,
        method: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        form: Mapping[str, str] | None,
        plain: bool,
    ) -> Iterator[requests.Response]:
        name = allowed(url, plain=plain)
        with requests.Session() as session:
            session.trust_env = name not in LOOPBACK
            session.auth = _no_auth  # else a .netrc of the user would be sent along
            try:
                answer = session.request(
                    method,
                    url,
                    params=params,
                    data=form,
                    headers={"User-Agent": AGENT, **(headers or {})},
                    timeout=(self.connect_seconds, self.read_seconds),
                    allow_redirects=False,
                    stream=True,
                )
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                raise Unreachable(f"{name} does not answer ({_why(error)}); check the connection") from None
            with answer:
                yield answer

    def _refuse_inside(self, start: str, onward: str) -> None:
        """Refuse a redirect from a public page into this machine's own network."""
        name = allowed(onward, plain=urlsplit(start).scheme == "http")
        if name == host(start):
            return
        if not all(ipaddress.ip_address(one).is_global for one in self.resolve(name)):
            raise Unreachable(f"{host(start)} redirects to {name}, which is no public address; not followed")


def allowed(url: str, *, plain: bool = False) -> str:
    """The host of an address that may be asked: https (http on this machine, or where `plain`), no login in it."""
    try:
        parts = urlsplit(url)
        name, _ = parts.hostname or "", parts.port
    except ValueError:
        raise BadInput(f"{url[:200]!r} is no web address; mend it") from None
    if parts.scheme not in ("http", "https") or not name:
        raise BadInput(f"{url[:200]!r} is no web address; write https://…")
    if parts.username is not None or parts.password is not None:
        raise BadInput(f"the address of {name} holds a name or password; secrets do not belong in the store")
    if parts.scheme == "http" and not plain and name not in LOOPBACK:
        raise BadInput(f"{name} would be asked without encryption; write https://…")
    return name


def host(url: str) -> str:
    """The host of an address, for messages: paths and parameters may hold what should not be shown."""
    return urlsplit(url).hostname or "the address"


def addresses(name: str) -> list[str]:
    """The addresses of a host."""
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(name, None)})
    except OSError:
        raise Unreachable(f"{name} cannot be found; check the address") from None


def patiently(
    http: Http,
    ask: Callable[[], Answer],
    *,
    busy: frozenset[int] = BUSY,
    tries: int = 5,
    first_seconds: float = 30,
) -> Answer:
    """Ask again where the other side is busy or broke off, waiting 30 s, 60 s, 120 s and so on between.

    The last answer is given as it is; a last silence is raised.
    """
    for attempt in range(tries):
        last = attempt == tries - 1
        try:
            answer = ask()
        except Unreachable:
            if last:
                raise
        else:
            if answer.status not in busy or last:
                return answer
        http.sleep(first_seconds * 2**attempt)
    raise AssertionError("the last attempt returns or raises")


def _answer(answer: requests.Response, body: bytes) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.url, answer.status_code, headers, body)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _why(error: BaseException) -> str:
    """The kind of failure in plain words; never its text, which may hold the address with its parameters."""
    name = type(error).__name__
    return {"ConnectTimeout": "no connection in time", "ReadTimeout": "no answer in time",
            "ReadTimeoutError": "no more bytes in time", "ConnectionError": "no connection",
            "SSLError": "its certificate is not trusted", "IncompleteRead": "cut short",
            "ProtocolError": "cut short"}.get(name, name)  # fmt: skip
