"""Taking an import back: believed no more, nothing deleted, and brought back by importing it again."""

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import engine, undo
from db.errors import BadInput
from db.policy import LOCAL, Viewer
from db.queries import coverage, incidents
from db.vocab import Role
from tests import factories
from tests.conftest import NOW
from tests.db.stores import ask, count, everything, rows
from tests.db.tables import HEADER, ROW, row, take, write
from tests.factories import report_row, ucdp_row, write_csv

LATER = datetime(2026, 12, 5, 9, tzinfo=UTC)
AGAIN = datetime(2026, 12, 9, 9, tzinfo=UTC)


def back(url: str, batch_id: str, *, now: datetime = LATER, **options: Any) -> undo.Undone:
    """Take an import back."""
    with engine.writing(url) as session:
        return undo.undo(
            session, LOCAL, batch_id, **{"reason": "wrong file", "by": "tester", "now": now, **options}
        )


def believed(url: str, **options: Any) -> list[tuple[Any, ...]]:
    """What is believed at the end of 2018: kind, first day, deaths, number of reports."""
    found = ask(url, incidents, **options)
    facts = found[["incident_type", "date_start", "deaths", "reports"]].astype(object)
    return sorted(tuple(map(str, row)) for row in facts.itertuples(index=False))


def test_one_step_takes_an_import_back_and_the_same_file_brings_it_back(both: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER, row(id="1"), row(id="2", date="2018-03-05"))
    batch = take(both, path).batch_id
    before, held = believed(both), {t: count(both, t) for t in ("report", "claim", "incident")}
    assert len(before) == 2
    done = back(both, batch[:8])
    assert (done.reports, done.kept, done.incidents) == (2, 0, 2)
    assert believed(both) == []
    assert {t: count(both, t) for t in held} == held  # nothing is deleted
    assert rows(both, "SELECT status, message FROM import_batch") == [
        {"status": "undone", "message": "wrong file"}
    ]
    again = take(both, path, now=AGAIN)
    assert again.brought_back
    assert believed(both) == before
    assert rows(both, "SELECT status, message FROM import_batch") == [{"status": "done", "message": None}]
    assert take(both, path, now=AGAIN).unchanged
    assert rows(both, "SELECT reason, by FROM tombstone WHERE lifted_at IS NOT NULL") == [
        {"reason": "wrong file", "by": "tester"}
    ]


def test_an_undo_needs_a_reason_and_happens_once(nowhere: str, tmp_path: Path) -> None:
    batch = take(nowhere, write(tmp_path / "a.csv", HEADER, ROW)).batch_id
    with pytest.raises(BadInput):
        back(nowhere, batch, reason=" ")
    assert len(believed(nowhere)) == 1
    back(nowhere, batch)
    with pytest.raises(BadInput, match="was undone already"):
        back(nowhere, batch)
    for name in ("", "zz", batch + "0"):
        with pytest.raises(BadInput, match="there is no such import; list them with: tocsin batches"):
            back(nowhere, name)


def test_what_another_import_brought_again_stays(both: str, tmp_path: Path) -> None:
    first = take(both, write(tmp_path / "a.csv", HEADER, row(id="1"), row(id="2"))).batch_id
    second = take(both, write(tmp_path / "b.csv", HEADER, row(id="2"), row(id="3"))).batch_id
    done = back(both, first)
    assert (done.reports, done.kept) == (1, 1)
    assert len(believed(both)) == 2
    back(both, second)
    assert believed(both) == []


def test_another_file_brings_single_reports_back(nowhere: str, tmp_path: Path) -> None:
    back(nowhere, take(nowhere, write(tmp_path / "a.csv", HEADER, row(id="1"), row(id="2"))).batch_id)
    summary = take(nowhere, write(tmp_path / "b.csv", HEADER, row(id="2")), now=AGAIN)
    assert (summary.new, summary.already) == (0, 1)
    assert len(believed(nowhere)) == 1


def test_a_correction_taken_back_leaves_the_first_word(nowhere: str, tmp_path: Path) -> None:
    take(nowhere, write(tmp_path / "a.csv", HEADER, row(killed="3")))
    known = {"as_of": date(2026, 12, 31)}
    before = believed(nowhere, **known)
    second = take(nowhere, write(tmp_path / "b.csv", HEADER, row(killed="9")), now=LATER).batch_id
    assert believed(nowhere, **known) != before
    back(nowhere, second, now=AGAIN)
    assert believed(nowhere, **known) == before


