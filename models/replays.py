"""Named events replayed: what the scores of the areas concerned were before a day that people remember.

Rank 1 is the highest probability among all areas of the same kind on that day. The share says where the
probability lies among the area's own of the 52 weeks before. Only forecasts made before the event appear.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from db.named_events import NamedEvent
from models import days
from models.days import Array, IntArray
from models.history import GRID_DAYS
from models.sheets import Sheet

DAYS_BEFORE = (28, 14, 7, 1)
SHOWN_BEFORE, SHOWN_AFTER = 182, 56
YEAR_WEEKS = 52
Line = dict[str, Any]


def origins(events: Iterable[NamedEvent]) -> list[int]:
    """The days on which a forecast is needed besides the weekly ones."""
    return sorted({days.number(one.day) - before for one in events for before in DAYS_BEFORE})


def replay(sheet: Sheet, events: Sequence[NamedEvent], name: str) -> list[Line]:
    """For each event its areas with their ranks before it and their scores around it."""
    ids = [str(one) for one in sheet.areas["area_id"]]
    lines = []
    for event in sorted(events, key=lambda one: (one.day, one.title)):
        at = days.number(event.day)
        areas = [_area(sheet, name, ids.index(one), at) for one in event.area_ids if one in ids]
        if any(one["ranks"] for one in areas):
            lines.append(
                {"day": event.day, "title": event.title, "source": event.source, "areas": areas}
                | {"target": sheet.question.target.name, "horizon_days": sheet.question.horizon_days}
            )
    return lines


def _area(sheet: Sheet, name: str, column: int, at: int) -> Line:
    row = sheet.areas.iloc[column]
    said = sheet.said[name][:, column]
    ranks = [one for before in DAYS_BEFORE if (one := _rank(sheet, name, column, at, before))]
    near = (sheet.day >= at - SHOWN_BEFORE) & (sheet.day <= at + SHOWN_AFTER) & ~np.isnan(said)
    return {
        "area_id": str(row["area_id"]),
        "name": str(row["name"]) if row["kind"] == "community" else f"{row['name']} ({row['kind']})",
        "kind": str(row["kind"]),
        "ranks": ranks,
        "trace": [[int(d), float(p)] for d, p in zip(sheet.day[near] - at, said[near], strict=True)],
    }


def _rank(sheet: Sheet, name: str, column: int, at: int, before: int) -> Line | None:
    """The score of a day before the event and its rank among areas of the same kind."""
    found = np.flatnonzero(sheet.day == at - before)
    if not len(found) or np.isnan(sheet.said[name][found[0], column]):
        return None
    alike = (sheet.areas["kind"] == sheet.areas["kind"].iloc[column]).to_numpy()
    today, mine = sheet.said[name][found[0], alike], float(sheet.said[name][found[0], column])
    usual = sheet.said.get("climatology")
    return {
        "days_before": before,
        "day": days.day_of(int(sheet.day[found[0]])),
        "fct": mine,
        "usual": float(usual[found[0], column]) if usual is not None else float("nan"),
        "rank": int((today > mine).sum()) + 1,
        "of": int(alike.sum()),
        "share_of_own_year": _share(sheet.day, sheet.said[name][:, column], int(found[0])),
    }


def _share(day: IntArray, said: Array, row: int) -> float:
    """Which share of the area's own weekly probabilities of the last 52 weeks was below today's."""
    past = (day < day[row]) & (day >= day[row] - YEAR_WEEKS * GRID_DAYS) & (day % GRID_DAYS == 0)
    past &= ~np.isnan(said)
    return float((said[past] < said[row]).mean()) if past.any() else float("nan")
