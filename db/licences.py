"""Whose reports may be learnt from: a source's terms may forbid it, and then models leave it out.

A region clears a source after somebody has read its terms: `train_on = ["acled"]` in region.toml.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from db import past, tombstones
from db.past import At
from db.schema import Incident, Report, ReportIncident, Source

ACLED_NOTICE = (
    "ACLED's terms forbid passing its data on and may restrict the training of models: its reports are "
    "shown but no model sees them. Once somebody has checked the terms, write train_on = ['acled'] into "
    "region.toml and load the region again"
)
NOT_FOR_TRAINING: dict[str, str] = {"acled": ACLED_NOTICE}
"""Codes of sources that models leave out unless the region clears them, with the notice that says so."""


NOT_TO_PASS_ON = frozenset({"acled"})
"""Codes of sources whose terms forbid passing their data on."""


def barred(settings: Mapping[str, Any]) -> frozenset[str]:
    """The codes of the sources that models may not see in a region with these settings."""
    return frozenset(NOT_FOR_TRAINING) - frozenset(settings.get("train_on") or ())


def notice(code: str | None, settings: Mapping[str, Any]) -> str | None:
    """What to tell somebody who takes in this source's data; None where nothing is barred."""
    return NOT_FOR_TRAINING.get(code or "") if code in barred(settings) else None


def travels(session: Session, region_id: str) -> str | None:
    """What to tell somebody who writes a region's data to a file: whose terms forbid passing it on, if any."""
    asked = select(Source.name).where(Source.region_id == region_id, Source.code.in_(sorted(NOT_TO_PASS_ON)))
    here = asked.where(select(Report.id).where(Report.source_id == Source.id).exists())
    names = sorted(session.scalars(here))
    if not names:
        return None
    return f"it may hold what {', '.join(names)} told, whose terms forbid passing it on: keep it in the team"


def seen_by_models(
    session: Session,
    region_id: str,
    versions: pd.DataFrame,
    settings: Mapping[str, Any],
    at: At = past.LIVE,
) -> pd.DataFrame:
    """Versions of incidents without those that rest on barred sources alone.

    Columns incident_id and known_from: a version is left out while no other source had told of its
    incident. Once one has, it stays, with the figures of all.
    """
    ours = and_(Source.region_id == region_id, Source.code.in_(sorted(barred(settings))))
    told = _told(session, ours, at)
    if told.empty:
        return versions
    since = versions["incident_id"].map(told["since"])
    concerned = versions["incident_id"].isin(told.index)
    known = pd.to_datetime(versions["known_from"], utc=True)
    seen = ~concerned | (since.notna() & (pd.to_datetime(since, utc=True) <= known))
    return versions[seen].reset_index(drop=True)


def _told(session: Session, ours: ColumnElement[bool], at: At) -> pd.DataFrame:
    """By incident of a barred source: since when another source has told of it (NaT: none has)."""
    i, r = at.of(Incident), at.of(Report)
    under = func.coalesce(i.merged_into, i.id)
    held = r.recorded_at < at.recorded if at.recorded else true()
    by_barred = _accounts(select(under).distinct().where(ours, held), at, i, r)
    ids = sorted(session.scalars(by_barred))
    if not ids:  # nearly always: nothing more is asked
        return pd.DataFrame({"since": []})
    others = _accounts(
        select(under, func.min(r.available_at))
        .where(~ours, under.in_(ids), tombstones.standing(at.recorded, report=r), held)
        .group_by(under),
        *(at, i, r),
    )
    since = dict(session.execute(others).all())
    return pd.DataFrame({"since": [since.get(one) for one in ids]}, index=pd.Index(ids, dtype=object))


def _accounts(statement: Any, at: At, i: type[Incident], r: type[Report]) -> Any:
    a = at.of(ReportIncident)
    return (
        statement.select_from(a)
        .join(r, r.id == a.report_id)
        .join(Source, Source.id == r.source_id)
        .join(i, i.id == a.incident_id)
    )
