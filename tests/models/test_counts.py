import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from models import backtest, count_rules, counts, distributions
from models.bench import Bench
from models.count_rules import COUNT_RULES, RULE_COLUMNS
from models.days import Array
from models.distributions import RUNGS
from models.panel import Panel
from models.targets import DEATHS, Question
from tests.models import factories as f
from tests.models.factories import V

WEEK = 182 + (-f.FIRST - 182) % 7  # a day on the weekly grid
FIRST, LAST = f.known_by(600), f.known_by(700)


def said(name: str, panel: Panel, area: str, horizon_days: int = 7) -> Array:
    """What a rule says at the rungs for one area, origin by origin."""
    return count_rules.exceedance(panel, name, horizon_days)[:, panel.area_ids.index(area)]


def test_conflictology_is_the_last_years_windows() -> None:
    panel = Panel(f.frames([V("A", 300, deaths=6)]), f.origins(400), f.known_by(900))
    share = 7 / 364  # of the whole windows of the last year seven hold day 300
    assert np.allclose(said("conflictology", panel, "A"), [[share] * 3 + [0] * 4])
    assert not said("conflictology", panel, "B").any()
    mixed = said("conflictology_mixture", panel, "B")[0]
    assert np.allclose(mixed, [0.1 * share / len(panel.area_ids)] * 3 + [0] * 4)


def test_older_windows_fade() -> None:
    panel = Panel(f.frames([V("A", 300, deaths=6)]), f.origins(320), f.known_by(900))
    ages = np.arange(13, 20)  # the newest reported window ends on day 319; seven hold day 300
    windows = 320 - 7 + 1  # windows of seven days in days 0..319
    expected = (0.5 ** (ages / 30)).sum() / (0.5 ** (np.arange(windows) / 30)).sum()
    assert np.allclose(said("conflictology_weighted", panel, "A")[0, :3], expected)


def test_last_is_poisson_around_the_window_that_ended() -> None:
    panel = Panel(f.frames([V("A", 399, deaths=6)]), f.origins(400), f.known_by(900))
    assert np.allclose(said("last", panel, "A")[0], poisson.sf(np.array(RUNGS) - 1, 6))
    assert not said("last", panel, "B").any()


def test_climatology_counts_past_windows_and_leans_on_all_areas() -> None:
    versions = [V("A", day, deaths=3) for day in range(183, 400, 7)]
    panel = Panel(f.frames(versions), f.origins(*range(WEEK, 400, 7)), f.known_by(900))
    everywhere = 1 / len(panel.area_ids)  # A has three deaths in every window, the others none
    assert np.allclose(said("climatology_pooled", panel, "B")[12, :2], everywhere)
    assert np.allclose(said("climatology", panel, "A")[12], [(11 + 8 * everywhere) / 19] * 2 + [0] * 5)
    assert not said("climatology", panel, "A")[0].any()  # nothing known yet


@pytest.fixture(scope="module")
def bench() -> Bench:
    return backtest.bench_for(f.frames(f.bursts(3), covered_days=901), f.known_by(900))


@pytest.fixture(scope="module")
def frame(bench: Bench) -> pd.DataFrame:
    return counts.evaluate(bench, [7, 28], first=FIRST, last=LAST)


def test_every_forecaster_is_asked_the_same_rows(frame: pd.DataFrame, bench: Bench) -> None:
    assert set(frame["estimator"]) == {*COUNT_RULES, "ladder"}
    assert frame.groupby(["horizon_days", "estimator"]).size().nunique() == 1
    assert frame["day"].between(pd.Timestamp(FIRST), pd.Timestamp(LAST)).all()
    first = frame[frame["estimator"] == "ladder"].iloc[0]
    panel = bench.panel
    row = np.flatnonzero(panel.origins == pd.Timestamp(first["day"]).toordinal() - 719163)[0]
    assert first["obs"] == panel.after("deaths", 7)[row, panel.area_ids.index(first["area_id"])]


def test_a_promoted_rule_says_what_the_rule_says(bench: Bench, frame: pd.DataFrame) -> None:
    question = Question(DEATHS, 7, 0)
    fitted = counts.fit(bench, question, "conflictology", int(bench.panel.origins[-1]))
    assert [one.name for one in fitted.features] == [one.name for one in RULE_COLUMNS["conflictology"]]
    rows = np.arange(60, 65)
    stated = counts.exceedance(bench, question, fitted, rows)
    assert np.allclose(stated, count_rules.exceedance(bench.panel, "conflictology", 7)[rows])


def test_the_table_sets_the_ladder_beside_every_rule(frame: pd.DataFrame) -> None:
    table = counts.table(frame, draws=50)
    assert len(table) == 2 * 3 * len(COUNT_RULES)  # horizons × kinds × rules
    assert ((table["low"] <= table["skill"]) & (table["skill"] <= table["high"])).all()
    one = (
        counts.table(frame, by_kind=False, draws=10).set_index(["horizon_days", "against"]).loc[(28, "last")]
    )
    errors = frame[frame["horizon_days"] == 28].groupby("estimator")["crps_log1p"].mean()
    assert np.isclose(one["skill_log1p"], 1 - errors["ladder"] / errors["last"])
    assert one["skill_log1p"] > 0  # a Poisson distribution is far too narrow for bursts


def test_threads_change_nothing(frame: pd.DataFrame, bench: Bench) -> None:
    pd.testing.assert_frame_equal(frame, counts.evaluate(bench, [7, 28], first=FIRST, last=LAST, jobs=2))


def test_a_ladder_learns_only_what_was_known(bench: Bench) -> None:
    """Figures that become known after the cutoff change nothing that is said by then."""
    question, cutoff = Question(DEATHS, 28, 0), int(bench.panel.origins[70])
    versions = [v for v in f.bursts(3) if f.FIRST + v.day + 1 <= cutoff] + [V("A", 800, deaths=5000)]
    other = backtest.bench_for(f.frames(versions, covered_days=901), f.known_by(900))
    one, two = (
        counts.exceedance(b, question, counts.fit(b, question, "ladder", cutoff), np.array([70]))
        for b in (bench, other)
    )
    assert np.array_equal(one, two)


def test_medians_and_ranges_come_from_the_ladder() -> None:
    chance = distributions.from_ladder(np.array([[0.6, 0.45, 0.2, 0.05, 0.01, 0.0, 0.0]]), 1.5)
    assert distributions.quantile(chance, 0.5).tolist() == [1]
    assert distributions.quantile(chance, 0.1).tolist() == [0]
