import numpy as np

from models import baselines
from models.panel import Panel
from models.targets import TARGETS
from tests.models import factories as f
from tests.models.factories import V


def test_climatology_counts_past_windows_and_leans_on_all_areas() -> None:
    versions = [V("A", day) for day in range(183, 400, 7)]
    panel = Panel(f.frames(versions), f.origins(*range(182, 400, 7)), f.known_by(900))
    own, everywhere = baselines.climatology(panel, TARGETS["fatal"], 7, 5)
    a, b, n_areas = panel.area_ids.index("A"), panel.area_ids.index("B"), panel.shape[1]
    assert own[0, a] == own[0, b] == everywhere[0, 0] == 0.5  # nothing known yet
    # on the 13th origin the windows of the first 11 have ended and been reported (lag 1 day)
    pooled = (11 + 0.5) / (11 * n_areas + 1)
    assert np.isclose(everywhere[12, 0], pooled)
    assert np.isclose(own[12, a], (11 + 8 * pooled) / 19)
    assert np.isclose(own[12, b], 8 * pooled / 19)


def test_persistence_repeats_the_last_window() -> None:
    panel = Panel(f.frames([V("A", 400)]), f.origins(400, 401, 406, 407), f.known_by(900))
    said = baselines.persistence(panel, TARGETS["fatal"], 7, 5)
    assert said[:, panel.area_ids.index("A")].tolist() == [0, 1, 1, 0]


def test_conflictology_is_the_share_of_the_last_years_windows() -> None:
    panel = Panel(f.frames([V("A", 300)]), f.origins(400), f.known_by(900))
    said = baselines.conflictology(panel, TARGETS["fatal"], 7, 5)
    # 364 whole windows end within the last year and have been reported; 7 of them hold day 300
    assert np.isclose(said[0, panel.area_ids.index("A")], 7 / 364)
    assert said[0, panel.area_ids.index("B")] == 0


def test_conflictology_before_any_window_says_never() -> None:
    panel = Panel(f.frames([V("A", 1)]), f.origins(3), f.known_by(900))
    assert baselines.conflictology(panel, TARGETS["fatal"], 7, 5).sum() == 0
