"""Jobs that take a while: the daily chain and the demo's preparation, each with a record of its run.

Pages read the records (`job_run`) to show what is being prepared. Whatever takes long works on a reading
session; the store is locked for writing only while finished rows go in.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from dashboard.alerts import drafting, step
from dashboard.alerts.judging import Sights
from db import engine, migrating, packs, queries, store
from db.alone import alone
from db.errors import BadInput, TocsinError
from db.policy import LOCAL
from db.vocab import RunStatus

if TYPE_CHECKING:
    from models.ledger import Closed

Clock = Callable[[], datetime]
Tell = Callable[[str, int, int], None]
ASK_AFTER = timedelta(seconds=5)
LOOK_BACK_DAYS = 35
DAYS_AT_ONCE = 14
DRIFT_EVERY_DAYS = 7
EXERCISE = "exercise"


@dataclass(frozen=True)
class Run:
    """A running job: notes each step in the store and tells whoever watches."""

    url: str
    id: str
    now: Clock
    tell: Tell

    def step(self, name: str, done: int, total: int) -> Callable[[int, int], None]:
        """Note a step; gives a function that tells how far it is inside, and ends what somebody stopped."""
        with engine.writing(self.url) as session:
            store.note_run(session, self.id, self.now(), name, done, total)
        asked = [self.now()]

        def inside(part: int, whole: int) -> None:
            self.tell(name, part, whole)
            if (now := self.now()) - asked[0] >= ASK_AFTER:
                asked[0] = now
                with engine.reading(self.url) as session:
                    store.refuse_stopped(session, self.id)

        return inside


@dataclass
class Daily:
    """What a daily run did."""

    region_id: str
    as_of: date
    days: list[date] = field(default_factory=list)
    rows_written: int = 0
    not_assessed: list[date] = field(default_factory=list)
    transitions: Counter[str] = field(default_factory=Counter)
    opened: list[str] = field(default_factory=list)
    verified: Counter[str] = field(default_factory=Counter)
    notices: list[str] = field(default_factory=list)


@contextmanager
def recorded(url: str, command: str, now: Clock, tell: Tell) -> Iterator[Run]:
    """A run record around a job: it says how the job ended, however it ended."""
    with engine.writing(url) as session:
        run_id = store.start_run(session, command, now(), secrets.token_hex(8))
    error = None
    try:
        yield Run(url, run_id, now, tell)
    except BaseException as fault:
        error = _told(fault)
        raise
    finally:
        with engine.writing(url) as session:
            store.end_run(session, run_id, now(), error=error)
            if error is None:
                engine.study(session)


def _told(fault: BaseException) -> str:
    """Why a job ended; of what nobody foresaw only its kind, because a database's words may hold a whole row."""
    if isinstance(fault, TocsinError):
        return " ".join(str(fault).split()) or type(fault).__name__
    return f"stopped by an unexpected {type(fault).__name__}"


def train(
    url: str,
    *,
    region_id: str,
    as_of: date,
    now: Clock,
    tell: Tell,
    fits_at_a_time: int | None = None,
    shadow: bool = False,
    covariates: Sequence[str] = (),
) -> list[store.ModelRecord]:
    """Train all models on what was known by a day; with `shadow` none of them is put in force."""
    with recorded(url, "train", now, tell) as run:
        return _train(
            run, region_id, as_of, 0, 1, fits_at_a_time=fits_at_a_time, shadow=shadow, own=covariates
        )


def score(url: str, *, region_id: str, as_of: date, now: Clock, tell: Tell) -> Daily:
    """Score one day, without alerts."""
    with recorded(url, "score", now, tell) as run:
        done = Daily(region_id, as_of)
        _score(run, done, [as_of], 0, 1)
        return done


def daily(
    url: str, *, region_id: str, as_of: date, first: date | None = None, now: Clock, tell: Tell
) -> Daily:
    """Score every day without scores and the last one, apply the alert rules, close what is over."""
    with alone(url, "daily"), recorded(url, "daily", now, tell) as run:
        return _daily(run, region_id, as_of, first)


def verify(url: str, *, region_id: str, as_of: date, now: Clock, tell: Tell) -> "Closed":
    """Close the forecasts whose window was over and reported by a day."""
    with recorded(url, "verify", now, tell) as run:
        return _verify(run, region_id, as_of)


def _verify(run: Run, region_id: str, as_of: date, *, measured_days: int = 0) -> "Closed":
    """Close forecasts, and measure drift where that was not done in the last so many days."""
    from models import ledger, watch

    where = {"region_id": region_id, "as_of": as_of, "now": run.now()}
    run.step("verify", 0, 2)
    with engine.reading(run.url) as session:
        closed = ledger.close(session, LOCAL, **where)
    with engine.writing(run.url) as session:
        store.save_verifications(session, closed.rows)
    run.tell("verify", 1, 2)
    with engine.reading(run.url) as session:
        measured = watch.measure(session, LOCAL, **where, measured_days=measured_days)
    with engine.writing(run.url) as session:
        store.save_drift(session, measured)
    run.tell("verify", 2, 2)
    return closed


def _train(
    run: Run,
    region_id: str,
    as_of: date,
    done: int,
    total: int,
    *,
    fits_at_a_time: int | None = None,
    shadow: bool = False,
    own: Sequence[str] = (),
) -> list[store.ModelRecord]:
    from models import train as training  # heavy: only where it is needed

    inside = run.step("train", done, total)
    now = run.now()
    with engine.reading(run.url) as session:
        records = training.fit_region(
            session,
            LOCAL,
            region_id=region_id,
            as_of=as_of,
            now=now,
            shadow=shadow,
            own=own,
            progress=inside,
            jobs=fits_at_a_time,
        )
    with engine.writing(run.url) as session:
        training.keep(session, records)
    return records


