"""ACLED's event tables, old and new (29 to 35 columns), read by column name.

Format and traps: ACLED codebook; the names in force since 2022. One row is one event; monadic exports
repeat it once an actor. Neither actor is the attacker: the two columns imply no direction. Events that
are known only to a province stand at its capital, so such a point is not used. Card: licence ACLED's
terms (no redistribution; training of models only after a check, see `db.licences`), cadence weekly,
some 250 to 1,500 events a week for Syria at the height of its war, fewer later.
"""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta

from db import acled_types
from db.importers.base import (
    Context,
    Figure,
    Importer,
    Named,
    NumberedRow,
    Parsed,
    RegionKey,
    Remark,
    Row,
    RowError,
    choice_of,
    count_of,
    degrees_of,
    likely,
    text_of,
)
from db.vocab import ActorRole, Harm, IncidentType, Status

LATEST_PUBLICATION_DAYS = 90
DATASET = "acled"
REQUIRED = (
    *("event_id_cnty", "event_date", "time_precision", "event_type", "sub_event_type", "actor1"),
    *("country", "admin1", "location", "geo_precision", "fatalities"),
)
COLUMNS = frozenset(
    """
    event_id_cnty event_date year time_precision disorder_type event_type sub_event_type actor1 assoc_actor_1
    inter1 actor2 assoc_actor_2 inter2 interaction civilian_targeting iso region country admin1 admin2 admin3
    location latitude longitude geo_precision source source_scale notes fatalities tags timestamp
    population_1km population_2km population_5km population_best data_id event_id_no_cnty iso3
    """.split()  # noqa: SIM905  (a list of 38 literals reads worse)
)
# ACLED's precision of place → UCDP's: the town; a part of a region, so the district; the province.
GEO_PREC = {1: 1, 2: 3, 3: 4}
# ACLED's precision of time → UCDP's, and how many days either way the day may lie.
DATE_PREC = {1: (1, 0), 2: (3, 3), 3: (4, 15)}
PROVINCE = 3

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_MONTH = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_UNNAMED = re.compile(r"^(civilians|unidentified|unknown)\b", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"[^.;]{0,60}\b(?:fatalit\w+|casualt\w+|deaths?|death toll)\b[^.;]{0,30}\b(?:unknown|unclear|not known|"
    r"not reported|unspecified|not specified)\b[^.;]{0,60}",
    re.IGNORECASE,
)


def parse(row: Row, context: Context) -> Parsed | None:
    """Read one event; None when its country is in no loaded region."""
    region = _region(row, context)
    if region is None:
        return None
    event_id = text_of(row, "event_id_cnty")
    if not event_id or not re.fullmatch(r"[A-Za-z]{2,4}\d+", event_id):
        raise RowError("event_id_cnty", "bad_id", f"{event_id!r} is no ACLED event id, such as SYR1234")
    day = event_day(row)
    date_prec, either_way_days = DATE_PREC[choice_of(row, "time_precision", 1, 3)]
    precision = choice_of(row, "geo_precision", 1, 3)
    kind, remarks = _type(row)
    end = day + timedelta(days=either_way_days)
    point = precision < PROVINCE
    return Parsed(
        region_id=region.id,
        source_code=DATASET,
        external_id=event_id,
        incident_key=f"acled:{event_id}",
        incident_type=kind,
        date_start=day - timedelta(days=either_way_days),
        date_end=end,
        date_prec=date_prec,
        geo_prec=GEO_PREC[precision],
        raw={k: v for k, v in row.items() if v != ""},
        published_at=_published(row, end),
        released_at=context.released_at,
        lang="en",
        title=text_of(row, "sub_event_type") or text_of(row, "event_type"),
        text=text_of(row, "notes"),
        cited=_outlets(row),
        # The capital of the province that stands for it would make a false hot spot.
        place_text=text_of(row, "location") if point else None,
        admin1_text=text_of(row, "admin1"),
        admin2_text=text_of(row, "admin2") if point else None,
        lat=degrees_of(row, "latitude", 90) if point else None,
        lon=degrees_of(row, "longitude", 180) if point else None,
        figures=[_fatalities(row)],
        actors=_actors(row),
        remarks=remarks,
    )


def _region(row: Row, context: Context) -> RegionKey | None:
    country = (text_of(row, "country") or "").casefold()
    if not country:
        raise RowError("country", "bad_country", "is empty; the row may be shifted or cut")
    return next((region for region in context.regions if country in region.country_names), None)


def event_day(row: Row) -> date:
    """The day of an event as any export writes it: 2019-12-31, 31 December 2019, or 31-12-2019 (day first)."""
    value = text_of(row, "event_date") or ""
    try:
        day = likely(_day(value))
    except ValueError:
        raise RowError(
            "event_date",
            "bad_date",
            f"{value!r} is no date; write 2019-12-31, 31 December 2019 or 31-12-2019",
        ) from None
    year = text_of(row, "year")
    if year and year.removesuffix(".0") != str(day.year):
        raise RowError("event_date", "bad_date", f"{value!r} is not in the year {year}; mend one of them")
    return day


