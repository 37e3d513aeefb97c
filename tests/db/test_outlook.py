"""What the overview reads: standings, hit rates, what came in since an instant, what waits, and visits."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import update

from db import engine, merging, queries, store, visits
from db.policy import LOCAL, Denied, Viewer
from db.schema import Region
from db.vocab import Role
from tests.conftest import NOW
from tests.db.stores import ask, count, rows
from tests.db.test_schema import model_record, score_row, verification_row
from tests.factories import report_row, take, ucdp_row, write_csv

HILL, FORD = "xx-blue-hill", "xx-green-ford"
END = date(2018, 12, 30)
VIEWER = Viewer("vera", frozenset({Role.VIEWER}))
ANALYST = Viewer("anna", frozenset({Role.ANALYST}))


def say(url: str, told: list[dict[str, Any]]) -> list[str]:
    """Keep scores of escalation within 28 days; their ids."""
    made = [score_row(**{"target": "escalation", "area_id": HILL, **one}) for one in told]
    with engine.writing(url) as session:
        store.save_scores(session, made)
    return [store.score_id(one) for one in made]


@pytest.fixture
def scored(both: str) -> str:
    with engine.writing(both) as session:
        store.save_model(session, model_record())
    return both


def standing(url: str, **more: Any) -> dict[str, Any]:
    found = ask(url, queries.score_past, as_of=END, **more).set_index("area_id")
    return dict(found.loc[HILL]) if HILL in found.index else {}


def test_a_score_is_placed_in_its_own_past(scored: str) -> None:
    past = [(400, 0.9, 4), (365, 0.1, 1), (100, 0.2, 3), (90, 0.3, 3), (89, 0.4, 3), (1, 0.5, 4), (0, 0.4, 3)]
    say(scored, [{"as_of": END - timedelta(days=n), "probability": p, "level": at} for n, p, at in past])
    assert standing(scored) == {"days": 5, "lower": 3, "high": 4, "season": 3, "season_high": 3}
    assert standing(scored, horizon_days=7) == {}


def test_of_a_day_that_was_scored_again_the_last_score_stands(scored: str) -> None:
    before = {"as_of": END - timedelta(days=1), "level": 3}
    say(scored, [{"as_of": END, "probability": 0.4, "level": 3}, {**before, "probability": 0.1}])
    say(scored, [{**before, "probability": 0.6, "data_version": "d2", "issued_at": NOW + timedelta(hours=1)}])
    assert standing(scored)["lower"] == 0 and standing(scored)["days"] == 1
    days = (END, END - timedelta(days=1), END - timedelta(days=7))
    found = ask(scored, queries.score_levels, as_of=END, days=days)
    assert list(zip(found["day"], found["probability"], strict=True)) == [(days[1], 0.6), (END, 0.4)]
    early = ask(scored, queries.score_levels, as_of=days[1], days=days)
    assert list(early["day"]) == [days[1]]


def test_a_week_counts_once_and_replays_stand_apart(scored: str) -> None:
    monday = date(2018, 6, 4)
    days = [(0, True), (1, True), (7, True), (14, True), (0, False), (21, True)]
    told = [
        {"as_of": monday + timedelta(days=n), "level": 2, "live": live, "data_version": str(live)}
        for n, live in days
    ]
    ids = say(scored, [*told, {**told[0], "area_id": FORD}])
    seen = [True, True, False, None, False, True, True]
    with engine.writing(scored) as session:
        for one, obs in zip(ids, seen, strict=True):
            late = {"closed_on": date(2019, 6, 1)} if one == ids[5] else {}
            unseen = {"obs": None, "verdict": "unobserved", "brier": None} if obs is None else {}
            store.save_verifications(session, [verification_row(one, **{"obs": obs, **late, **unseen})])
    found = ask(scored, queries.hit_rates, as_of=date(2018, 12, 31))
    assert found.to_dict("records") == [
        {"level": 2, "live": False, "weeks": 1, "happened": 0, "unobserved": 0},
        {"level": 2, "live": True, "weeks": 3, "happened": 2, "unobserved": 1},
    ]


def came(url: str, since: datetime, viewer: Viewer = LOCAL) -> pd.DataFrame:
    with engine.reading(url) as session:
        return queries.came_in(session, viewer, region_id="nowhere", as_of=NOW.date(), since=since)


def test_what_came_in_is_new_revised_or_merged(both: str, tmp_path: Path) -> None:
    later = NOW + timedelta(hours=2)
    told = [ucdp_row(id=n, day=f"2018-03-0{n}", best=n, low=n, high=n) for n in (1, 2, 3, 4)]
    take(both, write_csv(tmp_path / "a.csv", told))
    assert list(came(both, NOW)["change"]) == ["new"] * 4 and list(came(both, NOW)["alike"]) == [4] * 4
    assert came(both, NOW + timedelta(hours=1)).empty
    changed = [
        ucdp_row(id=1, day="2018-03-01", best=9, low=9, high=9),
        ucdp_row(id=5, day="2018-03-05", best=0),
    ]
    take(both, write_csv(tmp_path / "b.csv", changed), now=later)
    since = NOW + timedelta(hours=1)
    assert list(came(both, since)["change"]) == ["revised", "new"]
    ids = [one["incident_id"] for one in ask(both, queries.incidents, as_of=NOW.date()).to_dict("records")][
        :2
    ]
    with engine.writing(both) as session:
        merging.merge(session, LOCAL, ids, merging.Act("ana", "one", later + timedelta(minutes=1)))
    assert "merged" in set(came(both, later + timedelta(minutes=1))["change"])


def test_who_sees_weeks_is_told_of_whole_days(nowhere: str, tmp_path: Path) -> None:
    take(nowhere, write_csv(tmp_path / "a.csv", [ucdp_row()]))
    since = NOW + timedelta(hours=1)
    assert came(nowhere, since, ANALYST).empty and len(came(nowhere, since, VIEWER)) == 1
    with engine.reading(nowhere) as session:
        where = {"region_id": "nowhere", "as_of": NOW.date()}
        assert queries.newest_known(session, VIEWER, **where).empty
        assert queries.overdue(session, VIEWER, **where).empty


def test_the_newest_of_each_community_is_what_counts_for_it(both: str, tmp_path: Path) -> None:
    told = [ucdp_row(id=n, day=day) for n, day in enumerate(("2018-03-01", "2018-03-09"))]
    take(both, write_csv(tmp_path / "a.csv", told))
    found = ask(both, queries.newest_known, as_of=date(2018, 3, 20)).set_index("community_id")
    assert found.loc[HILL, "last_day"] == date(2018, 3, 9)
    for later in (date(2018, 5, 20), date(2018, 12, 20)):  # looked for in a few days, a season, a year
        again = ask(both, queries.newest_known, as_of=later).set_index("community_id")
        assert again["last_day"].to_dict() == found["last_day"].to_dict()
    assert ask(both, queries.newest_known, as_of=date(2018, 3, 5)).iloc[0]["last_day"] == date(2018, 3, 1)
    assert ask(both, queries.newest_known, as_of=date(2020, 3, 5)).empty


def test_what_waits_too_long_is_told_with_its_age(both: str, tmp_path: Path) -> None:
    day = {"date_start": "2018-03-01", "date_end": "2018-03-01", "published_at": "2018-03-02"}
    nobody_knows = {"place_id": "", "place": "Elsewhere", "lat": "", "lon": "", "admin1": "", "admin2": ""}
    take(both, write_csv(tmp_path / "a.csv", [report_row(**day, **nobody_knows)]), "reports")
    soon, late = (ask(both, queries.overdue, as_of=date(2018, 3, n)) for n in (3, 20))
    assert list(soon["kind"]) == ["incident"] and list(soon["late"]) == [0] and list(late["late"]) == [1]
    assert late.iloc[0]["oldest"].date() == date(2018, 3, 2)


# Visits


def test_a_visit_goes_on_until_half_an_hour_of_absence() -> None:
    first = visits.looks(None, NOW)
    assert first == visits.Looks(NOW, None)
    minutes = [NOW + timedelta(minutes=n) for n in (10, 39, 69)]
    going = visits.looks(visits.looks(first, minutes[0]), minutes[1])
    assert going.previous_at is None
    assert visits.looks(going, minutes[2]) == visits.Looks(minutes[2], minutes[1])
    assert visits.looks(first, NOW - timedelta(hours=1)) == first  # a clock set back begins no visit


def test_visits_are_written_every_five_minutes_at_most_and_are_ones_own(both: str) -> None:
    anna, vera = ANALYST, VIEWER
    assert visits.note(both, anna, "nowhere", NOW).previous_at is None
    visits.note(both, anna, "nowhere", NOW + timedelta(minutes=4))
    assert rows(both, "SELECT count(*) AS n FROM visit")[0]["n"] == 1
    with engine.reading(both) as session:
        assert visits.last(session, anna, "nowhere") == visits.Looks(NOW, None)
        assert visits.last(session, vera, "nowhere") is None
        with pytest.raises(Denied):
            visits.last(
                session, Viewer("anna", frozenset({Role.VIEWER}), frozenset({"elsewhere"})), "nowhere"
            )
    later = NOW + timedelta(hours=5)
    assert visits.note(both, anna, "nowhere", later) == visits.Looks(later, NOW)
    assert visits.note(both, vera, "nowhere", later).previous_at is None
    assert count(both, "visit") == 2


def test_a_busy_store_notes_no_visit_and_hinders_nobody(nowhere: str) -> None:
    with engine.writing(nowhere) as session:
        session.execute(update(Region).values(title="held"))
        assert visits.note(nowhere, LOCAL, "nowhere", NOW) == visits.Looks(NOW, None)
    assert count(nowhere, "visit") == 0


def test_the_clock_of_a_visit_is_kept_in_utc(nowhere: str) -> None:
    visits.note(nowhere, LOCAL, "nowhere", NOW)
    with engine.reading(nowhere) as session:
        found = visits.last(session, LOCAL, "nowhere")
    assert found is not None and found.at.tzinfo is UTC
