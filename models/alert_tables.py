"""How alerts would have done: found episodes, false alarms, lead time, and what alerts at random would find.

An alert is raised on the first issue day on which the probability reaches the threshold and is held for the
length of the horizon. It is true when the answer for its window was yes. An episode is a run of positive
weeks; it is found when a true alert was raised in one of its weeks (for the fresh rows: in one of its fresh
weeks). `recall_in_force` also counts episodes in which an alert was held from before, as `models.alarms`
does. The lead time is the days from the first of them to the day on which the window's sum exceeded
the bar. Thresholds are prequential (Dawid 1984): "past weeks" rests on the last 26 to 52
weeks whose windows had been reported by then, "adapted" is the rule of `models.control`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models import control, days
from models.alarms import episodes_caught
from models.days import Array, BoolArray, IntArray
from models.history import GRID_DAYS
from models.levels import MAX_WEEKS, MIN_WEEKS, YEAR_DAYS
from models.sheets import Sheet

BUDGETS = (0.25, 0.5, 1.0, 2.0, 4.0)
CANDIDATES = 400
DRAWS = 200
SEED = 7


def table(sheet: Sheet, name: str, budgets: Sequence[float] = BUDGETS) -> list[dict[str, Any]]:
    """One line a rule for thresholds, budget (false alerts per area and year) and set of rows."""
    weekly, lines = sheet.weekly, []
    for rule, limits in (
        ("past weeks", thresholds(weekly, name, budgets)),
        ("adapted", adapted(weekly, name, budgets)),
    ):
        rows = weekly.scheduled & weekly.observed & ~np.isnan(limits).any(axis=1)
        for at, budget in enumerate(budgets):
            for which, allowed in (("all", np.ones(weekly.obs.shape, dtype=bool)), ("fresh", weekly.fresh)):
                counted = _judge(weekly, name, limits[:, at], rows, allowed)
                lines.append({"estimator": name, "rule": rule, "rows": which, "budget": budget, **counted})
    return lines


def adapted(weekly: Sheet, name: str, budgets: Sequence[float]) -> Array:
    """The thresholds that production uses: adapted every week so that the budget is kept (`models.control`)."""
    reported = weekly.day + weekly.question.horizon_days + weekly.lag_days
    weeks = control.Weeks(
        weekly.day, weekly.said[name], weekly.obs, np.where(weekly.observed, reported, days.NEVER)
    )
    downwards = sorted(budgets, reverse=True)
    course = control.replay(weeks, weekly.question.horizon_days, {str(one): one for one in downwards})
    return np.stack([course.begins[str(one)] for one in budgets], axis=1)


def thresholds(weekly: Sheet, name: str, budgets: Sequence[float]) -> Array:
    """For each week (rows) and budget (columns) the threshold known then; NaN with less than 26 weeks."""
    out = np.full((len(weekly.day), len(budgets)), np.nan)
    reported = weekly.day + weekly.question.horizon_days + weekly.lag_days
    said = weekly.said[name]
    answered = weekly.observed & ~np.isnan(said).any(axis=1)
    for at, today in enumerate(weekly.day):
        known = np.flatnonzero(answered & (reported <= today))[-MAX_WEEKS:]
        if len(known) >= MIN_WEEKS:
            horizon = weekly.question.horizon_days
            out[at] = lowest(weekly.day[known], said[known], weekly.obs[known], horizon, budgets)
    return out


def lowest(
    day: IntArray, said: Array, happened: BoolArray, horizon_days: int, budgets: Sequence[float]
) -> Array:
    """The lowest thresholds that keep each budget of false alerts per area and year from there upwards."""
    candidates = np.unique(said)
    if len(candidates) > CANDIDATES:
        candidates = candidates[np.linspace(0, len(candidates) - 1, CANDIDATES).round().astype(int)]
    candidates = np.append(candidates, np.nextafter(candidates[-1], 1))
    false = np.zeros(len(candidates))
    free_from = np.full((len(candidates), said.shape[1]), day[0])
    for row, today in enumerate(day):
        begins = (said[row] >= candidates[:, None]) & (today >= free_from)
        free_from[begins] = today + horizon_days
        false += (begins & ~happened[row]).sum(axis=1)
    rates = false / (said.shape[1] * len(day) * GRID_DAYS / YEAR_DAYS)
    worst_above = np.maximum.accumulate(rates[::-1])[::-1]
    return np.array([candidates[int(np.argmax(worst_above <= budget))] for budget in budgets])


def raised(day: IntArray, wanted: BoolArray, horizon_days: int) -> BoolArray:
    """Where alerts begin when each is held for the horizon (origins × areas; leading axes may come first)."""
    begins = np.zeros(wanted.shape, dtype=bool)
    free_from = np.full(wanted.shape[:-2] + wanted.shape[-1:], day[0] if len(day) else 0)
    for row, today in enumerate(day):
        begins[..., row, :] = wanted[..., row, :] & (today >= free_from)
        free_from[begins[..., row, :]] = today + horizon_days
    return begins


def episodes(happened: BoolArray) -> IntArray:
    """Number the runs of positive weeks of each area: 1, 2, … and 0 where nothing happened."""
    starts = happened & ~np.vstack([np.zeros((1, happened.shape[1]), dtype=bool), happened[:-1]])
    number = np.cumsum(starts.T.ravel()).reshape(happened.shape[::-1]).T
    return np.where(happened, number, 0).astype(np.int64)


def _judge(weekly: Sheet, name: str, limit: Array, rows: BoolArray, allowed: BoolArray) -> dict[str, Any]:
    """Recall, precision, false alerts, lead and re-alerts on the rows that count."""
    horizon, day = weekly.question.horizon_days, weekly.day[rows]
    allowed, happened = allowed[rows], weekly.obs[rows]
    begins = raised(day, (weekly.said[name][rows] >= limit[rows, None]) & allowed, horizon)
    runs = np.where(allowed, episodes(happened), 0)
    episodes_seen = len(np.unique(runs[runs > 0]))
    found = np.unique(runs[begins & happened])
    alerts, true = int(begins.sum()), int((begins & happened).sum())
    in_force = episodes_caught(day, begins, runs > 0, horizon)
    area_years = begins.shape[1] * len(day) * GRID_DAYS / YEAR_DAYS
    chance = by_chance(day, runs, allowed, horizon, alerts) if alerts else (0.0, 0.0)
    return {
        "weeks": len(day),
        "areas": begins.shape[1],
        "alerts": alerts,
        "episodes": episodes_seen,
        "recall": _share(len(found), episodes_seen),
        "recall_in_force": _share(in_force[1], in_force[0]),
        "precision": _share(true, alerts),
        "false_per_year": _share(alerts - true, area_years),
        "random_recall": chance[0],
        "random_precision": chance[1],
        **_lead(begins & happened, runs, weekly.crossed[rows]),
        "realert_share": _share(_again(day, begins, horizon), alerts),
        "threshold_last": float(limit[rows][-1]) if rows.any() else float("nan"),
    }


def _lead(true: BoolArray, runs: IntArray, crossed: Array) -> Mapping[str, float]:
    """Quartiles of the days from the first true alert of each found episode to the crossing of the bar."""
    row, area = np.nonzero(true)
    _, first = np.unique(runs[row, area], return_index=True)
    days_ahead = crossed[row[first], area[first]]
    if not len(days_ahead):
        return dict.fromkeys(("lead_days_q25", "lead_days_median", "lead_days_q75"), float("nan"))
    q25, median, q75 = np.nanquantile(days_ahead, [0.25, 0.5, 0.75])
    return {"lead_days_q25": q25, "lead_days_median": median, "lead_days_q75": q75}


def _again(day: IntArray, begins: BoolArray, horizon_days: int) -> int:
    """How many alerts begin within one horizon of the end of an earlier one of the same area."""
    area, row = np.nonzero(begins.T)
    gap = np.diff(day[row])
    return int(((np.diff(area) == 0) & (gap <= 2 * horizon_days)).sum())


def by_chance(
    day: IntArray, runs: IntArray, allowed: BoolArray, horizon_days: int, alerts: int, draws: int = DRAWS
) -> tuple[float, float]:
    """Recall and precision of as many alerts at random, held as long (mean of seeded simulations)."""
    draw = np.random.default_rng(SEED)
    held = max(horizon_days // GRID_DAYS, 1)
    share = min(alerts / max(allowed.sum(), 1), 1 / held - 1e-9)
    hazard = share / (1 - share * (held - 1))
    found, true, made = 0, 0, 0
    for _ in range(draws):
        begins = raised(day, (draw.random(runs.shape) < hazard) & allowed, horizon_days)
        hit = runs[begins & (runs > 0)]
        found, true, made = found + len(np.unique(hit)), true + len(hit), made + int(begins.sum())
    return _share(found, draws * len(np.unique(runs[runs > 0]))), _share(true, made)


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
