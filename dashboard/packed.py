"""Streamlit's own files, sent compressed: a first page then costs a sixth of the bytes, on a bad line too.

Streamlit sends them as they are and leaves the rest to a proxy that a small team may not have. Here each is
compressed once, at first quickly, then well and kept in the home folder; what is kept is compared with the
file before it is sent. The icon font goes out with the icons that are used (`tests/dashboard/icons.py`).
"""

import gzip
import hashlib
import json
import os
import queue
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import brotli
from starlette.concurrency import run_in_threadpool

from dashboard import ahead, chunks, i18n
from dashboard.gate import App, Receive, Scope, Send
from db import settings

OURS = Path(__file__).parent
ICONS, ICONS_OF = OURS / "static" / "icons.woff2", OURS / "static" / "icons.json"
_PAGES = frozenset({"/"} | {f"/{one.stem}" for one in (OURS / "app_pages").glob("*.py")})
MEDIA = {".js": b"text/javascript; charset=utf-8", ".css": b"text/css; charset=utf-8"}
FOREVER, ASKED_ANEW = b"public, immutable, max-age=31536000", b"no-cache"
QUICK, WELL = 5, 11  # Brotli's qualities: 0.2 s for all of a first page, and 4 s for a twelfth less
_FONT = re.compile(r'<link\s+rel="preload"[^>]*\bas="font"[^>]*/?>')
_FACES = re.compile(rb"@font-face\{font-family:Source S(?:ans|erif);[^}]*\}")
_AGENTS = re.compile(r'<link\s+rel="service-desc"[^>]*/?>')
_WITHOUT_SCRIPTS = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)


@dataclass(frozen=True)
class Body:
    """One file as it is sent: its bytes, how they are encoded, what they are and how long they hold."""

    sent: bytes
    encoding: bytes
    media: bytes
    holds: bytes

    @property
    def etag(self) -> bytes:
        """The name of just these bytes."""
        return b'"' + hashlib.sha256(self.sent).hexdigest()[:24].encode() + b'"'

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What a browser is told of it."""
        told = [(b"content-type", self.media), (b"etag", self.etag), (b"cache-control", self.holds)]
        told += [(b"vary", b"accept-encoding"), (b"content-length", str(len(self.sent)).encode())]
        return [*told, (b"content-encoding", self.encoding)] if self.encoding else told


class Packed:
    """The pages' shell, scripts and styles, compressed; everything else is left to the application behind."""

    def __init__(self, app: App, folder: Path | None = None) -> None:
        self.app, self.folder = app, folder
        self.files = _files()
        self.shell = shell()
        self.known: dict[tuple[str, bytes], Body] = {}
        self.later: queue.SimpleQueue[Path] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for the files that are known here, and pass on every other request."""
        make = self._maker(scope) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        if make is None:
            await self.app(scope, receive, send)
            return
        encoding = accepted(_given(scope, b"accept-encoding"))
        if scope["path"] in _PAGES:
            ahead.wished(scope.get("query_string", b""))
        place = (scope["path"], encoding)
        if place not in self.known:
            self.known[place] = await run_in_threadpool(make, encoding)
        await _answer(scope, send, self.known[place])

    def _maker(self, scope: Scope) -> Callable[[bytes], Body] | None:
        path = scope["path"]
        if path in _PAGES:
            return partial(self._shell, path)
        file = self.files.get(path)
        if file is None or _given(scope, b"range"):
            return None
        return partial(self._icons if file.suffix == ".woff2" else self._file, file)

    def _shell(self, path: str, encoding: bytes) -> Body:
        links = chunks.links(path, _static() / "static" / "js", self.shell)
        body = self.shell.replace("</head>", f"{links}</head>", 1).encode()
        sent = _squeezed(body, encoding, WELL)
        return Body(sent, encoding, b"text/html; charset=utf-8", ASKED_ANEW)

    def _icons(self, file: Path, encoding: bytes) -> Body:
        """The icons that are used, of just that font; of another one all of them."""
        whole = file.read_bytes()
        known = hashlib.sha256(whole).hexdigest() == json.loads(ICONS_OF.read_text("utf-8"))["of"]
        # Asked for anew each time: the address stays the same when an icon is added.
        return Body(ICONS.read_bytes() if known else whole, b"", b"font/woff2", ASKED_ANEW)

    def _file(self, file: Path, encoding: bytes) -> Body:
        body = _read(file)
        kept = self._kept(file, body) if encoding == b"br" else None
        sent = kept or _squeezed(body, encoding, QUICK)
        if encoding == b"br" and kept is None:
            self._pack_later(file)
        return Body(sent, encoding, MEDIA[file.suffix], FOREVER)

    def _place(self, file: Path, body: bytes) -> Path:
        folder = self.folder or settings.home() / "packed"
        return folder / f"{file.name}.{hashlib.sha256(body).hexdigest()[:16]}.br"

    def _kept(self, file: Path, body: bytes) -> bytes | None:
        """What was compressed on an earlier day, if it still is that file."""
        with suppress(OSError, brotli.error):
            packed = self._place(file, body).read_bytes()
            if brotli.decompress(packed) == body:
                return packed
        return None

    def _pack_later(self, file: Path) -> None:
        """Compress a file well as soon as nothing else is to be done."""
        if self.later is None:
            self.later = queue.SimpleQueue()
            threading.Thread(target=self._packing, name="packing", daemon=True).start()
        self.later.put(file)

    def _packing(self) -> None:
        assert self.later is not None  # noqa: S101  (made before this thread)
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
        while True:
            self._pack(self.later.get())

    def _pack(self, file: Path) -> None:
        """Compress a file as small as it gets, keep it, and send it so from now on."""
        body = _read(file)
        sent = _squeezed(body, b"br", WELL)
        path = next((path for path, one in self.files.items() if one == file), "")
        self.known[path, b"br"] = Body(sent, b"br", MEDIA[file.suffix], FOREVER)
        with suppress(OSError):  # a full disk or a folder that may not be written: it is done again next time
            place = self._place(file, body)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = place.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(sent)
            part.replace(place)


def shell(page: str | None = None) -> str:
    """Streamlit's page without the font it never shows, and with a way on where scripts do not run."""
    text = (_static() / "index.html").read_text("utf-8") if page is None else page
    text = text[text.index("<!DOCTYPE") :] if "<!DOCTYPE" in text else text
    text = _AGENTS.sub("", _FONT.sub("", text))
    return _WITHOUT_SCRIPTS.sub(f"<noscript><p>{_without_scripts()}</p></noscript>", text).replace(
        "<title>Streamlit</title>", "<title>Tocsin</title>"
    )


