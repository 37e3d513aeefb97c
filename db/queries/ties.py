"""Which incidents are tied to which communities: many communities in one read, and nothing else of the incidents."""

from collections.abc import Collection
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from db import policy, reach
from db.policy import Sight, Viewer
from db.queries.areas import homes_of
from db.queries.common import frame, known, unsought
from db.queries.regions import When, when
from db.schema import IncidentVersion, Link

_v = IncidentVersion
COLUMNS = ("incident_id", "version_id", "date_end", "community_id", "counted")


def ties(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    community_ids: Collection[str],
    recorded_as_of: date | None = None,
    since: date | None = None,
    counted: bool | None = None,
) -> pd.DataFrame:
    """The ties that `incidents` tells of each community: incident_id, version_id, date_end, community_id, counted."""
    seen = policy.admit(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    tied = _linked if seen.settlements else _in_districts
    rows = tied(session, seen, asked, sorted(set(community_ids)), since)
    rows["counted"] = rows["counted"].astype(bool)
    kept = rows if counted is None else rows[rows["counted"] == counted]
    return kept[list(COLUMNS)].sort_values(["incident_id", "community_id"], ignore_index=True)


def _linked(session: Session, seen: Sight, asked: When, ids: list[str], since: date | None) -> pd.DataFrame:
    """The ties as the record holds them."""
    chosen = _known(seen, asked, since, Link.community_id, Link.counted)
    here = (Link.community_id.in_(ids), reach.of_community(Link.community_id, seen))
    return frame(session, chosen.join(Link, Link.version_id == _v.id).where(*here))


def _in_districts(
    session: Session, seen: Sight, asked: When, ids: list[str], since: date | None
) -> pd.DataFrame:
    """What readers of districts are told in their place: all of a community's districts, and what may lie there."""
    lived = homes_of(session, seen, asked.region_id, ids, asked.at)
    districts = sorted({one for _, inside in lived.values() for one in inside})
    governorates = sorted({one for above, _ in lived.values() for one in above})
    chosen = _known(seen, asked, since, _v.district_id, _v.governorate_id)
    vague = _v.district_id.is_(None) & _v.governorate_id.in_(governorates)
    rows = frame(session, chosen.where(or_(_v.district_id.in_(districts), vague)))
    parts = []
    for name, (above, inside) in lived.items():
        here = rows["district_id"].isin(inside)
        unsure = rows["district_id"].isna() & rows["governorate_id"].isin(above)
        parts.append(rows.assign(community_id=name, counted=here)[here | unsure])
    return pd.concat(parts, ignore_index=True) if parts else rows.assign(community_id=None, counted=False)


def _known(seen: Sight, asked: When, since: date | None, *more: Any) -> Select[Any]:
    """The versions known at the moment of a read that a viewer may see, with their last days as they are shown."""
    end = reach.shown_end(seen, asked.as_of)
    mine = (
        unsought(_v.region_id) == asked.region_id,
        known(asked.moment, asked.recorded),
        reach.versions(seen),
    )
    chosen = select(_v.incident_id, _v.id.label("version_id"), end.label("date_end"), *more).where(*mine)
    return chosen.where(end >= since) if since else chosen
