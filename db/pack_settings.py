"""The checks of a pack's region.toml: each fault with its key and its cure."""

from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from db.vocab import FigureRule, GroupKind

Fault = tuple[str, str]
HORIZONS_DAYS = (7, 14, 28)
FLOOR_DEATHS, MAX_FLOOR = 5, 1000
RULES = tuple(rule.value for rule in FigureRule if rule is not FigureRule.ANALYST)
LEAST_SURE, MAX_FEW = 0.5, 100
REQUIRED = ("name", "title", "time_zone")


def _is_list_of(kind: type, value: Any) -> bool:
    return isinstance(value, list) and all(type(item) is kind for item in value)


def _is_id(value: Any) -> bool:
    return (
        isinstance(value, str) and value.isascii() and len(value) <= 64 and not any(map(str.isspace, value))
    )


def _is_days(value: Any) -> bool:
    return _is_list_of(int, value) and bool(value) and all(0 < days <= 366 for days in value)


def _is_floor(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_FLOOR


def _is_few(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MAX_FEW


def _are_names(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(name, str) and name for name in value.values())


def _is_share(value: Any) -> bool:
    return type(value) in (int, float) and LEAST_SURE <= value <= 1


SHAPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (_is_id, "is no id; use ASCII letters, digits, - and _ only, at most 64"),
    "title": (lambda v: isinstance(v, str), "is no text"),
    "title_ar": (lambda v: isinstance(v, str), "is no text"),
    "exercise": (lambda v: isinstance(v, bool), "is neither true nor false; write exercise = true or false"),
    "country_codes_gw": (lambda v: _is_list_of(int, v), "is not a list of numbers; write e.g. [652]"),
    "country_names": (lambda v: _is_list_of(str, v), 'is not a list of names; write e.g. ["Syria"]'),
    "train_on": (lambda v: _is_list_of(str, v), 'is not a list of source ids; write e.g. ["acled"]'),
    "horizons_days": (_is_days, "is not a list of days; write e.g. [7, 14, 28]"),
    "escalation_floor_deaths": (_is_floor, f"is no whole number from 0 to {MAX_FLOOR}; write e.g. 5"),
    "figure_rule": (lambda v: v in RULES, f"is no rule; write one of: {', '.join(RULES)}"),
    "merge_above": (_is_share, f"is no number from {LEAST_SURE} to 1; write e.g. 0.95, or leave it out"),
    "suppress_below": (_is_few, f"is no whole number from 0 to {MAX_FEW}; write e.g. 5"),
    "actors": (_are_names, 'is no table of names; write [actors] and below it e.g. "IS" = "داعش"'),
    "place_names": (_are_names, 'is no table of names; write [place_names] and below it "Name" = "اسم"'),
    "map": (lambda v: isinstance(v, dict), "is no table; write [map] on a line of its own"),
}


def faults(settings: dict[str, Any]) -> Iterator[Fault]:
    """What is wrong in the settings of a region: (key, message)."""
    yield from ((name, "is missing or empty; add it") for name in REQUIRED if not settings.get(name))
    for name, (fits, message) in SHAPES.items():
        if settings.get(name) not in (None, "") and not fits(settings[name]):
            yield name, f"{settings[name]!r} {message}"
    yield from _zone(settings.get("time_zone") or "UTC")
    yield from _groups(settings.get("groups") or {})
    yield from _horizon(settings)


def _zone(zone: Any) -> Iterator[Fault]:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        yield "time_zone", f"{zone!r} is no IANA time zone; write e.g. Asia/Damascus"


def _groups(groups: Any) -> Iterator[Fault]:
    if not isinstance(groups, dict):
        yield "groups", "is no table; write [groups.<id>] for each group"
        return
    for code, group in groups.items():
        if not isinstance(group, dict) or not group.get("name") or group.get("kind") not in list(GroupKind):
            yield f"groups.{code}", "needs a name and a kind (religious, ethnic, other)"


def _horizon(settings: dict[str, Any]) -> Iterator[Fault]:
    horizons, chosen = settings.get("horizons_days"), settings.get("alert_horizon_days")
    if chosen is not None and horizons is None:
        horizons = list(HORIZONS_DAYS)
    if chosen is not None and isinstance(horizons, list) and chosen not in horizons:
        yield "alert_horizon_days", f"{chosen!r} is not one of horizons_days {horizons}; choose one of them"
