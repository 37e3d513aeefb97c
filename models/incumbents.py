"""The models in force, as a newcomer meets them: asked about the weeks after their own training."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from db import queries
from db.policy import Viewer
from models import days, shelf
from models.bench import Fitted
from models.cards import Comparison
from models.days import Array, BoolArray
from models.errors import ModelError
from models.estimators import probability
from models.issue import Model
from models.targets import TARGETS


@dataclass(frozen=True)
class Incumbent:
    """The model in force for a question, and the day it was trained on."""

    trained: int
    floor_deaths: int
    fitted: Fitted

    def later(self, compared: Comparison) -> tuple[Array, BoolArray] | None:
        """What it says of the compared weeks, and which of them came after its training.

        None where none did, or where its question was another one (another floor).
        """
        bench, question = compared.bench, compared.question
        after: BoolArray = bench.panel.origins[compared.weeks] >= self.trained
        if self.floor_deaths != question.floor_deaths or not after.any():
            return None
        rows = bench.rows([one.name for one in self.fitted.features], question)[compared.weeks]
        return probability(self.fitted.log_odds(rows)), after


Incumbents = Mapping[tuple[str, int], Incumbent]


def in_force(session: Session, viewer: Viewer, region_id: str, as_of: date, key: bytes) -> Incumbents:
    """Those trained before a day, by target and horizon; one that cannot be read has nothing to say."""
    found = {}
    current = queries.current_models(session, viewer, region_id=region_id, as_of=as_of)
    for row in current.to_dict("records"):
        if row["target"] in TARGETS and row["train_as_of"] < as_of:
            named = str(row["model_version_id"])
            record = queries.model_record(session, viewer, model_version_id=named, as_of=as_of)
            with suppress(ModelError):
                model, slot = shelf.read(record, key), (str(row["target"]), int(row["horizon_days"]))
                found[slot] = Incumbent(days.number(record.train_as_of), model.floor_deaths, _fitted(model))
    return found


def _fitted(model: Model) -> Fitted:
    return Fitted(
        name=model.name,
        features=model.features,
        estimator=model.estimator,
        rows=0,
        positives=model.positives,
        areas_with_positives=model.areas_with_positives,
    )
