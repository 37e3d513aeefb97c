import numpy as np
import pytest

from models import baselines, history
from models.days import Array
from models.panel import Panel
from models.targets import TARGETS, Question, outcome, usable
from tests.models import factories as f
from tests.models.factories import V

WEEK = 182 + (-f.FIRST - 182) % 7  # a day on the weekly grid
FATAL = Question(TARGETS["fatal"], 7, 5)
ESCALATION = Question(TARGETS["escalation"], 14, 2)


def said(rule: str, panel: Panel, question: Question = FATAL) -> Array:
    return baselines.RULES[rule].compute(panel, question)


def test_climatology_counts_past_windows_and_leans_on_all_areas() -> None:
    versions = [V("A", day) for day in range(183, 400, 7)]
    panel = Panel(f.frames(versions), f.origins(*range(WEEK, 400, 7)), f.known_by(900))
    own, everywhere = said("climatology", panel), said("climatology_pooled", panel)
    a, b, n_areas = panel.area_ids.index("A"), panel.area_ids.index("B"), panel.shape[1]
    assert own[0, a] == own[0, b] == everywhere[0, 0] == 0.5  # nothing known yet
    # on the 13th origin the windows of the first 11 have ended and been reported (lag 1 day)
    pooled = (11 + 0.5) / (11 * n_areas + 1)
    assert np.isclose(everywhere[12, 0], pooled)
    assert np.isclose(own[12, a], (11 + 8 * pooled) / 19)
    assert np.isclose(own[12, b], 8 * pooled / 19)


def test_persistence_repeats_the_last_window() -> None:
    panel = Panel(f.frames([V("A", 400)]), f.origins(400, 401, 406, 407), f.known_by(900))
    assert said("persistence", panel)[:, panel.area_ids.index("A")].tolist() == [0, 1, 1, 0]


def test_conflictology_is_the_share_of_the_last_years_windows() -> None:
    panel = Panel(f.frames([V("A", 300)]), f.origins(400), f.known_by(900))
    share = said("conflictology", panel)
    # 364 whole windows end within the last year and have been reported; 7 of them hold day 300
    assert np.isclose(share[0, panel.area_ids.index("A")], 7 / 364)
    assert share[0, panel.area_ids.index("B")] == 0


def test_conflictology_before_any_window_says_never() -> None:
    panel = Panel(f.frames([V("A", 1)]), f.origins(3), f.known_by(900))
    assert said("conflictology", panel).sum() == 0


def test_the_weighted_form_counts_recent_windows_more_and_the_mixture_keeps_a_tenth_for_all() -> None:
    panel = Panel(f.frames([V("A", 300)]), f.origins(400), f.known_by(900))
    a, b = panel.area_ids.index("A"), panel.area_ids.index("B")
    age = np.arange(364)  # the youngest window ends on the day before the origin
    holds = (age >= 93) & (age <= 99)  # ends on day 399 - age, holds day 300
    weight = 0.5 ** (age / 30)
    assert np.isclose(
        said("conflictology_weighted", panel)[0, a], weight[holds].sum() / weight.sum(), rtol=1e-5
    )
    own = said("conflictology", panel)[0]
    mixed = said("conflictology_mixture", panel)[0]
    assert np.isclose(mixed[a], 0.9 * own[a] + 0.1 * own.mean()) and np.isclose(mixed[b], 0.1 * own.mean())


@pytest.mark.parametrize("question", [FATAL, ESCALATION])
def test_past_hits_are_those_known_at_each_origin(question: Question) -> None:
    """Counted again from nothing at each origin, on what a panel known by that day would say."""
    frames = f.frames(f.random_versions(4, count=400))
    grid = f.origins(*range(WEEK - 7, 590, 7), 500, 503)
    counted = history.past(Panel(frames, grid, f.known_by(900)), question)
    for row in (0, 3, 20, 45, len(counted.windows) - 1):
        panel = Panel(frames, grid, f.known_by(900))
        known_by = int(panel.origins[row])
        rows = usable(panel, question.horizon_days, known_by) & (panel.origins % history.GRID_DAYS == 0)
        hits = outcome(panel, question, known_by)[rows].sum(axis=0)
        assert counted.windows[row] == rows.sum()
        assert np.array_equal(counted.hits[row], hits)
    assert counted.hits[-1].sum() > 0
