"""Why a probability is what it is: contributions on the log-odds scale that sum to it exactly.

Nothing here imports scikit-learn: fitted estimators are recognised by their parts, so that pages can
tell stored drivers without loading a model library.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from models.days import Array
from models.features import Feature
from models.themes import OTHER, THEMES, Theme

TOP = 5


def contributions(estimator: Any, rows: Array) -> tuple[float, Array]:
    """A base and one contribution per row and feature; base + sum is the decision function."""
    rows = np.asarray(rows, dtype=np.float64)
    if hasattr(estimator, "members_"):
        parts = [contributions(member, rows) for member in estimator.members_]
        return float(np.mean([base for base, _ in parts])), np.mean([part for _, part in parts], axis=0)
    if hasattr(estimator, "contributions"):
        base, moved = estimator.contributions(rows)
        return float(base), np.asarray(moved)
    if hasattr(estimator, "steps") and len(estimator.steps) == 3:
        bend, scaler, model = (step for _, step in estimator.steps)
        return _additive(bend, scaler, model, rows)
    if hasattr(estimator, "steps"):
        return _linear(estimator.steps[0][1], estimator.steps[-1][1], rows)
    if hasattr(estimator, "_predictors"):
        return _boosted(estimator, rows)
    base = float(estimator.logit_)
    if rows.shape[1] == 1:
        return base, (estimator.decision_function(rows) - base)[:, None]
    return base, np.zeros(rows.shape)


def _linear(scaler: Any, model: Any, rows: Array) -> tuple[float, Array]:
    moved: Array = model.coef_[0] * (rows - scaler.mean_) / scaler.scale_
    return float(model.intercept_[0]), moved


def _additive(bend: Any, scaler: Any, model: Any, rows: Array) -> tuple[float, Array]:
    """The pieces of a feature's curve stand side by side; added up they are what the feature contributes."""
    base, pieces = _linear(scaler, model, bend.transform(rows))
    return base, pieces.reshape(len(rows), rows.shape[1], -1).sum(axis=2)


def _boosted(model: Any, rows: Array) -> tuple[float, Array]:
    """Follow each row through each tree; every step moves the expectation by what its feature decided."""
    base = float(np.ravel(model._baseline_prediction)[0])
    moved = np.zeros(rows.shape)
    for trees in model._predictors:
        nodes = trees[0].nodes
        expected = _expectations(nodes)
        base += expected[0]
        _follow(nodes, expected, rows, moved)
    return base, moved


def _expectations(nodes: Any) -> Array:
    """What a tree says on average of the training rows below each node (children come after parents)."""
    expected: Array = nodes["value"].astype(np.float64)
    for at in range(len(nodes) - 1, -1, -1):
        if not nodes["is_leaf"][at]:
            pair = [int(nodes["left"][at]), int(nodes["right"][at])]
            expected[at] = np.average(expected[pair], weights=nodes["count"][pair])
    return expected


def _follow(nodes: Any, expected: Array, rows: Array, moved: Array) -> None:
    place = np.zeros(len(rows), dtype=np.int64)
    active = np.flatnonzero(~nodes["is_leaf"][place].astype(bool))
    while len(active):
        here = place[active]
        column = nodes["feature_idx"][here]
        value = rows[active, column]
        missing = np.isnan(value) & nodes["missing_go_to_left"][here].astype(bool)
        left = (value <= nodes["num_threshold"][here]) | missing
        there = np.where(left, nodes["left"][here], nodes["right"][here]).astype(np.int64)
        moved[active, column] += expected[there] - expected[here]
        place[active] = there
        active = active[~nodes["is_leaf"][there].astype(bool)]


def by_theme(features: Sequence[Feature], moved: Array) -> tuple[list[Theme], Array]:
    """Add up the contributions (rows × features) of each theme: the themes, and rows × themes."""
    names = list(dict.fromkeys(one.theme for one in features))
    member = np.array([[one.theme == name for name in names] for one in features], dtype=float)
    return [THEMES[name] for name in names], moved @ member


def strongest(moved: Array) -> Array:
    """What (last axis) moved each answer most, strongest first."""
    return np.argsort(-np.abs(moved), axis=-1, kind="stable")[..., :TOP]


def sentence(driver: Mapping[str, Any], translate: Callable[[str], str] = lambda text: text) -> str:
    """Tell one stored driver in the reader's language."""
    theme = THEMES.get(str(driver["feature"]), OTHER)
    words = {name: figure(driver.get(name), theme.at_most) for name in ("value", "usual")}
    return translate(theme.sentence).format(**words)


def figure(value: float | None, at_most: float | None = None) -> str:
    """A number short enough for a sentence; one that stands for itself or more carries a plus."""
    if value is None:
        return "–"
    short = f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}".removesuffix(".0")
    return f"{short}+" if at_most is not None and value >= at_most else short


def digits(values: Array, count: int = 4) -> Array:
    """Values cut to a few digits, as they are stored."""
    values = np.asarray(values, dtype=np.float64)
    size = np.floor(np.log10(np.abs(values), where=values != 0, out=np.zeros(values.shape)))
    scale = 10.0 ** (count - 1 - size)
    short: Array = np.round(values * scale) / scale
    return short
