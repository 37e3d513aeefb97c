"""The invented territory: its places, its communities, and the units in which violence happens."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from db.exercise.names import Name, invented_names
from db.exercise.settings import Settings, TerritorySettings
from db.vocab import PlaceLevel, Presence

KM_PER_DEGREE = 111.32
SPOTS_PER_SIDE = 4  # a district has room for 16 settlements, 6 km or more apart
MOST_COMMUNITIES = 5000


@dataclass(frozen=True)
class Place:
    """One row of places.csv."""

    place_id: str
    level: PlaceLevel
    parent_id: str
    name: Name
    x_km: float
    y_km: float
    radius_km: float | None = None


@dataclass(frozen=True)
class Community:
    """One row of communities.csv."""

    community_id: str
    group: str
    name: str
    name_ar: str
    places: tuple[tuple[str, Presence], ...]


@dataclass(frozen=True)
class Unit:
    """Where one process of violence runs: a community's settlements, or the rest of a district."""

    places: tuple[str, ...]
    district_id: str
    governorate_id: str
    group: str | None = None
    community_id: str | None = None


@dataclass(frozen=True)
class Territory:
    """The whole invented region."""

    settings: TerritorySettings
    places: dict[str, Place]
    communities: tuple[Community, ...]
    units: tuple[Unit, ...]

    @property
    def districts(self) -> list[Place]:
        """The districts in the order of their codes."""
        return [place for place in self.places.values() if place.level == PlaceLevel.DISTRICT]

    def coordinates(self, x_km: float, y_km: float) -> tuple[float, float]:
        """Latitude and longitude of a point of the flat map."""
        lat0, lon0 = self.settings.centre
        lat = lat0 + y_km / KM_PER_DEGREE
        return round(lat, 5), round(lon0 + x_km / (KM_PER_DEGREE * math.cos(math.radians(lat0))), 5)


