import numpy as np

from models import levels


def weeks(count: int) -> np.ndarray:
    return np.arange(count) * 7


def test_an_alert_is_held_for_its_horizon_and_may_then_be_raised_again() -> None:
    said = np.array([[0.6], [0.9], [0.2], [0.7], [0.6], [0.8], [0.1], [0.1], [0.5]])
    raised = levels.alerts(weeks(9), said, threshold=0.5, horizon_days=28)
    assert raised[:, 0].tolist() == [True, False, False, False, True, False, False, False, True]


def test_a_threshold_is_reached_not_passed() -> None:
    assert levels.alerts(weeks(1), np.array([[0.5]]), 0.5, 28).any()
    assert not levels.alerts(weeks(1), np.array([[0.4999]]), 0.5, 28).any()


def test_false_alerts_are_counted_per_area_and_year() -> None:
    said = np.array([[0.9, 0.9], [0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.9, 0.1]])
    happened = np.array([[False, True], [False] * 2, [False] * 2, [False] * 2, [True, False]])
    # area 0: false in week 0, right in week 4; area 1: right in week 0
    rate = levels.false_per_year(weeks(5), said, happened, 0.5, 28)
    assert np.isclose(rate, 1 / (2 * 5 * 7 / 365.25))


def test_learnt_thresholds_keep_their_budgets_and_rise() -> None:
    draw = np.random.default_rng(7)
    said = draw.beta(1, 12, size=(60, 40))
    happened = draw.random((60, 40)) < said
    found = levels.learn(weeks(60), said, happened, 28)
    assert found.begins is not None and found.weeks == 52 and found.areas == 40
    watch, warning, emergency = (found.begins[name] for name in ("watch", "warning", "emergency"))
    assert watch < warning < emergency
    for name, budget in levels.BUDGETS.items():
        again = levels.false_per_year(weeks(52), said[-52:], happened[-52:], found.begins[name], 28)
        assert again <= budget and np.isclose(again, found.false_per_year[name], atol=1e-4)
    assert found.false_per_year["warning"] > 0.8
    assert found.level(np.array([0.0, watch, warning, 0.999])).tolist() == [1, 2, 3, 4]
    assert levels.from_card(found.card()) == found


def test_too_few_weeks_mean_no_levels() -> None:
    found = levels.learn(weeks(25), np.full((25, 3), 0.5), np.zeros((25, 3), dtype=bool), 28)
    assert found.begins is None and found.weeks == 25
    assert found.level(np.array([0.9])).tolist() == [levels.NOT_ASSESSED]
    assert levels.from_card(None).begins is None
    assert levels.from_card(found.card()).begins is None


def test_one_probability_for_all_never_becomes_an_emergency_by_itself() -> None:
    found = levels.learn(weeks(52), np.full((52, 10), 0.02), np.zeros((52, 10), dtype=bool), 28)
    assert found.level(np.array([0.02])).tolist() == [1]
    assert found.false_per_year == {"watch": 0.0, "warning": 0.0, "emergency": 0.0}


def test_thresholds_never_fall_when_forecasts_get_better() -> None:
    """With no false alert at all every level begins at the lowest probability that was said."""
    found = levels.learn(weeks(52), np.full((52, 2), 0.3), np.ones((52, 2), dtype=bool), 28)
    assert found.begins == {"watch": 0.3, "warning": 0.3, "emergency": 0.3}
