import numpy as np
import pytest
from scipy.special import expit

from models import backtest, days, intervals
from models.bench import fit
from models.cards import compare
from models.intervals import Ground, Spread
from models.targets import TARGETS, Question
from models.train import fold_days
from tests.models import exercise
from tests.models import factories as f

TRAINED, LENGTH, SEED = 800, 1000, 1


def ground(shape: tuple[int, ...], **changes: float) -> Ground:
    facts = {"table": 0.0, "expected": 1.0, "thin": 1.0, "windows": 13.0, **changes}
    columns = {
        name: np.full((*shape, 1) if name == "table" else shape, value) for name, value in facts.items()
    }
    return Ground(**columns)


def test_an_interval_holds_its_probability_however_extreme() -> None:
    said = np.array([1e-4, 0.001, 0.05, 0.3, 0.5, 0.9, 0.99, 1 - 1e-4])
    spread = Spread(np.array([[0.3, 0.0], [-0.3, 0.0]]), ((0.01, 1.6), (2.0, 0.6)))
    for name in ("logit_mean", "conflictology", "persistence", "pooled_rate"):
        low, high = intervals.bounds(spread, name, said, ground(said.shape))
        assert (low >= 0).all() and (low <= said).all() and (said <= high).all() and (high <= 1).all()
        assert (low < high).all()


@pytest.mark.parametrize("change", [{"thin": 2.0}, {"expected": 0.01}, {"windows": 2.0}])
def test_thin_ground_widens(change: dict[str, float]) -> None:
    said, spread = np.array([0.1, 0.4]), Spread(np.zeros((0, 2)), ((0.01, 1.6), (2.0, 0.6)))
    name = "conflictology" if "windows" in change else "logit_mean"
    low, high = intervals.bounds(spread, name, said, ground(said.shape))
    lower, higher = intervals.bounds(spread, name, said, ground(said.shape, **change))
    assert (higher - lower > high - low).all()


def test_a_quiet_area_of_a_rule_is_not_certain() -> None:
    said = np.array([1e-4])
    _, high = intervals.bounds(Spread(np.zeros((0, 2)), ((1.0, 0.5),)), "conflictology", said, ground((1,)))
    assert 0.03 < high[0] < 0.5  # nothing in thirteen windows


def test_misfit_finds_how_unlike_areas_of_equal_forecasts_are() -> None:
    draw = np.random.default_rng(0)
    expected = np.repeat(np.geomspace(0.05, 3, 40)[None], 400, axis=0)
    for sd in (0.3, 0.8, 1.2):
        true = expected * np.exp(draw.normal(-(sd**2) / 2, sd, expected.shape))
        found = intervals.misfit(expected, draw.poisson(true))
        assert abs(found[-1][1] - sd) < 0.25
        assert [one for one, _ in found] == sorted(one for one, _ in found)
        assert [one for _, one in found] == sorted((one for _, one in found), reverse=True)
    assert intervals.misfit(expected, np.zeros(expected.shape)) == ((1.0, intervals.UNKNOWN_MISFIT),)


def test_refits_spread_as_the_textbook_says() -> None:
    draw = np.random.default_rng(1)
    day, table = f.FIRST + 7 * np.arange(400), draw.normal(size=(400, 6, 1))
    happened = draw.random((400, 6)) < expit(table[..., 0] - 1)
    departed = intervals.departures(day, table, happened)
    assert departed.shape == (intervals.REFITS, 2) and np.abs(departed.mean(axis=0)).max() < 1e-6
    x = np.column_stack([np.ones(2400), table.ravel()])
    chance = expit(x @ [-1, 1])
    exact = np.sqrt(np.diag(np.linalg.inv((x * (chance * (1 - chance))[:, None]).T @ x)))
    assert np.allclose(departed.std(axis=0, ddof=1), exact, rtol=0.5)
    again = intervals.departures(day, table, happened)
    assert np.array_equal(departed, again)


def test_one_class_only_and_short_records_have_refits_too() -> None:
    table = np.random.default_rng(2).normal(size=(5, 3, 2))
    departed = intervals.departures(f.FIRST + 7 * np.arange(5), table, np.zeros((5, 3), dtype=bool))
    assert np.isfinite(departed).all()


def test_intervals_hold_the_true_probability_of_the_exercise() -> None:
    frames = exercise.frames(SEED, days=LENGTH, changed_on=None)
    intensity = exercise.intensity(SEED, days=LENGTH)
    past, full = (backtest.bench_for(frames, f.known_by(day)) for day in (TRAINED, LENGTH))
    question = Question(TARGETS["fatal"], 7, 5)
    names = ("logit_mean", "conflictology")
    said = backtest.replay(past, [(question, at) for at in fold_days(past, question)], names, 84, 2)[question]
    compared = compare(past, question, said)
    asked = np.flatnonzero(
        (full.panel.origins > f.FIRST + TRAINED) & (full.panel.origins < f.FIRST + LENGTH - 8)
    )
    ahead = full.panel.origins[asked] - f.FIRST + 1
    true = -np.expm1(-np.stack([intensity[day : day + 7].sum(axis=0) for day in ahead]))
    for name in names:
        fitted = fit(past, question, name, days.number(f.known_by(TRAINED)))
        refits = intervals.refits(past, question, fitted, days.number(f.known_by(TRAINED)))
        table = full.rows([one.name for one in fitted.features], question)[asked]
        probability = expit(fitted.log_odds(table))
        under = intervals.ground(full, question, name, probability, table, asked)
        low, high = intervals.bounds(compared.spread(fitted, refits), name, probability, under)
        assert 0.65 < ((low <= true) & (true <= high)).mean() < 0.95
