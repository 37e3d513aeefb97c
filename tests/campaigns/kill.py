"""Kill -9 at random points: nothing acknowledged is lost, nothing is doubled, the next run comes to the same end.

The blow may also fall on what a job stands on (`storms`): its server, its disk. Then it must end by
itself, in one line.
"""

import multiprocessing
import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text

from dashboard.cli import output
from db import clock, engine, revisions
from db.backup import sqlite
from tests.campaigns.normal import normalised
from tests.campaigns.storms import Storm
from tests.campaigns.victims import JOBS, Job, copied
from tests.conftest import NOW

LATER = NOW + timedelta(hours=1)
PRELOADED = [
    "tests.campaigns.kill",
    "models.train",
    "models.score",
    "models.watch",
    "models.ledger",
    "db.duplicates",
]
TOO_LONG = 300


@dataclass(frozen=True)
class Death:
    """When a victim dies: before its nth statement, or after so many seconds; (None, None): not at all."""

    statement: int | None = None
    seconds: float | None = None


@dataclass
class Told:
    """What came of the trials of one job."""

    killed: int = 0
    finished: int = 0
    faults: list[str] = field(default_factory=list)
    at: Counter[str] = field(default_factory=Counter)


def victim(
    name: str,
    url: str,
    folder: Path,
    acks: Path,
    home: Path,
    later: bool,
    death: Death,
    go: Any,
    storm: Storm | None,
) -> None:
    """One run of a job in a process of its own."""
    os.environ["TOCSIN_HOME"] = str(home)
    clock.use(lambda: NOW)
    counted = 0

    def count(*_: Any) -> None:
        nonlocal counted
        counted += 1
        if counted == death.statement:
            storm.strike() if storm else os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    handle = os.open(acks, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    go.set()
    act = partial(JOBS[name].act, url, folder, LATER if later else NOW, lambda line: _line(handle, line))
    if storm:
        os.dup2(os.open(_said(acks), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        raise SystemExit(output.outcome_of(act))
    act()
    _line(handle, f"statements {counted}")


def _said(acks: Path) -> Path:
    return acks.with_name(f"{acks.name}.said")


def _line(handle: int, line: str) -> None:
    os.write(handle, line.encode() + b"\n")


class Grave:
    """Where one job is run again and again on one kind of database."""

    def __init__(self, job: Job, kind: str, server: str, folder: Path, notes: Path | None = None) -> None:
        self.job, self.kind, self.server, self.folder = job, kind, server, folder
        self.notes = notes or folder
        self.home, self.number = folder / "home", 0
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(PRELOADED)
        self.template = folder / "template"
        self.template.mkdir(parents=True)
        self.home.mkdir()
        os.environ["TOCSIN_HOME"] = str(self.home)
        self.made = self._address("template")
        if kind == "postgresql":
            self._sql(f"CREATE DATABASE {_name(self.made)}")
        job.make(self.made, self.template)
        engine.engine(self.made).dispose()
        with self.trial() as (url, place):
            code, acks, self.seconds = self.run(url, place, Death(), later=False)
            assert code == 0, f"{job.name}: undisturbed, it ended with {code}"
            self.statements = int(acks[-1].split()[1])
            self.wanted = normalised(url)

    def close(self) -> None:
        """Take away what was made beside the folder."""
        if self.kind == "postgresql":
            self._drop(_name(self.made))

    def _drop(self, name: str) -> None:
        """Drop a database, and those that a restore kept beside it."""
        server = create_engine(engine.engine(self.server).url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            asked = text("SELECT datname FROM pg_database WHERE datname LIKE :name || '%'")
            for one in connection.execute(asked, {"name": name}).scalars().all():
                connection.execute(text(f'DROP DATABASE IF EXISTS "{one}" WITH (FORCE)'))
        server.dispose()

    def _address(self, name: str) -> str:
        if self.kind == "sqlite":
            return f"sqlite:///{self.folder / name / 'tocsin.db'}"
        return self.server.replace("/postgres?", f"/kill_{self.job.name}_{os.getpid()}_{name}_?")

    def _sql(self, statement: str) -> None:
        server = create_engine(engine.engine(self.server).url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(statement))
        server.dispose()

    @contextmanager
    def trial(self) -> Iterator[tuple[str, Path]]:
        """A fresh copy of the store and its folder; gone afterwards."""
        self.number += 1
        name = f"t{self.number}"
        place, url = self.folder / name, self._address(name)
        copied(self.template, place)
        if self.kind == "postgresql":
            self._sql(f"CREATE DATABASE {_name(url)} TEMPLATE {_name(self.made)}")
        try:
            yield url, place
        finally:
            engine.engine(url).dispose()
            if self.kind == "postgresql":
                self._drop(_name(url))
            shutil.rmtree(place)

    def run(
        self, url: str, place: Path, death: Death, *, later: bool, storm: Storm | None = None
    ) -> tuple[int | None, list[str], float]:
        """Run the job in a process of its own; its exit code, what it acknowledged, how long it took."""
        acks = self.notes / f"{place.name}.{'later' if later else 'acks'}"
        acks.unlink(missing_ok=True)
        go = self.context.Event()
        told = (self.job.name, url, place, acks, self.home, later, death, go, storm)
        process = self.context.Process(target=victim, args=told)
        process.start()
        go.wait(TOO_LONG)
        begun = time.monotonic()
        process.join(TOO_LONG if death.seconds is None else death.seconds)
        if process.is_alive():
            storm.strike() if storm else process.kill()
            process.join(TOO_LONG if storm else None)
        lines = acks.read_text().splitlines() if acks.exists() else []
        code = process.exitcode
        process.close()
        return code, lines, time.monotonic() - begun

    def one(self, death: Death, told: Told) -> None:
        """One trial: kill, look, run again, look."""
        with self.trial() as (url, place):
            code, acks, _ = self.run(url, place, death, later=False)
            killed = code == -signal.SIGKILL
            told.killed, told.finished = told.killed + killed, told.finished + (not killed)
            if killed:
                told.at[str(len(acks))] += 1
            told.faults += [f"{death}: {one}" for one in self.faults(url, place, acks, code)]

    def under(self, storm: Storm, over: Callable[[], None], death: Death, told: Told) -> None:
        """One trial: the storm strikes, the job must end by itself and say why; it lets up, look, run again, look."""
        with self.trial() as (url, place):
            try:
                code, acks, _ = self.run(url, place, death, later=False, storm=storm)
            finally:
                over()
            said = _said(self.notes / f"{place.name}.acks").read_text()
            told.killed, told.finished = told.killed + (code == 1), told.finished + (code == 0)
            calm = code == 0 or (said.startswith("tocsin: ") and said.count("\n") == 1)
            if not calm or said.startswith("tocsin: unexpected"):
                told.faults.append(f"{death}: it said {said[:500]!r} and ended with {code}")
            told.at[said.strip()[:60]] += 1
            code = 0 if code == 1 else code
            told.faults += [f"{death}: {one}" for one in self.faults(url, place, acks, code)]

    def faults(self, url: str, place: Path, acks: list[str], code: int | None) -> list[str]:
        """All that is wrong after a kill and after the run that follows it."""
        if code not in {0, -signal.SIGKILL}:
            return [f"it ended by itself with {code}"]
        acks = [one for one in acks if not one.startswith("statements")]
        found = [f"lost although acknowledged: {one}" for one in self.job.missing(url, place, acks)]
        found += self._unsound(url)
        engine.engine(url).dispose()
        again, _, self.seconds = self.run(url, place, Death(), later=True)
        if again != 0:
            return [*found, f"the next run ended with {again}"]
        return found + self._unsound(url) + self._other(url)

    def _unsound(self, url: str) -> list[str]:
        if self.kind != "sqlite":
            return []
        wrong = sqlite.unsound(sqlite.place(url))
        return [f"damaged: {wrong}"] if wrong else []

    def _other(self, url: str) -> list[str]:
        now = normalised(url)
        with engine.reading(url) as session:
            broken = revisions.check(session)
        found = [f"the history is broken at {broken}"] if broken else []
        if now != self.wanted:
            less, more = Counter(self.wanted) - Counter(now), Counter(now) - Counter(self.wanted)
            found.append(
                f"{less.total()} rows lost or changed, {more.total()} too many: {[*less, *more][:2]}"
            )
        return found

    def deaths(self, dice: random.Random) -> Iterator[Death]:
        """Random points: in turn before a statement or commit, and after a share of the time it takes."""
        while True:
            yield Death(statement=dice.randint(1, self.statements))
            yield Death(seconds=dice.uniform(0, self.seconds))


def _name(url: str) -> str:
    return str(engine.engine(url).url.database)


def campaign(job: Job, kind: str, server: str, folder: Path, trials: int, seed: int) -> Told:
    """Kill a job so many times."""
    grave, told = Grave(job, kind, server, folder), Told()
    for death in grave.deaths(random.Random(seed)):  # noqa: S311
        if told.killed >= trials or told.finished > 3 * trials:
            break
        grave.one(death, told)
    grave.close()
    return told


def stormy(grave: Grave, storm: Storm, over: Callable[[], None], trials: int, seed: int) -> Told:
    """Let a storm strike a job so many times."""
    told = Told()
    for death in grave.deaths(random.Random(seed)):  # noqa: S311
        if told.killed >= trials or told.finished > 3 * trials:
            break
        grave.under(storm, over, death, told)
    return told
