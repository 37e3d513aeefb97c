"""What the search for duplicates looks at: accounts of incidents as columns of numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from db.duplicates import texts
from db.places import unit_vectors
from db.vocab import Harm, IncidentType, SourceKind

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
HARMS = (Harm.KILLED, Harm.INJURED, Harm.ABDUCTED, Harm.DISPLACED, Harm.DETAINED, Harm.MISSING)
TYPES = list(IncidentType)
LONGEST_DAYS = 31
KEEPING_CASES = frozenset({SourceKind.NGO_MONITOR, SourceKind.FIELD_CONTACT, SourceKind.DATASET})


@dataclass(frozen=True, slots=True)
class Told:
    """What one report says of one incident, as far as likeness goes; `figures` by harm: low, best, high."""

    incident_id: str
    source_id: str
    start: date
    end: date
    text: str = ""
    lang: str | None = None
    independence_group: str = ""
    kind: SourceKind = SourceKind.MEDIA
    incident_type: IncidentType = IncidentType.OTHER
    geo_prec: int = 7
    lat: float | None = None
    lon: float | None = None
    place_id: str | None = None
    district_id: str | None = None
    governorate_id: str | None = None
    url: str | None = None
    figures: Mapping[Harm, tuple[int | None, int | None, int | None]] = field(default_factory=dict)
    actors: frozenset[str] = frozenset()


class Records:
    """Accounts side by side, each value by its row; unknown is -1 among codes and NaN among figures."""

    def __init__(self, told: Sequence[Told]) -> None:
        self.told = told
        self.incident = _codes([t.incident_id for t in told])
        self.source = _codes([t.source_id for t in told])
        self.group = _codes([t.independence_group or None for t in told])
        self.dataset = np.array([t.kind is SourceKind.DATASET for t in told], bool)
        self.start = np.array([t.start.toordinal() for t in told], np.int64)
        self.end = np.array([t.end.toordinal() for t in told], np.int64)
        self.place = _codes([t.place_id for t in told])
        self.district = _codes([t.district_id for t in told])
        self.governorate = _codes([t.governorate_id for t in told])
        self.geo_prec = np.array([t.geo_prec for t in told], np.int64)
        self.type = np.array([TYPES.index(t.incident_type) for t in told], np.int64)
        self.url = _codes([t.url or None for t in told])
        self.arabic = np.array([_is_arabic(t) for t in told], bool)

    def __len__(self) -> int:
        return len(self.told)

    @cached_property
    def points(self) -> Floats:
        """Places on the unit sphere; NaN where a report gives none as precise as a settlement."""
        known = [t.lat is not None and t.lon is not None and t.geo_prec <= 2 for t in self.told]
        at = [(t.lat, t.lon) if good else (np.nan, np.nan) for t, good in zip(self.told, known, strict=True)]
        return unit_vectors(*np.array(at, float).reshape(-1, 2).T)

    @cached_property
    def figures(self) -> Floats:
        """Low, best and high of each harm: records x harms x 3."""
        found = np.full((len(self), len(HARMS), 3), np.nan)
        for row, told in enumerate(self.told):
            for harm, claim in told.figures.items():
                if harm in HARMS:
                    found[row, HARMS.index(harm)] = [np.nan if n is None else n for n in claim]
        return found

    @cached_property
    def files(self) -> csr_matrix[Any]:
        """The case-keeping sources that speak of an account's incident, through this account or another."""
        keeping: dict[str, set[str]] = {}
        for t in self.told:
            if t.kind in KEEPING_CASES:
                keeping.setdefault(t.incident_id, set()).add(t.source_id)
        return _sets([frozenset(keeping.get(t.incident_id, ())) for t in self.told])

    @cached_property
    def vectors(self) -> csr_matrix[Any]:
        """The texts as weighted keys."""
        return texts.vectors([t.text for t in self.told])

    @cached_property
    def numbers(self) -> csr_matrix[Any]:
        """The numbers above 1 that a text names, one column each."""
        return _sets([texts.numbers(t.text) for t in self.told])

    @cached_property
    def actors(self) -> csr_matrix[Any]:
        """The actors that a report names, one column each."""
        return _sets([t.actors for t in self.told])


def _is_arabic(told: Told) -> bool:
    return told.lang == "ar" if told.lang in ("ar", "en") else texts.is_arabic(told.text)


def _codes(names: Sequence[str | None]) -> Ints:
    """Numbers for names, -1 where there is none."""
    index: dict[str, int] = {}
    return np.array([-1 if n is None else index.setdefault(n, len(index)) for n in names], np.int64)


def _sets(members: Sequence[frozenset[str]]) -> csr_matrix[Any]:
    index: dict[str, int] = {}
    columns = [index.setdefault(m, len(index)) for row in members for m in sorted(row)]
    ends = np.cumsum([0, *(len(row) for row in members)])
    shape = (len(members), max(len(index), 1))
    return csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=shape)
