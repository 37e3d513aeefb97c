"""Runs the pages as a process of its own and waits until they answer."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dashboard import signing
from db.errors import TocsinError

ANSWERS_WITHIN_SECONDS = 60
STOPS_WITHIN_SECONDS = 10


@dataclass(frozen=True)
class Server:
    """A running dashboard."""

    process: "subprocess.Popen[bytes]"
    address: str

    def wait(self) -> None:
        """Wait until somebody interrupts; a server that ends by itself is an error."""
        try:
            code = self.process.wait()
        except KeyboardInterrupt:
            return
        raise TocsinError(f"the dashboard ended by itself (code {code}); its reason stands above")


@contextmanager
def started(url: str, host: str, port: int) -> Iterator[Server]:
    """The dashboard over a store, for as long as the block lasts."""
    signing.check_host(host)
    check_free(host, port)
    command = [sys.executable, "-m", "dashboard.asgi", host, str(port)]
    process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own module)
        command, env={**os.environ, "TOCSIN_DB": url}, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    try:
        server = Server(process, f"http://{f'[{host}]' if ':' in host else host}:{port}")
        _wait_for(server)
        yield server
    finally:
        _stop(process)


def check_free(host: str, port: int) -> None:
    """Refuse a port that something else holds."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name == "posix"))
        try:
            probe.bind((host, port))
        except OSError as error:
            raise TocsinError(
                f"port {port} on {host} is not free ({error.strerror}); choose another with --port "
                f"{port + 1}, or PORT={port + 1} for make"
            ) from error


def _wait_for(server: Server) -> None:
    until = time.monotonic() + ANSWERS_WITHIN_SECONDS
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=2):  # noqa: S310  (our own server)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise TocsinError(
        f"the dashboard did not answer within {ANSWERS_WITHIN_SECONDS} s; what it said stands above; try again"
    )


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
