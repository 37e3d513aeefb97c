"""A cluster gives the numbers that threads give, and one that cannot is refused with the cure."""

import sys
from collections.abc import Iterator
from typing import Any

import cloudpickle
import pandas as pd
import pytest
from joblib import delayed

from models import backtest, bench, days, workers
from models.bench import Bench
from models.errors import ModelError
from tests.models import factories as f

QUESTIONS = bench.questions(["escalation", "fatal"], [7], 5)
SPAN = {"first": f.known_by(700), "last": f.known_by(860), "refit_days": 84}


@pytest.fixture(scope="module")
def table() -> Bench:
    return backtest.bench_for(f.frames(f.bursts(3)), f.known_by(900))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from distributed import LocalCluster

    options = {"n_workers": 1, "threads_per_worker": 2, "processes": False, "dashboard_address": None}
    with LocalCluster(host="127.0.0.1", protocol="tcp://", **options) as started:
        yield started


def said(table: Bench) -> pd.DataFrame:
    return backtest.run(table, QUESTIONS, **SPAN, estimators=("ewma_logistic", "logit_mean"), jobs=1)


def test_a_cluster_says_what_threads_say_to_the_last_digit(table: Bench, cluster: Any) -> None:
    here = said(table)
    with workers.spread(cluster.scheduler_address):
        there = said(table)
    assert here["fct"].nunique() > 100
    pd.testing.assert_frame_equal(here, there, check_exact=True)


def test_the_work_really_goes_to_the_cluster(cluster: Any) -> None:
    with workers.spread(cluster.scheduler_address):
        names = list(workers.each([delayed(_worker)() for _ in range(2)], jobs=1, share=None))
    assert names == [cluster.scheduler_address] * 2
    with pytest.raises(ValueError, match="worker"):
        list(workers.each([delayed(_worker)()], jobs=1, share=None))


def _worker() -> str:
    from distributed import get_worker

    return str(get_worker().scheduler.address)


def test_what_is_sent_and_what_comes_back_can_travel(table: Bench) -> None:
    day = days.number(SPAN["first"])
    table.prepare(QUESTIONS)
    far, question = cloudpickle.loads(cloudpickle.dumps((table, QUESTIONS[0])))
    here, there = (one.fit("logit_mean") for one in (_lesson(table, day), bench.lesson(far, question, day)))
    back = cloudpickle.loads(cloudpickle.dumps(there))
    assert [one.name for one in back.features] == [one.name for one in here.features]
    rows = table.rows([one.name for one in here.features], QUESTIONS[0])
    assert (here.log_odds(rows) == back.log_odds(rows)).all()


def _lesson(table: Bench, day: int) -> bench.Lesson:
    return bench.lesson(table, QUESTIONS[0], day)


def test_an_address_where_nobody_answers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PATIENCE_SECONDS", 0.2)
    with (
        pytest.raises(ModelError, match="start one with: dask scheduler"),
        workers.spread("tcp://127.0.0.1:9"),
    ):
        pass
    with pytest.raises(ModelError, match="no Dask scheduler answers"), workers.spread("nonsense://x"):
        pass


def test_without_dask_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ModelError, match="pip install"), workers.spread("tcp://127.0.0.1:8786"):
        pass


def test_a_worker_with_other_versions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "versions", lambda: {"numpy": "0.1"})
    theirs = {"worker": {"numpy": "9.9"}}
    client = type("Client", (), {"wait_for_workers": lambda *_, **__: None, "run": lambda *_: theirs})()
    with pytest.raises(ModelError, match="has numpy 9.9, here it is 0.1"):
        workers._ready(client, "tcp://x")


def test_no_address_means_threads(table: Bench) -> None:
    with workers.spread(None):
        assert list(workers.each([delayed(len)("abc")], jobs=2, share=table)) == [3]
