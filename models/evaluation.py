"""One evaluation from beginning to end: a plan goes in, a document of plain values comes out.

The document is what `tocsin backtest --json` writes and what the HTML report is drawn from, so the two
cannot differ. The same data and plan give the same document.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from db.named_events import NamedEvent
from models import alert_tables, asked, backtest, counts, lag, replays, tables
from models.baselines import RULES
from models.cards import LARGE
from models.days import BoolArray
from models.errors import ModelError
from models.estimators import BASELINE, ESTIMATORS
from models.frames import Frames
from models.history import GRID_DAYS
from models.sheets import Sheet
from models.targets import ESCALATION, Question, answerable

DIGITS = 6
CHEAP = ("climatology", "climatology_pooled", BASELINE)
UNITS = ("all", "community", "district", "governorate")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Plan:
    """What is replayed: questions, days, units, and under which assumptions."""

    title: str
    as_of: date
    first: date
    questions: tuple[Question, ...]
    alert_horizon_days: int
    longest_days: int
    exercise: bool = False
    estimators: tuple[str, ...] = backtest.COMPARED
    refit_days: int = backtest.REFIT_DAYS
    every_days: int = GRID_DAYS
    units: str = "all"
    area_ids: tuple[str, ...] = ()
    lag_days: int | None = None
    lags_days: tuple[int, ...] = ()
    events: tuple[NamedEvent, ...] = ()
    counts_days: tuple[int, ...] = ()
    jobs: int = 2

    @property
    def last(self) -> date:
        """The last issue: its longest window ends with what is known, so all horizons share their rows."""
        return self.as_of - timedelta(days=self.longest_days)

    @property
    def main(self) -> str:
        """The estimator the goals are measured on."""
        return LARGE if LARGE in self.estimators else self.estimators[-1]


def evaluate(frames: Frames, plan: Plan, progress: Progress | None = None) -> dict[str, Any]:
    """Replay the past by the plan and say how good it was."""
    _sound(frames, plan)
    whole = _replay(lag.delayed(frames, plan.lag_days) if plan.lag_days else frames, plan, progress)
    chosen = [one.of(_units(one.areas, plan)) for one in whole]
    if not any(one.asked.any() for one in chosen):
        raise ModelError(
            f"no outcome of {plan.first} to {plan.last} is known by {plan.as_of}; begin earlier with --from"
        )
    fitted = [name for name in plan.estimators if name not in RULES]
    skill, parts = tables.skill(chosen), tables.subsets(chosen, [plan.main])
    alerts, crps = _alerts(chosen, plan), _counts(frames, plan)
    document = {
        "about": _about(chosen, plan),
        "asked": asked.filled(skill, parts, alerts, plan.main) + asked.of_counts(crps),
        "skill": skill.to_dict("records"),
        "subsets": parts.to_dict("records"),
        "reliability": tables.reliability(chosen, fitted or [plan.main]).to_dict("records"),
        "floor": tables.floor(chosen).to_dict("records"),
        "alerts": alerts,
        "counts": crps,
        "lag": _lag_table(frames, plan, progress),
        "events": [
            line for one in _for_alerts(whole, plan) for line in replays.replay(one, plan.events, plan.main)
        ],
    }
    rounded: dict[str, Any] = _rounded(document)
    return rounded


def _replay(frames: Frames, plan: Plan, progress: Progress | None) -> list[Sheet]:
    bench = backtest.bench_for(frames, plan.as_of, plan.every_days, also=replays.origins(plan.events))
    told = [one for one in plan.questions if answerable(bench.panel, one.target)]
    return backtest.sheets(
        bench,
        told,
        first=plan.first,
        last=plan.as_of,
        until=plan.last,
        estimators=plan.estimators,
        refit_days=plan.refit_days,
        every_days=plan.every_days,
        warm=[one for one in told if _alerting(one, plan)],
        jobs=plan.jobs,
        progress=progress and (lambda done, total: progress("fits", done, total)),
    )


def _alerting(question: Question, plan: Plan) -> bool:
    return question.target == ESCALATION and question.horizon_days == plan.alert_horizon_days


def _for_alerts(sheets: Sequence[Sheet], plan: Plan) -> list[Sheet]:
    return [one for one in sheets if _alerting(one.question, plan)] or list(sheets[:1])


def _alerts(sheets: Sequence[Sheet], plan: Plan) -> list[dict[str, Any]]:
    """The alerts of every fitted estimator, for the question that alerts rest on."""
    return [
        {"target": one.question.target.name, "horizon_days": one.question.horizon_days, **line}
        for one in sheets
        if _alerting(one.question, plan)
        for name in plan.estimators
        if name not in RULES
        for line in alert_tables.table(one, name)
    ]


def _counts(frames: Frames, plan: Plan) -> list[dict[str, Any]]:
    """How far count forecasts were from what happened (CRPS), beside the simple distributions."""
    if not plan.counts_days:
        return []
    delayed = lag.delayed(frames, plan.lag_days) if plan.lag_days else frames
    bench = backtest.bench_for(delayed, plan.as_of)
    said = counts.evaluate(
        bench,
        plan.counts_days,
        first=plan.first,
        last=plan.last,
        refit_days=plan.refit_days,
        jobs=plan.jobs,
    )
    areas = bench.panel.areas
    said = said[said["area_id"].isin(areas["area_id"][_units(areas, plan)])]
    table = counts.table(said, by_kind=False) if len(said) else pd.DataFrame()
    return [{str(name): value for name, value in line.items()} for line in table.to_dict("records")]


def _lag_table(frames: Frames, plan: Plan, progress: Progress | None) -> list[dict[str, Any]]:
    """What later data cost: the same rows under each stated lag."""
    lines = []
    names = tuple(dict.fromkeys((*CHEAP, plan.main)))
    for days in plan.lags_days:
        until = plan.as_of - timedelta(days=plan.longest_days + max(plan.lags_days))
        bench = backtest.bench_for(lag.delayed(frames, days), plan.as_of)
        said = backtest.sheets(
            bench,
            plan.questions,
            first=plan.first,
            last=until,
            estimators=names,
            refit_days=plan.refit_days,
            jobs=plan.jobs,
            progress=progress and (lambda done, total, lag=days: progress(f"lag {lag} days", done, total)),
        )
        for one in said:
            part = one.of(_units(one.areas, plan))
            lines += [{"lag_days": days, **row} for row in tables.compare(part, part.asked, [plan.main])]
    return lines


def _units(areas: pd.DataFrame, plan: Plan) -> BoolArray:
    """Which areas the tables are about; training and forecasts stay pooled."""
    kept = np.ones(len(areas), dtype=bool)
    if plan.units != "all":
        kept &= (areas["kind"] == plan.units).to_numpy()
    if plan.area_ids:
        kept &= areas["area_id"].isin(plan.area_ids).to_numpy()
    return kept


def _sound(frames: Frames, plan: Plan) -> None:
    unknown = sorted(set(plan.area_ids) - set(frames.areas["area_id"]))
    if unknown:
        raise ModelError(f"there is no area {unknown[0]!r} ({len(unknown)} such ids); mend the list of areas")
    strange = [name for name in plan.estimators if name not in ESTIMATORS]
    if strange:
        raise ModelError(f"there is no estimator {strange[0]!r}; choose among: {', '.join(ESTIMATORS)}")
    if not _units(frames.areas, plan).any():
        raise ModelError(f"the region has no area of kind {plan.units!r}; choose other --units")


def _about(sheets: Sequence[Sheet], plan: Plan) -> dict[str, Any]:
    kinds = sheets[0].areas["kind"].value_counts().sort_index()
    return {
        "title": plan.title,
        "exercise": plan.exercise,
        "as_of": plan.as_of,
        "first": plan.first,
        "last": plan.last,
        "units": plan.units,
        "areas": {str(kind): int(n) for kind, n in kinds.items()},
        "listed": len(plan.area_ids),
        "lag_days": plan.lag_days,
        "source_lag_days": sheets[0].lag_days,
        "refit_days": plan.refit_days,
        "every_days": plan.every_days,
        "estimators": list(plan.estimators),
        "main": plan.main,
        "baseline": BASELINE,
        "floor_deaths": plan.questions[0].floor_deaths,
    }


def _rounded(value: Any) -> Any:
    """Plain values with six digits, unknown ones as None: the same text for the same data."""
    if isinstance(value, dict):
        return {str(key): _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0 if np.isfinite(value) else None
    return value


def text(document: dict[str, Any]) -> str:
    """The document for a terminal: skill per question and kind, and what was asked beside what was reached."""
    about, parts = document["about"], [tables.text(pd.DataFrame(document["skill"]))]
    parts[0] += (
        "\nskill in percent of the reference's Brier score, with 95 % intervals (blocks of eight weeks)"
    )
    if document["asked"]:
        title = f"Asked and reached by {about['main']}, {about['first']} to {about['last']}:"
        parts.append(f"{title}\n{asked.text(document['asked'])}")
    return "\n\n".join(parts)
