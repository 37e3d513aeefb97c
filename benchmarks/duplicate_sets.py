"""Labelled accounts to measure the search for duplicates with: `Told` and, for each, the true event.

`headlines`: several headlines of one UCDP event are accounts of it; each knows what a headline tells: its
words, its date of publication, the district, the kind of violence. `publishers`: the same events in the GED
file and in another publisher's file, which share no text and no name, by UCDP id. `exercise`: invented
reports in English and Arabic whose incidents are known. Events are halved by a digest of their id: "fit" for
the weights, "test" for the numbers that are published.
"""

import csv
import gzip
import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from db import engine, migrating, packs, policy
from db.duplicates import reading
from db.duplicates.records import Told
from db.exercise import write_exercise
from db.ids import content_id
from db.importers import IMPORTERS
from db.importers.run import Options, run
from db.policy import LOCAL
from db.store import load_region
from db.vocab import Harm, IncidentType, SourceKind
from tests.conftest import NOW

GED, OTHER = "ged_syria_2016_2018.csv.gz", "ged211_sample_syria_2011_2018.csv.gz"
TYPES = {
    "1": IncidentType.ARMED_CLASH,
    "2": IncidentType.NONSTATE_CLASH,
    "3": IncidentType.ATTACK_ON_CIVILIANS,
    "State-based violence": IncidentType.ARMED_CLASH,
    "Non-state violence": IncidentType.NONSTATE_CLASH,
    "One-sided violence": IncidentType.ATTACK_ON_CIVILIANS,
}
LEAST_LETTERS, LEAST_WORDS = 25, 4
EXERCISE_END = date(2026, 11, 21)
Labelled = list[tuple[Told, str]]


def half(event: str) -> str:
    """Whether an event's pairs serve to fit or to test."""
    return "fit" if hashlib.sha256(event.encode()).digest()[0] % 2 else "test"


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def parts(row: dict[str, str]) -> Iterator[tuple[int, str, str, str]]:
    """The number, office, date and headline of each source of a UCDP event; nothing where they do not line up."""
    columns = [row[name].split(";") for name in ("source_office", "source_date", "source_headline")]
    if len({len(column) for column in columns}) == 1:
        for number, (office, day, headline) in enumerate(zip(*columns, strict=True)):
            yield number, office.strip(), day.strip(), headline.strip()


def headlines(folder: Path, *, filed: bool) -> tuple[Labelled, list[tuple[str, int]]]:
    """One account for each headline that is about one event only, with the event's id; and row id and part.

    `filed`: with the day and the place of the event, as somebody who read the whole page would file it.
    """
    events = _rows(folder / GED)
    uses = Counter(told[3] for row in events for told in parts(row))
    found: Labelled = []
    names: list[tuple[str, int]] = []
    for row in events:
        for number, office, day, headline in parts(row):
            wordy = len(headline) >= LEAST_LETTERS and len(headline.split()) >= LEAST_WORDS
            account = _headline(row, number, office, day, headline) if wordy and uses[headline] == 1 else None
            if account and filed:
                account = _filed(account, row)
            if account:
                found.append((account, row["id"]))
                names.append((row["id"], number))
    return found, names


def _headline(row: dict[str, str], number: int, office: str, day: str, text: str) -> Told | None:
    try:
        published = date.fromisoformat(day[:10])
    except ValueError:
        return None
    if not 0 <= (published - date.fromisoformat(row["date_start"][:10])).days <= 7:
        return None  # a monthly summary, or a typing error
    return Told(
        incident_id=f"{row['id']}-{number}",
        source_id=office,
        start=published - timedelta(days=1),
        end=published,
        text=text,
        independence_group=office,
        incident_type=TYPES[row["type_of_violence"]],
        geo_prec=3,
        district_id=row["adm_2"] or None,
        governorate_id=row["adm_1"] or None,
    )


def _filed(account: Told, row: dict[str, str]) -> Told:
    start, end = (date.fromisoformat(row[name][:10]) for name in ("date_start", "date_end"))
    lat, lon, prec = float(row["latitude"]), float(row["longitude"]), int(row["where_prec"])
    return replace(account, start=start, end=end, lat=lat, lon=lon, geo_prec=prec)


