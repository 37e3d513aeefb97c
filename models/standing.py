"""How well each day and area can be spoken about, whatever a model says: coverage, history, doubts."""

from datetime import date

import numpy as np

from models import confidence, days, targets
from models.confidence import Reason
from models.coverage import GRACE_DAYS
from models.days import YEAR_DAYS, BoolArray
from models.panel import Panel

IMPRECISE_DAYS = 90


def unassessed(panel: Panel, row: int) -> list[Reason]:
    """Why the day of an origin gets level 0, if it does."""
    day, covered = int(panel.origins[row]), panel.coverage
    last = covered.last_before(day)
    if last is None:
        return [confidence.reason("no_data_before", day=days.day_of(covered.first).isoformat())]
    if day - last > GRACE_DAYS:
        return [confidence.reason("no_data_since", day=days.day_of(last).isoformat())]
    history = int(panel.history_days()[row])
    return [confidence.reason("short_history", days=history)] if history < targets.MIN_HISTORY_DAYS else []


def doubts(panel: Panel, row: int) -> list[list[Reason]]:
    """What is doubtful about each area on the day of an origin."""
    events = panel.window("events", YEAR_DAYS)[row]
    imprecise = panel.parent_window("fatal", IMPRECISE_DAYS)[row]
    deaths = panel.parent_window("deaths", IMPRECISE_DAYS)[row]
    day = int(panel.origins[row])
    told = panel.voices.calm(day) | bool(panel.coverage.covers_incidents(panel.origins[row : row + 1])[0])
    silent_days = _silent_days(panel, day)
    return [
        confidence.of_area(
            events=e,
            imprecise=i,
            imprecise_deaths=d,
            incidents_covered=bool(told[area]),
            silent_days=silent_days,
            silent=panel.voices.silent(area, day),
            fallen_silent=panel.voices.fallen_silent(area, day),
        )
        for area, (e, i, d) in enumerate(zip(events, imprecise, deaths, strict=True))
    ]


def fallen_silent(panel: Panel, row: int) -> BoolArray:
    """Of which areas everybody who used to speak has fallen silent: nothing there may be called baseline."""
    day = int(panel.origins[row])
    return np.array([panel.voices.fallen_silent(area, day) for area in range(panel.shape[1])], dtype=bool)


def data_cutoff(panel: Panel, row: int) -> date:
    """The newest day that reports known at an origin can speak of."""
    day = int(panel.origins[row])
    newest = day - panel.coverage.fastest_lag_days
    last = panel.coverage.last_before(day)
    return days.day_of(newest if last is None else min(last, newest))


def _silent_days(panel: Panel, day: int) -> int:
    """Days without any source, beyond the lag that is normal."""
    last = panel.coverage.last_before(day)
    return 0 if last is None else max(day - last - panel.coverage.fastest_lag_days, 0)
