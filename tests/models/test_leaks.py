"""What becomes known after a day changes nothing on or before that day."""

import numpy as np
import pytest

from models.baselines import RULES
from models.count_rules import COUNT_RULES, exceedance
from models.features import FEATURES, Feature, covariate, matrix
from models.leaks import deleted, leaks, shuffled
from models.panel import Panel
from models.targets import TARGETS, Question
from models.themes import THEMES
from tests.models import factories as f

DAY = 300
AT = f.origins(100, *range(181, DAY, 3), DAY)


@pytest.fixture(scope="module", params=[deleted, shuffled])
def pair(request: pytest.FixtureRequest) -> tuple[Panel, Panel]:
    frames = f.frames(f.random_versions(11, count=500), given=f.given(length=600))
    other = request.param(frames, f.known_by(DAY))
    return Panel(frames, AT, f.known_by(600)), Panel(other, AT, f.known_by(600))


@pytest.mark.parametrize("target", ["escalation", "fatal"])
@pytest.mark.parametrize(
    "feature", [*FEATURES, *RULES.values(), *covariate("price")], ids=lambda one: one.name
)
def test_no_feature_or_rule_sees_the_future(pair: tuple[Panel, Panel], feature: object, target: str) -> None:
    question = Question(TARGETS[target], 28, 5)
    one, two = (matrix(panel, question, [feature]) for panel in pair)  # type: ignore[list-item]
    assert np.array_equal(one, two)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda one: one.name)
def test_no_theme_shows_the_future(pair: tuple[Panel, Panel], theme: object) -> None:
    question = Question(TARGETS["escalation"], 28, 5)
    one, two = (theme.shows(panel, question) for panel in pair)  # type: ignore[attr-defined]
    assert np.array_equal(one, two)


def test_the_two_panels_do_differ_in_what_came_later(pair: tuple[Panel, Panel]) -> None:
    one, two = (panel.after("deaths", 28) for panel in pair)
    assert not np.array_equal(one, two)


def foresight(panel: Panel, question: Question) -> np.ndarray:
    """What happens next, as known at the end: a feature that cheats."""
    return panel.after("deaths", question.horizon_days)


def test_a_feature_that_cheats_is_found_out() -> None:
    frames = f.frames(f.random_versions(11, count=500))
    question = Question(TARGETS["fatal"], 28, 5)
    cheat = Feature("foresight", foresight.__doc__ or "", "own_recent", foresight)
    found = leaks(frames, cheat, question, AT, f.known_by(DAY))
    assert f.known_by(DAY) in found and f.known_by(100) not in found
    assert leaks(frames, FEATURES[0], question, AT, f.known_by(DAY)) == []


@pytest.mark.parametrize("name", COUNT_RULES)
def test_no_simple_distribution_sees_the_future(pair: tuple[Panel, Panel], name: str) -> None:
    one, two = (exceedance(panel, name, 28) for panel in pair)
    assert np.array_equal(one, two) and one[..., 0].any()
