"""The five tables the judgement reads, as one bundle."""

from typing import NamedTuple

import pandas as pd


class Frames(NamedTuple):
    """What the record knows of a region by one day; `models.reading` fetches it."""

    events: pd.DataFrame
    members: pd.DataFrame
    parents: pd.DataFrame
    areas: pd.DataFrame
    coverage: pd.DataFrame
