"""From a pasted text to what a person is asked to confirm: suggestions with their spans, and cells filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from db import coder
from db.coder import Figure, Suggestion
from db.places import Gazetteer
from db.vocab import ActorRole, Confidence, Harm, Status

ROLES = {
    ActorRole.ALLEGED_PERPETRATOR: "alleged_perpetrator",
    ActorRole.CLAIMANT: "claimed_by",
    ActorRole.DENIER: "denied_by",
}
CELLS = {
    Harm.INJURED: "injured",
    Harm.ABDUCTED: "abducted",
    Harm.DISPLACED: "displaced",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a text, as it is kept with a draft."""

    lang: str
    aggregate: bool
    suggestions: list[dict[str, Any]]
    fields: dict[str, str]
    remarks: list[str]


def read(text: str, gazetteer: Gazetteer, anchor: date, sources: Mapping[str, str]) -> Reading:
    """Read a text; `sources` are the region's source codes by the names they go by.

    Only what is not in doubt fills a cell: of two places that fit none is picked, and a count for a whole
    day or front is nobody's harm.
    """
    found = coder.read(text, gazetteer=gazetteer, anchor=anchor)
    fields = {
        **_place(found.of("place")),
        **_dates(found.of("date")),
        **_only("incident_type", found.of("incident_type")),
        **_source(found.of("source"), sources),
        **_harms(found.proposed),
        **_actors(found.of("actor")),
        "title": found.summary[:300],
    }
    remarks = [*found.missing, *found.remarks]
    return Reading(
        found.lang, found.scope == "aggregate", [_plain(s) for s in found.suggestions], fields, remarks
    )


def _plain(one: Suggestion) -> dict[str, Any]:
    start, end = one.span
    return {
        "field": one.field,
        "value": _value(one.value),
        "start": start,
        "end": end,
        "phrase": one.phrase,
        "confidence": one.confidence.value,
        "why": one.why,
    }


def _value(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _value(part) for name, part in asdict(value).items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return [_value(part) for part in value] if isinstance(value, list | tuple) else value


def _place(found: Sequence[Suggestion]) -> dict[str, str]:
    """The first place named, where only one goes by its name."""
    if not found:
        return {}
    same = [one for one in found if one.span == found[0].span]
    fields = {"place": found[0].phrase}
    return fields | ({"place_id": str(same[0].value)} if same[0].confidence is Confidence.HIGH else {})


def _dates(found: Sequence[Suggestion]) -> dict[str, str]:
    if not found:
        return {}
    when = found[0].value
    return {
        "date_start": when.start.isoformat(),
        "date_end": when.end.isoformat(),
        "date_prec": str(when.date_prec),
    }


def _only(field: str, found: Sequence[Suggestion]) -> dict[str, str]:
    values = {str(_value(one.value)) for one in found}
    return {field: values.pop()} if len(values) == 1 else {}


def _source(found: Sequence[Suggestion], sources: Mapping[str, str]) -> dict[str, str]:
    codes = {sources[name] for one in found if (name := str(one.value).casefold()) in sources}
    return {"source_id": codes.pop()} if len(codes) == 1 else {}


def _harms(found: Iterable[Suggestion]) -> dict[str, str]:
    """Each harm once, by the first figure given for it; what the text leaves open stays empty."""
    figures = [one.value for one in found]
    fields: dict[str, str] = {}
    for figure in [*figures, *_total(figures)]:
        for name, value in _cells(figure).items():
            if value is not None:
                fields.setdefault(name, str(value))
    return fields


def _total(figures: Sequence[Figure]) -> list[Figure]:
    """All the dead that a report counts, where it counts civilians and fighters apart and gives no total."""
    dead = [one for one in figures if one.harm is Harm.KILLED]
    if not dead or any(one.status is Status.ALL for one in dead):
        return []
    low, best, high = (_sum([getattr(one, end) for one in dead]) for end in ("low", "best", "high"))
    return [Figure(Harm.KILLED, Status.ALL, low, best, high, "; ".join(one.wording for one in dead))]


def _sum(parts: Sequence[int | None]) -> int | None:
    """The sum of what is known; unknown where any part is."""
    return None if any(part is None for part in parts) else sum(part for part in parts if part is not None)


def _cells(figure: Any) -> dict[str, Any]:
    if figure.harm is Harm.KILLED and figure.status is Status.CIVILIAN:
        return {"civilians_killed": figure.best}
    if figure.harm is Harm.KILLED:
        low, high = figure.low, figure.high
        same = low == figure.best == high
        given = {"killed": figure.best, "killed_wording": figure.wording}
        return given if same else {**given, "killed_low": low, "killed_high": high}
    return {CELLS[figure.harm]: figure.best} if figure.harm in CELLS else {}


def _actors(found: Iterable[Suggestion]) -> dict[str, str]:
    names: dict[str, list[str]] = {}
    for one in found:
        if column := ROLES.get(one.value["role"]):
            names.setdefault(column, []).append(str(one.value["name"]))
    return {column: "; ".join(dict.fromkeys(some)) for column, some in names.items()}
