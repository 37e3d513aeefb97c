"""What the rules judge by beside the scores: how unusual each community's own days are, and who has fallen silent.

It is read and computed on a reading session, before the store is locked for what is written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from dashboard.alerts.judging import Facts, Sights
from db import queries
from db.policy import Viewer
from models import days as numbered
from models import score
from models.frames import Frames
from models.targets import ESCALATION, Question
from models.unusual import Past, Unusual
from models.voices import Voices


def read(session: Session, viewer: Viewer, *, region_id: str, frames: Frames, days: Sequence[date]) -> Sights:
    """What is known of every community on each of some days, as it was known by its end."""
    if not days:
        return {}
    region = queries.region(session, viewer, region_id)
    question = Question(ESCALATION, region.alert_horizon_days, region.escalation_floor_deaths)
    budgets = score.budgets(session, viewer, region_id=region_id, as_of=max(days))
    past = Past(frames, days, question, budgets)
    ids = sorted(str(one) for one in frames.areas.loc[frames.areas["kind"] == "community", "area_id"])
    voices, life = Voices(frames.voices, ids), region.alert_horizon_days
    return {day: dict(_of_day(past.on(day), voices, ids, day, life)) for day in sorted(set(days))}


def _of_day(
    seen: Unusual, voices: Voices, ids: Sequence[str], day: date, life_days: int
) -> Iterable[tuple[str, Facts]]:
    place = {name: at for at, name in enumerate(seen.area_ids)}
    number = numbered.number(day)
    for at, name in enumerate(ids):
        silences, expected = voices.silent(at, number), voices.expected(at, number)
        heard = Facts(
            day,
            life_days,
            voices=expected,
            silent=voices.fallen_silent(at, number),
            silent_days=max((one.days for one in silences), default=0),
        )
        yield name, _measured(heard, seen, place[name])


def _measured(facts: Facts, seen: Unusual, at: int) -> Facts:
    return replace(
        facts,
        surge=_number(seen.strength["surge"][at]),
        surge_begins=seen.begins["surge"],
        counted=_number(seen.counted[at]),
        usual=_number(seen.usual[at]),
        novelty=_number(seen.strength["novelty"][at]),
        novelty_begins=seen.begins["novelty"],
    )


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
