"""Why a score differs from the one of the day before: new data, revised data, another model.

The difference is taken in three steps that add up to it exactly. From the score as it was issued: today's model
on the data of that day (model), then today with every incident known then still as it read then (new data, and the
passing of the day), then today (revised data). The order is fixed; another one would share out interactions
otherwise, never the sum.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db import queries, store
from db.errors import BadInput
from db.policy import Viewer
from models import days, explain, reading
from models.bench import bench_for
from models.estimators import probability
from models.frames import Frames
from models.issue import Model
from models.levels import NOT_ASSESSED
from models.targets import Question

ROUNDING = 1e-6  # features are kept as 32-bit numbers: less than this is not a change of data
Row = Mapping[str, Any]
Said = Mapping[str, Row]


@dataclass(frozen=True)
class Earlier:
    """What was said of the day before by area, and the record as it was read for that (None: it reads so still)."""

    said: Said
    then: Frames | None


def read(
    session: Session,
    viewer: Viewer,
    *,
    region_id: str,
    question: Question,
    asked: Sequence[date],
    loaded: Frames,
    recorded_as_of: date | None = None,
) -> dict[date, Earlier]:
    """For each asked day what the store holds of the day before; days scored together need no read."""
    found = {}
    for day in asked:
        before = day - timedelta(days=1)
        if before in asked:
            continue
        scores = queries.scores(
            *(session, viewer),
            region_id=region_id,
            as_of=before,
            recorded_as_of=recorded_as_of,
            target=question.target.name,
            horizon_days=question.horizon_days,
        )
        if len(scores):
            said: dict[str, Row] = {str(row["area_id"]): dict(row) for _, row in scores.iterrows()}
            found[day] = Earlier(said, _then(session, viewer, region_id, before, loaded, said))
    return found


def _then(
    session: Session, viewer: Viewer, region_id: str, before: date, loaded: Frames, said: Said
) -> Frames | None:
    """The record as the day before's scores read it, where it tells of that day otherwise by now."""
    newest = max(said.values(), key=lambda row: row["issued_at"])
    if reading.data_versions(loaded, [before])[before] == newest["data_version"]:
        return None
    where: dict[str, Any] = {"region_id": region_id, "as_of": before}
    issued: datetime = newest["issued_at"]
    # The record's clock has whole seconds: what came in during that one was read for the score, or was not.
    within = reading.frames(session, viewer, **where, recorded_as_of=issued + timedelta(seconds=1))
    if reading.data_versions(within, [before])[before] == newest["data_version"]:
        return within
    with suppress(BadInput):  # the region itself may have been loaded in that second
        earlier = reading.frames(session, viewer, **where, recorded_as_of=issued)
        if reading.data_versions(earlier, [before])[before] == newest["data_version"]:
            return earlier
    return within


def rows(
    loaded: Frames,
    question: Question,
    models: Mapping[date, Model],
    scores: Iterable[Row],
    earlier: Mapping[date, Earlier],
) -> Iterator[dict[str, Any]]:
    """The parts of the change of every community scored now, as the store keeps them (`score_change`)."""
    said = _by_day(loaded, question, scores)
    for day, now in said.items():
        before = said.get(day - timedelta(days=1))
        known = earlier.get(day) if before is None else Earlier(before, None)
        pairs = (
            {area: (known.said[area], row) for area, row in now.items() if area in known.said}
            if known
            else {}
        )
        pairs = {area: pair for area, pair in pairs.items() if all(map(_assessed, pair))}
        if known and pairs:
            yield from _Step(loaded, question, models[day], day, known.then).rows(pairs)


def _by_day(loaded: Frames, question: Question, scores: Iterable[Row]) -> dict[date, dict[str, Row]]:
    communities = set(loaded.areas.loc[loaded.areas["kind"] == "community", "area_id"])
    found: dict[date, dict[str, Row]] = {}
    for row in scores:
        asked = (row["target"], row["horizon_days"]) == (question.target.name, question.horizon_days)
        if asked and row["area_id"] in communities:
            named = {**row, "score_id": store.score_id(row)}
            found.setdefault(row["as_of"], {})[row["area_id"]] = named
    return found


def _assessed(row: Row) -> bool:
    known = row["probability"] is not None and not np.isnan(row["probability"])
    return known and row["level"] != NOT_ASSESSED


