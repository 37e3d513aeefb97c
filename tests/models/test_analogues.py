"""Earlier situations: none from the future, apart from one another, with what followed."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.spatial import cKDTree

from models import analogues, backtest, days, levels, score, targets
from models.bench import fit, questions
from models.issue import Desk, Model, Setting
from models.targets import Question
from tests.conftest import NOW
from tests.models import factories as f

QUESTION: Question = questions(["escalation"], (28,), 5)[0]
VERSIONS = f.bursts(3, length=1000)
DAY, LATER = f.known_by(880), f.known_by(960)


@pytest.fixture(scope="module")
def model() -> Model:
    bench = backtest.bench_for(f.frames(VERSIONS, covered_days=1000), f.known_by(800))
    fitted = fit(bench, QUESTION, "ewma_logistic", days.number(f.known_by(800)))
    return Model("m", fitted.estimator, "ewma_logistic", fitted.features, 9, 9, 5, levels.from_card(None))


def desk(asked: Sequence[date], **how: Any) -> Desk:
    """What scoring on some days starts from, told nothing that became known after the last of them."""
    frames = f.frames(VERSIONS, **{"covered_days": 1000, **how})
    known = frames.events["known_day"] <= np.datetime64(asked[-1])
    setting = Setting(tuple(asked), tuple("d" for _ in asked), NOW, tuple(False for _ in asked), True)
    return Desk(score.bench_for(frames._replace(events=frames.events[known]), asked), setting)


def rows(model: Model, *asked: date, **how: Any) -> list[dict[str, Any]]:
    return list(analogues.rows(desk(asked, **how), QUESTION, dict.fromkeys(asked, model)))


def test_every_window_was_over_and_situations_lie_apart(model: Model) -> None:
    """Of each community the nearest first, none of the spell that still goes on there."""
    found = rows(model, DAY)
    for area in "km":
        mine = [row for row in found if row["scored_area_id"] == area]
        assert [row["rank"] for row in mine] == list(range(1, analogues.NEAREST + 1))
        assert mine == sorted(mine, key=lambda row: row["distance"])
        seen = [(area, DAY), *((row["area_id"], row["day"]) for row in mine)]
        assert all(day + timedelta(days=28) <= DAY for _, day in seen[1:])
        apart = [abs((a[1] - b[1]).days) for a in seen for b in seen if a is not b and a[0] == b[0]]
        assert min(apart) >= analogues.APART_DAYS
    assert {row["area_id"] for row in found} <= {"k", "m"}


def test_what_becomes_known_later_changes_no_earlier_answer(model: Model) -> None:
    """Asked together with a later day, a day gets the same situations and the same sequels."""
    alone, together = rows(model, DAY), rows(model, DAY, LATER)
    assert alone == [row for row in together if row["as_of"] == DAY]
    assert {row["as_of"] for row in together} == {DAY, LATER}


def test_what_followed_is_what_the_ledger_would_say(model: Model) -> None:
    """The same outcome by the same bar, as known on the day."""
    made = desk((DAY,))
    happened = targets.outcome(made.panel, QUESTION, days.number(DAY))
    deaths = made.panel.after("deaths", 28, days.number(DAY))
    for row in analogues.rows(made, QUESTION, {DAY: model}):
        at = (
            np.searchsorted(made.panel.origins, days.number(row["day"])),
            made.panel.area_ids.index(row["area_id"]),
        )
        assert (row["followed"], row["deaths"]) == (bool(happened[at]), round(float(deaths[at])))


def test_what_nobody_covered_is_unknown_not_calm(model: Model) -> None:
    """A hole in the sources leaves a sequel open; a day within the hole is no situation at all."""
    hole = (f.known_by(500), f.known_by(600))
    sources = [f.source(covered_until=hole[0]), f.source(covered_from=hole[1])]
    found = rows(model, DAY, sources=sources)
    into = [row for row in found if row["day"] <= hole[0] < row["day"] + timedelta(days=28)]
    assert into and len(into) < len(found)
    assert all(row["followed"] is row["incidents"] is row["deaths"] is None for row in into)
    assert all(isinstance(row["followed"], bool) for row in found if row not in into)
    assert not [row for row in found if hole[0] < row["day"] < hole[1] + timedelta(days=27)]


def test_the_nearest_is_the_twin() -> None:
    """Among points on a line the nearest others are found, and communities of one place count once."""
    past = analogues.Past(
        row=np.arange(4), area=np.array([0, 1, 2, 0]), day=np.array([100, 100, 100, 300]),
        points=(line := np.array([[1.0], [1.0], [3.0], [0.4]])), tree=cKDTree(line),
    )  # fmt: skip
    assert past.like(np.array([1.0]), own=0, day=330) == [(0, 0, 0.0), (2, 2, 2.0)]
    assert past.like(np.array([0.4]), own=9, day=900) == [(3, 0, 0.0), (0, 0, 0.6), (2, 2, 2.6)]


def test_a_large_region_is_searched_in_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest origin stays; the others are taken at even steps."""
    panel = desk((DAY,)).panel
    origins = panel.origins % 7 == 0
    monkeypatch.setattr(analogues, "MOST", 40)
    kept = analogues.thinned(panel, origins)
    assert len(kept) * 2 <= 40 and kept[-1] == np.flatnonzero(origins)[-1]
    assert len(set(np.diff(kept))) == 1
