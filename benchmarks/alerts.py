"""What the alert rules cost: `python -m benchmarks.alerts sqlite:///large.db` (a store of `benchmarks.large_store`).

The newest scored day is judged anew by all rules, with nothing known of earlier alerts: once as it is, once as a
storm in which every community stands at emergency. Nothing is kept. Times are of this process: wall and CPU seconds.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.alerts import drafting, sights, step, wording
from db import engine, queries
from db.policy import LOCAL
from db.schema import Alert, Notice, Score
from models import reading

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LANGUAGES = ("en", "ar")


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Print how long something took."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    print(f"| {name} | {time.perf_counter() - wall:.2f} | {time.process_time() - cpu:.2f} |", flush=True)


def judge(session: Session, region: queries.RegionInfo, day: date, storm: bool) -> None:
    """One day by all rules, from the frames to the texts."""
    where: dict[str, Any] = {"region_id": region.id}
    if storm:
        session.execute(update(Score).where(Score.as_of == day, Score.level > 0).values(level=4))
    with timed("what scoring has read anyway"):
        frames = reading.frames(session, LOCAL, **where, as_of=day)
    whole = timed("rules and texts")
    with whole:
        with timed("past, thresholds and silences"):
            seen = sights.read(session, LOCAL, **where, frames=frames, days=[day])
        with timed("rules and transitions"):
            rows = step.run(session, LOCAL, **where, days=[day], now=NOW, sights=seen)
        with timed("bundles, facts and drafts"):
            names = drafting.draft(session, LOCAL, **where, rows=rows, now=NOW)
        with timed("texts in two languages"):
            said = [wording.text(session.get_one(Notice, name), one) for name in names for one in LANGUAGES]
    raised = len(session.scalars(select(Alert.id).where(Alert.opened_on == day)).all())
    print(f"{len(seen[day])} communities, {len(rows)} transitions, {raised} alerts, {len(names)} notices, "
          f"{sum(len(one.body) for one in said)} letters")  # fmt: skip


def main(url: Annotated[str, typer.Argument(help="A store with scores.")]) -> None:
    """Measure, and leave the store as it was."""
    for storm in (False, True):
        print("a storm" if storm else "as it is")
        rolled_back(url, lambda session, storm=storm: _newest(session, storm))


def rolled_back(url: str, act: Callable[[Session], None]) -> None:
    """Do something in a transaction of which nothing is kept."""

    class Back(Exception):
        """Ends the transaction."""

    try:
        with engine.writing(url) as session:
            act(session)
            raise Back
    except Back:
        return


def _newest(session: Session, storm: bool) -> None:
    region = queries.regions(session, LOCAL)[0]
    day = queries.scored_days(session, LOCAL, region_id=region.id, as_of=date.max)[0]
    judge(session, region, day, storm)


if __name__ == "__main__":
    typer.run(main)
