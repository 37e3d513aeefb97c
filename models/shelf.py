"""Where scoring finds its models: the newest promoted one trained on or before each day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from models import levels, registry
from models.bench import Question
from models.errors import ModelError
from models.issue import Model
from models.targets import TARGETS


def promoted(
    session: Any, *, region_id: str, days: Sequence[date], key: bytes
) -> dict[Question, dict[date, Model]]:
    """For every question and day the model to ask; each is loaded and checked once."""
    versions = _versions(session, region_id)
    if not versions:
        raise ModelError(f"no model for region {region_id} yet: train one first (tocsin train --as-of ...)")
    loaded: dict[str, Model] = {}
    found: dict[Question, dict[date, Model]] = {}
    for question in dict.fromkeys(_question(one.card) for one in versions):
        candidates = [one for one in versions if _question(one.card) == question]
        for day in days:
            version = newest(candidates, day)
            if version.id not in loaded:
                loaded[version.id] = _load(session, version, key)
            found.setdefault(question, {})[day] = loaded[version.id]
    return found


def newest(versions: Sequence[Any], day: date) -> Any:
    """The version trained last among those trained on or before a day."""
    earlier = [one for one in versions if one.train_as_of <= day]
    if not earlier:
        first = min(one.train_as_of for one in versions)
        raise ModelError(
            f"every model was trained on what became known after {day} (earliest: {first}), which would be "
            f"foresight: train one for that day (tocsin train --as-of {day}) or score later days"
        )
    return max(earlier, key=lambda one: (one.train_as_of, one.created_at, one.id))


def read(version: Any, body: bytes, key: bytes) -> Model:
    """Check a stored model and make it ready to ask."""
    card: Mapping[str, Any] = version.card
    return Model(
        id=version.id,
        estimator=registry.load(body, card, version.digest, key),
        name=str(card["estimator"]),
        features=registry.known_features(card),
        positives=int(card["positives"]),
        areas_with_positives=int(card["areas_with_positives"]),
        thresholds=levels.from_card(card["thresholds"]),
    )


def _question(card: Mapping[str, Any]) -> Question:
    return Question(TARGETS[card["target"]], int(card["horizon_days"]), int(card["floor_deaths"]))


def _versions(session: Any, region_id: str) -> list[Any]:
    from sqlalchemy import select

    from db.schema import ModelVersion
    from db.vocab import ModelStatus

    wanted = select(ModelVersion).where(
        ModelVersion.region_id == region_id, ModelVersion.status == ModelStatus.PROMOTED
    )
    return list(session.scalars(wanted.order_by(ModelVersion.target, ModelVersion.horizon_days)))


def _load(session: Any, version: Any, key: bytes) -> Model:
    from db.schema import Artefact

    artefact = session.get(Artefact, version.id)
    if artefact is None:
        raise ModelError(f"model {version.id} has no stored artefact: {registry.RETRAIN}")
    return read(version, artefact.body, key)
