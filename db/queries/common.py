"""What the reads share: turning statements into frames, and "known as of" into conditions."""

from datetime import date, datetime

import pandas as pd
from sqlalchemy import ColumnElement, Executable, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from db import clock, past
from db.lookups import unsought as unsought
from db.past import At
from db.schema import Area, Community, IncidentVersion, Place, Score


def frame(session: Session, statement: Executable) -> pd.DataFrame:
    """The rows of a statement as a data frame with the statement's column names."""
    result = session.execute(statement)
    names = list(result.keys())
    rows = result.all()
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return pd.DataFrame({n: pd.Series(list(c), dtype=object) for n, c in zip(names, columns, strict=True)})


def plain(rows: pd.DataFrame, *, numbers: tuple[str, ...] = (), words: tuple[str, ...] = ()) -> pd.DataFrame:
    """Give columns their natural types: numbers as floats with NaN for unknown, enumerations as text."""
    for name in numbers:
        rows[name] = rows[name].astype(float)
    for name in words:
        rows[name] = [None if v is None else str(v) for v in rows[name]]
    return rows


def fills(session: Session, region_id: str) -> bool:
    """Whether a region holds so much of a store that reading all rows, one after the other, beats an index.

    An index gives rows in another order than they lie in, which takes four times as long a row on SQLite.
    PostgreSQL decides that by itself.
    """
    if session.get_bind().dialect.name != "sqlite":
        return False
    held = select(func.count()).select_from(IncidentVersion)
    mine = session.scalar(held.where(IncidentVersion.region_id == region_id)) or 0
    return 4 * mine >= (session.scalar(held) or 0)


def known(moment: datetime, recorded: datetime | None = None) -> ColumnElement[bool]:
    """The condition that a version of an incident is the one known just before a moment.

    With `recorded` it is the one that this store held just before that other moment.
    """
    v = IncidentVersion
    return and_(
        unsought(v.known_from) < moment,
        or_(v.known_until.is_(None), v.known_until >= moment),
        held(recorded),
    )


def held(recorded: datetime | None, v: type[IncidentVersion] = IncidentVersion) -> ColumnElement[bool]:
    """The condition that this store holds a version now, or held it just before a moment."""
    if recorded is None:
        return unsought(v.recorded_until).is_(None)
    return and_(
        unsought(v.recorded_at) < recorded, or_(v.recorded_until.is_(None), v.recorded_until >= recorded)
    )


def earlier() -> ColumnElement[bool]:
    """The condition that a score of the same question was issued before; an index holds all that it takes."""
    s, e = Score, aliased(Score)
    same = (e.target == s.target, e.horizon_days == s.horizon_days, e.as_of == s.as_of)
    before = or_(e.issued_at < s.issued_at, and_(e.issued_at == s.issued_at, e.id < s.id))
    mine = (e.area_id == s.area_id, e.live == s.live)
    return select(e.id).where(*same, *mine, before).correlate(s).exists()


def end_of(day: date | None, zone: str) -> datetime | None:
    """The instant at which a day is over in a time zone, an instant as it is; None where no day is asked for."""
    if isinstance(day, datetime):
        return day
    return clock.end_of(day, zone) if day else None


def iso(day: date | None) -> str | None:
    """A day as text."""
    return day.isoformat() if day else None


def area_names(session: Session, region_id: str, at: At = past.LIVE) -> pd.DataFrame:
    """What the areas of a region are: area_id, kind, name, name_ar, group, parent_area_id."""
    area, community, place = at.of(Area), at.of(Community), at.of(Place)
    name = func.coalesce(community.name, place.name).label("name")
    name_ar = func.coalesce(community.name_ar, place.name_ar).label("name_ar")
    rows = frame(
        session,
        select(
            area.id.label("area_id"),
            area.kind,
            name,
            name_ar,
            community.group.label("group"),
            area.parent_area_id,
        )
        .outerjoin(community, community.id == area.community_id)
        .outerjoin(place, place.id == area.place_id)
        .where(area.region_id == region_id),
    )
    return plain(rows, words=("kind",))


def local_day(instants: pd.Series, zone: str) -> pd.Series:
    """The calendar day of each instant in a region."""
    utc = pd.to_datetime(instants, utc=True)
    return utc.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize().astype("datetime64[s]")
