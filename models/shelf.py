"""Where scoring finds its models: the newest promoted one trained on or before each day."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from db import queries
from db.policy import Viewer
from db.store import ModelRecord
from models import levels, registry
from models.errors import ModelError
from models.issue import Model
from models.targets import TARGETS, Question

Slot = tuple[str, int]
Trained = tuple[date, str]


def promoted(
    session: Session, viewer: Viewer, *, region_id: str, days: Sequence[date], key: bytes
) -> dict[Question, dict[date, Model]]:
    """For every question and day the model to ask; each is loaded and checked once."""
    slots = _slots(session, viewer, region_id)
    loaded: dict[str, Model] = {}
    found: dict[Question, dict[date, Model]] = {}
    for (target, horizon_days), versions in slots.items():
        chosen = {day: newest(versions, day) for day in days}
        for version_id in sorted(set(chosen.values()) - set(loaded)):
            record = queries.model_record(session, viewer, model_version_id=version_id)
            loaded[version_id] = read(record, key)
        floor_deaths = loaded[chosen[max(days)]].floor_deaths
        question = Question(TARGETS[target], horizon_days, floor_deaths)
        found[question] = {day: loaded[version_id] for day, version_id in chosen.items()}
    return found


def newest(versions: Sequence[Trained], day: date) -> str:
    """The version trained last among those trained on or before a day (versions come newest first)."""
    for trained, version_id in versions:
        if trained <= day:
            return version_id
    first = min(trained for trained, _ in versions)
    raise ModelError(
        f"every model was trained on what became known after {day} (earliest: {first}), which would be "
        f"foresight: train one for that day (tocsin train --as-of {day}) or score later days"
    )


def read(record: ModelRecord, key: bytes) -> Model:
    """Check a stored model and make it ready to ask."""
    card: Mapping[str, object] = record.card
    return Model(
        id=record.id,
        estimator=registry.load(record.artefact, card, record.digest, key),
        name=record.estimator,
        features=registry.known_features(card),
        positives=record.card["positives"],
        areas_with_positives=record.card["areas_with_positives"],
        floor_deaths=record.card["floor_deaths"],
        thresholds=levels.from_card(record.card["thresholds"]),
    )


def _slots(session: Session, viewer: Viewer, region_id: str) -> dict[Slot, list[Trained]]:
    """The promoted versions of each target and horizon, newest first."""
    rows = queries.models(session, viewer, region_id=region_id, as_of=date.max)
    slots: dict[Slot, list[Trained]] = {}
    for row in rows[rows["status"] == "promoted"].to_dict("records"):
        slot = (str(row["target"]), int(row["horizon_days"]))
        slots.setdefault(slot, []).append((row["train_as_of"], str(row["model_version_id"])))
    if not slots:
        raise ModelError(f"no model for region {region_id} yet: train one first (tocsin train --as-of ...)")
    return slots
