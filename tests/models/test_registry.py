import json
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.tree import DecisionTreeClassifier

from models import registry
from models.bench import Fitted
from models.errors import ModelError
from models.estimators import ESTIMATORS
from tests.models.test_estimators import rows

KEY = b"a key of this store"


def packed(name: str = "logit_mean") -> tuple[bytes, dict[str, Any], str, np.ndarray]:
    features = tuple(ESTIMATORS[name].look_at("relative"))
    x, y = rows(features=len(features))
    estimator = ESTIMATORS[name].build(features).fit(x, y)
    fitted = Fitted(name, features, estimator, len(y), int(y.sum()), 9)
    body = registry.pack(fitted)
    card = {
        "target": "fatal",
        "horizon_days": 7,
        "train_as_of": "2020-06-30",
        "features": registry.describe(features),
        "shares": [0.1, 1e-7, 3.0],
    }
    return body, card, registry.sign(body, card, KEY), estimator.predict_proba(x)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_what_was_kept_says_the_same_again(name: str) -> None:
    body, card, digest, said = packed(name)
    stored = json.loads(json.dumps(card))
    again = registry.load(body, stored, digest, KEY)
    assert np.array_equal(again.predict_proba(rows(features=len(card["features"]))[0]), said)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda body, card, digest: (body[:-1] + bytes([body[-1] ^ 1]), card, digest),
        lambda body, card, digest: (body[: len(body) // 2], card, digest),
        lambda body, card, digest: (b"", card, digest),
        lambda body, card, digest: (body, {**card, "train_as_of": "2019-01-01"}, digest),
        lambda body, card, digest: (body, card, "0" * len(digest)),
        lambda body, card, digest: (body, card, registry.sign(body, card, b"another key")),
    ],
    ids=["flipped", "truncated", "empty", "other card", "other digest", "other key"],
)
def test_what_was_not_signed_is_refused_before_it_is_read(
    break_it: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skops.io, "loads", lambda *a, **k: pytest.fail("read before checked"))
    body, card, digest, _ = packed("ewma_logistic")
    with pytest.raises(ModelError, match="train again") as refused:
        registry.load(*break_it(body, card, digest), KEY)
    assert "\n" not in str(refused.value)


def test_refits_are_kept_beside_the_estimator() -> None:
    features = tuple(ESTIMATORS["ewma_logistic"].look_at("relative"))
    x, y = rows(features=len(features))
    fitted = Fitted("ewma_logistic", features, ESTIMATORS["ewma_logistic"].build(features).fit(x, y), 1, 1, 1)
    body, card, refits = registry.pack(fitted, np.eye(3)), packed("ewma_logistic")[1], np.eye(3)
    parts = registry.load_parts(body, card, registry.sign(body, card, KEY), KEY)
    assert np.array_equal(parts.refits, refits)
    assert np.array_equal(parts.estimator.predict_proba(x), fitted.estimator.predict_proba(x))
    old, card, digest, _ = packed("ewma_logistic")
    assert len(registry.load_parts(old, card, digest, KEY).refits) == 0


def test_a_card_of_another_model_is_refused_even_when_signed() -> None:
    body, card, _, _ = packed("ewma_logistic")
    other = {**card, "features": card["features"][:-1]}
    with pytest.raises(ModelError, match="do not belong together; train again"):
        registry.load(body, other, registry.sign(body, other, KEY), KEY)


def test_foreign_features_are_refused() -> None:
    body, card, _, _ = packed("ewma_logistic")
    for foreign in (
        {"name": "moon_phase", "doc": "The moon."},
        {**card["features"][0], "doc": "Something else."},
    ):
        other = {**card, "features": [*card["features"][1:], foreign]}
        with pytest.raises(ModelError, match=f"{foreign['name']}.*train again"):
            registry.load(body, other, registry.sign(body, other, KEY), KEY)


def test_untrusted_types_are_refused_even_when_signed() -> None:
    _, card, _, _ = packed("ewma_logistic")
    x, y = rows()
    body = skops.io.dumps(DecisionTreeClassifier(max_depth=2).fit(x, y))
    with pytest.raises(ModelError, match=r"not trusted \(sklearn.tree"):
        registry.load(body, card, registry.sign(body, card, KEY), KEY)


def test_signed_rubbish_is_refused_in_one_line() -> None:
    _, card, _, _ = packed("ewma_logistic")
    with pytest.raises(ModelError, match="cannot be read") as refused:
        registry.load(b"not a model", card, registry.sign(b"not a model", card, KEY), KEY)
    assert "\n" not in str(refused.value)


def test_versions_are_named() -> None:
    assert set(registry.versions()) == {"python", "scikit-learn", "skops", "numpy", "tocsin"}
