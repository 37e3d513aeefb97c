"""One test for each weakness that was found, named after it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from dashboard import jobs
from db import engine, migrating, queries
from db.errors import BadInput
from db.evidence import reading
from db.policy import LOCAL, Denied, Viewer, may_copy_all
from db.schema import Community, Draft, IncidentVersion, Source
from db.vocab import Entity, Role
from tests.conftest import NOW
from tests.db.test_policy import flat
from tests.matrix.canaries import AS_OF, DAY, incident_of

READER, ANALYST, ADMIN, MODELLER = (
    Viewer(role.value, frozenset({role})) for role in (Role.VIEWER, Role.ANALYST, Role.ADMIN, Role.MODELLER)
)
WHERE: dict[str, Any] = {"region_id": "nowhere", "as_of": AS_OF}
MONDAY = DAY - timedelta(days=DAY.weekday())
WEEK = [MONDAY + timedelta(days=n) for n in range(7)]


def ask(url: str, name: str, viewer: Viewer, **more: Any) -> Any:
    with engine.reading(url) as session:
        return getattr(queries, name)(session, viewer, **{**WHERE, **more})


def named(url: str, external_id: str) -> str:
    with engine.reading(url) as session:
        return incident_of(session, external_id)


def test_a_filter_by_one_day_tells_no_day_of_the_week(store: str) -> None:
    """Asking for each single day found the day that the list hides."""
    found = {tuple(sorted(ask(store, "incidents", READER, since=d, until=d)["incident_id"])) for d in WEEK}
    assert len(found) == 1 and named(store, "plain") in found.pop()
    counts = {ask(store, "incident_count", READER, since=day, until=day) for day in WEEK}
    assert len(counts) == 1
    assert len({ask(store, "incident_count", ANALYST, since=day, until=day) for day in WEEK}) > 1


def test_the_order_of_a_list_tells_no_day(store: str) -> None:
    """Recent incidents of one week stood in the order of their hidden days."""
    for name, more in (("incidents", {}), ("changes", {"since": date(2018, 1, 1), "limit": None})):
        shown = ask(store, name, READER, **more)
        week = shown[shown["date_end"] == WEEK[-1]]
        assert len(week) > 3 and list(week["incident_id"]) == sorted(week["incident_id"]), name


def test_a_tie_tells_readers_of_districts_no_village(store: str) -> None:
    """Which community of a district an incident was tied to said where in the district it was."""
    found = ask(store, "incident", READER, incident_id=named(store, "plain"))
    assert set(found.links["community_id"]) == {None} and set(found.links["group"]) == {"blue"}
    listed = ask(store, "incidents", READER, community_id="xx-blue-hill", limit=None)
    everywhere = ask(store, "incidents", READER, limit=None)
    inside = everywhere[everywhere["district"] == "Alpha"]
    vague = everywhere[everywhere["district_id"].isna()]
    assert set(listed["incident_id"]) == set(inside["incident_id"]) | set(vague["incident_id"])
    assert {*flat(found.history["field"].tolist()).split("'")} & {"link:xx-blue-hill"} == set()


def test_the_drivers_of_a_score_name_no_incident_that_is_hidden(store: str) -> None:
    """A score's reasons listed the ids of severe incidents to everybody, and tied incidents to communities."""
    severe = {named(store, one) for one in ("severe", "raised")}
    for viewer in (READER, MODELLER):
        rows = ask(store, "scores", viewer)
        assert not [one for drivers in rows["drivers"] for one in drivers if one.get("incident_ids")]
    rows = ask(store, "scores", ANALYST)
    known = {i for drivers in rows["drivers"] for one in drivers for i in one["incident_ids"]}
    assert known and not known & severe


def test_counts_a_day_tell_a_district_by_the_week(store: str) -> None:
    """The chart of a community told on which day something happened in its village."""
    rows = ask(store, "daily_counts", READER, community_id="xx-blue-hill", since=MONDAY)
    assert set(rows["date_end"]) == {MONDAY}
    whole = ask(store, "incidents", READER, community_id="xx-blue-hill", counted=True, since=MONDAY)
    assert rows["incidents"].sum() == len(whole)


def test_the_words_of_a_protected_source_stay_in_the_house(store: str) -> None:
    """Its title was hidden, but not the words in which it counts the dead."""
    found = ask(store, "incident", ANALYST, incident_id=named(store, "team"))
    assert set(found.claims["wording"]) == {None} and set(found.actors["by"]) == {None}


def test_a_history_is_asked_for_one_region_only(store: str) -> None:
    """The revisions of anything could be read by its id, whatever its region and sensitivity."""
    severe = named(store, "severe")
    with engine.reading(store) as session:
        team = str(session.scalars(select(Source.id).where(Source.code == "team")).one())
    for entity, about in ((Entity.INCIDENT, severe), (Entity.SOURCE, team), (Entity.DRAFT, "w3")):
        assert ask(store, "history", ANALYST, entity=entity, entity_id=about).empty


