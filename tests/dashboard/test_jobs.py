"""Jobs: their records, what a failure leaves behind, and the preparation of the demo."""

import socket
import urllib.request
from datetime import date, timedelta
from pathlib import Path

import pytest

from dashboard import jobs, serving, signing
from db import engine, migrating, packs, queries, store
from db.errors import BadInput, TocsinError
from db.policy import LOCAL
from models import score
from tests import factories
from tests.conftest import NOW

END = date(2026, 11, 21)
REGION = jobs.EXERCISE


def quiet(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@pytest.fixture
def fresh(tmp_path: Path) -> str:
    return factories.copied(tmp_path / "x.db")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small demo."""
    patch = pytest.MonkeyPatch()
    patch.setenv("TOCSIN_KEY", "for tests only")
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'exercise.db'}"
    migrating.upgrade(url)
    jobs.prepare_exercise(url, end=END, now=lambda: NOW, tell=quiet, communities=2, years=2)
    patch.undo()
    return url


def runs(url: str) -> list[tuple[str, str, str | None]]:
    with engine.reading(url) as session:
        rows = queries.runs(session, LOCAL)
    return list(zip(rows["command"], rows["status"], rows["message"], strict=True))


def test_a_run_record_tells_how_the_job_ended(url: str) -> None:
    with jobs.recorded(url, "daily", lambda: NOW, quiet) as run:
        run.step("score", 1, 2)
        assert runs(url) == [("daily", "running", None)]
    assert runs(url) == [("daily", "done", None)]
    with pytest.raises(TocsinError), jobs.recorded(url, "train", lambda: NOW + timedelta(1), quiet):
        raise TocsinError("no\nluck")
    assert runs(url)[0] == ("train", "failed", "no luck")


def test_the_demo_is_complete(prepared: str) -> None:
    with engine.reading(prepared) as session:
        days = queries.scored_days(session, LOCAL, region_id=REGION, as_of=END)
        rows = queries.scores(session, LOCAL, region_id=REGION, as_of=END)
    assert days == [END - timedelta(days=n) for n in range(36)]
    assert len(rows) == 2 * 15
    assert rows["exercise"].all()
    assert runs(prepared) == [("demo", "done", None)]


def test_a_finished_demo_is_used_again_until_its_day_is_over(prepared: str, fresh: str) -> None:
    assert jobs.exercise_is_ready(prepared, END)
    assert not jobs.exercise_is_ready(prepared, END + timedelta(days=1))
    assert not jobs.exercise_is_ready(fresh, END)


def test_the_demo_keeps_its_hands_off_real_data(fresh: str) -> None:
    with engine.writing(fresh) as session:
        store.load_region(session, packs.read(packs.find("syria")), NOW)
    with pytest.raises(BadInput, match="real data"):
        jobs.exercise_is_ready(fresh, END)


def test_failed_scoring_is_recorded_and_seen_on_the_alerts(
    prepared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(score, "plan", broken)
    with pytest.raises(RuntimeError):
        jobs.daily(prepared, region_id=REGION, as_of=END + timedelta(days=1), now=lambda: NOW, tell=quiet)
    assert ("daily", "failed", "stopped by an unexpected RuntimeError") in runs(prepared)
    with engine.reading(prepared) as session:
        states = queries.alert_states(session, LOCAL, region_id=REGION, as_of=END + timedelta(days=1))
    assert set(states["condition"]) <= {"error"}


def test_the_dashboard_answers_and_ends_with_its_command(fresh: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving.started(fresh, "127.0.0.1", port) as server:
        with urllib.request.urlopen(server.address, timeout=10) as answer:  # noqa: S310
            assert answer.status == 200
        with pytest.raises(TocsinError, match="not free"):
            serving.check_free("127.0.0.1", port)
    assert server.process.returncode is not None
    serving.check_free("127.0.0.1", port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])  # noqa: S104
def test_other_machines_are_refused(host: str) -> None:
    with pytest.raises(BadInput, match="no login"):
        signing.check_host(host)
