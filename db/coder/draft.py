"""What the reading of a report gives: suggestions with the words they came from, never a decision."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from db.vocab import Confidence, Harm, Status

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """One count of people as the report words it; None is "the report does not say", never 0.

    `part_of_total` marks a count that an earlier one includes ("27 killed, including 3 children"), `aggregate`
    one that covers more than one event.
    """

    harm: Harm
    status: Status
    low: int | None
    best: int | None
    high: int | None
    wording: str
    part_of_total: bool = False
    aggregate: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """The first and last day that a text states, with UCDP's `date_prec` (1 day to 5 year) and the calendar."""

    start: date
    end: date
    date_prec: int
    calendar: str
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing a person may confirm: what, from which characters of the text, how sure, and why."""

    field: str
    value: Any
    span: Span
    phrase: str
    confidence: Confidence
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that was read from one text, and what was looked for and not found.

    `scope` is "aggregate" where the text counts a day, a country, a front or several places
    together: such figures are shown and never proposed as the harm of one incident.
    """

    lang: str
    scope: str
    suggestions: tuple[Suggestion, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...]
    summary: str
    length: int
    examined: int

    def of(self, field: str) -> list[Suggestion]:
        """The suggestions for one field, the first to look at first."""
        return [s for s in self.suggestions if s.field == field]

    @property
    def proposed(self) -> list[Suggestion]:
        """The figures that may become the harm of one incident: no aggregates, no parts of totals."""
        return [s for s in self.of("harm") if not (s.value.part_of_total or s.value.aggregate)]

    def rows(self) -> list[dict[str, Any]]:
        """The suggestions as plain values for JSON, in order."""
        return [_plain(asdict(suggestion)) for suggestion in self.suggestions]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
