"""A day carried on from the day before has the columns of a day counted anew."""

from collections.abc import Callable

import numpy as np
import pytest

from models import carried, days
from models.errors import ModelError
from models.frames import Frames
from models.panel import Panel
from tests.models import factories as f

DAYS = 900
COLUMNS: list[Callable[[Panel], np.ndarray]] = [
    lambda panel: panel.decayed("severity", 7),
    lambda panel: panel.decayed("events", 90),
    lambda panel: panel.near("events", 30, 30),
    lambda panel: panel.near("severity", 7, 100),
    lambda panel: panel.parent_decayed("severity", 30),
    lambda panel: panel.window("deaths", 28),
    lambda panel: panel.parent_window("fatal", 90),
    lambda panel: panel.total("events"),
    lambda panel: panel.days_since("severe5"),
    lambda panel: panel.active_share("events", 365),
    lambda panel: panel.busiest("deaths", 7, 180),
    lambda panel: panel.threshold(14),
    lambda panel: panel.threshold(28),
    lambda panel: panel.history_days()[:, None],
]


def changes(frames: Frames, after: int, by: int) -> Frames:
    """What became known or outdated after one day, up to another."""
    known, until = (days.numbers(frames.events[name]) for name in ("known_day", "until_day"))
    moved = ((known > after) & (known <= by)) | ((until > after) & (until <= by))
    events = frames.events[moved]
    pairs = [one[one["version_id"].isin(events["version_id"])] for one in (frames.members, frames.parents)]
    return frames._replace(events=events, members=pairs[0], parents=pairs[1])


@pytest.mark.parametrize("seed", [1, 2])
def test_each_day_carried_on_equals_the_day_counted_anew(seed: int) -> None:
    frames = f.frames(f.random_versions(seed, 900, DAYS), covered_days=DAYS)
    panel = carried.start(frames, f.known_by(500))
    for column in COLUMNS:
        column(panel)
    for before, day in ((500, 501), (501, 502), (502, 509), (509, 560), (560, 561)):
        panel = carried.advance(panel, changes(frames, f.FIRST + before, f.FIRST + day), f.known_by(day))
        anew = Panel(frames, [f.FIRST + day], f.known_by(day))
        for at, column in enumerate(COLUMNS):
            np.testing.assert_allclose(column(panel), column(anew), rtol=1e-6, atol=1e-6, err_msg=str(at))
            assert column(anew).any()


def test_counts_do_not_wear_out_over_a_hundred_days() -> None:
    frames = f.frames(f.random_versions(3, 700, DAYS), covered_days=DAYS)
    panel = carried.start(frames, f.known_by(400))
    for column in COLUMNS[:4]:
        column(panel)
    for day in range(401, 501):
        panel = carried.advance(panel, changes(frames, f.FIRST + day - 1, f.FIRST + day), f.known_by(day))
    anew = Panel(frames, [f.FIRST + 500], f.known_by(500))
    for column in COLUMNS[:4]:
        np.testing.assert_allclose(column(panel), column(anew), rtol=1e-6, atol=1e-6)


def test_what_a_carried_day_cannot_know_is_refused() -> None:
    frames = f.frames(f.random_versions(1, 200, 300), covered_days=DAYS)
    panel = carried.start(frames, f.known_by(300))
    panel.total("events")
    none = changes(frames, f.FIRST + 300, f.FIRST + 301)
    later = carried.advance(panel, none, f.known_by(301))
    with pytest.raises(ModelError, match="'deaths' was not asked for"):
        later.window("deaths", 7)
    with pytest.raises(ModelError, match="start anew"):
        later.after("deaths", 7)
    with pytest.raises(ModelError, match="earlier day"):
        carried.advance(later, none, f.known_by(301))
    moved = none._replace(areas=none.areas.assign(lat=1.0))
    with pytest.raises(ModelError, match="areas have changed"):
        carried.advance(later, moved, f.known_by(302))
