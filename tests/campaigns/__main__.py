"""The long forms: `python -m tests.campaigns kill --trials 200`."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from db import engine, migrating
from tests import factories
from tests.campaigns import crowd, sending, storms
from tests.campaigns.kill import Grave, Told, campaign, stormy
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
            migrating.upgrade(url)
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


def storm(arguments: Sequence[str]) -> bool:
    """Servers killed and disks filled under jobs; prints a row for the table in README.md for each."""
    asked = argparse.ArgumentParser("storm")
    asked.add_argument("--trials", type=int, default=30, help="blows of each kind, over all jobs")
    asked.add_argument("--kind", choices=list(STORMS), nargs="*", default=list(STORMS))
    asked.add_argument("--job", choices=list(JOBS), nargs="*", default=list(JOBS))
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args(arguments)
    each, failed = -(-given.trials // len(given.job)), False
    for kind in given.kind:
        if kind != "server" and not storms.mountable():
            print(f"| {kind} | LEFT OUT: a real small disk needs the right to mount one (root) |", flush=True)
            continue
        for name in given.job:
            told = STORMS[kind](name, each, given.seed)
            print(f"| {kind} | {name} | {told.killed} | {told.finished} | {len(told.faults)} |", flush=True)
            for line in (*told.faults, *(f"{n} x {said}" for said, n in told.at.items())):
                print("    ", line, flush=True)
            failed |= bool(told.faults)
    return failed


def _killed_server(name: str, trials: int, seed: int) -> Told:
    with TemporaryDirectory(prefix="tocsin-storm-") as folder, storms.server_on(Path(folder)) as server:
        grave = Grave(JOBS[name], "postgresql", server.uri, Path(folder) / "kill")
        told = stormy(grave, storms.Outage(server.folder), server.start, trials, seed)
        grave.close()
    return told


def _full_file(name: str, trials: int, seed: int) -> Told:
    with TemporaryDirectory(prefix="tocsin-storm-") as notes, storms.disk(64) as disk:
        grave = Grave(JOBS[name], "sqlite", "", disk.path / "kill", Path(notes))
        return stormy(grave, disk, disk.room, trials, seed)


def _full_server(name: str, trials: int, seed: int) -> Told:
    with (
        TemporaryDirectory(prefix="tocsin-storm-") as notes,
        storms.disk(250) as disk,
        storms.server_on(disk.path) as server,
    ):
        grave = Grave(JOBS[name], "postgresql", server.uri, Path(notes) / "kill")

        def over() -> None:
            disk.room()
            server.start()

        told = stormy(grave, disk, over, trials, seed)
        grave.close()
    return told


def send(arguments: Sequence[str]) -> bool:
    """Messages to a mailbox here with senders killed on the way; prints a row for the table in README.md."""
    asked = argparse.ArgumentParser("send")
    asked.add_argument("--messages", type=int, default=10_000)
    asked.add_argument("--kills", type=int, default=10)
    asked.add_argument(
        "--kind", choices=["sqlite", "postgresql"], nargs="*", default=["sqlite", "postgresql"]
    )
    asked.add_argument("--seed", type=int, default=1)
    given, failed = asked.parse_args(arguments), False
    for kind in given.kind:
        with TemporaryDirectory(prefix="tocsin-send-") as folder, server_of(kind) as server:
            told = sending.run(Path(folder), server, given.messages, given.kills, given.seed)
        unclear, rate = told.states["unclear"], given.messages / told.seconds
        row = (kind, given.messages, told.killed, unclear, told.twice, len(told.faults))
        print("|", " | ".join(map(str, row)), f"| {told.seconds:.0f} | {rate:.0f} |", flush=True)
        for fault in told.faults[:20]:
            print("    ", fault, flush=True)
        failed |= bool(told.faults)
    return failed


STORMS = {"server": _killed_server, "full-file": _full_file, "full-server": _full_server}
CAMPAIGNS = {"kill": kill, "crowd": crowded, "storm": storm, "send": send}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in CAMPAIGNS:
        sys.exit(f"name one of: {', '.join(CAMPAIGNS)}")
    sys.exit(CAMPAIGNS[sys.argv[1]](sys.argv[2:]))
