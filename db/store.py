"""Writes: the few ways in which the record changes. Every one is idempotent; the caller brings the time."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db import audit, bulk, engine, opening, past, plans, policy, revisions
from db.errors import BadInput, TocsinError
from db.forecasts import save_analogues as save_analogues
from db.forecasts import save_count_forecasts as save_count_forecasts
from db.forecasts import save_covariates as save_covariates
from db.forecasts import save_drift as save_drift
from db.forecasts import save_model as save_model
from db.forecasts import save_promotion as save_promotion
from db.forecasts import save_score_changes as save_score_changes
from db.forecasts import save_scores as save_scores
from db.forecasts import save_verifications as save_verifications
from db.forecasts import score_id as score_id
from db.ids import content_id
from db.packs import Pack
from db.places import Gazetteer, normalise
from db.policy import Viewer
from db.records import ModelRecord as ModelRecord
from db.schema import (
    Area,
    Community,
    CommunityPlace,
    JobRun,
    Place,
    PlaceAlias,
    Region,
    Source,
)
from db.vocab import AccessAct, AreaKind, Entity, PlaceLevel, RunStatus, Sensitivity

LINES = (AreaKind.GOVERNORATE, AreaKind.DISTRICT)


def load_region(session: Session, pack: Pack, now: datetime) -> bool:
    """Take a checked pack into the store; True when anything changed. Nothing is deleted.

    Places and communities that a newer pack no longer names stay (their incidents point at
    them), but their areas are no longer forecast.
    """
    stored = session.get(Region, pack.region_id)
    if stored is not None and stored.pack_sha256 == pack.sha256:
        return False
    _refuse_foreign(session, pack)
    _note_change(session, pack, stored, now)
    with past.keeping(session, pack.region_id, now):
        _load(session, pack, now)
    plans.follow_pack(session, pack.region_id, pack.actions, now)
    return True


def _load(session: Session, pack: Pack, now: datetime) -> None:
    session.merge(
        Region(
            id=pack.region_id,
            title=str(pack.settings["title"]),
            title_ar=pack.settings.get("title_ar"),
            exercise=bool(pack.settings.get("exercise", False)),
            time_zone=str(pack.settings["time_zone"]),
            settings=pack.settings,
            pack_sha256=pack.sha256,
            loaded_at=now,
        )
    )
    session.flush()
    _load_places(session, pack)
    _load_sources(session, pack)
    _load_communities(session, pack)
    session.flush()
    _load_areas(session, pack)
    session.flush()


def _note_change(session: Session, pack: Pack, stored: Region | None, now: datetime) -> None:
    """A pack that is loaded again changes the record; the history says so."""
    if stored is None:
        return
    engine.queue(session.connection(), "incidents")  # before the turn of revisions, as everywhere
    change = (Entity.REGION, pack.region_id, "pack", stored.pack_sha256, pack.sha256)
    revisions.note(session, *change, reason="the region pack was loaded again", by="region load", now=now)


def _refuse_foreign(session: Session, pack: Pack) -> None:
    """Ids are unique across regions: a pack may not take over what another one brought."""
    for table, rows in ((Place, pack.places), (Community, pack.communities)):
        ids = {row["id"] for row in rows}
        found = session.execute(select(table.id, table.region_id).where(table.region_id != pack.region_id))
        taken = {row_id: region for row_id, region in found if row_id in ids}
        if taken:
            named, region = ", ".join(sorted(taken)[:5]), next(iter(taken.values()))
            raise BadInput(
                f"{len(taken)} ids of this pack belong to the region {region} ({named}); give them ids of "
                "their own, or load the pack under that region's name"
            )


def _load_places(session: Session, pack: Pack) -> None:
    order = list(PlaceLevel)
    polygons = dict(
        session.execute(select(Place.id, Place.polygon).where(Place.region_id == pack.region_id)).all()
    )
    for row in sorted(pack.places, key=lambda place: order.index(place["level"])):
        facts = {k: v for k, v in row.items() if k not in {"number", "aliases"}}
        inhabited = row["level"] in (PlaceLevel.SETTLEMENT, PlaceLevel.QUARTER)
        session.merge(
            Place(
                **facts,
                region_id=pack.region_id,
                polygon=polygons.get(row["id"]),
                origin=None,
                sensitivity=Sensitivity.INTERNAL if inhabited else Sensitivity.PUBLIC,
            )
        )
        session.flush()
    # Names of places that left the pack go too: two places by one name would mean neither is picked.
    # Places that came in a gazetteer file (with an origin) keep theirs.
    gone = select(Place.id).where(Place.region_id == pack.region_id, Place.origin.is_(None))
    session.execute(delete(PlaceAlias).where(PlaceAlias.place_id.in_(gone)))
    bulk.insert(session, PlaceAlias, [alias for row in pack.places for alias in _aliases(row)])


def _aliases(row: Mapping[str, Any]) -> list[dict[str, str]]:
    names = dict.fromkeys([row["name"], row["name_ar"], row["code"], *row["aliases"]])
    return [
        {"place_id": row["id"], "alias": name[:255], "normalised": normalise(name)} for name in names if name
    ]


def _load_sources(session: Session, pack: Pack) -> None:
    graded = set(
        session.scalars(
            select(Source.code).where(Source.region_id == pack.region_id, Source.graded_by.is_not(None))
        )
    )
    opened = opening.settled(session, pack.region_id)
    for row in pack.sources:
        # What a person graded a source, or who may read it, stands against the pack.
        left_out = {"number"} | ({"reliability"} if row["code"] in graded else set())
        left_out |= {"reports_as"} if row["code"] in opened else set()
        facts = {k: v for k, v in row.items() if k not in left_out}
        session.merge(Source(id=source_id(pack.region_id, row["code"]), region_id=pack.region_id, **facts))
    session.flush()


@lru_cache(maxsize=10_000)
def source_id(region_id: str, code: str) -> str:
    """The id of a source within a region."""
    return content_id("source", region_id, code)


def _load_communities(session: Session, pack: Pack) -> None:
    for row in pack.communities:
        facts = {k: v for k, v in row.items() if k not in {"number", "homes"}}
        session.merge(Community(**facts, region_id=pack.region_id, sensitivity=Sensitivity.INTERNAL))
    session.flush()
    ids = [row["id"] for row in pack.communities]
    session.execute(delete(CommunityPlace).where(CommunityPlace.community_id.in_(ids)))
    homes = {(row["id"], home.place_id): home for row in pack.communities for home in row["homes"]}
    bulk.insert(
        session,
        CommunityPlace,
        [
            {
                "community_id": community,
                "place_id": place,
                "presence": home.presence,
                "radius_km": home.radius_km,
                "sensitivity": Sensitivity.RESTRICTED,
            }
            for (community, place), home in homes.items()
        ],
    )


def _load_areas(session: Session, pack: Pack) -> None:
    gazetteer = Gazetteer.of(session, pack.region_id)
    session.execute(update(Area).where(Area.region_id == pack.region_id).values(active=False))
    for kind in LINES:
        for row in pack.places:
            if row["level"].value == kind.value:
                above = gazetteer.ancestor(row["parent_id"], PlaceLevel.GOVERNORATE)
                session.merge(_area(pack, row["id"], kind, above, place_id=row["id"]))
        session.flush()
    for row in pack.communities:
        parents = {g for h in row["homes"] if (g := gazetteer.ancestor(h.place_id, PlaceLevel.GOVERNORATE))}
        parent = parents.pop() if len(parents) == 1 else None
        session.merge(_area(pack, row["id"], AreaKind.COMMUNITY, parent, community_id=row["id"]))


def _area(pack: Pack, area_id: str, kind: AreaKind, parent: str | None, **subject: str) -> Area:
    return Area(
        id=area_id,
        region_id=pack.region_id,
        kind=kind,
        place_id=subject.get("place_id"),
        community_id=subject.get("community_id"),
        parent_area_id=parent,
        active=True,
    )


def save_polygon(session: Session, place_id: str, polygon: str) -> None:
    """Give a place its outline (GeoJSON geometry)."""
    session.execute(update(Place).where(Place.id == place_id).values(polygon=polygon))


def start_run(session: Session, command: str, now: datetime, token: str) -> str:
    """Note that a job has begun, so that pages can show what is being prepared."""
    run = JobRun(
        id=content_id("run", command, now.isoformat(), token),
        command=command,
        started_at=now,
        seen_at=now,
        finished_at=None,
        status=RunStatus.RUNNING,
        step="",
        done=0,
        total=0,
        message=None,
    )
    session.add(run)
    session.flush()
    return run.id


def note_run(session: Session, run_id: str, now: datetime, step: str, done: int, total: int) -> None:
    """Note how far a running job is; one that somebody stopped goes no further."""
    refuse_stopped(session, run_id)
    session.execute(
        update(JobRun).where(JobRun.id == run_id).values(seen_at=now, step=step, done=done, total=total)
    )


def refuse_stopped(session: Session, run_id: str) -> None:
    """End a job that somebody stopped."""
    if session.scalar(select(JobRun.finished_at).where(JobRun.id == run_id)) is not None:
        raise TocsinError("somebody stopped this job; what its last step had not finished was not kept")


def stop_run(session: Session, viewer: Viewer, run_id: str, *, by: str, now: datetime) -> None:
    """Stop a job at its next pause; whoever runs models or administers may, also where it died without a word."""
    policy.may_stop(viewer)
    row = session.get(JobRun, run_id)
    if row is None or row.finished_at is not None:
        raise BadInput(f"no job {run_id!r} is running; look at the list again")
    row.finished_at, row.status, row.message = now, RunStatus.FAILED, f"stopped by {revisions.named(by)}"
    session.flush()
    audit.note(session, viewer.name, AccessAct.CHANGE, "job stop", told={"id": run_id}, now=now)


def end_run(session: Session, run_id: str, now: datetime, *, error: str | None = None) -> None:
    """Note how a job ended, unless somebody stopped it before."""
    status = RunStatus.FAILED if error else RunStatus.DONE
    session.execute(
        update(JobRun)
        .where(JobRun.id == run_id, JobRun.finished_at.is_(None))
        .values(seen_at=now, finished_at=now, status=status, message=error)
    )
