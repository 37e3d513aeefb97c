"""Train: fit both estimators for every question, compare them on past weeks, and promote the better one."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sqlalchemy.orm import Session

from db import queries, settings, store
from db.ids import content_id, content_sha256
from db.policy import Viewer
from db.store import ModelRecord
from db.vocab import ModelStatus, Target
from models import backtest, baselines, days, levels, metrics, reading, registry
from models.bench import Bench, Fitted, Question, cutoffs, fit, questions
from models.days import Array, BoolArray
from models.estimators import BASELINE, ESTIMATORS, SEED
from models.levels import Thresholds
from models.targets import ESCALATION, MIN_HISTORY_DAYS, TARGETS

COMPARED_WEEKS = 52
REFIT_DAYS = 84
BLIND_SPOTS = (
    "political shocks that no incident announces",
    "silence: what no source reports does not exist for the model",
    "new actors and new kinds of violence",
    "incidents whose place is known only as a governorate count in no smaller area",
)
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Terms:
    """What the region and the caller lay down for one training."""

    region_id: str
    as_of: date
    alert_horizon_days: int
    data_version: str


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
    trained = train_all(bench, asked, terms, jobs=jobs or os.cpu_count() or 1, progress=progress)
    return [_record(one, now, settings.key()) for one in trained]


def train_all(
    bench: Bench, asked: Sequence[Question], terms: Terms, *, jobs: int = 1, progress: Progress | None = None
) -> list[Trained]:
    """The same without a store."""
    names = backtest.COMPARED
    folds = [(one, int(cutoff)) for one in asked for cutoff in _cutoffs(bench, one)]
    total = len(names) * (len(folds) + len(asked))
    said = backtest.replay(
        bench, folds, names, REFIT_DAYS, jobs, progress and (lambda n, _: progress(n, total))
    )
    known_by = days.number(terms.as_of)
    work = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(
        delayed(fit)(bench, question, name, known_by) for question in asked for name in names
    )
    trained = []
    for at, question in enumerate(asked):
        fitted = [next(work) for _ in names]
        trained += _judge(bench, question, fitted, said.get(question, {}), terms)
        if progress:
            progress(len(names) * (len(folds) + at + 1), total)
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
    distinct = {one.name: one for one in fitted}
    weeks = _weeks(bench, question, said)
    errors = _compare(bench, question, said, weeks)
    best, why = _choose(distinct, errors)
    return [
        Trained(one, _card(bench, question, one, terms, said, weeks, errors, best, why), name == best)
        for name, one in distinct.items()
    ]


def _weeks(bench: Bench, question: Question, said: dict[str, Array]) -> BoolArray:
    """The origins for which every candidate has a forecast and the outcome is known."""
    weeks = bench.usable(question)
    for table in said.values():
        weeks = weeks & ~np.isnan(table).any(axis=1)
    return weeks if said else np.zeros_like(weeks)


def _compare(bench: Bench, question: Question, said: dict[str, Array], weeks: BoolArray) -> dict[str, float]:
    """Brier scores of the candidates and of the simple rules on the same rows."""
    if not weeks.any():
        return {}
    simple = baselines.forecasts(bench.panel, question.target, question.horizon_days, question.floor_deaths)
    happened = bench.outcome(question)[weeks]
    return {name: metrics.brier(happened, table[weeks]) for name, table in {**simple, **said}.items()}


def _choose(candidates: dict[str, Fitted], errors: dict[str, float]) -> tuple[str, str]:
    """The larger model if it does not lose to the baseline out of sample, else the baseline."""
    large, small = "logit_mean", next(name for name in candidates if name != "logit_mean")
    if large not in candidates:
        one = candidates[small]
        why = f"too few cases for more: {one.positives} rows in {one.areas_with_positives} areas"
        return small, why
    if large not in errors or BASELINE not in errors:
        return small, "no past forecasts to compare on: the simple baseline is used"
    gain = metrics.skill(errors[large], errors[BASELINE])
    if gain >= 0:
        return large, f"not worse than the baseline out of sample (Brier {gain:+.1%})"
    return small, f"the larger model lost to the baseline out of sample (Brier {gain:+.1%})"


def _card(
    bench: Bench,
    question: Question,
    fitted: Fitted,
    terms: Terms,
    said: dict[str, Array],
    weeks: BoolArray,
    errors: dict[str, float],
    best: str,
    why: str,
) -> dict[str, Any]:
    """Everything a person or a check wants to know of a model; only things JSON can hold."""
    rows = bench.panel.origins[bench.usable(question)]
    return {
        "format": registry.FORMAT,
        "region_id": terms.region_id,
        "target": question.target.name,
        "target_doc": question.target.doc,
        "horizon_days": question.horizon_days,
        "floor_deaths": question.floor_deaths,
        "estimator": fitted.name,
        "estimator_doc": ESTIMATORS[fitted.name].doc,
        "features": registry.describe(fitted.features),
        "train_as_of": terms.as_of.isoformat(),
        "data_version": terms.data_version,
        "data_window": [_iso(rows[0]), _iso(rows[-1])] if len(rows) else None,
        "min_history_days": MIN_HISTORY_DAYS,
        "rows": fitted.rows,
        "positives": fitted.positives,
        "areas_with_positives": fitted.areas_with_positives,
        "choice": {"used": fitted.name == best, "why": why},
        "out_of_sample": _out_of_sample(bench, question, fitted, weeks, errors),
        "thresholds": _thresholds(bench, question, fitted, terms, said, weeks),
        "blind_spots": list(BLIND_SPOTS),
        "seed": SEED,
        "versions": registry.versions(),
    }


def _out_of_sample(
    bench: Bench, question: Question, fitted: Fitted, weeks: BoolArray, errors: dict[str, float]
) -> dict[str, Any]:
    """How the comparison went, in numbers."""
    mine = errors.get(fitted.name)
    return {
        "weeks": int(weeks.sum()),
        "areas": bench.panel.shape[1],
        "base_rate": round(float(bench.outcome(question)[weeks].mean()), 6) if weeks.any() else None,
        "brier": {name: round(error, 6) for name, error in errors.items()},
        "skill": {n: round(metrics.skill(mine, e), 4) for n, e in errors.items() if e > 0} if mine else {},
    }


def _thresholds(
    bench: Bench, question: Question, fitted: Fitted, terms: Terms, said: dict[str, Array], weeks: BoolArray
) -> dict[str, Any] | None:
    """Where levels begin, for escalation at the region's alert horizon only."""
    if question.target is not ESCALATION or question.horizon_days != terms.alert_horizon_days:
        return None
    table = said.get(fitted.name, said.get("logit_mean"))
    if table is None:
        return Thresholds(None, {}, 0, 0).card()
    community = bench.panel.areas["kind"].to_numpy(str) == "community"
    asked = community if community.any() else np.ones_like(community)
    cells = np.ix_(weeks, asked)
    happened = bench.outcome(question)[cells]
    return levels.learn(bench.panel.origins[weeks], table[cells], happened, question.horizon_days).card()


def _record(one: Trained, now: datetime, key: bytes) -> ModelRecord:
    body = registry.pack(one.fitted)
    return ModelRecord(
        id=content_id("model", content_sha256(one.card)),
        region_id=one.card["region_id"],
        target=Target(one.card["target"]),
        horizon_days=one.card["horizon_days"],
        estimator=one.fitted.name,
        train_as_of=date.fromisoformat(one.card["train_as_of"]),
        created_at=now,
        status=ModelStatus.PROMOTED if one.promoted else ModelStatus.SHADOW,
        card=one.card,
        artefact=body,
        digest=registry.sign(body, one.card, key),
    )


def _iso(number: int) -> str:
    return days.day_of(number).isoformat()
