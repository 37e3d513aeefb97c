"""What if the data had come later? A stated reporting lag in place of what was known when.

Data sets without true publication times count as known their source's lag after the event. With a longer
stated lag every version is known no earlier than that many days after its day, and a window counts as
observed only that many days after its end.
"""

import numpy as np
import pandas as pd

from models.frames import Frames

LAGS_DAYS = (1, 7, 14, 30)


def delayed(frames: Frames, lag_days: int) -> Frames:
    """The same record, known no earlier than a stated lag after each day; nothing becomes known earlier."""
    coverage = frames.coverage.assign(lag_days=np.maximum(frames.coverage["lag_days"], lag_days))
    return frames._replace(events=_later(frames.events, lag_days), coverage=coverage)


def _later(events: pd.DataFrame, lag_days: int) -> pd.DataFrame:
    """Move the days on which versions became known, and those on which the next one took their place."""
    ordered = events.sort_values(["incident_id", "known_day", "version_id"], kind="stable")
    known = ordered["known_day"].where(
        ordered["known_day"] >= ordered["day"] + pd.Timedelta(days=lag_days),
        ordered["day"] + pd.Timedelta(days=lag_days),
    )
    known = known.groupby(ordered["incident_id"]).cummax()
    successor = ordered["known_day"].groupby(ordered["incident_id"]).shift(-1)
    moved = known.groupby(ordered["incident_id"]).shift(-1)
    until = ordered["until_day"]
    gone = until.where(until.isna() | (until >= known), known)
    later = ordered.assign(
        known_day=known, until_day=gone.where(successor.isna() | (successor != until), moved)
    )
    return later.loc[events.index]
