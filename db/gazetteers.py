"""Larger gazetteers: the places of a file kept beside the region's pack, found by the same names and points."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db import bulk, incidents, past
from db.errors import BadInput
from db.gazetteer_files import Entry, Row, read_entry
from db.ids import content_id
from db.pack_cells import Problem
from db.places import INHABITED, LARGEST_FIRST, Gazetteer
from db.schema import Place, PlaceAlias
from db.spelling import normalise
from db.sphere import distance_km
from db.vocab import PlaceLevel, Sensitivity

NEAR_KM = 5.0  # two entries of one name and level nearer than this are one place
REACH_KM = 30.0  # a place without a parent belongs to the district of a known place at most this far away
BATCH = 500
COLUMNS = ("id", "parent_id", "level", "name", "name_ar", "lat", "lon", "code", "source", "origin")
# Where nested areas share the name of a parent, the district is sure and decides what counts where.
PARENTS = (PlaceLevel.DISTRICT, PlaceLevel.SUBDISTRICT, PlaceLevel.GOVERNORATE)


@dataclass
class Loaded:
    """What became of a gazetteer file: rows read, places new, changed, unchanged or of the pack, and faults."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    known: int = 0
    relinked: int = 0
    problems: list[Problem] = field(default_factory=list)


def load(session: Session, region_id: str, rows: Sequence[Row], origin: str, now: datetime) -> Loaded:
    """Take the places of a file into a region and tie its incidents anew; a second time changes nothing.

    Rows that are no places are named with row, column and cure, all others land. What the region's pack has
    already (one name and level within five kilometres) is left as it is.
    """
    done = Loaded(rows=len(rows))
    places = _Places(session, region_id, origin[:64], done)
    entries = [
        one for number, row in rows if (one := read_entry(done.problems, origin, number, row)) is not None
    ]
    for one in sorted(entries, key=lambda one: LARGEST_FIRST[one.level]):
        places.take(one)
    done.problems.sort(key=lambda problem: problem.row or 0)
    if rows and not places.kept and not done.known:
        raise BadInput(f"no row of {origin} is a place; the first fault: {done.problems[0]}")
    with past.keeping(session, region_id, now, (Place, PlaceAlias)):
        _write(session, places, done)
    if done.new or done.changed:
        done.relinked = incidents.relink(session, region_id, now)
    return done


class _Places:
    """The places of a region as they grow while a file is read."""

    def __init__(self, session: Session, region_id: str, origin: str, done: Loaded) -> None:
        self.gazetteer = Gazetteer.of(session, region_id)
        self.region_id, self.origin, self.done = region_id, origin, done
        self.owners = {
            i: (r, o) for i, r, o in session.execute(select(Place.id, Place.region_id, Place.origin))
        }
        self.codes = {c: i for i, c in session.execute(_codes(region_id))}
        self.kept: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {}
        self.levels = {i: place.level for i, place in self.gazetteer.places.items()}

    def take(self, entry: Entry) -> None:
        """Give an entry its parent and id, or note why it has none."""
        parent = self._parent(entry)
        if parent is None:
            return
        if self._known(entry):
            self.done.known += 1
            return
        place_id = entry.id or self._new_id(entry, parent)
        owner, origin = self.owners.get(place_id, (self.region_id, self.origin))
        if owner != self.region_id or origin != self.origin:
            whose = f"the region {owner}" if owner != self.region_id else origin or "the region's pack"
            entry.cells.fail("id", f"{place_id!r} belongs to {whose}; give the place an id of its own")
        elif place_id in self.kept:
            entry.cells.fail("id" if entry.id else "name", f"{place_id!r} stands twice; leave one row out")
        else:
            self._keep(entry, place_id, parent)

    def _keep(self, entry: Entry, place_id: str, parent: str) -> None:
        inhabited = entry.level in INHABITED
        facts = {
            **{"id": place_id, "region_id": self.region_id, "parent_id": parent, "level": entry.level},
            **{"name": entry.name, "name_ar": entry.name_ar, "lat": entry.lat, "lon": entry.lon},
            **{"radius_km": None, "code": entry.code, "source": entry.source, "note": None, "polygon": None},
            **{"origin": self.origin},
            "sensitivity": Sensitivity.INTERNAL if inhabited else Sensitivity.PUBLIC,
        }
        self.kept[place_id] = facts, _names(entry)
        self.levels[place_id] = entry.level
        if entry.code:
            self.codes.setdefault(entry.code, place_id)

    def _new_id(self, entry: Entry, parent: str) -> str:
        """An id from what the entry says, so that the same file again means the same places."""
        spot = [None if x is None else round(x, 4) for x in (entry.lat, entry.lon)]
        return content_id("place", self.region_id, entry.level, normalise(entry.name), parent, *spot)

    def _parent(self, entry: Entry) -> str | None:
        """The place above: by id, code or unique name, or the district around the point where none is named."""
        if entry.parent is None:
            found = self._around(entry)
            if found is None:
                entry.cells.fail(
                    "parent", "is empty and no known place is near; name a district or sub-district"
                )
            return found
        fitting = [i for i in (entry.parent, self.codes.get(entry.parent, "")) if i in self.levels]
        fitting = fitting[:1] or self._called(entry.parent, entry.level)
        if len(fitting) == 1 and _above(self.levels[fitting[0]], entry.level):
            return self._around(entry, fitting[0]) or fitting[0]
        several = "several places go by" if len(fitting) > 1 else "no place above it goes by"
        entry.cells.fail(
            "parent", f"{several} {entry.parent!r}; give its id or code (places.csv of the region)"
        )
        return None

    def _called(self, name: str, level: PlaceLevel) -> list[str]:
        """The units above a level that go by a name; of nested ones of one name the district."""
        fitting = [i for i in self.gazetteer.called(name) if _above(self.levels[i], level)]
        for unit in PARENTS:
            found = [i for i in fitting if self.levels[i] is unit]
            if len(found) == 1 and all(self._nested(found[0], i) for i in fitting):
                return found
        return fitting

    def _nested(self, one: str, other: str) -> bool:
        return self.gazetteer.is_in(one, other) or self.gazetteer.is_in(other, one)

    def _around(self, entry: Entry, within: str | None = None) -> str | None:
        """The district around a point, where the unit that is named is no smaller than one."""
        wide = within is None or self.levels[within] in (PlaceLevel.COUNTRY, PlaceLevel.GOVERNORATE)
        if not wide or entry.lat is None or entry.lon is None:
            return None
        return self.gazetteer.district_at(entry.lat, entry.lon, within=within, reach_km=REACH_KM)

    def _known(self, entry: Entry) -> bool:
        """Whether the pack or another file has this place: the same code, or the same name and level nearby."""
        if entry.id and entry.id in self.owners:
            return False  # said by its id to be another, or refused for it
        same = {self.codes.get(entry.code or "", "")} | self.gazetteer.called(entry.name)
        same |= self.gazetteer.called(entry.name_ar)
        return any(self._is(entry, i) for i in same if self.owners.get(i, ("", ""))[1] != self.origin)

    def _is(self, entry: Entry, place_id: str) -> bool:
        place = self.gazetteer.places.get(place_id)
        if place is None or place.level is not entry.level:
            return False
        if place.lat is None or place.lon is None or entry.lat is None or entry.lon is None:
            return bool(entry.code) and self.codes.get(entry.code or "") == place_id
        return distance_km(place.lat, place.lon, entry.lat, entry.lon) <= NEAR_KM


