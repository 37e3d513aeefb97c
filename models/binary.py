"""What the judgement's own yes-or-no classifiers share: checks, log-odds and probabilities."""

from typing import Any

import numpy as np
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from models.days import Array
from models.metrics import CLIP

MAX_LOGIT = float(logit(1 - CLIP))


def probability(log_odds: Array) -> Array:
    """Log-odds as a probability kept away from certainty."""
    return np.asarray(expit(np.clip(log_odds, -MAX_LOGIT, MAX_LOGIT)))


class Binary(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier of two classes that states log-odds; the rest follows from them."""

    def decision_function(self, X: Array) -> Array:  # noqa: N803
        """Log-odds of yes."""
        raise NotImplementedError

    def predict_proba(self, X: Array) -> Array:  # noqa: N803
        """Probabilities of no and of yes."""
        yes = probability(self.decision_function(X))
        return np.column_stack([1 - yes, yes])

    def predict(self, X: Array) -> Array:  # noqa: N803
        """The likelier answer."""
        yes = self.decision_function(X) > 0
        return np.asarray(self.classes_[np.minimum(yes, len(self.classes_) - 1)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


def checked(estimator: Any, X: Array, y: Array, classes: int = 2) -> tuple[Array, Array]:  # noqa: N803
    """Rows and answers as numbers, or the complaint that scikit-learn's rules ask for."""
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
