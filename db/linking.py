"""Incident -> community, with a basis: by point where the place is known, by unit where only that is.

A spatial tie only ever says "located in the area"; that somebody was targeted for who they are is
for a person to say.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shapely import contains_xy
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.ids import content_id
from db.places import Gazetteer
from db.schema import Area, CommunityPlace
from db.sphere import EARTH_RADIUS_KM, chord, unit_vectors
from db.vocab import Basis, Confidence, LinkMethod, PlaceLevel, Presence

WEIGHTS = {Presence.MAJORITY: 1.0, Presence.SIGNIFICANT: 0.5, Presence.MINOR: 0.2}
DEFAULT_RADIUS_KM = {PlaceLevel.QUARTER: 2.0, PlaceLevel.SETTLEMENT: 4.0, PlaceLevel.SUBDISTRICT: 8.0}
SETTLEMENT_PREC, DISTRICT_PREC, GOVERNORATE_PREC, FUZZY_PREC = 2, 3, 4, 5


@dataclass(frozen=True, slots=True)
class Tie:
    """One community an incident is tied to, how, and who or what decided it (`at` None: the rule, just now)."""

    community_id: str
    confidence: Confidence
    counted: bool
    share: float | None = None
    basis: Basis = Basis.LOCATED_IN_AREA
    method: LinkMethod = LinkMethod.SPATIAL
    by: str = "spatial rule"
    at: datetime | None = None
    reason: str | None = None
    evidence_report_id: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """A community's place, as the linker needs it."""

    community_id: str
    place_id: str
    presence: Presence
    level: PlaceLevel
    lat: float | None
    lon: float | None
    radius_km: float


class Linker:
    """Ties incidents of one region to its communities."""

    def __init__(self, gazetteer: Gazetteer, homes: Sequence[Home]) -> None:
        self.gazetteer = gazetteer
        self.points = [h for h in homes if h.level in DEFAULT_RADIUS_KM and h.lat is not None]
        self.whole: dict[str, list[Home]] = defaultdict(list)
        self.inside: dict[str, dict[str, float]] = defaultdict(dict)
        for home in homes:
            if home.level in (PlaceLevel.SUBDISTRICT, PlaceLevel.DISTRICT, PlaceLevel.GOVERNORATE):
                self.whole[home.place_id].append(home)
            self._weigh(home)
        from scipy.spatial import cKDTree  # late: 0.4 s that few commands need

        self.tree = cKDTree(unit_vectors([h.lat for h in self.points], [h.lon for h in self.points]))
        self.reach = max((self._reach_km(h) for h in self.points), default=0.0)

    @classmethod
    def of(cls, session: Session, region_id: str) -> "Linker":
        """The linker of a loaded region; communities that left its pack get no new ties."""
        gazetteer = Gazetteer.of(session, region_id)
        rows = session.execute(
            select(
                CommunityPlace.community_id,
                CommunityPlace.place_id,
                CommunityPlace.presence,
                CommunityPlace.radius_km,
            )
            .join(Area, Area.community_id == CommunityPlace.community_id)
            .where(Area.region_id == region_id, Area.active)
            .order_by(CommunityPlace.community_id, CommunityPlace.place_id)
        )
        return cls(gazetteer, [_home(gazetteer, *row) for row in rows])

    def _reach_km(self, home: Home) -> float:
        """How far from its point a home's place extends at most."""
        shape = self.gazetteer.shapes.get(home.place_id)
        if shape is None:
            return home.radius_km
        west, south, east, north = shape.bounds
        return max(_distance_km(home, lat, lon) for lat in (south, north) for lon in (west, east))

    def _weigh(self, home: Home) -> None:
        """Note a community under every unit its place lies in, with its heaviest presence there."""
        for level in (PlaceLevel.DISTRICT, PlaceLevel.GOVERNORATE):
            unit = self.gazetteer.ancestor(home.place_id, level)
            if unit is not None:
                weights = self.inside[unit]
                weights[home.community_id] = max(weights.get(home.community_id, 0), WEIGHTS[home.presence])

    def tied(self, versions: Sequence[Mapping[str, Any]]) -> list[list[Tie]]:
        """The spatial ties of each incident version."""
        near = self._near(versions)
        return [list(self.ties(version, around)) for version, around in zip(versions, near, strict=True)]

    def _near(self, versions: Sequence[Mapping[str, Any]]) -> list[list[int]]:
        """For each version, the indices of the places of communities that may be in reach."""
        found: list[list[int]] = [[] for _ in versions]
        precise = [
            i for i, v in enumerate(versions) if v["geo_prec"] <= SETTLEMENT_PREC and v["lat"] is not None
        ]
        if not precise or not self.points:
            return found
        at = unit_vectors([versions[i]["lat"] for i in precise], [versions[i]["lon"] for i in precise])
        for i, hits in zip(precise, self.tree.query_ball_point(at, chord(self.reach)), strict=True):
            found[i] = sorted(hits)
        return found

    def ties(self, version: Mapping[str, Any], near: Sequence[int]) -> Iterator[Tie]:
        """The communities a version of an incident concerns, each once, the surest tie first."""
        seen: set[str] = set()
        for tie in self._candidates(version, near):
            if tie.community_id not in seen:
                seen.add(tie.community_id)
                yield tie

    def _candidates(self, version: Mapping[str, Any], near: Sequence[int]) -> Iterator[Tie]:
        precision, district, governorate = (version[k] for k in ("geo_prec", "district_id", "governorate_id"))
        sure = Confidence.HIGH if precision == 1 else Confidence.MODERATE
        for home in (self.points[i] for i in near):
            if self._contains(home, version["lat"], version["lon"]):
                yield Tie(home.community_id, sure, counted=True)
        if precision <= DISTRICT_PREC:
            for home in self.whole.get(district or "", []) + self.whole.get(version["place_id"] or "", []):
                yield Tie(home.community_id, Confidence.MODERATE, counted=True)
        if precision <= GOVERNORATE_PREC:
            for home in self.whole.get(governorate or "", []):
                imprecise = precision == GOVERNORATE_PREC
                confidence = Confidence.LOW if imprecise else Confidence.MODERATE
                share = self._share(governorate, home.community_id) if imprecise else None
                yield Tie(home.community_id, confidence, counted=True, share=share)
        if SETTLEMENT_PREC < precision <= FUZZY_PREC:
            yield from self._possibly(
                district if precision == DISTRICT_PREC else None, governorate, precision
            )

    def _possibly(self, district: str | None, governorate: str | None, precision: int) -> Iterator[Tie]:
        """Everybody in the unit that an imprecise incident names: it may concern them, nobody knows."""
        unit = district if precision == DISTRICT_PREC else governorate
        for community in sorted(self.inside.get(unit or "", {})):
            yield Tie(community, Confidence.LOW, counted=False, share=self._share(unit, community))

    def _share(self, unit: str | None, community_id: str) -> float:
        weights = self.inside[unit or ""]
        return round(weights[community_id] / sum(weights.values()), 6)

    def _contains(self, home: Home, lat: float, lon: float) -> bool:
        shape = self.gazetteer.shapes.get(home.place_id)
        if shape is not None:
            return bool(contains_xy(shape, lon, lat))
        return _distance_km(home, lat, lon) <= home.radius_km


