"""COUNT_RULES: simple distributions of coming deaths that the ladder must beat, each as known on the day.

Conflictology, its weighted and mixture forms and `last` follow the descriptions of the benchmarks of the VIEWS
prediction challenge 2023/24 (Hegre et al. 2025); climatology is every window since the beginning.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from models import distributions, targets
from models.baselines import ELSEWHERE, HALF_LIFE_DAYS, PSEUDO_WINDOWS
from models.days import Array, IntArray
from models.distributions import AT_RUNGS, RUNGS
from models.features import Feature
from models.history import GRID_DAYS
from models.panel import Panel

Rows = IntArray
Rule = Callable[[Panel, int, Rows], Iterator[Array]]


def conflictology(panel: Panel, horizon_days: int, rows: Rows) -> Iterator[Array]:
    """The deaths of the area's own windows of the last twelve months, all equally likely."""
    for sums in _year(panel, horizon_days, rows):
        yield distributions.from_draws(sums)


def conflictology_weighted(panel: Panel, horizon_days: int, rows: Rows) -> Iterator[Array]:
    """The same windows with older ones counting less, halved every 30 days."""
    for sums in _year(panel, horizon_days, rows):
        yield distributions.from_draws(sums, 0.5 ** (np.arange(len(sums))[::-1] / HALF_LIFE_DAYS))


def conflictology_mixture(panel: Panel, horizon_days: int, rows: Rows) -> Iterator[Array]:
    """Nine parts the area's own last twelve months, one part those of all areas."""
    for own in conflictology(panel, horizon_days, rows):
        yield (1 - ELSEWHERE) * own + ELSEWHERE * own.mean(axis=0)


def climatology(panel: Panel, horizon_days: int, rows: Rows) -> Iterator[Array]:
    """All windows of the area since the beginning, drawn towards those of all areas."""
    for past in _past(panel, horizon_days, rows):
        own, everywhere = distributions.from_draws(past), _pooled(past)
        yield (len(past) * own + PSEUDO_WINDOWS * everywhere) / (len(past) + PSEUDO_WINDOWS)


def climatology_pooled(panel: Panel, horizon_days: int, rows: Rows) -> Iterator[Array]:
    """All windows of all areas since the beginning; no area is told from another."""
    for past in _past(panel, horizon_days, rows):
        yield np.repeat(_pooled(past), panel.shape[1], axis=0)


def last(panel: Panel, horizon_days: int, rows: Rows) -> Iterator[Array]:
    """A Poisson distribution around the deaths of the window that has just ended."""
    ended = panel.window("deaths", horizon_days)
    for row in rows:
        yield distributions.from_rate(ended[row])


COUNT_RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        conflictology,
        conflictology_weighted,
        conflictology_mixture,
        climatology,
        climatology_pooled,
        last,
    )
}


def exceedance(panel: Panel, name: str, horizon_days: int) -> Array:
    """What a rule says at the rungs, at every origin: origins × areas × 7."""
    key, rows = ("counts", name, horizon_days), np.arange(panel.shape[0])
    return panel.keep(
        key, lambda: np.stack([one[:, AT_RUNGS] for one in COUNT_RULES[name](panel, horizon_days, rows)])
    )


def _column(name: str, at: int) -> Feature:
    """One rung of a rule as a column that a model's card can name."""
    return Feature(
        name=f"{name}_deaths_{RUNGS[at]}",
        doc=f"The chance of at least {RUNGS[at]} deaths. {COUNT_RULES[name].__doc__}",
        theme="past_year",
        compute=lambda panel, question: exceedance(panel, name, question.horizon_days)[..., at],
        monotone=1,
        serves="rules",
        asks=True,
    )


RULE_COLUMNS: Mapping[str, tuple[Feature, ...]] = {
    name: tuple(_column(name, at) for at in range(len(RUNGS))) for name in COUNT_RULES
}
COUNT_COLUMNS: Mapping[str, Feature] = {one.name: one for rule in RULE_COLUMNS.values() for one in rule}


def _year(panel: Panel, horizon_days: int, rows: Rows) -> Iterator[Array]:
    wanted = set(rows.tolist())
    for row, sums in enumerate(panel.year_windows("deaths", horizon_days)):
        if row in wanted:
            yield sums


def _past(panel: Panel, horizon_days: int, rows: Rows) -> Iterator[Array]:
    """For each row the deaths of the windows on the weekly grid that had ended and been reported by then."""
    on_grid = panel.origins % GRID_DAYS == 0
    for origin in panel.origins[rows]:
        ended = on_grid & targets.usable(panel, horizon_days, int(origin))
        yield panel.after("deaths", horizon_days, int(origin))[ended]


def _pooled(past: Array) -> Array:
    return distributions.from_draws(past.reshape(-1, 1))
