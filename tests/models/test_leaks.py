"""What becomes known after a day changes nothing on or before that day."""

import numpy as np
import pandas as pd
import pytest

from models.baselines import RULES
from models.features import FEATURES, matrix
from models.frames import Frames
from models.panel import Panel
from models.targets import TARGETS, Question
from models.themes import THEMES
from tests.models import factories as f

DAY = 300
AT = f.origins(100, *range(181, DAY, 3), DAY)


def without_the_future(frames: Frames) -> Frames:
    events = frames.events[frames.events["known_day"] <= f.stamp(DAY)].copy()
    events["until_day"] = events["until_day"].where(events["until_day"] <= f.stamp(DAY))
    return _kept(frames, events)


def with_another_future(frames: Frames) -> Frames:
    """Everything that becomes known later is moved to other areas, with other figures and days."""
    draw = np.random.default_rng(5)
    events = frames.events.copy()
    later = (events["known_day"] > f.stamp(DAY)).to_numpy()
    events.loc[later, "deaths"] = draw.integers(0, 500, later.sum()).astype(float)
    events.loc[later, "day"] = events.loc[later, "day"] + pd.Timedelta(days=-9)
    members = frames.members.copy()
    moved = members["version_id"].isin(events["version_id"][later]).to_numpy()
    members.loc[moved, "area_id"] = draw.permutation(members.loc[moved, "area_id"])
    return frames._replace(events=events, members=members)


def _kept(frames: Frames, events: pd.DataFrame) -> Frames:
    members, parents = (
        pairs[pairs["version_id"].isin(events["version_id"])] for pairs in (frames.members, frames.parents)
    )
    return frames._replace(events=events, members=members, parents=parents)


@pytest.fixture(scope="module", params=[without_the_future, with_another_future])
def pair(request: pytest.FixtureRequest) -> tuple[Panel, Panel]:
    frames = f.frames(f.random_versions(11, count=500))
    return Panel(frames, AT, f.known_by(600)), Panel(request.param(frames), AT, f.known_by(600))


@pytest.mark.parametrize("target", ["escalation", "fatal"])
@pytest.mark.parametrize("feature", [*FEATURES, *RULES.values()], ids=lambda one: one.name)
def test_no_feature_or_rule_sees_the_future(pair: tuple[Panel, Panel], feature: object, target: str) -> None:
    question = Question(TARGETS[target], 28, 5)
    one, two = (matrix(panel, question, [feature]) for panel in pair)  # type: ignore[list-item]
    assert np.array_equal(one, two)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda one: one.name)
def test_no_theme_shows_the_future(pair: tuple[Panel, Panel], theme: object) -> None:
    one, two = (theme.shows(panel, 28) for panel in pair)  # type: ignore[attr-defined]
    assert np.array_equal(one, two)


def test_the_two_panels_do_differ_in_what_came_later(pair: tuple[Panel, Panel]) -> None:
    one, two = (panel.after("deaths", 28) for panel in pair)
    assert not np.array_equal(one, two)
