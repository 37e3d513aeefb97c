"""Another publisher's extract of a later release of GED merges with the GED file by UCDP's id, and doubles nothing."""

import csv
import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from db import migrating, packs
from db.importers import tables
from db.importers.tables import Request
from db.policy import LOCAL
from db.queries import incidents
from tests.conftest import NOW
from tests.db.stores import ask, rows
from tests.db.tables import write
from tests.factories import SOURCES, load, pack, take, ucdp_row, write_csv

HEADER = (
    *("id", "year", "month", "day", "country", "type_of_violence", "conflict_name", "side_a", "side_b"),
    *("latitude", "longitude", "low_death", "best_death", "high_death"),
)
NEWEST = "FROM incident_version WHERE recorded_until IS NULL AND known_until IS NULL"


def event(number: int, best: float, low: float = 1.0, high: float = 9.0) -> list[str]:
    """One row of the extract."""
    told = [
        "2018",
        "3",
        "1",
        "Nowhere",
        "State-based violence",
        "Nowhere: Government",
        "Side One",
        "Side Two",
    ]
    return [str(number), *told, "34.1", "36.0", str(low), str(best), str(high)]


@pytest.fixture
def nowhere_with_extract(both: str, tmp_path: Path) -> str:
    """Nowhere with the extract as a source of the same data set."""
    folder = pack(tmp_path / "more")
    line = "ged_extract,Extract,,dataset,ucdp,,1,deaths,,,false,,CC BY 4.0,\n"
    (folder / "sources.csv").write_text(SOURCES.strip() + "\n" + line, "utf-8")
    load(both, folder)
    return both


def extract(url: str, path: Path, region_id: str) -> Any:
    """Take the extract in, as the program recognises it."""
    planned = tables.plan(url, Request(path, region_id))
    assert (planned.origin, planned.name) == ("recognised", "ged_extract")
    return tables.take(url, LOCAL, planned, by="tester", now=NOW)


@pytest.mark.parametrize("extract_first", [False, True])
def test_one_event_of_two_publishers_is_one_incident(
    nowhere_with_extract: str, tmp_path: Path, extract_first: bool
) -> None:
    url = nowhere_with_extract
    ged = write_csv(tmp_path / "ged.csv", [ucdp_row(id=1, best=3, low=2, high=4), ucdp_row(id=2, best=3)])
    other = write(tmp_path / "other.csv", HEADER, event(1, 5.0), event(3, 7.0))
    steps: list[Callable[[], Any]] = [lambda: take(url, ged), lambda: extract(url, other, "nowhere")]
    for step in reversed(steps) if extract_first else steps:
        step()
    asked = (
        f"SELECT deaths, reports, independent_sources AS voices, verification AS v {NEWEST} ORDER BY deaths"
    )
    assert rows(url, asked) == [
        {"deaths": 3, "reports": 1, "voices": 1, "v": "single_source"},
        {"deaths": 5, "reports": 2, "voices": 1, "v": "single_source"},
        {"deaths": 7, "reports": 1, "voices": 1, "v": "single_source"},
    ]
    assert len(rows(url, "SELECT 1 FROM claim WHERE status = 'all' AND best IN (3, 5)")) == 3
    as_then = ask(url, incidents, as_of=date(2021, 6, 1))
    assert sorted(as_then["deaths"]) == [3, 3]  # the later release says nothing before it came out
    assert sorted(ask(url, incidents, as_of=date(2021, 6, 2))["deaths"]) == [3, 5, 7]
    both = ask(url, incidents, as_of=date(2021, 6, 2)).set_index("deaths").loc[5]
    assert (both["deaths_low"], both["deaths_high"], both["place_text"]) == (1, 9, "Hill town")


def test_the_real_extract_merges_with_the_real_file(
    new_database: Any, tmp_path: Path, shared: Path | None
) -> None:
    if shared is None:
        print("left out: no shared data here, so nothing real was imported")
        return
    url = new_database("sqlite")
    migrating.upgrade(url)
    load(url, packs.find("syria"))
    ged = _part(shared / "ucdp" / "ged_syria_2016_2018.csv.gz", tmp_path / "ged.csv", _july_of_ged)
    part = shared / "ucdp" / "ged211_sample_syria_2011_2018.csv.gz"
    other = _part(part, tmp_path / "other.csv", lambda row: (row["year"], row["month"]) == ("2018", "7"))
    ids = [{row["id"] for row in found} for found in (ged, other)]
    assert take(url, tmp_path / "ged.csv").new == len(ged)
    assert extract(url, tmp_path / "other.csv", "syria").new == len(other)
    assert rows(url, f"SELECT count(*) AS n {NEWEST}") == [{"n": len(ids[0] | ids[1])}]
    assert rows(url, f"SELECT count(*) AS n {NEWEST} AND reports = 2") == [{"n": len(ids[0] & ids[1])}]
    assert len(ids[0] & ids[1]) > 100
    best = {row["id"]: int(row["best"]) for row in ged}
    for row in other:
        best[row["id"]] = max(best.get(row["id"], 0), int(float(row["best_death"])))
    assert rows(url, f"SELECT sum(deaths) AS n {NEWEST}") == [{"n": sum(best.values())}]


def _july_of_ged(row: dict[str, str]) -> bool:
    return row["date_start"].startswith("2018-07")


def _part(path: Path, to: Path, wanted: Callable[[dict[str, str]], bool]) -> list[dict[str, str]]:
    """Some rows of a packed table, written as a table of their own."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(file) if wanted(row)]
    write_csv(to, found)
    return found
