"""Reads any table by a mapping: each row becomes a row of Tocsin's own report table, and then a report.

Card: licence and cadence are the table's own and stand in its mapping; expected counts are the rows of the file
less those that are refused, which are kept with row, column, reason and cure.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from db import clock
from db.ids import content_id, content_sha256
from db.importers import readings, reports, sheets
from db.importers.base import Context, Figure, Importer, Named, NumberedRow, Parsed, Remark, Row, RowError
from db.importers.encodings import visible
from db.importers.mapping import Spec
from db.importers.records import Cells
from db.importers.words import type_of
from db.places import normalise
from db.vocab import ActorRole, Harm, IncidentType, Status

CAPS = {"title": 500, "place": 255, "admin1": 255, "admin2": 255, "url": 2000, "killed_wording": 255}
HARMS = {
    **{"injured": Harm.INJURED, "abducted": Harm.ABDUCTED, "displaced": Harm.DISPLACED},
    **{"detained": Harm.DETAINED, "missing": Harm.MISSING},
}
COUNTS = ("killed_low", "killed", "killed_high", "civilians_killed", *HARMS)
DATES = ("date_start", "date_end", "published_at")
ACTORS = {"side_a": ActorRole.PARTICIPANT, "side_b": ActorRole.PARTICIPANT}
_OWN = {
    *COUNTS,
    *DATES,
    *ACTORS,
    "geopoint",
    "lat",
    "lon",
    "ucdp_id",
    "cited",
    "external_id",
    "incident_type",
}


@dataclass
class Mapped:
    """A mapping at work on one file."""

    spec: Spec
    epoch_1904: bool = False
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)

    def parse(self, row: Row, context: Context) -> Parsed | None:
        """Read one row by the mapping; a broken one is refused with its own column and the cure."""
        problem = getattr(row, "problem", None)
        if problem is not None:
            raise RowError(*problem)
        remarks: list[Remark] = []
        cells = self._cells(row, remarks)
        if cells["source_id"] not in context.regions[0].source_codes:
            raise RowError(self.spec.of("source_id"), "unknown_source", _unknown(cells["source_id"], context))
        figures = self._figures(row)
        try:
            parsed = reports.told(cells, context)
        except RowError as error:
            raise RowError(self.spec.of(error.column or ""), error.code, error.message) from error
        if parsed is None:
            return None
        self._complete(parsed, row, cells, figures, context)
        parsed.remarks += remarks + _out_of_order(figures[0], self.spec.of("killed"))
        self._note_repeated(parsed, row)
        return parsed

    def report_row(self, row: Row) -> dict[str, str]:
        """The row as cells of the report table, figures included, for a person to look at; unknown is empty."""
        cells = self._cells(row, [])
        told = {name: self._count(row, name) for name in _BEST}
        figure = self._figures(row)[0]
        dead = {"killed_low": figure.low, "killed": figure.best, "killed_high": figure.high}
        cells |= {name: "" if value is None else str(value) for name, value in dead.items()}
        cells |= {name: "" if count[1] is None else str(count[1]) for name, count in told.items()}
        return cells | {"killed_wording": figure.wording or ""}

    def _complete(
        self, parsed: Parsed, row: Row, cells: dict[str, str], figures: list[Figure], context: Context
    ) -> None:
        parsed.raw = {column: cell for column, cell in row.items() if cell != ""}
        more = parsed.figures[0].aggregate
        parsed.figures = [replace(one, aggregate=more) for one in figures] if more else figures
        parsed.actors += self._actors(row)
        event = self._said(row, "ucdp_id").removesuffix(".0")
        if event:
            parsed.incident_key = f"ucdp:{event}"
        if self.spec.released_on:
            parsed.released_at = clock.start_of(self.spec.released_on, "UTC")
            if self.spec.known == "release":
                zone = context.regions[0].time_zone
                parsed.available_from = clock.end_of(self.spec.released_on, zone)
        if isinstance(row, Cells):
            parsed.original, parsed.encoding = row.original, row.encoding

    def _cells(self, row: Row, remarks: list[Remark]) -> dict[str, str]:
        """The row as a row of the report table; what is not told stays empty."""
        spec = self.spec
        cells = dict.fromkeys(reports.COLUMNS, "") | dict(spec.constants)
        if spec.source:
            cells["source_id"] = spec.source
        for name in spec.columns.keys() - _OWN:
            if said := self._worded(name, self._said(row, name)):
                cells[name] = said
        self._times(row, cells)
        self._point(row, cells, remarks)
        self._type(row, cells, remarks)
        for name, most in CAPS.items():
            if len(cells[name]) > most:
                remarks.append(
                    Remark(spec.of(name), "shortened", f"is longer than {most} letters; the row keeps it")
                )
                cells[name] = cells[name][:most]
        cells["external_id"] = self._own_id(row)
        cells["geo_prec"] = cells["geo_prec"] or _precision(cells)
        return cells

    def _said(self, row: Row, name: str) -> str:
        """What the columns of a field say together."""
        columns = self.spec.columns.get(name, ())
        if len(columns) == 1:
            return visible(row.get(columns[0], "")).strip()
        parts = (visible(row.get(column, "")).strip() for column in columns)
        return _JOINTS.get(name, " ").join(part for part in parts if part)

    def _worded(self, name: str, said: str) -> str:
        words = self.spec.values.get(name)
        return words.get(said, words.get(said.casefold(), said)) if words and said else said

    def _times(self, row: Row, cells: dict[str, str]) -> None:
        start, end = self._days(row, "date_start"), self._days(row, "date_end")
        if start is None:
            column = self.spec.of("date_start")
            raise RowError(
                column, "no_date", "says no day; write when it happened, such as 2018-03 for a month"
            )
        first, last, precision = start
        last = end[1] if end else last
        cells["date_start"], cells["date_end"] = first.isoformat(), last.isoformat()
        longer = max(precision, _span(first, last))
        cells["date_prec"] = cells["date_prec"] or str(longer)
        if "published_at" in self.spec.columns:
            said = readings.moment(
                self._said(row, "published_at"), self.spec.of("published_at"), **self._how()
            )
            cells["published_at"] = said.isoformat() if isinstance(said, date | datetime) else ""

    def _how(self) -> dict[str, bool]:
        return {"day_first": self.spec.day_first, "epoch_1904": self.epoch_1904}

    def _days(self, row: Row, name: str) -> readings.Days | None:
        said = self._said(row, name)
        return readings.days(said, self.spec.of(name), **self._how()) if said else None

    def _point(self, row: Row, cells: dict[str, str], remarks: list[Remark]) -> None:
        lat = readings.degrees(self._said(row, "lat"), self.spec.of("lat"), 90)
        lon = readings.degrees(self._said(row, "lon"), self.spec.of("lon"), 180)
        if lat is None and lon is None and (said := self._said(row, "geopoint")):
            lat, lon = readings.point(said, self.spec.of("geopoint")) or (None, None)
        if lat == 0 and lon == 0:
            remarks.append(Remark(self.spec.of("lat"), "null_island", "is 0, 0 in the sea; read as unknown"))
        elif lat is not None and lon is not None:
            cells["lat"], cells["lon"] = repr(lat), repr(lon)

    def _type(self, row: Row, cells: dict[str, str], remarks: list[Remark]) -> None:
        said = self._said(row, "incident_type")
        kind = self._worded("incident_type", said) if said else cells["incident_type"]
        if kind not in _TYPES:
            found = type_of(kind) if kind else None
            if found is None and kind:
                cure = "add it to [values.incident_type] of the mapping and import again"
                text = f"{kind[:80]!r} is not in the mapping; taken as other: {cure}"
                remarks.append(Remark(self.spec.of("incident_type"), "type_not_mapped", text))
            kind = found or IncidentType.OTHER
        cells["incident_type"] = kind

    def _own_id(self, row: Row) -> str:
        """The row's own id: from its columns, else from what it says."""
        said = self._said(row, "external_id") or self._said(row, "ucdp_id").removesuffix(".0")
        if said:
            return said if len(said) <= 255 else content_id("long", said)
        return content_sha256({column: cell.strip() for column, cell in row.items() if cell.strip()})

    def _figures(self, row: Row) -> list[Figure]:
        read = {name: self._count(row, name) for name in COUNTS}
        low, best, high, wording = read["killed"]
        low, high = _first(read["killed_low"], low), _first(read["killed_high"], high)
        said = visible(self._said(row, "killed_wording"))[:255] or wording
        figures = [Figure(Harm.KILLED, Status.ALL, low, best, high, said)]
        more = {"civilians_killed": (Harm.KILLED, Status.CIVILIAN)}
        more |= {name: (harm, Status.ALL) for name, harm in HARMS.items()}
        for name, (harm, status) in more.items():
            if any(part is not None for part in read[name]):
                figures.append(Figure(harm, status, *read[name]))
        return figures

    def _count(self, row: Row, name: str) -> readings.Count:
        if name not in self.spec.columns:
            return None, None, None, None
        return readings.count(self._worded(name, self._said(row, name)), self.spec.of(name))

    def _actors(self, row: Row) -> list[Named]:
        named = [
            Named(part.strip()[:200], role)
            for name, role in ACTORS.items()
            for part in self._said(row, name).split(";")
            if part.strip() and normalise(part) not in _NOBODY
        ]
        return list(dict.fromkeys(named))

    def _note_repeated(self, parsed: Parsed, row: Row) -> None:
        """An id that stands twice in a file with different words: the later row counts as its correction."""
        number = getattr(row, "number", 0)
        words = content_sha256(dict(row))
        before, said = self.seen.setdefault(parsed.external_id, (number, words))
        if before != number and said != words:
            text = f"stands in row {before} too, with other words; this row counts as its correction"
            column = self.spec.of("external_id" if "external_id" in self.spec.columns else "ucdp_id")
            parsed.remarks.append(Remark(column, "id_repeated", text))


