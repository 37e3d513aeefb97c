"""No read tells anybody more than they may see; every read of `db.queries` stands here."""

import dataclasses
import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from db import engine, migrating, queries
from db.duplicates.records import Told
from db.policy import LOCAL, Denied, Viewer, may_act, sight
from db.vocab import Entity, Role
from tests.db.stores import rows
from tests.db.test_schema import fill
from tests.factories import load, pack, report_row, take, write_csv

AS_OF = date(2026, 6, 1)
BRANCH = {"region_id": "nowhere", "as_of": AS_OF}
BOOK: dict[str, Callable[[str], dict[str, Any]]] = {
    "access_log": lambda _: {"as_of": AS_OF},
    "action_plan": lambda _: BRANCH,
    "alert_states": lambda _: BRANCH,
    "alerts": lambda _: BRANCH,
    "analogues": lambda _: {**BRANCH, "as_of": date(2018, 6, 1), "area_id": "xx-blue-hill"},
    "areas": lambda _: BRANCH,
    "assignments": lambda _: BRANCH,
    "batches": lambda _: {},
    "came_in": lambda _: {**BRANCH, "since": datetime(2018, 1, 1, tzinfo=UTC)},
    "candidates": lambda _: {**BRANCH, "text": "Canarybrook"},
    "changes": lambda _: {**BRANCH, "since": date(2018, 1, 1)},
    "communities": lambda _: BRANCH,
    "count_forecasts": lambda _: {**BRANCH, "as_of": date(2018, 6, 1)},
    "covariates": lambda _: BRANCH,
    "coverage": lambda _: BRANCH,
    "current_models": lambda _: BRANCH,
    "daily_counts": lambda _: {**BRANCH, "community_id": "xx-blue-hill", "since": date(2018, 1, 1)},
    "consents": lambda _: BRANCH,
    "data_version": lambda _: BRANCH,
    "dossiers": lambda _: BRANCH,
    "drift": lambda _: BRANCH,
    "escalations": lambda _: BRANCH,
    "freshness": lambda _: BRANCH,
    "hit_rates": lambda _: BRANCH,
    "handovers": lambda _: BRANCH,
    "history": lambda url: {**BRANCH, "entity": Entity.INCIDENT, "entity_id": incident_of(url, "team")},
    "incident": lambda url: {**BRANCH, "incident_id": incident_of(url, "team")},
    "incident_count": lambda _: BRANCH,
    "incidents": lambda _: {**BRANCH, "community_id": "xx-blue-hill", "text": "canary"},
    "issues": lambda _: {},
    "model_card": lambda _: {"model_version_id": "m1", "as_of": AS_OF},
    "model_record": lambda _: {"model_version_id": "m1", "as_of": AS_OF},
    "model_region": lambda _: {"model_version_id": "m1"},
    "models": lambda _: BRANCH,
    "newest_known": lambda _: BRANCH,
    "open_count": lambda _: BRANCH,
    "open_scores": lambda _: BRANCH,
    "outlines": lambda _: BRANCH,
    "own_settings": lambda _: {"as_of": AS_OF},
    "overdue": lambda _: BRANCH,
    "panel_events": lambda _: BRANCH,
    "panel_members": lambda _: BRANCH,
    "panel_parents": lambda _: BRANCH,
    "promotions": lambda _: BRANCH,
    "region": lambda _: {"region_id": "nowhere"},
    "region_settings": lambda _: BRANCH,
    "regions": lambda _: {},
    "runs": lambda _: {},
    "score_history": lambda _: {**BRANCH, "area_id": "xx-blue-hill", "target": "fatal"},
    "score_levels": lambda _: {**BRANCH, "days": (date(2018, 6, 1),)},
    "score_past": lambda _: {**BRANCH, "as_of": date(2018, 6, 1)},
    "scoreboard": lambda _: BRANCH,
    "scored_days": lambda _: BRANCH,
    "scores": lambda _: BRANCH,
    "ties": lambda _: {**BRANCH, "community_ids": ["xx-blue-hill"]},
    "transitions": lambda _: {**BRANCH, "alert_id": "a1"},
    "unknown_units": lambda _: BRANCH,
    "verifications": lambda _: BRANCH,
    "duplicates": lambda _: BRANCH,
    "similar": lambda _: {**BRANCH, "told": Told("new", "monitor", date(2018, 3, 1), date(2018, 3, 1), "x")},
    "judgements": lambda _: BRANCH,
    "feeds": lambda _: BRANCH,
    "feed_runs": lambda _: {**BRANCH, "name": "news"},
    "feed_settings": lambda _: {"region_id": "nowhere", "name": "news"},
    "near_in_time": lambda _: {**BRANCH, "place_id": "xx-hill", "start": "2018-03-01", "end": "2018-03-02"},
    "source_names": lambda _: BRANCH,
    "draft_count": lambda _: BRANCH,
    "drafts": lambda _: BRANCH,
    "look_counts": lambda _: BRANCH,
    "needs_look": lambda _: BRANCH,
    "zero_reports": lambda _: BRANCH,
    "heard": lambda _: BRANCH,
    "shift_notes": lambda _: BRANCH,
    "deliveries": lambda _: BRANCH,
    "notices": lambda _: BRANCH,
    "readership": lambda _: BRANCH,
    "recipients": lambda _: BRANCH,
    "silences": lambda _: BRANCH,
    "voices": lambda _: BRANCH,
}
ANYWHERE = {"access_log", "own_settings", "batches", "issues", "regions", "runs"}
PURE = {"data_versions"}

