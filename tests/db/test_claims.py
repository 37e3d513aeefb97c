"""Claims, grades and decisions: who says what, how far it can be relied on, and what people settle."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import decisions, engine, figures, grades, grading, incidents, settled, ties, tombstones
from db.errors import BadInput
from db.figures import Voice
from db.ids import content_id
from db.policy import LOCAL, Denied, Viewer
from db.queries import daily_counts, panel_members
from db.queries import incidents as listed
from db.store import source_id
from db.vocab import (
    Basis,
    Confidence,
    DecisionField,
    Entity,
    FigureRule,
    Harm,
    Reliability,
    Role,
    Status,
    Verification,
)
from tests.conftest import NOW
from tests.db.stores import ask, rows
from tests.factories import load, pack, report_row, take, write_csv

F = DecisionField
DAY = timedelta(days=1)
OPEN = "SELECT * FROM incident_version WHERE recorded_until IS NULL ORDER BY known_from"
INCIDENT = content_id("incident", "nowhere", "ref:i1")
FORD = "xx-green-ford"


def told(source: str, **facts: Any) -> dict[str, str]:
    """A report of the one incident that all these tests are about."""
    external = facts.pop("external_id", f"{source}-1")
    return report_row(source_id=source, external_id=external, incident_ref="i1", **facts)


def put(url: str, folder: Path, *reports: dict[str, str], **options: Any) -> str:
    path = folder / f"reports{len(list(folder.iterdir()))}.csv"
    return take(url, write_csv(path, list(reports)), "reports", **options).batch_id


def settle(url: str, field: DecisionField, value: Any, **more: Any) -> datetime:
    act: dict[str, Any] = {"reason": "seen", "by": "ana", "now": NOW, **more}
    with engine.writing(url) as session:
        return decisions.decide(session, LOCAL, INCIDENT, field, value, **act)


def tie(url: str, community: str = FORD, **more: Any) -> None:
    act: dict[str, Any] = {"reason": "named", "by": "ana", "now": NOW, "confidence": Confidence.HIGH, **more}
    act = {"basis": Basis.TARGETED_BY_IDENTITY, **act}
    with engine.writing(url) as session:
        ties.link(session, LOCAL, INCIDENT, community, **act)


def now(url: str) -> dict[str, Any]:
    """What is believed of the incident now, seen in the year after."""
    found = ask(url, listed, as_of=date(2027, 6, 1))
    return {} if found.empty else dict(found.iloc[0])


def report_of(url: str, source: str) -> str:
    found = rows(url, "SELECT id FROM report WHERE source_id = :s", s=source_id("nowhere", source))
    return str(found[0]["id"])


# Figures, computed by hand: monitor 4 (3-5), then its copy 6; radio 12 (10-20); team 6; one does not know

EXAMPLE = [
    Voice((3, 4, 5), frozenset({"monitor"}), NOW),
    Voice((None, 6, None), frozenset({"monitor"}), NOW + DAY),
    Voice((10, 12, 20), frozenset({"radio"}), NOW),
    Voice((None, 6, None), frozenset({"team"}), NOW),
    Voice((None, None, None), frozenset({"ucdp"}), NOW),
]


@pytest.mark.parametrize(("rule", "best"), [("max_source", 12), ("majority", 6), ("conservative", 4)])
def test_each_rule_on_the_worked_example(rule: str, best: int) -> None:
    assert figures.derived(EXAMPLE, FigureRule(rule)) == (3, best, 20)
    (deaths,) = figures.table({figures.DEATHS: EXAMPLE}, FigureRule(rule), {})
    assert (deaths["known"], deaths["unknown"], deaths["rule"]) == (4, 1, rule)


@pytest.mark.parametrize("rule", [r for r in FigureRule if r is not FigureRule.ANALYST])
def test_what_nobody_knows_is_unknown_by_every_rule(rule: FigureRule) -> None:
    assert figures.derived([], rule) == figures.derived(EXAMPLE[4:], rule) == (None, None, None)


def test_a_majority_counts_groups_not_reports_and_a_tie_goes_up() -> None:
    copies = [Voice((None, 2, None), frozenset({"monitor"}), NOW) for _ in range(5)]
    other = Voice((None, 3, None), frozenset({"radio"}), NOW)
    assert figures.derived([*copies, other], FigureRule.MAJORITY) == (2, 3, 3)


def test_the_rule_of_the_region_and_of_one_incident(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, told("monitor", killed=4, killed_low=3), told("radio", killed=9), told("team"))
    assert [now(both)[n] for n in ("deaths_low", "deaths", "deaths_high")] == [3, 9, 9]
    settle(both, F.FIGURE_RULE, "conservative")
    assert (now(both)["deaths"], now(both)["figure_rule"]) == (4, "conservative")
    settle(both, F.FIGURE, {"killed": [4, 5, 8], "injured/civilian": [None, None, 2]})
    found = now(both)
    assert (found["deaths_low"], found["deaths"], found["deaths_high"]) == (4, 5, 8)
    assert found["figure_rule"] == "analyst"
    kept = {(one["harm"], one["status"]): one for one in found["figures"]}
    assert kept["injured", "civilian"]["best"] is None
    assert (kept["killed", "all"]["known"], kept["killed", "all"]["unknown"]) == (2, 1)
    settle(both, F.FIGURE, None)
    settle(both, F.FIGURE_RULE, None)
    assert (now(both)["deaths"], now(both)["deaths_unknown"]) == (9, 1)


def test_a_region_chooses_its_rule(nowhere: str, tmp_path: Path) -> None:
    folder = pack(tmp_path)
    path = folder / "region.toml"
    path.write_text('figure_rule = "conservative"\n' + path.read_text("utf-8"), "utf-8")
    put(nowhere, tmp_path, told("monitor", killed=4), told("radio", killed=9))
    load(nowhere, folder)
    assert now(nowhere)["deaths"] == 4


def test_a_count_of_a_whole_day_enters_no_figure(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, told("monitor", killed=2), told("radio", killed=143, counts_more="yes"))
    assert [now(nowhere)[n] for n in ("deaths", "deaths_high", "deaths_unknown", "reports")] == [2, 2, 1, 2]
    kept = rows(nowhere, "SELECT best FROM claim WHERE aggregate ORDER BY best")
    assert [r["best"] for r in kept] == [143]


# Grades, groups, states


@pytest.mark.parametrize(
    ("found", "best"),
    [
        ([], None),
        (["F6"], "F6"),
        (["A6", "C1"], "C1"),
        (["B2", "A2"], "A2"),
        (["A5", "C6"], "C6"),
        (["D3", "F3"], "F3"),
    ],
)
def test_the_best_grade(found: list[str], best: str | None) -> None:
    assert grades.best(found) == best


def test_source_and_content_are_graded_apart(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, told("monitor"), told("radio"))
    assert now(nowhere)["grade"] == "B6"
    settle(nowhere, F.CREDIBILITY, 2, report_id=report_of(nowhere, "radio"))
    assert now(nowhere)["grade"] == "C2"
    settle(nowhere, F.CREDIBILITY, 5, report_id=report_of(nowhere, "monitor"))
    settle(nowhere, F.CREDIBILITY, None, report_id=report_of(nowhere, "radio"))
    assert now(nowhere)["grade"] == "C6"


def test_a_person_grades_a_source_from_then_on(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, told("radio", title="Radio says"), told("monitor", title="Monitor says"))
    with engine.writing(both) as session:
        act: dict[str, Any] = {"reason": "wrong twice", "by": "ana", "now": NOW}
        assert grading.grade(session, LOCAL, "nowhere", "monitor", Reliability.E, **act) == 2
    late = now(both)
    early = ask(both, listed, as_of=date(2020, 1, 1)).iloc[0]
    assert (late["grade"], late["summary"]) == ("C6", "Radio says")
    assert (early["grade"], early["summary"]) == ("B6", "Monitor says")
    load(both, _edited(pack(tmp_path)))
    assert now(both)["grade"] == "C6"
    assert rows(both, "SELECT reliability FROM source WHERE code = 'monitor'")[0]["reliability"] == "E"
    noted = rows(both, "SELECT field, reason FROM revision WHERE entity = 'source'")
    assert noted == [{"field": "reliability", "reason": "wrong twice"}]


def _edited(folder: Path) -> Path:
    path = folder / "sources.csv"
    path.write_text(path.read_text("utf-8").replace("The Radio", "Radio"), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("cited", "groups"),
    [
        (["", "", ""], 3),
        (["The Monitor", "Monitor; residents", "monitor"], 1),
        (["residents", "officials", ""], 3),
    ],
)
def test_outlets_that_copy_one_monitor_are_one_voice(
    nowhere: str, tmp_path: Path, cited: list[str], groups: int
) -> None:
    sources = ("monitor", "radio", "team")
    put(nowhere, tmp_path, *[told(s, cited=c) for s, c in zip(sources, cited, strict=True)])
    state = "corroborated" if groups > 1 else "single_source"
    assert (now(nowhere)["independent_sources"], now(nowhere)["verification"]) == (groups, state)


def test_who_denies_or_mentions_does_not_corroborate(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, told("monitor", stance="mentions"))
    assert (now(nowhere)["verification"], now(nowhere)["independent_sources"]) == ("unreviewed", 0)
    put(nowhere, tmp_path, told("radio", stance="contradicts", title="Nothing happened", killed=0))
    found = now(nowhere)
    assert (found["verification"], found["verification_reason"]) == ("contested", grades.DENIED)
    assert found["summary"] == "Kidnapping near Hill"


def test_a_person_sets_the_state_with_a_reason_and_takes_it_back(nowhere: str, tmp_path: Path) -> None:
    new = {"date_start": "2026-11-20", "date_end": "2026-11-20", "published_at": "2026-11-20"}
    put(nowhere, tmp_path, told("monitor", **new))
    assert (now(nowhere)["verification"], now(nowhere)["verification_reason"]) == (
        "single_source",
        grades.ALONE,
    )
    settle(nowhere, F.VERIFICATION, "verified", reason="called two residents")
    assert [now(nowhere)[n] for n in ("verification", "verification_reason")] == [
        *("verified", "called two residents")
    ]
    before = ask(nowhere, listed, as_of=date(2026, 11, 21))
    assert before["verification"].iloc[0] == "single_source"
    late = NOW + 5 * DAY
    denial = told("radio", stance="contradicts", **{**new, "published_at": str(late.date())})
    put(nowhere, tmp_path, denial, now=late + DAY)
    assert (now(nowhere)["verification"], now(nowhere)["flags"]) == ("verified", ["contradicted_since"])
    settle(nowhere, F.VERIFICATION, None, reason="too early", now=late + 2 * DAY)
    assert now(nowhere)["verification"] == "contested"
    noted = rows(nowhere, "SELECT reason FROM revision ORDER BY seq")
    assert [r["reason"] for r in noted] == ["called two residents", "too early"]


def test_every_state_can_be_reached(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, told("monitor"))
    for state in Verification:
        settle(nowhere, F.VERIFICATION, state)
        assert now(nowhere)["verification"] == state


# What people settle


def test_decisions_change_what_is_believed_not_what_was_said(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, told("monitor"))
    said = rows(both, "SELECT * FROM report_incident")
    settle(both, F.INCIDENT_TYPE, "threat")
    settle(both, F.DATES, ["2018-02-27", "2018-02-28", 2])
    settle(both, F.PLACE, "xx-ford")
    settle(both, F.SUMMARY, "A threat at Ford")
    settle(both, F.SENSITIVITY, "restricted")
    found = now(both)
    names = ("incident_type", "place_id", "district_id", "lat", "summary", "sensitivity", "date_prec")
    assert [found[n] for n in names] == [
        *("threat", "xx-ford", "xx12", 33.8, "A threat at Ford", "restricted", 2)
    ]
    assert found["date_end"] == date(2018, 2, 28)
    assert set(ask(both, panel_members, as_of=date(2027, 6, 1))["area_id"]) >= {"xx12", FORD}
    assert ask(both, listed, as_of=date(2020, 1, 1))["incident_type"].iloc[0] == "kidnapping"
    settle(both, F.SENSITIVITY, "public")
    assert now(both)["sensitivity"] == "internal"
    assert rows(both, "SELECT * FROM report_incident") == said


def test_a_detached_report_leaves_the_incident_and_comes_back(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, told("monitor", killed=2), told("radio", killed=9))
    settle(nowhere, F.DETACHED, True, report_id=report_of(nowhere, "radio"))
    assert (now(nowhere)["reports"], now(nowhere)["deaths"]) == (1, 2)
    put(nowhere, tmp_path, told("radio", killed=11, published_at="2018-04-01"))
    assert (now(nowhere)["reports"], now(nowhere)["deaths"]) == (1, 2)
    settle(nowhere, F.DETACHED, True, report_id=report_of(nowhere, "monitor"))
    assert now(nowhere) == {}
    settle(nowhere, F.DETACHED, None, report_id=report_of(nowhere, "radio"))
    assert (now(nowhere)["reports"], now(nowhere)["deaths"]) == (1, 11)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (F.VERIFICATION, "certain"),
        (F.FIGURE_RULE, "mean"),
        (F.FIGURE, {"killed": [5, 3, 7]}),
        (F.FIGURE, {"slain": [1, 1, 1]}),
        (F.DATES, ["2018-03-02", "2018-03-01", 1]),
        (F.DATES, ["2018-03-01", "2018-03-01", 9]),
        (F.PLACE, "atlantis"),
        (F.PLACE, {"place_id": "xx11", "geo_prec": 1}),
        (F.SUMMARY, " "),
        (F.REVIEWED, False),
        (F.CREDIBILITY, 3),
    ],
)
def test_what_does_not_fit_is_refused(nowhere: str, tmp_path: Path, field: Any, value: Any) -> None:
    put(nowhere, tmp_path, told("monitor"))
    with pytest.raises(BadInput):
        settle(nowhere, field, value)
    with pytest.raises(BadInput, match="reason"):
        settle(nowhere, F.VERIFICATION, "verified", reason=" ")
    assert rows(nowhere, "SELECT * FROM decision") == []


def test_who_may_only_read_settles_nothing(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, told("monitor", sensitivity="severe"))
    act: dict[str, Any] = {"reason": "r", "by": "b", "now": NOW}
    with engine.writing(nowhere) as session:
        reader = Viewer("eva", frozenset({Role.VIEWER}))
        with pytest.raises(Denied):
            decisions.decide(session, reader, INCIDENT, F.VERIFICATION, "verified", **act)
        analyst = Viewer("ana", frozenset({Role.ANALYST}))
        with pytest.raises(BadInput, match="no incident"):
            decisions.decide(session, analyst, INCIDENT, F.VERIFICATION, "verified", **act)


# Ties by people


def test_only_a_person_says_that_somebody_was_targeted(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, told("monitor"), told("radio", geo_prec=4, external_id="r2"))
    by_rule = "SELECT count(*) AS n FROM link WHERE basis <> 'located_in_area'"
    assert rows(both, by_rule)[0]["n"] == 0
    tie(both)
    with engine.writing(both) as session:
        incidents.relink(session, "nowhere", NOW + DAY)
    targeted = rows(both, "SELECT method, decided_by FROM link WHERE basis <> 'located_in_area'")
    assert {(r["method"], r["decided_by"]) for r in targeted} == {("analyst", "ana")}


def test_a_tie_by_a_person_counts_from_then_until_it_is_withdrawn(both: str, tmp_path: Path) -> None:
    put(both, tmp_path, told("monitor"))
    tie(both)
    with engine.writing(both) as session:
        ties.unlink(session, LOCAL, INCIDENT, FORD, reason="another village", by="ben", now=NOW + 9 * DAY)
    seen = {}
    for day in (NOW - DAY, NOW, NOW + 8 * DAY, NOW + 9 * DAY):
        as_of = day.date()
        events = ask(both, panel_members, as_of=as_of)
        counted = ask(both, daily_counts, as_of=as_of, community_id=FORD, since=date(2018, 1, 1))
        found = ask(both, listed, as_of=as_of, community_id=FORD)
        assert len(counted) == len(found)
        seen[as_of] = (FORD in set(events["area_id"]), len(found))
    assert list(seen.values()) == [(False, 0), (True, 1), (True, 1), (True, 0)]
    with pytest.raises(BadInput, match="nobody tied"), engine.writing(both) as session:
        ties.unlink(session, LOCAL, INCIDENT, "xx-blue-hill", reason="r", by="b", now=NOW)


def test_a_tie_takes_the_place_of_an_earlier_one_and_of_the_spatial_one(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, told("monitor"))
    tie(nowhere, "xx-blue-hill", basis=Basis.AFFECTED_INDIRECTLY)
    tie(nowhere, "xx-blue-hill", basis=Basis.VICTIMS_IDENTIFIED, confidence=Confidence.LOW)
    found = ask(nowhere, listed, as_of=date(2027, 6, 1), community_id="xx-blue-hill")
    assert [(r.basis, r.link_confidence, r.counted) for r in found.itertuples()] == [
        ("victims_identified", "low", True)
    ]
    counted = rows(nowhere, "SELECT counted FROM link WHERE basis = 'affected_indirectly'")
    assert {bool(r["counted"]) for r in counted} == {True}  # it counted there by its place
    tie(nowhere, FORD, basis=Basis.AFFECTED_INDIRECTLY)
    assert ask(nowhere, listed, as_of=date(2027, 6, 1), community_id=FORD)["counted"].tolist() == [False]


# Tombstones


def test_a_report_under_a_tombstone_is_not_believed(both: str, tmp_path: Path) -> None:
    first = put(both, tmp_path, told("monitor", killed=2))
    second = put(both, tmp_path, told("radio", killed=9))
    before = rows(both, OPEN)
    for entity, name in ((Entity.REPORT, report_of(both, "radio")), (Entity.BATCH, second)):
        with engine.writing(both) as session:
            assert tombstones.bury(session, entity, name, reason="a test", by="ana", now=NOW + DAY)
            assert not tombstones.bury(session, entity, name, reason="a test", by="ana", now=NOW + DAY)
            incidents.derive(session, [INCIDENT], NOW + DAY)
        assert (now(both)["reports"], now(both)["deaths"]) == (1, 2)
        with engine.writing(both) as session:
            assert tombstones.lift(session, entity, name, reason="no test", by="ana", now=NOW + 2 * DAY)
            assert not tombstones.lift(session, entity, name, reason="no test", by="ana", now=NOW + 2 * DAY)
            incidents.derive(session, [INCIDENT], NOW + 2 * DAY)
        times = {"id", "recorded_at"}
        assert [{k: v for k, v in r.items() if k not in times} for r in rows(both, OPEN)] == [
            {k: v for k, v in r.items() if k not in times} for r in before
        ]
    with engine.writing(both) as session:
        for name in (first, second):
            tombstones.bury(session, Entity.BATCH, name, reason="all", by="ana", now=NOW + 3 * DAY)
        incidents.derive(session, [INCIDENT], NOW + 3 * DAY)
    assert rows(both, OPEN) == []


def test_figures_and_harms_are_written_as_words() -> None:
    assert figures.key("killed") == (Harm.KILLED, Status.ALL)
    assert figures.key("injured/civilian") == (Harm.INJURED, Status.CIVILIAN)
    assert settled.in_force([], datetime(2020, 1, 1, tzinfo=UTC)) == {}
