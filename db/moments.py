"""Time goes forward: what is written now may not be dated before what the store holds already.

A version is in force from its `recorded_at` on, and until the next one's: with a clock set back the older
one would never have been in force, and the store would tell a past that it did not have.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import settings
from db.errors import TocsinError
from db.schema import ImportBatch, JobRun, Revision

BACK_AT_MOST = timedelta(minutes=10)  # as much as a clock that is set by the network may be put back
ALLOWED = "clock_may_go_back"


def refuse_earlier(session: Session, now: datetime) -> None:
    """Refuse to write with a clock that shows less than what was written last; right again, all goes on."""
    last = newest(session)
    if last is None or now >= last - BACK_AT_MOST or settings.read(ALLOWED):
        return
    raise TocsinError(
        f"this machine's clock shows {now:%Y-%m-%d %H:%M} UTC, but the store was written at {last:%Y-%m-%d %H:%M}; "
        "nothing was changed: set the clock right and do it again (if it is right, and was ahead then: "
        f"TOCSIN_{ALLOWED.upper()}=1)"
    )


def newest(session: Session) -> datetime | None:
    """The moment of the newest import, run or revision, or None."""
    asked = (
        select(func.max(ImportBatch.started_at)),
        select(func.max(JobRun.started_at)),
        select(Revision.at).order_by(Revision.seq.desc()).limit(1),
    )
    found = [session.scalar(one) for one in asked]
    return max((one for one in found if one is not None), default=None)
