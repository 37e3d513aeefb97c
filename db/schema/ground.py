"""Where and who: regions, sources, places, communities, areas and actors, as region packs load them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import vocab
from db.schema.base import KEYED, Base, Key, key, ref


class Region(Base):
    """A part of the world whose pack was loaded."""

    __tablename__ = "region"
    id: Mapped[str] = key()
    title: Mapped[str]
    title_ar: Mapped[str | None]
    exercise: Mapped[bool]
    time_zone: Mapped[str]
    settings: Mapped[dict[str, Any]]
    pack_sha256: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime]


class Source(Base):
    """Who publishes, how reliable they have been, and what they would tell if it happened.

    `cadence_days` is how often they are expected to speak, an explicit "nothing to report" included;
    NULL: nobody expects anything. `graded_by` is set where a person, not the pack, gave the grade.
    `reports_as` is the sensitivity with which its reports come in where they say nothing of it.
    """

    __tablename__ = "source"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    name_ar: Mapped[str | None]
    kind: Mapped[vocab.SourceKind]
    independence_group: Mapped[str] = mapped_column(String(64))
    reliability: Mapped[vocab.Reliability | None]
    lag_days: Mapped[int]
    covers: Mapped[vocab.Covers]
    covered_from: Mapped[date | None]
    covered_until: Mapped[date | None]
    protected: Mapped[bool]
    url: Mapped[str | None]
    licence: Mapped[str | None]
    note: Mapped[str | None]
    cadence_days: Mapped[int | None]
    graded_by: Mapped[str | None]
    graded_at: Mapped[datetime | None]
    reports_as: Mapped[vocab.Sensitivity] = mapped_column(
        default=vocab.Sensitivity.INTERNAL, server_default=vocab.Sensitivity.INTERNAL.value
    )
    note_ar: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("region_id", "code"),
        CheckConstraint("lag_days >= 0", name="lag_not_negative"),
    )


class Place(Base):
    """An entry of the gazetteer, from the country down to a quarter of a town.

    `origin` names the gazetteer file a place was loaded from; NULL: the region's pack.
    """

    __tablename__ = "place"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    parent_id: Mapped[str | None] = ref("place.id", null=True, index=True)
    level: Mapped[vocab.PlaceLevel]
    name: Mapped[str]
    name_ar: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    radius_km: Mapped[float | None]
    code: Mapped[str | None] = mapped_column(String(64))
    source: Mapped[str | None]
    note: Mapped[str | None]
    polygon: Mapped[str | None]
    origin: Mapped[str | None] = mapped_column(String(64))
    sensitivity: Mapped[vocab.Sensitivity]
    __table_args__ = (
        CheckConstraint("lat IS NULL OR lat BETWEEN -90 AND 90", name="lat_on_earth"),
        CheckConstraint("lon IS NULL OR lon BETWEEN -180 AND 180", name="lon_on_earth"),
        CheckConstraint("radius_km IS NULL OR radius_km > 0", name="radius_positive"),
    )


class PlaceAlias(Base):
    """Another name or spelling of a place, with the form it is looked up by."""

    __tablename__ = "place_alias"
    place_id: Mapped[str] = mapped_column(Key, ForeignKey("place.id", ondelete="CASCADE"), primary_key=True)
    alias: Mapped[str] = mapped_column(String(255), primary_key=True)
    normalised: Mapped[str] = mapped_column(String(255), index=True)
    __table_args__ = KEYED


class Community(Base):
    """A group at places; it is scored, persons never are."""

    __tablename__ = "community"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    group: Mapped[str] = mapped_column("group_code", String(64))
    name: Mapped[str]
    name_ar: Mapped[str | None]
    note: Mapped[str | None]
    source: Mapped[str | None]
    sensitivity: Mapped[vocab.Sensitivity]
    note_ar: Mapped[str | None]


class CommunityPlace(Base):
    """Where a community lives, and how much of the place's people it is."""

    __tablename__ = "community_place"
    community_id: Mapped[str] = mapped_column(
        Key, ForeignKey("community.id", ondelete="CASCADE"), primary_key=True
    )
    place_id: Mapped[str] = mapped_column(Key, ForeignKey("place.id"), primary_key=True, index=True)
    presence: Mapped[vocab.Presence]
    radius_km: Mapped[float | None]
    sensitivity: Mapped[vocab.Sensitivity]
    __table_args__ = KEYED


class Area(Base):
    """A unit that is forecast: a governorate, a district, or a community's places."""

    __tablename__ = "area"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    kind: Mapped[vocab.AreaKind]
    place_id: Mapped[str | None] = ref("place.id", null=True)
    community_id: Mapped[str | None] = ref("community.id", null=True)
    parent_area_id: Mapped[str | None] = ref("area.id", null=True)
    active: Mapped[bool]
    __table_args__ = (CheckConstraint("(place_id IS NULL) <> (community_id IS NULL)", name="one_subject"),)


class Actor(Base):
    """A party named in reports; armed groups, forces, organisations, never private persons."""

    __tablename__ = "actor"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id", index=True)
    name: Mapped[str]
    name_ar: Mapped[str | None]
    kind: Mapped[str | None] = mapped_column(String(32))


class Covariate(Base):
    """A number of one's own about an area and a day, and when it could be known; NULL is unknown."""

    __tablename__ = "covariate"
    id: Mapped[str] = key()
    region_id: Mapped[str] = ref("region.id")
    name: Mapped[str] = mapped_column(String(64))
    area_id: Mapped[str] = ref("area.id", index=True)
    day: Mapped[date]
    available_at: Mapped[datetime]
    value: Mapped[float | None]
    recorded_at: Mapped[datetime]
    source: Mapped[str]
    __table_args__ = (
        UniqueConstraint("region_id", "name", "area_id", "day", "available_at", name="uq_covariate_key"),
    )
