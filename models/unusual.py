"""How unlike its own past an area is: more incidents than its own weeks, or a mix of them that it has not seen.

A surge is how far the incidents of the last seven days exceed the area's own mean week of the year before, on the scale
on which counts vary alike whether few or many (the square root of Anscombe 1948, in use for outbreaks since
Farrington et al. 1996). Novelty is the distance by which the last two weeks exceed the nearest of the area's own
fortnights of the year before (nearest-neighbour novelty, Markou and Singh 2003). Only more counts, never less. Where
the levels of both begin is read off the year before the month, by how many false alerts that would have cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from models import days, levels, targets
from models.days import YEAR_DAYS, Array, BoolArray, IntArray
from models.frames import Frames
from models.panel import Panel
from models.targets import MIN_HISTORY_DAYS, Question

SURGE_DAYS, PROFILE_DAYS, WEEK = 7, 14, 7
YEAR_WEEKS = 52
COUNTED = ("events", "warnings")
PROFILE = ("events", "warnings", "targeted", "civilian", "severe5", "mass25")
SHARE = 0.25
NAMES = ("surge", "novelty")
Begins = Mapping[int, float]


@dataclass(frozen=True)
class Unusual:
    """What is unusual in each area on one day (NaN: cannot be told), and where levels 2 and 3 begin.

    `counted` is the incidents of the last seven days, `usual` the mean of such a week in the year before.
    """

    area_ids: list[str]
    strength: Mapping[str, Array]
    begins: Mapping[str, Begins]
    counted: Array
    usual: Array


@dataclass
class Past:
    """What a region looked like on some days and in the weeks before, as known on each; thresholds are a month's."""

    frames: Frames
    days: Sequence[date]
    question: Question
    budgets: Mapping[str, float]
    _begins: dict[date, Mapping[str, Begins]] = field(default_factory=dict)

    def on(self, day: date) -> Unusual:
        """What is unusual on one of the days, seen with what was known by then."""
        panel, counted, usual, profile, at = self._read
        row = np.searchsorted(panel.origins, _weeks(day, YEAR_WEEKS + 1))
        known = _covered(panel)[row[-1]]
        made = {"surge": surge(counted[row[-1]], usual[row[-1]]), "novelty": novelty(profile[row])[-1]}
        told = {name: np.where(known, table, np.nan)[at] for name, table in made.items()}
        ids = [panel.area_ids[one] for one in at]
        return Unusual(ids, told, self.begins(day), counted[row[-1], at], usual[row[-1], at])

    def begins(self, day: date) -> Mapping[str, Begins]:
        """Where levels begin in the month of a day, by what was known when it began."""
        first = day.replace(day=1)
        if first not in self._begins:
            self._begins[first] = self._learnt(first)
        return self._begins[first]

    @cached_property
    def _read(self) -> tuple[Panel, Array, Array, Array, IntArray]:
        origins = np.unique(np.concatenate([_weeks(day, YEAR_WEEKS + 1) for day in self.days]))
        panel = Panel(self.frames, origins, max(self.days))
        return panel, *weeks_counted(panel), profiles(panel), _communities(panel)

    def _learnt(self, first: date) -> Mapping[str, Begins]:
        panel, horizon, by = (
            Panel(self.frames, _weeks(first, 2 * YEAR_WEEKS), first),
            self.question.horizon_days,
            days.number(first),
        )
        happened, rows = targets.outcome(panel, self.question, by), panel.outcome_covered(horizon, by)
        at = _communities(panel)
        return {
            name: learnt(
                panel.origins[rows], table[rows][:, at], happened[rows][:, at], horizon, self.budgets
            )
            for name, table in strengths(panel).items()
        }


def _weeks(day: date, weeks: int) -> IntArray:
    """A day and so many days before it, a week apart."""
    last = days.number(day)
    return np.arange(last - weeks * WEEK, last + 1, WEEK)


def _communities(panel: Panel) -> IntArray:
    return np.flatnonzero(panel.areas["kind"].to_numpy() == "community")


def _covered(panel: Panel) -> BoolArray:
    """On which origins past and present are covered well enough to compare them."""
    known: BoolArray = (panel.history_days() >= MIN_HISTORY_DAYS) & (panel.covered_share(SURGE_DAYS) == 1)
    return known


def learnt(
    day: IntArray, strength: Array, happened: BoolArray, horizon_days: int, budgets: Mapping[str, float]
) -> Begins:
    """Where watch and warning begin at a share of their budgets; nothing where the past is too short to tell."""
    said = np.where(np.isnan(strength), -1.0, strength)
    shared = {name: SHARE * budgets[name] for name in ("watch", "warning")}
    found = levels.learn(day, said, happened, horizon_days, shared).begins
    return {} if found is None else {2: found["watch"], 3: found["warning"]}


def strengths(panel: Panel) -> dict[str, Array]:
    """How unusual each area is on each origin (origins × areas); NaN where its past or present is not covered."""
    known, (counted, usual) = _covered(panel), weeks_counted(panel)
    made = {"surge": surge(counted, usual), "novelty": novelty(profiles(panel))}
    return {name: np.where(known[:, None], table, np.nan) for name, table in made.items()}


def weeks_counted(panel: Panel) -> tuple[Array, Array]:
    """The incidents of the last seven days, and the mean week of the year before them."""
    now = sum(panel.window(name, SURGE_DAYS) for name in COUNTED)
    year = sum(panel.window(name, SURGE_DAYS + YEAR_DAYS) for name in COUNTED) - now
    covered = panel.covered_share(SURGE_DAYS + YEAR_DAYS) * (SURGE_DAYS + YEAR_DAYS) - SURGE_DAYS
    weeks = np.maximum(covered, WEEK) / WEEK
    return np.asarray(now), np.asarray(year / weeks[:, None])


def surge(counted: Array, usual: Array) -> Array:
    """How far a count exceeds the mean of its kind, on the scale on which counts vary by about one."""
    above = 2 * (np.sqrt(counted + 3 / 8) - np.sqrt(usual + 3 / 8))
    return np.asarray(np.maximum(above, 0))


def profiles(panel: Panel) -> Array:
    """The last two weeks of each area as a short list of numbers: origins × areas × kinds, on a log scale."""
    return np.stack([np.log1p(panel.window(name, PROFILE_DAYS)) for name in PROFILE], axis=-1)


def novelty(profile: Array) -> Array:
    """By how much each fortnight exceeds the nearest one of the year before; NaN in the first year's weeks.

    Fortnights that share a day with the present one are not compared with. `profile`: weeks × areas × kinds.
    """
    out = np.full(profile.shape[:2], np.nan)
    for row in range(YEAR_WEEKS // 2, len(profile)):
        past = profile[max(0, row - YEAR_WEEKS) : row - PROFILE_DAYS // WEEK + 1]
        more = np.maximum(profile[row] - past, 0)
        out[row] = np.sqrt((more**2).sum(axis=-1).min(axis=0))
    return out