def _score(
    run: Run, told: Daily, days: Sequence[date], done: int, total: int, judged: Sequence[date] = ()
) -> None:
    """Score some days; all their rows are kept together, so that an interrupted day is done again.

    The alert rules are applied to the `judged` days with it: what was scored was judged.
    """
    from dashboard.alerts import sights
    from models import score as scoring

    inside = run.step("score", done, total)
    inside(done, total)
    with engine.reading(run.url) as session:
        plan = scoring.plan(session, LOCAL, region_id=told.region_id, days=days, now=run.now())
        asked = days if judged else ()
        seen = sights.read(session, LOCAL, region_id=told.region_id, frames=plan.loaded, days=asked)
    parts, counts, like = list(plan.parts()), plan.counts(), plan.analogues()
    changed = plan.changes([row for part in parts for row in part])
    with engine.writing(run.url) as session:
        written = sum(store.save_scores(session, part) for part in parts)
        store.save_count_forecasts(session, counts)
        store.save_score_changes(session, changed)
        store.save_analogues(session, like)
        if judged:
            _judge(session, run, told, judged, sights=seen)
    summary = plan.summary(sum(map(len, parts)), written)
    told.days += summary.days
    told.rows_written += written
    told.not_assessed += summary.not_assessed
    inside(done + len(days), total)


def _daily(run: Run, region_id: str, as_of: date, first: date | None) -> Daily:
    told = Daily(region_id, as_of)
    days = _days(run.url, region_id, as_of, first)
    missing = _missing(run.url, region_id, days)
    for start in range(0, len(missing), DAYS_AT_ONCE):
        part = missing[start : start + DAYS_AT_ONCE]
        try:
            _score(run, told, part, start, len(missing), [day for day in days if day <= part[-1]])
        except Exception:
            with engine.writing(run.url) as session:
                _judge(session, run, told, part, failed=True)
            raise
    run.step("alerts", len(days), len(days))
    run.tell("alerts", len(days), len(days))
    told.verified = _verify(run, region_id, as_of, measured_days=DRIFT_EVERY_DAYS).verdicts
    return told


def _judge(
    session: Session,
    run: Run,
    told: Daily,
    days: Sequence[date],
    *,
    failed: bool = False,
    sights: Sights | None = None,
) -> None:
    """Apply the alert rules to some days, and draft what they call for."""
    where: dict[str, Any] = {"region_id": told.region_id, "now": run.now()}
    rows = step.run(session, LOCAL, **where, days=days, failed=failed, sights=sights)
    told.transitions.update(row.condition.value for row in rows)
    told.notices += drafting.draft(session, LOCAL, **where, rows=rows)
    told.opened += [
        row.alert_id for row in rows if row.alert_id and row.memory["opened_on"] == row.day.isoformat()
    ]


def _days(url: str, region_id: str, as_of: date, first: date | None) -> list[date]:
    """The days a daily run answers for."""
    with engine.reading(url) as session:
        models = queries.current_models(session, LOCAL, region_id=region_id, as_of=as_of)
    if first is None:
        trained = max(models["train_as_of"], default=as_of)
        first = max(as_of - timedelta(days=LOOK_BACK_DAYS), trained)
    return [first + timedelta(days=n) for n in range((as_of - first).days + 1)]


def _missing(url: str, region_id: str, days: Sequence[date]) -> list[date]:
    """The days without scores, and the last one, of which more may be known by now."""
    with engine.reading(url) as session:
        scored = set(queries.scored_days(session, LOCAL, region_id=region_id, as_of=days[-1]))
    return [day for day in days if day not in scored or day == days[-1]]


def exercise_is_ready(url: str, end: date) -> bool:
    """Whether the store holds the finished exercise that ends on a day; real data in it is refused."""
    if migrating.revision(url) is None:
        return False
    migrating.check(url)
    with engine.reading(url) as session:
        loaded = queries.regions(session, LOCAL)
        real = [region.id for region in loaded if not region.exercise]
        if real:
            raise BadInput(
                f"this store holds real data ({', '.join(real)}); name another one for the demo: --db"
            )
        days = queries.scored_days(session, LOCAL, region_id=EXERCISE, as_of=date.max) if loaded else []
        runs = queries.runs(session, LOCAL, limit=1)
    return bool(days) and days[0] == end and list(runs["status"]) == [RunStatus.DONE.value]


def has_regions(url: str) -> bool:
    """Whether any region is loaded."""
    with engine.reading(url) as session:
        return bool(queries.regions(session, LOCAL))


def prepare_exercise(
    url: str, *, end: date, now: Clock, tell: Tell, communities: int = 40, years: float = 3, seed: int = 1
) -> Daily:
    """Fill an empty store with the exercise: simulate, load, import, train, and score 35 days."""
    from db.exercise import write_exercise  # late: nobody but the demo simulates
    from db.importers import IMPORTERS
    from db.importers.run import run as run_import

    first = end - timedelta(days=LOOK_BACK_DAYS)
    with recorded(url, "demo", now, tell) as run, TemporaryDirectory() as name:
        folder = Path(name)
        inside = run.step("simulate reports", 0, 4)
        write_exercise(folder, communities=communities, years=years, seed=seed, end=end, progress=inside)
        with engine.writing(url) as session:
            store.load_region(session, packs.read(folder), now())
        inside = run.step("take in reports", 1, 4)
        run_import(
            url,
            LOCAL,
            IMPORTERS["reports"],
            folder / "reports.csv",
            now(),
            progress=lambda rows: inside(rows, 0),
        )
        _train(run, EXERCISE, first, 2, 4)
        return _daily(run, EXERCISE, end, first)
