"""The short form of the kills, and proof that the comparison behind them sees what it must see."""

from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.campaigns.kill import Grave, Told
from tests.campaigns.normal import normalised
from tests.campaigns.victims import JOBS
from tests.conftest import NOW
from tests.db.stores import change
from tests.factories import report_row, take, write_csv

SHORT = (
    *(("import", kind, 2) for kind in ("sqlite", "postgresql")),
    *(
        ("daily", "sqlite", 1),
        ("notices", "sqlite", 1),
        ("merge", "postgresql", 2),
        ("migration", "sqlite", 2),
    ),
    *(("backup", "sqlite", 1), ("restore", "sqlite", 2), ("restore", "postgresql", 1)),
)


@pytest.mark.parametrize(("job", "kind", "kills"), SHORT)
def test_whatever_is_killed_loses_nothing_and_comes_to_the_same_end(
    request: pytest.FixtureRequest, tmp_path: Path, job: str, kind: str, kills: int
) -> None:
    server = "" if kind == "sqlite" else request.getfixturevalue("postgres")
    grave, told = Grave(JOBS[job], kind, server, tmp_path / "kill"), Told()
    points = grave.deaths(Random(5))  # noqa: S311
    for death in islice(points, 0, 2 * kills, 2):  # before a statement: the same on any machine
        grave.one(death, told)
    grave.close()
    assert told.faults == []
    assert told.killed == kills


@pytest.fixture
def two(fresh: Callable[[], str], tmp_path: Path) -> tuple[str, str]:
    """Two stores with the same reports, taken in at different times."""
    made = fresh(), fresh()
    path = write_csv(tmp_path / "r.csv", [report_row(external_id=f"r{n}", killed=n) for n in range(3)])
    for hours, url in enumerate(made):
        take(url, path, "reports", now=NOW + timedelta(hours=hours))
    return made


def test_only_when_things_ran_is_left_out(two: tuple[str, str]) -> None:
    assert normalised(two[0]) == normalised(two[1])


@pytest.mark.parametrize(
    "difference",
    [
        "UPDATE claim SET best = best + 1 WHERE best = 2",
        "DELETE FROM place_alias WHERE alias = 'Hill'",
        "UPDATE report SET available_at = '2018-03-02 00:00:00' WHERE external_id = 'r1'",
        "UPDATE incident_version SET known_until = known_from",
        "UPDATE import_batch SET status = 'running'",
        "UPDATE report SET text = text || ' '  WHERE external_id = 'r1'",
    ],
)
def test_a_seeded_difference_shows(two: tuple[str, str], difference: str) -> None:
    change(two[1], difference)
    assert normalised(two[0]) != normalised(two[1])


def test_a_row_too_many_shows(two: tuple[str, str]) -> None:
    change(two[1], "INSERT INTO place_alias (place_id, alias, normalised) VALUES ('xx-hill', 'x', 'x')")
    assert len(normalised(two[1])) == len(normalised(two[0])) + 1
