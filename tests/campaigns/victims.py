"""The jobs that are killed: each is prepared once, done whole once, and killed as often as one likes.

A job tells `ack` what it has acknowledged, as a person at the keyboard would have seen it; `missing` says
what of that is not there afterwards. Rerun after a kill it must come to the same end.
"""

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select, text

from dashboard import jobs
from dashboard.alerts import drafting, overdue, release, step
from db import backup, choices, engine, merging, migrating, queries, recipients, store
from db.backup import restoring
from db.importers import IMPORTERS
from db.importers import run as importing
from db.policy import LOCAL
from db.schema import Notice, NoticeStep
from db.vocab import Pace, Scope
from tests import factories
from tests.conftest import NOW
from tests.dashboard import stores as pages
from tests.db import random_store
from tests.db.stores import count, rows

Ack = Callable[[str], None]
ROWS, AT_ONCE = 90, 10
DAYS = factories.days(date(2018, 3, 3), 3)
AFTER = {"alerts": "transition", "verify": "verification"}
TRAINED = date(2018, 1, 31)
SPOKEN = datetime(2018, 7, 26, 6, tzinfo=UTC)  # just after the days that are scored: nothing has expired


@dataclass(frozen=True)
class Job:
    """Something that may be killed: how its store is made, what it does, what must be there afterwards."""

    name: str
    make: Callable[[str, Path], None]
    act: Callable[[str, Path, datetime, Ack], None]
    missing: Callable[[str, Path, Sequence[str]], list[str]]


def _nowhere(url: str, folder: Path) -> None:
    migrating.upgrade(url)
    factories.load(url, factories.pack(folder))


