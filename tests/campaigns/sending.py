"""Ten thousand messages to a mailbox on this machine, with senders killed on the way: nothing lost, nothing doubled.

Two senders work at once. One of them is killed with `kill -9` at a random point and another takes its place, ten
times. What a dead sender had in hand is unclear and told as such; only a person sends it again.
"""

import asyncio
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from dashboard.alerts.dispatch import AT_ONCE, Sender
from db import clock, engine, identities, messages
from db.ids import content_id
from db.policy import LOCAL
from db.schema import Message, Notice, Recipient
from db.vocab import MessageState
from tests.conftest import NOW

REGION = "exercise"
PATIENCE_SECONDS = 600
CHUNK = 2000


@dataclass
class Mailbox:
    """A web server that counts how often each number arrives."""

    arrived: Counter[str] = field(default_factory=Counter)
    port: int = 0

    def open(self) -> None:
        """Serve in a thread of its own."""
        self.loop, ready = asyncio.new_event_loop(), threading.Event()
        threading.Thread(target=self._serve, args=(ready,), daemon=True).start()
        ready.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """Stop serving."""
        self.loop.call_soon_threadsafe(self.loop.stop)

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._take, "127.0.0.1", 0, backlog=1000))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            said = dict(line.split(": ", 1) for line in head.split("\r\n") if ": " in line)
            await reader.readexactly(int(said["content-length"]))
            self.arrived[said["x-tocsin-message"]] += 1
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # its sender was killed
        writer.close()


def prepared(url: str, port: int, count: int) -> None:
    """A store in which one notice waits to be sent to so many people."""
    from tests.dashboard.test_notices import warned  # pages and all: a sender starts without

    warned(url)
    with engine.writing(url) as session:
        notice = session.scalars(select(Notice.id)).one()
        names = [content_id("recipient", n) for n in range(count)]
        for start in range(0, count, CHUNK):
            rows = [_person(names[n], n, port) for n in range(start, min(start + CHUNK, count))]
            session.execute(insert(Recipient), rows)
        messages.queue(session, notice, [(name, NOW) for name in names], NOW)


def _person(name: str, number: int, port: int) -> dict[str, object]:
    body, key_id = identities.sealed(name, f"json://127.0.0.1:{port}/{number}")
    said = {"name": f"desk {number}", "channel": "json", "lang": ("en", "ar")[number % 2], "drill": True}
    kept = {"sealed": body, "key_id": key_id, "added_by": "ana", "added_at": NOW}
    return {"id": name, "region_id": REGION, **said, **kept}


def victim(url: str, worker: str, minutes: int) -> None:
    """One sender in a process of its own, whose clock is so many minutes ahead."""
    ahead = timedelta(minutes=minutes)
    clock.use(lambda: NOW + ahead)
    print(json.dumps(Sender(url, LOCAL, worker, clock.now).run()), flush=True)


def begin(url: str, number: int) -> "subprocess.Popen[bytes]":
    """Start a sender; each is later than the one before by more than a claim lasts."""
    minutes = int(messages.LEASE.total_seconds() // 60 + 1) * number
    what = [sys.executable, "-m", "tests.campaigns.sending", url, f"w{number}", str(minutes)]
    return subprocess.Popen(what, stdout=subprocess.DEVNULL)  # noqa: S603  (ourselves)


@dataclass
class Told:
    """What came of it."""

    seconds: float = 0.0
    killed: int = 0
    states: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    twice: int = 0


def campaign(url: str, count: int, kills: int, seed: int) -> Told:
    """Send so many messages with so many kills on the way, and look."""
    box, told, dice = Mailbox(), Told(), random.Random(seed)  # noqa: S311
    box.open()
    prepared(url, box.port, count)
    begun = time.monotonic()
    at = sorted(dice.sample(range(1, count), kills))
    pair = [begin(url, 0), begin(url, 0)]
    for number, when in enumerate(at, 1):
        if _reached(box, when, pair):
            pair[number % 2].send_signal(signal.SIGKILL)
            pair[number % 2].wait(PATIENCE_SECONDS)
            told.killed += 1
        pair[number % 2] = begin(url, number)
    told.faults += [f"a sender ended with {code}" for one in pair if (code := one.wait(PATIENCE_SECONDS))]
    told.seconds = time.monotonic() - begun
    begin(url, kills + 1).wait(PATIENCE_SECONDS)  # finds what the dead had in hand
    _look(url, box, told)
    _again(url, box, told, kills + 2)
    box.close()
    return told


def _reached(box: Mailbox, when: int, pair: "list[subprocess.Popen[bytes]]") -> bool:
    over = time.monotonic() + PATIENCE_SECONDS
    while len(box.arrived) < when and time.monotonic() < over:
        if all(one.poll() is not None for one in pair):
            return False
        time.sleep(0.002)
    return True


def _look(url: str, box: Mailbox, told: Told) -> None:
    """Before anybody sends again: each message is sent and arrived once, or is told as unclear."""
    with engine.reading(url) as session:
        stood = {row.id: row.state for row in session.execute(select(Message.id, Message.state))}
    told.states = Counter(one.value for one in stood.values())
    sent = {name for name, state in stood.items() if state is MessageState.SENT}
    unclear = {name for name, state in stood.items() if state is MessageState.UNCLEAR}
    told.faults += [f"lost: {name}" for name in sent - box.arrived.keys()]
    told.faults += [f"came twice: {name}" for name, n in box.arrived.items() if n > 1]
    told.faults += [f"neither sent nor told: {name}" for name in stood.keys() - sent - unclear]
    if len(unclear) > AT_ONCE * told.killed:
        told.faults.append(f"{len(unclear)} are unclear, more than the dead could hold")


def _again(url: str, box: Mailbox, told: Told, number: int) -> None:
    """A person sends what is unclear again: then nothing is lost, and what comes twice has the same number."""
    later = NOW + messages.LEASE * number
    with engine.writing(url) as session:
        messages.again(session, LOCAL, REGION, [MessageState.UNCLEAR], by="ana", now=later)
    begin(url, number).wait(PATIENCE_SECONDS)
    with engine.reading(url) as session:
        names = set(session.scalars(select(Message.id)))
    told.faults += [f"lost in the end: {name}" for name in names ^ box.arrived.keys()]
    told.twice = sum(n > 1 for n in box.arrived.values())
    if told.twice > told.states[MessageState.UNCLEAR.value]:
        told.faults.append(f"{told.twice} came twice, and only some were sent again")


def run(folder: Path, server: str, count: int, kills: int, seed: int) -> Told:
    """The campaign on a store in a folder, or on a server."""
    url = server or f"sqlite:///{folder / 'tocsin.db'}"
    return campaign(url, count, kills, seed)


if __name__ == "__main__":
    victim(sys.argv[1], sys.argv[2], int(sys.argv[3]))
