"""Tables that say how good forecasts were: every estimator beside every simple rule, on named sets of rows.

The reference is the better of the area's own and the pooled climatology on the same rows, or skill would be
flattered. Intervals come from blocks of eight weeks, all areas together. A set of rows with too few cases
is left out rather than shown with a number that means nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models import days, metrics
from models.baselines import RULES
from models.days import Array, BoolArray, IntArray, day_of
from models.estimators import BASELINE, BASELINES
from models.sheets import Sheet

CLIMATOLOGIES = ("climatology", "climatology_pooled")
REFERENCE = "reference"
ENOUGH_POSITIVES, ENOUGH_BLOCKS = 20, 3
DRAWS = 1000
Line = dict[str, Any]
Masks = Iterator[tuple[str, str, BoolArray]]


def skill(sheets: Sequence[Sheet], *, draws: int = DRAWS) -> pd.DataFrame:
    """Every estimator beside every simple rule, per question and kind of area, on all rows."""
    lines = []
    for one in sheets:
        kinds = sorted(one.areas["kind"].unique())
        for kind in ("all", *(kinds if len(kinds) > 1 else ())):
            part = one if kind == "all" else one.of_kind(kind)
            lines += [{"kind": kind, **line} for line in compare(part, part.asked, draws=draws)]
    return pd.DataFrame(lines)


def subsets(sheets: Sequence[Sheet], names: Sequence[str], *, draws: int = DRAWS) -> pd.DataFrame:
    """The chosen estimators on the rows that tell more: fresh, onset, half-years, kinds, groups."""
    lines = []
    for one in sheets:
        for sort, which, mask in _masks(one):
            if _enough(one, mask):
                lines += [
                    {"sort": sort, "subset": which, **c} for c in compare(one, mask, names, draws=draws)
                ]
    return pd.DataFrame(lines)


def _masks(one: Sheet) -> Masks:
    """The sets of rows worth a look, by sort and name."""
    asked = one.asked
    yield "rows", "fresh", asked & one.fresh
    yield "rows", "already above", asked & ~one.fresh
    yield "rows", "onset", asked & one.quiet
    for half in np.unique(halves(one.day[asked.any(axis=1)])):
        yield "half-year", str(half), asked & (halves(one.day) == half)[:, None]
    for sort in ("kind", "group"):
        values = one.areas[sort] if sort in one.areas else pd.Series(dtype=object)
        for value in sorted(values.dropna().unique()):
            yield sort, str(value), asked & (values == value).to_numpy()


def halves(day: IntArray) -> Array:
    """The half-year of each day, such as 2018H1."""
    dates = [day_of(one) for one in day]
    return np.array([f"{one.year}H{1 + (one.month > 6)}" for one in dates], dtype="<U8")


def compare(
    one: Sheet, mask: BoolArray, names: Sequence[str] | None = None, *, draws: int = DRAWS
) -> list[Line]:
    """One line an estimator: its own numbers and its skill against each simple rule, on some rows."""
    row, area = np.nonzero(mask)
    if not len(row):
        return []
    said = {name: table[row, area] for name, table in one.said.items()}
    key = {"target": one.question.target.name, "horizon_days": one.question.horizon_days}
    lines = _lines(one.obs[row, area].astype(float), one.day[row], said, names or list(said), draws)
    return [{**key, **line} for line in lines]


def of_frame(frame: pd.DataFrame, *, by_kind: bool = True, draws: int = DRAWS) -> pd.DataFrame:
    """The fitted estimators of a long frame (`backtest.run`) beside every simple rule."""
    keys = ["target", "horizon_days", *(["kind"] if by_kind else [])]
    lines = []
    for key, part in frame.groupby(keys, sort=False, observed=True):
        said = {str(name): one["fct"].to_numpy(float) for name, one in part.groupby("estimator", sort=False)}
        one = part[part["estimator"] == next(iter(said))]
        names = [name for name in said if name not in RULES]
        numbers = _lines(one["obs"].to_numpy(float), days.numbers(one["day"]), said, names, draws)
        lines += [{**dict(zip(keys, key, strict=True)), **line} for line in numbers]
    return pd.DataFrame(lines)


def _lines(
    obs: Array, day: IntArray, said: Mapping[str, Array], names: Sequence[str], draws: int
) -> list[Line]:
    errors = {name: (fct - obs) ** 2 for name, fct in said.items()}
    rivals = _rivals(errors)
    lines = []
    for name in names:
        line = {"estimator": name, **_numbers(obs, said[name]), REFERENCE: rivals.get(REFERENCE)}
        for short, rival in rivals.items():
            line[f"skill_{short}"] = metrics.skill(errors[name].mean(), errors[rival].mean())
            line[f"low_{short}"], line[f"high_{short}"] = metrics.block_bootstrap(
                day, errors[name], errors[rival], draws=draws
            )
        lines.append(line)
    return lines


def _rivals(errors: Mapping[str, Array]) -> dict[str, str]:
    """Against whom: the better climatology, the best simple rule, and each of them."""
    there = [name for name in BASELINES if name in errors]
    climate = [name for name in CLIMATOLOGIES if name in errors] or there
    if not there:
        return {}
    return {
        REFERENCE: min(climate, key=lambda name: errors[name].mean()),
        "best": min(there, key=lambda name: errors[name].mean()),
        **{name: name for name in there},
    }


def _numbers(obs: Array, fct: Array) -> Line:
    return {
        "rows": len(obs),
        "positives": int(obs.sum()),
        "base": float(obs.mean()),
        "mean_fct": float(fct.mean()),
        "fct_to_base": metrics.ratio(fct.mean(), obs.mean()),
        "brier": metrics.brier(obs, fct),
        "log_loss": metrics.log_loss(obs, fct),
        "auc": metrics.auc(obs, fct),
        "ap": metrics.average_precision(obs, fct),
        "ece": metrics.ece(obs, fct),
    }


def _enough(one: Sheet, mask: BoolArray) -> bool:
    """Whether there are cases enough, over time enough, for a number to mean something."""
    if not mask.any() or int(one.obs[mask].sum()) < ENOUGH_POSITIVES:
        return False
    day = one.day[mask.any(axis=1)]
    return int(day.max() - day.min()) >= (ENOUGH_BLOCKS - 1) * metrics.BLOCK_DAYS


def reliability(sheets: Sequence[Sheet], names: Sequence[str]) -> pd.DataFrame:
    """What was said and how often it happened, in ten equally full bins."""
    lines = []
    for one in sheets:
        row, area = np.nonzero(one.asked)
        for name in names:
            bins = metrics.reliability(one.obs[row, area], one.said[name][row, area])
            key = {"target": one.question.target.name, "horizon_days": one.question.horizon_days}
            lines += [{**key, "estimator": name, "bin": at, **line} for at, line in enumerate(bins, 1)]
    return pd.DataFrame(lines)


def floor(sheets: Sequence[Sheet]) -> pd.DataFrame:
    """In which share of rows the region's floor, not the area's own past, decides what an escalation is."""
    lines = []
    for one in (one for one in sheets if one.floored.any()):
        for kind in sorted(one.areas["kind"].unique()):
            part = one.of_kind(kind)
            asked = part.asked
            if asked.any():
                share, of_positives = part.floored[asked].mean(), part.floored[asked & part.obs]
                key = {"target": one.question.target.name, "horizon_days": one.question.horizon_days}
                lines.append(
                    {**key, "kind": kind, "rows": int(asked.sum()), "floor_deaths": one.question.floor_deaths}
                    | {"share": float(share), "share_of_positives": float(_mean(of_positives))}
                )
    return pd.DataFrame(lines)


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else float("nan")


def text(table: pd.DataFrame) -> str:
    """The fitted estimators for a terminal: skill in percent with its interval."""
    fitted = table[~table["estimator"].isin(list(RULES))]
    fitted = table if fitted.empty else fitted
    shown = (
        fitted[["target", "horizon_days", "kind", "estimator"]]
        .rename(columns={"horizon_days": "days"})
        .copy()
    )
    shown["n"], shown["base"] = fitted["rows"], _column(fitted, "base").map(number)
    for short, title in ((REFERENCE, "vs climatology"), ("best", "vs best rule"), (BASELINE, "vs ewma")):
        if f"skill_{short}" in fitted:
            cells = zip(*(_column(fitted, f"{end}_{short}") for end in ("skill", "low", "high")), strict=True)
            shown[title] = [interval(*cell) for cell in cells]
    for name in ("auc", "ap", "ece"):
        shown[name] = _column(fitted, name).map(number)
    return shown.to_string(index=False)


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    return table[name].astype(float)


def number(value: float) -> str:
    """Three digits, or a dash where nothing is known."""
    return f"{value:.3f}" if np.isfinite(value) else "–"


def interval(value: float, low: float, high: float) -> str:
    """A skill in percent with its interval; a dash where there is none."""
    if not np.isfinite(value):
        return "–"
    return f"{100 * value:.1f} [{100 * low:.1f}, {100 * high:.1f}]"
