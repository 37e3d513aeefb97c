"""What readers chose for themselves, and teams for their regions, as it stood on a day."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import masking, policy
from db.policy import Viewer
from db.queries.common import frame
from db.queries.regions import everywhere_over, when
from db.schema import Setting


def region_settings(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """What a team chose for its region by a day: name, value, reason, by, at; a name without a row was never chosen."""
    seen = policy.admit(viewer, region_id)
    acted = when(session, viewer, region_id, as_of, recorded_as_of).acted
    s = Setting
    newest = (
        select(func.max(s.seq))
        .where(s.region_id == region_id, s.viewer.is_(None), s.at < acted)
        .group_by(s.name)
    )
    asked = select(s.name, s.value, s.reason, s.by, s.at).where(s.seq.in_(newest)).order_by(s.name)
    rows = frame(session, asked)
    rows["value"] = pd.Series([one.get("is") for one in rows["value"]], dtype=object, index=rows.index)
    return masking.unsigned(rows, seen)


def own_settings(
    session: Session, viewer: Viewer, *, as_of: date, recorded_as_of: date | None = None
) -> dict[str, Any]:
    """What this reader chose for themselves by a day, by name; nobody reads another's."""
    policy.admit_anywhere(viewer)
    s = Setting
    asked = select(s.name, s.value).where(s.viewer == viewer.name[:64], s.region_id.is_(None))
    for day in (as_of, recorded_as_of):
        if (over := everywhere_over(session, viewer, day)) is not None:
            asked = asked.where(s.at < over)
    return {name: value.get("is") for name, value in session.execute(asked.order_by(s.seq))}
