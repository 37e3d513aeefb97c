"""Who may read what each source reports, and how many reports wait to be opened or closed by a person."""

from datetime import date

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import masking, opening, policy
from db.policy import Viewer
from db.queries.common import frame, plain
from db.queries.regions import when
from db.schema import Report, Source


def readership(
    session: Session, viewer: Viewer, *, region_id: str, as_of: date, recorded_as_of: date | None = None
) -> pd.DataFrame:
    """By source: as what its reports come in, and how many without a word of their own stand otherwise.

    Columns: source_id, name, name_ar, protected, reports_as, waiting. A pack that is loaded again changes only
    what comes in from then on; those that wait are opened or closed by a person (`db.opening`).
    """
    seen = policy.admit_to_work(viewer, region_id)
    asked = when(session, viewer, region_id, as_of, recorded_as_of)
    r, s = asked.at.of(Report), asked.at.of(Source)
    here = (r.source_id == s.id, r.sensitivity != s.reports_as, r.available_at < asked.moment)
    waiting = select(func.count()).where(*here, *asked.held(r.recorded_at), *opening.silent(session, r))
    columns = (s.code.label("source_id"), s.name, s.name_ar, s.protected, s.reports_as)
    counted = waiting.correlate(s).scalar_subquery().label("waiting")
    rows = frame(session, select(*columns, counted).where(s.region_id == region_id).order_by(s.code))
    if not seen.exact:
        open_voice = ~rows["protected"].astype(bool)
        for name, instead in (
            ("source_id", masking.PROTECTED),
            ("name", masking.PROTECTED),
            ("name_ar", None),
        ):
            rows[name] = rows[name].where(open_voice, instead)
    return plain(rows, numbers=("waiting",), words=("reports_as",))
