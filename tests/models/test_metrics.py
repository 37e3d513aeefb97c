"""Values worked out by hand."""

import numpy as np
import pytest

from models import metrics

OBS = np.array([1.0, 0.0, 1.0, 0.0, 0.0])
FCT = np.array([0.9, 0.8, 0.4, 0.4, 0.0])


def test_brier_and_skill() -> None:
    assert metrics.brier(OBS, FCT) == pytest.approx((0.01 + 0.64 + 0.36 + 0.16 + 0) / 5)
    assert metrics.skill(0.06, 0.08) == pytest.approx(0.25)
    assert np.isnan(metrics.skill(0.1, 0.0))


def test_log_loss_keeps_away_from_certainty() -> None:
    expected = -(np.log(0.9) + np.log(0.2) + np.log(0.4) + np.log(0.6) + np.log(1 - 1e-4)) / 5
    assert metrics.log_loss(OBS, FCT) == pytest.approx(expected)


def test_auc_counts_ties_half() -> None:
    # pairs: .9 beats .8 .4 .0 (3); .4 loses to .8, ties .4, beats .0 (1.5); of 6
    assert metrics.auc(OBS, FCT) == pytest.approx(4.5 / 6)
    assert np.isnan(metrics.auc(np.zeros(3), np.ones(3)))


def test_average_precision_takes_ties_together() -> None:
    # found at .9 with precision 1/1, at the tie .4 with precision 2/4
    assert metrics.average_precision(OBS, FCT) == pytest.approx((1 + 0.5) / 2)
    assert np.isnan(metrics.average_precision(np.zeros(3), np.ones(3)))


def test_ece_weighs_bins_by_their_rows() -> None:
    obs, fct = np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.1, 0.2, 0.8, 0.9])
    assert metrics.ece(obs, fct, bins=2) == pytest.approx((abs(0.15 - 0.5) + abs(0.85 - 1)) / 2)


def test_reliability_tells_said_and_happened_by_bin() -> None:
    bins = metrics.reliability(OBS, FCT, bins=2)
    assert bins[0] == {"rows": 3, "said": pytest.approx(0.8 / 3), "happened": pytest.approx(1 / 3)}
    assert bins[1] == {"rows": 2, "said": pytest.approx(0.85), "happened": 0.5}
    assert metrics.ratio(0.3, 0.2) == pytest.approx(1.5) and np.isnan(metrics.ratio(0.3, 0.0))


def test_a_rule_without_errors_has_no_interval() -> None:
    low, high = metrics.block_bootstrap(np.arange(100), np.ones(100), np.zeros(100))
    assert np.isnan(low) and np.isnan(high)


def test_intervals_hold_the_skill_and_narrow_to_it_when_all_blocks_agree() -> None:
    draw = np.random.default_rng(0)
    day = np.arange(0, 560).repeat(3)
    reference = draw.random(len(day)) + 0.5
    low, high = metrics.block_bootstrap(day, reference * draw.uniform(0.5, 1.0, len(day)), reference)
    assert low < 0.25 < high
    low, high = metrics.block_bootstrap(day, reference * 0.8, reference)
    assert low == pytest.approx(0.2) == high


def test_metrics_agree_with_scikit_learn() -> None:
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

    draw = np.random.default_rng(1)
    fct = np.round(draw.random(500), 2)
    obs = (draw.random(500) < fct).astype(float)
    assert metrics.auc(obs, fct) == pytest.approx(roc_auc_score(obs, fct))
    assert metrics.average_precision(obs, fct) == pytest.approx(average_precision_score(obs, fct))
    assert metrics.brier(obs, fct) == pytest.approx(brier_score_loss(obs, fct))
