"""Does a column look into the future? Asked of every feature, rule and covariate."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from models import days
from models.days import Array
from models.features import Feature
from models.frames import Frames
from models.panel import Panel
from models.targets import Question


def leaks(
    frames: Frames, feature: Feature, question: Question, origins: Sequence[int], day: date
) -> list[date]:
    """The origins up to a day on which a column changes when everything known later is deleted or shuffled."""
    newest = [day, days.day_of(max(origins)), *frames.events["known_day"].dt.date]
    known_by = max(newest)
    honest = _column(frames, feature, question, origins, known_by)
    kept = np.asarray(sorted(set(origins))) <= days.number(day)
    changed = np.zeros(kept.sum(), dtype=bool)
    for other in (deleted(frames, day), shuffled(frames, day)):
        column = _column(other, feature, question, origins, known_by)
        changed |= ~_same(honest[kept], column[kept])
    return [days.day_of(one) for one in np.asarray(sorted(set(origins)))[kept][changed]]


def _column(
    frames: Frames, feature: Feature, question: Question, origins: Sequence[int], known_by: date
) -> Array:
    return np.asarray(feature.compute(Panel(frames, origins, known_by), question), dtype=float)


def _same(one: Array, other: Array) -> Array:
    return np.asarray(((one == other) | (np.isnan(one) & np.isnan(other))).all(axis=1))


def deleted(frames: Frames, day: date) -> Frames:
    """The same record without anything that became known after a day."""
    after = pd.Timestamp(day)
    events = frames.events[frames.events["known_day"] <= after].copy()
    events["until_day"] = events["until_day"].where(events["until_day"] <= after)
    members, parents = (
        pairs[pairs["version_id"].isin(events["version_id"])] for pairs in (frames.members, frames.parents)
    )
    given = frames.covariates[pd.to_datetime(frames.covariates["known_day"]) <= after]
    return frames._replace(events=events, members=members, parents=parents, covariates=given)


def shuffled(frames: Frames, day: date, seed: int = 5) -> Frames:
    """The same record with everything that became known after a day given to other areas and other figures."""
    draw, after = np.random.default_rng(seed), pd.Timestamp(day)
    events, members = frames.events.copy(), frames.members.copy()
    later = (events["known_day"] > after).to_numpy()
    events.loc[later, "deaths"] = draw.integers(0, 500, later.sum()).astype(float)
    events.loc[later, "day"] = events.loc[later, "day"] - pd.Timedelta(days=9)
    moved = members["version_id"].isin(events["version_id"][later]).to_numpy()
    members.loc[moved, "area_id"] = draw.permutation(members.loc[moved, "area_id"])
    given = frames.covariates.copy()
    unknown = (pd.to_datetime(given["known_day"]) > after).to_numpy()
    given.loc[unknown, "value"] = draw.normal(size=unknown.sum()) * 1000
    return frames._replace(events=events, members=members, covariates=given)