def publishers(folder: Path, years: range = range(2016, 2019)) -> Labelled:
    """The events of both files that lie in these years, as precise as a settlement, with their UCDP id."""
    ours, theirs = (
        [row for row in _rows(folder / name) if int(row["year"]) in years] for name in (GED, OTHER)
    )
    found = [(_ged(row), row["id"]) for row in ours if int(row["where_prec"]) <= 2]
    return found + [(_other(row), row["id"]) for row in theirs]


def _ged(row: dict[str, str]) -> Told:
    low, best, high = (int(row[name]) for name in ("low", "best", "high"))
    return Told(
        incident_id=content_id("ged", row["id"]),
        source_id="ged",
        start=date.fromisoformat(row["date_start"][:10]),
        end=date.fromisoformat(row["date_end"][:10]),
        independence_group="ged",
        kind=SourceKind.DATASET,
        incident_type=TYPES[row["type_of_violence"]],
        geo_prec=int(row["where_prec"]),
        lat=float(row["latitude"]),
        lon=float(row["longitude"]),
        figures={Harm.KILLED: (low, best, high)},
        actors=frozenset({row["side_a"], row["side_b"]}),
    )


def _other(row: dict[str, str]) -> Told:
    day = date(int(row["year"]), int(row["month"]), int(row["day"]))
    low, best, high = (int(float(row[name])) for name in ("low_death", "best_death", "high_death"))
    return Told(
        incident_id=content_id("other", row["id"]),
        source_id="other",
        start=day,
        end=day,
        independence_group="other",
        kind=SourceKind.DATASET,
        incident_type=TYPES[row["type_of_violence"]],
        geo_prec=1,
        lat=float(row["latitude"]),
        lon=float(row["longitude"]),
        figures={Harm.KILLED: (low, best, high)},
        actors=frozenset({row["side_a"], row["side_b"]}),
    )


def exercise(seed: int, *, years: float = 3, communities: int = 40) -> Labelled:
    """All reports of an exercise, each as an incident of its own, with the number of its true incident."""
    with tempfile.TemporaryDirectory() as name:
        folder, url = Path(name), f"sqlite:///{name}/tocsin.db"
        write_exercise(
            folder, communities=communities, years=years, seed=seed, end=EXERCISE_END, unlinked=1.0
        )
        migrating.upgrade(url)
        with engine.writing(url) as session:
            load_region(session, packs.read(folder), NOW)
        run(url, LOCAL, IMPORTERS["reports"], folder / "reports.csv", NOW, Options())
        truth = {
            content_id("incident", "exercise", f"report:{row['source_id']}:{row['external_id']}"): row[
                "incident"
            ]
            for row in _table(folder / "truth_duplicates.csv")
        }
        with engine.reading(url) as session:
            told = reading.told(session, "exercise", NOW.replace(year=2100), policy.sight(policy.LOCAL))
        engine.engine(url).dispose()
    return [(replace(t), truth[t.incident_id]) for t in told if t.incident_id in truth]


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tellings(path: Path, *, typed: bool) -> Labelled:
    """Invented tellings in Arabic and English, two events a place and day (`tests/db/labels/duplicates_arabic.csv`).

    `typed`: with the kind and the dead that a person would file; else words, day and place only.
    """
    return [(_telling(n, row, typed), row["event"]) for n, row in enumerate(_table(path))]


def _telling(number: int, row: dict[str, str], typed: bool) -> Told:
    day, killed = date.fromisoformat(row["day"]), row["killed"]
    told = Told(
        incident_id=f"telling-{number}",
        source_id=f"source-{number % 6}",
        start=day,
        end=day,
        text=row["text"],
        lang=row["lang"],
        independence_group=f"source-{number % 6}",
        geo_prec=3,
        district_id=row["place"],
        governorate_id=row["place"],
    )
    if not typed:
        return told
    figures = {Harm.KILLED: (None, int(killed), None)} if killed else {}
    return replace(told, incident_type=IncidentType(row["incident_type"]), figures=figures)