_BEST = ("civilians_killed", "injured", "abducted", "displaced")
_JOINTS = {"date_start": "-", "date_end": "-", "external_id": "/", "geopoint": " ", "place": ", "}
_TYPES = frozenset(kind.value for kind in IncidentType)
_NOBODY = frozenset({"", "unknown", "civilians", "مجهول", "مدنيون"})


def _out_of_order(figure: Figure, column: str) -> list[Remark]:
    known = [n for n in (figure.low, figure.best, figure.high) if n is not None]
    if known == sorted(known):
        return []
    told = f"low {figure.low}, best {figure.best}, high {figure.high} are not in order; kept as they stand"
    return [Remark(column, "figures_inconsistent", told)]


def _first(read: readings.Count, other: int | None) -> int | None:
    return next((part for part in read[:3] if part is not None), other)


def _span(first: date, last: date) -> int:
    from db.dates import precision

    return precision(first, last) if last >= first else 1


def _precision(cells: dict[str, str]) -> str:
    """How precisely a row tells its place, where it does not say so itself (UCDP's `where_prec`)."""
    if cells["place_id"] or cells["lat"] or cells["place"]:
        return "2"
    return "3" if cells["admin2"] else "4" if cells["admin1"] else "6"


def _unknown(code: str, context: Context) -> str:
    region = context.regions[0]
    if not code:
        return "says nobody; name who publishes it: --source CODE, or map a column to source_id"
    return f"{code[:60]!r} is no source of {region.id}; add it to its sources.csv, or to [values.source_id]"


def importer(spec: Spec, *, sheet: str | None = None, encoding: str | None = None, region_id: str,
             mapping_id: str | None = None, name: str = "table") -> Importer:  # fmt: skip
    """The way in for one table: its mapping, its sheet and its encoding."""
    work = Mapped(spec)

    @contextmanager
    def opens(path: Path) -> Iterator[Iterator[NumberedRow]]:
        with sheets.opened(path, sheet=sheet, encoding=encoding) as opened:
            work.epoch_1904 = opened.epoch_1904
            yield opened.rows

    used = frozenset(column for columns in spec.columns.values() for column in columns)
    parse: Callable[[Row, Context], Parsed | None] = work.parse
    return Importer(
        name=name,
        summary=spec.title or "Any table, read by a mapping",
        licence=spec.licence or "the table's own",
        required=(),
        columns=used,
        parse=parse,
        opens=opens,
        region_id=region_id,
        mapping_id=mapping_id,
        variant=content_sha256({"spec": spec.digest, "sheet": sheet, "encoding": encoding}),
    )


def with_source(spec: Spec, code: str | None) -> Spec:
    """The mapping with who publishes the table."""
    return replace(spec, source=code) if code else spec
