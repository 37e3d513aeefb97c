"""Real UCDP files, where they are at hand: nothing is lost, and the attack of 25 July 2018 reaches the Druze."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from db import engine, migrating, packs, queries
from db.policy import LOCAL
from tests.db.stores import count, rows
from tests.factories import load, take

SYRIA, CANDIDATE = "ged_syria_2016_2018.csv.gz", "GEDEvent_v23_0_10.csv.gz"
RECORD = ("report", "incident", "incident_version", "claim", "report_actor", "report_incident", "link")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def syria(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> Any:
    """A store with the region Syria, still without events."""
    url = new_database(request.param)
    migrating.upgrade(url)
    load(url, packs.find("syria"))
    yield url
    engine.engine(url).dispose()


def ask(url: str, query: Callable[..., Any], **options: Any) -> Any:
    with engine.reading(url) as session:
        return query(session, LOCAL, region_id="syria", **options)


def left_out(shared: Path | None) -> bool:
    if shared is None:
        print("left out: no shared data here, so nothing real was imported")
    return shared is None


def test_all_of_syria_lands(syria: str, shared: Path | None) -> None:
    if left_out(shared):
        return
    assert shared is not None
    summary = take(syria, shared / "ucdp" / SYRIA)
    assert (summary.rows, summary.new, summary.bad, summary.outside) == (14522, 14522, 0, 0)
    assert summary.issues["figures_inconsistent"] == 69
    assert count(syria, "incident_version") == 14522
    flagged = (
        "SELECT count(*) AS n FROM report_incident WHERE CAST(flags AS text) LIKE '%figures_inconsistent%'"
    )
    assert rows(syria, flagged) == [{"n": 69}]
    total = rows(syria, "SELECT sum(best) AS n FROM claim WHERE status = 'all'")[0]["n"]
    assert total == rows(syria, "SELECT sum(deaths) AS n FROM incident_version")[0]["n"]

    _the_attack_reaches_the_druze(syria)
    _no_precise_event_is_without_district(syria)
    _a_second_import_changes_nothing(syria, shared)
    _a_candidate_file_follows(syria, shared)


def _the_attack_reaches_the_druze(url: str) -> None:
    found = (
        "SELECT incident_id FROM report_incident JOIN report ON id = report_id WHERE external_id = '259726'"
    )
    attack = rows(url, found)[0]["incident_id"]
    communities = ask(url, queries.communities, as_of=date(2018, 7, 28))
    theirs = communities[
        (communities["group"] == "druze") & communities["governorate_ids"].map(lambda g: "SY13" in g)
    ]
    assert len(theirs) > 1
    for community in theirs["community_id"]:
        options = {"community_id": community, "since": date(2018, 7, 20)}
        listed = ask(url, queries.incidents, as_of=date(2018, 7, 28), **options).set_index("incident_id")
        assert attack in listed.index, community
        row = listed.loc[attack]
        assert (row["basis"], row["link_confidence"], row["geo_prec"]) == ("located_in_area", "low", 4)
        assert (row["deaths"], 0 < row["share"] < 1) == (313, True)
        early = ask(url, queries.incidents, as_of=date(2018, 7, 24), **options)
        assert attack not in set(early["incident_id"])


def _no_precise_event_is_without_district(url: str) -> None:
    lost = "SELECT count(*) AS n FROM incident_version WHERE geo_prec <= 3 AND district_id IS NULL"
    assert rows(url, lost) == [{"n": 0}]
    split = (
        "SELECT count(*) AS n FROM incident_version v JOIN place d ON d.id = v.district_id "
        "WHERE d.parent_id <> v.governorate_id"
    )
    assert rows(url, split) == [{"n": 0}]


def _a_second_import_changes_nothing(url: str, shared: Path) -> None:
    before = {table: count(url, table) for table in RECORD}
    assert take(url, shared / "ucdp" / SYRIA).unchanged
    assert {table: count(url, table) for table in RECORD} == before


def _a_candidate_file_follows(url: str, shared: Path) -> None:
    summary = take(url, shared / "ucdp" / CANDIDATE)
    assert (summary.rows, summary.new, summary.outside, summary.bad) == (2391, 129, 2262, 0)
    covered = ask(url, queries.coverage, as_of=date(2023, 12, 1))
    spans = covered[covered["source_id"] == "ucdp"][["covered_from", "covered_until"]]
    assert [tuple(span) for span in spans.to_numpy()] == [
        (date(2016, 1, 1), date(2018, 12, 31)),
        (date(2023, 10, 1), date(2023, 10, 31)),
    ]
    before = {table: count(url, table) for table in RECORD}
    assert take(url, shared / "ucdp" / CANDIDATE).unchanged
    assert {table: count(url, table) for table in RECORD} == before
