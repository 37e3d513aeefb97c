"""What a row of Today says beside its level: what moved it, its own past, how often such levels were right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard import fmt

ENOUGH_WEEKS = 20  # fewer say nothing about how often a level is right


@dataclass(frozen=True)
class Parts:
    """Why a probability differs from that of the day before; the three add up to the whole difference."""

    new_data: float
    revised_data: float
    model_change: float

    @property
    def total(self) -> float:
        """The whole difference."""
        return self.new_data + self.revised_data + self.model_change


@dataclass(frozen=True)
class Past:
    """A score beside its own past: scored days of the year before, those lower, those high; and of 90 days."""

    days: int
    lower: int
    high: int
    season: int
    season_high: int


@dataclass(frozen=True)
class Weeks:
    """Of how many past weeks at a level it is known what followed, and in how many violence escalated."""

    weeks: int = 0
    happened: int = 0

    @property
    def enough(self) -> bool:
        """Whether they are enough to speak of a rate."""
        return self.weeks >= ENOUGH_WEEKS


@dataclass(frozen=True)
class Hits:
    """How often a level was followed by what it warns of: forecasts made at the time, and replays of the past."""

    live: Weeks = Weeks()
    replayed: Weeks = Weeks()


def parts(score: Mapping[str, Any]) -> Parts | None:
    """What moved a score since the day before, where that is kept."""
    told = [score.get(name) for name in ("new_data", "revised_data", "model_change")]
    return None if any(fmt.missing(one) for one in told) else Parts(*(float(one or 0) for one in told))


def pasts(found: pd.DataFrame) -> dict[str, Past]:
    """The pasts of communities, by their ids."""
    return {
        str(one.pop("area_id")): Past(**{name: int(count) for name, count in one.items()})
        for one in ({str(name): value for name, value in row.items()} for row in found.to_dict("records"))
    }


def hits(found: pd.DataFrame) -> dict[int, Hits]:
    """How often each level was right."""
    by_level: dict[int, dict[str, Weeks]] = {}
    for one in found.to_dict("records"):
        kind = "live" if one["live"] else "replayed"
        by_level.setdefault(int(one["level"]), {})[kind] = Weeks(int(one["weeks"]), int(one["happened"]))
    return {level: Hits(**told) for level, told in by_level.items()}
