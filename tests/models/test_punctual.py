"""What is read off the table of what arrived on time equals what is counted cell by cell."""

import numpy as np
import pytest

from models import punctual
from models.punctual import Table


@pytest.fixture(params=[(0, 0, 100), (1, 5, 96), (3, 40, 1), (2, 17, 33)])
def table(request: pytest.FixtureRequest) -> Table:
    """Reports that come some days late, from some days before the first origin on."""
    lag, lead, origins = request.param
    figures = np.random.default_rng(lead).poisson(0.3, (lead + origins, 7)).astype(np.float32)
    return Table(lag, lead, figures)


def weighed(table: Table, weight: np.ndarray) -> np.ndarray:
    """For each origin the sum of the figures, each by a weight of its age in days."""
    last = len(table.figures)
    expected = [
        weight[np.arange(row, -1, -1) + table.lag_days] @ table.figures[: row + 1]
        for row in range(table.lead, last)
    ]
    return np.array(expected, dtype=float)


@pytest.mark.parametrize("half_life", [3, 30, 365])
def test_sums_fade_by_the_age_of_each_report(table: Table, half_life: int) -> None:
    expected = weighed(table, 0.5 ** (np.arange(200) / half_life))
    np.testing.assert_allclose(punctual.faded(table, half_life), expected, rtol=1e-6)


@pytest.mark.parametrize("length", [1, 3, 28, 500, None])
@pytest.mark.parametrize("exact", [np.float32, np.float64])
def test_windows_are_differences_of_running_sums(
    table: Table, length: int | None, exact: type[np.floating]
) -> None:
    so_far = table._replace(figures=punctual.summed(table.figures, exact))
    expected = weighed(table, np.arange(200) < (length or 500))
    np.testing.assert_array_equal(punctual.windows(so_far, length), expected)


def test_nothing_is_left_of_a_window_that_is_over() -> None:
    figures = np.zeros((60, 1), dtype=np.float32)
    figures[:30] = np.random.default_rng(1).random((30, 1))
    so_far = Table(0, 0, punctual.summed(figures, np.float64))
    assert punctual.windows(so_far, 7)[36:].tolist() == [[0.0]] * 24


def test_figures_count_in_every_window_they_are_part_of(table: Table) -> None:
    sums, expected = np.zeros((2, 160, 7), dtype=np.float32)
    arrived = slice(2, len(table.figures)) if len(table.figures) > 3 else slice(0, 2)
    punctual.add_windows(sums, table, arrived, -4, 28)
    for day, figures in enumerate(table.figures[arrived], -4):
        expected[max(day, 0) : max(day + 28, 0)] += figures
    np.testing.assert_array_equal(sums, expected)
