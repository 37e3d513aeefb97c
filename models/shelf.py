"""Where scoring finds its models: the one in force on each day, by what was promoted from which day on."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from db import queries
from db.policy import Viewer
from db.store import ModelRecord
from models import intervals, levels, registry, weeks
from models.bench import Fitted
from models.count_scores import CountModel
from models.errors import ModelError
from models.issue import Model
from models.promoting import promote as promote
from models.promoting import refused as refused
from models.targets import DEATHS, TARGETS, Question

Slot = tuple[str, int]
Act = tuple[date, str]


def promoted(
    session: Session, viewer: Viewer, *, region_id: str, days: Sequence[date], key: bytes
) -> dict[Question, dict[date, Model]]:
    """For every question and day the model to ask; each is loaded and checked once."""
    slots = {slot: acts for slot, acts in _slots(session, viewer, region_id).items() if slot[0] in TARGETS}
    loaded: dict[str, Model] = {}
    found: dict[Question, dict[date, Model]] = {}
    for (target, horizon_days), versions in slots.items():
        chosen = {day: newest(versions, day) for day in days}
        for version_id in sorted(set(chosen.values()) - set(loaded)):
            record = queries.model_record(session, viewer, model_version_id=version_id, as_of=max(days))
            loaded[version_id] = read(record, key)
        floor_deaths = loaded[chosen[max(days)]].floor_deaths
        question = Question(TARGETS[target], horizon_days, floor_deaths)
        found[question] = {day: loaded[version_id] for day, version_id in chosen.items()}
    return found


def promoted_counts(
    session: Session, viewer: Viewer, *, region_id: str, days: Sequence[date], key: bytes
) -> dict[int, dict[date, CountModel]]:
    """For every horizon and day the count model to ask; days before the first one have none."""
    found: dict[int, dict[date, CountModel]] = {}
    loaded: dict[str, CountModel] = {}
    for (target, horizon_days), acts in _slots(session, viewer, region_id).items():
        known = [day for day in days if target == DEATHS.name and day >= min(first for first, _ in acts)]
        chosen = {day: newest(acts, day) for day in known}
        for version_id in sorted(set(chosen.values()) - set(loaded)):
            record = queries.model_record(session, viewer, model_version_id=version_id, as_of=max(days))
            loaded[version_id] = _read_counts(record, key)
        if chosen:
            found[horizon_days] = {day: loaded[version_id] for day, version_id in chosen.items()}
    return found


def _read_counts(record: ModelRecord, key: bytes) -> CountModel:
    card: Mapping[str, Any] = record.card
    fitted = Fitted(
        name=record.estimator,
        features=registry.known_features(card),
        estimator=registry.load(record.artefact, card, record.digest, key),
        rows=card["rows"],
        positives=card["positives"],
        areas_with_positives=card["areas_with_positives"],
    )
    return CountModel(record.id, fitted)


def newest(acts: Sequence[Act], day: date) -> str:
    """The version put in force last among those in force from a day or earlier (acts come newest first)."""
    for from_day, version_id in acts:
        if from_day <= day:
            return version_id
    first = min(from_day for from_day, _ in acts)
    raise ModelError(
        f"no model was in force on {day} (the earliest: from {first} on); what was trained later knows what "
        f"became known after {day}, which would be foresight: train one for that day (tocsin train --as-of "
        f"{day}) or score later days"
    )


def read(record: ModelRecord, key: bytes) -> Model:
    """Check a stored model and make it ready to ask."""
    card: Mapping[str, object] = record.card
    parts = registry.load_parts(record.artefact, card, record.digest, key)
    return Model(
        id=record.id,
        estimator=parts.estimator,
        spread=intervals.from_card(card, parts.refits),
        name=record.estimator,
        features=registry.known_features(card),
        positives=record.card["positives"],
        areas_with_positives=record.card["areas_with_positives"],
        floor_deaths=record.card["floor_deaths"],
        thresholds=levels.from_card(record.card["thresholds"]),
        past=weeks.from_card(past) if (past := (record.card["thresholds"] or {}).get("past")) else None,
    )


def _slots(session: Session, viewer: Viewer, region_id: str) -> dict[Slot, list[Act]]:
    """The acts that put models in force, of each target and horizon, newest first.

    No act begins before the day its model was trained (`store.save_promotion` refuses it), so none is
    ever asked about a day of which it knows what came after.
    """
    acts = queries.promotions(session, viewer, region_id=region_id, as_of=date.max)
    slots: dict[Slot, list[Act]] = {}
    for act in acts.to_dict("records"):
        slot = (str(act["target"]), int(act["horizon_days"]))
        slots.setdefault(slot, []).append((act["from_day"], str(act["model_version_id"])))
    if not slots:
        raise ModelError(f"no model for region {region_id} yet: train one first (tocsin train --as-of ...)")
    return slots
