"""What is written down of the count forecasts: for each day, horizon and area the ladder, its middle and its range."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from models import counts, distributions
from models.bench import Fitted
from models.days import Array
from models.issue import Desk, Row
from models.ladder import agree
from models.targets import DEATHS, Question

DIGITS = 6
RANGE = (0.1, 0.9)  # the middle 80 %


@dataclass(frozen=True)
class CountModel:
    """A loaded count model as scoring needs it."""

    id: str
    fitted: Fitted


Models = Mapping[int, Mapping[date, CountModel]]


def rows(desk: Desk, models: Models) -> Iterator[Row]:
    """One row a day, horizon and area, on days of which there are data; longer horizons never below shorter ones."""
    horizons = sorted(models)
    said = [_said(desk, horizon_days, models[horizon_days]) for horizon_days in horizons]
    for horizon_days, agreed, own in zip(horizons, agree(said) if said else [], said, strict=True):
        for index, day in enumerate(desk.setting.days):
            if np.isnan(own[index]).any() or _without_data(desk, index):
                continue
            model = models[horizon_days][day]
            yield from _rows(desk, index, horizon_days, model, agreed[index])


def _said(desk: Desk, horizon_days: int, by_day: Mapping[date, CountModel]) -> Array:
    """What the models of one horizon say: days × areas × 7; NaN on days that have no model yet."""
    out = np.full((len(desk.setting.days), desk.panel.shape[1], len(distributions.RUNGS)), np.nan)
    for model in {one.id: one for one in by_day.values()}.values():
        at = _places(desk.setting.days, by_day, model)
        question = Question(DEATHS, horizon_days, 0)
        out[at] = counts.exceedance(desk.bench, question, model.fitted, desk.rows[at])
    return out


def _places(asked: Sequence[date], by_day: Mapping[date, CountModel], model: CountModel) -> list[int]:
    return [at for at, day in enumerate(asked) if day in by_day and by_day[day].id == model.id]


def _without_data(desk: Desk, index: int) -> bool:
    return any(str(one["code"]).startswith("no_data") for one in desk.unassessed[index])


def _rows(desk: Desk, index: int, horizon_days: int, model: CountModel, ladders: Array) -> Iterator[Row]:
    setting = desk.setting
    chance = distributions.from_ladder(ladders, model.fitted.estimator.tail_)
    low, median, high = (distributions.quantile(chance, level) for level in (RANGE[0], 0.5, RANGE[1]))
    shared: dict[str, Any] = {
        "as_of": setting.days[index],
        "horizon_days": horizon_days,
        "model_version_id": model.id,
        "data_version": setting.data_versions[index],
        "issued_at": setting.issued_at,
        "live": setting.live[index],
        "exercise": setting.exercise,
    }
    for area, area_id in enumerate(desk.panel.area_ids):
        yield {
            **shared,
            "area_id": area_id,
            "exceedance": ladders[area].round(DIGITS).tolist(),
            "median": int(median[area]),
            "low": int(low[area]),
            "high": int(high[area]),
        }
