"""Reports into the record: two clocks, chains of versions, and imports that are safe to repeat or kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import engine
from db.errors import BadInput
from db.importers import run as runner
from db.queries import incidents, panel_events
from tests.conftest import Copies
from tests.db.stores import BATCH, TIMES, ask, count, everything, rows
from tests.db.test_engine import together
from tests.factories import nowhere as region
from tests.factories import report_row, take, ucdp_row, write_csv

Fresh = Callable[[], str]
LATER = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)


def put(url: str, folder: Path, *events: dict[str, str], kind: str = "ucdp", **options: Any) -> Any:
    path = folder / f"{kind}{len(list(folder.iterdir()))}.csv"
    return take(url, write_csv(path, list(events)), kind, **options)


def deaths(url: str, day: str, recorded: str | None = None) -> list[float]:
    """The deaths of each incident known as of a day, by incident."""
    known = date.fromisoformat(recorded) if recorded else None
    found = ask(url, incidents, as_of=date.fromisoformat(day), recorded_as_of=known)
    return list(found.sort_values("incident_id")["deaths"])


# Two clocks


@pytest.mark.parametrize(
    ("source_date", "unseen", "seen", "basis"),
    [
        ("", "2018-03-01", "2018-03-02", "assumed"),
        ("2018-03-01", "2018-03-01", "2018-03-02", "published"),
        ("2018-03-04", "2018-03-04", "2018-03-05", "published"),
        ("2018-03-09;2018-03-04", "2018-03-04", "2018-03-05", "published"),
        ("2018-02-27;2018-03-04", "2018-03-04", "2018-03-05", "published"),
        ("2018-02-27", "2018-03-01", "2018-03-02", "assumed"),
        ("2108-03-04", "2018-03-01", "2018-03-02", "assumed"),
        ("1918-03-04", "2018-03-01", "2018-03-02", "assumed"),
        ("2018-09-04", "2018-03-01", "2018-03-02", "assumed"),
        ("soon", "2018-03-01", "2018-03-02", "assumed"),
    ],
)
def test_an_event_counts_from_its_publication_or_its_lag(
    nowhere: str, tmp_path: Path, source_date: str, unseen: str, seen: str, basis: str
) -> None:
    put(nowhere, tmp_path, ucdp_row(source_date=source_date))
    assert (deaths(nowhere, unseen), deaths(nowhere, seen)) == ([], [3])
    assert rows(nowhere, "SELECT available_basis AS b FROM report") == [{"b": basis}]


@pytest.mark.parametrize(
    ("published", "unseen", "seen"),
    [
        ("2018-03-02", "2018-03-02", "2018-03-03"),
        ("2018-03-05T22:30Z", "2018-03-05", "2018-03-06"),
        ("2018-03-05T21:30+00:00", "2018-03-04", "2018-03-05"),
        ("2018-03-01T09:00+02:00", "2018-03-01", "2018-03-02"),
        ("2018-02-01", "2018-03-01", "2018-03-02"),
        ("", "2018-03-01", "2018-03-02"),
        ("2091-01-01", "2018-03-01", "2018-03-02"),
    ],
)
def test_a_report_counts_from_its_publication(
    nowhere: str, tmp_path: Path, published: str, unseen: str, seen: str
) -> None:
    put(nowhere, tmp_path, report_row(published_at=published, killed=1), kind="reports")
    assert (deaths(nowhere, unseen), deaths(nowhere, seen)) == ([], [1])


@pytest.mark.parametrize(
    ("published", "code"), [("2018-13-01", "bad_date"), ("2018-03-02T10:00", "no_time_zone")]
)
def test_a_publication_that_cannot_be_read_is_told(
    nowhere: str, tmp_path: Path, published: str, code: str
) -> None:
    summary = put(
        *(nowhere, tmp_path, report_row(), report_row(external_id="m2", published_at=published)),
        kind="reports",
    )
    assert (summary.new, summary.issues) == (1, {code: 1})


def test_a_source_with_a_lag_is_known_later(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, report_row(source_id="radio", published_at="", killed=1), kind="reports")
    assert (deaths(nowhere, "2018-03-02"), deaths(nowhere, "2018-03-03")) == ([], [1])


# Chains of versions


def test_a_newer_release_supersedes_from_its_day(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, ucdp_row(best=3), released_on=date(2019, 6, 1))
    summary = put(both, tmp_path, ucdp_row(best=9), released_on=date(2020, 6, 1))
    assert (summary.new, summary.revised) == (0, 1)
    assert count(both, "report") == 2
    found = [deaths(both, day) for day in ("2018-03-01", "2018-03-02", "2020-05-31", "2020-06-01")]
    assert found == [[], [3], [3], [9]]


def test_releases_come_in_any_order(fresh: Fresh, tmp_path: Path) -> None:
    releases = [(date(2019, 6, 1), 3), (date(2020, 6, 1), 9), (date(2021, 6, 1), 5)]
    stores = []
    for order in permutations(releases):
        stores.append(fresh())
        for day, best in order:
            put(stores[-1], tmp_path, ucdp_row(best=best), released_on=day)
    open_versions = (
        "SELECT known_from, known_until, deaths FROM incident_version WHERE recorded_until IS NULL"
    )
    first, *others = [rows(url, open_versions + " ORDER BY known_from") for url in stores]
    assert [row["deaths"] for row in first] == [3, 9, 5]
    assert all(other == first for other in others)


def test_the_same_content_in_a_newer_release_changes_nothing(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, ucdp_row(), released_on=date(2019, 6, 1))
    before = everything(both, without=TIMES | BATCH)["incident_version"]
    summary = put(both, tmp_path, ucdp_row(), released_on=date(2020, 6, 1))
    assert (summary.new, summary.revised, summary.already) == (0, 0, 1)
    assert everything(both, without=TIMES | BATCH)["incident_version"] == before


def test_a_release_that_takes_another_back_is_the_newest(both: str, tmp_path: Path) -> None:
    for day, best in ((date(2019, 6, 1), 3), (date(2020, 6, 1), 9), (date(2021, 6, 1), 3)):
        put(both, tmp_path, ucdp_row(best=best), released_on=day)
    assert [deaths(both, day) for day in ("2018-04-01", "2020-07-01", "2021-07-01")] == [[3], [9], [3]]
    assert count(both, "report") == 3
    before = everything(both, without=TIMES | BATCH)["report"]
    for day in (date(2021, 6, 1), date(2020, 1, 1)):
        again = {"released_on": day, "covered_from": date(2018, 1, 1)}
        assert put(both, tmp_path, ucdp_row(best=3), **again).already == 1
    assert everything(both, without=TIMES | BATCH)["report"] == before


def test_a_file_without_a_date_takes_nothing_back(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, ucdp_row(best=3), released_on=date(2019, 6, 1))
    put(both, tmp_path, ucdp_row(best=9), released_on=date(2020, 6, 1))
    assert put(both, tmp_path, ucdp_row(best=3)).already == 1
    assert deaths(both, "2026-11-01") == [9]


def test_a_correction_that_keeps_its_date_counts_from_its_import(nowhere: str, tmp_path: Path) -> None:
    reports = [report_row(external_id=f"m{n}", killed=1) for n in range(6)]
    put(nowhere, tmp_path, *reports, kind="reports")
    put(nowhere, tmp_path, *[row | {"killed": "2"} for row in reports], kind="reports", now=LATER)
    assert deaths(nowhere, "2018-03-03") == [1] * 6
    assert deaths(nowhere, "2026-12-19") == [1] * 6
    assert deaths(nowhere, "2026-12-20") == [2] * 6


def test_a_correction_with_a_date_of_its_own_counts_from_it(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, report_row(killed=1), kind="reports")
    put(nowhere, tmp_path, report_row(killed=2, published_at="2018-04-09"), kind="reports", now=LATER)
    assert (deaths(nowhere, "2018-04-09"), deaths(nowhere, "2018-04-10")) == ([1], [2])


def test_a_correction_without_any_date_counts_from_its_import(nowhere: str, tmp_path: Path) -> None:
    for best, now in ((1, None), (2, LATER)):
        options = {"now": now} if now else {}
        put(nowhere, tmp_path, report_row(killed=best, published_at=""), kind="reports", **options)
    assert (deaths(nowhere, "2026-12-19"), deaths(nowhere, "2026-12-20")) == ([1], [2])


def test_of_two_rows_of_one_report_the_later_is_the_newer(nowhere: str, tmp_path: Path) -> None:
    names = [f"m{n}" for n in range(8)]
    listed = [report_row(external_id=m, killed=best) for best in (1, 2, 3) for m in names]
    summary = put(nowhere, tmp_path, *listed, kind="reports")
    assert (summary.new, summary.revised) == (8, 16)
    assert deaths(nowhere, "2026-12-31") == [3] * 8
    assert deaths(nowhere, "2018-12-31") == [1] * 8


def test_what_the_store_held_is_kept(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, ucdp_row(best=3), released_on=date(2019, 6, 1))
    put(both, tmp_path, ucdp_row(best=9), released_on=date(2020, 6, 1), now=LATER)
    with pytest.raises(BadInput, match="no region 'nowhere' is loaded by 2026-11-21"):
        deaths(both, "2021-01-01", recorded="2026-11-21")
    assert deaths(both, "2021-01-01", recorded="2026-11-22") == [3]
    assert deaths(both, "2021-01-01", recorded="2026-12-19") == [3]
    assert deaths(both, "2021-01-01", recorded="2026-12-20") == [9]
    held = ask(both, panel_events, as_of=date(2021, 1, 1), recorded_as_of=date(2026, 12, 1))
    assert list(held["deaths"]) == [3]


# Imports that are repeated


EVENTS = st.lists(
    st.builds(
        lambda number, best, day, prec: ucdp_row(
            id=number, best=best, day=f"2018-03-{day:02}", where_prec=prec
        ),
        *(st.integers(1, 4), st.integers(0, 2), st.integers(1, 3), st.integers(1, 7)),
    ),
    min_size=1,
    max_size=8,
)
QUIET = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@QUIET
@given(events=EVENTS)
def test_importing_twice_is_importing_once(
    fresh: Fresh, tmp_path: Path, events: list[dict[str, str]]
) -> None:
    url = fresh()
    path = write_csv(tmp_path / "twice.csv", events)
    take(url, path)
    before = everything(url, without=set())
    assert take(url, path, now=LATER).unchanged
    assert everything(url, without=set()) == before
    turned = write_csv(tmp_path / "turned.csv", events, columns=sorted(events[0]))
    assert take(url, turned, now=LATER).new == 0
    after = everything(url, without=set())
    for table in set(after) - {"import_batch", "batch_coverage", "row_issue", "retold"}:
        assert after[table] == before[table], table


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_the_size_of_chunks_does_not_matter(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    events = [ucdp_row(id=n, best=best) for best in (3, 7) for n in (1, 2, 1)]
    whole, parts = fresh(), fresh()
    put(whole, tmp_path, *events)
    monkeypatch.setattr(runner, "CHUNK", size)
    put(parts, tmp_path, *events)
    read = (
        "SELECT known_from, known_until, deaths FROM incident_version WHERE recorded_until IS NULL ORDER BY 1"
    )
    assert rows(parts, read) == rows(whole, read)
    assert [count(url, "report") for url in (parts, whole)] == [4, 4]
    assert [deaths(url, "2026-12-31") for url in (parts, whole)] == [[7, 7]] * 2


# Imports that are killed


class Killed(BaseException):
    """The power went off."""


@pytest.fixture
def pair(request: pytest.FixtureRequest, copies: Copies) -> Any:
    urls = [copies(request.param, region) for _ in range(2)]
    yield urls
    for url in urls:
        engine.engine(url).dispose()


def journal(folder: Path) -> Path:
    """A file with revisions, remarks and a broken row over several chunks."""
    events = [ucdp_row(id=n, best=n % 5, where_prec=1 + n % 5) for n in range(10)]
    events += [ucdp_row(id=n, best=9, low=99) for n in (1, 4, 8)] + [ucdp_row(id="x")]
    return write_csv(folder / "journal.csv", events)


@pytest.mark.parametrize("pair", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("after", [1, 3])
def test_a_killed_import_is_finished_by_running_it_again(
    pair: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(runner, "CHUNK", 4)
    path = journal(tmp_path)
    killed, whole = pair
    take(whole, path)
    derive, calls = runner.incidents.derive, []

    def dies(*given: Any) -> int:
        calls.append(1)
        if len(calls) > after:
            raise Killed
        return derive(*given)

    monkeypatch.setattr(runner.incidents, "derive", dies)
    with pytest.raises(Killed):
        take(killed, path)
    monkeypatch.setattr(runner.incidents, "derive", derive)
    assert rows(killed, "SELECT status FROM import_batch") == [{"status": "running"}]
    assert count(killed, "report") == 4 * after
    take(killed, path, now=LATER)
    assert everything(killed, without=TIMES | BATCH) == everything(whole, without=TIMES | BATCH)


SCRIPT = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from db.importers import IMPORTERS, run
from db.policy import LOCAL
run.CHUNK = 4
def progress(rows):
    if rows >= 8:
        os.kill(os.getpid(), signal.SIGKILL)
when = datetime(2026, 11, 22, tzinfo=UTC)
run.run(sys.argv[1], LOCAL, IMPORTERS["ucdp"], Path(sys.argv[2]), when, None, progress)
"""