VIEWER, ANALYST, MODELLER, VERIFIER = (
    Viewer(role.value, frozenset({role}))
    for role in (Role.VIEWER, Role.ANALYST, Role.MODELLER, Role.VERIFIER)
)
NOBODY = Viewer("nobody", frozenset())
STRANGER = Viewer("stranger", frozenset(Role), frozenset({"elsewhere"}))


def incident_of(url: str, external_id: str) -> str:
    found = rows(
        url,
        "SELECT incident_id AS i FROM report_incident JOIN report ON report.id = report_id "
        "WHERE external_id = :e",
        e=external_id,
    )
    return str(found[0]["i"])


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store in which everything that must not be told says "canary"."""
    folder = tmp_path_factory.mktemp("policy")
    address = f"sqlite:///{folder / 'tocsin.db'}"
    migrating.upgrade(address)
    home = pack(folder)
    for file, old, new in (
        (
            "places.csv",
            "Hill,تل,Al-Tall,34.10,36.00,3,,invented,",
            "Canarybrook,كناري,,34.10321,36.00321,3,,x,",
        ),
        ("communities.csv", "xx-hill:majority,,", "xx-hill:majority,below Canarybrook,"),
        ("sources.csv", "Field team,", "Canary Contact,"),
    ):
        path = home / file
        assert old in path.read_text("utf-8")
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    load(address, home)
    fill(address, folder)
    take(address, write_csv(folder / "reports.csv", list(reports())), "reports")
    return address


def reports() -> list[dict[str, str]]:
    told = {
        **{"title": "canary title", "text": "canary text", "url": "https://canary.example/1"},
        **{"place": "Canarybrook", "lat": "34.10987", "lon": "36.00987", "killed_wording": "canary dozens"},
        **{"killed": 7, "source_id": "team", "date_start": "2026-05-28", "date_end": "2026-05-28"},
        "published_at": "2026-05-29",
    }
    secret = {"killed": 77, "title": "canary secret"}
    return [
        report_row(external_id="team", **told),
        report_row(external_id="restricted", **told | secret, sensitivity="restricted"),
        report_row(external_id="severe", **told | secret, sensitivity="severe"),
        report_row(external_id="canary broken", **told | {"lat": "canary"}),
        report_row(external_id="canary remark", **told | {"published_at": "2026-01-01"}),
    ]


def flat(value: Any) -> str:
    """Everything an answer holds, as text."""
    if isinstance(value, pd.DataFrame):
        return str(value.to_dict("records"))
    if dataclasses.is_dataclass(value):
        return " ".join(flat(getattr(value, field.name)) for field in dataclasses.fields(value))
    return str(value)


# What waits for a person means reading places and texts, and comparing incidents too: who may not is denied.
WORK = {
    "consents",
    "dossiers",
    "assignments",
    "deliveries",
    "notices",
    "readership",
    "recipients",
    "silences",
    "handovers",
    "shift_notes",
    "duplicates",
    "judgements",
    "similar",
    "drafts",
    "look_counts",
    "needs_look",
    "near_in_time",
    "unknown_units",
}
# The panel tells of single days.
PANEL = {"panel_events", "panel_members", "panel_parents", "data_version"}
POINT = ("34.109", "36.009")  # exact; the village's own point is finer than a viewer may see, too


def answer(url: str, name: str, viewer: Viewer) -> str:
    with engine.reading(url) as session:
        return flat(getattr(queries, name)(session, viewer, **BOOK[name](url)))


@pytest.mark.parametrize("name", sorted(WORK))
@pytest.mark.parametrize("viewer", [VIEWER, MODELLER], ids=lambda v: v.name)
def test_who_may_not_read_texts_meets_nothing_that_waits(url: str, name: str, viewer: Viewer) -> None:
    with pytest.raises(Denied, match="reading places and texts"):
        answer(url, name, viewer)


@pytest.mark.parametrize("name", sorted(PANEL))
def test_a_viewer_reads_no_panel(url: str, name: str) -> None:
    with pytest.raises(Denied, match="single days"):
        answer(url, name, VIEWER)


def test_every_read_stands_in_this_book() -> None:
    reads = {name for name in queries.__all__ if inspect.isfunction(getattr(queries, name))}
    assert reads - PURE == set(BOOK)


# Their clock is the store's alone: deeds of this store, and what tells by whose clock to read the rest.
TIMELESS = {"batches", "issues", "runs", "region", "regions", "model_region", "feed_settings"}
ONE_CLOCK = {"access_log"}  # entries are known when they are written: `as_of` says it all


@pytest.mark.parametrize("name", sorted(BOOK))
def test_every_read_takes_a_viewer_and_a_day(name: str) -> None:
    asked = list(inspect.signature(getattr(queries, name)).parameters)
    assert asked[:2] == ["session", "viewer"]
    assert ("as_of" in asked) is (name not in TIMELESS)
    assert ("recorded_as_of" in asked) is (name not in ONE_CLOCK)


@pytest.mark.parametrize("name", sorted(set(BOOK) - WORK))
@pytest.mark.parametrize("viewer", [VIEWER, MODELLER], ids=lambda v: v.name)
def test_no_village_and_no_text_comes_out(url: str, name: str, viewer: Viewer) -> None:
    if viewer is VIEWER and name in PANEL:
        return
    told = answer(url, name, viewer).casefold()
    assert "canary" not in told
    for digits in (*POINT, "34.103", "36.003"):
        assert digits not in told
    assert "77.0" not in told
    for secret in ("restricted", "severe"):
        assert incident_of(url, secret) not in told


@pytest.mark.parametrize("name", sorted(BOOK))
def test_an_analyst_meets_no_protected_source_and_nothing_severe(url: str, name: str) -> None:
    told = answer(url, name, ANALYST)
    assert "Canary Contact" not in told
    assert not any(digits in told for digits in POINT)
    assert incident_of(url, "severe") not in told


@pytest.mark.parametrize("name", sorted(set(BOOK) - {"regions"}))
def test_who_has_no_role_is_denied(url: str, name: str) -> None:
    with pytest.raises(Denied, match="ask an administrator"):
        answer(url, name, NOBODY)


@pytest.mark.parametrize("name", sorted(set(BOOK) - ANYWHERE))
def test_who_works_elsewhere_is_denied(url: str, name: str) -> None:
    with pytest.raises(Denied, match="no access to this region"):
        answer(url, name, STRANGER)


@pytest.mark.parametrize("name", ["batches", "issues", "regions"])
def test_who_works_elsewhere_sees_nothing_of_here(url: str, name: str) -> None:
    assert answer(url, name, STRANGER) == "[]"
    assert answer(url, "regions", NOBODY) == "[]"


def test_the_canaries_are_there_for_those_who_may_see(url: str) -> None:
    for name in ("incident", "incidents", "communities", "coverage", "freshness", "issues"):
        assert "canary" in answer(url, name, LOCAL).casefold(), name
    for name in ("incident", "incidents"):
        assert all(digits in answer(url, name, LOCAL) for digits in POINT), name
    assert "34.103" in answer(url, "areas", ANALYST)
    for secret in ("restricted", "severe"):
        assert incident_of(url, secret) in answer(url, "incidents", LOCAL)
        assert incident_of(url, secret) in answer(url, "panel_events", LOCAL)


def test_a_severe_incident_is_not_there_for_a_viewer(url: str) -> None:
    with engine.reading(url) as session, pytest.raises(Exception, match="that you may see"):
        queries.incident(session, VIEWER, incident_id=incident_of(url, "severe"), **BRANCH)


def test_a_viewer_cannot_search_what_they_cannot_read(url: str) -> None:
    with engine.reading(url) as session:
        every = queries.incident_count(session, VIEWER, **BRANCH)
        assert queries.incident_count(session, VIEWER, **BRANCH, text="canary") == 0
        assert 0 < queries.incident_count(session, VIEWER, **BRANCH, text="alpha") <= every
        found = queries.incident_count(session, LOCAL, **BRANCH, text="CANARY")
        assert 0 < found < queries.incident_count(session, LOCAL, **BRANCH)
        assert queries.incident_count(session, LOCAL, **BRANCH, text="%") == 0
        assert queries.incident_count(session, LOCAL, **BRANCH, text="'; DROP TABLE report; --") == 0


def test_a_viewer_reads_recent_days_by_the_week(url: str) -> None:
    with engine.reading(url) as session:
        found = queries.incidents(session, VIEWER, **BRANCH).set_index("incident_id")
    recent = found.loc[incident_of(url, "team")]
    assert (recent["date_start"], recent["date_end"]) == (date(2026, 5, 25), date(2026, 5, 31))
    assert {str(recent[n])[:10] for n in ("known_from", "recorded_at")} <= {"2026-05-25", "2026-11-16"}
    assert set(found["geo_method"]) == {"masked"}
    assert set(found["district"]) == {"Alpha"}
    old = found[found["date_end"] < date(2019, 1, 1)]
    assert set(old["date_end"]) == {date(2018, 3, 1)}


def test_roles_add_up() -> None:
    both = sight(Viewer("x", frozenset({Role.MODELLER, Role.ANALYST})))
    assert both.texts
    assert both.settlements
    assert not both.exact
    assert not sight(NOBODY).sensitivities


@pytest.mark.parametrize("viewer", [VIEWER, MODELLER, NOBODY], ids=lambda v: v.name)
def test_who_may_only_read_may_not_act(viewer: Viewer) -> None:
    with pytest.raises(Denied, match="read but not change"):
        may_act(viewer)


@pytest.mark.parametrize("viewer", [ANALYST, VERIFIER, LOCAL], ids=lambda v: v.name)
def test_who_works_on_it_may_act(viewer: Viewer) -> None:
    may_act(viewer)


def test_the_title_of_a_protected_report_is_no_summary_for_an_analyst(url: str) -> None:
    with engine.reading(url) as session:
        mine, all_ = (
            queries.incidents(session, who, **BRANCH).set_index("incident_id") for who in (ANALYST, LOCAL)
        )
        title = str(all_.loc[incident_of(url, "team"), "summary"])
        found = queries.incidents(session, ANALYST, **BRANCH, text=title)
    assert title and mine.loc[incident_of(url, "team"), "summary"] is None
    assert incident_of(url, "team") not in set(found["incident_id"])
    assert "lead_protected" not in all_
