"""Alerts counted by hand."""

import numpy as np
import pandas as pd
import pytest

from models import alert_tables
from models.sheets import Sheet
from models.targets import TARGETS, Question

WEEKS = 7 * np.arange(100, 110)
YES, NO = True, False


def sheet(said: list[list[float]], happened: list[list[bool]], lag_days: int = 1) -> Sheet:
    shape = np.shape(said)
    return Sheet(
        question=Question(TARGETS["escalation"], 28, 5),
        day=7 * np.arange(100, 100 + shape[0]),
        areas=pd.DataFrame({"area_id": [str(n) for n in range(shape[1])], "kind": "district"}),
        obs=np.array(happened, dtype=bool),
        said={"x": np.array(said, dtype=float)},
        observed=np.ones(shape[0], dtype=bool),
        scheduled=np.ones(shape[0], dtype=bool),
        fresh=np.ones(shape, dtype=bool),
        quiet=np.ones(shape, dtype=bool),
        floored=np.zeros(shape, dtype=bool),
        crossed=np.where(np.array(happened, dtype=bool), 9.0, np.nan),
        lag_days=lag_days,
    )


def test_an_alert_is_held_for_its_horizon_and_may_then_begin_again() -> None:
    wanted = np.ones((10, 1), dtype=bool)
    assert np.flatnonzero(alert_tables.raised(WEEKS, wanted, 28)[:, 0]).tolist() == [0, 4, 8]


def test_episodes_are_runs_and_do_not_run_on_into_another_area() -> None:
    happened = np.array([[NO, YES], [YES, NO], [YES, YES]])
    assert alert_tables.episodes(happened).tolist() == [[0, 2], [1, 0], [1, 3]]


def test_the_lowest_threshold_that_keeps_the_budget_from_there_upwards() -> None:
    said = np.array([[0.1, 0.2], [0.6, 0.1], [0.3, 0.9], [0.2, 0.8]])
    happened = np.array([[NO, NO], [NO, NO], [NO, YES], [NO, YES]])
    area_years = 2 * 4 * 7 / 365.25
    one_false, none_false = 1.5 / area_years, 0.5 / area_years
    found = alert_tables.lowest(WEEKS[:4], said, happened, 28, [one_false, none_false])
    # at .3 the alerts are (.6, false) and (.9, true); at .2 area 2 adds a false one; above .6 none is false
    assert found.tolist() == [0.3, 0.8]


def test_a_threshold_knows_only_weeks_whose_windows_were_reported() -> None:
    draw = np.random.default_rng(0)
    said, happened = draw.random((60, 4)), draw.random((60, 4)) < 0.2
    one = sheet(said.tolist(), happened.tolist())
    found = alert_tables.thresholds(one, "x", [4.0])[:, 0]
    first = 26 + 5 - 1  # the 26th week's window of 28 days is reported 29 days, so five weeks, later
    assert np.isnan(found[:first]).all() and np.isfinite(found[first:]).all()
    later = happened.copy()
    later[36:] = ~later[36:]
    again = alert_tables.thresholds(sheet(said.tolist(), later.tolist()), "x", [4.0])[:, 0]
    assert np.array_equal(found[first:41], again[first:41]) and not np.array_equal(found[41:], again[41:])


def test_recall_precision_and_false_alerts_by_hand() -> None:
    said = [[0.9, 0.1], [0.9, 0.9], [0.1, 0.1], [0.1, 0.1], [0.9, 0.1], [0.1, 0.1]]
    happened = [[YES, NO], [YES, NO], [NO, NO], [NO, YES], [NO, YES], [NO, NO]]
    one = sheet(said, happened)
    every = np.ones(6, dtype=bool)
    counted = alert_tables._judge(one, "x", np.full(6, 0.5), every, one.fresh)
    # area 1: raised in week 0 (true), held, raised again in week 4 (false); area 2: raised in week 1 (false)
    assert (counted["alerts"], counted["episodes"]) == (3, 2)
    assert counted["recall"] == 0.5 and counted["precision"] == pytest.approx(1 / 3)
    assert counted["false_per_year"] == pytest.approx(2 / (2 * 6 * 7 / 365.25))
    assert counted["lead_days_median"] == 9 and counted["realert_share"] == pytest.approx(1 / 3)


def test_rows_already_above_their_bar_find_nothing_for_the_fresh_rows() -> None:
    one = sheet([[0.9], [0.9]], [[YES], [YES]])
    stale = np.array([[NO], [YES]])
    counted = alert_tables._judge(one, "x", np.full(2, 0.5), np.ones(2, dtype=bool), stale)
    assert (counted["alerts"], counted["recall"]) == (1, 1.0)
    nothing = alert_tables._judge(
        one, "x", np.full(2, 0.5), np.ones(2, dtype=bool), ~np.ones((2, 1), dtype=bool)
    )
    assert nothing["episodes"] == 0 and np.isnan(nothing["recall"])


def test_alerts_at_random_find_an_episode_as_often_as_its_length_says() -> None:
    happened = np.zeros((40, 50), dtype=bool)
    happened[10:13] = True  # in each area one episode of three weeks
    runs = alert_tables.episodes(happened)
    recall, precision = alert_tables.by_chance(
        7 * np.arange(40), runs, np.ones_like(happened), 28, alerts=200
    )
    # an alert every ten weeks; held four weeks, two cannot fall into one episode: 3 × 200 / 2000
    assert recall == pytest.approx(0.3, abs=0.02) and precision == pytest.approx(0.075, abs=0.005)


def test_the_table_has_a_line_for_each_budget_and_set_of_rows() -> None:
    draw = np.random.default_rng(1)
    one = sheet(draw.random((80, 6)).tolist(), (draw.random((80, 6)) < 0.2).tolist())
    lines = alert_tables.table(one, "x", (1.0, 4.0))
    assert [(line["budget"], line["rows"]) for line in lines] == 2 * [
        (1.0, "all"),
        (1.0, "fresh"),
        (4.0, "all"),
        (4.0, "fresh"),
    ]
    assert {line["rule"] for line in lines} == {"past weeks", "adapted"}
    assert all(line["weeks"] == 50 for line in lines)
    assert all(line["recall_in_force"] >= line["recall"] for line in lines)