@pytest.mark.parametrize(("first", "second"), [("internal", "severe"), ("severe", "internal")])
def test_how_sensitive_it_is_comes_back_with_the_undo(
    nowhere: str, tmp_path: Path, first: str, second: str
) -> None:
    """A file that tells a report to be more or less sensitive, taken back: it is as it was, for every reader."""
    viewer = Viewer("v", frozenset({Role.VIEWER}))

    def came(sensitivity: str, text: str, now: datetime) -> str:
        row = report_row(external_id="r1", sensitivity=sensitivity, text=text)
        return factories.take(
            nowhere, write_csv(tmp_path / f"{text}.csv", [row]), "reports", now=now
        ).batch_id

    def now_is() -> tuple[str, int]:
        newest = (
            "SELECT sensitivity FROM incident_version WHERE recorded_until IS NULL AND known_until IS NULL"
        )
        (held,) = rows(nowhere, newest)
        return held["sensitivity"], len(ask(nowhere, incidents, viewer=viewer, as_of=date(2027, 1, 1)))

    came(first, "one", NOW)
    before = now_is()
    assert before == (first, int(first == "internal"))
    batch = came(second, "two", NOW + timedelta(hours=1))
    assert now_is() == (second, int(second == "internal"))
    back(nowhere, batch)
    assert now_is() == before


def test_what_an_undone_file_covered_is_not_covered(nowhere: str, tmp_path: Path) -> None:
    batch = factories.take(nowhere, write_csv(tmp_path / "a.csv", [ucdp_row()])).batch_id

    def covered() -> list[Any]:
        with engine.reading(nowhere) as session:
            found = coverage(session, LOCAL, region_id="nowhere", as_of=LATER.date())
        return list(found[found["source_id"] == "ucdp"]["covered_from"])

    assert covered() != [None]
    back(nowhere, batch)
    assert covered() == [None]


def test_what_was_held_on_a_past_day_is_still_told(nowhere: str, tmp_path: Path) -> None:
    batch = take(nowhere, write(tmp_path / "a.csv", HEADER, ROW)).batch_id
    before = believed(nowhere)
    back(nowhere, batch)
    assert believed(nowhere) == []
    assert believed(nowhere, recorded_as_of=date(2026, 11, 30)) == before


FILES = st.lists(st.sets(st.integers(1, 4), min_size=1), min_size=1, max_size=3)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=FILES, undone=st.sets(st.integers(0, 2)), moved=st.booleans())
def test_undoing_files_is_as_if_they_had_not_come(
    fresh: Any, tmp_path: Path, files: list[set[int]], undone: set[int], moved: bool
) -> None:
    """Law: what is believed afterwards follows from the files that stand, in whatever order things happened."""
    some, all_ = fresh(), fresh()
    paths = [
        write(tmp_path / f"{n}.csv", HEADER, *[row(id=str(i), notes=f"event {i}") for i in sorted(ids)])
        for n, ids in enumerate(files)
    ]
    names = {n: take(all_, path).batch_id for n, path in enumerate(paths)}
    for n in sorted(undone & set(names), reverse=moved):
        if names[n] in {r["id"] for r in rows(all_, "SELECT id FROM import_batch WHERE status = 'done'")}:
            back(all_, names[n])
    gone = {names[n] for n in undone & set(names)}
    for n, path in enumerate(paths):
        if names[n] not in gone:
            take(some, path)
    assert believed(all_) == believed(some)


def test_an_interrupted_undo_has_not_happened(
    nowhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = take(nowhere, write(tmp_path / "a.csv", HEADER, ROW)).batch_id
    before = everything(nowhere, without=set())

    def fall(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(undo.incidents, "derive", fall)
    with pytest.raises(KeyboardInterrupt):
        back(nowhere, batch)
    assert everything(nowhere, without=set()) == before


SCRIPT = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from db.importers import run, tables
from db.policy import LOCAL
run.CHUNK = 4
def progress(rows):
    if rows >= 8:
        os.kill(os.getpid(), signal.SIGKILL)
planned = tables.plan(sys.argv[1], tables.Request(Path(sys.argv[2]), "nowhere", source="monitor"))
tables.take(sys.argv[1], LOCAL, planned, by="tester", now=datetime(2026, 11, 22, tzinfo=UTC), progress=progress)
"""


def test_a_table_whose_import_was_shot_is_finished_by_importing_it_again(fresh: Any, tmp_path: Path) -> None:
    killed, whole = fresh(), fresh()
    path = write(tmp_path / "a.csv", HEADER, *[row(id=str(n), notes=f"event {n}") for n in range(11)])
    root = Path(undo.__file__).parents[1]
    command = [sys.executable, "-c", SCRIPT, killed, str(path)]
    done = subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert count(killed, "report") == 8
    for url in (killed, whole):
        take(url, path)
        back(url, rows(url, "SELECT id FROM import_batch")[0]["id"])
        take(url, path, now=AGAIN)
    assert believed(killed) == believed(whole)
    assert len(believed(killed)) == 11
