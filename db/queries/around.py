"""Versions of incidents with what stands around them: the names of their places, and whose words they are."""

from typing import Any

from sqlalchemy import Select, select

from db import past, reach
from db.past import At
from db.policy import Sight
from db.queries.common import known, unsought
from db.queries.regions import When
from db.schema import IncidentVersion, Place, Report, Source

_v = IncidentVersion
_BELIEVED = (
    *(_v.incident_id, _v.id.label("version_id"), _v.incident_type, _v.summary, _v.date_start, _v.date_end),
    *(_v.date_prec, _v.place_text, _v.place_id, _v.district_id, _v.governorate_id, _v.lat, _v.lon),
    *(_v.geo_prec, _v.geo_method, _v.deaths_low, _v.deaths, _v.deaths_high, _v.civilians, _v.reports),
    *(_v.independent_sources, _v.deaths_unknown, _v.figures, _v.attributions, _v.grade),
    *(_v.verification_reason, _v.verification, _v.flags, _v.sensitivity, _v.known_from, _v.recorded_at),
    _v.figure_rule,
)
NUMBERS = ("lat", "lon", "deaths_low", "deaths", "deaths_high", "civilians")
WORDS = ("incident_type", "geo_method", "verification", "sensitivity", "figure_rule")


class Around:
    """The places of incidents, and the source whose report's title the summary may be, as of a read."""

    def __init__(self, at: At) -> None:
        self.district, self.governorate, self.spot = at.of(Place), at.of(Place, 1), at.of(Place, 2)
        self.lead, self.voice = past.LIVE.of(Report), at.of(Source)

    def placed(self, *more: Any) -> Select[Any]:
        """All that is told of versions of incidents, with the names of their places, and what else is asked."""
        district, governorate, spot = self.district, self.governorate, self.spot
        named = (
            *(district.name.label("district"), district.name_ar.label("district_ar")),
            *(governorate.name.label("governorate"), governorate.name_ar.label("governorate_ar")),
            *(spot.name.label("place_name"), spot.name_ar.label("place_name_ar")),
            self.voice.protected.label("lead_protected"),
        )
        return (
            select(*_BELIEVED, *named, *more)
            .outerjoin(district, district.id == _v.district_id)
            .outerjoin(governorate, governorate.id == _v.governorate_id)
            .outerjoin(spot, spot.id == _v.place_id)
            .join(self.lead, self.lead.id == _v.report_id)
            .join(self.voice, self.voice.id == self.lead.source_id)
        )

    def known(self, seen: Sight, asked: When, *, named: bool = False) -> Select[Any]:
        """The versions known at the moment of a read that a viewer may see; `named` by what else is asked of them."""
        return self.placed().where(
            (unsought(_v.region_id) if named else _v.region_id) == asked.region_id,
            known(asked.moment, asked.recorded),
            reach.versions(seen),
        )

    def bare(self, seen: Sight, asked: When, *, swept: bool = False) -> Select[Any]:
        """The same versions alone, to be counted: by an index that holds all it takes, or `swept` from end to end."""
        mine = (unsought(_v.region_id) if swept else _v.region_id) == asked.region_id
        return select(_v.region_id).where(mine, known(asked.moment, asked.recorded), reach.versions(seen))
