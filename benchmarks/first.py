"""What the first reader after a change pays: `python -m benchmarks.first URL` (a store of `benchmarks.large_store`).

A server that has drawn all pages before gets other marks in its store, as after `tocsin daily`, so that nothing it
keeps holds any more; then one page is drawn, first of all. Processor time of the server (on PostgreSQL also of the
database's processes, where they run here) and the most memory it held meanwhile; the median of some turns.
"""

import os
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import make_url, text

from benchmarks.large_store import END
from benchmarks.pages import free_port
from benchmarks.sessions import TICK, cpu_seconds, opened
from dashboard import serving
from dashboard.ahead import LOOKS_EVERY_SECONDS
from db import engine

PAGES = (
    *(
        "",
        "community",
        "incidents",
        "alerts",
        "recipients",
        "report",
        "review",
        "handover",
        "briefings",
        "scoreboard",
    ),
    *("models", "data", "about", "settings", "access"),
)


# A server that reads nothing ahead by itself, so that only readers pay.
ALONE = (
    "import sys; from dashboard import ahead, asgi; ahead._served = ahead._fetched; asgi.main(sys.argv[1:])"
)


@contextmanager
def alone(url: str) -> Iterator[serving.Server]:
    """A server that does not read ahead after changes."""
    port = free_port()
    command = [sys.executable, "-c", ALONE, "127.0.0.1", str(port)]
    told: dict[str, Any] = {"env": {**os.environ, "TOCSIN_DB": url}, "stdout": subprocess.DEVNULL}
    with subprocess.Popen(command, **told) as process:  # noqa: S603  (ours)
        try:
            server = serving.Server(process, f"http://127.0.0.1:{port}")
            serving._wait_for(server)
            yield server
        finally:
            process.terminate()


def at_rest(pid: int) -> None:
    """Wait until a server has read ahead what changed, or has nothing to read."""
    before = -1.0
    while cpu_seconds(pid) - before > 0.1:
        before = cpu_seconds(pid)
        time.sleep(3 * LOOKS_EVERY_SECONDS)


def changed(url: str) -> None:
    """Another mark, as if something had been taken in."""
    with engine.engine(url).begin() as connection:
        connection.execute(text("UPDATE store_mark SET mark = :new"), {"new": secrets.token_hex(8)})


def peak_mb(pid: int) -> float:
    """The most memory that a process has held since it was last forgotten."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


def forget_peak(pid: int) -> None:
    """Begin anew to note the most memory that a process holds."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def database_seconds(url: str) -> float:
    """The processor time of the PostgreSQL server that runs on this machine, with those of its processes that ended."""
    if make_url(url).get_backend_name() != "postgresql":
        return 0.0
    with engine.reading(url) as session:
        mine = session.scalar(text("SELECT pg_backend_pid()"))
    parent = _stat(int(mine or 0))[1]
    found = [_stat(int(one.name)) for one in Path("/proc").iterdir() if one.name.isdigit() and one.exists()]
    ours = [one for one in found if one[1] == parent or one[0] == parent]
    return sum(sum(one[2:4]) if one[0] != parent else sum(one[2:6]) for one in ours) / TICK


def _stat(pid: int) -> tuple[int, ...]:
    """A process' number, its parent's, and its processor time: own, in the kernel, of children that ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return (pid, -1, 0, 0, 0, 0)
    return (pid, int(fields[1]), *(int(one) for one in fields[11:15]))


def first(
    server: serving.Server, url: str, name: str, query: str, *, later: bool
) -> tuple[float, float, float]:
    """One page drawn first after a change (or `later`): seconds of the server, of the database, and the peak in MB."""
    changed(url)
    pid = server.process.pid
    if later:
        at_rest(pid)
    forget_peak(pid)
    before, away = cpu_seconds(pid), database_seconds(url)
    opened(server.address, name, query).line.close()
    return cpu_seconds(pid) - before, database_seconds(url) - away, peak_mb(pid)


def main(
    url: str,
    turns: Annotated[int, typer.Option(help="How often each page is drawn first.")] = 5,
    as_of: str = END.isoformat(),
    pages: str = ",".join(PAGES),
    later: Annotated[bool, typer.Option(help="When the server has read ahead what changed.")] = False,
) -> None:
    """Measure what the first reader of each page pays after a change."""
    print(f"load {os.getloadavg()[0]:.1f}")
    with serving.started(url, "127.0.0.1", free_port()) if later else alone(url) as server:
        for name in pages.split(","):
            opened(server.address, name, f"as_of={as_of}").line.close()
        for name in pages.split(","):
            told = [first(server, url, name, f"as_of={as_of}", later=later) for _ in range(turns)]
            cpu, away, peak = (statistics.median(one) for one in zip(*told, strict=True))
            spread = f"{min(one[0] for one in told):.2f} to {max(one[0] for one in told):.2f}"
            print(
                f"{name or 'today':12} cpu_s {cpu:.2f} ({spread})  database_s {away:.2f}  peak_mb {peak:.0f}",
                flush=True,
            )


if __name__ == "__main__":
    typer.run(main)
