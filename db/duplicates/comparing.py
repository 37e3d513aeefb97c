"""How two accounts compare, in words: for each aspect one level, such as "same day" or "other figure".

What one of the two does not say is `unknown` (level 0) and speaks neither for nor against.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from db.duplicates import texts
from db.duplicates.records import TYPES, Flags, Floats, Ints, Records
from db.places import EARTH_RADIUS_KM
from db.vocab import RUNG, IncidentType, Rung

Levels = npt.NDArray[np.int8]
FATAL = frozenset({Rung.CONFLICT, Rung.MASS})
_FAMILY = np.array(
    [99 if RUNG[t] in FATAL or t is IncidentType.ASSASSINATION else list(Rung).index(RUNG[t]) for t in TYPES]
)
_OTHER = TYPES.index(IncidentType.OTHER)
COMMON = 0.1  # an actor named in more than so many of the accounts tells little


def date(r: Records, a: Ints, b: Ints) -> Levels:
    """Days: as exact as each account gives them."""
    exact = (r.start[a] == r.end[a]) & (r.start[b] == r.end[b])
    gap = np.maximum(r.start[a], r.start[b]) - np.minimum(r.end[a], r.end[b])
    return _level(
        "date", [(~exact & (gap <= 0), "overlap"), (gap <= 0, "same_day"), (gap == 1, "next_day")], "later"
    )


def place(r: Records, a: Ints, b: Ints) -> Levels:
    """Places: by distance where both know a settlement, else by the unit that both name."""
    km = (
        2
        * np.arcsin(np.minimum(np.sqrt(((r.points[a] - r.points[b]) ** 2).sum(axis=1)) / 2, 1))
        * EARTH_RADIUS_KM
    )
    same = _equal(r.place, a, b) & (np.maximum(r.geo_prec[a], r.geo_prec[b]) <= 2)
    district, governorate = _equal(r.district, a, b), _equal(r.governorate, a, b)
    return _level(
        "place",
        [
            (same | (km < 1), "same_place"),
            (km < 5, "near"),
            (km < 12, "around"),
            (~np.isnan(km), "far"),
            (district, "same_district"),
            (governorate, "same_governorate"),
        ],
    )


def type(r: Records, a: Ints, b: Ints) -> Levels:
    """Kinds of incident: the same, of one family (fighting and killing are one), or another."""
    known = (r.type[a] != _OTHER) & (r.type[b] != _OTHER)
    same, family = r.type[a] == r.type[b], _FAMILY[r.type[a]] == _FAMILY[r.type[b]]
    return _level(
        "type", [(known & same, "same_type"), (known & family, "same_family"), (known, "other_type")]
    )


def deaths(r: Records, a: Ints, b: Ints) -> Levels:
    """The dead that both count."""
    return _figures("deaths", r.figures[a][:, 0], r.figures[b][:, 0])


def harm(r: Records, a: Ints, b: Ints) -> Levels:
    """The other harm that both count (injured, abducted, displaced, ...): the harm that fits best."""
    levels = [_figures("harm", r.figures[a][:, n], r.figures[b][:, n]) for n in range(1, r.figures.shape[1])]
    known = [np.where(level == 0, 99, level) for level in levels]
    best = np.minimum.reduce(known)
    return np.where(best == 99, 0, best).astype(np.int8)


def number(r: Records, a: Ints, b: Ints) -> Levels:
    """Numbers in the texts, where the accounts have no figures of deaths to compare."""
    silent = np.isnan(r.figures[a][:, 0, 1]) | np.isnan(r.figures[b][:, 0, 1])
    shared = texts.cosines(r.numbers, a, b) > 0
    both = (np.diff(r.numbers.indptr)[a] > 0) & (np.diff(r.numbers.indptr)[b] > 0)
    return _level("number", [(silent & shared, "same_number"), (silent & both, "other_number")])


def actor(r: Records, a: Ints, b: Ints) -> Levels:
    """Actors that both name."""
    often = np.bincount(r.actors.indices, minlength=r.actors.shape[1]) / max(len(r), 1)
    shared = texts.cosines(r.actors, a, b)
    rare = texts.cosines(r.actors @ _diagonal(often <= COMMON), a, b) > 0
    both = (np.diff(r.actors.indptr)[a] > 0) & (np.diff(r.actors.indptr)[b] > 0)
    return _level("actor", [(rare, "same_actor"), (shared > 0, "common_actor"), (both, "other_actor")])


def source(r: Records, a: Ints, b: Ints) -> Levels:
    """Who speaks: one source twice, two of one group (which copy each other), or independent ones.

    A monitor that keeps a file of each case tells its cases apart, whoever else speaks of them; an outlet
    may come back to one.
    """
    same = r.source[a] == r.source[b]
    rules = [
        (texts.cosines(r.files, a, b) > 0, "same_files"),
        (same, "same_outlet"),
        (_equal(r.group, a, b), "same_group"),
    ]
    return _level("source", rules, "independent")


def address(r: Records, a: Ints, b: Ints) -> Levels:
    """The same page on the web."""
    return _level("address", [(_equal(r.url, a, b), "same_address")])


def text(r: Records, a: Ints, b: Ints) -> Levels:
    """Texts of one language."""
    return _texts("text", r, a, b, r.arabic[a] == r.arabic[b], (0.8, 0.6, 0.4, 0.25, 0.12))


def translation(r: Records, a: Ints, b: Ints) -> Levels:
    """Texts of two languages."""
    return _texts("translation", r, a, b, r.arabic[a] != r.arabic[b], (0.6, 0.4, 0.25, 0.12))


Comparison = Callable[[Records, Ints, Ints], Levels]
FACTS: dict[str, Comparison] = {
    f.__name__: f for f in (date, place, type, deaths, harm, number, actor, source, address)
}
TEXTS: dict[str, Comparison] = {f.__name__: f for f in (text, translation)}
LEVELS: dict[str, tuple[str, ...]] = {
    "date": ("same_day", "overlap", "next_day", "later"),
    "place": ("same_place", "near", "around", "far", "same_district", "same_governorate"),
    "type": ("same_type", "same_family", "other_type"),
    "deaths": ("same_figure", "same_small_figure", "near_figure", "other_figure"),
    "harm": ("same_figure", "same_small_figure", "near_figure", "other_figure"),
    "number": ("same_number", "other_number"),
    "actor": ("same_actor", "common_actor", "other_actor"),
    "source": ("same_files", "same_outlet", "same_group", "independent"),
    "address": ("same_address",),
    "text": ("same_words", "alike_5", "alike_4", "alike_3", "alike_2", "unlike"),
    "translation": ("alike_5", "alike_4", "alike_3", "alike_2", "unlike"),
}


def _level(name: str, rules: list[tuple[Any, str]], otherwise: str | None = None) -> Levels:
    """The level of each pair by the first rule that holds; 0 is unknown."""
    codes = [LEVELS[name].index(level) + 1 for _, level in rules]
    default = LEVELS[name].index(otherwise) + 1 if otherwise else 0
    return np.select([rule for rule, _ in rules], codes, default).astype(np.int8)


def _equal(codes: Ints, a: Ints, b: Ints) -> Flags:
    equal: Flags = (codes[a] >= 0) & (codes[a] == codes[b])
    return equal


def _figures(name: str, a: Floats, b: Floats) -> Levels:
    """Two figures with their ranges: the same, near (within a half or 1, or ranges that meet), or other."""
    x, y = a[:, 1], b[:, 1]
    least, most = np.minimum(x, y), np.maximum(x, y)
    known = ~np.isnan(least)
    meet = (np.fmin(a[:, 0], x) <= np.fmax(b[:, 2], y)) & (np.fmin(b[:, 0], y) <= np.fmax(a[:, 2], x))
    near = ((most - least <= 1) | (most <= 1.5 * least) | meet) & (least > 0)
    return _level(
        name,
        [
            (known & (x == y) & (x >= 3), "same_figure"),
            (known & (x == y), "same_small_figure"),
            (known & near, "near_figure"),
            (known, "other_figure"),
        ],
    )


def _texts(name: str, r: Records, a: Ints, b: Ints, of: Flags, steps: tuple[float, ...]) -> Levels:
    told = np.diff(r.vectors.indptr) > 0
    asked = of & told[a] & told[b]
    alike = np.zeros(len(a), np.int8)
    alike[asked] = len(steps) + 1 - np.searchsorted(steps[::-1], texts.cosines(r.vectors, a[asked], b[asked]))
    return alike


def _diagonal(keep: Flags) -> Any:
    from scipy.sparse import diags_array

    return diags_array(keep.astype(np.float32)).tocsr()
