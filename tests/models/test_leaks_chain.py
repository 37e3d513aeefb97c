"""The whole chain: fit, refit, forecast. What becomes known after an origin changes no forecast up to it."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from models import backtest
from models.days import Array
from models.frames import Frames
from models.leaks import deleted, shuffled
from models.targets import TARGETS, Question
from tests.models import factories as f

DAY = 300
ORIGIN = f.FIRST + DAY - (f.FIRST + DAY) % 7
ASKED = [Question(TARGETS["escalation"], 28, 5), Question(TARGETS["fatal"], 7, 5)]


def replayed(frames: Frames) -> dict[Question, dict[str, Array]]:
    bench = backtest.bench_for(frames, f.known_by(600))
    folds = [(one, cutoff) for one in ASKED for cutoff in (ORIGIN - 56, ORIGIN - 28, ORIGIN)]
    said = backtest.replay(bench, folds, backtest.COMPARED, 28, jobs=1)
    upto = bench.panel.origins <= ORIGIN
    return {one: {name: table[upto] for name, table in answers.items()} for one, answers in said.items()}


@pytest.fixture(scope="module")
def long_record() -> Frames:
    return f.frames(f.random_versions(11, count=900))


@pytest.fixture(scope="module")
def forecasts(long_record: Frames) -> dict[Question, dict[str, Array]]:
    return replayed(long_record)


@pytest.mark.parametrize("changed", [deleted, shuffled])
def test_no_forecast_of_the_backtest_sees_the_future(
    long_record: Frames,
    forecasts: dict[Question, dict[str, Array]],
    changed: Callable[[Frames, date], Frames],
) -> None:
    again = replayed(changed(long_record, f.known_by(DAY)))
    for question, answers in forecasts.items():
        assert np.isfinite(answers["logit_mean"]).any()
        for name, table in answers.items():
            assert np.array_equal(table, again[question][name], equal_nan=True), name


def test_ids_are_no_features(long_record: Frames, forecasts: dict[Question, dict[str, Array]]) -> None:
    """Areas that change their ids take their forecasts along (sums in another order differ in the last digits)."""
    renamed = {"A": "C", "B": "A", "C": "B", "k": "m", "m": "k", "G": "G"}
    areas = long_record.areas.assign(area_id=long_record.areas["area_id"].map(renamed))
    pairs = [
        one.assign(area_id=one["area_id"].map(renamed)) for one in (long_record.members, long_record.parents)
    ]
    again = replayed(long_record._replace(areas=areas, members=pairs[0], parents=pairs[1]))
    old = sorted(renamed)
    moved = [old.index(renamed[one]) for one in old]
    for question, answers in forecasts.items():
        for name, table in answers.items():
            np.testing.assert_allclose(again[question][name][:, moved], table, rtol=1e-3, err_msg=name)
