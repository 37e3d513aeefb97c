"""Tocsin's own report table: one row is what one source says of one incident. Empty means unknown."""

from datetime import date, datetime

from db.exports.cells import unguard
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
    moment_of,
    text_of,
)
from db.vocab import ActorRole, Harm, IncidentType, Sensitivity, Stance, Status

REQUIRED = ("source_id", "external_id", "incident_type", "date_start", "date_end", "date_prec", "geo_prec")
COLUMNS = (
    *("source_id", "external_id", "incident_ref", "published_at", "url", "lang", "title", "text"),
    *("incident_type", "date_start", "date_end", "date_prec", "place_id", "place", "admin1", "admin2"),
    *("lat", "lon", "geo_prec", "killed_low", "killed", "killed_high", "killed_wording"),
    *("civilians_killed", "injured", "abducted", "displaced", "alleged_perpetrator", "sensitivity"),
    *("stance", "cited", "claimed_by", "denied_by", "said_by", "counts_more"),
)
ROLES = {
    "alleged_perpetrator": ActorRole.ALLEGED_PERPETRATOR,
    "claimed_by": ActorRole.CLAIMANT,
    "denied_by": ActorRole.DENIER,
}
YES = ("yes", "true", "1")
OTHER_HARMS = {"injured": Harm.INJURED, "abducted": Harm.ABDUCTED, "displaced": Harm.DISPLACED}


def parse(row: Row, context: Context) -> Parsed | None:
    """Read one report, its guards against formulas undone; None when its source belongs to no loaded region."""
    if any(cell.startswith("'") for cell in row.values()):
        row = {column: unguard(cell) for column, cell in row.items()}
    return told(row, context)


def told(row: Row, context: Context) -> Parsed | None:
    """Read one report from cells that stand as they are meant; None when its source belongs to no loaded region."""
    code = text_of(row, "source_id")
    if code is None:
        raise RowError("source_id", "missing", "is empty; name a source of the region's sources.csv")
    region = _region(row, code, context)
    if region is None:
        return None
    external_id = text_of(row, "external_id")
    if external_id is None:
        raise RowError("external_id", "missing", "is empty; give the report an id of its own")
    start, end = day_of(row, "date_start"), day_of(row, "date_end")
    if end < start:
        raise RowError("date_end", "dates_reversed", f"{end} is before date_start {start}; swap or mend them")
    published_on, published_at = _published(row)
    remarks = _early(published_on, published_at, end)
    reference = text_of(row, "incident_ref")
    return Parsed(
        region_id=region.id,
        source_code=code,
        external_id=external_id[:255],
        incident_key=f"ref:{reference}" if reference else f"report:{code}:{external_id}",
        incident_type=_type(row),
        date_start=start,
        date_end=end,
        date_prec=choice_of(row, "date_prec", 1, 5),
        geo_prec=choice_of(row, "geo_prec", 1, 7),
        raw={k: v for k, v in row.items() if v != ""},
        published_on=published_on,
        published_at=published_at,
        lang=text_of(row, "lang"),
        title=text_of(row, "title"),
        text=text_of(row, "text"),
        url=text_of(row, "url"),
        sensitivity=_sensitivity(row),
        place_id=_place(row, region),
        place_text=text_of(row, "place"),
        admin1_text=text_of(row, "admin1"),
        admin2_text=text_of(row, "admin2"),
        lat=degrees_of(row, "lat", 90),
        lon=degrees_of(row, "lon", 180),
        figures=_figures(row),
        actors=_actors(row),
        cited=_listed(row, "cited"),
        stance=_stance(row),
        remarks=remarks,
    )


def _region(row: Row, code: str, context: Context) -> RegionKey | None:
    place = text_of(row, "place_id")
    fitting = [r for r in context.regions if code in r.source_codes]
    if len(fitting) > 1 and place:
        fitting = [r for r in fitting if place in r.place_ids]
    if len(fitting) > 1:
        raise RowError(
            "source_id", "ambiguous_region", f"{code!r} is a source of several regions; give a place_id"
        )
    return fitting[0] if fitting else None


def _published(row: Row) -> tuple[date | None, datetime | None]:
    said = moment_of(row, "published_at")
    return (None, said) if isinstance(said, datetime) else (said, None)


def _early(day: date | None, instant: datetime | None, end: date) -> list[Remark]:
    published = day or (instant.date() if instant else None)
    if published is None or (end - published).days <= 1:
        return []
    text = f"published {published}, before the incident ended on {end}; its end counts instead"
    return [Remark("published_at", "published_before_end", text)]


def _type(row: Row) -> IncidentType:
    value = text_of(row, "incident_type") or ""
    if value not in list(IncidentType):
        raise RowError(
            "incident_type",
            "unknown_type",
            f"{value!r} is not in the codebook; choose one of: {', '.join(IncidentType)}",
        )
    return IncidentType(value)


def _sensitivity(row: Row) -> Sensitivity | None:
    value = text_of(row, "sensitivity")
    if value is None:
        return None
    if value not in list(Sensitivity):
        raise RowError("sensitivity", "bad_code", f"{value!r} is not one of: {', '.join(Sensitivity)}")
    return Sensitivity(value)


def _place(row: Row, region: RegionKey) -> str | None:
    value = text_of(row, "place_id")
    if value is not None and value not in region.place_ids:
        raise RowError(
            "place_id", "unknown_place", f"{value!r} is not in the gazetteer of {region.id}; mend or empty it"
        )
    return value


def _stance(row: Row) -> Stance:
    value = text_of(row, "stance") or Stance.SUPPORTS
    if value not in list(Stance):
        raise RowError("stance", "bad_code", f"{value!r} is not one of: {', '.join(Stance)}")
    return Stance(value)


def _listed(row: Row, column: str) -> list[str]:
    return [name.strip()[:200] for name in (text_of(row, column) or "").split(";") if name.strip()]


def _actors(row: Row) -> list[Named]:
    """Who is said to have done it, to have claimed or to have denied it; `said_by` is whom the report quotes."""
    said_by = (text_of(row, "said_by") or "")[:200] or None
    named = [Named(name, role, said_by) for column, role in ROLES.items() for name in _listed(row, column)]
    return list(dict.fromkeys(named))


def _figures(row: Row) -> list[Figure]:
    """The figures of a row; `counts_more` says that its dead are of a day, a front or a country."""
    low, best, high = (count_of(row, name) for name in ("killed_low", "killed", "killed_high"))
    more = (text_of(row, "counts_more") or "").casefold() in YES
    figures = [Figure(Harm.KILLED, Status.ALL, low, best, high, text_of(row, "killed_wording"), more)]
    civilians = count_of(row, "civilians_killed")
    if civilians is not None:
        figures.append(Figure(Harm.KILLED, Status.CIVILIAN, None, civilians, None, None, more))
    for column, harm in OTHER_HARMS.items():
        value = count_of(row, column)
        if value is not None:
            figures.append(Figure(harm, Status.ALL, None, value, None))
    return figures


IMPORTER = Importer(
    name="reports",
    summary="Tocsin's own report table (CSV): one row is what one source says of one incident",
    licence="your own",
    required=REQUIRED,
    columns=frozenset(COLUMNS),
    parse=parse,
)