def _home(
    gazetteer: Gazetteer, community_id: str, place_id: str, presence: Presence, radius_km: float | None
) -> Home:
    place = gazetteer.places[place_id]
    radius = radius_km or place.radius_km or DEFAULT_RADIUS_KM.get(place.level, 0.0)
    lat, lon = place.lat, place.lon
    if lat is None and (shape := gazetteer.shapes.get(place_id)) is not None:
        lat, lon = shape.centroid.y, shape.centroid.x
    return Home(community_id, place_id, presence, place.level, lat, lon, radius)


def _distance_km(home: Home, lat: float, lon: float) -> float:
    """The great-circle distance by the haversine formula."""
    assert home.lat is not None  # noqa: S101  (only places with a point are measured)
    assert home.lon is not None  # noqa: S101  (only places with a point get here)
    phi, theta = math.radians(home.lat), math.radians(lat)
    half = (math.sin((theta - phi) / 2), math.sin(math.radians(lon - home.lon) / 2))
    return (
        2
        * EARTH_RADIUS_KM
        * math.asin(math.sqrt(half[0] ** 2 + math.cos(phi) * math.cos(theta) * half[1] ** 2))
    )


def row(version_id: str, incident_id: str, tie: Tie, now: datetime) -> dict[str, Any]:
    """A tie of an incident version as a row of the store."""
    same = (
        "community_id",
        "basis",
        "method",
        "confidence",
        "share",
        "counted",
        "evidence_report_id",
        "reason",
    )
    return {
        "id": content_id("link", version_id, tie.community_id),
        "incident_id": incident_id,
        "version_id": version_id,
        **{name: getattr(tie, name) for name in same},
        "decided_by": tie.by,
        "decided_at": tie.at or now,
    }


def joined(spatial: Sequence[Tie], decided: Sequence[Tie]) -> list[Tie]:
    """One tie a community: what a person decided stands before what follows from the place."""
    by_community = {tie.community_id: tie for tie in [*spatial, *decided]}
    return list(by_community.values())
