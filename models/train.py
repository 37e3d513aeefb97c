"""Train: fit both estimators for every question, compare them on past weeks, and promote the better one."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from joblib import delayed
from sqlalchemy.orm import Session

from db import queries, settings, store
from db.ids import content_id, content_sha256
from db.policy import Viewer
from db.store import ModelRecord
from db.vocab import ModelStatus, Subject
from models import backtest, cards, count_training, days, reading, registry, workers
from models.bench import Bench, Fitted, cutoffs, fit, questions
from models.cards import LARGE, Terms
from models.days import Array
from models.estimators import BASELINE
from models.targets import TARGETS, Question

COMPARED_WEEKS = 52
REFIT_DAYS = 84
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Trained:
    """A fitted model with its card, and whether it is the one to use."""

    fitted: Fitted
    card: dict[str, Any]
    promoted: bool


def train(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    now: datetime,
    recorded_as_of: date | None = None,
    progress: Progress | None = None,
    jobs: int | None = None,
) -> list[ModelRecord]:
    """Train every target at every horizon on what was known by a day; keep and return the model records."""
    records = fit_region(
        session,
        viewer,
        region_id=region_id,
        as_of=as_of,
        now=now,
        recorded_as_of=recorded_as_of,
        progress=progress,
        jobs=jobs,
    )
    for record in records:
        store.save_model(session, record)
    return records


def fit_region(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    now: datetime,
    recorded_as_of: date | None = None,
    progress: Progress | None = None,
    jobs: int | None = None,
) -> list[ModelRecord]:
    """The same without keeping anything: a reading session is enough."""
    region = queries.region(session, viewer, region_id)
    loaded = reading.frames(session, viewer, region_id=region_id, as_of=as_of, recorded_as_of=recorded_as_of)
    bench = backtest.bench_for(loaded, as_of)
    data_version = reading.data_versions(loaded, [as_of])[as_of]
    terms = Terms(region_id, as_of, region.alert_horizon_days, data_version)
    asked = questions(list(TARGETS), region.horizons_days, region.escalation_floor_deaths)
    at_once = jobs or os.cpu_count() or 1
    trained = train_all(bench, asked, terms, jobs=at_once, progress=progress)
    counted = count_training.train(bench, region.horizons_days, terms, jobs=at_once)
    trained += [Trained(*one) for one in counted]
    return [_record(one, now, settings.key()) for one in trained]


def train_all(
    bench: Bench, asked: Sequence[Question], terms: Terms, *, jobs: int = 1, progress: Progress | None = None
) -> list[Trained]:
    """The same without a store."""
    names = (BASELINE, LARGE)
    folds = [(one, int(cutoff)) for one in asked for cutoff in _cutoffs(bench, one)]
    total = len(folds) + len(asked)
    said = backtest.replay(
        bench, folds, backtest.COMPARED, REFIT_DAYS, jobs, progress and (lambda n, _: progress(n, total))
    )
    known_by = days.number(terms.as_of)
    work = workers.each(
        (delayed(fit)(bench, question, name, known_by) for question in asked for name in names),
        jobs=jobs,
        share=bench,
    )
    trained = []
    for at, question in enumerate(asked):
        fitted = [next(work) for _ in names]
        trained += _judge(bench, question, fitted, said.get(question, {}), terms)
        if progress:
            progress(len(folds) + at + 1, total)
    return trained


def _cutoffs(bench: Bench, question: Question) -> list[int]:
    """The days of the last year on which models are fitted again for the comparison."""
    rows = bench.panel.origins[bench.usable(question)]
    if not len(rows):
        return []
    first = max(int(rows[-1]) - 7 * (COMPARED_WEEKS - 1), int(rows[0]))
    return [int(one) for one in cutoffs(first, int(rows[-1]), REFIT_DAYS)]


def _judge(
    bench: Bench, question: Question, fitted: Sequence[Fitted], said: dict[str, Array], terms: Terms
) -> list[Trained]:
    """Compare the candidates out of sample, choose, and write their cards."""
    candidates = {one.name: one for one in fitted}
    compared = cards.compare(bench, question, said)
    best, why = compared.choose(candidates)
    return [
        Trained(one, cards.card(compared, one, terms, name == best, why), name == best)
        for name, one in candidates.items()
    ]


def _record(one: Trained, now: datetime, key: bytes) -> ModelRecord:
    body = registry.pack(one.fitted)
    return ModelRecord(
        id=content_id("model", content_sha256(one.card)),
        region_id=one.card["region_id"],
        target=Subject(one.card["target"]),
        horizon_days=one.card["horizon_days"],
        estimator=one.fitted.name,
        train_as_of=date.fromisoformat(one.card["train_as_of"]),
        created_at=now,
        status=ModelStatus.PROMOTED if one.promoted else ModelStatus.SHADOW,
        card=one.card,
        artefact=body,
        digest=registry.sign(body, one.card, key),
    )
