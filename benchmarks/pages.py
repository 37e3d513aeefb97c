"""What a page costs the server: `python -m benchmarks.pages sqlite:///x.db` (a store of `benchmarks.large_store`).

The real server in a process of its own; its processor time by /proc, so that a busy machine hardly matters.
"""

import os
import socket
import statistics
import threading
import time
from typing import Annotated

import typer

from benchmarks.large_store import END
from benchmarks.sessions import Session, cpu_seconds, opened, resident_mb
from dashboard import serving

RERUNS = 20
PAGES = ("", "community", "incidents", "alerts", "scoreboard")


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def page(server: serving.Server, name: str, query: str) -> dict[str, float]:
    """Processor time and wall time of a first run and the median of others, in ms, and what a run sends."""
    pid = server.process.pid
    before = cpu_seconds(pid)
    session = opened(server.address, name, query)
    first = cpu_seconds(pid) - before
    cpu, wall = [], []
    for _turn in range(RERUNS):
        before, spent = cpu_seconds(pid), session.rerun()
        cpu.append(cpu_seconds(pid) - before)
        wall.append(spent)
    session.ask()
    messages, size = session.drawn()
    session.line.close()
    mean, half = statistics.mean(cpu), statistics.median(wall)
    return {
        **{"first_cpu_ms": 1000 * first, "cpu_ms": 1000 * statistics.median(cpu), "mean_cpu_ms": 1000 * mean},
        **{"wall_ms": 1000 * half, "messages": messages, "kb": size / 1000},
    }


def crowd(server: serving.Server, people: int, query: str) -> dict[str, float]:
    """Sessions that all ask at once: memory of each, and how long they wait (seconds)."""
    one = opened(server.address, "", query)
    before = resident_mb(server.process.pid)
    tabs = [one, *(opened(server.address, "", query) for _ in range(people - 1))]
    grown = resident_mb(server.process.pid) - before
    waits: list[float] = []

    def wait(tab: Session) -> None:
        waits.append(tab.rerun())

    begun, cpu = time.perf_counter(), cpu_seconds(server.process.pid)
    threads = [threading.Thread(target=wait, args=(tab,)) for tab in tabs]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    told = {"mb_each": grown / max(people - 1, 1), "median_s": statistics.median(waits), "last_s": max(waits)}
    used = cpu_seconds(server.process.pid) - cpu
    for tab in tabs:
        tab.line.close()
    return {**told, "cpu_s": used, "wall_s": time.perf_counter() - begun}


def main(
    url: str,
    people: Annotated[int, typer.Option(help="How many sessions at once; 0: none.")] = 0,
    as_of: str = END.isoformat(),
    pages: str = ",".join(PAGES),
) -> None:
    """Measure the pages of a store."""
    print(f"load {os.getloadavg()[0]:.1f}")
    with serving.started(url, "127.0.0.1", free_port()) as server:
        for name in pages.split(","):
            told = page(server, name, f"as_of={as_of}")
            print(f"{name or 'today':12}", "  ".join(f"{n} {v:.0f}" for n, v in told.items()), flush=True)
        if people:
            print(
                "crowd", "  ".join(f"{n} {v:.2f}" for n, v in crowd(server, people, f"as_of={as_of}").items())
            )
        print(f"memory {resident_mb(server.process.pid):.0f} MB")


if __name__ == "__main__":
    typer.run(main)