def _day(text: str) -> date:
    if named := _NAMED_MONTH.fullmatch(text):
        return date(int(named[3]), _MONTHS.index(named[2][:3].lower()) + 1, int(named[1]))
    if numbers := _DAY_FIRST.fullmatch(text):
        return date(int(numbers[3]), int(numbers[2]), int(numbers[1]))
    return date.fromisoformat(text.replace("T", " ").split(" ")[0])


def _type(row: Row) -> tuple[IncidentType, list[Remark]]:
    event, sub = text_of(row, "event_type"), text_of(row, "sub_event_type")
    kind = acled_types.kind_of(event, sub, text_of(row, "inter1"), text_of(row, "inter2"))
    if kind is not None:
        return kind, []
    text = f"{sub!r} ({event!r}) is no type of ACLED's codebook; taken as 'other'"
    return IncidentType.OTHER, [Remark("sub_event_type", "unknown_type", text)]


def _published(row: Row, end: date) -> datetime | None:
    """When the row was put up, where that is plausibly its first publication and not a later revision."""
    value = text_of(row, "timestamp")
    if value is None or not value.isdecimal() or len(value) > 11:
        return None
    at = datetime.fromtimestamp(int(value), UTC)
    return at if end <= at.date() <= end + timedelta(days=LATEST_PUBLICATION_DAYS) else None


def _fatalities(row: Row) -> Figure:
    """The deaths as ACLED gives them: one conservative figure for all sides, none where its note knows none.

    A 0 is "no deaths reported", not a count of none; where the note says that deaths are unknown, a 0 is
    unknown and a higher figure a stand-in of the codebook (3, 10, 12, 100).
    """
    number = count_of(row, "fatalities")
    unknown = _UNKNOWN.search(text_of(row, "notes") or "")
    wording = unknown[0].strip() if unknown else "no fatalities reported" if number == 0 else None
    best = None if unknown and number == 0 else number
    return Figure(Harm.KILLED, Status.ALL, None, best, None, wording)


def _outlets(row: Row) -> list[str]:
    parts = (part.strip() for part in (text_of(row, "source") or "").split(";"))
    outlets = {part.casefold(): part[:120] for part in parts if part}
    return [outlets[name] for name in sorted(outlets)]


def _actors(row: Row) -> list[Named]:
    """Both parties, in an order of their own: which column a name stands in says nothing."""
    names = {name for column in ("actor1", "actor2") if (name := text_of(row, column))}
    return [Named(name[:200], ActorRole.PARTICIPANT) for name in sorted(names) if not _UNNAMED.match(name)]


def gather(rows: Iterator[NumberedRow]) -> Iterator[NumberedRow]:
    """Make one row of the rows of one event that follow each other, as monadic exports have it."""
    held: NumberedRow | None = None
    for row in rows:
        if held is not None and _same(held, row):
            held = _joined(held, row)
            continue
        if held is not None:
            yield held
        held = row
    if held is not None:
        yield held


def _same(one: NumberedRow, other: NumberedRow) -> bool:
    first, second = one[1], other[1]
    return bool(first and second and first["event_id_cnty"] and _key(first) == _key(second))


def _key(cells: dict[str, str]) -> dict[str, str]:
    """What the rows of one event share: all but the columns of the parties."""
    parties = {"data_id", "actor1", "actor2", "assoc_actor_1", "assoc_actor_2", "inter1", "inter2"}
    return {column: cell for column, cell in cells.items() if column not in parties}


def _joined(one: NumberedRow, other: NumberedRow) -> NumberedRow:
    """One row of two: the second party is the other row's first, where it is not named already."""
    number, first, raw = one
    second = other[1]
    if first is None or second is None or second["actor1"] in (first["actor1"], first.get("actor2")):
        return one
    ends = {f"{name}2": second.get(f"{name}1", "") for name in ("actor", "assoc_actor_", "inter")}
    return number, {**first, **{column: cell for column, cell in ends.items() if column in first}}, raw


def covers(_file_name: str, days: Collection[date]) -> tuple[date, date] | None:
    """The days a file covers: from its first event to its last; nothing is known of later ones."""
    return (min(days), max(days)) if days else None


IMPORTER = Importer(
    name="acled",
    summary="ACLED events (CSV export or API, any version)",
    licence="ACLED's terms of use: no redistribution; training of models only after a check of the terms",
    required=REQUIRED,
    columns=COLUMNS,
    parse=parse,
    covers=covers,
    dataset=DATASET,
    first_day=event_day,
    gather=gather,
)
