"""Watching the models in force: what the drift of each is measured on, and what a card keeps for it."""

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db import queries, store
from db.policy import Viewer
from models import coverage, days, drift, explain, reading
from models.baselines import COLUMNS
from models.bench import Bench, Fitted
from models.days import Array, BoolArray
from models.drift import SPELL_DAYS, SPELL_WEEKS, Row
from models.frames import Frames
from models.history import GRID_DAYS
from models.panel import Panel
from models.targets import TARGETS, Question

SAMPLE_ROWS = 400


def card(
    bench: Bench, question: Question, fitted: Fitted, said: Array | None, weeks: BoolArray
) -> dict[str, Any]:
    """What a card keeps to be held to: `feature_quantiles` and `spells` for drift, `promised` Brier scores."""
    rows = bench.usable(question)
    names = [one.name for one in fitted.features]
    table = bench.rows(names, question)[rows]
    weight = _weights(fitted, table.reshape(-1, len(names)))
    happened = bench.outcome(question)
    week = bench.panel.origins
    errors = None if said is None or not weeks.any() else ((said - happened) ** 2)[weeks]
    community = bench.panel.areas["kind"].to_numpy(str) == "community"
    return {
        "feature_quantiles": {
            name: {**drift.profile(week[rows], table[..., at]), "weight": round(float(weight[at]), 4)}
            for at, name in enumerate(names)
        },
        "spells": {
            "base_rate": drift.spells(week[rows], happened[rows].mean(axis=1)),
            "brier": None if errors is None else drift.spells(week[weeks], errors.mean(axis=1)),
        },
        "promised": None
        if errors is None
        else {"all": _mean(errors), "community": _mean(errors[:, community])},
    }


def _mean(errors: Array) -> float | None:
    return round(float(errors.mean()), 6) if errors.size else None


def _weights(fitted: Fitted, table: Array) -> Array:
    step = max(1, len(table) // SAMPLE_ROWS)
    return drift.weights(explain.contributions(fitted.estimator, table[::step])[1])


def watch(session: Session, viewer: Viewer, *, region_id: str, as_of: date, now: datetime) -> list[Row]:
    """Measure the models in force and keep it; returns the rows."""
    rows = measure(session, viewer, region_id=region_id, as_of=as_of, now=now)
    store.save_drift(session, rows)
    return rows


def measure(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, now: datetime, measured_days: int = 0
) -> list[Row]:
    """The same without keeping anything; nothing where all was measured in the last `measured_days`."""
    current = queries.current_models(session, viewer, region_id=region_id, as_of=as_of)
    current = current[current["target"].isin(TARGETS)]
    if current.empty or _measured(session, viewer, region_id, as_of, current) < measured_days:
        return []
    loaded = reading.frames(session, viewer, region_id=region_id, as_of=as_of)
    data_version = reading.data_versions(loaded, [as_of])[as_of]
    shared = {"region_id": region_id, "as_of": as_of, "data_version": data_version, "recorded_at": now}
    last = min(days.number(as_of), coverage.read(loaded.coverage, as_of).last)
    bench = _bench(loaded, as_of, last)
    realised = queries.verifications(session, viewer, region_id=region_id, as_of=as_of, kind=None)
    rows = [{**shared, "model_version_id": None, **one} for one in _volume(loaded, last)]
    for model in current.to_dict("records"):
        version = {"model_version_id": str(model["model_version_id"])}
        rows += [{**shared, **version, **one} for one in _of_model(bench, model, realised, as_of, last)]
    return rows


def _measured(session: Session, viewer: Viewer, region_id: str, as_of: date, current: pd.DataFrame) -> float:
    """How many days ago the models in force were measured; without end if one of them never was."""
    last = queries.drift(session, viewer, region_id=region_id, as_of=as_of)
    if not set(current["model_version_id"]) <= set(last["model_version_id"]):
        return math.inf
    return float((as_of - last["as_of"].iloc[0]).days)


def _bench(loaded: Frames, as_of: date, last: int) -> Bench | None:
    """A panel of all weeks: some columns count what happened since the first."""
    origins = days.weekly(coverage.read(loaded.coverage, as_of).first, last, GRID_DAYS)
    return Bench(Panel(loaded, origins, as_of)) if len(origins) else None


def _of_model(
    bench: Bench | None, model: Mapping[Any, Any], realised: pd.DataFrame, as_of: date, last: int
) -> Iterator[Row]:
    card = model["card"]
    yield drift.age((as_of - model["train_as_of"]).days)
    if bench is not None and "floor_deaths" in card:
        question = Question(TARGETS[model["target"]], int(model["horizon_days"]), int(card["floor_deaths"]))
        profiles = card.get("feature_quantiles") or {}
        yield from drift.of_features(profiles, _recent(bench, question, drift.heavy(profiles), last))
        seen = np.flatnonzero(bench.panel.outcome_covered(question.horizon_days))[-SPELL_WEEKS:]
        if found := drift.of_base_rate(card, bench.outcome(question)[seen]):
            yield found
    mine = realised[
        realised["of_record"]
        & (realised["model_version_id"] == model["model_version_id"])
        & realised["brier"].notna()
        & (pd.to_datetime(realised["closed_on"]) > pd.Timestamp(as_of) - pd.Timedelta(days=SPELL_DAYS))
    ]
    if found := drift.of_brier(card, mine["brier"].to_numpy(float), int(mine["as_of"].nunique())):
        yield found


def _recent(bench: Bench, question: Question, names: list[str], last: int) -> dict[str, Array]:
    """The columns of the last eight weeks that this program still knows."""
    known = [name for name in names if name in COLUMNS]
    recent = bench.panel.origins > last - SPELL_DAYS
    table = bench.rows(known, question)[recent]
    return {name: table[..., at] for at, name in enumerate(known)}


def _volume(loaded: Frames, last: int) -> Iterator[Row]:
    """First accounts and revisions a week, as they became known."""
    known = days.numbers(loaded.events["known_day"])
    known = known[known <= last]
    if len(known):
        week = np.arange(
            last - GRID_DAYS * (max(last - int(known.min()), 0) // GRID_DAYS), last + 1, GRID_DAYS
        )
        count = np.bincount(np.searchsorted(week, known), minlength=len(week)).astype(float)
        if found := drift.of_volume(week, count, last):
            yield found
