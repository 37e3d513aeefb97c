"""What every importer hands over, and the errors with which it refuses a row or a file."""

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from db.errors import brief
from db.vocab import ActorRole, Harm, IncidentType, Sensitivity, Stance, Status

Row = Mapping[str, str]
YEARS = range(1900, 2101)


class RowError(Exception):
    """A row that cannot be taken in: which column, why (a code), and a message that names the cure."""

    def __init__(self, column: str | None, code: str, message: str) -> None:
        super().__init__(brief(message))
        self.column, self.code, self.message = column, code, brief(message)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a report; None means that the report does not say.

    An `aggregate` counts more than the incident (a day, a front) and enters no figure of it.
    """

    harm: Harm
    status: Status
    low: int | None
    best: int | None
    high: int | None
    wording: str | None = None
    aggregate: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """An actor that a report names, as what, and who says so where the report quotes somebody."""

    name: str
    role: ActorRole
    said_by: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd about a row that was taken in all the same."""

    column: str | None
    code: str
    message: str


@dataclass(slots=True)
class Parsed:
    """One report of one incident, as read from one row; empty cells are None, never 0."""

    region_id: str
    source_code: str
    external_id: str
    incident_key: str
    incident_type: IncidentType
    date_start: date
    date_end: date
    date_prec: int
    geo_prec: int
    raw: dict[str, Any]
    published_on: date | None = None
    published_at: datetime | None = None
    released_at: datetime | None = None
    lang: str | None = None
    title: str | None = None
    text: str | None = None
    url: str | None = None
    cited: list[str] = field(default_factory=list)
    stance: Stance = Stance.SUPPORTS
    sensitivity: Sensitivity | None = None  # None: no word of its own; it enters as its source's reports do
    place_id: str | None = None
    place_text: str | None = None
    admin1_text: str | None = None
    admin2_text: str | None = None
    lat: float | None = None
    lon: float | None = None
    figures: list[Figure] = field(default_factory=list)
    actors: list[Named] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    incident_id: str | None = None  # set where a person says which known incident it is
    available_from: datetime | None = None  # set where it was known no earlier, whatever it says itself
    original: bytes | None = None  # the bytes it came as, where they are not its own text in UTF-8
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class RegionKey:
    """How an importer recognises a loaded region in a file."""

    id: str
    time_zone: str
    country_codes_gw: frozenset[int]
    country_names: frozenset[str]
    source_codes: frozenset[str]
    place_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Context:
    """What a parse function may know besides the row: the loaded regions and the file's release."""

    regions: tuple[RegionKey, ...]
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The days a file covers for a source."""

    source_code: str
    start: date
    end: date


NumberedRow = tuple[int, dict[str, str] | None, list[str]]
"""Row number, its cells by column (None when it has another width), and the cells as they came."""

Parse = Callable[[Row, Context], Parsed | None]
"""Reads one row; None for a row of no loaded region; raises RowError for a broken one."""


def _iso_start(row: Row) -> date | None:
    with contextlib.suppress(ValueError):
        return date.fromisoformat(row["date_start"][:10])
    return None


@dataclass(frozen=True, slots=True)
class Importer:
    """A way in: its card, the columns it asks for and may use, and how it reads a row.

    `first_day` gives the day that tells what a file covers, `gather` joins rows that tell of one event.
    A mapped table also says how its file is opened (`opens`), for which region, by which stored mapping, and
    in which variant: the same file read in another way is another import.
    """

    name: str
    summary: str
    licence: str
    required: tuple[str, ...]
    columns: frozenset[str]
    parse: Parse
    headerless: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    covers: Callable[[str, Collection[date]], tuple[date, date] | None] = lambda _name, _days: None
    released: Callable[[str], date | None] = lambda _name: None
    dataset: str | None = None
    first_day: Callable[[Row], date | None] = _iso_start
    gather: Callable[[Iterator[NumberedRow]], Iterator[NumberedRow]] = lambda rows: rows
    opens: Callable[[Path], contextlib.AbstractContextManager[Iterator[NumberedRow]]] | None = None
    region_id: str | None = None
    mapping_id: str | None = None
    variant: str = ""


def text_of(row: Row, column: str) -> str | None:
    """A cell's text without surrounding space, or None where it is empty."""
    value = row.get(column)
    return (value.strip() or None) if value else None


def count_of(row: Row, column: str) -> int | None:
    """A cell's count (0 or more), or None where it is empty; anything else is an error."""
    value = text_of(row, column)
    if value is None:
        return None
    try:
        number = float(value)
        if number != int(number) or not 0 <= number < 10_000_000:
            raise ValueError
    except (ValueError, OverflowError):
        raise RowError(
            column, "bad_count", f"{value!r} is no count; write a whole number or leave it empty"
        ) from None
    return int(number)


def choice_of(row: Row, column: str, low: int, high: int) -> int:
    """A cell's code within bounds."""
    value = text_of(row, column)
    try:
        number = float(value or "")
    except ValueError:
        number = float("nan")
    if not low <= number <= high or number != int(number):
        raise RowError(column, "bad_code", f"{value!r} is no code from {low} to {high}; write one of them")
    return int(number)


def degrees_of(row: Row, column: str, limit: float) -> float | None:
    """A cell's coordinate in degrees, or None where it is empty; off the earth is an error."""
    value = text_of(row, column)
    if value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not -limit <= number <= limit:
        raise RowError(
            column,
            "bad_coordinate",
            f"{value!r} is no coordinate from -{limit:g} to {limit:g}; mend it or leave it empty",
        )
    return number


def day_of(row: Row, column: str) -> date:
    """A cell's calendar day; a time of day behind it is dropped."""
    value = text_of(row, column)
    try:
        return likely(date.fromisoformat((value or "").replace("T", " ").split(" ")[0]))
    except ValueError:
        raise RowError(column, "bad_date", f"{value!r} is no date; write it as YYYY-MM-DD") from None


def moment_of(row: Row, column: str) -> date | datetime | None:
    """A cell's day, or its instant with a time zone, or None where it is empty."""
    value = text_of(row, column)
    if value is None:
        return None
    try:
        if len(value) <= 10:
            return likely(date.fromisoformat(value))
        instant = datetime.fromisoformat(value)
        likely(instant.date())
    except ValueError:
        raise RowError(
            column, "bad_date", f"{value!r} is no date; write 2025-05-02 or 2025-05-02T14:30+03:00"
        ) from None
    if instant.tzinfo is None:
        raise RowError(column, "no_time_zone", f"{value!r} has no time zone; add one, such as +03:00 or Z")
    return instant


def likely(day: date) -> date:
    """A day of our age; an earlier or later one is a slip of the pen, and a ValueError."""
    if day.year not in YEARS:
        raise ValueError(f"{day} is no day of our age")
    return day