def test_no_name_and_no_reason_of_staff_reaches_readers(store: str) -> None:
    """Who acknowledged an alert, wrote a note or decided, and why, stood open to all."""
    alerts = ask(store, "alerts", READER)
    assert set(alerts["actor"]) <= {"tocsin", "somebody"} and "withheld" in set(alerts["reason"])
    notes = ask(store, "zero_reports", READER)
    assert set(notes["note"]) == {None} and set(notes["by"]) == {"somebody"}


def test_names_of_files_are_told_to_those_who_may_see_what_they_brought(store: str) -> None:
    """A file's name may say who sent it; its counts say that there is more than one sees."""
    with engine.reading(store) as session:
        told = {v.name: queries.batches(session, v) for v in (READER, ANALYST, LOCAL)}
    assert set(told["viewer"]["file_name"]) == {None}
    assert "events.csv" in set(told["analyst"]["file_name"])
    hidden = told["analyst"][told["analyst"]["importer"] == "reports"]
    assert set(hidden["file_name"]) == {None} and set(hidden["counts"]) == {None}
    assert "CANARYFILE.csv" in set(told["local"]["file_name"])


def test_evidence_of_a_hidden_incident_is_hidden(store: str) -> None:
    """Public evidence of a severe incident stood in the region's list of evidence."""
    with engine.reading(store) as session:
        mine = reading.listed(session, ANALYST, **WHERE)
        piece = ("CANARYHIDDENPIECE", "CANARYSEVEREPIECE", "a4")
        assert set(mine["attachment_id"]) == {"CANARYEVIDENCE"}
        for one in piece:
            with pytest.raises(Denied):
                reading.chain(session, ANALYST, one)


def test_what_a_protected_source_sent_waits_for_those_who_may_know_it(store: str) -> None:
    """An analyst opened such a draft, saw it empty, and would have saved it empty."""
    assert set(ask(store, "drafts", ANALYST)["draft_id"]) == {"w1"}
    assert ask(store, "draft_count", ANALYST) == 1 and ask(store, "draft_count", LOCAL) == 3


def test_protected_sources_are_offered_to_nobody_who_may_not_name_them(store: str) -> None:
    """Their codes stood in the list of those who may be named as a source."""
    assert "team" not in ask(store, "source_names", ANALYST) and "team" in ask(store, "source_names", LOCAL)


def test_a_community_that_may_not_be_told_is_nowhere(store: str) -> None:
    """`community.sensitivity` was kept and asked by nobody but exports."""
    for name in ("communities", "areas", "scores", "alerts", "heard", "zero_reports"):
        assert "xx-secret" not in flat(ask(store, name, ANALYST)), name
    assert "xx-secret" in flat(ask(store, "communities", LOCAL))


def test_an_administrator_reads_as_an_analyst(store: str) -> None:
    """The role that sets things up saw every exact place and every protected source."""
    for name in ("incidents", "communities", "coverage", "drafts"):
        assert flat(ask(store, name, ADMIN)) == flat(ask(store, name, ANALYST)), name
    with pytest.raises(Denied):
        may_copy_all(ADMIN)


def test_a_region_that_is_not_loaded_names_no_other_region(store: str) -> None:
    """The message listed every loaded region, also to those who work on one only."""
    stranger = Viewer("x", frozenset({Role.ANALYST}), frozenset({"elsewhere"}))
    with engine.reading(store) as session, pytest.raises(BadInput, match="loaded: none"):
        queries.region(session, stranger, "elsewhere")


def test_the_store_holds_what_was_hidden(store: str) -> None:
    """The tests above would pass on an empty store."""
    with engine.reading(store) as session:
        assert session.scalars(select(Community.id).where(Community.id == "xx-secret")).all()
        levels = set(session.scalars(select(IncidentVersion.sensitivity).distinct()))
    assert len(levels) == 4


def test_errors_of_the_database_hold_no_values(tmp_path: Path) -> None:
    """A row that the database refused stood with all its texts in the log, and in what a job said."""
    url = f"sqlite:///{tmp_path / 'tocsin.db'}"
    migrating.upgrade(url)
    wrong = {"id": "d", "region_id": "nobody", "external_id": "CANARY", "text": "CANARY"}
    with pytest.raises(DBAPIError) as error, engine.writing(url) as session:
        session.execute(insert(Draft).values(wrong))
    assert "CANARY" not in str(error.value)
    with pytest.raises(ValueError, match="CANARY"), jobs.recorded(url, "daily", lambda: NOW, _silent):
        raise ValueError("CANARY")
    with engine.reading(url) as session:
        assert list(queries.runs(session, LOCAL)["message"]) == ["stopped by an unexpected ValueError"]


def _silent(_step: str, _done: int, _total: int) -> None: ...
