"""Rolling origins: what each rule would have said then, beside what happened.

Models are fitted again every few weeks on everything known on that day (rows whose window had ended and
been reported), then asked until the next fit. Nothing known later enters a forecast.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
from joblib import delayed

from models import coverage, days, workers
from models.bench import Bench, cutoffs, rolling
from models.days import Array
from models.errors import ModelError
from models.estimators import BASELINES, probability
from models.frames import Frames
from models.history import GRID_DAYS
from models.panel import Panel
from models.sheets import Sheet, long, sheet
from models.targets import MIN_HISTORY_DAYS, Question

COMPARED = (*BASELINES, "logit_mean")
REFIT_DAYS = 28
WARM_UP_DAYS = 371  # a year of weeks for thresholds, and a week until the last of them was reported
COLUMNS = ["cutoff", "area_id", "kind", "day", "horizon_days", "target", "obs", "fresh", "estimator", "fct"]
Progress = Callable[[int, int], None]


def bench_for(
    frames: Frames,
    known_by: date,
    every_days: int = GRID_DAYS,
    own: Sequence[str] = (),
    also: Sequence[int] = (),
) -> Bench:
    """A panel over all days with enough history, up to the day of knowledge; `also` adds single days."""
    first = coverage.read(frames.coverage, known_by).first + MIN_HISTORY_DAYS
    last = days.number(known_by)
    grids = [days.weekly(first, last, step) for step in {GRID_DAYS, every_days}]
    origins = np.concatenate([*grids, [one for one in also if first <= one <= last]]).astype(np.int64)
    if not len(origins):
        raise ModelError(f"less than {MIN_HISTORY_DAYS} days of reports before {known_by}: import older ones")
    return Bench(Panel(frames, origins, known_by), tuple(own))


def run(
    bench: Bench,
    asked: Sequence[Question],
    *,
    first: date,
    last: date,
    estimators: Sequence[str] = COMPARED,
    refit_days: int = REFIT_DAYS,
    jobs: int = 2,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Forecasts and outcomes as one long frame, simple rules included."""
    done = sheets(
        bench,
        asked,
        first=first,
        last=last,
        estimators=estimators,
        refit_days=refit_days,
        jobs=jobs,
        progress=progress,
    )
    return long(done, COLUMNS, refit_days, days.number(first))


def sheets(
    bench: Bench,
    asked: Sequence[Question],
    *,
    first: date,
    last: date,
    until: date | None = None,
    estimators: Sequence[str] = COMPARED,
    refit_days: int = REFIT_DAYS,
    every_days: int = GRID_DAYS,
    warm: Sequence[Question] = (),
    jobs: int = 2,
    progress: Progress | None = None,
) -> list[Sheet]:
    """What each estimator said for each question, beside what happened.

    Issues after `until` are made but not counted. The questions in `warm` are asked from a year earlier
    where the record allows: their alert thresholds on the first day rest on forecasts that were
    out of sample too.
    """
    span = days.number(first), days.number(last)
    folds = [
        (one, int(cutoff))
        for one in asked
        for cutoff in cutoffs(span[0] - refit_days * _early(one, warm, refit_days), span[1], refit_days)
    ]
    said = replay(bench, folds, estimators, refit_days, jobs, progress)
    counted = span[0], days.number(until or last)
    return [sheet(bench, one, said[one], counted, every_days) for one in asked if one in said]


def _early(question: Question, warm: Sequence[Question], refit_days: int) -> int:
    """How many fits before the first day a question needs."""
    return -(-(WARM_UP_DAYS + question.horizon_days) // refit_days) if question in warm else 0


def replay(
    bench: Bench,
    folds: Sequence[tuple[Question, int]],
    estimators: Sequence[str],
    refit_days: int,
    jobs: int,
    progress: Progress | None = None,
) -> dict[Question, dict[str, Array]]:
    """Fit and ask every fold; probabilities per question and estimator (origins × areas, NaN elsewhere)."""
    bench.prepare(list(dict.fromkeys(question for question, _ in folds)))
    work = workers.each(
        (delayed(rolling)(bench, question, estimators, cutoff, refit_days) for question, cutoff in folds),
        jobs=jobs,
        share=bench,
    )
    return _collect(bench.panel, folds, work, progress)


def _collect(
    panel: Panel,
    folds: Sequence[tuple[Question, int]],
    work: Iterable[tuple[Array, Mapping[str, Array]] | None],
    progress: Progress | None,
) -> dict[Question, dict[str, Array]]:
    """Put the forecasts of all folds together: per question and estimator, origins × areas."""
    said: dict[Question, dict[str, Array]] = {}
    for done, ((question, _), fold) in enumerate(zip(folds, work, strict=True), start=1):
        asked, answers = fold or (None, {})
        for name, log_odds in answers.items():
            table = said.setdefault(question, {}).setdefault(name, np.full(panel.shape, np.nan))
            table[asked] = probability(log_odds)
        if progress:
            progress(done, len(folds))
    return said
