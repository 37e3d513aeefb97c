"""The judgement: what may come next, how likely, and against which simple rule."""

import os
from importlib import import_module

# Threads of scikit-learn's OpenMP code spin while they wait; on shared cores that doubles the bill.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

__all__ = ["FEATURES", "Question", "Study", "add_feature", "feature"]  # noqa: F822 - loaded when asked for
_HOMES = {
    "FEATURES": "features",
    "Question": "targets",
    "Study": "study",
    "add_feature": "study",
    "feature": "features",
}


def __getattr__(name: str) -> object:
    """The modeller's names, loaded when asked for: pages must not load a model library."""
    if name not in _HOMES:
        raise AttributeError(f"module 'models' has no attribute {name!r}")
    return getattr(import_module(f"models.{_HOMES[name]}"), name)
