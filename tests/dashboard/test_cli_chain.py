"""The whole chain on a small exercise: from its files to scores and alerts, on both databases."""

import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from dashboard import cli
from db import clock
from tests.conftest import NOW

END = "2026-11-21"
TARGETS = {"escalation", "fatal", "civilian", "severe5", "mass25"}


def tocsin(url: str, *arguments: object) -> tuple[int, str, str]:
    """Run one command in this process."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.run(["--db", url, *map(str, arguments)])
    return code, out.getvalue(), err.getvalue()


def data(url: str, *arguments: object) -> Any:
    """The JSON that a command prints."""
    code, out, err = tocsin(url, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest,
    new_database: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A store that holds a small exercise, trained and scored for a week."""
    url, folder = new_database(request.param), tmp_path_factory.mktemp("exercise")
    patch = pytest.MonkeyPatch()
    patch.setenv("TOCSIN_KEY", "for tests only")
    clock.use(lambda: NOW)
    for command in (
        ("init",),
        ("exercise", "--communities", 4, "--years", 2.5, "--seed", 3, "--end", END, "--out", folder),
        ("region", "load", folder),
        ("import", "reports", folder / "reports.csv"),
        ("train", "--as-of", "2026-11-07"),
        ("daily", "--as-of", "2026-11-20"),
    ):
        code, _, err = tocsin(url, *command)
        assert code == 0, err
    yield url
    patch.undo()


@pytest.fixture(autouse=True)
def _same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_KEY", "for tests only")


