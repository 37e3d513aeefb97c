"""What the models read: versions of incidents with their clocks, and the areas they count in."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import licences, policy, reach
from db.policy import Viewer
from db.queries.common import frame, held, local_day, unsought
from db.queries.regions import When, when
from db.schema import IncidentVersion, Link, Place
from db.vocab import RUNG, IncidentType

DISTRICT_PREC, GOVERNORATE_PREC, FUZZY_PREC = 3, 4, 5
_EVENT_COLUMNS = ["version_id", "incident_id", "day", "known_day", "until_day", "type", "rung"]
_EVENT_COLUMNS += ["date_prec", "geo_prec", "deaths", "civilians"]


def panel_events(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
) -> pd.DataFrame:
    """One row a version of an incident known by `as_of`, with the days between which it was the newest.

    Columns: version_id (row number), incident_id, day (the incident's end, on which it counts),
    known_day (first as_of that sees it), until_day (NaT, or first as_of that sees a newer one),
    type, rung, date_prec, geo_prec, deaths and civilians (NaN: unknown).
    """
    rows = _versions(session, viewer, region_id, as_of, recorded_as_of)
    zone = when(session, viewer, region_id, as_of, recorded_as_of).zone
    events = pd.DataFrame(
        {
            "version_id": np.arange(len(rows)),
            "incident_id": rows["incident_id"].astype(str),
            "day": pd.to_datetime(rows["date_end"]).astype("datetime64[s]"),
            "known_day": local_day(rows["known_from"], zone),
            "until_day": local_day(rows["known_until"], zone),
            "type": [str(t) for t in rows["incident_type"]],
            "rung": [RUNG[IncidentType(t)].value for t in rows["incident_type"]],
            "date_prec": rows["date_prec"].astype(int),
            "geo_prec": rows["geo_prec"].astype(int),
            "deaths": rows["deaths"].astype(float),
            "civilians": rows["civilians"].astype(float),
        }
    )
    events["until_day"] = events["until_day"].where(events["until_day"] <= pd.Timestamp(as_of))
    return events[_EVENT_COLUMNS]


def _versions(
    session: Session, viewer: Viewer, region_id: str, as_of: date, recorded_as_of: date | None
) -> pd.DataFrame:
    """The versions a panel rests on, in a fixed order that all panel reads share.

    What only sources tell that are not cleared for training is left out (`db.licences`).
    """
    seen = policy.admit_to_panel(viewer, region_id)
    asked, v = when(session, viewer, region_id, as_of, recorded_as_of), IncidentVersion
    rows = frame(
        session,
        select(
            *(v.id, v.incident_id, v.known_from, v.known_until, v.incident_type, v.date_end, v.date_prec),
            *(v.geo_prec, v.deaths, v.civilians, v.governorate_id, v.district_id),
        )
        .where(
            v.region_id == region_id,
            unsought(v.known_from) < asked.moment,
            reach.versions(seen),
            held(asked.recorded),
        )
        .order_by(v.known_from, v.incident_id, v.id),
    )
    return licences.seen_by_models(session, region_id, rows, asked.region.settings, asked.at)


def panel_members(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
) -> pd.DataFrame:
    """Which areas each version counts in, at its own precision: version_id, area_id.

    Districts and settlements count what is known to the district (`geo_prec` <= 3), governorates
    and communities that are a whole governorate also what is known only to it (4).
    """
    rows = _versions(session, viewer, region_id, as_of, recorded_as_of)
    districts = rows["district_id"].where(rows["geo_prec"] <= DISTRICT_PREC)
    governorates = rows["governorate_id"].where(rows["geo_prec"] <= GOVERNORATE_PREC)
    communities = _links(session, viewer, region_id, rows, counted=True)
    return _stack([_units(districts), _units(governorates), communities])


def panel_parents(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
) -> pd.DataFrame:
    """Which smaller areas an imprecise version may concern without counting in them: version_id, area_id."""
    rows = _versions(session, viewer, region_id, as_of, recorded_as_of)
    fuzzy = rows["geo_prec"].isin([GOVERNORATE_PREC, FUZZY_PREC])
    governorates = _units(rows["governorate_id"].where(fuzzy)).rename(columns={"area_id": "parent_id"})
    inside = _districts(session, when(session, viewer, region_id, as_of, recorded_as_of))
    districts = governorates.merge(inside, on="parent_id")[["version_id", "area_id"]]
    return _stack([districts, _links(session, viewer, region_id, rows, counted=False)])


def _districts(session: Session, asked: When) -> pd.DataFrame:
    p = asked.at.of(Place)
    child = select(p.id.label("area_id"), p.parent_id)
    return frame(session, child.where(p.region_id == asked.region_id, p.level == "district"))


def _units(places: pd.Series) -> pd.DataFrame:
    known = places[places.notna()]
    return pd.DataFrame({"version_id": known.index, "area_id": known.to_numpy()})


def _links(
    session: Session, viewer: Viewer, region_id: str, versions: pd.DataFrame, *, counted: bool
) -> pd.DataFrame:
    seen = policy.admit_to_panel(viewer, region_id)
    number = pd.Series(versions.index, index=versions["id"])
    rows = frame(
        session,
        select(Link.version_id.label("id"), Link.community_id.label("area_id"))
        .join(IncidentVersion, IncidentVersion.id == Link.version_id)
        .where(IncidentVersion.region_id == region_id, Link.counted.is_(counted))
        .where(reach.of_community(Link.community_id, seen))
        .order_by(Link.id),
    )
    rows = rows[rows["id"].isin(number.index)]
    return pd.DataFrame(
        {"version_id": number.reindex(rows["id"]).to_numpy(), "area_id": rows["area_id"].to_numpy()}
    )


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)] or [pd.DataFrame({"version_id": [], "area_id": []})]
    stacked = pd.concat(filled, ignore_index=True).drop_duplicates()
    return stacked.astype({"version_id": int, "area_id": str}).sort_values(
        ["version_id", "area_id"], ignore_index=True
    )


def data_versions(
    events: pd.DataFrame, members: pd.DataFrame, parents: pd.DataFrame, days: Sequence[date]
) -> dict[date, str]:
    """For each day a short digest of all that was known as of it: the same facts, the same digest."""
    sums = _row_digests(events, members, parents)
    known = events["known_day"].to_numpy().astype("datetime64[D]")
    until = events["until_day"].to_numpy().astype("datetime64[D]")
    versions = {}
    for day in days:
        at = np.datetime64(day, "D")
        active = (known <= at) & (np.isnat(until) | (until > at))
        total = sums[active].sum(axis=0, dtype=np.uint64)
        versions[day] = hashlib.blake2b(total.tobytes(), digest_size=8).hexdigest()
    return versions


def _row_digests(events: pd.DataFrame, members: pd.DataFrame, parents: pd.DataFrame) -> np.ndarray[Any, Any]:
    """One 64-bit number a version over its facts and its areas, not over its clocks."""
    facts = pd.util.hash_pandas_object(
        events.drop(columns=["version_id", "known_day", "until_day"]), index=False
    )
    total = facts.to_numpy(np.uint64).copy()
    for part, salt in ((members, 1), (parents, 2)):
        if len(part):
            tie = pd.util.hash_pandas_object(part["area_id"], index=False).to_numpy(np.uint64)
            weight = total[part["version_id"].to_numpy()] * np.uint64(2 * salt + 1)
            np.add.at(total, part["version_id"].to_numpy(), tie * (weight | np.uint64(1)))
    return total


def data_version(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> str:
    """The digest of all that was known of a region as of one day."""
    where = {"region_id": region_id, "as_of": as_of, "recorded_as_of": recorded_as_of}
    events = panel_events(session, viewer, **where)  # type: ignore[arg-type]
    members = panel_members(session, viewer, **where)  # type: ignore[arg-type]
    parents = panel_parents(session, viewer, **where)  # type: ignore[arg-type]
    return data_versions(events, members, parents, [as_of])[as_of]
