"""What was read from a text as cells of the report table: only what is not in doubt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from db.coder.draft import Draft, Suggestion
from db.vocab import ActorRole, Confidence, Harm, Status

Plain = dict[str, Any]
ROLES = {
    ActorRole.ALLEGED_PERPETRATOR: "alleged_perpetrator",
    ActorRole.CLAIMANT: "claimed_by",
    ActorRole.DENIER: "denied_by",
}
HARMS = {Harm.INJURED: "injured", Harm.ABDUCTED: "abducted", Harm.DISPLACED: "displaced"}


def remark(field: str, phrase: str, why: str, value: Any = None) -> Plain:
    """A suggestion about a text as a whole, of no stretch of it."""
    at: Plain = {"field": field, "value": value, "start": 0, "end": 0}
    return at | {"phrase": phrase, "confidence": Confidence.LOW.value, "why": why}


def plain(draft: Draft) -> list[Plain]:
    """All suggestions as JSON can hold them; a count of more than one event is said of the whole text."""
    whole = remark("scope", "", "counts more than one incident", "aggregate")
    return [_plain(one) for one in draft.suggestions] + ([whole] if draft.scope == "aggregate" else [])


def _plain(one: Suggestion) -> Plain:
    start, end = one.span
    at: Plain = {"field": one.field, "value": _value(one.value), "start": start, "end": end}
    return at | {"phrase": one.phrase, "confidence": one.confidence.value, "why": one.why}


def _value(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _value(part) for name, part in asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(name): _value(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_value(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else value


def cells(suggestions: Sequence[Plain], sources: Mapping[str, str]) -> dict[str, str]:
    """The cells that suggestions fill in; `sources` are a region's source codes by the names they go by.

    Of two places that fit none is picked, and a count for a day, a front or a country is nobody's harm.
    """
    by: dict[str, list[Plain]] = {}
    for one in suggestions:
        by.setdefault(one["field"], []).append(one)
    return {
        **_place(by.get("place", [])),
        **_dates(by.get("date", [])),
        **_only("incident_type", by.get("incident_type", [])),
        **_source(by.get("source", []), sources),
        **({} if "scope" in by and _whole(by["scope"]) else _harms(by.get("harm", []))),
        **_actors(by.get("actor", [])),
    }


def _whole(scopes: Iterable[Plain]) -> bool:
    return any(one["start"] == one["end"] for one in scopes)


def _place(found: Sequence[Plain]) -> dict[str, str]:
    """The first place named, and which one it is where only one goes by its name."""
    if not found:
        return {}
    sure = found[0]["confidence"] == Confidence.HIGH
    return {"place": str(found[0]["phrase"])} | ({"place_id": str(found[0]["value"])} if sure else {})


def _dates(found: Sequence[Plain]) -> dict[str, str]:
    if not found:
        return {}
    when = found[0]["value"]
    return {"date_start": when["start"], "date_end": when["end"], "date_prec": str(when["date_prec"])}


def _only(field: str, found: Sequence[Plain]) -> dict[str, str]:
    values = {str(one["value"]) for one in found}
    return {field: values.pop()} if len(values) == 1 else {}


def _source(found: Sequence[Plain], sources: Mapping[str, str]) -> dict[str, str]:
    codes = {sources[name] for one in found if (name := str(one["value"]).casefold()) in sources}
    return {"source_id": codes.pop()} if len(codes) == 1 else {}


def _harms(found: Iterable[Plain]) -> dict[str, str]:
    """Each harm once, by the first figure given for it; what the text leaves open stays empty."""
    figures = [one["value"] for one in found]
    figures = [one for one in figures if not one["part_of_total"] and not one.get("aggregate")]
    fields: dict[str, str] = {}
    for figure in [*figures, *_total(figures)]:
        for name, value in _figure(figure).items():
            if value is not None:
                fields.setdefault(name, str(value))
    return fields


def _total(figures: Sequence[Plain]) -> list[Plain]:
    """All the dead that a text counts, where it counts civilians and fighters apart and gives no total."""
    dead = [one for one in figures if one["harm"] == Harm.KILLED]
    if not dead or any(one["status"] == Status.ALL for one in dead):
        return []
    ends = {end: _sum([one[end] for one in dead]) for end in ("low", "best", "high")}
    wording = "; ".join(str(one["wording"]) for one in dead)
    return [{"harm": Harm.KILLED, "status": Status.ALL, **ends, "wording": wording}]


def _sum(parts: Sequence[int | None]) -> int | None:
    """The sum of what is known; unknown where any part is."""
    return None if any(part is None for part in parts) else sum(part for part in parts if part is not None)


def _figure(one: Plain) -> Plain:
    if one["harm"] != Harm.KILLED:
        name = HARMS.get(one["harm"])
        return {name: one["best"]} if name else {}
    if one["status"] == Status.CIVILIAN:
        return {"civilians_killed": one["best"]}
    given = {"killed": one["best"], "killed_wording": one["wording"]}
    same = one["low"] == one["best"] == one["high"]
    return given if same else {**given, "killed_low": one["low"], "killed_high": one["high"]}


def _actors(found: Iterable[Plain]) -> dict[str, str]:
    names: dict[str, list[str]] = {}
    for one in found:
        if column := ROLES.get(one["value"]["role"]):
            names.setdefault(column, []).append(str(one["value"]["name"]))
    return {column: "; ".join(dict.fromkeys(some)) for column, some in names.items()}
