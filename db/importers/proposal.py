"""Proposes how a table is to be read: from the names of its columns and from what stands in them, with reasons."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from db.importers import hxl, readings
from db.importers.base import RowError
from db.importers.mapping import Spec
from db.importers.words import column_names, type_of
from db.places import Gazetteer, normalise
from db.vocab import IncidentType, PlaceLevel

NAMED, TAGGED, LEAST = 1.0, 2.0, 0.5
MOST_DISTINCT = 400
TAKEN_ONCE = {"text"}  # several columns may say it together
COUNTED = ("killed", "killed_low", "killed_high", "civilians_killed", "injured", "abducted", "displaced",
           "detained", "missing")  # fmt: skip
LEVELS = {
    PlaceLevel.GOVERNORATE: "admin1",
    PlaceLevel.DISTRICT: "admin2",
    PlaceLevel.SUBDISTRICT: "place",
    PlaceLevel.SETTLEMENT: "place",
    PlaceLevel.QUARTER: "place",
}
_PARTS = tuple(
    tuple(map(normalise, names)) for names in (("year", "السنة"), ("month", "الشهر"), ("day", "اليوم"))
)
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Why:
    """Why a column is read as a field: from its tag, its name or its cells."""

    column: str
    field: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping that is proposed, the reason for each column, and what a person should look at."""

    spec: Spec
    why: tuple[Why, ...]
    unused: tuple[str, ...] = ()
    questions: tuple[str, ...] = field(default=())


def propose(
    columns: Sequence[str],
    tags: Sequence[str],
    sample: Sequence[Cells],
    gazetteer: Gazetteer,
    sources: Mapping[str, str],
) -> Proposal:
    """A mapping for a table from its first rows.

    `sources` gives the code of each source of the region by its names, in the form they are looked up by.
    """
    found = [why for column in columns for why in _named(column, dict(zip(columns, tags, strict=False)))]
    found += [why for column in columns for why in _told(column, [row[column] for row in sample], gazetteer)]
    chosen = _chosen(found, columns)
    read: dict[str, tuple[str, ...]] = {why.field: (why.column,) for why in chosen}
    parts = _year_month_day(columns)
    if parts and "date_start" not in read:
        read["date_start"] = parts
    day_first, doubt = _day_first([row[c] for name in ("date_start", "date_end") for c in read.get(name, ())
                                   for row in sample])  # fmt: skip
    spec = Spec(columns=_ordered(read), day_first=day_first)
    spec = replace(spec, values=_values(spec, sample, sources))
    used = {column for cols in read.values() for column in cols}
    unused = tuple(column for column in columns if column not in used)
    return Proposal(spec, tuple(chosen), unused, tuple(_questions(spec, sample, doubt)))


def _named(column: str, tags: Mapping[str, str]) -> Iterable[Why]:
    """What the tag or the name of a column says; of a KoboToolbox name `group/question` the question."""
    if meant := hxl.field_of(tags.get(column, "")):
        yield Why(column, meant, TAGGED, f"its tag is {tags[column]}")
    for part, score in ((column, NAMED), (column.rsplit("/", 1)[-1], NAMED - 0.1)):
        if meant := column_names().get(normalise(part)):
            yield Why(column, meant, score, f"its name is {part!r}")
            return


def _told(column: str, cells: Sequence[str], gazetteer: Gazetteer) -> Iterable[Why]:
    """What the cells of a column look like."""
    filled = [cell.strip() for cell in cells if readings.plain(cell)]
    if len(filled) < 2:
        return
    distinct = list(Counter(filled))[:MOST_DISTINCT]
    looks = (
        ("date_start", sum(map(_is_day, distinct)) / len(distinct), "its cells are dates", 0.6),
        ("geopoint", sum(map(_is_point, distinct)) / len(distinct), "its cells are pairs of coordinates", 0.8),
        ("incident_type", sum(type_of(c) is not None and len(c) < 60 for c in distinct) / len(distinct),
         "its cells are kinds of incidents", 1.2),
        ("url", sum(c.startswith(("http://", "https://")) for c in distinct) / len(distinct),
         "its cells are addresses", 0.8),
        ("text", float(sum(map(len, distinct)) / len(distinct) > 60), "its cells are long texts", 0.55),
    )  # fmt: skip
    for name, share, reason, weight in looks:
        if share >= 0.8:
            yield Why(column, name, weight * share, reason)
    yield from _places(column, distinct, gazetteer)


def _places(column: str, distinct: Sequence[str], gazetteer: Gazetteer) -> Iterable[Why]:
    levels: Counter[str] = Counter()
    for cell in distinct:
        found = {LEVELS[level] for place in gazetteer.called(cell)
                 if (level := gazetteer.places[place].level) in LEVELS}  # fmt: skip
        levels.update(found)
    for name, count in levels.most_common(3):
        share = count / len(distinct)
        if share >= 0.5 and not all(cell.isdecimal() for cell in distinct):
            word = {"admin1": "governorates", "admin2": "districts"}.get(name, "places")
            finer = {"admin1": 0.05, "admin2": 0.02}.get(
                name, 0.0
            )  # a town often lends its name to both above it
            yield Why(column, name, 0.6 * share + finer, f"{share:.0%} of its words name known {word}")


