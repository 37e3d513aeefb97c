"""Earlier situations like the one of a day, and what followed them: orientation, not a forecast.

Analogue forecasting (Lorenz, "Atmospheric predictability as revealed by naturally occurring analogues", J. Atmos.
Sci. 26, 1969) is the k nearest neighbours (Cover and Hart, 1967) of a situation among those before it. Alike is
what moves the model alike: the distance is Euclidean over the contributions of the themes, in log-odds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

import numpy as np

from db.vocab import AreaKind
from models import days, explain, targets
from models.bench import Bench
from models.days import Array, BoolArray, IntArray
from models.features import Feature
from models.history import GRID_DAYS
from models.issue import Desk, Model
from models.panel import Panel
from models.targets import Question

NEAREST, APART_DAYS, SEEN_DAYS = 5, 60, 28
MOST = 40_000  # situations that are searched
LOOKED_AT = 128
DIGITS = 4
Row = dict[str, Any]


class Pick(NamedTuple):
    """One earlier situation: its origin and area in the panel, and how far from the one asked about."""

    row: int
    area: int
    distance: float


@dataclass(frozen=True)
class Past:
    """Situations with their places in the panel, nearest found by a tree: points (situations × themes)."""

    row: IntArray
    area: IntArray
    day: IntArray
    points: Array
    tree: Any

    def like(self, point: Array, own: int, day: int) -> list[Pick]:
        """The nearest situations, at most one an area and 60 days, none of the one that still goes on here."""
        looked_at = min(LOOKED_AT, len(self.day))
        while looked_at:
            distance, at = self.tree.query(point, k=np.arange(1, looked_at + 1))
            picks = self._apart(distance, at, own, day)
            if len(picks) == NEAREST or looked_at == len(self.day):
                return picks
            looked_at = min(8 * looked_at, len(self.day))
        return []

    def _apart(self, distance: Array, at: IntArray, own: int, day: int) -> list[Pick]:
        """The first that lie apart, among equally near ones the latest.

        Communities of one place share their incidents; the same day of both is one situation.
        """
        taken: dict[int, list[int]] = {own: [day]}
        same: set[tuple[int, float]] = set()
        picks: list[Pick] = []
        short = distance.round(DIGITS)
        for one in np.lexsort((self.area[at], -self.day[at], short)).tolist():
            here, then = int(self.area[at[one]]), int(self.day[at[one]])
            fresh = (then, float(short[one])) not in same
            if fresh and all(abs(then - other) >= APART_DAYS for other in taken.get(here, [])):
                same.add((then, float(short[one])))
                taken.setdefault(here, []).append(then)
                picks.append(Pick(int(self.row[at[one]]), here, float(short[one])))
            if len(picks) == NEAREST:
                break
        return picks


def rows(desk: Desk, question: Question, by_day: Mapping[date, Model]) -> Iterator[Row]:
    """For every community and asked day its nearest earlier situations with what followed, as the store takes them."""
    for model in {one.id: one for one in by_day.values()}.values():
        at = [index for index, day in enumerate(desk.setting.days) if by_day[day].id == model.id]
        asked = [index for index in at if not desk.unassessed[index]]
        if asked:
            known = thinned(desk.panel, over(desk.panel, question.horizon_days, int(desk.rows[asked[-1]])))
            seen = Situations.of(desk.bench, question, model, np.union1d(known, desk.rows[asked]))
            for index in asked:
                yield from _of_day(desk, question, model.id, seen, index)


class Reads(Protocol):
    """A model as far as situations need it: a fitted one, or one that is loaded."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """What it looks at."""

    @property
    def estimator(self) -> Any:
        """What it learnt."""


@dataclass(frozen=True)
class Situations:
    """What each theme contributes to the probability of every community at some origins (origins × areas × themes)."""

    panel: Panel
    row: IntArray
    area: IntArray
    points: Array

    @classmethod
    def of(cls, bench: Bench, question: Question, model: Reads, row: IntArray) -> "Situations":
        """As one model sees them."""
        area = communities(bench.panel)
        table = bench.rows([one.name for one in model.features], question)[row][:, area]
        by_feature = explain.contributions(model.estimator, table.reshape(-1, table.shape[-1]))[1]
        by_theme = explain.by_theme(model.features, by_feature)[1]
        return cls(bench.panel, row, area, by_theme.reshape(*table.shape[:-1], -1))

    def at(self, row: int) -> Array:
        """The situations of one origin: areas × themes."""
        here: Array = self.points[np.searchsorted(self.row, row)]
        return here

    def among(self, origins: BoolArray) -> Past | None:
        """Those of some of the panel's origins, ready to be searched; nothing where there is none."""
        from scipy.spatial import cKDTree  # slow to load: pages tell of analogues without it

        kept = origins[self.row]
        row, area = (one.ravel() for one in np.meshgrid(self.row[kept], self.area, indexing="ij"))
        if not len(row):
            return None
        here = self.points[kept].reshape(len(row), -1)
        return Past(row, area, self.panel.origins[row], here, cKDTree(here))


