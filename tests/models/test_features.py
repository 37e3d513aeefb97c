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
