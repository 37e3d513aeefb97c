from datetime import timedelta

import numpy as np
import pytest

from models import coverage, days
from models.errors import ModelError
from models.panel import Panel
from tests.models import factories as f


def read(sources: list[dict[str, object]], known_by: int = 900) -> coverage.Coverage:
    return coverage.read(f.coverage(0, sources), f.known_by(known_by))


def test_a_gap_between_two_sources_is_not_covered() -> None:
    first = f.source(source_id="a", covered_until=f.known_by(10))
    second = f.source(
        source_id="b", covered_from=f.known_by(20), covered_until=f.known_by(30), covers="incidents"
    )
    found = read([first, second])
    asked = np.array(f.origins(0, 10, 11, 19, 20, 30, 31))
    assert found.covers(asked).tolist() == [True, True, False, False, True, True, False]
    assert found.covers_incidents(asked).tolist() == [False, False, False, False, True, True, True]
    assert found.last_before(f.FIRST + 15) == f.FIRST + 10
    assert found.last_before(f.FIRST - 1) is None


def test_the_future_is_not_covered() -> None:
    assert read([f.source()], known_by=50).last == f.FIRST + 50


def test_sources_without_days_do_not_count() -> None:
    silent = f.source(source_id="s", covered_from=None, covered_until=None, lag_days=30)
    assert read([f.source(), silent]).lag_days == 1


def test_no_source_at_all_names_the_cure() -> None:
    with pytest.raises(ModelError, match="import reports"):
        read([f.source(covered_from=None, covered_until=None)])


def test_outcomes_need_covered_days_and_time_for_reports() -> None:
    until = f.START + timedelta(days=100)
    frames = f.frames([], sources=[f.source(covered_until=until, lag_days=3)])
    panel = Panel(frames, f.origins(80, 93, 94), f.known_by(110))
    assert panel.outcome_covered(7).tolist() == [True, True, False]
    assert panel.outcome_covered(7, known_by=f.FIRST + 89).tolist() == [False, False, False]
    assert panel.outcome_covered(7, known_by=f.FIRST + 90).tolist() == [True, False, False]


def test_panel_refuses_days_it_cannot_know() -> None:
    with pytest.raises(ModelError, match="known only up to"):
        Panel(f.frames([]), f.origins(10), f.known_by(9))
    with pytest.raises(ModelError, match="--as-of"):
        Panel(f.frames([]), [], f.known_by(9))


def test_weekly_grids_agree_wherever_they_begin() -> None:
    one, two = days.weekly(100, 200), days.weekly(103, 200)
    assert set(two) <= set(one)
    assert (np.diff(one) == 7).all()
