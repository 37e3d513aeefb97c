"""Small invented frames: what a region's record might hold, in a few lines."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from models import days
from models.frames import NO_COVARIATES, Frames

START = date(2020, 1, 1)
FIRST = days.number(START)


@dataclass(frozen=True)
class V:
    """One version of an incident; days count from START, `known` is the day after unless said."""

    areas: str
    day: int
    deaths: float | None = 1
    civilians: float | None = 0
    known: int | None = None
    until: int | None = None
    rung: str = "conflict"
    date_prec: int = 1
    parents: str = ""
    incident: str | None = None


AREAS = (
    ("G", "governorate", None, 34.0, 36.0),
    ("A", "district", "G", 34.0, 36.0),
    ("B", "district", "G", 34.3, 36.0),
    ("C", "district", "G", 34.0, 37.0),
    ("k", "community", "G", 34.0, 36.1),
    ("m", "community", "G", 34.3, 36.1),
)


def stamp(day: int | None) -> pd.Timestamp | Any:
    """A day counted from START as a timestamp."""
    return pd.NaT if day is None else pd.Timestamp(START + timedelta(days=day))


def frames(
    versions: list[V],
    *,
    covered_days: int = 1000,
    sources: list[dict[str, Any]] | None = None,
    given: pd.DataFrame = NO_COVARIATES,
) -> Frames:
    """The contract's frames for some versions."""
    events = pd.DataFrame(
        {
            "version_id": np.arange(len(versions)),
            "incident_id": [v.incident or f"i{n:05d}" for n, v in enumerate(versions)],
            "day": pd.Series([stamp(v.day) for v in versions], dtype="datetime64[s]"),
            "known_day": pd.Series([stamp(_known(v)) for v in versions], dtype="datetime64[s]"),
            "until_day": pd.Series([stamp(v.until) for v in versions], dtype="datetime64[s]"),
            "type": "armed_clash",
            "rung": [v.rung for v in versions],
            "date_prec": [v.date_prec for v in versions],
            "geo_prec": 1,
            "deaths": pd.Series([v.deaths for v in versions], dtype=float),
            "civilians": pd.Series([v.civilians for v in versions], dtype=float),
        }
    )
    return Frames(
        events,
        _pairs(versions, "areas"),
        _pairs(versions, "parents"),
        areas(),
        coverage(covered_days, sources),
        given,
    )


def given(length: int, name: str = "price", seed: int = 2) -> pd.DataFrame:
    """A covariate told of some areas every ten days, late, and sometimes corrected."""
    draw = np.random.default_rng(seed)
    rows = []
    for area in "Ak":
        for day in range(0, length, 10):
            known = day + int(draw.integers(0, 20))
            rows.append((name, area, stamp(day), stamp(known), float(draw.normal())))
            if draw.random() < 0.3:
                rows.append((name, area, stamp(day), stamp(known + 30), float(draw.normal())))
    return pd.DataFrame(rows, columns=["name", "area_id", "day", "known_day", "value"])


def _known(v: V) -> int:
    return v.day + 1 if v.known is None else v.known


def _pairs(versions: list[V], name: str) -> pd.DataFrame:
    pairs = [(n, area) for n, v in enumerate(versions) for area in getattr(v, name)]
    return pd.DataFrame(pairs, columns=["version_id", "area_id"]).astype(
        {"version_id": int, "area_id": object}
    )


def areas() -> pd.DataFrame:
    """One governorate, three districts, two communities."""
    table = pd.DataFrame(AREAS, columns=["area_id", "kind", "parent_area_id", "lat", "lon"])
    return table.assign(name=table["area_id"], name_ar="", group=None)


def source(**changes: Any) -> dict[str, Any]:
    """One row of the coverage frame."""
    row = {"source_id": "ucdp", "name": "UCDP", "covers": "deaths", "lag_days": 1}
    return {**row, "covered_from": START, "covered_until": START + timedelta(days=1000), **changes}


def coverage(covered_days: int, sources: list[dict[str, Any]] | None) -> pd.DataFrame:
    """The coverage frame; by default one dataset of deaths from START on."""
    last = START + timedelta(days=covered_days - 1)
    return pd.DataFrame(sources or [source(covered_until=last)])


def known_by(day: int) -> date:
    """A day counted from START."""
    return START + timedelta(days=day)


def origins(*offsets: int) -> list[int]:
    """Day numbers of days counted from START."""
    return [FIRST + offset for offset in offsets]


def random_versions(seed: int, count: int = 300, length: int = 500) -> list[V]:
    """Incidents with late reports, corrections, unknown figures and imprecise dates."""
    draw = np.random.default_rng(seed)
    versions: list[V] = []
    for n in range(count):
        homes = ["GA", "GAk", "GB", "GBm", "GC", "G"][draw.integers(6)]
        first = V(
            areas=homes,
            day=int(draw.integers(0, length)),
            deaths=None if draw.random() < 0.1 else float(draw.geometric(0.2) - 1),
            rung=str(draw.choice(["conflict", "mass", "targeted", "signals", "de_escalation"])),
            date_prec=4 if draw.random() < 0.05 else 1,
            parents="ABkm" if homes == "G" else "",
            incident=f"r{n:05d}",
        )
        first = replace(first, known=first.day + 1 + int(draw.geometric(0.3)), civilians=first.deaths)
        versions += [first] if draw.random() < 0.7 else _corrected(first, draw)
    return versions


def _corrected(first: V, draw: np.random.Generator) -> list[V]:
    """An incident whose figure was corrected later, and perhaps moved by a few days."""
    until = (first.known or 0) + int(draw.integers(1, 60))
    later = replace(
        first, known=until, deaths=float(draw.integers(0, 40)), day=first.day - int(draw.integers(0, 3))
    )
    return [replace(first, until=until), replace(later, day=max(later.day, 0))]


def bursts(seed: int, length: int = 900, rate: float = 0.06) -> list[V]:
    """Violence that breeds violence in each district, so that there is something to learn."""
    draw = np.random.default_rng(seed)
    versions = []
    for homes, scale in (("GA", 1.0), ("GAk", 0.7), ("GB", 0.6), ("GBm", 0.5), ("GC", 0.3)):
        heat = 0.0
        for day in range(length):
            heat *= 0.93
            for _ in range(int(draw.poisson(scale * rate + heat))):
                deaths = float(draw.geometric(0.15) - 1)
                heat += 0.05
                versions.append(V(homes, day, deaths=deaths, civilians=float(draw.integers(0, deaths + 1))))
    return versions
