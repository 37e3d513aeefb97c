"""Fitted models as bytes with a card: saved with skops, signed with the store's key, checked before use."""

import hashlib
import hmac
import json
import platform
import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

import numpy as np
import skops.io

from models.baselines import column
from models.bench import Fitted
from models.count_rules import COUNT_COLUMNS
from models.days import Array
from models.errors import ModelError
from models.features import Feature

TRUSTED = (
    "models.curves.Curves",
    "models.estimators.LogitMean",
    "models.estimators.PooledRate",
    "models.estimators.Rule",
    "models.hawkes.Hawkes",
    "models.ladder.Ladder",
    "models.ladder.LadderRule",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)
RETRAIN = "train again (tocsin train)"
FORMAT = 2


def pack(fitted: Fitted, refits: Array | None = None) -> bytes:
    """The estimator, and its refits if it has any, as bytes that hold no code."""
    kept = fitted.estimator if refits is None else {"estimator": fitted.estimator, "refits": refits}
    body: bytes = skops.io.dumps(kept, compression=zipfile.ZIP_DEFLATED, compresslevel=1)
    return body


def sign(body: bytes, card: Mapping[str, Any], key: bytes) -> str:
    """A digest over the bytes and the card that only the holder of the key can make."""
    seal = hmac.new(key, hashlib.sha256(body).digest(), hashlib.sha256)
    seal.update(_canonical(card))
    return seal.hexdigest()


def _signed(body: bytes, card: Mapping[str, Any], digest: str, key: bytes) -> bool:
    """Whether bytes and card are the ones that were signed; a card that could not be written is none."""
    try:
        return hmac.compare_digest(sign(body, card, key).encode(), digest.encode())
    except (ValueError, TypeError, RecursionError):
        return False


class Parts(NamedTuple):
    """What an artefact holds: the fitted estimator, and its refits (none in those of older programs)."""

    estimator: Any
    refits: Array


def load(body: bytes, card: Mapping[str, Any], digest: str, key: bytes) -> Any:
    """The estimator again, if bytes and card are the ones that were signed and the program still fits."""
    return load_parts(body, card, digest, key).estimator


def load_parts(body: bytes, card: Mapping[str, Any], digest: str, key: bytes) -> Parts:
    """The same with the refits."""
    name = f"model {card.get('target')}/{card.get('horizon_days')} d of {card.get('train_as_of')}"
    if not _signed(body, card, digest, key):
        raise ModelError(
            f"{name}: the stored bytes are not the ones that were signed (changed, or signed with another "
            f"key: TOCSIN_KEY); {RETRAIN}"
        )
    known_features(card)
    kept = _unpack(name, body)
    parts = Parts(**kept) if isinstance(kept, dict) else Parts(kept, np.zeros((0, 1)))
    _fits_together(name, card, parts)
    return parts


def _fits_together(name: str, card: Mapping[str, Any], parts: Parts) -> None:
    """Refuse a card that speaks of other features than the estimator was fitted on."""
    listed, fitted = len(card["features"]), getattr(parts.estimator, "n_features_in_", None)
    if fitted is not None and fitted != listed:
        raise ModelError(
            f"{name}: the card lists {listed} features, the artefact was fitted on {fitted}; they do not "
            f"belong together; {RETRAIN}"
        )


def _unpack(name: str, body: bytes) -> Any:
    try:
        foreign = set(skops.io.get_untrusted_types(data=body)) - set(TRUSTED)
        if foreign:
            raise ModelError(
                f"{name}: holds types that are not trusted ({', '.join(sorted(foreign))}); {RETRAIN}"
            )
        return skops.io.loads(body, trusted=list(TRUSTED))
    except ModelError:
        raise
    except Exception as error:  # skops raises whatever the broken part raises
        raise ModelError(f"{name}: cannot be read ({type(error).__name__}); {RETRAIN}") from error


def known_features(card: Mapping[str, Any]) -> tuple[Feature, ...]:
    """The features of a card, if the program still means the same by them."""
    listed = [(str(one["name"]), str(one["doc"])) for one in card["features"]]
    found = [(name, doc, COUNT_COLUMNS.get(name) or column(name)) for name, doc in listed]
    foreign = [name for name, doc, one in found if one is None or one.doc != doc]
    if foreign:
        raise ModelError(
            f"the model looks at features this program does not have ({', '.join(foreign)}); {RETRAIN}"
        )
    return tuple(one for _, _, one in found if one is not None)


def describe(features: Sequence[Feature]) -> list[dict[str, Any]]:
    """Features as a card lists them."""
    return [{"name": one.name, "doc": one.doc, "monotone": one.monotone} for one in features]


def versions() -> dict[str, str]:
    """What the model was made with."""
    found = {name: _version(name) for name in ("scikit-learn", "skops", "numpy", "tocsin")}
    return {"python": platform.python_version(), **found}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def _canonical(card: Mapping[str, Any]) -> bytes:
    return json.dumps(
        card, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()
