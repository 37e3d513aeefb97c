"""Mappings that were used are kept, and recognised by the columns of the next table of the same kind."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import revisions
from db.ids import content_id
from db.importers import mapping
from db.importers.mapping import Spec
from db.schema import Mapping
from db.vocab import Entity


def keep(
    session: Session, region_id: str, name: str, spec: Spec, columns: Sequence[str], *, by: str, now: datetime
) -> str:
    """Keep a mapping under a name; what is kept already is not kept twice. Returns its id."""
    newest = _newest(session, region_id, name)
    if newest is not None and mapping.from_dict(newest.spec).digest == spec.digest:
        return newest.id
    row = Mapping(
        id=content_id("mapping", region_id, name, spec.digest, now.isoformat()),
        region_id=region_id,
        name=name[:64],
        columns_sha256=mapping.columns_digest(columns),
        spec=mapping.to_dict(spec),
        by=by,
        at=now,
    )
    session.add(row)
    session.flush()
    before = newest.spec if newest is not None else None
    why = "kept with an import"
    revisions.note(session, Entity.MAPPING, row.id, "spec", before, row.spec, reason=why, by=by, now=now)
    return row.id


def named(session: Session, region_id: str, name: str) -> Spec | None:
    """The newest mapping of a name, the program's own included."""
    newest = _newest(session, region_id, name)
    if newest is not None:
        return mapping.from_dict(newest.spec, name)
    path = mapping.shipped().get(name)
    return mapping.read(path) if path else None


def recognised(session: Session, region_id: str, columns: Sequence[str]) -> tuple[str, Spec] | None:
    """The newest mapping of a table with these very columns, with its name."""
    digest = mapping.columns_digest(columns)
    newest = session.scalars(
        select(Mapping)
        .where(Mapping.region_id == region_id, Mapping.columns_sha256 == digest)
        .order_by(Mapping.at.desc(), Mapping.id)
        .limit(1)
    ).first()
    if newest is not None:
        return newest.name, mapping.from_dict(newest.spec, newest.name)
    for name, path in mapping.shipped().items():
        spec = mapping.read(path)
        if spec.table and mapping.columns_digest(spec.table) == digest:
            return name, spec
    return None


def listed(session: Session, region_id: str) -> list[str]:
    """The names of all mappings that can be asked for."""
    kept = session.scalars(select(Mapping.name).where(Mapping.region_id == region_id).distinct())
    return sorted({*kept, *mapping.shipped()})


def _newest(session: Session, region_id: str, name: str) -> Mapping | None:
    return session.scalars(
        select(Mapping)
        .where(Mapping.region_id == region_id, Mapping.name == name[:64])
        .order_by(Mapping.at.desc(), Mapping.id)
        .limit(1)
    ).first()
