"""The tables the judgement reads, as one bundle."""

from typing import NamedTuple

import pandas as pd

from models.voices import NOBODY

NO_COVARIATES = pd.DataFrame(columns=["name", "area_id", "day", "known_day", "value"])


class Frames(NamedTuple):
    """What the record knows of a region by one day; `models.reading` fetches it."""

    events: pd.DataFrame
    members: pd.DataFrame
    parents: pd.DataFrame
    areas: pd.DataFrame
    coverage: pd.DataFrame
    covariates: pd.DataFrame = NO_COVARIATES
    voices: pd.DataFrame = NOBODY