def _codes(region_id: str) -> Any:
    return select(Place.code, Place.id).where(Place.region_id == region_id, Place.code.is_not(None))


def _above(one: PlaceLevel, other: PlaceLevel) -> bool:
    return LARGEST_FIRST[one] < LARGEST_FIRST[other]


def _names(entry: Entry) -> tuple[str, ...]:
    names = (entry.name, entry.name_ar, entry.code, *entry.aliases)
    return tuple(dict.fromkeys(name[:255] for name in names if name))


def _write(session: Session, places: _Places, done: Loaded) -> None:
    """Write what is new or has changed; what is as it was stays untouched."""
    columns = [getattr(Place, name) for name in COLUMNS]
    held = {
        row[0]: tuple(row)
        for row in session.execute(select(*columns).where(Place.region_id == places.region_id))
    }
    names = _held_names(session, list(places.kept))
    fresh: list[str] = []
    for place_id, (facts, aliases) in places.kept.items():
        if place_id not in held:
            fresh.append(place_id)
        elif held[place_id] != tuple(facts[name] for name in COLUMNS) or names.get(place_id) != set(aliases):
            done.changed += 1
            changed = {name: facts[name] for name in COLUMNS}
            session.execute(update(Place).where(Place.id == place_id).values(**changed))
            _name(session, [place_id], places)
        else:
            done.unchanged += 1
    done.new = len(fresh)
    for level in LARGEST_FIRST:
        bulk.insert(session, Place, [f for i in fresh if (f := places.kept[i][0])["level"] is level])
    _name(session, fresh, places)
    session.flush()


def _held_names(session: Session, ids: Sequence[str]) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    for some in bulk.batched(ids, BATCH):
        rows = session.execute(
            select(PlaceAlias.place_id, PlaceAlias.alias).where(PlaceAlias.place_id.in_(some))
        )
        for place_id, alias in rows:
            held.setdefault(place_id, set()).add(alias)
    return held


def _name(session: Session, ids: Sequence[str], places: _Places) -> None:
    """Give places their names anew."""
    for some in bulk.batched(ids, BATCH):
        session.execute(delete(PlaceAlias).where(PlaceAlias.place_id.in_(some)))
    rows = [(place_id, name) for place_id in ids for name in places.kept[place_id][1]]
    bulk.insert(
        session,
        PlaceAlias,
        [{"place_id": i, "alias": name, "normalised": normalise(name)} for i, name in rows],
    )
