"""The exercise's true process as the frames of a record: no store, no newsroom, done in a second."""

import numpy as np
import pandas as pd

from db.exercise.geography import Territory, Unit, draw_territory
from db.exercise.process import History, simulate
from db.exercise.settings import load_settings
from models import backtest, control, levels, weeks
from models.bench import cutoffs, questions
from models.control import Weeks
from models.frames import Frames
from tests.models import factories as f

COMMUNITIES = 40
LOG_SD = 1.15  # of the deaths of an incident, beyond the first


def frames(seed: int, *, days: int, changed_on: int | None) -> Frames:
    """What truly happened to 40 communities, known the day after; violence changes on a day, if given."""
    territory, history, at, marks_seed = _history(seed, days, changed_on)
    return _frames(territory, [territory.units[n] for n in at], history.lethal[:, at], marks_seed)


def intensity(seed: int, *, days: int) -> np.ndarray:
    """The expected number of incidents given all that happened before: days × areas, in the order of their ids."""
    territory, history, at, _ = _history(seed, days, None)
    order = np.argsort([str(territory.units[n].community_id) for n in at])
    return history.intensity[:, at[order]].astype(float)


def _history(
    seed: int, days: int, changed_on: int | None
) -> tuple[Territory, History, np.ndarray, np.random.SeedSequence]:
    settings = load_settings()
    territory = draw_territory(settings, COMMUNITIES)
    history_seed, marks_seed = np.random.SeedSequence(seed).spawn(2)
    history = simulate(
        settings.process, territory, days, history_seed, changed_on=changed_on, tick=lambda: None
    )
    at = np.flatnonzero([unit.community_id is not None for unit in territory.units])
    return territory, history, at, marks_seed


def replayed(seed: int, *, days: int, changed_on: int | None, estimator: str) -> Weeks:
    """What an estimator, fitted again every twelve weeks, would have said of the escalations of 28 days."""
    question = questions(["escalation"], (28,), 5)[0]
    bench = backtest.bench_for(frames(seed, days=days, changed_on=changed_on), f.known_by(days - 1))
    folds = [(question, int(one)) for one in cutoffs(f.FIRST + 270, f.FIRST + days, 84)]
    said = backtest.replay(bench, folds, [estimator], 84, 1)[question][estimator]
    spoken = ~np.isnan(said[:, 0])
    happened, known_on = weeks.outcome_when_due(bench.panel, question)
    return Weeks(
        bench.panel.origins[spoken], said[spoken].round(control.DIGITS), happened[spoken], known_on[spoken]
    )


def fixed_alerts(told: Weeks, name: str, until: int) -> np.ndarray:
    """The alerts of the threshold that was right up to a day, kept ever after."""
    known = told.known_on <= until
    found = levels.learn(told.day[known], told.probability[known], told.happened[known], 28)
    assert found.begins is not None
    return levels.alerts(told.day, told.probability, found.begins[name], 28)


def _frames(
    territory: Territory, units: list[Unit], lethal: np.ndarray, seed: np.random.SeedSequence
) -> Frames:
    draw = np.random.default_rng(seed)
    day, unit = np.nonzero(lethal)
    many = lethal[day, unit]
    day, unit = np.repeat(day, many), np.repeat(unit, many)
    deaths = 1 + np.floor(np.exp(draw.normal(0, LOG_SD, len(day))))
    version = np.arange(len(day))
    members = pd.DataFrame(
        {"version_id": version, "area_id": np.array([one.community_id for one in units])[unit]}
    )
    return Frames(
        events=_events(version, day, deaths),
        members=members.astype({"area_id": object}),
        parents=members.head(0).astype({"area_id": object}),
        areas=_areas(territory, units),
        coverage=f.coverage(len(lethal), None),
    )


def _events(version: np.ndarray, day: np.ndarray, deaths: np.ndarray) -> pd.DataFrame:
    on = np.datetime64(f.START) + day
    return pd.DataFrame(
        {
            "version_id": version,
            "incident_id": [f"i{n:05d}" for n in version],
            "day": on.astype("datetime64[s]"),
            "known_day": (on + 1).astype("datetime64[s]"),
            "until_day": pd.Series([pd.NaT] * len(version), dtype="datetime64[s]"),
            "type": "armed_clash",
            "rung": "conflict",
            "date_prec": 1,
            "geo_prec": 1,
            "deaths": deaths,
            "civilians": deaths,
        }
    )


def _areas(territory: Territory, units: list[Unit]) -> pd.DataFrame:
    spots = [territory.places[unit.places[0]] for unit in units]
    lat, lon = np.array([territory.coordinates(spot.x_km, spot.y_km) for spot in spots]).T
    ids = [str(unit.community_id) for unit in units]
    fixed = {"kind": "community", "parent_area_id": None, "name_ar": "", "group": None}
    return pd.DataFrame({"area_id": ids, "name": ids, "lat": lat, "lon": lon, **fixed})
