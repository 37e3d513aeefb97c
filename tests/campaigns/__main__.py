"""The long forms: `python -m tests.campaigns kill --trials 200`."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from db import engine
from tests import factories
from tests.campaigns import crowd
from tests.campaigns.kill import campaign
from tests.campaigns.server import Server
from tests.campaigns.victims import JOBS


def kill(arguments: Sequence[str]) -> bool:
    """Kill -9 at random points; prints a row for the table in README.md for each job and database."""
    asked = argparse.ArgumentParser("kill")
    asked.add_argument("--trials", type=int, default=200, help="kills on each database, over all jobs")
    asked.add_argument(
        "--kind", choices=["sqlite", "postgresql"], nargs="*", default=["sqlite", "postgresql"]
    )
    asked.add_argument("--job", choices=list(JOBS), nargs="*", default=list(JOBS))
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args(arguments)
    each, failed = -(-given.trials // len(given.job)), False
    for kind in given.kind:
        for name in given.job:
            with TemporaryDirectory(prefix="tocsin-kill-") as folder, server_of(kind) as server:
                told = campaign(JOBS[name], kind, server, Path(folder) / "kill", each, given.seed)
            print(f"| {kind} | {name} | {told.killed} | {told.finished} | {len(told.faults)} |", flush=True)
            for fault in told.faults:
                print("    ", fault, flush=True)
            failed |= bool(told.faults)
    return failed


@contextmanager
def server_of(kind: str) -> Iterator[str]:
    """A PostgreSQL server of one's own, for the time of a campaign; nothing for SQLite."""
    if kind == "sqlite":
        yield ""
        return
    with TemporaryDirectory(prefix="tocsin-pg-") as folder:
        server = Server(Path(folder) / "data")
        try:
            yield server.uri
        finally:
            server.close()


def crowded(arguments: Sequence[str]) -> bool:
    """Two writers and twenty readers; prints a row for the table in README.md for each database."""
    asked = argparse.ArgumentParser("crowd")
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument(
        "--kind", choices=["sqlite", "postgresql"], nargs="*", default=["sqlite", "postgresql"]
    )
    given, failed = asked.parse_args(arguments), False
    for kind in given.kind:
        with TemporaryDirectory(prefix="tocsin-crowd-") as folder, server_of(kind) as server:
            url = server or f"sqlite:///{folder}/tocsin.db"
            engine.upgrade(url)
            factories.load(url, factories.pack(Path(folder)))
            engine.engine(url).dispose()
            told = crowd.crowd(url, Path(folder), given.minutes * 60)
        print(
            f"| {kind} | {given.minutes} | {told['written']} | {told['read']} | {len(told['errors'])} |",
            flush=True,
        )
        for fault in (*told["errors"], *told["lost"]):
            print("    ", fault, flush=True)
        failed |= bool(told["errors"] or told["lost"])
    return failed


CAMPAIGNS = {"kill": kill, "crowd": crowded}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in CAMPAIGNS:
        sys.exit(f"name one of: {', '.join(CAMPAIGNS)}")
    sys.exit(CAMPAIGNS[sys.argv[1]](sys.argv[2:]))
