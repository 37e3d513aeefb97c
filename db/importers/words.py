"""Words that tables use for columns and for kinds of incidents, in English and Arabic, kept as two small tables."""

import csv
from functools import cache, lru_cache
from pathlib import Path

from db import acled_types
from db.places import normalise
from db.vocab import IncidentType

FOLDER = Path(__file__).parent / "mappings"


@cache
def column_names() -> dict[str, str]:
    """Names of columns in the form they are looked up by, and the field of a report that each means."""
    return {normalise(name): row[0] for row in _rows("column_names.csv") for name in row[1].split("|")}


@cache
def type_words() -> dict[str, IncidentType]:
    """Words for what happened, and the word of the codebook that each means."""
    known = {normalise(name): kind for name, kind in {**acled_types.EVENTS, **acled_types.SUB_EVENTS}.items()}
    words = {
        normalise(word): IncidentType(row[0]) for row in _rows("type_words.csv") for word in row[1].split("|")
    }
    return known | words | {normalise(kind.replace("_", " ")): kind for kind in IncidentType}


@lru_cache(maxsize=10_000)
def type_of(said: str) -> IncidentType | None:
    """The kind of incident that a cell names; of several joined words the first that is known."""
    known = type_words()
    whole = known.get(normalise(said))
    if whole is not None:
        return whole
    for mark in (";", "|", ",", "/", " - ", ":", " "):
        parts = [known.get(normalise(part)) for part in said.split(mark)] if mark in said else []
        if found := next((kind for kind in parts if kind is not None), None):
            return found
    return None


def _rows(name: str) -> list[list[str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]
