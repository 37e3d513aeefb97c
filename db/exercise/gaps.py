"""When sources fall silent: everywhere, or in one district, for weeks; and nobody says so."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from db.exercise.settings import ReportingSettings

EVERYWHERE = ""


@dataclass(frozen=True)
class Gap:
    """A source reports nothing on incidents of these days (both included) in a district or everywhere."""

    source_id: str
    district_id: str
    first: int
    last: int


class Gaps:
    """All silences of an exercise, and the question whether one of them covers an incident."""

    def __init__(self, gaps: Iterable[Gap]) -> None:
        self.all = tuple(gaps)
        self._by_key: dict[tuple[str, str], list[Gap]] = defaultdict(list)
        for gap in self.all:
            self._by_key[gap.source_id, gap.district_id].append(gap)

    def silent(self, source_id: str, district_id: str, day: int) -> bool:
        """Whether the source reports nothing about that district's incidents of that day."""
        keys = ((source_id, EVERYWHERE), (source_id, district_id))
        return any(gap.first <= day <= gap.last for key in keys for gap in self._by_key.get(key, ()))


def draw_gaps(
    settings: ReportingSettings,
    sources: list[str],
    districts: list[str],
    days: int,
    seed: np.random.SeedSequence,
) -> Gaps:
    """At least one silence everywhere and one in a district, however short the exercise."""
    rng = np.random.Generator(np.random.PCG64(seed))
    years = days / 365.25
    wide = max(1, int(rng.poisson(settings.gaps_per_source_year * len(sources) * years)))
    narrow = max(1, int(rng.poisson(settings.gaps_per_district_year * len(districts) * years)))
    places = [EVERYWHERE] * wide + [districts[int(rng.integers(len(districts)))] for _ in range(narrow)]
    return Gaps(_gap(settings, sources, place, days, rng) for place in places)


def _gap(
    settings: ReportingSettings, sources: list[str], place: str, days: int, rng: np.random.Generator
) -> Gap:
    first = int(rng.integers(days))
    length = int(rng.integers(settings.gap_days[0], settings.gap_days[1] + 1))
    return Gap(sources[int(rng.integers(len(sources)))], place, first, min(first + length, days) - 1)
