"""ASKED: what the forecasts are asked to reach, as a table that is filled with what was reached.

The goals are those of the project's development data; on other data the same rows are measured the same
way. A goal with an interval is also judged by it: `sure` means that the whole interval lies beyond it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.estimators import BASELINE

Line = dict[str, Any]


@dataclass(frozen=True)
class Goal:
    """One number to reach: where it stands in the skill table, and how much is asked."""

    target: str
    horizon_days: int
    what: str
    column: str
    at_least: float
    subset: str = ""
    low: str = ""
    high: str = ""


def _skill(target: str, days: int, against: str, least: float, subset: str = "") -> Goal:
    words = {"reference": "the better climatology", "conflictology": "conflictology"}
    what = f"Brier skill against {words[against]}" + (f", {subset} rows" if subset else "")
    ends = (f"low_{against}", f"high_{against}")
    return Goal(target, days, what, f"skill_{against}", least, subset, *ends)


ASKED = (
    _skill("fatal", 7, "reference", 0.28),
    _skill("fatal", 7, "conflictology", 0.15),
    Goal("fatal", 7, "AUC", "auc", 0.88),
    Goal("fatal", 7, "calibration error (at most)", "ece", -0.02),
    _skill("escalation", 7, "reference", 0.16),
    Goal("escalation", 7, "AUC", "auc", 0.84),
    _skill("escalation", 28, "reference", 0.15),
    Goal("escalation", 28, "AUC", "auc", 0.80),
    _skill("escalation", 28, "reference", 0.07, "fresh"),
    Goal("mass25", 28, "average precision", "ap", 0.50),
)
NEVER_BELOW = -0.01
CRPS = 0.20
RECALL, PRECISION, BUDGET, OFF_BUDGET = 0.45, 0.35, 1.0, 0.35


def filled(skill: pd.DataFrame, subsets: pd.DataFrame, alerts: Sequence[Line], name: str) -> list[Line]:
    """The goals with what one estimator reached; goals about questions that were not asked are left out."""
    lines = [line for goal in ASKED if (line := _reached(goal, skill, subsets, name))]
    return lines + _alerts(alerts, name) + _beside_baseline(skill, name)


def _reached(goal: Goal, skill: pd.DataFrame, subsets: pd.DataFrame, name: str) -> Line | None:
    table = subsets if goal.subset else skill
    if table.empty or goal.column not in table:
        return None
    kept = (table["target"] == goal.target) & (table["horizon_days"] == goal.horizon_days)
    kept &= table["estimator"] == name
    kept &= (table["subset"] if goal.subset else table["kind"]) == (goal.subset or "all")
    if not kept.any():
        return None
    row = table[kept].iloc[0]
    low, high = (float(row[end]) if end else float("nan") for end in (goal.low, goal.high))
    return line(goal.target, goal.horizon_days, goal.what, goal.at_least, float(row[goal.column]), low, high)


def line(target: str, days: int, what: str, asked: float, reached: float, low: float, high: float) -> Line:
    """One line of the table; a negative number asked is a limit that must not be exceeded."""
    most = asked < 0
    holds = reached <= -asked if most else reached >= asked
    return {
        "target": target,
        "horizon_days": days,
        "what": what,
        "asked": f"≤ {-asked:.2f}" if most else f"≥ {asked:.2f}",
        "reached": reached,
        "low": low,
        "high": high,
        "holds": bool(holds),
        "sure": bool(holds and (not np.isfinite(low) or low >= asked)),
    }


def _alerts(alerts: Sequence[Line], name: str) -> list[Line]:
    """Alerts at one false alert per area and year, threshold from past weeks only."""
    lines = []
    for one in alerts:
        if one["estimator"] != name or one["budget"] != BUDGET or one["rows"] != "all":
            continue
        key, nan = (one["target"], one["horizon_days"]), float("nan")
        off = abs(one["false_per_year"] / BUDGET - 1)
        for what, goal, value in (
            ("recall (alert begun in the episode)", RECALL, one["recall"]),
            ("recall (alert in force in it)", RECALL, one["recall_in_force"]),
            ("precision", PRECISION, one["precision"]),
            ("false ones, off the budget by", -OFF_BUDGET, off),
        ):
            lines.append(line(*key, f"alerts, {one['rule']}: {what}", goal, value, nan, nan))
    return lines


def of_counts(counts: Sequence[Line]) -> list[Line]:
    """Count forecasts against the area's own last twelve months, raw and on a log scale."""
    return [
        line(
            *("deaths", one["horizon_days"], f"CRPS against conflictology, {words}", CRPS),
            *(one[f"{end}{suffix}"] for end in ("skill", "low", "high")),
        )
        for one in counts
        if one["against"] == "conflictology" and one["horizon_days"] in (7, 28)
        for suffix, words in (("", "raw"), ("_log1p", "log1p"))
    ]


def _beside_baseline(skill: pd.DataFrame, name: str) -> list[Line]:
    """Against the published two-feature baseline the whole interval must stay above a small loss."""
    if skill.empty or f"skill_{BASELINE}" not in skill:
        return []
    rows = skill[(skill["estimator"] == name) & (skill["kind"] == "all")].to_dict("records")
    return [_not_below({str(key): value for key, value in row.items()}) for row in rows]


def _not_below(row: Mapping[str, Any]) -> Line:
    value, low, high = (float(row[f"{end}_{BASELINE}"]) for end in ("skill", "low", "high"))
    what = f"Brier skill against {BASELINE}"
    made = line(row["target"], row["horizon_days"], what, NEVER_BELOW, value, low, high)
    return {
        **made,
        "asked": f"interval > {NEVER_BELOW:.2f}",
        "holds": low > NEVER_BELOW,
        "sure": low > NEVER_BELOW,
    }


def text(lines: Sequence[Line]) -> str:
    """The table for a terminal."""
    shown = pd.DataFrame(
        {
            "target": [one["target"] for one in lines],
            "days": [one["horizon_days"] for one in lines],
            "what": [one["what"] for one in lines],
            "asked": [one["asked"] for one in lines],
            "reached": [_cell(one) for one in lines],
            "": ["" if one["reached"] is None else "yes" if one["holds"] else "no" for one in lines],
        }
    )
    for name in ("target", "what"):
        width = shown[name].str.len().max()
        shown[name] = shown[name].str.ljust(width)
    return shown.to_string(index=False, justify="left")


def _cell(one: Line) -> str:
    if one["reached"] is None:
        return "–"
    ends = "" if one["low"] is None else f" [{one['low']:.3f}, {one['high']:.3f}]"
    return f"{one['reached']:.3f}{ends}"
