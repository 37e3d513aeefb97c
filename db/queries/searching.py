"""Searching incidents by words, in both scripts, and only by what the reader may read of them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, func, or_, select, type_coerce

from db.past import At
from db.places import INHABITED
from db.policy import Sight
from db.queries.around import Around
from db.queries.regions import When
from db.schema import IncidentVersion, Place, PlaceAlias
from db.spelling import folded, is_arabic, normalise

WORDS, SPELLINGS = 12, 40  # more words than anybody searches by; spellings of places by one Arabic word
_v = IncidentVersion


def says(text: str, seen: Sight, around: Around, asked: When) -> ColumnElement[bool]:
    """The condition that every word of a text stands in what the reader may read of an incident.

    Words are looked for in its type, in the names of its units and its place, in either script and any known
    spelling, and in its summary; a name of several words is found as a whole too.
    """
    words = text.split()[:WORDS]
    every = and_(*(or_(*_told(word, seen, around, asked)) for word in words))
    return or_(every, *_named(text, seen, asked.at)) if len(words) > 1 else every


def _told(word: str, seen: Sight, around: Around, asked: When) -> list[ColumnElement[bool]]:
    """Where one word may stand."""
    names = (around.district.name, around.governorate.name)
    told = [name.icontains(word, autoescape=True) for name in names]
    told.append(type_coerce(_v.incident_type, Text).contains(folded(word), autoescape=True))
    told += _named(word, seen, asked.at)
    if seen.settlements:
        told.append(_v.place_text.icontains(word, autoescape=True))
        told += _written(word, asked)
    if seen.settlements and seen.texts:
        summary = func.coalesce(
            _v.folded, _v.summary
        )  # a store written by an older release has no folded ones
        said = summary.icontains(folded(word), autoescape=True)
        told.append(said if seen.exact else and_(said, around.voice.protected.is_(False)))
    return told


def _written(word: str, asked: When) -> list[ColumnElement[bool]]:
    """Places that a source wrote in Latin script, and that an Arabic word begins or goes on with the name of."""
    plain = normalise(word)
    if not is_arabic(word) or len(plain) < 2:
        return []
    names = dict(asked.region.settings.get("place_names") or {}).items()
    listed = [latin for latin, arabic in names if f" {plain}" in f" {normalise(arabic)}"]
    told = [func.replace(_v.place_text, "  ", " ").in_(listed)] if listed else []
    return told + [_v.place_text.istartswith(one, autoescape=True) for one in _latin(plain, asked)]


def _latin(plain: str, asked: When) -> list[str]:
    """The Latin spellings of the towns and villages that an Arabic word names."""
    alias, place = asked.at.of(PlaceAlias), asked.at.of(Place)
    spelt = (
        select(alias.alias)
        .join(place, place.id == alias.place_id)
        .where(alias.place_id.in_(_spelt(plain, asked.at)), place.region_id == asked.region_id)
        .where(place.level.in_(INHABITED))
        .order_by(alias.alias)
    )
    return [one for one in asked.session.scalars(spelt) if not is_arabic(one) and len(one) > 2][:SPELLINGS]


def _named(name: str, seen: Sight, at: At) -> list[ColumnElement[bool]]:
    """Its units, or for readers of settlements its place, that some spelling of a name begins or goes on with."""
    plain = normalise(name)
    if len(plain) < 2:
        return []
    places = _spelt(plain, at)
    told = [_v.district_id, _v.governorate_id, *([_v.place_id] if seen.settlements else [])]
    return [column.in_(places) for column in told]


def _spelt(plain: str, at: At) -> Select[Any]:
    alias = at.of(PlaceAlias)
    starts = alias.normalised.startswith(plain, autoescape=True)
    return select(alias.place_id).where(or_(starts, alias.normalised.contains(f" {plain}", autoescape=True)))
