"""Numbers of one's own (covariates): as known on each origin, and as features that say when they are unknown."""

import hashlib
from datetime import date

import numpy as np
import pandas as pd

from models import days
from models.days import Array, IntArray
from models.errors import ModelError

LONGEST_DAYS = 400


def newest(rows: pd.DataFrame, name: str, origins: IntArray, area_ids: list[str]) -> Array:
    """The value of the newest day known at each origin, origins × areas; NaN where unknown or too old."""
    rows = rows[rows["name"] == name]
    if rows.empty:
        raise ModelError(
            f"there is no covariate {name!r}: import it first (tocsin import covariates --name {name})"
        )
    rows = rows.assign(_known=days.numbers(rows["known_day"]), _day=days.numbers(rows["day"]))
    out = np.full((len(origins), len(area_ids)), np.nan, dtype=np.float32)
    place = {area_id: column for column, area_id in enumerate(area_ids)}
    for area_id, part in rows.sort_values(["_known", "_day"], kind="stable").groupby("area_id", sort=True):
        if area_id in place:
            out[:, place[str(area_id)]] = _follow(part, origins)
    return out


def digest(rows: pd.DataFrame, day: date, version: str) -> str:
    """A data version that also tells which covariates were known on a day."""
    known = rows[days.numbers(rows["known_day"]) <= days.number(day)]
    facts = pd.util.hash_pandas_object(known[["name", "area_id", "day", "value"]].astype(str), index=False)
    total = facts.to_numpy(np.uint64).sum(dtype=np.uint64)
    return hashlib.blake2b(version.encode() + total.tobytes(), digest_size=8).hexdigest()


def _follow(part: pd.DataFrame, origins: IntArray) -> Array:
    """One area: what becomes known later replaces what is known, unless it speaks of an earlier day."""
    known, day = part["_known"].to_numpy(np.int64), part["_day"].to_numpy(np.int64)
    value = part["value"].to_numpy(float)
    best = np.maximum.accumulate(day)
    row = np.maximum.accumulate(np.where(day == best, np.arange(len(day)), -1))
    at = np.searchsorted(known, origins, side="right") - 1
    seen = row[np.maximum(at, 0)]
    fresh = (at >= 0) & (origins - day[seen] <= LONGEST_DAYS)
    return np.where(fresh, value[seen], np.nan)
