"""ESTIMATORS: how a probability is fitted. Every one is a scikit-learn classifier.

A recipe names the features it looks at and builds an unfitted estimator from them. `ewma_logistic` is the
published baseline; `logit_mean` must beat it out of sample to be promoted. `pooled_rate` is what remains
when there is too little to learn from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from models.baselines import RULES
from models.days import Array
from models.features import BY_NAME, FEATURES, Feature, for_target
from models.metrics import CLIP

SEED = 20180725
MAX_LOGIT = float(logit(1 - CLIP))


class LogitMean(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """The equal mean of its members' log-odds, kept away from certainty."""

    def __init__(self, members: list[Any] | None = None) -> None:
        self.members = members

    def fit(self, X: Array, y: Array) -> Self:  # noqa: N803
        """Fit every member on the same rows."""
        X, y = _checked(self, X, y)
        self.members_ = [clone(member).fit(X, y) for member in self.members or [_logistic()]]
        return self

    def decision_function(self, X: Array) -> Array:  # noqa: N803
        """The mean log-odds, before they are kept away from certainty."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        parts = [member.decision_function(X) for member in self.members_]
        return np.asarray(np.mean(parts, axis=0))

    def predict_proba(self, X: Array) -> Array:  # noqa: N803
        """Probabilities of no and of yes."""
        return _two_columns(self.decision_function(X))

    def predict(self, X: Array) -> Array:  # noqa: N803
        """The likelier answer."""
        yes = self.decision_function(X) > 0
        return np.asarray(self.classes_[yes.astype(int)])

    def __sklearn_tags__(self) -> Any:
        return _binary(super().__sklearn_tags__())


class PooledRate(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """One rate for every area: how often it happened, with half a case added on either side."""

    def fit(self, X: Array, y: Array) -> Self:  # noqa: N803
        """Count."""
        X, y = _checked(self, X, y, classes=1)
        positives = float(np.sum(y == self.classes_[-1])) if len(self.classes_) > 1 else float(np.sum(y > 0))
        self.logit_ = float(logit((positives + 0.5) / (len(y) + 1)))
        return self

    def decision_function(self, X: Array) -> Array:  # noqa: N803
        """The same log-odds for every row."""
        check_is_fitted(self)
        return np.full(len(validate_data(self, X, reset=False)), self.logit_)

    def predict_proba(self, X: Array) -> Array:  # noqa: N803
        """Probabilities of no and of yes."""
        return _two_columns(self.decision_function(X))

    def predict(self, X: Array) -> Array:  # noqa: N803
        """The likelier answer."""
        yes = self.decision_function(X) > 0
        return np.asarray(self.classes_[np.minimum(yes, len(self.classes_) - 1)])

    def __sklearn_tags__(self) -> Any:
        tags = _binary(super().__sklearn_tags__())
        tags.classifier_tags.poor_score = True
        return tags


class Rule(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A probability that needs no fitting, stated as it is: its only column."""

    def fit(self, X: Array, y: Array) -> Self:  # noqa: N803
        """Remember what the rule said on average, for explanations."""
        X, y = _checked(self, X, y, classes=1)
        self.logit_ = float(np.mean(_stated(X)))
        return self

    def decision_function(self, X: Array) -> Array:  # noqa: N803
        """The log-odds of what the column says."""
        check_is_fitted(self)
        return _stated(validate_data(self, X, reset=False))

    def predict_proba(self, X: Array) -> Array:  # noqa: N803
        """Probabilities of no and of yes."""
        return _two_columns(self.decision_function(X))

    def predict(self, X: Array) -> Array:  # noqa: N803
        """The likelier answer."""
        yes = self.decision_function(X) > 0
        return np.asarray(self.classes_[np.minimum(yes, len(self.classes_) - 1)])

    def __sklearn_tags__(self) -> Any:
        tags = _binary(super().__sklearn_tags__())
        tags.classifier_tags.poor_score = True
        return tags


@dataclass(frozen=True)
class Recipe:
    """Which features an estimator looks at, and how to build it from them."""

    doc: str
    look_at: Callable[[str], list[Feature]]
    build: Callable[[Sequence[Feature]], Any]


def _logistic(c: float = 0.1) -> Any:
    return Pipeline([("scale", StandardScaler()), ("fit", LogisticRegression(C=c, max_iter=300))])


def _boosting(features: Sequence[Feature]) -> Any:
    return HistGradientBoostingClassifier(
        learning_rate=0.04,
        max_iter=120,
        max_leaf_nodes=5,
        min_samples_leaf=80,
        l2_regularization=20,
        max_features=0.5,
        monotonic_cst=[one.monotone for one in features],
        early_stopping=False,
        random_state=SEED,
    )


def _two_features(family: str) -> list[Feature]:
    names = ("own_severity_14", "own_severity_90", "own_threshold")
    return for_target(family, [BY_NAME[name] for name in names])


def _all_features(family: str) -> list[Feature]:
    return for_target(family, FEATURES)


ESTIMATORS: dict[str, Recipe] = {
    "ewma_logistic": Recipe(
        "Logistic regression on the area's own violence of the last weeks and months.",
        _two_features,
        lambda features: _logistic(1.0),
    ),
    "logit_mean": Recipe(
        "Mean of a logistic regression and a shallow monotone gradient boosting on all features.",
        _all_features,
        lambda features: LogitMean([_logistic(), _boosting(features)]),
    ),
    **{
        name: Recipe(rule.doc, lambda family, rule=rule: [rule], lambda features: Rule())  # type: ignore[misc]
        for name, rule in RULES.items()
    },
    "pooled_rate": Recipe(
        "How often it happened anywhere: no area is told from another.",
        _two_features,
        lambda features: PooledRate(),
    ),
}
BASELINE = "ewma_logistic"
BASELINES = (*RULES, BASELINE)
LAST_RESORT = "pooled_rate"


def probability(log_odds: Array) -> Array:
    """Log-odds as a probability kept away from certainty."""
    return np.asarray(expit(np.clip(log_odds, -MAX_LOGIT, MAX_LOGIT)))


def _stated(rows: Array) -> Array:
    return np.asarray(np.clip(logit(np.clip(rows[:, 0], CLIP, 1 - CLIP)), -MAX_LOGIT, MAX_LOGIT))


def _two_columns(log_odds: Array) -> Array:
    yes = probability(log_odds)
    return np.column_stack([1 - yes, yes])


def _checked(estimator: Any, X: Array, y: Array, classes: int = 2) -> tuple[Array, Array]:  # noqa: N803
    X, y = validate_data(estimator, X, y)
    check_classification_targets(y)
    estimator.classes_ = np.unique(y)
    if len(estimator.classes_) > 2:
        raise ValueError(
            f"Only binary classification is supported. The type of the target is {len(set(y))} classes"
        )
    if len(estimator.classes_) < classes:
        raise ValueError(f"{type(estimator).__name__} needs rows of both classes, got one class only")
    return X, y


def _binary(tags: Any) -> Any:
    tags.classifier_tags.multi_class = False
    return tags
