"""Reads: what was known on a day, the panel, digests, coverage, scores."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text

from db import clock, engine, queries, store
from db.errors import BadInput
from db.policy import LOCAL
from tests.db.stores import ask, change
from tests.db.test_schema import analogue_row, fill, model_record, score_row
from tests.factories import load, pack, report_row, take, ucdp_row, write_csv

ZONES = ["Asia/Damascus", "UTC", "America/Santiago", "Pacific/Apia", "Asia/Kathmandu"]
HILL, NORTH, FORD, WELL = "xx-blue-hill", "xx-blue-north", "xx-green-ford", "xx-green-well"


def put(url: str, folder: Path, *events: dict[str, str], kind: str = "ucdp", **options: Any) -> Any:
    path = folder / options.pop("name", f"{kind}{len(list(folder.iterdir()))}.csv")
    return take(url, write_csv(path, list(events)), kind, **options)


# Days


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.sampled_from(ZONES))
def test_days_follow_one_another_without_gap(day: date, zone: str) -> None:
    assert clock.end_of(day, zone) == clock.start_of(day + timedelta(days=1), zone)
    assert clock.start_of(day, zone) < clock.end_of(day, zone)
    if (zone, day) != ("Pacific/Apia", date(2011, 12, 30)):  # a day that Samoa left out
        assert clock.day_of(clock.start_of(day, zone), zone) == day
    assert clock.day_of(clock.end_of(day, zone) - timedelta(microseconds=1), zone) <= day


@pytest.mark.parametrize("zone", ["Asia/Damascus", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_day_is_a_day_of_the_region(url: str, tmp_path: Path, zone: str) -> None:
    folder = pack(tmp_path)
    path = folder / "region.toml"
    path.write_text(path.read_text("utf-8").replace("Asia/Damascus", zone), "utf-8")
    load(url, folder)
    put(url, tmp_path, ucdp_row(day="2018-03-01"))
    seen = [len(ask(url, queries.incidents, as_of=date(2018, 3, day))) for day in (1, 2)]
    assert seen == [0, 1]
    events = ask(url, queries.panel_events)
    assert list(events["known_day"]) == [pd.Timestamp(2018, 3, 2)]


def test_an_instant_is_known_on_its_day_in_the_region(nowhere: str, tmp_path: Path) -> None:
    last, first = "2018-03-05T23:59:59+02:00", "2018-03-06T00:00:00+02:00"
    put(
        *(nowhere, tmp_path, report_row(external_id="a", published_at=last)),
        report_row(external_id="b", published_at=first),
        kind="reports",
    )
    seen = [len(ask(nowhere, queries.incidents, as_of=date(2018, 3, day))) for day in (4, 5, 6)]
    assert seen == [0, 1, 2]


# The panel


@pytest.fixture
def panel(nowhere: str, tmp_path: Path) -> str:
    """Five events at different precisions, one of them revised."""
    events = [
        ucdp_row(id=1, day="2018-03-01", best=3),
        ucdp_row(id=2, day="2018-03-05", where_prec=3, best="", low="", high=""),
        ucdp_row(id=3, day="2018-03-07", where_prec=4, adm_2="", best=40, high=50),
        ucdp_row(id=4, day="2018-03-07", where_prec=5, adm_2=""),
        ucdp_row(id=5, day="2018-03-09", where_prec=6, adm_1="", adm_2=""),
    ]
    put(nowhere, tmp_path, *events, released_on=date(2019, 6, 1))
    put(nowhere, tmp_path, events[0] | {"best": "8", "high": "9"}, released_on=date(2020, 6, 1))
    return nowhere


def test_panel_events_are_versions_with_their_days(panel: str) -> None:
    rows = ask(panel, queries.panel_events, as_of=date(2020, 12, 31))
    assert list(rows["version_id"]) == list(range(6))
    assert sorted(rows["geo_prec"]) == [1, 1, 3, 4, 5, 6]
    first = rows[rows["day"] == pd.Timestamp(2018, 3, 1)]
    assert list(first["deaths"]) == [3, 8]
    assert list(first["known_day"]) == [pd.Timestamp(2018, 3, 2), pd.Timestamp(2020, 6, 1)]
    assert first["until_day"].iloc[0] == pd.Timestamp(2020, 6, 1)
    assert first["until_day"].iloc[1] is pd.NaT
    assert np.isnan(rows.loc[rows["day"] == pd.Timestamp(2018, 3, 5), "deaths"].iloc[0])
    assert (rows["known_day"] > rows["day"]).all()
    assert set(rows["rung"]) == {"conflict"}
    assert rows["day"].dtype == rows["known_day"].dtype == rows["until_day"].dtype == "datetime64[s]"


def test_the_panel_of_a_day_knows_nothing_later(panel: str) -> None:
    rows = ask(panel, queries.panel_events, as_of=date(2018, 3, 8))
    assert len(rows) == 4
    assert rows["until_day"].isna().all()
    assert rows["known_day"].max() <= pd.Timestamp(2018, 3, 8)


def areas_of(panel: str, read: Any, day: date = date(2018, 12, 31)) -> dict[int, set[str]]:
    """date of March -> the areas that the events of that day count in (or may concern)."""
    events = ask(panel, queries.panel_events, as_of=day).set_index("version_id")
    found: dict[int, set[str]] = {}
    for row in ask(panel, read, as_of=day).itertuples():
        event = events.loc[row.version_id]
        found.setdefault(event["day"].day * 10 + event["geo_prec"], set()).add(row.area_id)
    return found


def test_versions_count_at_their_own_precision(panel: str) -> None:
    assert areas_of(panel, queries.panel_members) == {
        11: {"xx1", "xx11", NORTH, HILL},
        53: {"xx1", "xx11", NORTH},
        74: {"xx1", NORTH},
    }


def test_vague_versions_may_concern_all_inside(panel: str) -> None:
    assert areas_of(panel, queries.panel_parents) == {
        53: {HILL},
        74: {"xx11", "xx12", HILL, FORD},
        75: {"xx11", "xx12", NORTH, HILL, FORD},
    }


def test_an_empty_store_has_an_empty_panel(nowhere: str) -> None:
    for read in (queries.panel_events, queries.panel_members, queries.panel_parents):
        assert ask(nowhere, read).empty
    assert ask(nowhere, queries.data_version) == ask(nowhere, queries.data_version, as_of=date(2000, 1, 1))


# Digests of what was known


def frames(url: str, day: date) -> list[pd.DataFrame]:
    reads = (queries.panel_events, queries.panel_members, queries.panel_parents)
    return [ask(url, read, as_of=day) for read in reads]


def test_the_digests_of_many_days_are_those_of_each(panel: str) -> None:
    days = [date(2018, 3, 1) + timedelta(days=n) for n in range(12)] + [date(2020, 5, 31), date(2020, 6, 1)]
    together = queries.data_versions(*frames(panel, days[-1]), days)
    assert together == {day: ask(panel, queries.data_version, as_of=day) for day in days}
    changed = [b.day for a, b in pairwise(days) if together[a] != together[b]]
    assert changed == [2, 6, 8, 10, 1]


def test_later_knowledge_leaves_earlier_digests_alone(panel: str, tmp_path: Path) -> None:
    before = ask(panel, queries.data_version, as_of=date(2018, 3, 20))
    put(panel, tmp_path, ucdp_row(id=9, day="2018-04-01"))
    put(panel, tmp_path, ucdp_row(id=3, day="2018-03-07", best=41, high=50), released_on=date(2021, 1, 1))
    assert ask(panel, queries.data_version, as_of=date(2018, 3, 20)) == before
    put(panel, tmp_path, ucdp_row(id=10, day="2018-03-02"))
    assert ask(panel, queries.data_version, as_of=date(2018, 3, 20)) != before
    held = ask(panel, queries.data_version, as_of=date(2018, 3, 20), recorded_as_of=date(2026, 11, 22))
    assert held == ask(panel, queries.data_version, as_of=date(2018, 3, 20))


def test_a_moved_community_changes_the_digest(panel: str, tmp_path: Path) -> None:
    before = ask(panel, queries.data_version)
    folder = pack(tmp_path)
    path = folder / "communities.csv"
    path.write_text(path.read_text("utf-8").replace("xx-ford:significant", "xx-hill:significant"), "utf-8")
    load(panel, folder)
    assert ask(panel, queries.data_version) != before


# Coverage


def coverage(url: str, source: str, day: date = date(2018, 12, 31)) -> list[tuple[Any, Any]]:
    rows = ask(url, queries.coverage, as_of=day)
    rows = rows[rows["source_id"] == source]
    return [(row.covered_from, row.covered_until) for row in rows.itertuples()]


def test_an_import_covers_its_months(both: str, tmp_path: Path) -> None:
    assert coverage(both, "ucdp") == [(None, None)]
    put(both, tmp_path, ucdp_row(id=1, day="2016-01-20"), ucdp_row(id=2, day="2016-03-02"))
    assert coverage(both, "ucdp") == [(date(2016, 1, 1), date(2016, 3, 31))]
    put(both, tmp_path, ucdp_row(id=3, day="2016-04-02"))
    assert coverage(both, "ucdp") == [(date(2016, 1, 1), date(2016, 4, 30))]
    put(both, tmp_path, ucdp_row(id=4, day="2018-02-09"))
    assert coverage(both, "ucdp") == [
        (date(2016, 1, 1), date(2016, 4, 30)),
        (date(2018, 2, 1), date(2018, 2, 28)),
    ]


def test_rows_of_other_countries_tell_the_span_too(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, ucdp_row(id=1), ucdp_row(id=2, day="2018-06-05", country="Y", country_id=1))
    assert coverage(nowhere, "ucdp") == [(date(2018, 3, 1), date(2018, 6, 30))]


def test_what_a_caller_says_of_the_span_holds(nowhere: str, tmp_path: Path) -> None:
    span = {"covered_from": date(2018, 1, 1), "covered_until": date(2018, 12, 31)}
    put(nowhere, tmp_path, ucdp_row(), **span)
    assert coverage(nowhere, "ucdp") == [(span["covered_from"], span["covered_until"])]
    with pytest.raises(BadInput, match="before"):
        put(nowhere, tmp_path, ucdp_row(id=2), covered_from=date(2019, 1, 1), covered_until=date(2018, 1, 1))


def test_a_source_of_reports_covers_from_its_first_to_its_newest(nowhere: str, tmp_path: Path) -> None:
    put(
        *(nowhere, tmp_path, report_row(external_id="a", published_at="2018-03-02")),
        report_row(external_id="b", published_at="2018-05-01"),
        kind="reports",
    )
    assert coverage(nowhere, "monitor") == [(date(2018, 3, 3), date(2018, 5, 2))]
    assert coverage(nowhere, "monitor", date(2018, 4, 1)) == [(date(2018, 3, 3), date(2018, 3, 3))]
    assert coverage(nowhere, "radio") == [(None, None)]


def test_freshness_counts_what_was_known(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, ucdp_row(id=1), ucdp_row(id=2, day="2018-04-01"))
    found = ask(nowhere, queries.freshness, as_of=date(2018, 3, 15))
    assert [(row.source_id, row.reports) for row in found.itertuples()] == [("ucdp", 1)]


# Counts, scores, models


def test_daily_counts_tell_unknown_from_none(nowhere: str, tmp_path: Path) -> None:
    blank = {"best": "", "low": "", "high": ""}
    put(
        *(nowhere, tmp_path, ucdp_row(id=1), ucdp_row(id=2) | blank),
        ucdp_row(id=3, day="2018-03-02") | blank,
        ucdp_row(id=4, day="2018-03-03", best=0, low=0),
        ucdp_row(id=5, day="2018-03-04", where_prec=4),
    )
    since = date(2018, 1, 1)
    found = ask(nowhere, queries.daily_counts, community_id=HILL, since=since)
    assert [d.day for d in found["date_end"]] == [1, 2, 3]
    assert list(found["incidents"]) == [2, 1, 1]
    assert list(found["unknown"]) == [1, 1, 0]
    assert found["deaths"].iloc[0] == 3
    assert np.isnan(found["deaths"].iloc[1])
    assert found["deaths"].iloc[2] == 0
    north = ask(nowhere, queries.daily_counts, community_id=NORTH, since=since)
    assert [d.day for d in north["date_end"]] == [1, 2, 3, 4]


@pytest.fixture
def scored(both: str) -> Iterator[str]:
    with engine.writing(both) as session:
        store.save_model(session, model_record())
    yield both


def score(url: str, **changes: Any) -> int:
    with engine.writing(url) as session:
        return store.save_scores(session, [score_row(**changes)])


def test_scores_come_back_as_they_went_in(scored: str) -> None:
    told = {
        "drivers": [{"feature": "deaths_28", "value": 3.0, "contribution": -0.123456789012345}],
        "confidence_reasons": [{"code": "deaths_only", "days": 3}],
        "probability": 0.1234567890123456,
    }
    score(scored, **told)
    found = ask(scored, queries.scores, as_of=date(2018, 6, 1), target="fatal", horizon_days=28)
    row = found.iloc[0]
    assert [row[name] for name in told] == list(told.values())
    assert (row["level"], row["confidence"], row["name"]) == (1, "low", "Blues of Hill")
    assert np.isnan(row["low"])
    assert row["issued_at"].tzinfo is not None


def test_of_two_scores_the_newest_is_read(scored: str) -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    score(scored, data_version="d2", probability=0.7, issued_at=noon)
    score(scored, data_version="d1", probability=0.5, issued_at=noon - timedelta(hours=1))
    assert list(ask(scored, queries.scores, as_of=date(2018, 6, 1))["probability"]) == [0.7]
    history = ask(scored, queries.score_history, area_id=HILL, target="fatal")
    assert list(history["probability"]) == [0.7]


def test_earlier_situations_belong_to_the_score_of_their_run(scored: str) -> None:
    """A score that was there before keeps what it was given; written twice is written once."""
    score(scored)
    row, later = score_row(), score_row(issued_at=datetime(2026, 11, 23, tzinfo=UTC))
    with engine.writing(scored) as session:
        assert store.save_analogues(session, [analogue_row(later)]) == 0
        assert (
            store.save_analogues(session, [analogue_row(row), analogue_row(row, rank=2, followed=None)]) == 2
        )
        assert store.save_analogues(session, [analogue_row(row)]) == 0
    found = ask(scored, queries.analogues, as_of=date(2018, 6, 1), area_id=HILL)
    assert list(found["rank"]) == [1, 2] and list(found["followed"]) == [True, None]
    assert list(found["name"]) == ["Blues of Hill"] * 2 and found["deaths"].isna().all()
    assert ask(scored, queries.analogues, as_of=date(2018, 6, 2), area_id=HILL).empty


def test_scores_of_a_day_are_of_that_day(scored: str) -> None:
    score(scored)
    score(scored, as_of=date(2018, 6, 3))
    assert ask(scored, queries.scores, as_of=date(2018, 6, 2)).empty
    assert ask(scored, queries.scored_days, as_of=date(2018, 6, 2)) == [date(2018, 6, 1)]
    assert ask(scored, queries.scored_days) == [date(2018, 6, 3), date(2018, 6, 1)]
    history = ask(scored, queries.score_history, area_id=HILL, target="fatal", since=date(2018, 6, 2))
    assert list(history["as_of"]) == [date(2018, 6, 3)]


def test_a_model_comes_back_as_it_went_in(scored: str) -> None:
    with engine.reading(scored) as session:
        assert queries.model_record(session, LOCAL, model_version_id="m1", as_of=date.max) == model_record()


def test_the_model_in_force_is_the_newest_trained_by_the_day(scored: str) -> None:
    with engine.writing(scored) as session:
        store.save_model(session, model_record(id="m2", train_as_of=date(2018, 5, 1)))
    for day, model in ((date(2018, 4, 1), "m1"), (date(2018, 6, 1), "m2")):
        found = ask(scored, queries.current_models, as_of=day)
        assert list(found["model_version_id"]) == [model]
    assert ask(scored, queries.current_models, as_of=date(2017, 1, 1)).empty


def test_alerts_tell_their_newest_state(nowhere: str, tmp_path: Path) -> None:
    fill(nowhere, tmp_path)
    change(
        nowhere,
        "INSERT INTO transition SELECT 't2', alert_id, community_id, rule, 2, '2018-06-04', at, 'ann', 'seen', "
        "'recovering', 'acknowledged', outcome, level, memory, score_id FROM transition",
    )
    assert list(ask(nowhere, queries.alerts, as_of=date(2018, 6, 2))["condition"]) == ["open"]
    late = ask(nowhere, queries.alerts, as_of=date(2018, 6, 4)).iloc[0]
    assert (late["condition"], late["handling"], late["actor"]) == ("recovering", "acknowledged", "ann")
    assert ask(nowhere, queries.alerts, as_of=date(2018, 5, 1)).empty
    state = ask(nowhere, queries.alert_states, as_of=date(2018, 6, 2))
    assert list(state["seq"]) == [1]


# Lists


def test_lists_are_filtered_and_paged(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, *[ucdp_row(id=n, day=f"2018-03-{n:02}") for n in range(1, 10)])
    put(nowhere, tmp_path, ucdp_row(id=20, adm_1="South", adm_2="Gamma", latitude=32.1, type_of_violence=3))
    pages = [ask(nowhere, queries.incidents, limit=4, offset=n) for n in (0, 4, 8)]
    assert [len(page) for page in pages] == [4, 4, 2]
    assert pd.concat(pages)["incident_id"].is_unique
    assert list(pages[0]["date_end"]) == sorted(pages[0]["date_end"], reverse=True)
    for filters, wanted in (
        ({"governorate_id": "xx2"}, 1),
        ({"incident_type": "attack_on_civilians"}, 1),
        ({"since": date(2018, 3, 8)}, 2),
        ({"until": date(2018, 3, 2)}, 3),
        ({"community_id": HILL}, 9),
        ({"text": "gamma"}, 1),
        ({"text": "shelling"}, 10),
    ):
        assert len(ask(nowhere, queries.incidents, **filters)) == wanted, filters
        assert ask(nowhere, queries.incident_count, **filters) == wanted, filters


def test_an_unknown_region_is_told(nowhere: str) -> None:
    with pytest.raises(BadInput, match=r"loaded: nowhere.*tocsin region load atlantis"):
        ask(nowhere, queries.incidents, region_id="atlantis")


def test_reading_writes_nothing(nowhere: str) -> None:
    before = Path(nowhere.removeprefix("sqlite:///")).read_bytes()
    for read in (queries.areas, queries.communities, queries.outlines, queries.coverage):
        ask(nowhere, read)
    with engine.reading(nowhere) as session:
        assert session.execute(text("SELECT count(*) FROM community")).scalar() == 4
    assert Path(nowhere.removeprefix("sqlite:///")).read_bytes() == before


# Large stores

LOOKED_UP = {
    "changes": ({"since": date(2018, 3, 1)}, "ix_incident_version_known"),
    "came_in": ({"since": datetime(2018, 3, 1, tzinfo=UTC)}, "ix_incident_version_recorded"),
    "overdue": ({}, "ix_incident_version_verification"),
    "incidents": ({"ids": ["a", "b"], "limit": None}, "ix_incident_version_incident_id"),
    "freshness": ({}, "ix_report_fresh"),
    "coverage": ({}, "ix_report_fresh"),
}


@pytest.mark.parametrize("name", LOOKED_UP)
def test_what_pages_ask_first_is_found_by_index_and_not_by_reading_everything(
    nowhere: str, name: str
) -> None:
    more, index = LOOKED_UP[name]
    sent: list[tuple[str, Any]] = []

    def remember(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        sent.append((statement, values))

    with engine.reading(nowhere) as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", remember)
        getattr(queries, name)(session, LOCAL, region_id="nowhere", as_of=date(2018, 3, 20), **more)
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", values) for one, values in [*sent]]
        steps = [str(step[3]) for plan in plans for step in plan]
    assert any(index in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN report") or step == "SCAN incident_version"]