def _without_scripts() -> str:
    """The plain pages, in each language by its own name."""
    ways = [
        f'<a href="./lite?lang={code}" lang="{code}" dir="{i18n.direction(code)}">{name}</a>'
        for code, name in i18n.languages().items()
    ]
    return f'<a href="./lite">Tocsin without scripts</a>: {" · ".join(ways)}'


def accepted(said: bytes) -> bytes:
    """The best encoding that a browser takes: br, gzip, or none."""
    taken: dict[bytes, float] = {}
    for part in said.lower().split(b","):
        name, *options = (one.strip() for one in part.split(b";"))
        weight = next((one[2:] for one in options if one.startswith(b"q=")), b"1")
        try:
            taken[name] = float(weight)
        except ValueError:
            taken[name] = 0.0
    others = taken.get(b"*", 0.0)
    return next((name for name in (b"br", b"gzip") if taken.get(name, others) > 0), b"")


def _read(file: Path) -> bytes:
    """A file as it is sent: the sheet without the faces that the theme never shows."""
    body = file.read_bytes()
    return _FACES.sub(b"", body) if file.suffix == ".css" else body


def _squeezed(body: bytes, encoding: bytes, quality: int) -> bytes:
    if encoding == b"br":
        return bytes(brotli.compress(body, quality=quality))
    return gzip.compress(body, 9, mtime=0) if encoding == b"gzip" else body


def _static() -> Path:
    found = find_spec("streamlit")
    return Path(str(found.origin)).parent / "static" if found else Path()


def _files() -> dict[str, Path]:
    """The files there are, by their address: nothing else can be asked for."""
    base = _static()
    found = {f"/{one.relative_to(base).as_posix()}": one for one in base.glob("static/*/*")}
    return {
        path: one
        for path, one in found.items()
        if one.suffix in MEDIA or (one.suffix == ".woff2" and one.name.startswith("MaterialSymbols"))
    }


def _given(scope: Scope, name: bytes) -> bytes:
    return b",".join(value for one, value in scope["headers"] if one == name)


async def _answer(scope: Scope, send: Send, body: Body) -> None:
    asked: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": body.headers()}
    if body.etag in _given(scope, b"if-none-match"):
        kept = (b"etag", b"cache-control", b"vary")
        asked = {**asked, "status": 304, "headers": [(n, v) for n, v in body.headers() if n in kept]}
    await send(asked)
    silent = asked["status"] == 304 or scope["method"] == "HEAD"
    await send({"type": "http.response.body", "body": b"" if silent else body.sent})
