"""A surge seen by its own rule: who is told at once, what the digest holds; and silence told apart from it."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from dashboard.alerts import bundles, drafting, step
from dashboard.alerts.judging import SILENCE, SURGE, Facts, Sights
from db import engine, queries
from db.policy import LOCAL
from models import unusual
from tests.conftest import NOW, Copies
from tests.dashboard.test_alerts import FIRST, REGION, prepared
from tests.dashboard.test_notices import listed

BEGINS = {2: 1.0, 3: 2.0}
USUAL = 0.5
INCIDENTS = 200


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, copies: Copies) -> str:
    """The exercise's region without a score, once of each kind."""
    return copies(request.param, prepared)


def facts(day: date, counted: float, **more: Any) -> Facts:
    value = float(unusual.surge(counted, USUAL))  # type: ignore[arg-type]
    return Facts(day, surge=value, surge_begins=BEGINS, counted=counted, usual=USUAL, **more)


def lived(url: str, sights: Sights) -> Counter[tuple[str, str]]:
    """Judge and draft day by day; which rules opened how often, and what became of it."""
    opened: Counter[tuple[str, str]] = Counter()
    for day in sorted(sights):
        with engine.writing(url) as session:
            rows = step.run(session, LOCAL, region_id=REGION, days=[day], now=NOW, sights=sights)
            drafting.draft(session, LOCAL, region_id=REGION, rows=rows, now=NOW)
            opened.update((row.rule, row.condition.value) for row in rows)
    return opened


def communities(url: str) -> list[str]:
    with engine.reading(url) as session:
        return list(queries.communities(session, LOCAL, region_id=REGION, as_of=FIRST)["community_id"])


def test_two_hundred_incidents_in_a_week_cost_the_budget_and_one_digest(world: str) -> None:
    ids = communities(world)
    days = [FIRST + timedelta(days=n) for n in range(4)]
    each = INCIDENTS / len(ids)
    sights = {day: {one: facts(day, each if day > FIRST else 0) for one in ids} for day in days}
    assert lived(world, sights) == {(SURGE, "pending"): len(ids), (SURGE, "open"): len(ids)}
    states = Counter((one["kind"], one["state"]) for one in listed(world))
    assert states["alert", "draft"] == bundles.A_WEEK
    assert (states["digest", "draft"], states["alert", "held"] > 0) == (1, True)
    (digest,) = (one for one in listed(world) if one["kind"] == "digest")
    assert {one for line in digest["facts"]["lines"] for one in line["community_ids"]} == set(ids)
    assert lived(world, sights) == Counter(), "the same days again bring nothing"


def test_silence_is_told_as_such_and_leaves_the_surge_open(world: str) -> None:
    who = communities(world)[0]
    days = [FIRST + timedelta(days=n) for n in range(8)]
    heard = [facts(day, 6, voices=2) for day in days[:2]]
    silent = [facts(day, 0, voices=2, silent=True, silent_days=20) for day in days[2:5]]
    again = [facts(day, 0, voices=2) for day in days[5:]]
    sights = {one.day: {who: one} for one in (*heard, *silent, *again)}
    opened = lived(world, sights)
    assert opened[SURGE, "no_data"] == opened[SILENCE, "open"] == 1
    assert opened[SURGE, "normal"] == 0, "three days of word are needed before it is calm"
    with engine.reading(world) as session:
        states = queries.alert_states(session, LOCAL, region_id=REGION, as_of=days[4])
    assert dict(zip(states["rule"], states["condition"], strict=True)) == {SURGE: "no_data", SILENCE: "open"}
