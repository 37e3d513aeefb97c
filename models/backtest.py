"""Rolling origins: what each rule would have said then, beside what happened.

Models are fitted again every few weeks on everything known on that day (rows whose window had ended and
been reported), then asked until the next fit. Nothing known later enters a forecast.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from models import coverage, days, metrics, targets
from models.baselines import RULES
from models.bench import Bench, cutoffs, rolling
from models.days import Array, BoolArray
from models.errors import ModelError
from models.estimators import BASELINE, BASELINES, probability
from models.frames import Frames
from models.history import GRID_DAYS
from models.panel import Panel
from models.targets import MIN_HISTORY_DAYS, Question

COMPARED = (*BASELINES, "logit_mean")
REFIT_DAYS = 28
COLUMNS = ["cutoff", "area_id", "kind", "day", "horizon_days", "target", "obs", "estimator", "fct"]
Progress = Callable[[int, int], None]


def bench_for(frames: Frames, known_by: date, every_days: int = GRID_DAYS, own: Sequence[str] = ()) -> Bench:
    """A panel over all days with enough history, up to the day of knowledge."""
    first = coverage.read(frames.coverage, known_by).first + MIN_HISTORY_DAYS
    origins = days.weekly(first, days.number(known_by), every_days)
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
    span = days.number(first), days.number(last)
    folds = [(one, int(cutoff)) for one in asked for cutoff in cutoffs(*span, refit_days)]
    said = replay(bench, folds, estimators, refit_days, jobs, progress)
    parts = [_long(bench, one, said[one], span, refit_days) for one in asked if one in said]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


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
    work = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(
        delayed(rolling)(bench, question, estimators, cutoff, refit_days) for question, cutoff in folds
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


def _long(
    bench: Bench, question: Question, said: dict[str, Array], span: tuple[int, int], refit_days: int
) -> pd.DataFrame:
    panel = bench.panel
    kept = _assessed(bench, question, span) & ~np.isnan(np.stack(list(said.values()))).any(axis=(0, 2))
    happened = bench.outcome(question)[kept]
    origins = panel.origins[kept]
    n_areas = panel.shape[1]
    shared = {
        "cutoff": np.repeat(_dates(origins - (origins - span[0]) % refit_days), n_areas),
        "area_id": np.tile(np.array(panel.area_ids, dtype=object), len(origins)),
        "kind": np.tile(panel.areas["kind"].to_numpy(object), len(origins)),
        "day": np.repeat(_dates(origins), n_areas),
        "horizon_days": question.horizon_days,
        "target": question.target.name,
        "obs": happened.ravel().astype(float),
    }
    return pd.concat(
        [
            pd.DataFrame({**shared, "estimator": name, "fct": table[kept].ravel()})
            for name, table in said.items()
        ],
        ignore_index=True,
    )


def _assessed(bench: Bench, question: Question, span: tuple[int, int]) -> BoolArray:
    origins = bench.panel.origins
    inside = (origins >= span[0]) & (origins <= span[1])
    return inside & targets.usable(bench.panel, question.horizon_days)


def _dates(numbers: Array) -> Array:
    return numbers.astype("datetime64[D]").astype("datetime64[s]")


def table(frame: pd.DataFrame, *, by_kind: bool = True, draws: int = 1000) -> pd.DataFrame:
    """Skill of every estimator beside the simple rules, with intervals, per target, horizon and kind."""
    keys = ["target", "horizon_days", *(["kind"] if by_kind else [])]
    rows = []
    for key, part in frame.groupby(keys, sort=False, observed=True):
        rows += _compare(dict(zip(keys, key, strict=True)), part, draws)
    return pd.DataFrame(rows)


def _compare(key: dict[str, object], part: pd.DataFrame, draws: int) -> list[dict[str, object]]:
    """One line per fitted estimator."""
    said = {str(name): one["fct"].to_numpy(float) for name, one in part.groupby("estimator", sort=False)}
    one = part[part["estimator"] == next(iter(said))]
    obs, day = one["obs"].to_numpy(float), days.numbers(one["day"])
    errors = {name: (fct - obs) ** 2 for name, fct in said.items()}
    reference = min(("climatology", "climatology_pooled"), key=lambda name: errors[name].mean())
    versus = {"climatology": reference, "conflictology": "conflictology", "ewma": BASELINE}
    lines = []
    for name in (name for name in said if name not in RULES):
        line = {**key, "estimator": name, "rows": len(obs), "base": obs.mean(), **_scores(obs, said[name])}
        for short, other in versus.items():
            line[f"skill_{short}"] = metrics.skill(errors[name].mean(), errors[other].mean())
            line[f"low_{short}"], line[f"high_{short}"] = metrics.block_bootstrap(
                day, errors[name], errors[other], draws=draws
            )
        lines.append(line)
    return lines


def _scores(obs: Array, fct: Array) -> dict[str, object]:
    return {
        "brier": metrics.brier(obs, fct),
        "auc": metrics.auc(obs, fct),
        "ap": metrics.average_precision(obs, fct),
        "ece": metrics.ece(obs, fct),
    }


def text(table: pd.DataFrame) -> str:
    """The table for a terminal: skill in percent with its interval."""
    shown = table[
        ["target", "horizon_days", *(["kind"] if "kind" in table else []), "estimator", "rows"]
    ].copy()
    shown["base"] = table["base"].map("{:.3f}".format)
    for short, title in (
        ("climatology", "vs climatology"),
        ("conflictology", "vs conflictology"),
        ("ewma", "vs ewma"),
    ):
        cells = zip(table[f"skill_{short}"], table[f"low_{short}"], table[f"high_{short}"], strict=True)
        shown[title] = [f"{100 * s:.1f} [{100 * low:.1f}, {100 * high:.1f}]" for s, low, high in cells]
    for name in ("brier", "auc", "ap", "ece"):
        shown[name] = table[name].map("{:.3f}".format)
    return shown.to_string(index=False)
