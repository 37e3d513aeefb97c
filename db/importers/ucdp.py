"""UCDP's Georeferenced Event Dataset and Candidate files, every layout, read by column name.

Formats and traps: Sundberg & Melander 2013 (doi 10.1177/0022343313484347); Hegre et al. 2020
(Candidate); `low`, `best` and `high` change their order between versions. Licence CC BY 4.0.
"""

import calendar
import csv
import re
from collections.abc import Collection
from datetime import date, timedelta

from db.codebook import UCDP_TYPES
from db.importers.base import (
    Context,
    Figure,
    Importer,
    Named,
    Parsed,
    RegionKey,
    Remark,
    Row,
    RowError,
    choice_of,
    count_of,
    day_of,
    degrees_of,
    text_of,
)
from db.vocab import ActorRole, Harm, IncidentType, Status

LATEST_PUBLICATION_DAYS = 90
_UNNAMED = re.compile(r"^(xxx\d*|unknown|civilians)$", re.IGNORECASE)

REQUIRED = (
    *("id", "year", "type_of_violence", "where_prec", "latitude", "longitude", "country"),
    *("date_prec", "date_start", "date_end", "low", "best", "high"),
)
# The 49 columns of 20.1 and later, in the order of the Candidate files that come without a header.
LAYOUT_49 = tuple(
    """
    id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name
    dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b
    number_of_sources source_article source_office source_date source_headline source_original where_prec
    where_coordinates where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id
    region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown
    best high low gwnoa gwnob
    """.split()  # noqa: SIM905  (a list of 49 literals reads worse)
)
OLD_ONLY = {"conflict_new_id", "dyad_new_id", "side_a_new_id", "side_b_new_id", "gwnoa", "gwnob"}


def parse(row: Row, context: Context) -> Parsed | None:
    """Read one event; None when its country is in no loaded region."""
    region = _region(row, context)
    if region is None:
        return None
    remarks: list[Remark] = []
    start, end = _dates(row, remarks)
    low, best, high = _range(row, remarks)
    event_id = text_of(row, "id")
    if not event_id or not event_id.removesuffix(".0").isdecimal():
        raise RowError("id", "bad_id", f"{event_id!r} is no UCDP event id; the row may be shifted or cut")
    event_id = event_id.removesuffix(".0")
    if (status := text_of(row, "code_status") or "").casefold().startswith("check"):
        remarks.append(
            Remark("code_status", "coding_in_doubt", f"UCDP itself marks this row {status[:80]!r}")
        )
    kind = choice_of(row, "type_of_violence", 1, 4)
    return Parsed(
        region_id=region.id,
        source_code="ucdp",
        external_id=event_id,
        incident_key=f"ucdp:{event_id}",
        incident_type=UCDP_TYPES.get(kind, IncidentType.OTHER),
        date_start=start,
        date_end=end,
        date_prec=choice_of(row, "date_prec", 1, 5),
        geo_prec=choice_of(row, "where_prec", 1, 7),
        raw={k: v for k, v in row.items() if v != ""},
        published_on=_published(row, end, remarks),
        released_at=context.released_at,
        lang="en",
        title=_title(row),
        cited=_outlets(row),
        place_text=text_of(row, "where_coordinates"),
        admin1_text=text_of(row, "adm_1"),
        admin2_text=text_of(row, "adm_2"),
        lat=degrees_of(row, "latitude", 90),
        lon=degrees_of(row, "longitude", 180),
        figures=_figures(row, low, best, high),
        actors=_actors(row, kind),
        remarks=remarks,
    )


def _region(row: Row, context: Context) -> RegionKey | None:
    code, country = text_of(row, "country_id"), (text_of(row, "country") or "").casefold()
    if code is None and not country:
        raise RowError("country", "bad_country", "is empty, as country_id is; the row may be shifted or cut")
    if code and not (code.removesuffix(".0").isdecimal() and len(code) < 9):
        raise RowError("country_id", "bad_country", f"{code!r} is no country number; the row may be shifted")
    number = int(code.removesuffix(".0")) if code else None
    for region in context.regions:
        if number in region.country_codes_gw or country in region.country_names:
            return region
    return None


def _dates(row: Row, remarks: list[Remark]) -> tuple[date, date]:
    start, end = day_of(row, "date_start"), day_of(row, "date_end")
    if end < start:
        remarks.append(
            Remark("date_end", "dates_reversed", f"{end} is before {start}; taken the other way round")
        )
        start, end = end, start
    return start, end


def _range(row: Row, remarks: list[Remark]) -> tuple[int | None, int | None, int | None]:
    low, best, high = (count_of(row, name) for name in ("low", "best", "high"))
    known = [n for n in (low, best, high) if n is not None]
    if known != sorted(known):
        text = f"low {low}, best {best}, high {high} are not in order; kept as published"
        remarks.append(Remark("best", "figures_inconsistent", text))
    return low, best, high


