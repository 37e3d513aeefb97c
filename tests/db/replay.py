"""A server on this machine that replays what others would send: in order, with their errors and silences."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Reply:
    """One prepared answer; `length` states another length than the body has, `silent` never answers."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    silent: bool = False


@dataclass
class Seen:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class Replay:
    """What to answer by path, in order (the last one again and again), and what was asked."""

    url: str
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def say(self, path: str, *replies: Reply) -> None:
        """Prepare the answers of a path."""
        self.replies[path] = list(replies)

    def next(self, path: str) -> Reply:
        """The answer whose turn it is."""
        waiting = self.replies.get(path) or [Reply(404, b"nothing here")]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


def as_json(value: Any, status: int = 200) -> Reply:
    """A prepared answer in JSON."""
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


@contextmanager
def serving() -> Iterator[Replay]:
    """A replay server while the block lasts."""
    replay = Replay("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            form = _flat(self.rfile.read(size).decode())
            heard = {name.lower(): value for name, value in self.headers.items()}
            replay.seen.append(Seen(self.command, parts.path, _flat(parts.query), heard, form))
            self._answer(replay.next(parts.path))

        do_POST = do_GET

        def _answer(self, reply: Reply) -> None:
            self.close_connection = True
            if reply.silent:
                replay.over.wait()
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            length = len(reply.body) if reply.length is None else reply.length
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that went away is no error of ours."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    replay.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield replay
    finally:
        replay.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
