"""What strikes from outside while a job runs: a server that is killed, a disk that gets full; and how it lets up.

Disks are real ones, small and in memory (tmpfs). Only root may mount them, so elsewhere the tests that need
one say that they were left out.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import psutil
import pytest

from tests.campaigns.server import Server


class Storm(Protocol):
    """Something that strikes; it is handed to the process that it strikes."""

    def strike(self) -> None:
        """Strike now."""


@dataclass(frozen=True)
class Disk:
    """A small disk of one's own."""

    path: Path

    @property
    def ballast(self) -> Path:
        """What takes up the room."""
        return self.path / "ballast"

    def strike(self) -> None:
        """Leave no byte free."""
        found = os.statvfs(self.path)
        with self.ballast.open("ab", buffering=0) as file:
            with suppress(OSError):  # somebody else may have been quicker
                os.posix_fallocate(file.fileno(), file.tell(), max(found.f_bavail * found.f_frsize, 1))
            with suppress(OSError):
                while True:
                    file.write(b"." * found.f_frsize)

    def room(self) -> None:
        """Make room again."""
        self.ballast.unlink(missing_ok=True)

    def writable(self, may: bool) -> None:
        """Let the disk be written, or only read."""
        _run("mount", "-o", "remount,rw" if may else "remount,ro", str(self.path))


@dataclass(frozen=True)
class Outage:
    """Kill -9 of a PostgreSQL server: the postmaster and every backend."""

    folder: Path

    def strike(self) -> None:
        """Kill them all."""
        with (self.folder / "postmaster.pid").open() as file:
            postmaster = psutil.Process(int(file.readline()))
        everyone = [postmaster, *postmaster.children(recursive=True)]
        for process in everyone:
            process.kill()
        psutil.wait_procs(everyone, 10)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def disk(megabytes: int) -> Iterator[Disk]:
    """A disk of a size, for the time of a test."""
    with TemporaryDirectory(prefix="tocsin-disk-") as name:
        path = Path(name) / "disk"
        path.mkdir()
        path.parent.chmod(0o711)  # a server runs as somebody else
        _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path))
        try:
            yield Disk(path)
        finally:
            _run("umount", "--lazy", str(path))  # who has a file open keeps it until the end


@cache
def mountable() -> bool:
    """Whether a disk can be had here."""
    try:
        with disk(1):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


needs_disk = pytest.mark.skipif(
    not mountable(), reason="a real small disk needs the right to mount one (root): left out, not passed"
)


@contextmanager
def server_on(folder: Path) -> Iterator[Server]:
    """A PostgreSQL server with its data in a folder."""
    own = Server(folder / "pg")
    try:
        yield own
    finally:
        own.close()
