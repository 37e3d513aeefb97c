"""Files go out compressed: whole, in the encoding that was asked for, and only those that are known."""

import asyncio
import gzip
import hashlib
import queue
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest

from dashboard import headers, packed
from dashboard.packed import Packed
from tests.dashboard import icons

Ask = Callable[..., tuple[int | None, dict[str, str], bytes]]
BOTH = "gzip, deflate, br, zstd"


async def _behind(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"passed on"})


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Asks for an address: status, headers, body."""
    files = Packed(_behind, tmp_path)
    files.later = queue.SimpleQueue()  # nobody packs better copies in passing

    def asked(path: str, method: str = "GET", **given: str) -> tuple[int | None, dict[str, str], bytes]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        told = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
        scope = {"type": "http", "method": method, "path": path, "headers": told}
        asyncio.run(files(scope, send, send))  # type: ignore[arg-type]
        back = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], back, b"".join(one.get("body", b"") for one in sent)

    asked.files = files  # type: ignore[attr-defined]
    return asked


def script() -> tuple[str, bytes]:
    """One of Streamlit's smaller scripts: its address and its words."""
    path, file = min(
        (p for p in packed._files().items() if p[0].endswith(".js")), key=lambda p: p[1].stat().st_size
    )
    return path, file.read_bytes()


@pytest.mark.parametrize(
    ("said", "given"),
    [
        (BOTH, b"br"),
        ("gzip, deflate", b"gzip"),
        ("br;q=0, gzip;q=0.5", b"gzip"),
        ("*", b"br"),
        ("*, br;q=0", b"gzip"),
        ("br;q=nonsense", b""),
        ("identity", b""),
        ("", b""),
    ],
)
def test_the_best_encoding_that_is_taken(said: str, given: bytes) -> None:
    assert packed.accepted(said.encode()) == given


def test_a_script_arrives_whole_in_every_encoding(ask: Ask) -> None:
    """And is named by its bytes, kept for good, and told apart by caches."""
    path, whole = script()
    found = {said: ask(path, accept_encoding=said) for said in (BOTH, "gzip", "")}
    assert brotli.decompress(found[BOTH][2]) == gzip.decompress(found["gzip"][2]) == found[""][2] == whole
    assert [told.get("content-encoding") for _, told, _ in found.values()] == ["br", "gzip", None]
    assert len({told["etag"] for _, told, _ in found.values()}) == 3
    for status, told, body in found.values():
        assert (status, told["vary"], told["content-length"]) == (200, "accept-encoding", str(len(body)))
        assert "immutable" in told["cache-control"] and told["content-type"].startswith("text/javascript")


def test_what_the_browser_has_is_not_sent_again(ask: Ask) -> None:
    path, _ = script()
    etag = ask(path, accept_encoding=BOTH)[1]["etag"]
    status, told, body = ask(path, accept_encoding=BOTH, if_none_match=etag)
    assert (status, told["etag"], body) == (304, etag, b"")
    assert ask(path, accept_encoding=BOTH, if_none_match='"other"')[0] == 200
    status, told, body = ask(path, "HEAD", accept_encoding=BOTH)
    assert (status, body) == (200, b"") and int(told["content-length"]) > 0


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/_stcore/health", {}),
        ("/static/../index.html", {}),
        ("/static/js/../../index.html", {}),
        ("/static/js/there-is-none.js", {}),
        ("/media/a.csv", {}),
        ("/lite", {}),
        ("/", {"method": "POST"}),
    ],
)
def test_everything_else_is_left_to_those_behind(ask: Ask, path: str, more: dict[str, str]) -> None:
    assert ask(path, **more)[0] == 299


def test_a_part_of_a_file_is_left_to_those_behind(ask: Ask) -> None:
    assert ask(script()[0], range="bytes=0-5")[0] == 299


def test_what_was_kept_is_sent_only_if_it_is_that_file(ask: Ask, tmp_path: Path) -> None:
    """A better copy is kept for the next start; a damaged or foreign one is never believed."""
    path, whole = script()
    files: Packed = ask.files  # type: ignore[attr-defined]
    file = files.files[path]
    files._pack(file)
    (kept,) = tmp_path.glob("*.br")
    assert brotli.decompress(kept.read_bytes()) == whole == brotli.decompress(files._kept(file, whole) or b"")
    for wrong in (b"", b"nonsense", brotli.compress(b"alert(1)")):
        kept.write_bytes(wrong)
        assert files._kept(file, whole) is None
        assert brotli.decompress(Packed(_behind, tmp_path)._file(file, b"br").sent) == whole


def test_the_shell_keeps_its_scripts_and_shows_a_way_without_them(ask: Ask) -> None:
    """Every page is the same shell; its scripts are those that the policy names."""
    status, told, body = ask("/community", accept_encoding=BOTH)
    page = brotli.decompress(body).decode()
    assert (status, told["cache-control"]) == (200, "no-cache") and len(body) < 4000
    assert {headers.hashed(one) for one in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)} <= set(
        headers.scripts()
    )
    assert 'href="./lite"' in page and "woff2" not in page and "<title>Tocsin</title>" in page
    linked = re.findall(r'(?:src|href)="\.(/static/[^"]+)"', page)
    assert linked and all(one in packed._files() for one in linked)


def test_the_sheet_names_no_font_that_is_never_shown(ask: Ask) -> None:
    (path,) = (one for one in packed._files() if re.search(r"/index\.\w+\.css$", one))
    sheet = ask(path)[2].decode()
    assert "Source Sans" not in sheet and "Material Symbols" in sheet and "Source Code" in sheet


def test_every_icon_that_is_used_is_in_the_font(ask: Ask) -> None:
    """If not: python -m tests.dashboard.icons"""
    (path,) = (one for one in packed._files() if one.endswith(".woff2"))
    _, told, body = ask(path)
    assert (len(body) < 25_000, told["cache-control"]) == (True, "no-cache")
    there = set(icons.glyphs(icons.opened(body)))
    assert icons.used() & set(icons.known()) <= there


def test_of_another_font_all_icons_are_sent(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit may bring another font with another version."""
    other = tmp_path / "icons.json"
    other.write_text('{"of": "another"}')
    monkeypatch.setattr(packed, "ICONS_OF", other)
    (path,) = (one for one in packed._files() if one.endswith(".woff2"))
    whole = icons.whole().read_bytes()
    assert hashlib.sha256(ask(path)[2]).digest() == hashlib.sha256(whole).digest()
