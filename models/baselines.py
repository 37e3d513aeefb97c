"""Simple rules that any forecast must beat, re-implemented from their descriptions.

They look at outcomes as known at the end where the model looks only at what was known then; where
reports come late or change, that favours the rules.
"""

import numpy as np

from models.days import Array
from models.panel import Panel
from models.targets import Target, bar, outcome, usable

PSEUDO_WINDOWS = 8
NAMES = ("climatology", "climatology_pooled", "persistence", "conflictology")


def climatology(panel: Panel, target: Target, horizon_days: int, floor_deaths: int) -> tuple[Array, Array]:
    """How often it happened before each origin: in the area (drawn towards all), and in all areas."""
    happened = outcome(panel, target, horizon_days, floor_deaths).astype(float)
    rows = usable(panel, horizon_days)
    count = _before(panel, rows.astype(float)[:, None], horizon_days)
    hits = _before(panel, happened * rows[:, None], horizon_days)
    everywhere = (hits.sum(axis=1, keepdims=True) + 0.5) / (count * panel.shape[1] + 1)
    own = (hits + PSEUDO_WINDOWS * everywhere) / (count + PSEUDO_WINDOWS)
    return own, np.broadcast_to(everywhere, panel.shape)


def _before(panel: Panel, values: Array, horizon_days: int) -> Array:
    """Sum the rows whose window had been reported by each origin."""
    ended = panel.origins + horizon_days + panel.coverage.lag_days
    so_far = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return so_far[np.searchsorted(ended, panel.origins, side="right")]


def persistence(panel: Panel, target: Target, horizon_days: int, floor_deaths: int) -> Array:
    """What happened in the last window happens in the next one."""
    last = panel.window(target.channel, horizon_days)
    return (last > bar(panel, target, horizon_days, floor_deaths)).astype(float)


def conflictology(panel: Panel, target: Target, horizon_days: int, floor_deaths: int) -> Array:
    """The share of the area's own windows of the last twelve months in which it happened."""
    limit = np.broadcast_to(bar(panel, target, horizon_days, floor_deaths), panel.shape)
    out = np.zeros(panel.shape)
    for row, sums in enumerate(panel.year_windows(target.channel, horizon_days)):
        out[row] = (sums > limit[row]).mean(axis=0) if len(sums) else 0.0
    return out


def forecasts(panel: Panel, target: Target, horizon_days: int, floor_deaths: int) -> dict[str, Array]:
    """All simple rules by name, each origins × areas."""
    own, everywhere = climatology(panel, target, horizon_days, floor_deaths)
    question = (panel, target, horizon_days, floor_deaths)
    said = (own, everywhere, persistence(*question), conflictology(*question))
    return dict(zip(NAMES, said, strict=True))
