"""After signing in: at the page somebody came for, and nowhere else whatever an address or a cookie says."""

from typing import Any

import pytest

from dashboard import landing, server
from dashboard.app import PAGES
from tests.dashboard.test_gate import LOCAL, OIDC, knock

NAMES = frozenset(one.name for one in PAGES)
SIGNED = (b"set-cookie", b"_streamlit_user=x; HttpOnly; Path=/")
HOSTILE = [
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/%2f/evil.example",
    "javascript:alert(1)", "/../evil", "/alerts/../../evil", "/alerts@evil.example", "/alerts#//evil.example",
    "/files/incidents.csv", "/auth/logout", "/oauth2callback?code=1", "alerts", "", "/Alerts", "/alerts\r\nx: y",
    "/alerts?q=a\r\nSet-Cookie: x=1", "/alerts?q=%ff", "/alerts?q=" + "x" * 1000, "/alerts?q=\u2028", "/ \t",
]  # fmt: skip


@pytest.mark.parametrize("said", HOSTILE)
def test_nothing_foreign_is_a_landing(said: str) -> None:
    """No open redirect, no forged header: neither by the address, nor by a cookie that somebody else set."""
    assert landing.safe(said, NAMES) == "/"


@pytest.mark.parametrize(
    ("said", "to"),
    [
        ("/", "/"),
        ("/?as_of=2018-07-24", "/?as_of=2018-07-24"),
        ("/incidents?q=%D8%AA+x&signin=failed", "/incidents?q=%D8%AA+x"),
        ("/alerts?q=%0D%0ASet-Cookie:x;y,z", "/alerts?q=%0D%0ASet-Cookie%3Ax%3By%2Cz"),
        ("/alerts?next=//evil.example", "/alerts?next=%2F%2Fevil.example"),
    ],
)
def test_a_page_of_ours_keeps_its_query(said: str, to: str) -> None:
    assert landing.safe(said, NAMES) == to


def test_the_pages_known_to_the_gate_are_the_pages() -> None:
    assert {one.stem for one in (server.APP.parent / "app_pages").glob("*.py")} == NAMES


def to_the_provider(query: str) -> str:
    answer = {"status": 302, "headers": [(b"location", b"https://id.example")]}
    told = knock(OIDC, "/auth/login", answer=answer, query=query.encode(), pages=NAMES)[1]
    assert told["location"] == "https://id.example"
    return told["set-cookie"]


def back(cookie: str, query: bytes = b"code=1&state=x", more: Any = (SIGNED,)) -> str:
    answer = {"status": 302, "headers": [(b"location", b"/"), *more]}
    return knock(OIDC, "/oauth2callback", answer=answer, query=query, pages=NAMES, cookie=cookie)[1][
        "location"
    ]


def test_there_and_back() -> None:
    """The cookie is short-lived, out of reach of scripts, over TLS only, and spent on the way back."""
    given = to_the_provider(
        "provider=x&" + landing.asked("community", {"community": "a&b", "signin": "failed"})
    )
    assert given.split("; ") == [
        "tocsin_landing=/community?community=a%26b", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600", "Secure",
    ]  # fmt: skip
    kept = f"other=1; {given.split(';')[0]}"
    assert back(kept) == "/community?community=a%26b"
    assert back(kept, b"error=access_denied&state=x", ()) == "/community?community=a%26b&signin=failed"
    answer = {"status": 302, "headers": [(b"location", b"/"), SIGNED]}
    spent = knock(OIDC, "/oauth2callback", answer=answer, query=b"code=1", pages=NAMES, cookie=kept)[1]
    assert spent["set-cookie"].startswith("tocsin_landing=; ") and "Max-Age=0" in spent["set-cookie"]


@pytest.mark.parametrize(
    "said", ["https://evil.example", "//evil.example", "/files/incidents.csv", "/%0d%0ax"]
)
def test_a_forged_cookie_or_address_leads_to_the_first_page(said: str) -> None:
    assert back(f"{landing.COOKIE}={said}") == "/"
    assert to_the_provider(f"provider=x&to={said}").startswith(f"{landing.COOKIE}=/;")
    assert to_the_provider(f"to=/alerts&to={said}").startswith(f"{landing.COOKIE}=/;")


def test_two_cookies_of_the_name_are_none_and_a_sign_out_spends_nothing() -> None:
    assert back(f"{landing.COOKIE}=/alerts; {landing.COOKIE}=/data") == "/"
    assert back(f"{landing.COOKIE}=/alerts", b"", ()) == "/"
    assert "set-cookie" not in knock(LOCAL, "/", pages=NAMES)[1]
