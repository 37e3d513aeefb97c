"""Versions of incidents as arrays: what each counts, when the world could know it, and where it counts."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from models import days
from models.channels import CHANNELS, MAX_DATE_PREC
from models.days import Array, BoolArray, IntArray


class Layer(NamedTuple):
    """Which version counts in which area, and how much."""

    version: IntArray
    area: IntArray
    weight: Array
    name: str = ""


class Versions(NamedTuple):
    """One entry a version, sorted by what it says, so that equal records give equal sums to the last bit."""

    id: IntArray
    incident_id: Array
    day: IntArray
    known: IntArray
    until: IntArray
    precise: BoolArray
    values: dict[str, Array]

    def layer(self, pairs: pd.DataFrame, area_ids: list[str], name: str = "") -> Layer:
        """Turn (version_id, area_id) pairs into positions; imprecisely dated versions stay out."""
        version = pd.Index(self.id).get_indexer(pd.Index(pairs["version_id"], dtype="int64"))
        area = pd.Index(area_ids, dtype=object).get_indexer(pd.Index(pairs["area_id"], dtype=object))
        found = (version >= 0) & (area >= 0)
        version, area = version[found].astype(np.int64), area[found].astype(np.int64)
        precise = self.precise[version]
        version, area = version[precise], area[precise]
        order = np.lexsort((area, version))
        return Layer(version[order], area[order], np.ones(len(version)), name)

    def seen(self, version: IntArray, by: int) -> BoolArray:
        """Which of some versions were the newest known on a day."""
        newest: BoolArray = (self.known[version] <= by) & (self.until[version] > by)
        return newest


def read(events: pd.DataFrame) -> Versions:
    """Take the versions from their frame."""
    known, day, until = (days.numbers(events[name]) for name in ("known_day", "day", "until_day"))
    incident, version = events["incident_id"].to_numpy(str), events["version_id"].to_numpy(np.int64)
    order = np.lexsort((version, pd.factorize(events["incident_id"], sort=True)[0], day, known))
    precise = events["date_prec"].to_numpy(np.int64) <= MAX_DATE_PREC
    return Versions(
        id=version[order],
        incident_id=incident[order],
        day=day[order],
        known=known[order],
        until=until[order],
        precise=precise[order],
        values={name: channel(events)[order] for name, channel in CHANNELS.items()},
    )
