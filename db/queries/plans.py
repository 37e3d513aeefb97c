"""The team's own plan for a level, as it stood on a day."""

from datetime import date

import pandas as pd
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import masking, policy
from db.policy import Viewer
from db.queries.common import frame
from db.queries.regions import when
from db.schema import ActionStep

_COLUMNS = ("level", "audience", "position", "step", "step_ar", "owner_role", "contact_role", "origin", "by")


def action_plan(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    as_of: date,
    recorded_as_of: date | None = None,
    level: int | None = None,
) -> pd.DataFrame:
    """The steps of the team's own plan that were in force at the end of a day, in order; empty: no plan was set.

    Columns: step_id, level, audience, position, step, step_ar, owner_role, contact_role, origin (`pack` or
    `settings`), by, at. Roles only, never persons. A plan is a deed of the team: on days before it was written
    down there was none.
    """
    seen = policy.admit(viewer, region_id)
    acted = when(session, viewer, region_id, as_of, recorded_as_of).acted
    a = ActionStep
    asked = select(a.id.label("step_id"), *(getattr(a, name) for name in _COLUMNS), a.at).where(
        a.region_id == region_id, a.at < acted, or_(a.ended_at.is_(None), a.ended_at >= acted)
    )
    if level is not None:
        asked = asked.where(a.level == level)
    order = (a.level.desc(), a.audience, a.position, a.id)
    return masking.unsigned(frame(session, asked.order_by(*order)), seen)
