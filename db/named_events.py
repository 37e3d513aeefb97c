"""Named events: days that people remember, so that a report can show what the scores said before them.

A region pack may carry them as `events.csv`; a file of one's own works the same. They are shown beside
scores and never enter them.
"""

import csv
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from db.errors import BadInput
from db.pack_cells import Cells, Problem

FILE = "events.csv"
COLUMNS = ("day", "areas", "title", "source")


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """What happened on a day, neutrally, the areas concerned, and where it can be checked."""

    day: date
    area_ids: tuple[str, ...]
    title: str
    source: str = ""


def of_region(folder: Path) -> list[NamedEvent]:
    """The named events of a region pack; none where it has no such file."""
    path = folder / FILE
    return read(path) if path.is_file() else []


def read(path: Path) -> list[NamedEvent]:
    """Read a file of named events; the first fault is raised with its row and cure."""
    events, problems = check(path)
    if problems:
        raise BadInput(f"{path.name}: {problems[0]}")
    return events


def check(path: Path, known: Collection[str] | None = None) -> tuple[list[NamedEvent], list[Problem]]:
    """Read a file of named events and list what is wrong with it; `known` are the ids of all areas."""
    problems: list[Problem] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return [], [Problem(path.name, None, None, f"cannot be read ({error}); save it as UTF-8 CSV")]
    missing = [name for name in COLUMNS if rows and name not in rows[0]]
    if missing:
        return [], [Problem(path.name, 1, None, f"columns are missing: {', '.join(missing)}")]
    events = [_event(Cells(problems, path.name, at, row), known) for at, row in enumerate(rows, start=2)]
    return [one for one in events if one], problems


def _event(cells: Cells, known: Collection[str] | None) -> NamedEvent | None:
    day, title = cells.day("day"), cells.text("title", required=True)
    area_ids = tuple(part.strip() for part in (cells.text("areas") or "").split("|") if part.strip())
    if day is None and cells.good:
        cells.fail("day", "is empty; write YYYY-MM-DD")
    if not area_ids:
        cells.fail("areas", "is empty; write the ids of areas, several joined by |")
    for one in area_ids:
        if known is not None and one not in known:
            cells.fail("areas", f"there is no community, district or governorate {one!r} in this pack")
    return NamedEvent(day, area_ids, title or "", cells.text("source") or "") if cells.good and day else None
