"""ESTIMATORS: how a probability is fitted. Every one is a scikit-learn classifier.

A recipe names the features it looks at and builds an unfitted estimator from them. The rules and
`ewma_logistic` are the published baselines; `logit_mean` must beat them out of sample to be promoted. Its
members can be asked for by name. `pooled_rate` is what remains when there is too little to learn from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import logit
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from models.baselines import RULES
from models.binary import MAX_LOGIT, Binary, checked
from models.binary import probability as probability
from models.curves import Curves
from models.days import Array
from models.features import BY_NAME, FEATURES, Feature, for_target
from models.hawkes import Hawkes
from models.metrics import CLIP

SEED = 20180725


class LogitMean(Binary):
    """The equal mean of its members' log-odds, kept away from certainty."""

    def __init__(self, members: list[Any] | None = None) -> None:
        self.members = members

    def fit(self, X: Array, y: Array) -> Self:  # noqa: N803
        """Fit every member on the same rows."""
        X, y = checked(self, X, y)
        self.members_ = [clone(member).fit(X, y) for member in self.members or [_logistic(0.1)]]
        return self

    def decision_function(self, X: Array) -> Array:  # noqa: N803
        """The mean log-odds, before they are kept away from certainty."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        parts = [member.decision_function(X) for member in self.members_]
        return np.asarray(np.mean(parts, axis=0))


class PooledRate(Binary):
    """One rate for every area: how often it happened, with half a case added on either side."""

    def fit(self, X: Array, y: Array) -> Self:  # noqa: N803
        """Count."""
        X, y = checked(self, X, y, classes=1)
        positives = float(np.sum(y == self.classes_[-1])) if len(self.classes_) > 1 else float(np.sum(y > 0))
        self.logit_ = float(logit((positives + 0.5) / (len(y) + 1)))
        return self

    def decision_function(self, X: Array) -> Array:  # noqa: N803
        """The same log-odds for every row."""
        check_is_fitted(self)
        return np.full(len(validate_data(self, X, reset=False)), self.logit_)

    def __sklearn_tags__(self) -> Any:
        return _humble(super().__sklearn_tags__())


class Rule(Binary):
    """A probability that needs no fitting, stated as it is: its only column."""

    def fit(self, X: Array, y: Array) -> Self:  # noqa: N803
        """Remember what the rule said on average, for explanations."""
        X, y = checked(self, X, y, classes=1)
        self.logit_ = float(np.mean(_stated(X)))
        return self

    def decision_function(self, X: Array) -> Array:  # noqa: N803
        """The log-odds of what the column says."""
        check_is_fitted(self)
        return _stated(validate_data(self, X, reset=False))

    def __sklearn_tags__(self) -> Any:
        return _humble(super().__sklearn_tags__())


@dataclass(frozen=True)
class Recipe:
    """Which features an estimator looks at, and how to build it from them."""

    doc: str
    look_at: Callable[[str], list[Feature]]
    build: Callable[[Sequence[Feature]], Any]


def _logistic(c: float = 0.03) -> Any:
    return Pipeline([("scale", StandardScaler()), ("fit", LogisticRegression(C=c, max_iter=300))])


def _additive(c: float = 0.003) -> Any:
    """A smooth curve for each feature, level beyond what was seen and strongly drawn towards nothing."""
    fit = LogisticRegression(C=c, max_iter=300)
    return Pipeline([("bend", Curves()), ("scale", StandardScaler()), ("fit", fit)])


def _boosting(features: Sequence[Feature]) -> Any:
    return HistGradientBoostingClassifier(
        learning_rate=0.06,
        max_iter=100,
        max_leaf_nodes=8,
        min_samples_leaf=60,
        l2_regularization=10,
        max_features=0.3,
        max_bins=64,
        monotonic_cst=[one.monotone for one in features],
        early_stopping=False,
        random_state=SEED,
    )


def _hawkes(features: Sequence[Feature]) -> Any:
    return Hawkes(brakes=[at for at, one in enumerate(features) if one.name == "own_bar"])


def _named(*names: str) -> Callable[[str], list[Feature]]:
    """The features of these names that serve a target."""
    return lambda family: for_target(family, [BY_NAME[name] for name in names])


def _all_features(family: str) -> list[Feature]:
    return for_target(family, FEATURES)


_TWO = _named("own_severity_14", "own_severity_90", "own_threshold")
_FADING = _named(
    *(f"own_severity_{half_life}" for half_life in (7, 14, 30, 90)),
    *(f"near_severity_{km}km_{half_life}" for km in (30, 100) for half_life in (7, 30, 90)),
    "long_run_severity",
    "own_bar",
)
ESTIMATORS: dict[str, Recipe] = {
    "ewma_logistic": Recipe(
        "Logistic regression on the area's own violence of the last weeks and months.",
        _TWO,
        lambda features: _logistic(1.0),
    ),
    "hawkes": Recipe(
        "Self-exciting intensity: fading memories of violence here and nearby, over a background.",
        _FADING,
        _hawkes,
    ),
    "logistic": Recipe("Logistic regression on all features.", _all_features, lambda features: _logistic()),
    "additive": Recipe(
        "Logistic regression on a smooth curve of each feature.",
        _all_features,
        lambda features: _additive(),
    ),
    "boosting": Recipe(
        "Shallow gradient boosting on all features, monotone where a feature states a direction.",
        _all_features,
        _boosting,
    ),
    "logit_mean": Recipe(
        "Mean of a linear logistic regression, one with smooth curves, and a shallow monotone gradient boosting.",
        _all_features,
        lambda features: LogitMean([_additive(), _logistic(), _boosting(features)]),
    ),
    **{
        name: Recipe(rule.doc, lambda family, rule=rule: [rule], lambda features: Rule())  # type: ignore[misc]
        for name, rule in RULES.items()
    },
    "pooled_rate": Recipe(
        "How often it happened anywhere: no area is told from another.",
        _TWO,
        lambda features: PooledRate(),
    ),
}
BASELINE = "ewma_logistic"
BASELINES = (*RULES, BASELINE)
LAST_RESORT = "pooled_rate"


def _stated(rows: Array) -> Array:
    return np.asarray(np.clip(logit(np.clip(rows[:, 0], CLIP, 1 - CLIP)), -MAX_LOGIT, MAX_LOGIT))


def _humble(tags: Any) -> Any:
    tags.classifier_tags.poor_score = True
    return tags
