"""The panel as one long table: what was known, what the features said, and what came after."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models import targets
from models.bench import Bench
from models.days import Array
from models.features import FEATURES
from models.targets import Question


def frame(bench: Bench, asked: Sequence[Question], *, outcomes: bool = True) -> pd.DataFrame:
    """One row an area and day: area_id, kind, day, covered, the features, and for each question its outcome.

    `covered` says whether any source speaks of the day: where it is False, zeros mean nothing. Features that
    differ between questions end in the horizon (`own_threshold_28`). Outcomes end in `_after_28`; they are
    missing where the window is not over, not covered or not yet reported.
    """
    panel = bench.panel
    n_days, n_areas = panel.shape
    columns: dict[str, Array] = {
        "area_id": np.tile(np.array(panel.area_ids, dtype=object), n_days),
        "kind": np.tile(panel.areas["kind"].to_numpy(object), n_days),
        "day": np.repeat(panel.origins.astype("datetime64[D]").astype("datetime64[s]"), n_areas),
        "covered": np.repeat(panel.coverage.covers(panel.origins), n_areas),
    }
    for one in asked:
        columns |= _features(bench, one, set(columns))
    for one in asked if outcomes else ():
        columns[f"{one.target.name}_after_{one.horizon_days}"] = _outcome(bench, one)
    return pd.DataFrame(columns)


def _features(bench: Bench, question: Question, have: set[str]) -> dict[str, Array]:
    """The columns of a question that are not there yet."""
    names = [one.name for one in bench.features()]
    titles = [_title(name, question) for name in names]
    new = [at for at, title in enumerate(titles) if title not in have]
    rows = bench.rows([names[at] for at in new], question)
    return {titles[at]: rows[..., column].ravel() for column, at in enumerate(new)}


def _title(name: str, question: Question) -> str:
    asks = any(one.asks for one in FEATURES if one.name == name)
    return f"{name}_{question.horizon_days}" if asks else name


def _outcome(bench: Bench, question: Question) -> Array:
    seen = targets.usable(bench.panel, question.horizon_days)
    happened = bench.outcome(question).astype(np.float32)
    happened[~seen] = np.nan
    return happened.ravel()
