"""The law of the record: asked for what this store held on a day, every read says what it said on that day."""

import contextlib
import dataclasses
import inspect
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import engine, queries, revisions
from db.duplicates.records import Told
from db.errors import BadInput, TocsinError
from db.policy import LOCAL
from db.vocab import Entity
from tests.conftest import NOW
from tests.db import record_steps, test_history
from tests.db.record_steps import Step, Store
from tests.db.stores import count
from tests.db.test_history import FORD
from tests.db.test_policy import ONE_CLOCK, PURE, TIMELESS
from tests.long import either

DAY, WHILE = timedelta(days=1), timedelta(minutes=30)
LATE = date(2027, 12, 31)
LONG_AGO = date(2018, 1, 1)
ONE = test_history._incident(0)
TOLD = Told("new", "monitor", date(2018, 3, 1), date(2018, 3, 1), "taken near Hill", lat=34.1, lon=36.0)
MORE: dict[str, dict[str, Any]] = {
    "analogues": {"as_of": date(2018, 6, 1), "area_id": record_steps.HILL},
    "came_in": {"since": NOW},
    "candidates": {"text": "Hill"},
    "changes": {"since": LONG_AGO},
    "count_forecasts": {"as_of": date(2018, 6, 1)},
    "daily_counts": {"community_id": FORD, "since": LONG_AGO},
    "drafts": {"state": None},
    "duplicates": {"least": 0.1},
    "feed_runs": {"name": "news"},
    "feed_settings": {"name": "news"},
    "history": {"entity": Entity.INCIDENT, "entity_id": ONE},
    "incident": {"incident_id": ONE},
    "model_card": {"model_version_id": "m1"},
    "model_record": {"model_version_id": "m1"},
    "model_region": {"model_version_id": "m1"},
    "near_in_time": {"place_id": "xx-hill", "start": "2018-03-01", "end": "2018-03-02"},
    "needs_look": {"as_of": date(2018, 3, 20)},
    "score_history": {"area_id": record_steps.HILL, "target": "fatal"},
    "score_levels": {"days": (date(2018, 6, 1),)},
    "score_past": {"as_of": date(2018, 6, 1)},
    "scores": {"as_of": date(2018, 6, 1)},
    "similar": {"told": TOLD},
    "ties": {"community_ids": [FORD]},
    "transitions": {"alert_id": "a1"},
}
NOWHERE = {
    "batches",
    "issues",
    "runs",
    "regions",
    "own_settings",
    "model_card",
    "model_record",
    "model_region",
}
READS = sorted(
    {name for name in queries.__all__ if inspect.isfunction(getattr(queries, name))} - PURE - ONE_CLOCK
)
KEPT = (
    *(
        "report",
        "report_incident",
        "claim",
        "report_actor",
        "incident_version",
        "link",
        "decision",
        "judgement",
    ),
    *("past_row", "zero_report", "draft", "transition", "score", "feed_run"),
)
STEPS: list[Step] = [*test_history.STEPS, *record_steps.STEPS]


def asked(name: str) -> dict[str, Any]:
    given: dict[str, Any] = {} if name in NOWHERE else {"region_id": "nowhere"}
    return given | ({} if name in TIMELESS else {"as_of": LATE}) | MORE.get(name, {})


def answers(url: str, **recorded: Any) -> dict[str, str]:
    """What every read says, a refusal included, as text."""
    said = {}
    with engine.reading(url) as session:
        for name in READS:
            try:
                said[name] = flat(getattr(queries, name)(session, LOCAL, **asked(name), **recorded))
            except TocsinError as error:
                said[name] = str(error)
    return said


def flat(value: Any) -> str:
    if isinstance(value, pd.DataFrame):
        return f"{list(value.columns)} {value.to_dict('records')}"
    if dataclasses.is_dataclass(value):
        parts = (field.name for field in dataclasses.fields(value))
        return " ".join(f"{name}: {flat(getattr(value, name))}" for name in parts)
    return f"[{', '.join(map(flat, value))}]" if isinstance(value, list) else str(value)


def replay(store: Store, days: list[list[tuple[int, int]]]) -> None:
    """Take some steps each day, ask everything in the evening, and ask it all again at the end about each day."""
    said: list[dict[str, str]] = []
    held: list[dict[str, int]] = []
    for day, steps in enumerate(days):
        for place, (step, number) in enumerate(steps):
            with contextlib.suppress(BadInput):  # what cannot be done changes nothing
                STEPS[step](store, number, NOW + day * DAY + place * WHILE)
        said.append(answers(store[0]))
        held.append({table: count(store[0], table) for table in KEPT})
    for day, before in enumerate(said):
        again = answers(store[0], recorded_as_of=(NOW + day * DAY).date())
        assert {name: told for name, told in again.items() if told != before[name]} == {}, day
    for earlier, later in pairwise(held):
        assert all(earlier[table] <= later[table] for table in KEPT)  # nothing is ever deleted
    with engine.reading(store[0]) as session:
        assert revisions.check(session) is None


def step(named: Step, number: int) -> tuple[int, int]:
    return STEPS.index(named), number


R, H = record_steps, test_history
BEGUN = [step(H.imports, 0), step(H.imports, 1)]
EVERYTHING = [
    [
        *BEGUN,
        *(step(R.loads, 4), step(R.is_silent, 0), step(R.waits, 0), step(R.fetches, 0), step(R.forecasts, 1)),
    ],
    [
        *(step(R.loads, 0), step(H.imports, 5), step(R.draws, 0), step(R.warns, 3), step(R.waits, 3)),
        *(step(H.links, 1), step(R.draws, 1), step(H.grades, 4), step(R.fetches, 2), step(R.undoes, 0)),
    ],
    [
        *(step(R.loads, 6), step(R.undoes, 0), step(H.merges, 0), step(R.waits, 2), step(R.is_silent, 2)),
        *(step(R.warns, 4), step(R.loads, 5), step(R.spoils, 1), step(R.waits, 5), step(H.decides, 3)),
    ],
    [
        *(step(R.loads, 1), step(R.loads, 2), step(H.merges, 2), step(R.draws, 4), step(R.waits, 8)),
        *(step(R.forecasts, 3), step(H.buries, 3), step(R.fetches, 3), step(R.opens, 0)),
    ],
    [
        *(step(R.loads, 3), step(R.loads, 7), step(R.loads, 8), step(R.draws, 3), step(H.judges, 13)),
        step(R.opens, 4),
        *(step(R.undoes, 2), step(R.waits, 1)),
    ],
]


def in_three(days: list[list[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    """The same steps in the same order, asked about on three evenings."""
    return [days[0], [*days[1], *days[2]], [step for day in days[3:] for step in day]]


def test_every_read_says_what_it_said_after_every_kind_of_step(both: str, tmp_path: Path) -> None:
    """All steps; the short form asks on three evenings, the long one on each."""
    replay((both, tmp_path), either(in_three(EVERYTHING), EVERYTHING))


ANY = st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 60))


@given(days=st.lists(st.lists(ANY, min_size=2, max_size=4), min_size=1, max_size=2))
@settings(
    max_examples=either(2, 40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_read_says_what_it_said(
    days: list[list[tuple[int, int]]], fresh: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    replay((fresh(), tmp_path_factory.mktemp("record")), [BEGUN, *days])
