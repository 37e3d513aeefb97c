import subprocess
import sys

import numpy as np

from models.features import BY_NAME, FEATURES, for_target, matrix
from models.panel import Panel
from models.targets import TARGETS, Question
from models.themes import THEMES
from tests.models import factories as f
from tests.models.factories import V


def value(name: str, versions: list[V], day: int, area: str = "A", horizon_days: int = 7) -> float:
    panel = Panel(f.frames(versions), f.origins(day), f.known_by(day))
    question = Question(TARGETS["escalation"], horizon_days, 5)
    return float(matrix(panel, question, [BY_NAME[name]])[0, panel.area_ids.index(area), 0])


def test_every_feature_and_theme_explains_itself() -> None:
    assert len(BY_NAME) == len(FEATURES)
    for one in FEATURES:
        assert len(one.doc) > 20 and one.theme in THEMES and one.monotone in (-1, 0, 1)
    for theme in THEMES.values():
        assert "{value}" in theme.sentence and "{usual}" in theme.sentence


def test_own_severity_is_a_fading_sum_of_log_deaths() -> None:
    versions = [V("A", 100, deaths=9), V("A", 93, deaths=4)]
    decayed = np.log(10) * 0.5 ** (7 / 7) + np.log(5) * 0.5 ** (14 / 7)
    assert np.isclose(value("own_severity_7", versions, 107), np.log1p(28 * (1 - 0.5 ** (1 / 7)) * decayed))


def test_days_since_ignores_smaller_incidents() -> None:
    versions = [V("A", 50, deaths=5), V("A", 90, deaths=4)]
    assert np.isclose(value("days_since_severe5", versions, 100), np.log1p(50))
    assert np.isclose(value("days_since_fatal", versions, 100), np.log1p(10))


def test_the_governorates_unplaced_dead_reach_the_areas_inside() -> None:
    versions = [V("G", 100, deaths=313, parents="ABk")]
    assert value("governorate_unplaced", versions, 101, "k") > 0
    assert value("governorate_unplaced", versions, 101, "C") == 0
    assert value("own_severity_7", versions, 101, "k") == 0 < value("own_severity_7", versions, 101, "G")


def test_the_bar_is_never_below_the_floor() -> None:
    quiet, bloody = [V("A", 150)], [V("A", day, deaths=9) for day in range(0, 400, 3)]
    assert np.isclose(value("own_bar", quiet, 400), np.log1p(4.5))
    assert value("own_threshold", quiet, 400) == 0
    assert np.isclose(value("own_bar", bloody, 400), value("own_threshold", bloody, 400))


def test_the_past_share_is_the_log_odds_of_bad_windows_with_half_a_window_added() -> None:
    versions = [V("A", 500, deaths=50)]  # 7 of 364 windows hold it: today is not told of yet
    windows = 2 * 365 / 7 + 3
    hits = windows * 7 / 364
    expected = np.log((hits + 0.5) / (windows - hits + 0.5))
    assert np.isclose(value("past_share", versions, 600), expected, atol=1e-4)
    assert value("past_share_30", versions, 510) > value("past_share", versions, 510)
    assert value("past_share_30", versions, 800) < value("past_share_30", versions, 510)


def test_each_target_has_the_features_that_serve_it() -> None:
    relative, incidence, severe = (
        {one.name for one in for_target(f)} for f in ("relative", "incidence", "severe")
    )
    assert relative - severe == {"own_threshold", "own_bar"}
    assert {"own_events_3", "own_civilian_14"} <= incidence - severe
    assert severe <= relative & incidence and relative | incidence == set(BY_NAME)


def test_telling_a_stored_driver_needs_no_model_library() -> None:
    code = (
        "import sys; from models import confidence, explain, features, themes\n"
        "print(explain.sentence({'feature': 'spared', 'value': 730, 'usual': 3.25}))\n"
        "sys.exit(any(name.split('.')[0] in ('sklearn', 'scipy', 'skops') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "Days since anyone was last killed here: 730+, usually 3.2"
