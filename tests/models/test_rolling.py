"""What slides and spreads equals the plain definitions: for each origin, count what was known on it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from models import punctual, rolling, spells, threshold
from models.days import YEAR_DAYS
from models.frames import Frames
from models.panel import Panel
from tests.models import factories as f

DAYS = 800


def prompt(seed: int) -> list[f.V]:
    """Reports on the day after, but for a few corrections, so that long stretches stay as they are."""
    draw = np.random.default_rng(seed)
    versions = [
        f.V(["GA", "GB", "Ck"][n % 3], int(draw.integers(DAYS)), deaths=float(draw.geometric(0.3)))
        for n in range(900)
    ]
    for day in draw.integers(0, DAYS - 100, 12).tolist():
        versions += [
            f.V("GA", day, deaths=30, until=day + 60),
            f.V("GA", day, deaths=3, known=day + 60),
        ]
    return versions


def gap() -> list[dict[str, Any]]:
    """Two sources with days between them that neither covers, the slower one second."""
    return [
        f.source(covered_until=f.START + timedelta(days=200)),
        f.source(source_id="b", lag_days=4, covered_from=f.START + timedelta(days=230)),
    ]


def apart(seed: int) -> list[f.V]:
    """Every report two days late, each in one area."""
    draw = np.random.default_rng(seed)
    return [
        f.V("ABCkm"[n % 5], day, deaths=float(draw.geometric(0.3)), known=day + 2)
        for n, day in enumerate(draw.integers(0, DAYS, 900).tolist())
    ]


CASES = [  # versions, every so many days from a first one, sources
    (prompt(1), 0, 1, None),
    (prompt(2), 0, 7, None),
    (prompt(3), 0, 1, gap()),
    (prompt(6) + f.random_versions(7, 300, DAYS), 250, 1, None),
    (apart(8), 250, 1, None),
    (f.random_versions(4, 700, DAYS), 0, 3, None),
    (f.random_versions(5, 700, DAYS), 0, 7, gap()),
]


@pytest.fixture(scope="module", params=range(len(CASES)))
def panel(request: pytest.FixtureRequest) -> Panel:
    return made(request.param)


def made(case: int) -> Panel:
    versions, begin, every, sources = CASES[case]
    frames: Frames = f.frames(versions, covered_days=DAYS, sources=sources)
    return Panel(frames, np.arange(f.FIRST + begin, f.FIRST + DAYS, every), f.known_by(DAYS))


def daily(panel: Panel, channel: str, back: int) -> Iterator[np.ndarray]:
    """For each origin the sums of the days up to it (days × areas), counted anew."""
    versions, (at, area, *_) = panel.versions, panel.own
    for origin in panel.origins:
        ago = origin - versions.day[at]
        seen = versions.seen(at, int(origin)) & (ago >= 0) & (ago < back)
        cells = (back - 1 - ago[seen]) * panel.shape[1] + area[seen]
        yield np.bincount(cells, versions.values[channel][at[seen]], back * panel.shape[1]).reshape(back, -1)


def sums(days: np.ndarray, length: int) -> np.ndarray:
    return np.lib.stride_tricks.sliding_window_view(days, length, axis=0).sum(axis=-1)


def test_the_threshold_is_the_same_decile_however_it_is_found(panel: Panel) -> None:
    horizon = 14
    back, lag = YEAR_DAYS + horizon - 1, panel.coverage.fastest_lag_days
    expected = np.zeros(panel.shape, dtype=np.float32)
    for row, known in enumerate(daily(panel, "deaths", back)):
        end = int(panel.origins[row])
        covered = panel.coverage.covers(np.arange(end - back + 1, end + 1))
        covered[back - lag :] = False
        windows = sums(known, horizon)[sums(covered[:, None], horizon)[:, 0] == horizon]
        if len(windows):
            expected[row] = np.quantile(windows, 0.9, axis=0)
    np.testing.assert_array_equal(panel.threshold(horizon), expected)
    assert expected.any()


def test_the_busiest_days_are_the_largest_sum(panel: Panel) -> None:
    expected = [sums(known, 7).max(axis=0) for known in daily(panel, "deaths", 180)]
    np.testing.assert_array_equal(panel.busiest("deaths", 7, 180), expected)


@pytest.mark.parametrize("back", [28, 365])
def test_active_days_are_those_on_which_something_is_known(panel: Panel, back: int) -> None:
    expected = np.stack([(known > 0).mean(axis=0) for known in daily(panel, "severity", back)])
    np.testing.assert_array_equal(panel.active_share("severity", back), expected.astype(np.float32))


def test_days_since_follow_what_is_taken_back(panel: Panel) -> None:
    known = np.stack(list(daily(panel, "severe5", DAYS)))
    expected = np.where(known.any(axis=1), (known[:, ::-1] > 0).argmax(axis=1), 730)
    np.testing.assert_array_equal(panel.days_since("severe5"), np.minimum(expected, 730))


@pytest.mark.parametrize("case", [0, 2, 3, 4])
def test_what_arrives_on_time_counts_as_if_it_were_followed_one_by_one(
    case: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns: list[Callable[[Panel], np.ndarray]] = [
        lambda panel: panel.decayed("severity", 7),
        lambda panel: panel.near("severity", 30, 30),
        lambda panel: panel.near("events", 7, 100),
        lambda panel: panel.window("deaths", 28),
        lambda panel: panel.window("severity", 1),
        lambda panel: panel.total("events"),
        lambda panel: panel.days_since("severe5"),
        lambda panel: panel.active_share("events", 28),
        lambda panel: panel.active_share("events", 1),
        lambda panel: panel.busiest("deaths", 7, 180),
        lambda panel: panel.busiest("deaths", 7, 8),
        lambda panel: panel.threshold(28),
        lambda panel: np.stack([sums.sum(axis=0) for sums in panel.year_windows("deaths", 14)]),
    ]
    panel = made(case)
    monkeypatch.setattr(rolling, "FEW", 0)
    monkeypatch.setattr(threshold, "GROWN_AT_LEAST", 1)
    fast = [column(panel) for column in columns]
    assert panel.flow._arrived(panel.own, "events")[0] is not None
    monkeypatch.setattr(rolling, "FEW", 100)
    monkeypatch.setattr(threshold, "GROWN_AT_LEAST", 100)
    monkeypatch.setattr(punctual, "LEAST_ORIGINS", 10_000)
    slow = made(case)
    assert slow.flow._arrived(slow.own, "events")[0] is None
    for at, (column, found) in enumerate(zip(columns, fast, strict=True)):
        np.testing.assert_allclose(found, column(slow), rtol=1e-6, atol=1e-6, err_msg=str(at))
    assert sum(found.any() for found in fast) >= len(columns) - 2  # a day is never told of on itself


def test_what_is_kept_stands_at_the_ranks() -> None:
    series = np.random.default_rng(1).normal(size=(2, 400)).astype(np.float32)
    for window, lower in ((360, 323), (100, 89), (20, 17), (5, 3), (3, 1)):
        ordered = np.sort(np.lib.stride_tricks.sliding_window_view(series, window, axis=1), axis=2)
        low, high = rolling.sliding_ranks(series, window, lower, lower + 1)
        np.testing.assert_array_equal(low, ordered[:, :, lower])
        np.testing.assert_array_equal(high, ordered[:, :, lower + 1])


def test_growing_equals_sorting() -> None:
    series = np.random.default_rng(2).poisson(3, (364, 3)).astype(np.float32)
    grown = rolling.growing_quantile(series, 364)
    np.testing.assert_array_equal(grown, [rolling.high_quantile(series[:count]) for count in range(1, 365)])


def test_punctual_reports_are_slid_over_and_late_ones_sorted() -> None:
    told_late = np.zeros((600, 2), dtype=bool)
    told_late[::2, 1] = True
    found = rolling.stretches(told_late, np.arange(600) >= 100, np.arange(600), 364)
    assert [(one.start, one.stop, one.areas.tolist()) for one in found] == [(100, 600, [0])]


@pytest.mark.parametrize("few", [0, 8])
def test_sliding_equals_sorting(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling, "FEW", few)
    series = np.random.default_rng(0).poisson(0.4, (500, 3)).astype(np.float32)
    slid = rolling.sliding_quantile(series, 360)  # a percentile of 360 lies between two very close ranks
    sorted_ = [rolling.high_quantile(series[at : at + 360]) for at in range(141)]
    np.testing.assert_array_equal(slid, sorted_)
    np.testing.assert_array_equal(
        slid, [np.quantile(series[at : at + 360], 0.9, axis=0) for at in range(141)]
    )


def test_a_span_is_as_long_as_told() -> None:
    start, stop = np.array([1, 3, 0, 6]), np.array([6, 4, 1, 8])
    table = spells.largest(np.zeros((8, 1)), start, stop, np.zeros(4, dtype=int), np.array([2.0, 5, 1, 3]))
    assert table[:, 0].tolist() == [1, 2, 2, 5, 2, 2, 3, 3]