def _of_day(desk: Desk, question: Question, model_id: str, seen: Situations, index: int) -> Iterator[Row]:
    panel, row, day = desk.panel, int(desk.rows[index]), desk.setting.days[index]
    found = seen.among(over(panel, question.horizon_days, row))
    if found is None:
        return
    after = Sequel(panel, question, days.number(day))
    shared = {
        **{"as_of": day, "horizon_days": question.horizon_days, "target": question.target.name},
        **{"model_version_id": model_id, "data_version": desk.setting.data_versions[index]},
        "issued_at": desk.setting.issued_at,
    }
    for area, point in zip(seen.area.tolist(), seen.at(row), strict=True):
        for rank, pick in enumerate(found.like(point, area, int(panel.origins[row])), start=1):
            yield {"scored_area_id": panel.area_ids[area], "rank": rank, **shared, **after.of(pick)}


def thinned(panel: Panel, origins: BoolArray) -> IntArray:
    """The newest of some origins and every so-manieth before it, so that a large region is searched in bounded time."""
    row = np.flatnonzero(origins)[::-1]
    step = max(-(-len(row) * len(communities(panel)) // MOST), 1)
    return row[::step][::-1]


def communities(panel: Panel) -> IntArray:
    """Which areas are communities."""
    return np.flatnonzero((panel.areas["kind"] == AreaKind.COMMUNITY.value).to_numpy())


def over(panel: Panel, horizon_days: int, row: int) -> BoolArray:
    """The weekly origins that may be likened to one: seen in full then, and their window over by its day.

    What followed may still be unknown; what is not over would be foresight.
    """
    seen = (panel.covered_share(SEEN_DAYS) == 1) & (panel.history_days() >= targets.MIN_HISTORY_DAYS)
    ended = panel.origins + horizon_days <= panel.origins[row]
    answer: BoolArray = seen & ended & (panel.origins % GRID_DAYS == 0)
    return answer


class Sequel:
    """What followed earlier situations, as known on a day; None where no source covered it, or not yet."""

    def __init__(self, panel: Panel, question: Question, known_by: int) -> None:
        self.panel = panel
        self.told = panel.outcome_covered(question.horizon_days, known_by)
        self.happened = targets.outcome(panel, question, known_by)
        self.incidents = panel.after("events", question.horizon_days, known_by)
        self.deaths = panel.after("deaths", question.horizon_days, known_by)

    def of(self, pick: Pick) -> Row:
        """One situation as a row: area_id, day, distance, followed, incidents, deaths."""
        at, told = (pick.row, pick.area), bool(self.told[pick.row])
        return {
            "area_id": self.panel.area_ids[pick.area],
            "day": days.day_of(self.panel.origins[pick.row]),
            "distance": pick.distance,
            "followed": bool(self.happened[at]) if told else None,
            "incidents": round(float(self.incidents[at])) if told else None,
            "deaths": round(float(self.deaths[at])) if told else None,
        }
