"""The five tables the judgement reads, as one bundle."""

from datetime import date
from typing import Any, NamedTuple

import pandas as pd


class Frames(NamedTuple):
    """What the record knows of a region by one day."""

    events: pd.DataFrame
    members: pd.DataFrame
    parents: pd.DataFrame
    areas: pd.DataFrame
    coverage: pd.DataFrame


def load(
    session: Any, viewer: Any, *, region_id: str, as_of: date, recorded_as_of: Any = None
) -> Frames:
    """Read the bundle from the store."""
    from db import queries

    known = {"region_id": region_id, "as_of": as_of, "recorded_as_of": recorded_as_of}
    return Frames(
        events=queries.panel_events(session, viewer, **known),
        members=queries.panel_members(session, viewer, **known),
        parents=queries.panel_parents(session, viewer, **known),
        areas=queries.areas(session, viewer, region_id=region_id, as_of=as_of),
        coverage=queries.coverage(session, viewer, region_id=region_id, as_of=as_of),
    )
