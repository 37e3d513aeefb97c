"""How sure a probability is of itself: an 80 % interval around what a model says.

Two doubts are added up, as variances of the logarithm of the rate at which it happens. *Learning*: refits on
training weeks drawn again in blocks of eight, all areas together; what is refitted is the model's logistic twin
(same rows, same features, drawn towards zero), whose answers spread as those of the whole model do, at a
fortieth of the cost. *Misfit*: areas of equal forecasts are not alike. It shows in unseen weeks as counts of
incidents that vary more than chance allows (overdispersion of a Poisson count, method of moments; Breslow 1984,
Applied Statistics 33); overlapping windows do not bias it. Outcomes of yes or no alone cannot show it. Misfit
counts more where little happened in a year and where part of the year was not covered. Simple rules are not
refitted: they carry the Beta posterior (Jeffreys 1946) of as many separate windows as they look back on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit, polygamma

from models.baselines import HALF_LIFE_DAYS, PSEUDO_WINDOWS, RULES
from models.bench import Bench, Fitted, lesson
from models.days import YEAR_DAYS, Array, BoolArray, IntArray
from models.estimators import LAST_RESORT, SEED
from models.history import GRID_DAYS
from models.metrics import BLOCK_DAYS
from models.panel import Panel
from models.targets import RELATIVE, Question

Points = tuple[tuple[float, float], ...]
LEVEL, REACH = 0.8, 1.2815515655446004  # the 90th percentile of the normal distribution
REFITS, RIDGE, STEPS = 24, 10.0, 4
FEW_EVENTS, THIN = 5, 0.25
BINS, ENOUGH_INCIDENTS = 6, 10
UNKNOWN_MISFIT, LEAST_MISFIT = 1.25, 0.25  # without past forecasts a rate is known to a factor of five
STEEP = 1.3  # to exceed a bar of deaths takes more than one incident, so its log rate moves more than theirs
MEMORY_DAYS = 30  # for targets that are not counted, the half-life of the expected count


@dataclass(frozen=True, eq=False)
class Spread:
    """What the intervals of one model are made from.

    `refits`: how each refit departs from all of them, a row a refit: a constant, then a slope for each
    feature (no row for a simple rule). `misfit`: (expected count, standard deviation of the log rate there).
    """

    refits: Array
    misfit: Points

    def card(self) -> dict[str, Any]:
        """What the model card says of it."""
        return {"level": LEVEL, "refits": len(self.refits), "misfit": [list(one) for one in self.misfit]}


def from_card(card: Mapping[str, Any], refits: Array) -> Spread | None:
    """Read it back; models of older programs have none."""
    said = card.get("interval")
    return Spread(refits, tuple((float(at), float(sd)) for at, sd in said["misfit"])) if said else None


def simple(name: str) -> bool:
    """Whether an estimator counts windows instead of learning weights."""
    return name in RULES or name == LAST_RESORT


# --- made at training ---------------------------------------------------------------------------


def refits(bench: Bench, question: Question, fitted: Fitted, known_by: int) -> Array:
    """The departures of the refits of one model on what it learnt from (refits × (1 + features))."""
    learnt = lesson(bench, question, known_by)
    columns = 1 + len(fitted.features)
    if simple(fitted.name) or not learnt.rows.any():
        return np.zeros((0, columns))
    table = bench.rows([one.name for one in fitted.features], question)[learnt.rows].astype(float)
    return departures(bench.panel.origins[learnt.rows], table, learnt.happened)


def departures(day: IntArray, table: Array, happened: BoolArray, seed: int = SEED) -> Array:
    """Refit on weeks (rows) drawn again in blocks, each from the fit on all; the areas stay together."""
    _, block = np.unique((day - day[0]) // BLOCK_DAYS, return_inverse=True)
    flat = table.reshape(-1, table.shape[-1])
    middle, scale = np.nanmean(flat, axis=0), np.nanstd(flat, axis=0)
    scale[scale == 0] = 1
    rows = np.nan_to_num(np.column_stack([np.ones(len(flat)), (flat - middle) / scale]))
    yes = happened.ravel().astype(float)
    start = _ridge(rows, yes, np.ones(len(yes)), np.zeros(rows.shape[1]), 3 * STEPS)
    draw = np.random.default_rng(seed).multinomial(
        block[-1] + 1, np.full(block[-1] + 1, 1 / (block[-1] + 1)), REFITS
    )
    drawn = (np.repeat(times[block], table.shape[1]).astype(float) for times in draw)
    found = np.stack([_ridge(rows, yes, weight, start, STEPS) for weight in drawn])
    slope: Array = (found - found.mean(axis=0)) * np.r_[1, 1 / scale]
    slope[:, 0] -= slope[:, 1:] @ middle
    return np.asarray(slope, dtype=np.float32)


def _ridge(rows: Array, yes: Array, weight: Array, start: Array, steps: int) -> Array:
    """Logistic regression drawn towards zero, by Newton's steps from a start."""
    pull = np.r_[1e-6, np.full(rows.shape[1] - 1, RIDGE)]
    at = start
    for _ in range(steps):
        said = expit(np.clip(rows @ at, -15, 15))
        curve = (rows * (weight * said * (1 - said))[:, None]).T @ rows + np.diag(pull)
        at = at + np.linalg.solve(curve, rows.T @ (weight * (yes - said)) - pull * at)
    return at


