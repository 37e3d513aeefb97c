"""Which days any source looked at: silence outside them means nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from models import days
from models.days import BoolArray, IntArray
from models.errors import ModelError

GRACE_DAYS = 7


@dataclass(frozen=True)
class Span:
    """The days one source covers, and whether it also reports what kills nobody."""

    source_id: str
    name: str
    first: int
    last: int
    lag_days: int
    incidents: bool


@dataclass(frozen=True)
class Coverage:
    """All spans of a region, asked about many days at once."""

    spans: tuple[Span, ...]

    @property
    def first(self) -> int:
        """The first day that any source covers."""
        return min(span.first for span in self.spans)

    @property
    def last(self) -> int:
        """The last day that any source covers."""
        return max(span.last for span in self.spans)

    @property
    def lag_days(self) -> int:
        """How many days the slowest source needs until it speaks of a day."""
        return max(span.lag_days for span in self.spans)

    @property
    def fastest_lag_days(self) -> int:
        """How many days the fastest source needs until it speaks of a day."""
        return min(span.lag_days for span in self.spans)

    def covers(self, asked: IntArray, grace_days: int = 0) -> BoolArray:
        """Whether any source covers each day, or did a few days before."""
        return self._within(asked, grace_days, self.spans)

    def covers_incidents(self, asked: IntArray) -> BoolArray:
        """Whether a source that reports more than deaths covers each day."""
        return self._within(asked, GRACE_DAYS, tuple(s for s in self.spans if s.incidents))

    def last_before(self, day: int) -> int | None:
        """The newest covered day up to the given one, or nothing."""
        ends = [min(span.last, day) for span in self.spans if span.first <= day]
        return max(ends) if ends else None

    @staticmethod
    def _within(asked: IntArray, grace_days: int, spans: tuple[Span, ...]) -> BoolArray:
        inside = np.zeros(asked.shape, dtype=bool)
        for span in spans:
            inside |= (asked >= span.first) & (asked <= span.last + grace_days)
        return inside


def read(frame: Any, known_by: date) -> Coverage:
    """Take the coverage from its frame; what lies after the day of knowledge is not yet covered."""
    spans = tuple(span for row in frame.itertuples() if (span := _span(row, days.number(known_by))))
    if not spans:
        raise ModelError(
            f"no source covers this region by {known_by}: import reports first (tocsin import --help)"
        )
    return Coverage(spans)


def _span(row: Any, known_by: int) -> Span | None:
    first, last = days.numbers([row.covered_from, row.covered_until])
    if first == days.NEVER or first > known_by:
        return None
    return Span(
        source_id=str(row.source_id),
        name=str(row.name),
        first=int(first),
        last=min(int(last), known_by),
        lag_days=int(row.lag_days),
        incidents=row.covers == "incidents",
    )