def _figures(row: Row, low: int | None, best: int | None, high: int | None) -> list[Figure]:
    parts = {
        Status.SIDE_A: "deaths_a",
        Status.SIDE_B: "deaths_b",
        Status.CIVILIAN: "deaths_civilians",
        Status.UNKNOWN: "deaths_unknown",
    }
    figures = [Figure(Harm.KILLED, Status.ALL, low, best, high)]
    for status, column in parts.items():
        value = count_of(row, column)
        if value is not None:
            figures.append(Figure(Harm.KILLED, status, None, value, None))
    return figures


def _published(row: Row, end: date, remarks: list[Remark]) -> date | None:
    """The earliest day on which a cited source plausibly wrote of the whole event."""
    text = text_of(row, "source_date")
    if text is None:
        return None
    days = [day for part in text.split(";") if (day := _loose_day(part)) is not None]
    latest = end + timedelta(days=LATEST_PUBLICATION_DAYS)
    plausible = [day for day in days if end <= day <= latest]
    if not plausible and any(day > latest or (end - day).days > 366 for day in days):
        remarks.append(
            Remark("source_date", "implausible_source_date", f"{text!r} cannot be right; not used")
        )
    return min(plausible, default=None)


def _loose_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip().replace("T", " ").split(" ")[0])
    except ValueError:
        return None


def _title(row: Row) -> str | None:
    headline = text_of(row, "source_headline")
    return headline.split(";")[0].strip().strip('"')[:500] or None if headline else None


def _outlets(row: Row) -> list[str]:
    """The distinct original sources a row names; ten dispatches of one monitor are one."""
    named = text_of(row, "source_original") or text_of(row, "source_office") or ""
    outlets = {part.strip().casefold(): part.strip() for part in named.split(";") if part.strip()}
    return [outlets[name][:120] for name in sorted(outlets)]


def _actors(row: Row, kind: int) -> list[Named]:
    first = ActorRole.ALLEGED_PERPETRATOR if kind == 3 else ActorRole.PARTICIPANT
    second = ActorRole.TARGET if kind == 3 else ActorRole.PARTICIPANT
    sides = [("side_a", first), ("side_b", second)]
    named = [Named(name, role) for side, role in sides for name in _names(text_of(row, side))]
    return list(dict.fromkeys(named))


def _names(side: str | None) -> list[str]:
    parts = next(csv.reader([side or ""], skipinitialspace=True), [])
    return [name[:200] for part in parts if (name := part.strip()) and not _UNNAMED.match(name)]


_MONTH = r"(0?[1-9]|1[0-2])(?!\d)"
_MONTHLY = re.compile(rf"v(\d\d)[._]0[._]{_MONTH}")
_CUMULATIVE = re.compile(rf"v(\d\d)[._]01[._](\d\d)[._]{_MONTH}")
_YEARLY = re.compile(r"(?:v|ged)(\d\d)[._]?1(?!\d)", re.IGNORECASE)
RELEASED_AFTER_DAYS = 20


def _months(file_name: str) -> tuple[date, date] | None:
    """The first and last day of the months of a Candidate file, by the version in its name."""
    if one := _MONTHLY.search(file_name):
        start = date(2000 + int(one[1]), int(one[2]), 1)
        return start, _month_end(start)
    if several := _CUMULATIVE.search(file_name):
        last = date(2000 + int(several[2]), int(several[3]), 1)
        return date(2000 + int(several[1]), 1, 1), _month_end(last)
    return None


def covers(file_name: str, days: Collection[date]) -> tuple[date, date] | None:
    """The days a file covers: by its version where the name tells, else the months its events begin in."""
    if months := _months(file_name):
        return months
    return (min(days).replace(day=1), _month_end(max(days))) if days else None


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def released(file_name: str) -> date | None:
    """The day of release that a version in the file's name implies: Candidate files follow some
    three weeks after their month, yearly files in June of the year of their number.
    """
    if months := _months(file_name):
        return months[1] + timedelta(days=RELEASED_AFTER_DAYS)
    year = _YEARLY.search(file_name)
    return date(2000 + int(year[1]), 6, 1) if year else None


IMPORTER = Importer(
    name="ucdp",
    summary="UCDP GED and Candidate event files (CSV, gzip or zip)",
    licence="CC BY 4.0",
    required=REQUIRED,
    columns=frozenset(LAYOUT_49) | OLD_ONLY,
    parse=parse,
    headerless={49: LAYOUT_49},
    covers=covers,
    released=released,
    dataset="ucdp",
)
