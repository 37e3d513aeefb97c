"""The gazetteer: how names are compared, and where a described spot lies in the administrative tree."""

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from shapely import contains_xy, from_geojson
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import mentions, past
from db.candidates import SIMILAR, Candidate, Found, Names
from db.mentions import Mention, Words
from db.past import At
from db.schema import Place, PlaceAlias
from db.spelling import normalise as normalise
from db.spelling import without_unit as without_unit
from db.sphere import EARTH_RADIUS_KM as EARTH_RADIUS_KM
from db.sphere import chord as chord
from db.sphere import unit_vectors as unit_vectors
from db.vocab import PlaceLevel

INHABITED = (PlaceLevel.SETTLEMENT, PlaceLevel.QUARTER)
SHOWN_ABOVE = (PlaceLevel.DISTRICT, PlaceLevel.GOVERNORATE)
NEIGHBOURS = 16  # known places looked at before all of them are
LARGEST_FIRST = {level: depth for depth, level in enumerate(PlaceLevel)}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something lies in the administrative tree, as far as that can be said."""

    place_id: str | None
    district_id: str | None
    governorate_id: str | None


NOWHERE = Spot(None, None, None)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A gazetteer entry as the look-ups need it."""

    id: str
    parent_id: str | None
    level: PlaceLevel
    name: str
    lat: float | None
    lon: float | None
    radius_km: float | None
    polygon: str | None
    name_ar: str | None = None


