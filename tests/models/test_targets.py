import numpy as np

from db import vocab
from models import levels
from models.panel import Panel
from models.targets import TARGETS, Question, answerable, outcome, undercounted, undercounted_before, usable
from tests.models import factories as f
from tests.models.factories import V


def answers(name: str, versions: list[V], *days: int, horizon_days: int = 7, area: str = "A") -> list[bool]:
    panel = Panel(f.frames(versions), f.origins(*days), f.known_by(900))
    happened = outcome(panel, Question(TARGETS[name], horizon_days, 5))
    return [bool(x) for x in happened[:, panel.area_ids.index(area)]]


def test_targets_and_levels_are_those_of_the_record() -> None:
    assert set(TARGETS) == {str(one) for one in vocab.Target}
    assert set(vocab.LEVELS) == {levels.NOT_ASSESSED, levels.BASELINE, 2, 3, 4}
    assert [vocab.LEVELS[2 + n] for n in range(3)] == list(levels.BUDGETS)


def test_the_window_is_open_on_the_left_and_closed_on_the_right() -> None:
    assert answers("fatal", [V("A", 400)], 392, 393, 399, 400) == [False, True, True, False]


def test_single_incidents_are_not_added_up() -> None:
    three = [V("A", 400, deaths=2, civilians=0)] * 3
    assert answers("severe5", three, 396) == [False]
    assert answers("severe5", [V("A", 400, deaths=5)], 396) == [True]
    assert answers("mass25", [V("A", 400, deaths=24)], 396) == [False]
    assert answers("civilian", three, 396) == [False]
    assert answers("civilian", [V("A", 400, civilians=1)], 396) == [True]


def test_escalation_needs_the_floor_and_more_than_the_areas_own_bad_weeks() -> None:
    weekly = [V("A", day, deaths=6) for day in range(0, 400, 7)]
    quiet = [V("A", 400, deaths=4)]
    assert answers("escalation", quiet, 396) == [False]
    assert answers("escalation", [V("A", 400, deaths=5)], 396) == [True]
    assert answers("escalation", [*weekly, V("A", 400, deaths=0)], 396) == [False]
    assert answers("escalation", [*weekly, V("A", 400, deaths=1)], 396) == [True]


def test_unknown_and_imprecise_never_make_an_outcome() -> None:
    versions = [V("A", 400, deaths=None, civilians=None), V("A", 400, deaths=99, date_prec=5)]
    assert not any(answers(name, versions, 396)[0] for name in TARGETS)


def test_usable_rows_have_a_history_and_an_end() -> None:
    panel = Panel(f.frames([], covered_days=300), f.origins(100, 178, 179, 290, 292), f.known_by(400))
    assert usable(panel, 7).tolist() == [False, False, True, True, True]
    assert usable(panel, 28).tolist() == [False, False, True, False, False]


def test_governorate_rows_flag_the_areas_inside() -> None:
    frames = f.frames([V("G", 400, deaths=313, parents="Ak")])
    panel = Panel(frames, f.origins(395, 401, 430), f.known_by(900))
    after, before = undercounted(panel, 7), undercounted_before(panel, 7)
    k, c = panel.area_ids.index("k"), panel.area_ids.index("C")
    assert after[:, k].tolist() == [True, False, False]
    assert before[:, k].tolist() == [False, True, False]
    assert not np.any(after[:, c] | before[:, c])


def test_a_question_that_sources_do_not_answer_is_not_asked() -> None:
    def asked(*civilians: float | None) -> bool:
        versions = [V("A", 300 + n, deaths=3, civilians=told) for n, told in enumerate(civilians)]
        return answerable(Panel(f.frames(versions), f.origins(400), f.known_by(900)), TARGETS["civilian"])

    assert asked(0, 3, None) and asked() and not asked(None, None, 0)
    silent = Panel(f.frames([V("A", 300, deaths=3, civilians=None)]), f.origins(400), f.known_by(900))
    assert all(answerable(silent, target) for name, target in TARGETS.items() if name != "civilian")
