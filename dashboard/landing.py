"""Where somebody lands after signing in: at the page they came for, never anywhere else.

The provider leads back to one address only, so the page waits in a cookie for the way there and back. What stands
in it is checked when it is written and when it is read: a page of ours and its query, no host and no scheme.
"""

from collections.abc import Collection, Mapping
from urllib.parse import parse_qs, parse_qsl, urlencode

ASKED = "to"  # the word for the page in the address of the sign-in
COOKIE = "tocsin_landing"
FAILED = "signin"
LASTS_SECONDS = 600
LONGEST = 1000


def asked(page: str, query: Mapping[str, str]) -> str:
    """What is added to the address of the sign-in so that it ends at a page (a name, empty for the first)."""
    kept = {name: value for name, value in query.items() if name != FAILED}
    return urlencode({ASKED: f"/{page}" + (f"?{urlencode(kept)}" if kept else "")})


def safe(said: str, pages: Collection[str]) -> str:
    """The address said where it is one of our pages, written anew; else the first page."""
    path, _, query = said.partition("?")
    name = path.removeprefix("/")
    known = path.startswith("/") and (not name or name in pages)
    if not known or len(said) > LONGEST or not said.isascii() or not said.isprintable():
        return "/"
    try:
        told = [(n, v) for n, v in parse_qsl(query, errors="strict") if n != FAILED]
    except ValueError:
        return "/"
    return path + (f"?{urlencode(told)}" if told else "")


def wanted(query_string: bytes, pages: Collection[str]) -> str:
    """The page that the address of a sign-in names, or the first."""
    said = parse_qs(query_string.decode("latin-1")).get(ASKED, [])
    return safe(said[0], pages) if len(said) == 1 else "/"


def kept(headers: Collection[tuple[bytes, bytes]], pages: Collection[str]) -> str:
    """The page that waits in the cookie, or the first."""
    cookies = ";".join(value.decode("latin-1") for name, value in headers if name == b"cookie").split(";")
    said = [value for name, _, value in (one.strip().partition("=") for one in cookies) if name == COOKIE]
    return safe(said[0], pages) if len(said) == 1 else "/"


def cookie(landing: str) -> bytes:
    """The cookie that keeps a page for ten minutes, from scripts and from other sites."""
    return f"{COOKIE}={landing}; HttpOnly; SameSite=Lax; Path=/; Max-Age={LASTS_SECONDS}".encode()


def spent() -> bytes:
    """The same cookie taken back."""
    return f"{COOKIE}=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0".encode()


def failed(landing: str) -> str:
    """The same page, told that the sign-in did not succeed."""
    return landing + ("&" if "?" in landing else "?") + f"{FAILED}=failed"
