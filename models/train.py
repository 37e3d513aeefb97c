"""Train: fit every question, hold the model against the simple rules on past weeks, promote what the gate lets."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from joblib import delayed
from sqlalchemy.orm import Session

from db import queries, settings, store
from db.ids import content_id, content_sha256
from db.policy import Viewer
from db.store import ModelRecord
from db.vocab import ModelStatus, PromotionKind, Subject
from models import (
    backtest,
    cards,
    count_training,
    days,
    gate,
    incumbents,
    intervals,
    reading,
    registry,
    workers,
)
from models.bench import Bench, Fitted, cutoffs, fit, questions
from models.cards import LARGE, Comparison, Terms
from models.days import Array
from models.estimators import BASELINE, BASELINES
from models.incumbents import Incumbent, Incumbents
from models.targets import TARGETS, Question, answerable

COMPARED_WEEKS = 52
REFIT_DAYS = 84
Progress = Callable[[int, int], None]


class Made(NamedTuple):
    """A fitted model with its refits."""

    fitted: Fitted
    refits: Array


@dataclass(frozen=True)
class Trained:
    """A fitted model with its card, and whether it is the one to use."""

    fitted: Fitted
    card: dict[str, Any]
    promoted: bool
    refits: Array | None = None


def train(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    now: datetime,
    recorded_as_of: date | None = None,
    shadow: bool = False,
    progress: Progress | None = None,
    jobs: int | None = None,
) -> list[ModelRecord]:
    """Train every target at every horizon on what was known by a day; keep and return the model records.

    With `shadow` nothing is promoted: the models are kept for comparison.
    """
    records = fit_region(
        session,
        viewer,
        region_id=region_id,
        as_of=as_of,
        now=now,
        recorded_as_of=recorded_as_of,
        shadow=shadow,
        progress=progress,
        jobs=jobs,
    )
    keep(session, records)
    return records


def keep(session: Session, records: Sequence[ModelRecord]) -> None:
    """Keep models, and put those that were promoted in force, saying whether a simple rule had to step in."""
    for record in records:
        choice = record.card["choice"]
        kind = PromotionKind(choice.get("kind") or PromotionKind.AUTO)
        store.save_model(
            session, record, kind=kind, reason=choice["why"] if kind is PromotionKind.FALLBACK else ""
        )


def fit_region(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    now: datetime,
    recorded_as_of: date | None = None,
    shadow: bool = False,
    own: Sequence[str] = (),
    progress: Progress | None = None,
    jobs: int | None = None,
) -> list[ModelRecord]:
    """The same without keeping anything: a reading session is enough; `own` names covariates to use."""
    region = queries.region(session, viewer, region_id, recorded_as_of=recorded_as_of)
    loaded = reading.frames(session, viewer, region_id=region_id, as_of=as_of, recorded_as_of=recorded_as_of)
    bench = backtest.bench_for(loaded, as_of, own=own)
    data_version = reading.data_versions(loaded, [as_of])[as_of]
    terms = Terms(region_id, as_of, region.alert_horizon_days, data_version)
    names = [name for name, target in TARGETS.items() if answerable(bench.panel, target)]
    asked = questions(names, region.horizons_days, region.escalation_floor_deaths)
    key, at_once = settings.key(), jobs or os.cpu_count() or 1
    trained = train_all(
        *(bench, asked, terms, incumbents.in_force(session, viewer, region_id, as_of, key)),
        jobs=at_once,
        progress=progress,
    )
    counted = count_training.train(bench, region.horizons_days, terms, jobs=at_once)
    trained += [Trained(*one) for one in counted]
    return [record(replace(one, promoted=one.promoted and not shadow), now, key) for one in trained]


def train_all(
    bench: Bench,
    asked: Sequence[Question],
    terms: Terms,
    in_force: Incumbents | None = None,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[Trained]:
    """The same without a store."""
    folds = [(one, int(cutoff)) for one in asked for cutoff in fold_days(bench, one)]
    total = len(folds) + len(asked)
    said = backtest.replay(
        *(bench, folds, (*BASELINES, LARGE), REFIT_DAYS, jobs),
        progress and (lambda n, _: progress(n, total)),
    )
    compared = [cards.compare(bench, question, said.get(question, {})) for question in asked]
    names = [dict.fromkeys((BASELINE, LARGE, one.trial.best() or BASELINE)) for one in compared]
    known_by = days.number(terms.as_of)
    work = workers.each(
        (
            delayed(_fit)(bench, one.question, name, known_by)
            for one, wanted in zip(compared, names, strict=True)
            for name in wanted
        ),
        jobs=jobs,
        share=bench,
    )
    trained = []
    for at, (one, wanted) in enumerate(zip(compared, names, strict=True)):
        made = {name: next(work) for name in wanted}
        trained += _judge(one, made, terms, (in_force or {}).get(_slot(one.question)))
        if progress:
            progress(len(folds) + at + 1, total)
    return trained


def _slot(question: Question) -> tuple[str, int]:
    return question.target.name, question.horizon_days


def _fit(bench: Bench, question: Question, name: str, known_by: int) -> Made:
    """Fit one estimator, and its refits on weeks drawn again."""
    fitted = fit(bench, question, name, known_by)
    return Made(fitted, intervals.refits(bench, question, fitted, known_by))


def fold_days(bench: Bench, question: Question) -> list[int]:
    """The days of the last year on which models are fitted again for the comparison."""
    rows = bench.panel.origins[bench.usable(question)]
    if not len(rows):
        return []
    first = max(int(rows[-1]) - 7 * (COMPARED_WEEKS - 1), int(rows[0]))
    return [int(one) for one in cutoffs(first, int(rows[-1]), REFIT_DAYS)]


def _judge(
    compared: Comparison, made: Mapping[str, Made], terms: Terms, incumbent: Incumbent | None
) -> list[Trained]:
    """Let the gate choose on past weeks, and write the card of every model that was fitted."""
    trial = compared.trial
    choice = gate.choose(
        trial,
        LARGE,
        enough=made[LARGE].fitted.name == LARGE,
        incumbent=incumbent.later(compared) if incumbent else None,
    )
    used = made[choice.name].fitted.name if choice.name else None
    fitted = {one.fitted.name: one for one in made.values()}
    trained = []
    for name, one in fitted.items():
        spread = compared.spread(one.fitted, one.refits)
        told = choice.card(choice.ruling if name == LARGE else gate.rule(trial, name), name == used)
        card = cards.card(compared, one.fitted, terms, told, spread)
        trained.append(Trained(one.fitted, card, name == used, one.refits))
    return trained


def record(one: Trained, now: datetime, key: bytes) -> ModelRecord:
    """A trained model as the store keeps it, signed."""
    body = registry.pack(one.fitted, one.refits)
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
