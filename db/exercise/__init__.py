"""The EXERCISE: an invented region, and a simulator of reports whose true parameters are known.

`write_exercise` writes a region pack and a file of reports that is then taken in like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import numpy as np

from db.errors import BadInput
from db.exercise.dice import Dice
from db.exercise.gaps import draw_gaps
from db.exercise.geography import MOST_COMMUNITIES, Territory, draw_territory
from db.exercise.incidents import draw_incidents
from db.exercise.newsroom import Newsroom
from db.exercise.process import simulate
from db.exercise.settings import Settings, load_settings
from db.exercise.write import write_pack, write_reports, write_truth

__all__ = ["ExerciseSummary", "write_exercise", "write_region"]
LEAST_DAYS, MOST_YEARS = 28, 50.0


@dataclass(frozen=True)
class ExerciseSummary:
    """What was written: the folder, the days covered, and how much of everything."""

    folder: Path
    first_day: date
    last_day: date
    communities: int
    places: int
    incidents: int
    deaths: int
    gaps: int
    reports: int


def write_exercise(
    folder: Path,
    *,
    communities: int,
    years: float,
    seed: int,
    end: date,
    progress: Callable[[int, int], None] | None = None,
    sudden_change: date | None = None,
    unlinked: float = 0.0,
) -> ExerciseSummary:
    """Write region pack, reports.csv and the truth files into `folder`; same arguments, same bytes.

    The territory depends on `communities` alone; `seed` draws the history and what is reported of it.
    From `sudden_change` on, the background of violence is higher everywhere. `unlinked` is the share of
    reports that come without naming their incident and in other words: duplicates, with `truth_duplicates.csv`.
    """
    days = _checked_days(communities, years, seed)
    first_day = end - timedelta(days=days - 1)
    changed_on = _day_of_change(sudden_change, first_day, end)
    settings = load_settings()
    territory = draw_territory(settings, communities)
    tick = _ticker(progress, 2 * days + len(territory.communities) + len(territory.districts))
    seeds = np.random.SeedSequence(seed).spawn(5)
    history = simulate(settings.process, territory, days, seeds[0], changed_on=changed_on, tick=tick)
    incidents = draw_incidents(settings, territory, history, seeds[1])
    room = _newsroom(settings, territory, first_day, days, seeds[2:4])
    room = replace(room, unlinked=_checked_share(unlinked), retold=Dice(seeds[4]))
    asked = _asked(communities, years, seed, end, sudden_change)
    if unlinked:
        asked["unlinked"] = f"{unlinked:g}"
    write_pack(folder, settings, territory, (str(first_day), str(end)), asked)
    reports = write_reports(folder / "reports.csv", room, incidents, days, tick)
    write_truth(folder, room, history, incidents, changed_on, tick)
    places, deaths, gaps = len(territory.places), int(incidents.killed.sum()), len(room.gaps.all)
    return ExerciseSummary(folder, first_day, end, communities, places, len(incidents), deaths, gaps, reports)


def write_region(folder: Path, *, communities: int) -> None:
    """Write the region pack alone, as it stands in db/regions/exercise for 40 communities."""
    settings = load_settings()
    write_pack(folder, settings, draw_territory(settings, communities), ("", ""), {})


def _checked_days(communities: int, years: float, seed: int) -> int:
    if not 1 <= communities <= MOST_COMMUNITIES:
        raise BadInput(f"An exercise has 1 to {MOST_COMMUNITIES} communities, not {communities}.")
    if not LEAST_DAYS <= years * 365.25 <= MOST_YEARS * 366:
        raise BadInput(
            f"An exercise lasts from {LEAST_DAYS} days to {MOST_YEARS:.0f} years, not {years} years."
        )
    if seed < 0:
        raise BadInput(f"The seed must be 0 or more, not {seed}.")
    return round(years * 365.25)


def _checked_share(unlinked: float) -> float:
    if not 0 <= unlinked <= 1:
        raise BadInput(f"The share of reports to find anew lies from 0 to 1, not {unlinked}.")
    return unlinked


def _day_of_change(sudden_change: date | None, first_day: date, end: date) -> int | None:
    if sudden_change is None:
        return None
    if not first_day <= sudden_change <= end:
        raise BadInput(f"The sudden change must lie from {first_day} to {end}, not on {sudden_change}.")
    return (sudden_change - first_day).days


def _newsroom(
    settings: Settings,
    territory: Territory,
    first_day: date,
    days: int,
    seeds: list[np.random.SeedSequence],
) -> Newsroom:
    districts = [place.place_id for place in territory.districts]
    gaps = draw_gaps(settings.reporting, list(settings.sources), districts, days, seeds[0])
    return Newsroom(settings, territory, gaps, first_day, Dice(seeds[1]))


def _asked(
    communities: int, years: float, seed: int, end: date, sudden_change: date | None
) -> dict[str, str]:
    """What was asked for, as TOML values; days as text, because a store keeps settings as JSON."""
    run = {"communities": str(communities), "years": f"{years:g}", "seed": str(seed), "end": f'"{end}"'}
    return run if sudden_change is None else {**run, "sudden_change": f'"{sudden_change}"'}


def _ticker(progress: Callable[[int, int], None] | None, total: int) -> Callable[[], None]:
    """A function that counts one more step of the whole."""
    if progress is None:
        return lambda: None
    steps = count(1)
    return lambda: progress(next(steps), total)