def misfit(expected: Array, counted: Array) -> Points:
    """By how much true rates differ where equal counts were expected, for six groups of equal size.

    Never less for rarer things: there the data see less, not more. Groups with hardly an incident take the
    value of the next.
    """
    order, found = np.argsort(expected.ravel(), kind="stable"), []
    least = LEAST_MISFIT
    for part in reversed(np.array_split(order, BINS)):
        said, many = np.maximum(expected.ravel()[part], 1e-6), counted.ravel()[part]
        if many.sum() >= ENOUGH_INCIDENTS:
            fair = said * many.sum() / said.sum()
            spare = float(((many - fair) ** 2).sum() - many.sum()) / float((fair**2).sum())
            least = max(least, float(np.sqrt(np.log1p(max(spare, 0)))))
            found.append((round(float(said.mean()), 5), round(least, 4)))
    return tuple(reversed(found)) or ((1.0, UNKNOWN_MISFIT),)


def expected(panel: Panel, question: Question, said: Array, rows: Any) -> Array:
    """The number of incidents that forecasts (rows of the panel × areas) lead one to expect."""
    if question.target.family != RELATIVE:
        return rate(said)
    fading = panel.decayed("fatal", MEMORY_DAYS)[rows] * (1 - 0.5 ** (1 / MEMORY_DAYS))
    return np.asarray(fading * question.horizon_days)


def spread(bench: Bench, question: Question, departed: Array, said: Array | None, weeks: BoolArray) -> Spread:
    """Put together what the intervals of one model are made from; `said`: its unseen forecasts."""
    if said is None or not weeks.any():
        return Spread(departed, ((1.0, UNKNOWN_MISFIT),))
    channel = question.target.channel if question.target.family != RELATIVE else "fatal"
    counted = bench.panel.after(channel, question.horizon_days)[weeks]
    return Spread(departed, misfit(expected(bench.panel, question, said[weeks], weeks), counted))


# --- asked at scoring ---------------------------------------------------------------------------


class Ground(NamedTuple):
    """What stands under each probability: rows of features, the count expected, how thin, how many windows."""

    table: Array
    expected: Array
    thin: Array
    windows: Array


def ground(bench: Bench, question: Question, name: str, said: Array, table: Array, rows: Any) -> Ground:
    """Look it up for some origins (rows of the panel)."""
    panel = bench.panel
    counts = windows(panel, name, question.horizon_days)[rows]
    thin = thinness(panel)[rows] * (STEEP**2 if question.target.family == RELATIVE else 1)
    return Ground(table, expected(panel, question, said, rows), thin, counts)


def bounds(spread: Spread, name: str, said: Array, under: Ground) -> tuple[Array, Array]:
    """The ends of the interval around probabilities (any shape); they always hold the probability itself."""
    at, sd = np.log(np.array(spread.misfit)[:, 0].clip(1e-6)), np.array(spread.misfit)[:, 1]
    unlike = under.thin * np.interp(np.log(under.expected.clip(1e-6)), at, sd) ** 2
    middle, learning = _learnt(spread, name, said, under)
    per_odds = middle / rate(middle)  # how a step in log-odds moves the log rate
    centre = np.log(rate(middle)) - unlike / 2 * np.clip(1 - rate(middle), -1, 1)  # so that the mean stays
    reach = REACH * np.sqrt(learning * per_odds**2 + unlike)
    low, high = (-np.expm1(-np.exp(centre + step)) for step in (-reach, reach))
    return np.minimum(said, low), np.maximum(said, high)


def rate(probability: Array) -> Array:
    """How often it must happen on average for it to happen at all with a probability."""
    return np.asarray(-np.log1p(-np.clip(probability, 1e-6, 1 - 1e-6)))


def _learnt(spread: Spread, name: str, said: Array, under: Ground) -> tuple[Array, Array]:
    """What was learnt, as probability, and its variance in log-odds."""
    if simple(name):
        yes, no = 0.5 + under.windows * said, 0.5 + under.windows * (1 - said)
        return yes / (yes + no), polygamma(1, yes) + polygamma(1, no)
    off = np.nan_to_num(under.table.astype(float)) @ spread.refits[:, 1:].T + spread.refits[:, 0]
    return said, (off**2).sum(axis=-1) / max(len(spread.refits) - 1, 1)


def thinness(panel: Panel) -> Array:
    """How often misfit counts (origins × areas): once where much is known, more where little happened."""
    few = FEW_EVENTS / (FEW_EVENTS + panel.window("events", YEAR_DAYS))
    return np.asarray(1 + THIN * few + (1 - panel.covered_share(YEAR_DAYS))[:, None])


def windows(panel: Panel, name: str, horizon_days: int) -> Array:
    """How many separate windows a simple rule looks back on (origins × areas)."""
    history = panel.history_days()[:, None]
    year = np.minimum(history, YEAR_DAYS)
    looked = {
        "persistence": np.full_like(history, horizon_days),
        "climatology": history + PSEUDO_WINDOWS * GRID_DAYS,
        "climatology_pooled": history * panel.shape[1],
        LAST_RESORT: history * panel.shape[1],
        "conflictology_weighted": np.minimum(year, 2 * HALF_LIFE_DAYS / np.log(2)),
    }
    seen = looked.get(name, year)
    return np.broadcast_to(np.maximum(seen / horizon_days, 1), panel.shape)
