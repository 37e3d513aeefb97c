"""Versions of incidents as arrays: what each counts, when the world could know it, and where it counts."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from models import days
from models.channels import CHANNELS, MAX_DATE_PREC
from models.days import Array, BoolArray, IntArray

DATES = ["version_id", "day", "known_day", "until_day", "date_prec"]  # kept as arrays
DAYS_APART = 2**21  # more days than any calendar date is from 1970, twice
ROOM = 8  # entries of a table for each id it holds, at most


class Layer(NamedTuple):
    """Which version counts in which area, and how much."""

    version: IntArray
    area: IntArray
    weight: Array
    name: str = ""

    def among(self, chosen: BoolArray) -> "Layer":
        """Some entries."""
        if chosen.all():
            return self
        return Layer(self.version[chosen], self.area[chosen], self.weight[chosen], self.name)


class Values(dict[str, Array]):
    """What each version counts, by channel; a channel is counted when it is first asked for."""

    def __init__(self, events: pd.DataFrame, order: IntArray) -> None:
        super().__init__()
        self.events, self.order = events, order

    def __missing__(self, channel: str) -> Array:
        self[channel] = CHANNELS[channel](self.events)[self.order]
        return self[channel]

    def of(self, channel: str, version: IntArray) -> Array:
        """What some versions count, without keeping it."""
        return CHANNELS[channel](self.events)[self.order[version]]


class Versions(NamedTuple):
    """One entry a version, sorted by what it says, so that equal records give equal sums to the last bit."""

    id: IntArray
    day: IntArray
    known: IntArray
    until: IntArray
    precise: BoolArray
    values: Values

    def layer(self, pairs: pd.DataFrame, area_ids: list[str], name: str = "") -> Layer:
        """Turn (version_id, area_id) pairs into positions; imprecisely dated versions stay out."""
        version = _positions(self.id, pairs["version_id"].to_numpy(np.int64))
        codes, told = pd.factorize(pairs["area_id"], use_na_sentinel=False)
        area = pd.Index(area_ids, dtype=object).get_indexer(pd.Index(told, dtype=object))[codes]
        kept = np.flatnonzero((version >= 0) & (area >= 0))
        kept = kept[self.precise[version[kept]]]
        place = version[kept] * len(area_ids) + area[kept]
        place = place if (place[1:] >= place[:-1]).all() else np.sort(place)
        version, area = np.divmod(place, max(len(area_ids), 1))
        return Layer(version, area, np.broadcast_to(1.0, len(version)), name)

    def incidents(self, version: IntArray) -> list[str]:
        """To which incidents some versions belong."""
        at = self.values.order[version]
        return [str(one) for one in self.values.events["incident_id"].iloc[at]]

    def seen(self, version: IntArray, by: int) -> BoolArray:
        """Which of some versions were the newest known on a day."""
        newest: BoolArray = (self.known[version] <= by) & (self.until[version] > by)
        return newest


def read(events: pd.DataFrame) -> Versions:
    """Take the versions from their frame."""
    known, day, until = (days.numbers(events[name]) for name in ("known_day", "day", "until_day"))
    version, order = events["version_id"].to_numpy(np.int64), _order(events, known, day)
    precise = events["date_prec"].to_numpy(np.int64) <= MAX_DATE_PREC
    return Versions(
        id=version[order],
        day=day[order],
        known=known[order],
        until=until[order],
        precise=precise[order],
        values=Values(events.drop(columns=DATES), order),
    )


def _order(events: pd.DataFrame, known: IntArray, day: IntArray) -> IntArray:
    """The versions by the day on which they became known, their day, incident and number.

    The record hands them out by known day, incident and number; so only their days have to be put in order.
    """
    ids, version, when = (
        events["incident_id"].array,
        events["version_id"].to_numpy(np.int64),
        known * DAYS_APART + day,
    )
    same, later = known[1:] == known[:-1], known[1:] > known[:-1]
    if (later | (same & np.asarray(ids[1:] >= ids[:-1]) & (version[1:] > version[:-1]))).all():
        return np.argsort(when, kind="stable")
    incident = events["incident_id"].rank(method="dense").to_numpy(np.int64)
    return np.lexsort((version, incident, when))


def _positions(ids: IntArray, asked: IntArray) -> IntArray:
    """Where each asked id stands (-1 where nowhere): by a table where ids are numbered on, else by a search."""
    low, high = (int(ids.min()), int(ids.max())) if len(ids) else (0, 0)
    if high - low > ROOM * (len(ids) + len(asked)):
        return pd.Index(ids).get_indexer(pd.Index(asked)).astype(np.int64)
    table = np.full(high - low + 2, -1, dtype=np.int64)
    table[ids - low] = np.arange(len(ids))
    inside = (asked >= low) & (asked <= high)
    found: IntArray = table[np.where(inside, asked - low, -1)]
    return found