class _Surveyor:
    """Draws the territory step by step; only `draw_territory` uses it."""

    def __init__(self, settings: Settings, communities: int) -> None:
        self.settings = settings
        self.rng = np.random.Generator(np.random.PCG64(settings.territory.seed))
        self.names = invented_names(settings, self.rng)
        self.groups = list(settings.region["groups"])
        self.wanted = communities
        self.places: dict[str, Place] = {}
        self.spots: dict[str, Iterator[tuple[float, float]]] = {}
        self.communities: list[Community] = []
        self.units: list[Unit] = []

    def add(self, place: Place) -> Place:
        self.places[place.place_id] = place
        return place

    def country(self) -> None:
        it = self.settings.territory
        name = Name(it.country, it.country_ar, "Orwessa")
        self.add(Place(it.country_id, PlaceLevel.COUNTRY, "", name, 0.0, 0.0))

    def administration(self) -> None:
        """Governorates on a grid, the districts of each on a finer one."""
        it = self.settings.territory
        governorates = max(1, round(it.governorates * math.sqrt(self.wanted / 40)))
        districts = max(governorates, math.ceil(it.districts_per_community * self.wanted))
        columns = math.ceil(math.sqrt(governorates))
        rows = math.ceil(governorates / columns)
        side = math.ceil(math.sqrt(math.ceil(districts / governorates)))
        pitch = side * it.district_km + 12.0
        for index in range(governorates):
            x = (index % columns - (columns - 1) / 2) * pitch
            y = ((rows - 1) / 2 - index // columns) * pitch
            governorate = self.governorate(index + 1, x, y)
            share = districts // governorates + (index < districts % governorates)
            self.districts_of(governorate, share, side)

    def governorate(self, number: int, x: float, y: float) -> Place:
        place_id = f"{self.settings.territory.country_id}{number:02d}"
        parent = self.settings.territory.country_id
        return self.add(Place(place_id, PlaceLevel.GOVERNORATE, parent, next(self.names), x, y))

    def districts_of(self, governorate: Place, count: int, side: int) -> None:
        step = self.settings.territory.district_km
        for index in range(count):
            jitter = self.rng.uniform(-1.5, 1.5, 2)
            x = governorate.x_km + (index % side - (side - 1) / 2) * step + float(jitter[0])
            y = governorate.y_km + ((side - 1) / 2 - index // side) * step + float(jitter[1])
            place_id = f"{governorate.place_id}{index + 1:02d}"
            name = next(self.names)
            district = self.add(Place(place_id, PlaceLevel.DISTRICT, governorate.place_id, name, x, y))
            self.spots[place_id] = self.spots_of(district)
            self.rest_of(district)

    def spots_of(self, district: Place) -> Iterator[tuple[float, float]]:
        step = self.settings.territory.district_km / SPOTS_PER_SIDE
        for spot in self.rng.permutation(SPOTS_PER_SIDE**2).tolist():
            dx, dy = spot % SPOTS_PER_SIDE, spot // SPOTS_PER_SIDE
            jitter = self.rng.uniform(-0.8, 0.8, 2)
            x = district.x_km + (dx - (SPOTS_PER_SIDE - 1) / 2) * step + float(jitter[0])
            yield x, district.y_km + (dy - (SPOTS_PER_SIDE - 1) / 2) * step + float(jitter[1])

    def settlement(self, district_id: str, radius_km: float, name: Name | None = None) -> Place:
        x, y = next(self.spots[district_id])
        name = name or next(self.names)
        place_id = self.free_id(f"xe-{name.slug}")
        return self.add(Place(place_id, PlaceLevel.SETTLEMENT, district_id, name, x, y, radius_km))

    def free_id(self, wanted: str) -> str:
        return wanted if wanted not in self.places else f"{wanted}-2"

    def rest_of(self, district: Place) -> None:
        """The district's seat bears its name; it and one village are nobody's in particular."""
        seat = self.settlement(district.place_id, 4.0, district.name)
        village = self.settlement(district.place_id, 2.5)
        self.units.append(Unit((seat.place_id, village.place_id), district.place_id, district.parent_id))

    def settle(self) -> None:
        """One community is a governorate, one a quarter of a city, the others 1-3 settlements."""
        districts = [p for p in self.places.values() if p.level == PlaceLevel.DISTRICT]
        order = self.rng.permutation(len(districts)).tolist()
        for index in range(self.wanted):
            district = districts[order[index % len(districts)]]
            if index == 1:
                self.governorate_community(district.parent_id)
            elif index == 2:
                self.quarter_community(district)
            else:
                self.village_community(district, twin=index == self.wanted - 1)

    def governorate_community(self, governorate_id: str) -> None:
        places = ((governorate_id, Presence.MAJORITY),)
        self.community(places, self.places[governorate_id].name, " governorate", "محافظة ")

    def quarter_community(self, district: Place) -> None:
        seat = next(p for p in self.places.values() if p.parent_id == district.place_id)
        quarter = Place(
            place_id=self.free_id(f"xe-{seat.name.slug}-east-quarter"),
            level=PlaceLevel.QUARTER,
            parent_id=seat.place_id,
            name=_quarter_name(seat.name),
            x_km=seat.x_km + 2.5,
            y_km=seat.y_km,
            radius_km=1.2,
        )
        self.add(quarter)
        community = self.community(((quarter.place_id, Presence.SIGNIFICANT),), quarter.name)
        self.unit(community, district)

    def village_community(self, district: Place, *, twin: bool) -> None:
        name = self.twin_name(district) if twin else None
        places = [self.settlement(district.place_id, 2.5, name)]
        places += [self.settlement(district.place_id, 2.5) for _ in range(int(self.rng.integers(0, 3)))]
        presences = [Presence.MAJORITY, *self.rng.choice([Presence.SIGNIFICANT, Presence.MINOR], len(places))]
        named = tuple((p.place_id, Presence(str(q))) for p, q in zip(places, presences, strict=False))
        self.unit(self.community(named, places[0].name), district)

    def twin_name(self, district: Place) -> Name | None:
        """The name of another community's settlement in another governorate: two places, one name."""
        for unit in self.units:
            if unit.community_id and unit.governorate_id != district.parent_id:
                place = self.places[unit.places[0]]
                if place.level == PlaceLevel.SETTLEMENT:
                    return place.name
        return None

    def community(
        self, places: tuple[tuple[str, Presence], ...], name: Name, suffix: str = "", prefix_ar: str = ""
    ) -> Community:
        group = self.groups[len(self.communities) % len(self.groups)]
        words = self.settings.region["groups"][group]
        slug = places[0][0].removeprefix("xe-").lower()
        community = Community(
            community_id=f"xe-{group}-{slug}",
            group=group,
            name=f"{words['name']} of {name.en}{suffix}",
            name_ar=f"{words['name_ar']} في {prefix_ar}{name.ar}",
            places=places,
        )
        self.communities.append(community)
        return community

    def unit(self, community: Community, district: Place) -> None:
        places = tuple(place_id for place_id, _ in community.places)
        unit = Unit(places, district.place_id, district.parent_id)
        self.units.append(replace(unit, group=community.group, community_id=community.community_id))


def _quarter_name(city: Name) -> Name:
    return Name(f"{city.en} East Quarter", f"الحي الشرقي في {city.ar}", f"{city.misspelt} East Quarter")


def draw_territory(settings: Settings, communities: int) -> Territory:
    """The territory for so many communities; it depends on nothing else, so that it can be learnt."""
    surveyor = _Surveyor(settings, communities)
    surveyor.country()
    surveyor.administration()
    surveyor.settle()
    return Territory(settings.territory, surveyor.places, tuple(surveyor.communities), tuple(surveyor.units))