def test_a_process_that_is_shot_loses_nothing_it_had_kept(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, whole = fresh(), fresh()
    path = journal(tmp_path)
    root = Path(runner.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, killed, str(path)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert rows(killed, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert count(killed, "report") == 8
    monkeypatch.setattr(runner, "CHUNK", 4)
    for url in (killed, whole):
        take(url, path, now=datetime(2026, 11, 22, tzinfo=UTC))
    assert everything(killed, without=TIMES | BATCH) == everything(whole, without=TIMES | BATCH)


@pytest.mark.parametrize("pair", ["sqlite", "postgresql"], indirect=True)
def test_two_imports_at_once_are_two_after_one_another(
    pair: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "CHUNK", 2)
    listed = {2019: [(n, 5) for n in range(1, 9)], 2020: [(n, 7) for n in range(8, 0, -1)]}
    files = {
        year: write_csv(tmp_path / f"{year}.csv", [ucdp_row(id=n, best=best, high=9) for n, best in events])
        for year, events in listed.items()
    }

    def job(url: str, year: int) -> Any:
        return take(url, files[year], released_on=date(year, 6, 1))

    assert together(lambda: job(pair[0], 2019), lambda: job(pair[0], 2020)) == []
    for year in files:
        job(pair[1], year)
    held = "SELECT known_from, known_until, deaths, incident_id FROM incident_version WHERE recorded_until IS NULL"
    once, after = (sorted(map(str, rows(url, held))) for url in pair)
    assert len(once) == 16
    assert once == after
