"""What indexes count in passing is what a plain look at every row counts."""

import random
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from db import engine, queries, store
from db.policy import LOCAL, Viewer
from db.vocab import Role
from tests.conftest import NOW
from tests.db.stores import ask
from tests.db.test_schema import model_record, score_row, verification_row
from tests.factories import days, take, ucdp_row, write_csv

END = date(2018, 7, 25)
AREAS = ("xx-blue-hill", "xx-green-ford", "xx-blue-north")


def invented(seed: int) -> list[dict[str, Any]]:
    """Scores of seven weeks: some days twice, some as replays, one area without a score of the last day."""
    dice, told = random.Random(seed), list[dict[str, Any]]()  # noqa: S311  (nothing secret)
    for day in days(END - timedelta(days=48), 49):
        for area in AREAS:
            for turn in range(dice.choice((0, 1, 1, 1, 2)) if day < END else area != AREAS[2]):
                said = {
                    "area_id": area,
                    "as_of": day,
                    "level": dice.randrange(1, 5),
                    "live": dice.random() < 0.7,
                }
                issued = NOW + timedelta(days=dice.choice((0, turn)))
                told.append(
                    {**said, "probability": dice.random(), "data_version": f"d{turn}", "issued_at": issued}
                )
    return told


@pytest.fixture(params=[1, 2])
def scored(both: str, request: pytest.FixtureRequest) -> tuple[str, pd.DataFrame]:
    told, dice = invented(request.param), random.Random(0)  # noqa: S311
    made = [score_row(**{"target": "escalation", **one}) for one in told]
    rows = pd.DataFrame(told).assign(id=[store.score_id(one) for one in made])
    rows["closed"] = [dice.random() < 0.8 and one < END - timedelta(days=28) for one in rows["as_of"]]
    rows["obs"] = [dice.choice((True, False, None)) for _one in told]
    with engine.writing(both) as session:
        store.save_model(session, model_record())
        store.save_scores(session, made)
        for one in rows[rows["closed"]].to_dict("records"):
            unseen = {} if one["obs"] is not None else {"verdict": "unobserved", "brier": None}
            closed = {"obs": one["obs"], "closed_on": one["as_of"] + timedelta(days=28), **unseen}
            store.save_verifications(session, [verification_row(one["id"], **closed)])
    return both, rows


def plainly(rows: pd.DataFrame) -> dict[str, tuple[int, ...]]:
    """Each area's own past, counted row by row."""
    last = (
        rows.sort_values(["issued_at", "id"], ascending=[False, True]).groupby(["area_id", "as_of"]).first()
    )
    found = {}
    for area, past in last.reset_index().groupby("area_id"):
        now = past[past["as_of"] == END]["probability"]
        before, high = past["as_of"] < END, past["level"] >= 3
        if len(now):
            lower = before & (past["probability"] < now.item())
            sums = (before, lower, before & high, before | ~before, high)
            found[str(area)] = tuple(int(one.sum()) for one in sums)
    return found


def weekly(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """How often levels were right, by the first closed day of each week."""
    first = rows.sort_values(["issued_at", "id"]).groupby(["area_id", "as_of", "live"]).first().reset_index()
    first = first[first["closed"].astype(bool)]
    first["week"] = [day - timedelta(days=day.weekday()) for day in first["as_of"]]
    first = first[first["as_of"] == first.groupby(["week", "live"])["as_of"].transform("min")]
    return [
        {"level": level, "live": live, "weeks": int(part["obs"].notna().sum()),
         "happened": int((part["obs"] == True).sum()), "unobserved": int(part["obs"].isna().sum())}  # noqa: E712
        for (level, live), part in first.groupby(["level", "live"])
    ]  # fmt: skip


def board(rows: pd.DataFrame, day: date) -> dict[tuple[Any, ...], tuple[float, ...]]:
    """What was said and happened, of the first score of each area and day: by quarter and level, replays apart."""
    first = rows.sort_values(["issued_at", "id"]).drop_duplicates(["area_id", "as_of", "live"])
    first = first[first["closed"].astype(bool) & (first["as_of"] <= day - timedelta(days=28))]
    found: dict[tuple[Any, ...], tuple[float, ...]] = {}
    first = first.assign(quarter=[f"{one.year}-Q{(one.month + 2) // 3}" for one in first["as_of"]])
    for key, part in first.groupby(["live", "quarter", "level"]):
        scored = part[part["obs"].notna()]
        happened = float((scored["obs"] == True).sum())  # noqa: E712
        counts = (float(len(part)), float(len(scored)), happened, 0.25 * len(scored))
        found[key] = (*counts, round(float(scored["probability"].sum()), 9))
    return found


@pytest.mark.parametrize("swept", [True, False])
def test_the_board_adds_up_the_first_score_of_each_question(
    scored: tuple[str, pd.DataFrame], swept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, rows = scored
    monkeypatch.setattr(import_module("db.queries.scoreboard"), "fills", lambda *_asked: swept)
    held = rows[rows["issued_at"] < NOW + timedelta(hours=12)]
    for day, recorded in ((END, None), (END - timedelta(days=9), None), (END, NOW.date())):
        told = ask(url, queries.scoreboard, as_of=day, recorded_as_of=recorded, kind=None).to_dict("records")
        sums = ("forecasts", "observed", "happened", "brier")
        found = {
            (one["live"], one["quarter"], one["level"]): (
                *(one[name] for name in sums),
                round(one["said"], 9),
            )
            for one in told
        }
        assert found == board(held if recorded else rows, day)
    assert len(held) < len(rows)


def test_pasts_and_rates_are_those_of_every_row(scored: tuple[str, pd.DataFrame]) -> None:
    url, rows = scored
    past = ask(url, queries.score_past, as_of=END).set_index("area_id")
    assert {area: tuple(int(n) for n in row) for area, row in past.iterrows()} == plainly(rows)
    assert ask(url, queries.hit_rates, as_of=END).to_dict("records") == weekly(rows)
    for day in (END, END - timedelta(days=20), END - timedelta(days=60)):
        wanted = sorted({one for one in rows["as_of"] if one <= day}, reverse=True)
        assert ask(url, queries.scored_days, as_of=day) == wanted


@pytest.mark.parametrize("roles", [LOCAL.roles, {Role.VIEWER}, {Role.ANALYST}])
def test_incidents_are_as_many_as_are_listed(nowhere: str, tmp_path: Path, roles: Any) -> None:
    told = [
        ucdp_row(id=n, day=f"2018-0{n}-01", best=n, low=n, high=n, where_prec=6 if n == 3 else 1)
        for n in range(1, 8)
    ]
    take(nowhere, write_csv(tmp_path / "a.csv", told))
    who, asked = Viewer("v", frozenset(roles)), {"region_id": "nowhere", "as_of": END}
    filters: list[dict[str, Any]] = [
        {}, {"since": date(2018, 3, 1)}, {"text": "attack"}, {"governorate_id": "xx-n"},
        {"until": date(2018, 4, 1), "incident_type": "armed_clash"}, {"community_id": AREAS[0], "counted": True},
    ]  # fmt: skip
    with engine.reading(nowhere) as session:
        counts = [queries.incident_count(session, who, **asked, **one) for one in filters]
        listed = [len(queries.incidents(session, who, **asked, **one, limit=None)) for one in filters]
    assert counts == listed and counts[0] > counts[1] > 0
