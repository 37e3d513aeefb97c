"""What a briefing is asked to be about: a community, a group or a district, a span of days, for whom."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from db import queries
from db.errors import BadInput
from db.policy import Viewer
from db.queries import RegionInfo
from db.vocab import Audience, Precision

COMMUNITY, GROUP, DISTRICT = "community", "group", "district"
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for; `ids` is a hand-picked set of incidents (None: all there are)."""

    region_id: str
    about: str
    as_of: date
    since: date
    audience: Audience = Audience.INTERNAL
    precision: Precision | None = None
    ids: tuple[str, ...] | None = None
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # the author's own, by language


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or where a briefing is about: its kind, id and names, its communities, and where they live."""

    kind: str
    id: str
    row: Record
    communities: tuple[Record, ...]
    governorate_ids: tuple[str, ...]
    district_ids: tuple[str, ...]
    group: str | None = None


def subject(session: Session, viewer: Viewer, region: RegionInfo, about: str, as_of: date) -> Subject:
    """Whom or where a text means: the id or the exact name of a community, a group or a district."""
    days: dict[str, Any] = {"region_id": region.id, "as_of": as_of}
    homes = queries.communities(session, viewer, **days).to_dict("records")
    areas = queries.areas(session, viewer, **days)
    districts = areas[areas["kind"] == DISTRICT].to_dict("records")
    named = _names(homes, region, districts)
    found = named.get(about) or named.get(about.strip().casefold())
    if found is None:
        near = difflib.get_close_matches(about.casefold(), list(named), n=3)
        raise BadInput(
            f"no community, group or district {about[:60]!r} is known"
            f"{'; did you mean: ' * bool(near)}{', '.join(near)}. `tocsin scores` lists the communities"
        )
    kind, name = found
    if kind == COMMUNITY:
        return _of(kind, name, next(one for one in homes if one["community_id"] == name), homes)
    if kind == GROUP:
        return _of(kind, name, region.groups[name], homes)
    row = next(one for one in districts if one["area_id"] == name)
    here = tuple(one for one in homes if name in one["district_ids"])
    return Subject(kind, name, row, here, (str(row["parent_area_id"]),), (name,))


def _of(kind: str, name: str, row: Record, homes: list[Any]) -> Subject:
    group = name if kind == GROUP else str(row["group"])
    own = [one for one in homes if name in (one["community_id"], one["group"])]
    governorates = sorted({unit for one in own for unit in one["governorate_ids"]})
    districts = sorted({unit for one in own for unit in one["district_ids"]})
    return Subject(kind, name, row, tuple(own), tuple(governorates), tuple(districts), group)


def _names(homes: list[Any], region: RegionInfo, districts: list[Any]) -> dict[str, tuple[str, str]]:
    """All ids and names that are understood; a name that two share means neither."""
    listed = [(DISTRICT, str(one["area_id"]), one) for one in districts]
    listed += [(GROUP, name, row) for name, row in region.groups.items()]
    listed += [(COMMUNITY, str(one["community_id"]), one) for one in homes]
    named: dict[str, tuple[str, str]] = {}
    for kind, name, row in listed:
        for word in (row.get("name"), row.get("name_ar")):
            if isinstance(word, str):
                named[word.casefold()] = (kind, name)
    return named | {name: (kind, name) for kind, name, _ in listed}
