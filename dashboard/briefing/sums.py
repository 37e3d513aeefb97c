"""The numbers of a briefing: how many incidents, how many killed with their range, by week, kind and place.

What nobody knows stays unknown: a sum is of the known figures, and beside it stands of how many there is none.
Where small counts may not be told (`below` above 1) a hidden one counts as 1 in the low end of a sum and
as `below - 1` in its high end, so that no sum gives it away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dashboard import fmt

Facts = Mapping[str, Any]
BY_WEEK_UP_TO_DAYS = 200


@dataclass(frozen=True, slots=True)
class Toll:
    """Persons killed: low, best, high of the known figures (None: none is known), and how many incidents have none."""

    low: int | None
    best: int | None
    high: int | None
    known: int
    unknown: int

    @property
    def wide(self) -> bool:
        """Whether there is a range."""
        return self.low != self.high


@dataclass(frozen=True, slots=True)
class Bin:
    """A span of days with its incidents."""

    first: date
    last: date
    facts: tuple[Facts, ...]


def one(facts: Facts, below: int = 1) -> Toll:
    """The dead of one incident; a count that may not be told becomes a range."""
    best = number(facts.get("deaths"))
    low, high = (number(facts.get(name)) for name in ("deaths_low", "deaths_high"))
    ends = [each for each in (low, best, high) if each is not None]
    if not ends:
        return Toll(None, None, None, 0, 1)
    low, high = min(ends), max(ends)
    if hidden(low, below) or hidden(high, below) or hidden(best, below):
        low = 0 if low == 0 else min(low, 1) if hidden(low, below) else low
        high = below - 1 if hidden(high, below) else high
        best = None if hidden(best, below) else best
    return Toll(low, best, high, 1, 0)


def civil(facts: Facts, below: int = 1) -> Toll:
    """The civilians among the dead of one incident.

    Where few others died beside them, the number becomes a range too: it would tell how many the others were.
    """
    known, dead = number(facts.get("civilians")), number(facts.get("deaths"))
    told = one({"deaths": known, "deaths_low": known, "deaths_high": known}, below)
    if known is None or dead is None or any(hidden(one, below) for one in (known, dead)):
        return told
    if not hidden(dead - known, below):
        return told
    return Toll(max(dead - below + 1, 1), None, dead - 1, 1, 0)


def hidden(value: int | None, below: int) -> bool:
    """Whether a count of persons may not be told."""
    return value is not None and 0 < value < below


def number(value: Any) -> int | None:
    """A count as a whole number; None where it is unknown."""
    return None if fmt.missing(value) else int(value)


def total(found: Iterable[Facts], below: int = 1) -> Toll:
    """The dead of several incidents together; the best figure is None where one of them may not be told."""
    return added([one(facts, below) for facts in found])


def added(tolls: Sequence[Toll]) -> Toll:
    """Several tolls together."""
    known = [each for each in tolls if each.known]
    if not known:
        return Toll(None, None, None, 0, len(tolls))
    bests = [each.best for each in known]
    best = None if None in bests else sum(each or 0 for each in bests)
    ends = (sum(each.low or 0 for each in known), sum(each.high or 0 for each in known))
    return Toll(ends[0], best, ends[1], len(known), len(tolls) - len(known))


def grouped(found: Iterable[Facts], name: str) -> dict[str, list[Facts]]:
    """Incidents by the value of a column, the most frequent first."""
    parts: dict[str, list[Facts]] = {}
    for facts in found:
        if not fmt.missing(facts.get(name)):
            parts.setdefault(str(facts[name]), []).append(facts)
    return dict(sorted(parts.items(), key=lambda item: (-len(item[1]), item[0])))


def bins(found: Sequence[Facts], since: date, until: date) -> tuple[str, list[Bin]]:
    """Incidents by week, or by month where the span is long, by the day on which each ended.

    A day that is told by the week may lie after the span; the incident belongs to its last part.
    """
    weekly = (until - since).days <= BY_WEEK_UP_TO_DAYS
    starts = _weeks(since, until) if weekly else _months(since, until)
    ends = [*(each - timedelta(days=1) for each in starts[1:]), until]
    made = [
        Bin(max(first, since), last, tuple(f for f in found if first <= min(f["date_end"], until) <= last))
        for first, last in zip(starts, ends, strict=True)
    ]
    return ("week" if weekly else "month"), made


def _weeks(since: date, until: date) -> list[date]:
    first = since - timedelta(days=since.weekday())
    return [first + timedelta(weeks=n) for n in range((until - first).days // 7 + 1)]


def _months(since: date, until: date) -> list[date]:
    months = (until.year - since.year) * 12 + until.month - since.month + 1
    at = since.year * 12 + since.month - 1
    return [date((at + n) // 12, (at + n) % 12 + 1, 1) for n in range(months)]


def ids(found: Iterable[Facts]) -> tuple[str, ...]:
    """The ids of incidents."""
    return tuple(str(facts["incident_id"]) for facts in found)
