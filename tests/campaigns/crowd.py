"""Two writers and twenty readers at once: nobody sees an error, and no change gets lost."""

import multiprocessing
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from db import engine, queries
from db.policy import LOCAL
from tests import factories
from tests.conftest import NOW
from tests.db.stores import rows

WRITERS, READERS = 2, 20
Until = Callable[[int], bool]


def write(url: str, folder: Path, name: str, more: Until) -> int:
    """Take in reports one file at a time, and count each in the store itself: read, add one, write back."""
    done = 0
    while more(done):
        report = factories.report_row(external_id=f"{name}-{done}", killed=done % 7)
        path = factories.write_csv(folder / f"{name}-{done}.csv", [report])
        factories.take(url, path, "reports", now=NOW + timedelta(seconds=done))
        with engine.writing(url) as session:
            held = session.scalar(text("SELECT lag_days FROM source WHERE code = 'radio'"))
            session.execute(text("UPDATE source SET lag_days = :n WHERE code = 'radio'"), {"n": held + 1})
        done += 1
    return done


def read(url: str, more: Until) -> int:
    """Ask what the pages ask; one answer must fit the other, because they are of one moment."""
    done, where = 0, {"region_id": "nowhere", "as_of": date(2026, 12, 31)}
    while more(done):
        with engine.reading(url) as session:
            first = len(queries.incidents(session, LOCAL, **where))
            queries.coverage(session, LOCAL, **where)
            queries.runs(session, LOCAL)
            if first != len(queries.incidents(session, LOCAL, **where)):
                raise AssertionError("two reads of one moment differ")
        done += 1
    return done


def _one(kind: str, url: str, folder: Path, name: str, seconds: float, told: Any) -> None:
    end = time.monotonic() + seconds
    try:
        if kind == "write":
            done = write(url, folder, name, lambda _done: time.monotonic() < end)
        else:
            done = read(url, lambda _done: time.monotonic() < end)
        told.put((kind, done, None))
    except Exception as error:
        told.put((kind, 0, f"{type(error).__name__}: {error}"))


def crowd(url: str, folder: Path, seconds: float) -> dict[str, Any]:
    """Let them loose, each in a process of its own; what was written and read, errors and losses."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.campaigns.crowd"])
    told = context.Queue()
    kinds = [("write", f"w{n}") for n in range(WRITERS)] + [("read", f"r{n}") for n in range(READERS)]
    people = [context.Process(target=_one, args=(k, url, folder, n, seconds, told)) for k, n in kinds]
    for one in people:
        one.start()
    found = [told.get(timeout=seconds + 300) for _ in people]
    for one in people:
        one.join()
    written = sum(done for kind, done, _ in found if kind == "write")
    return {
        "written": written,
        "read": sum(done for kind, done, _ in found if kind == "read"),
        "errors": [error for _, _, error in found if error],
        "lost": lost(url, written),
    }


def lost(url: str, written: int) -> list[str]:
    """What of so many changes is not there."""
    counted = rows(url, "SELECT lag_days FROM source WHERE code = 'radio'")[0]["lag_days"]
    reports = rows(url, "SELECT count(*) AS n FROM report")[0]["n"]
    told = [("counted", counted - START), ("reports", reports)]
    return [f"{found} {name} instead of {written}" for name, found in told if found != written]


START = 2  # days of the radio's lag in the pack
