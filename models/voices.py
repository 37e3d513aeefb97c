"""Which sources have fallen silent about a community, and who has said that there was nothing to report."""

import hashlib
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from models import days
from models.days import BoolArray, IntArray

NOBODY = pd.DataFrame(columns=["community_id", "source_id", "source", "cadence_days", "known_day", "nothing"])
NOTHING_HOLDS_DAYS = 7
FALLEN_SILENT = 2


class Silence(NamedTuple):
    """One source that was expected to speak of an area and has not for some days."""

    source: str
    days: int
    cadence_days: int


class Voice(NamedTuple):
    """The days on which one source became known to have spoken of one area."""

    source: str
    cadence_days: float
    known: IntArray


class Voices:
    """Looks up silence and calm by area and day, as known on that day."""

    def __init__(self, rows: pd.DataFrame, area_ids: list[str]) -> None:
        self._of: list[list[Voice]] = [[] for _ in area_ids]
        self._calm: list[IntArray] = [np.empty(0, dtype=np.int64) for _ in area_ids]
        place = {area_id: at for at, area_id in enumerate(area_ids)}
        rows = rows[rows["community_id"].isin(place)]
        rows = rows.assign(_known=days.numbers(rows["known_day"]))
        for area_id, part in rows.groupby("community_id", sort=True):
            at = place[str(area_id)]
            self._calm[at] = np.sort(part["_known"][part["nothing"].astype(bool)].to_numpy(np.int64))
            expected = part[part["cadence_days"].notna()]
            self._of[at] = [_voice(one) for _, one in expected.groupby("source_id", sort=True)]

    def silent(self, area: int, day: int) -> list[Silence]:
        """The sources that have spoken of an area before and are overdue on a day, the longest silence first."""
        found = []
        for voice in self._of[area]:
            last = _last(voice.known, day)
            if last is not None and day - last > voice.cadence_days:
                found.append(Silence(voice.source, day - last, int(voice.cadence_days)))
        return sorted(found, key=lambda one: (-one.days, one.source))

    def fallen_silent(self, area: int, day: int) -> bool:
        """Whether everybody who used to speak of an area has missed their word more than once."""
        lasts = [(voice, _last(voice.known, day)) for voice in self._of[area]]
        known = [(voice, last) for voice, last in lasts if last is not None]
        return bool(known) and all(day - last > FALLEN_SILENT * voice.cadence_days for voice, last in known)

    def expected(self, area: int, day: int) -> int:
        """How many sources had spoken of an area by a day, and are expected to speak again."""
        return sum(_last(voice.known, day) is not None for voice in self._of[area])

    def calm(self, day: int) -> BoolArray:
        """Of which areas somebody said within the last days that there was nothing to report."""
        lasts = [_last(known, day) for known in self._calm]
        return np.array([last is not None and day - last < NOTHING_HOLDS_DAYS for last in lasts], dtype=bool)


def digest(rows: pd.DataFrame, day: date, version: str) -> str:
    """A data version that also tells who had spoken by a day."""
    known = rows[days.numbers(rows["known_day"]) <= days.number(day)]
    facts = pd.util.hash_pandas_object(known.astype(str), index=False)
    total = facts.to_numpy(np.uint64).sum(dtype=np.uint64)
    return hashlib.blake2b(version.encode() + total.tobytes(), digest_size=8).hexdigest()


def _voice(part: pd.DataFrame) -> Voice:
    known = np.unique(part["_known"].to_numpy(np.int64))
    return Voice(str(part["source"].iloc[0]), float(part["cadence_days"].min()), known)


def _last(known: IntArray, day: int) -> int | None:
    at = int(np.searchsorted(known, day, side="right")) - 1
    return int(known[at]) if at >= 0 else None
