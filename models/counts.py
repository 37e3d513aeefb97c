"""How many deaths: the ladder beside the simple distributions, replayed on past weeks and compared.

`evaluate` gives one line an area, week, horizon and forecaster; `table` what each is worth against each rule.
Like every other forecast, each knows only what was known on its day.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd
from joblib import delayed

from models import days, distributions, metrics, workers
from models.bench import Bench, Fitted, cutoffs
from models.count_rules import COUNT_COLUMNS, COUNT_RULES, RULE_COLUMNS
from models.days import Array, BoolArray, IntArray
from models.features import Feature, for_target
from models.ladder import Ladder, LadderRule
from models.targets import DEATHS, INCIDENCE, Question

LADDER = "ladder"
REFIT_DAYS = 28
COLUMNS = ["day", "area_id", "kind", "horizon_days", "estimator", "crps", "crps_log1p", "obs"]


def fit(bench: Bench, question: Question, name: str, known_by: int) -> Fitted:
    """Fit the ladder, or make a rule ready, on everything known by a day."""
    rows = bench.usable(question, known_by)
    deaths = bench.panel.after("deaths", question.horizon_days, known_by)[rows]
    features = RULE_COLUMNS.get(name) or tuple(for_target(INCIDENCE, bench.features()))
    estimator = LadderRule() if name in COUNT_RULES else Ladder()
    if deaths.size:
        table = _rows(bench, question, features, rows)
        with workers.one_thread():
            estimator.fit(table, deaths.ravel())
    hit = deaths > 0
    return Fitted(name, features, estimator, deaths.size, int(hit.sum()), int(hit.any(axis=0).sum()))


def exceedance(bench: Bench, question: Question, fitted: Fitted, rows: IntArray | BoolArray) -> Array:
    """The chance of at least each rung at some origins: origins × areas × 7."""
    table = _rows(bench, question, fitted.features, rows)
    with workers.one_thread():
        said = fitted.estimator.exceedance(table)
    return np.asarray(said).reshape(-1, bench.panel.shape[1], len(distributions.RUNGS))


def _rows(bench: Bench, question: Question, features: Sequence[Feature], rows: Array) -> Array:
    if features[0].name in COUNT_COLUMNS:
        table = np.stack([one.compute(bench.panel, question) for one in features], axis=-1)[rows]
    else:
        table = bench.rows([one.name for one in features], question)[rows]
    return np.asarray(table.reshape(-1, len(features)), dtype=np.float64)


def evaluate(
    bench: Bench,
    horizons_days: Sequence[int],
    *,
    first: date,
    last: date,
    refit_days: int = REFIT_DAYS,
    jobs: int = 1,
) -> pd.DataFrame:
    """How far each forecaster was from what happened: the ladder refitted every so many days, and the rules."""
    asked = [Question(DEATHS, horizon_days, 0) for horizon_days in horizons_days]
    bench.prepare(asked)
    work = [(one, *fold) for one in asked for fold in _folds(bench, one, first, last, refit_days)]
    calls = [delayed(_fold)(bench, *one) for one in work] + [
        delayed(_rule)(bench, one, name, _asked(bench, one, first, last))
        for one in asked
        for name in COUNT_RULES
    ]
    parts = list(workers.each(calls, jobs=jobs, share=bench))
    kept = [part for part in parts if len(part)]
    return _together(pd.concat(kept, ignore_index=True)) if kept else pd.DataFrame(columns=COLUMNS)


def _asked(bench: Bench, question: Question, first: date, last: date) -> IntArray:
    """The rows of the weekly grid between two days whose outcome is known."""
    origins = bench.panel.origins
    inside = (origins >= days.number(first)) & (origins <= days.number(last))
    return np.flatnonzero(inside & bench.usable(question))


def _folds(
    bench: Bench, question: Question, first: date, last: date, refit_days: int
) -> Iterator[tuple[int, IntArray]]:
    """The days on which the ladder is fitted again, and the rows it is asked about until the next one."""
    rows = _asked(bench, question, first, last)
    origins = bench.panel.origins[rows]
    for cutoff in cutoffs(days.number(first), days.number(last), refit_days):
        mine = rows[(origins >= cutoff) & (origins < cutoff + refit_days)]
        if len(mine) and bench.usable(question, int(cutoff)).any():
            yield int(cutoff), mine


def _fold(bench: Bench, question: Question, cutoff: int, rows: IntArray) -> pd.DataFrame:
    fitted = fit(bench, question, LADDER, cutoff)
    said = exceedance(bench, question, fitted, rows)
    return _lines(
        bench,
        question,
        LADDER,
        rows,
        [distributions.from_ladder(one, fitted.estimator.tail_) for one in said],
    )


def _rule(bench: Bench, question: Question, name: str, rows: IntArray) -> pd.DataFrame:
    return _lines(bench, question, name, rows, COUNT_RULES[name](bench.panel, question.horizon_days, rows))


def _lines(
    bench: Bench, question: Question, name: str, rows: IntArray, said: Iterable[Array]
) -> pd.DataFrame:
    """One line an origin and area."""
    panel, happened = bench.panel, bench.panel.after("deaths", question.horizon_days)[rows]
    errors = [
        (distributions.crps(chance, obs), distributions.crps(chance, obs, log1p=True))
        for chance, obs in zip(said, happened, strict=True)
    ]
    raw, logged = (np.concatenate([one[at] for one in errors] or [np.zeros(0)]) for at in (0, 1))
    return pd.DataFrame(
        {
            "day": np.repeat(
                panel.origins[rows].astype("datetime64[D]").astype("datetime64[s]"), panel.shape[1]
            ),
            "area_id": np.tile(np.array(panel.area_ids, dtype=object), len(rows)),
            "kind": np.tile(panel.areas["kind"].to_numpy(object), len(rows)),
            "horizon_days": question.horizon_days,
            "estimator": name,
            "crps": raw,
            "crps_log1p": logged,
            "obs": happened.ravel(),
        }
    )


def _together(frame: pd.DataFrame) -> pd.DataFrame:
    """Only the weeks on which all spoke (the ladder is silent while there is nothing to learn from)."""
    spoke = frame.groupby(["horizon_days", "day"])["estimator"].transform("nunique")
    return frame[spoke == len(COUNT_RULES) + 1].reset_index(drop=True)


def table(frame: pd.DataFrame, *, by_kind: bool = True, draws: int = 1000) -> pd.DataFrame:
    """What the ladder is worth against each rule, with intervals from blocks of eight weeks.

    One line a horizon, kind and rule: crps and crps_log1p of both, skill, low, high, and the same of log1p.
    """
    keys = ["horizon_days", *(["kind"] if by_kind else [])]
    return pd.DataFrame(
        [
            {**dict(zip(keys, key, strict=True)), "against": name, **_against(part, name, draws)}
            for key, part in frame.groupby(keys, sort=False)
            for name in COUNT_RULES
        ]
    )


def _against(part: pd.DataFrame, name: str, draws: int) -> dict[str, float]:
    mine, other = (part[part["estimator"] == one] for one in (LADDER, name))
    day, line = days.numbers(mine["day"]), {"rows": len(mine), "mean_deaths": float(mine["obs"].mean())}
    for score, suffix in (("crps", ""), ("crps_log1p", "_log1p")):
        errors, reference = mine[score].to_numpy(float), other[score].to_numpy(float)
        low, high = metrics.block_bootstrap(day, errors, reference, draws=draws)
        line |= {score: float(errors.mean()), f"{score}_against": float(reference.mean())}
        line |= {f"skill{suffix}": metrics.skill(errors.mean(), reference.mean())}
        line |= {f"low{suffix}": low, f"high{suffix}": high}
    return line
