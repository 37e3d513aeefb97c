"""What `tocsin daily` leaves beside the scores of a large store: changes, counts, alerts; and expected voices.

`python -m benchmarks.large_beside URL` adds it to a store of `benchmarks.large_store` that was made without.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import typer
from sqlalchemy import Row as Found
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import bulk, engine, store
from db.ids import content_id
from db.schema import Alert, ModelVersion, Score, ScoreChange, Source, Transition
from db.vocab import Condition, Handling, Outcome, PromotionKind, Target

RULE, WEEKLY, AT_ONCE = "escalation_level", 7, 20
ALERTS_A_YEAR = 2.0  # of each community: what warnings and emergencies are allowed to cost
COUNTED_DAYS = 9
EXCEEDANCE = [0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01]
Row = dict[str, Any]


def add(url: str) -> None:
    """Add it all, and let the database learn how its rows are spread, as an import does."""
    dice = random.Random(2)  # noqa: S311  (nothing secret)
    with engine.writing(url) as session:
        _promoted(session)
        _expected(session)
        days = sorted(session.scalars(select(Score.as_of).distinct()))
    said: dict[str, str] = {}
    for day in days:
        with engine.writing(url) as session:
            rows = session.execute(_alerting(day)).all()
            bulk.insert(
                session,
                ScoreChange,
                [_change(one, said[one.area_id], dice) for one in rows if one.area_id in said],
            )
            said = {one.area_id: one.id for one in rows}
            if day in days[-COUNTED_DAYS:]:
                store.save_count_forecasts(session, [_count(one, h) for one in rows for h in (7, 14, 28)])
    with engine.writing(url) as session:
        made = [one for area in sorted(said) for one in _alerts(area, days[0], days[-1], dice)]
        for entity in (Alert, Transition):
            bulk.insert(session, entity, [row for kind, row in made if kind is entity])
        engine.study(session)


def _alerting(day: date) -> Any:
    question = (Score.target == Target.ESCALATION, Score.horizon_days == 28)
    return select(Score.id, Score.area_id, Score.issued_at).where(Score.as_of == day, *question)


def _promoted(session: Session) -> None:
    """Every model is in force from the day on which it was trained."""
    for name, day, at in session.execute(
        select(ModelVersion.id, ModelVersion.train_as_of, ModelVersion.created_at)
    ):
        store.save_promotion(
            session, model_version_id=name, from_day=day, at=at, by="tocsin", kind=PromotionKind.AUTO
        )


def _expected(session: Session) -> None:
    """One source in three is expected to speak every week."""
    codes = sorted(session.scalars(select(Source.code)))
    session.execute(update(Source).where(Source.code.in_(codes[::3])).values(cadence_days=WEEKLY))


def _change(one: Found[Any], earlier: str, dice: random.Random) -> Row:
    parts = {name: dice.gauss(0, 0.02) for name in ("new_data", "revised_data", "model_change")}
    return {"score_id": one.id, "earlier_id": earlier, **parts}


def _count(one: Found[Any], horizon_days: int) -> Row:
    about = {"area_id": one.area_id, "as_of": one.issued_at.date(), "horizon_days": horizon_days}
    told = {"exceedance": EXCEEDANCE, "median": 0, "low": 0, "high": 3, "issued_at": one.issued_at}
    model = {"model_version_id": f"{Target.ESCALATION}-{horizon_days}", "data_version": "v1"}
    return {**about, **told, **model, "live": True, "exercise": True}


def _alerts(area: str, first: date, last: date, dice: random.Random) -> Iterator[tuple[Any, Row]]:
    """A community's alerts one after the other, each with its steps; most are closed, the newest may not be."""
    seq, span = 0, (last - first).days
    count = round(dice.gauss(ALERTS_A_YEAR * span / 365, 1))
    for ago in sorted(dice.sample(range(span), max(0, min(count, span))), reverse=True):
        day = last - timedelta(days=ago)
        name = content_id("alert", area, RULE, day)
        yield (
            Alert,
            {
                "id": name,
                "community_id": area,
                "rule": RULE,
                "opened_on": day,
                "created_at": _at(day),
                "exercise": True,
            },
        )
        outcome = dice.choice([*Outcome, None])
        for step, (after, handling) in enumerate(
            ((0, Handling.APPROVED), (1, Handling.ACKNOWLEDGED), (14, Handling.RESOLVED))
        ):
            if after > ago:
                break
            seq += 1
            done = handling is Handling.RESOLVED
            yield Transition, {
                **{"id": content_id("transition", area, RULE, seq), "alert_id": name, "community_id": area},
                **{"rule": RULE, "seq": seq, "day": day + timedelta(days=after)},
                **{"at": _at(day + timedelta(days=after)), "actor": "tocsin" if not step else "analyst"},
                **{"reason": "EXERCISE", "condition": Condition.RECOVERING if done else Condition.OPEN},
                **{"handling": handling, "outcome": outcome if done else None, "level": 3, "score_id": None},
                "memory": {"condition": "open", "level": 3, "peak": 3, "opened_on": day.isoformat()},
            }  # fmt: skip


def _at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def main(url: str) -> None:
    """Add it to a store that was made without."""
    add(url)


if __name__ == "__main__":
    typer.run(main)