def test_scores_are_one_object_per_community_horizon_and_target(store: str) -> None:
    rows = data(store, "scores", "--as-of", "2026-11-20")
    assert {(row["horizon_days"], row["target"]) for row in rows} == {
        (h, t) for h in (7, 14, 28) for t in TARGETS
    }
    assert len(rows) == 4 * 15
    assert len({(row["community_id"], row["horizon_days"], row["target"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["exercise"] is True
        assert 0 <= row["low"] <= row["probability"] <= row["high"] <= 1
        assert row["confidence"] in {"low", "moderate", "high"}
        assert row["level"] in range(5)
        assert len({other["level"] for other in rows if other["community_id"] == row["community_id"]}) == 1
        assert len(row["incident_ids"]) <= 200


def test_drivers_sum_to_the_probability(store: str) -> None:
    from math import log

    for row in data(store, "scores", "--as-of", "2026-11-20"):
        said = row["base"] + sum(driver["contribution"] for driver in row["drivers"])
        assert said == pytest.approx(log(row["probability"] / (1 - row["probability"])), abs=1e-6)
        for driver in row["drivers"]:
            assert set(driver) == {"feature", "value", "usual", "contribution", "incident_ids", "text"}
            assert driver["text"]


def test_daily_again_changes_nothing(store: str) -> None:
    before = data(store, "doctor")["rows"]
    again = data(store, "daily", "--as-of", "2026-11-20")
    after = data(store, "doctor")["rows"]
    assert again["rows_written"] == 0
    assert again["transitions"] == {}
    remembered = {"job_run", "access_log"}  # what ran and was read goes on being written down
    assert {n: c for n, c in after.items() if n not in remembered} == {
        n: c for n, c in before.items() if n not in remembered
    }


def test_every_day_since_training_has_scores(store: str) -> None:
    assert data(store, "doctor")["regions"][0]["scored_days"] >= 14
    assert tocsin(store, "scores", "--as-of", "2026-11-07")[0] == 0
    code, _, err = tocsin(store, "scores", "--as-of", "2026-11-06")
    ours = [line for line in err.splitlines() if line.startswith("tocsin:")]
    assert (code, len(ours), "Traceback" in err) == (1, 1, False)


def test_scoring_a_day_before_training_is_refused(store: str) -> None:
    code, _, err = tocsin(store, "score", "--as-of", "2026-11-01")
    assert code == 1
    assert "tocsin train --as-of 2026-11-01" in err


def test_scores_as_recorded_are_those_the_store_held(store: str) -> None:
    assert tocsin(store, "scores", "--as-of", "2026-11-20", "--as-recorded", "2026-11-22")[0] == 0
    assert tocsin(store, "scores", "--as-of", "2026-11-20", "--as-recorded", "2026-11-21")[0] == 2


def test_scores_as_a_table_and_as_csv(store: str) -> None:
    _, out, _ = tocsin(store, "scores", "--as-of", "2026-11-20")
    assert "EXERCISE" in out
    _, out, _ = tocsin(store, "scores", "--as-of", "2026-11-20", "--csv")
    lines = out.splitlines()
    assert lines[0].startswith("community_id,name,name_ar,group,horizon_days,target,probability")
    assert len(lines) == 1 + 4 * 15


def test_runs_are_recorded(store: str) -> None:
    runs = data(store, "doctor")["runs"]
    assert {"train", "daily"} <= {run["command"] for run in runs} | {"train"}
    assert all(run["status"] in {"done", "failed"} for run in runs)


BACKTEST = ("backtest", "--from", "2026-05-01", "--as-of", "2026-09-30", "--target", "fatal", "--horizon", 28)


def test_backtest_prints_the_compared_rules(store: str) -> None:
    rows = data(store, *BACKTEST)["skill"]
    assert {"ewma_logistic", "logit_mean", "conflictology"} <= {row["estimator"] for row in rows}
    assert all(row["skill_reference"] is None or row["skill_reference"] < 1 for row in rows)
    assert "[" in tocsin(store, *BACKTEST, "--estimators", "climatology,ewma_logistic")[1]


def test_backtest_writes_its_report_as_files(store: str, tmp_path: Path) -> None:
    written, html = tmp_path / "r.json", tmp_path / "r.html"
    few = (*BACKTEST, "--estimators", "climatology,ewma_logistic", "--units", "districts")
    code, out, err = tocsin(store, *few, "--json", written, "--html", html)
    assert code == 0 and "EXERCISE" in out, err
    assert "EXERCISE" in html.read_text(encoding="utf-8")
    assert set(json.loads(written.read_text(encoding="utf-8"))["about"]["areas"]) == {"district"}


def test_backtest_refuses_before_the_long_work(store: str, tmp_path: Path) -> None:
    for wrong in (
        ("--html", tmp_path / "none" / "r.html"),
        ("--every", 3),
        ("--event", "2026-07-01"),
        ("--from", "2026-11-01"),
        ("--estimators", "oracle"),
    ):
        code, _, err = tocsin(store, *BACKTEST, *wrong)
        assert code != 0 and err.count("\n") == 1, wrong


def test_alerts_are_listed_as_data(store: str) -> None:
    rows = data(store, "alerts", "--as-of", "2026-11-20")
    for row in rows:
        assert row["exercise"] is True
        assert row["handling"] in {"draft", "acknowledged", "resolved"}
    code, _, err = tocsin(store, "alerts", "acknowledge", "no-such-alert")
    assert code == 2
    assert "tocsin alerts" in err


def test_the_daily_run_closed_what_was_over(store: str) -> None:
    told = data(store, "verify", "--as-of", "2026-11-20")
    assert (told["closed"], told["verdicts"]) == (0, {})
    rows = data(store, "doctor")["rows"]
    assert rows["verification"] > 0 and rows["drift"] > 0
    later = data(store, "verify", "--as-of", "2026-11-21")
    assert set(later["verdicts"]) <= {"hit", "miss", "false_alarm", "quiet", "no alarm threshold"}


def test_a_model_is_put_in_force_by_hand(store: str) -> None:
    """From the day after all others of these tests on, so that they never meet it."""
    found = data(store, "models", "--as-of", "2026-11-20")
    used = [row for row in found if row["in_force"]]
    assert len(used) == 15 + 3 and {row["in_force"] for row in used} == {"2026-11-07"}
    assert {row["kind"] for row in used} <= {"auto", "fallback"}
    other = used[0]
    code, out, err = tocsin(
        store, "promote", other["model_version"], "--reason", "a trial", "--override", "--as-of", "2026-11-22"
    )
    assert (code, out) == (0, "") and "in force from 2026-11-22 on" in err
    found = data(store, "models", "--as-of", "2026-11-22")
    mine = next(row for row in found if row["model_version"] == other["model_version"])
    assert (mine["kind"], mine["reason"], mine["in_force"]) == ("manual", "a trial", "2026-11-22")
    assert tocsin(store, "promote", "nobody")[0] == 2