def _chosen(found: Sequence[Why], columns: Sequence[str]) -> list[Why]:
    """For each field the likeliest column, each column once; the earlier column where they are equal."""
    scores: dict[tuple[str, str], list[Why]] = {}
    for why in found:
        scores.setdefault((why.column, why.field), []).append(why)
    joined = [
        Why(column, name, sum(w.score for w in whys), "; ".join(w.reason for w in whys))
        for (column, name), whys in scores.items()
    ]
    taken: dict[str, Why] = {}
    for why in sorted(joined, key=lambda w: (-w.score, columns.index(w.column))):
        free = why.field not in taken and why.column not in {w.column for w in taken.values()}
        if free and why.score >= LEAST:
            taken[why.field] = why
    if "lat" not in taken or "lon" not in taken:
        taken = {name: why for name, why in taken.items() if name not in ("lat", "lon")}
    return sorted(taken.values(), key=lambda w: columns.index(w.column))


def _ordered(read: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The columns by field, in the order of the report table; year, month and day of one table together."""
    from db.importers.mapping import FIELDS

    return {name: read[name] for name in FIELDS if name in read}


def _year_month_day(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns of a day that is written in three, or none."""
    by_name = {normalise(column): column for column in columns}
    names = [next((by_name[n] for n in each if n in by_name), None) for each in _PARTS]
    return tuple(filter(None, names)) if all(names) else ()


def _is_day(cell: str) -> bool:
    if readings.plain(cell).isdecimal() and len(readings.plain(cell)) != 8:
        return False  # a bare number may be anything
    try:
        return len(cell) <= 40 and readings.days(cell, "") is not None
    except RowError:
        return False


def _is_point(cell: str) -> bool:
    try:
        numbers = cell.replace(",", " ").split()
        return 2 <= len(numbers) <= 4 and "." in cell and readings.point(cell, "") is not None
    except RowError:
        return False


def _day_first(cells: Iterable[str]) -> tuple[bool, str | None]:
    """Whether the day stands before the month, as the numbers above 12 tell; and the doubt about it."""
    pairs = [found for cell in cells if (found := readings.numeric_day(cell))]
    day, month = sum(one > 12 for one, _ in pairs), sum(two > 12 for _, two in pairs)
    if day and month:
        return (
            day >= month,
            "some dates have the day first, others the month; rows that cannot be read are refused",
        )
    if pairs and not day and not month:
        return True, "every date can be read day first or month first; it is read day first"
    return not month, None


def _values(spec: Spec, sample: Sequence[Cells], sources: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Words of the table that stand for words of the codebook or for a source."""
    values: dict[str, dict[str, str]] = {}
    for column in spec.columns.get("incident_type", ()):
        said = {row[column].strip() for row in sample if row[column].strip()}
        known = {word: kind for word in sorted(said)[:MOST_DISTINCT] if (kind := type_of(word))}
        values["incident_type"] = {word: kind.value for word, kind in known.items() if word != kind.value}
    for column in spec.columns.get("source_id", ()):
        said = {row[column].strip() for row in sample if row[column].strip()}
        codes = {
            word: code for word in sorted(said)[:MOST_DISTINCT] if (code := sources.get(normalise(word)))
        }
        values["source_id"] = {word: code for word, code in codes.items() if word != code}
    return {name: words for name, words in values.items() if words}


def _questions(spec: Spec, sample: Sequence[Cells], doubt: str | None) -> Iterable[str]:
    if "date_start" not in spec.columns:
        yield "no column was recognised as the day of the incident; name it under [columns] as date_start"
    if doubt:
        yield doubt
    if "incident_type" not in spec.columns:
        yield "no column tells what happened; every row becomes 'other' unless [constants] gives incident_type"
    if not {"place", "place_id", "admin1", "admin2", "lat", "geopoint"} & set(spec.columns):
        yield "no column tells where; the rows count in no area"
    for column in spec.columns.get("incident_type", ()):
        said = {row[column].strip() for row in sample if row[column].strip()}
        unknown = sorted(word for word in said if type_of(word) is None and word not in list(IncidentType))
        if unknown:
            listed = ", ".join(repr(word[:40]) for word in unknown[:8])
            yield f"{len(unknown)} kinds of incidents are not known ({listed}); give them in [values.incident_type]"
    for column in spec.columns.get("external_id", ()):
        ids = [row[column] for row in sample if row[column]]
        if len(set(ids)) < len(ids):
            yield f"the ids in {column!r} are not unique; rows of one id count as corrections of each other"
