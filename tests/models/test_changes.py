"""Why scores change from one day to the next: the parts add up, and each is what its name says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from models import backtest, changes, days, levels, score
from models.bench import fit, questions
from models.changes import Earlier
from models.frames import Frames
from models.issue import Desk, Model, Row, Setting
from tests.models import factories as f
from tests.models.factories import V

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
(ASKED,) = questions(["escalation"], (28,), 5)
PAST = f.bursts(3, length=600)
DAY = 610  # nothing of the past is told later than this
BEFORE, TODAY = f.known_by(DAY - 1), f.known_by(DAY)
CALM = levels.Thresholds({"watch": 0.3, "warning": 0.5, "emergency": 0.8}, {}, 52, 2)


def model_of(name: str, estimator: str) -> Model:
    bench = backtest.bench_for(f.frames(PAST, covered_days=700), f.known_by(580))
    fitted = fit(bench, ASKED, estimator, days.number(f.known_by(580)))
    return Model(name, fitted.estimator, estimator, fitted.features, 99, 9, 5, CALM)


@pytest.fixture(scope="module")
def model() -> Model:
    return model_of("one", "ewma_logistic")


@pytest.fixture(scope="module")
def other() -> Model:
    return model_of("two", "climatology")


def scored(frames: Frames, asked: Sequence[date], model: Model) -> list[Row]:
    live = tuple(False for _ in asked)
    desk = Desk(score.bench_for(frames, asked), Setting(tuple(asked), ("d",) * len(asked), NOW, live, False))
    by_day = {ASKED: dict.fromkeys(asked, model)}
    return [row for part in score.score_rows(desk, by_day, 28) for row in part]


def parts(more: Sequence[V], model: Model) -> dict[str, dict[str, float]]:
    """The parts of what changed from one day to the next in both communities, both days scored together."""
    frames = f.frames([*PAST, *more], covered_days=700)
    rows = scored(frames, [BEFORE, TODAY], model)
    return named(frames, model, rows, {})


def named(
    frames: Frames, model: Model, rows: list[Row], earlier: dict[date, Earlier]
) -> dict[str, dict[str, float]]:
    found = changes.rows(frames, ASKED, dict.fromkeys((BEFORE, TODAY), model), rows, earlier)
    names = {changes.store.score_id(row): row["area_id"] for row in rows if row["as_of"] == TODAY}
    return {names[one["score_id"]]: one for one in found}


def difference(rows: list[Row], area: str) -> float:
    said = {row["as_of"]: row["probability"] for row in rows if row["area_id"] == area}
    return said[TODAY] - said[BEFORE]


def total(part: dict[str, float]) -> float:
    return part["new_data"] + part["revised_data"] + part["model_change"]


def test_a_day_without_news_brings_only_its_passing(model: Model) -> None:
    found = parts([], model)
    assert set(found) == {"k", "m"}
    assert all(one["revised_data"] == one["model_change"] == 0 for one in found.values())
    assert any(one["new_data"] != 0 for one in found.values())


def test_a_new_incident_is_new_data(model: Model) -> None:
    calm, found = parts([], model), parts([V("GAk", DAY - 1, deaths=40, known=DAY)], model)
    assert found["k"]["new_data"] > calm["k"]["new_data"]
    assert found["k"]["revised_data"] == found["k"]["model_change"] == 0


def test_a_corrected_figure_is_revised_data_beside_the_passing_of_the_day(model: Model) -> None:
    first = V("GAk", DAY - 5, deaths=2, known=DAY - 4, until=DAY, incident="x")
    unchanged = parts([replace(first, until=None)], model)
    found = parts([first, replace(first, deaths=90, known=DAY, until=None)], model)
    assert found["k"]["revised_data"] > 0.001
    assert found["k"]["new_data"] == pytest.approx(unchanged["k"]["new_data"], abs=1e-6)


def test_what_is_taken_back_is_revised_data(model: Model) -> None:
    found = parts([V("GAk", DAY - 5, deaths=60, known=DAY - 4, until=DAY)], model)
    assert found["k"]["revised_data"] < -0.001


def test_a_version_that_says_nothing_else_is_no_revision(model: Model) -> None:
    first = V("GAk", DAY - 5, deaths=9, known=DAY - 4, until=DAY, incident="x")
    found = parts([first, replace(first, known=DAY, until=None)], model)
    assert found["k"]["revised_data"] == 0


def test_another_model_is_told_apart_from_the_data(model: Model, other: Model) -> None:
    frames = f.frames([*PAST, V("GAk", DAY - 1, deaths=40, known=DAY)], covered_days=700)
    was, now = scored(frames, [BEFORE], model), scored(frames, [TODAY], other)
    (same, *_) = [row for row in scored(frames, [BEFORE], other) if row["area_id"] == "k"]
    found = named(frames, other, now, {TODAY: Earlier(kept(was), None)})["k"]
    assert found["model_change"] == pytest.approx(
        same["probability"] - kept(was)["k"]["probability"], abs=1e-9
    )
    assert total(found) == pytest.approx(difference([*was, *now], "k"), abs=1e-12)


def test_what_came_into_the_store_late_is_no_change_of_model(model: Model) -> None:
    """Known to the world yesterday, imported today: yesterday's score could not know it."""
    then = f.frames(PAST, covered_days=700)
    late = f.frames([*PAST, V("GAk", DAY - 8, deaths=70, known=DAY - 7)], covered_days=700)
    was, now = scored(then, [BEFORE], model), scored(late, [TODAY], model)
    found = named(late, model, now, {TODAY: Earlier(kept(was), then)})["k"]
    assert found["model_change"] == found["revised_data"] == 0 and found["new_data"] > 0.001


def kept(rows: list[Row]) -> dict[str, Row]:
    return {row["area_id"]: {**row, "score_id": changes.store.score_id(row)} for row in rows}


def test_nothing_is_claimed_where_one_of_the_days_was_not_assessed(model: Model) -> None:
    frames = f.frames(PAST, covered_days=700)
    rows = scored(frames, [BEFORE, TODAY], model)
    unsaid = [{**row, "probability": None, "level": 0} if row["as_of"] == BEFORE else row for row in rows]
    doubted = [{**row, "level": 0} if row["as_of"] == TODAY else row for row in rows]
    assert named(frames, model, unsaid, {}) == named(frames, model, doubted, {}) == {}
    assert named(frames, model, [row for row in rows if row["as_of"] == TODAY], {}) == {}


@pytest.mark.parametrize("seed", range(3))
def test_the_parts_always_add_up(seed: int, model: Model, other: Model) -> None:
    """Whatever arrives, is corrected or taken back, with or without another model."""
    draw = np.random.default_rng(seed)
    versions = f.random_versions(seed, count=200, length=DAY)
    known = np.array([DAY - int(draw.integers(0, 3)) for _ in range(12)])
    versions += [V("GAk", int(day) - 3, deaths=int(draw.integers(0, 50)), known=int(day)) for day in known]
    frames = f.frames(versions, covered_days=700)
    was, now = scored(frames, [BEFORE], (model, other)[seed % 2]), scored(frames, [TODAY], model)
    found = named(frames, model, now, {TODAY: Earlier(kept(was), None)})
    assert set(found) == {"k", "m"}
    for area, one in found.items():
        assert total(one) == pytest.approx(difference([*was, *now], area), abs=1e-9)