class Gazetteer:
    """The places of one region, with look-ups by name, by point and by parent."""

    def __init__(self, places: Iterable[PlaceRow], aliases: Iterable[tuple[str, str]]) -> None:
        self.places = {place.id: place for place in places}
        self._named: dict[str, set[str]] = defaultdict(set)
        self._indices: dict[str | None, Names] = {}
        self._above: dict[str, tuple[str | None, ...]] = {}
        for place_id, alias in aliases:
            self._named[normalise(alias)].add(place_id)
            self._named[without_unit(alias)].add(place_id)
        self._named.pop("", None)

    @classmethod
    def of(cls, session: Session, region_id: str, at: At = past.LIVE) -> "Gazetteer":
        """The gazetteer of a loaded region, as it is or as it was."""
        p, a = at.of(Place), at.of(PlaceAlias)
        columns = [getattr(p, name) for name in PlaceRow.__dataclass_fields__]
        rows = session.execute(select(*columns).where(p.region_id == region_id).order_by(p.id))
        aliases = session.execute(
            select(a.place_id, a.alias).join(p, p.id == a.place_id).where(p.region_id == region_id)
        )
        return cls([PlaceRow(*row) for row in rows], [(a, b) for a, b in aliases])

    def without(self, levels: Container[PlaceLevel]) -> "Gazetteer":
        """The same gazetteer for readers who may not see places of some levels."""
        kept = [place for place in self.places.values() if place.level not in levels]
        names = [(place, name) for name, found in self._named.items() for place in found]
        return Gazetteer(kept, [one for one in names if self.places[one[0]].level not in levels])

    def named(self, text: str | None, level: PlaceLevel, within: str | None = None) -> str | None:
        """The one place of a level that goes by this name; None where none or several do."""
        fitting = [
            p
            for p in self.called(text)
            if self.places[p].level is level and (not within or self.is_in(p, within))
        ]
        return fitting[0] if len(fitting) == 1 else None

    def exactly(self, text: str) -> set[str]:
        """All places that go by this very name."""
        return self._named.get(normalise(text), set())

    def called(self, text: str | None) -> set[str]:
        """All places that go by this name, else those that do without words such as "district"."""
        return self.exactly(text) or self._named.get(without_unit(text), set()) if text else set()

    def candidates(self, text: str, *, within: str | None = None, limit: int = 5) -> list[Candidate]:
        """The places a name may mean, the likeliest first and of equals the largest; none is ever picked.

        `within` keeps to a place and what lies in it. Scores run from 0 to 100; 98 and above is the same name.
        """
        return self._ranked(self._names(within).like(text), limit)

    def _ranked(self, found: Found, limit: int) -> list[Candidate]:
        ranked = sorted(found, key=lambda p: (-found[p][0], *self._order(p)))
        return [self._candidate(place, *found[place]) for place in ranked[:limit]]

    def mentions(self, text: str, *, within: str | None = None, limit: int = 5) -> list[Mention]:
        """The place names in a text, in order, each with its span and the places it may mean."""
        spans = mentions.spans(self._words, text)
        found = (Mention(i, j, text[i:j], self._meant(text[i:j], within, limit)) for i, j in spans)
        return [mention for mention in found if mention.candidates]

    def _meant(self, name: str, within: str | None, limit: int) -> list[Candidate]:
        """The places of this name, else those of its consonants; what is only like it is no help in a text."""
        names = self._names(within)
        found = names.same(name) or {p: s for p, s in names.like(name).items() if s[1] != SIMILAR}
        return self._ranked(found, limit)

    def _names(self, within: str | None) -> Names:
        """The index of the spellings of a place and what lies in it, or of all, built when first asked."""
        if within not in self._indices:
            inside = {p for p in self.places if within is None or self.is_in(p, within)}
            kept = {name: found & inside for name, found in self._named.items()}
            self._indices[within] = Names({name: found for name, found in kept.items() if found})
        return self._indices[within]

    @cached_property
    def _words(self) -> Words:
        return Words.of(self._named)

    def _order(self, place_id: str) -> tuple[int, str, str]:
        place = self.places[place_id]
        return LARGEST_FIRST[place.level], place.name, place.id

    def _candidate(self, place_id: str, score: float, why: str) -> Candidate:
        place = self.places[place_id]
        if place_id not in self._above:
            units = (self.ancestor(place_id, level) for level in SHOWN_ABOVE)
            self._above[place_id] = tuple(self.places[unit].name if unit else None for unit in units)
        district, governorate = self._above[place_id]
        return Candidate(
            place_id, place.name, place.name_ar, place.level.value, district, governorate, score, why
        )

    @cached_property
    def country_names(self) -> list[str]:
        """The normalised names of the country."""
        country = {p.id for p in self.places.values() if p.level is PlaceLevel.COUNTRY}
        return sorted(name for name, found in self._named.items() if found & country)

    def is_in(self, place_id: str, ancestor_id: str) -> bool:
        """Whether a place is another one or lies below it in the tree."""
        return ancestor_id in self._line(place_id)

    def ancestor(self, place_id: str | None, level: PlaceLevel) -> str | None:
        """The place itself or the one above it that stands on the given level."""
        for step in self._line(place_id):
            if self.places[step].level is level:
                return step
        return None

    def _line(self, place_id: str | None) -> list[str]:
        line: list[str] = []
        while place_id is not None and place_id in self.places and place_id not in line:
            line.append(place_id)
            place_id = self.places[place_id].parent_id
        return line

    def spot(self, place_id: str | None) -> Spot:
        """Where a known place lies."""
        return Spot(
            place_id,
            self.ancestor(place_id, PlaceLevel.DISTRICT),
            self.ancestor(place_id, PlaceLevel.GOVERNORATE),
        )

    def locate(
        self,
        *,
        place_id: str | None,
        name: str | None,
        admin1: str | None,
        admin2: str | None,
        lat: float | None,
        lon: float | None,
        geo_prec: int,
    ) -> Spot:
        """Where a described spot lies: by its named place, else by its units' names, else by its point.

        A point settles the district only at settlement precision (`geo_prec` 1 or 2), by polygon
        where one is loaded and by the nearest known place otherwise. A bare name settles the place
        only where one settlement of the named units goes by it. Coarser reports
        are for `db/naming.py`.
        """
        if place_id in self.places:
            return self.spot(place_id)
        governorate = self.named(admin1, PlaceLevel.GOVERNORATE)
        district = self.named(admin2, PlaceLevel.DISTRICT, within=governorate)
        if district is None and lat is not None and lon is not None and geo_prec <= 2:
            district = self.district_at(lat, lon, within=governorate)
        if governorate is None and district is not None:
            governorate = self.ancestor(district, PlaceLevel.GOVERNORATE)
        unit = district or governorate
        if lat is None and unit is not None and geo_prec <= 2:
            fitting = {self.named(name, level, within=unit) for level in INHABITED} - {None}
            if len(fitting) == 1:
                return self.spot(fitting.pop())
        return Spot(None, district, governorate)

    def district_at(
        self, lat: float, lon: float, within: str | None = None, reach_km: float | None = None
    ) -> str | None:
        """The district a point lies in, by polygon if loaded, else that of the nearest known place.

        A named unit around it (`within`) holds: borders differ between sources, names do not. With
        `reach_km` a known place further away says nothing.
        """
        for district, shape in self._shapes(PlaceLevel.DISTRICT):
            if contains_xy(shape, lon, lat) and (within is None or self.is_in(district, within)):
                return district
        tree, districts = self._anchors
        point, reach = unit_vectors([lat], [lon])[0], np.inf if reach_km is None else chord(reach_km)
        for most in sorted({min(NEIGHBOURS, len(districts)), len(districts)} - {0}):
            away, nearest = map(np.atleast_1d, tree.query(point, k=most))
            ranked: list[str] = [districts[index] for index in nearest[away <= reach].tolist()]
            found = next((d for d in ranked if within is None or self.is_in(d, within)), None)
            if found is not None:
                return found
        return None

    @cached_property
    def _anchors(self) -> tuple[Any, list[str]]:
        """Points whose district is known, to find the district of another point by its neighbour."""
        points: list[tuple[float, float]] = []
        districts: list[str] = []
        for place in self.places.values():
            district = self.ancestor(place.id, PlaceLevel.DISTRICT)
            if district and place.lat is not None and place.lon is not None:
                points.append((place.lat, place.lon))
                districts.append(district)
        from scipy.spatial import cKDTree  # pages read names and never load it

        tree = cKDTree(unit_vectors(*zip(*points, strict=True))) if points else None
        return tree, districts

    def _shapes(self, level: PlaceLevel) -> list[tuple[str, BaseGeometry]]:
        return [(i, shape) for i, shape in self.shapes.items() if self.places[i].level is level]

    @cached_property
    def shapes(self) -> dict[str, BaseGeometry]:
        """The polygons of the places that have one."""
        return {p.id: from_geojson(p.polygon) for p in self.places.values() if p.polygon}