def _reports(folder: Path) -> Path:
    days = factories.days(date(2018, 1, 1), ROWS)
    found = [
        factories.report_row(
            external_id=f"r{n}", incident_ref=f"e{n // 2}", killed=n % 5, text=f"Report {n}.",
            source_id=("monitor", "radio")[n % 2], date_start=days[n // 2], date_end=days[n // 2],
            published_at=days[n // 2],
        )
        for n in range(ROWS)
    ]  # fmt: skip
    return factories.write_csv(folder / "reports.csv", found)


def _make_import(url: str, folder: Path) -> None:
    _nowhere(url, folder)
    _reports(folder)


def _import(url: str, folder: Path, now: datetime, ack: Ack) -> None:
    importing.CHUNK = AT_ONCE
    importer = IMPORTERS["reports"]
    importing.run(url, LOCAL, importer, folder / "reports.csv", now, progress=lambda rows: ack(str(rows)))


def _lost_reports(url: str, _folder: Path, acks: Sequence[str]) -> list[str]:
    held = {row["external_id"] for row in rows(url, "SELECT external_id FROM report")}
    return [f"r{n}" for n in range(int(acks[-1]) if acks else 0) if f"r{n}" not in held]


def _make_daily(url: str, folder: Path) -> None:
    from tests.models import test_chain as chain

    migrating.upgrade(url)
    factories.load(url, chain.one_horizon(factories.pack(folder)))
    file = factories.write_csv(folder / "ged.csv", chain.events())
    factories.take(url, file, covered_from=chain.START, covered_until=date(2018, 3, 31))
    _generous(url)
    _trained(url)


def _generous(url: str) -> None:
    """Let false alerts cost nothing, so that communities are warned of and notices drafted while the job is killed."""
    budgets, long_ago = dict.fromkeys(choices.BUDGETED, choices.MOST_BUDGET), datetime(2017, 1, 1, tzinfo=UTC)
    with engine.writing(url) as session:
        act: dict[str, Any] = {"reason": "a test", "by": "ana", "now": long_ago}
        choices.choose(session, LOCAL, "nowhere", "budgets", budgets, **act)


def _trained(url: str) -> None:
    silent: Callable[..., None] = lambda *_: None  # noqa: E731
    where = {"region_id": "nowhere", "as_of": TRAINED, "now": lambda: NOW, "tell": silent}
    jobs.train(url, **where, fits_at_a_time=1)
    jobs.daily(url, **where, first=TRAINED)  # its forecasts are over when the days of the trial come


def _daily(url: str, _folder: Path, now: datetime, ack: Ack) -> None:
    jobs.DAYS_AT_ONCE = 1  # as many transactions as days

    def tell(part: str, done: int, _total: int) -> None:
        if part == "score":
            ack(f"score {done}")
        elif part in AFTER:
            ack(f"{part} {count(url, AFTER[part])}")

    jobs.daily(url, region_id="nowhere", as_of=DAYS[-1], first=DAYS[0], now=lambda: now, tell=tell)


def _lost_days(url: str, _folder: Path, acks: Sequence[str]) -> list[str]:
    scored = max((int(one.split()[1]) for one in acks if one.startswith("score")), default=0)
    with engine.reading(url) as session:
        days = queries.scored_days(session, LOCAL, region_id="nowhere", as_of=date.max)
    lost = [str(day) for day in DAYS[:scored] if day not in days]
    for part, table in AFTER.items():
        told = max((int(one.split()[1]) for one in acks if one.startswith(part)), default=0)
        lost += [f"{told} rows of {table}"] if count(url, table) < told else []
    return lost


def _make_alerts(url: str, folder: Path) -> None:
    pages.build(url, folder, scored=False)
    with engine.writing(url) as session:
        model = store.save_model(session, pages.model("nowhere"))
        for day in pages.SCORED:
            store.save_scores(session, pages.rows(day, model, [], False))


def _alerts(url: str, _folder: Path, now: datetime, ack: Ack) -> None:
    for day in pages.SCORED:
        with engine.writing(url) as session:
            step.run(session, LOCAL, region_id="nowhere", days=[day], now=now)
        ack(f"alerts {count(url, 'transition')}")


def _notices(url: str, _folder: Path, _now: datetime, ack: Ack) -> None:
    """Judge and draft day by day, let everything out, and hand on what nobody answered; all at fixed moments."""
    where: dict[str, Any] = {"region_id": "nowhere", "now": SPOKEN}
    for day in pages.SCORED:
        with engine.writing(url) as session:
            drafting.draft(session, LOCAL, **where, rows=step.run(session, LOCAL, **where, days=[day]))
        ack(f"notice {count(url, 'notice')}")
    waiting = select(Notice.id).where(~exists().where(NoticeStep.notice_id == Notice.id)).order_by(Notice.id)
    with engine.reading(url) as session:
        names = session.scalars(waiting).all()
    for name in names:
        with engine.writing(url) as session:
            release.approve(session, LOCAL, name, by="ana", now=SPOKEN)
        ack(f"message {count(url, 'message')}")
    for hours in (5, 10, 24, 48):
        with engine.writing(url) as session:
            overdue.pass_on(session, LOCAL, "nowhere", SPOKEN + timedelta(hours=hours))
        ack(f"notice {count(url, 'notice')}")


def _make_notices(url: str, folder: Path) -> None:
    _make_alerts(url, folder)
    act: dict[str, Any] = {"by": "ana", "now": SPOKEN}
    with engine.writing(url) as session:
        line = ["duty lead", "director"]
        choices.choose(session, LOCAL, "nowhere", "next_in_line", line, reason="a test", **act)
        choices.choose(session, LOCAL, "nowhere", "alerts_a_week", 1, reason="a test", **act)
        for name in ("desk", "partner"):
            made = recipients.add(
                session, LOCAL, "nowhere", recipients.New(name, "json", "json://127.0.0.1:9/"), **act
            )
            about = (Scope.REGION, "nowhere")
            recipients.subscribe(session, LOCAL, made, *about, level=2, pace=Pace.AT_ONCE, **act)


def _lost_notices(url: str, _folder: Path, acks: Sequence[str]) -> list[str]:
    told = [one.split() for one in acks]
    return [f"{number} rows of {table}" for table, number in told if count(url, table) < int(number)]


def _lost_steps(url: str, _folder: Path, acks: Sequence[str]) -> list[str]:
    told = int(acks[-1].split()[1]) if acks else 0
    return [f"{told} steps of alerts"] if count(url, "transition") < told else []


def _make_merge(url: str, folder: Path) -> None:
    _make_import(url, folder)
    importing.run(url, LOCAL, IMPORTERS["reports"], folder / "reports.csv", NOW)


def _pairs(url: str) -> list[tuple[str, str]]:
    ids = [row["id"] for row in rows(url, "SELECT id FROM incident ORDER BY id")][:16]
    return list(zip(ids[::2], ids[1::2], strict=True))


def _merge(url: str, _folder: Path, now: datetime, ack: Ack) -> None:
    """Merge pair after pair, leaving out what was merged before, as `tocsin duplicates apply` does."""
    for number, pair in enumerate(_pairs(url)):
        with engine.writing(url) as session:
            if pair not in merging.judged(session, "nowhere"):
                merging.merge(session, LOCAL, pair, merging.Act("ana", "one event", now))
        ack(str(number + 1))


def _lost_merges(url: str, _folder: Path, acks: Sequence[str]) -> list[str]:
    with engine.reading(url) as session:
        said = merging.judged(session, "nowhere")
    return [str(pair) for pair in _pairs(url)[: int(acks[-1]) if acks else 0] if pair not in said]


def _make_older(url: str, _folder: Path) -> None:
    from tests.db.test_every_upgrade import reflected, then
    from tests.db.test_upgrade import released

    released(url, "0001")
    random_store.fill(url, 1, rows=6, among=[then(table) for table in reflected(url).values()])


def _migrate(url: str, _folder: Path, _now: datetime, ack: Ack) -> None:
    migrating.upgrade(url)
    ack("newest")


def _not_newest(url: str, _folder: Path, acks: Sequence[str]) -> list[str]:
    found = migrating.revision(url)
    whole = found in ({migrating.head()} if acks else {migrating.head(), "0001"})
    return [] if whole else [f"schema {found}"]


def _backup(url: str, folder: Path, now: datetime, ack: Ack) -> None:
    backup.make(url, folder / "a.backup", now, force=True)
    ack("whole")


def _no_backup(_url: str, folder: Path, acks: Sequence[str]) -> list[str]:
    """What is there under the name of a backup must be one, whenever the program died."""
    path = folder / "a.backup"
    if path.exists():
        restoring.verify(path)
    return ["a.backup"] if acks and not path.exists() else []


def _make_restore(url: str, folder: Path) -> None:
    _make_merge(url, folder)
    backup.make(url, folder / "a.backup", NOW)
    with engine.writing(url) as session:
        session.execute(text("UPDATE source SET name = 'newer'"))


def _restore(url: str, folder: Path, now: datetime, ack: Ack) -> None:
    restoring.restore(url, folder / "a.backup", now, replace=True)
    ack("restored")


def _neither(url: str, _folder: Path, acks: Sequence[str]) -> list[str]:
    newer = {row["name"] == "newer" for row in rows(url, "SELECT name FROM source")}
    whole = len(newer) == 1 and not (acks and True in newer)
    return [] if whole else ["the store is neither the old nor the new one"]


JOBS = {
    job.name: job
    for job in (
        Job("import", _make_import, _import, _lost_reports),
        Job("daily", _make_daily, _daily, _lost_days),
        Job("alerts", _make_alerts, _alerts, _lost_steps),
        Job("notices", _make_notices, _notices, _lost_notices),
        Job("merge", _make_merge, _merge, _lost_merges),
        Job("migration", _make_older, _migrate, _not_newest),
        Job("backup", _make_merge, _backup, _no_backup),
        Job("restore", _make_restore, _restore, _neither),
    )
}


def copied(source: Path, target: Path) -> None:
    """A folder of a job, without what earlier trials left."""
    with suppress(FileNotFoundError):
        shutil.rmtree(target)
    shutil.copytree(source, target)