@dataclass(frozen=True)
class _Step:
    """From one day to the next."""

    loaded: Frames
    question: Question
    model: Model
    day: date
    then: Frames | None

    def rows(self, pairs: Mapping[str, tuple[Row, Row]]) -> Iterator[dict[str, Any]]:
        """One row a community that was assessed on both days."""
        same_model = all(was["model_version_id"] == self.model.id for was, _ in pairs.values())
        modelled = {} if same_model else self._said(self.then or self.loaded, self.day - timedelta(days=1))
        frozen = self._frozen()
        unrevised = {} if frozen is None else self._said(frozen, self.day)
        for area, (was, now) in pairs.items():
            issued, said = float(was["probability"]), float(now["probability"])
            model = modelled.get(area, issued) - issued
            revised = said - unrevised.get(area, said)
            revised = 0.0 if abs(revised) < ROUNDING else revised
            yield {
                "score_id": now["score_id"],
                "earlier_id": was["score_id"],
                "new_data": said - issued - model - revised,
                "revised_data": revised,
                "model_change": model,
            }

    def _frozen(self) -> Frames | None:
        """The record of the day with what was known before as it read then; None where nothing was revised."""
        before = self.day - timedelta(days=1)
        if self.then is None and not _touched(self.loaded, self.day):
            return None
        frozen = freeze(self.loaded, self.then or self.loaded, before)
        same = (reading.data_versions(one, [self.day])[self.day] for one in (frozen, self.loaded))
        return frozen if len(set(same)) > 1 else None

    def _said(self, frames: Frames, day: date) -> dict[str, float]:
        """What the model says of a day by some record, by area."""
        bench = bench_for(_known(frames, day), [day])
        names = [one.name for one in self.model.features]
        at = np.searchsorted(bench.panel.origins, [days.number(day)])
        table = bench.rows(names, self.question)[at]
        bench.refuse_holes(names, table, at)
        base, moved = explain.contributions(self.model.estimator, table[0])
        return dict(zip(bench.panel.area_ids, probability(base + moved.sum(axis=1)).tolist(), strict=True))


def _known(frames: Frames, day: date) -> Frames:
    """What was known by a day."""
    return frames._replace(events=frames.events[frames.events["known_day"] <= pd.Timestamp(day)])


def _touched(frames: Frames, day: date) -> bool:
    """Whether a day brought another reading of an incident that was known before, or took one back."""
    events, stamp = frames.events, pd.Timestamp(day)
    ended = events["until_day"] == stamp
    older = events["incident_id"].isin(events.loc[events["known_day"] < stamp, "incident_id"])
    return bool((ended | (older & (events["known_day"] == stamp))).any())


def freeze(now: Frames, then: Frames, before: date) -> Frames:
    """What is known now, but every incident that was known on the day before as it read then."""
    stamp = pd.Timestamp(before)
    old = then.events[then.events["known_day"] <= stamp]
    old = old.assign(until_day=old["until_day"].where(old["until_day"] <= stamp))
    new = now.events[~now.events["incident_id"].isin(old["incident_id"])]
    renumber = _Numbers(old, new)
    return now._replace(
        events=renumber.events(),
        members=renumber.ties(then.members, now.members),
        parents=renumber.ties(then.parents, now.parents),
    )


class _Numbers:
    """Versions from two records, numbered anew in the order in which they became known."""

    def __init__(self, old: pd.DataFrame, new: pd.DataFrame) -> None:
        both = pd.concat([old.assign(which=0), new.assign(which=1)], ignore_index=True)
        self.both = both.sort_values(["known_day", "incident_id"], kind="stable", ignore_index=True)

    def events(self) -> pd.DataFrame:
        """The versions with their new numbers."""
        return self.both.drop(columns="which").assign(version_id=np.arange(len(self.both)))

    def ties(self, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
        """The areas of each version (version_id, area_id), by the new numbers."""
        numbers = self.both[["version_id", "which"]].assign(number=np.arange(len(self.both)))
        parts = pd.concat([old.assign(which=0), new.assign(which=1)], ignore_index=True)
        found = parts.merge(numbers, on=["version_id", "which"])
        found = found.assign(version_id=found["number"])[["version_id", "area_id"]]
        return found.sort_values(["version_id", "area_id"], ignore_index=True)
