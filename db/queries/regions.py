"""Regions, and the two clocks by which they are read."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db import clock, past, policy
from db.errors import BadInput
from db.pack_settings import FLOOR_DEATHS, HORIZONS_DAYS
from db.past import At
from db.policy import Viewer
from db.queries.common import end_of
from db.schema import Region


@dataclass(frozen=True, slots=True)
class RegionInfo:
    """A loaded region and what its pack settles."""

    id: str
    title: str
    title_ar: str | None
    exercise: bool
    time_zone: str
    horizons_days: tuple[int, ...]
    alert_horizon_days: int
    escalation_floor_deaths: int
    groups: dict[str, dict[str, Any]]
    map: dict[str, Any]
    settings: dict[str, Any]
    pack_sha256: str


def _info(row: Any) -> RegionInfo:
    s = row.settings
    horizons = tuple(s.get("horizons_days", HORIZONS_DAYS))
    return RegionInfo(
        id=row.id,
        title=row.title,
        title_ar=row.title_ar,
        exercise=row.exercise,
        time_zone=row.time_zone,
        horizons_days=horizons,
        alert_horizon_days=int(s.get("alert_horizon_days", max(horizons))),
        escalation_floor_deaths=int(s.get("escalation_floor_deaths", FLOOR_DEATHS)),
        groups=dict(s.get("groups", {})),
        map=dict(s.get("map", {})),
        settings=dict(s),
        pack_sha256=row.pack_sha256,
    )


@dataclass(frozen=True)
class When:
    """The two clocks of a read about a region: what the world could know by a day, and what this store held by another.

    Whatever of it is asked for is looked up once.
    """

    session: Session
    viewer: Viewer
    region_id: str
    as_of: date
    recorded_as_of: date | None

    @cached_property
    def region(self) -> RegionInfo:
        """The region as its pack says, or said on the day of the record."""
        return region(self.session, self.viewer, self.region_id, recorded_as_of=self.recorded_as_of)

    @property
    def zone(self) -> str:
        """The region's time zone."""
        return self.region.time_zone

    @cached_property
    def recorded(self) -> datetime | None:
        """When the day of the record was over, by the region's present time zone; None: now."""
        if self.recorded_as_of is None:
            return None
        return end_of(self.recorded_as_of, region(self.session, self.viewer, self.region_id).time_zone)

    @cached_property
    def at(self) -> At:
        """The tables as they are, or as they were then."""
        return past.at(self.session, self.recorded)

    @cached_property
    def moment(self) -> datetime:
        """What came before this instant was known."""
        return clock.end_of(self.as_of, self.zone)

    @property
    def acted(self) -> datetime:
        """What people did before this instant counts."""
        return min(self.moment, self.recorded) if self.recorded else self.moment

    def held(self, *clocks: Any) -> tuple[ColumnElement[bool], ...]:
        """The conditions that rows which are only added were in this store by then."""
        return tuple(one < self.recorded for one in clocks) if self.recorded else ()


def when(
    session: Session, viewer: Viewer, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> When:
    """The clocks of a read; refuses who may not read the region, and one not loaded by the day of the record."""
    policy.admit(viewer, region_id)
    asked = When(session, viewer, region_id, as_of, recorded_as_of)
    if recorded_as_of is not None:
        region(session, viewer, region_id, recorded_as_of=recorded_as_of)
    return asked


def everywhere_over(session: Session, viewer: Viewer, day: date | None) -> datetime | None:
    """When a day is over in all regions of a viewer: for what belongs to no region."""
    if day is None:
        return None
    zones = [one.time_zone for one in regions(session, viewer)] or ["UTC"]
    return max(clock.end_of(day, zone) for zone in zones)


def regions(session: Session, viewer: Viewer, *, recorded_as_of: date | None = None) -> list[RegionInfo]:
    """The regions a viewer works on (with `recorded_as_of`: that were loaded by then, as their packs said)."""
    rows = session.scalars(select(Region).order_by(Region.exercise, Region.id)).all()
    allowed = viewer.regions
    ids = [row.id for row in rows if viewer.roles and (allowed is None or row.id in allowed)]
    found = [_read(session, one, recorded_as_of) for one in ids]
    return sorted((one for one in found if one), key=lambda one: (one.exercise, one.id))


def region(
    session: Session, viewer: Viewer, region_id: str, *, recorded_as_of: date | None = None
) -> RegionInfo:
    """One region by its id, as its pack says or said by a day.

    It takes no `as_of`: only its time zone tells what instant ends a day, and a pack knows no past of the world.
    """
    policy.admit(viewer, region_id)
    found = _read(session, region_id, recorded_as_of)
    if found is None:
        loaded = ", ".join(sorted(one.id for one in regions(session, viewer))) or "none"
        then = f" by {recorded_as_of}" if recorded_as_of else ""
        raise BadInput(
            f"no region {region_id!r} is loaded{then} (loaded: {loaded}); load it with: tocsin region load {region_id}"
        )
    return found


def _read(session: Session, region_id: str, recorded_as_of: date | None) -> RegionInfo | None:
    row: Any = session.get(Region, region_id)
    if row is not None and recorded_as_of is not None:
        r = past.at(session, end_of(recorded_as_of, row.time_zone)).of(Region)
        columns = (getattr(r, column.key) for column in Region.__table__.columns)
        row = session.execute(select(*columns).where(r.id == region_id)).first()
    return None if row is None else _info(row)
