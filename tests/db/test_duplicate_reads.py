"""Duplicates in the store: candidates as known on a day, what is judged is not asked again, and the rule."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from db import engine, merging, policy, tombstones
from db.duplicates import rule
from db.duplicates.records import Told
from db.policy import Denied, Viewer
from db.queries import duplicates, judgements, similar
from db.schema import Report
from db.vocab import Entity, Harm, IncidentType, Judgement, Role
from tests.conftest import NOW
from tests.db.stores import ask, change, rows
from tests.db.test_merging import LATER, TOLD, act, do, leads, put
from tests.factories import report_row

STRIKE: dict[str, Any] = {
    **{"title": "Shells hit Hill", "text": "Four killed as shells hit Hill.", "incident_type": "bombardment"},
    **{"killed": 4, "abducted": ""},
}
ARABIC = {"lang": "ar", "title": "قصف على هيل", "text": "مقتل أربعة بسقوط قذائف على هيل."}


def strike(source: str, **facts: Any) -> dict[str, str]:
    return report_row(source_id=source, external_id=f"{source}-1", **{**STRIKE, **facts})


def ids(url: str) -> dict[str, str]:
    """The incident of each source."""
    return {row["code"]: row["incident_id"] for row in rows(url, TOLD)}


def tell(url: str, folder: Path) -> str:
    """A strike told by a monitor and, in Arabic, by a radio a week later; and a kidnapping elsewhere."""
    put(
        *(url, folder),
        strike("monitor"),
        strike("radio", **ARABIC, published_at="2018-03-09"),
        report_row(source_id="team", external_id="t", place_id="xx-well", place="Well", lat="32.1"),
    )
    return url


@pytest.fixture
def twice(both: str, tmp_path: Path) -> str:
    """A store of each kind with a strike that was told twice."""
    return tell(both, tmp_path)


@pytest.fixture
def quick(nowhere: str, tmp_path: Path) -> str:
    """The same on SQLite, for what does not depend on the kind of database."""
    return tell(nowhere, tmp_path)


def pairs(found: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(found["left_id"], found["right_id"], strict=True))


def test_the_two_tellings_are_proposed_with_their_reasons(twice: str) -> None:
    found = ask(twice, duplicates)
    named = ids(twice)
    assert pairs(found) == [tuple(sorted((named["monitor"], named["radio"])))]
    (row,) = found.to_dict("records")
    assert row["score"] > 0.9
    reasons = {(one["comparison"], one["level"]) for one in row["reasons"]}
    assert {("date", "same_day"), ("place", "same_place"), ("deaths", "same_figure")} <= reasons
    assert {row["left_summary"], row["right_summary"]} == {STRIKE["title"], ARABIC["title"]}
    assert leads(twice) == dict.fromkeys(named.values())  # nothing was merged


def test_what_is_not_known_yet_is_not_proposed(quick: str) -> None:
    assert ask(quick, duplicates, as_of=date(2018, 3, 5)).empty
    assert len(ask(quick, duplicates, as_of=date(2018, 3, 10))) == 1
    assert ask(quick, duplicates, since=date(2018, 3, 2)).empty
    assert len(ask(quick, duplicates, since=date(2018, 3, 1), limit=1)) == 1


@pytest.mark.parametrize("judgement", list(Judgement))
def test_what_was_judged_is_not_asked_again(quick: str, judgement: Judgement) -> None:
    (pair,) = pairs(ask(quick, duplicates))
    if judgement is Judgement.POSITIVE:
        do(quick, merging.merge, pair, act())
    else:
        do(quick, merging.set_apart, *pair, act(), judgement)
    assert ask(quick, duplicates, as_of=NOW.date()).empty
    told = ask(quick, judgements, as_of=LATER.date()).to_dict("records")
    assert [(one["left_id"], one["right_id"], one["judgement"], one["by"]) for one in told] == [
        (*pair, judgement, "ana")
    ]
    assert ask(quick, judgements, as_of=NOW.date()).empty  # nobody had judged by then


def test_a_cluster_is_one_and_what_was_said_of_a_member_holds_for_it(twice: str, tmp_path: Path) -> None:
    (pair,) = pairs(ask(twice, duplicates))
    lead = do(twice, merging.merge, pair, act())
    put(twice, tmp_path, strike("paper"))
    third = ids(twice)["paper"]
    assert pairs(ask(twice, duplicates)) == [tuple(sorted((lead, third)))]
    member = next(one for one in pair if one != lead)
    do(twice, merging.unmerge, member, third, act(1))
    assert ask(twice, duplicates).empty


def test_what_was_taken_back_is_not_proposed(twice: str) -> None:
    with engine.writing(twice) as session:
        report = session.query(Report).filter_by(external_id="radio-1").one().id
        tombstones.bury(session, Entity.REPORT, report, reason="sent by mistake", by="ana", now=LATER)
    assert ask(twice, duplicates).empty


def test_the_figures_of_a_whole_day_do_not_make_two_events_alike(quick: str) -> None:
    before = ask(quick, duplicates).loc[0, "score"]
    change(quick, "UPDATE claim SET aggregate = true")
    (row,) = ask(quick, duplicates).to_dict("records")
    assert row["score"] < before
    assert "deaths" not in {one["comparison"] for one in row["reasons"]}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MODELLER])
def test_who_may_not_read_places_may_not_look(quick: str, role: Role) -> None:
    with pytest.raises(Denied, match="places and texts"):
        ask(quick, duplicates, viewer=Viewer("v", frozenset({role})))


def test_what_is_too_sensitive_for_the_reader_is_left_out(quick: str) -> None:
    change(quick, "UPDATE report SET sensitivity = 'severe' WHERE external_id = 'radio-1'")
    assert ask(quick, duplicates, viewer=Viewer("v", frozenset({Role.ANALYST}))).empty
    assert len(ask(quick, duplicates)) == 1
    assert policy.sight(Viewer("v", frozenset({Role.ANALYST}))).settlements


def test_a_report_that_is_not_in_the_record_yet_finds_what_it_tells_of(quick: str) -> None:
    new = Told(
        incident_id="draft",
        source_id="draft",
        start=date(2018, 3, 1),
        end=date(2018, 3, 1),
        text="Four people killed by shells in Hill",
        incident_type=IncidentType.BOMBARDMENT,
        geo_prec=1,
        **{"lat": 34.1, "lon": 36.0, "place_id": "xx-hill", "district_id": "xx11", "governorate_id": "xx1"},
        figures={Harm.KILLED: (None, 4, None)},
    )
    found = ask(quick, similar, told=new)
    named = ids(quick)
    assert set(found["incident_id"]) == {named["monitor"], named["radio"]}
    assert found["score"].is_monotonic_decreasing
    later = Told(incident_id="draft", source_id="draft", start=date(2018, 4, 1), end=date(2018, 4, 1))
    assert ask(quick, similar, told=later).empty


# The rule


def apply(url: str, above: float, found: pd.DataFrame | None = None) -> list[Any]:
    candidates = ask(url, duplicates) if found is None else found
    return do(url, rule.apply, "nowhere", candidates, above, LATER)


def test_the_rule_merges_what_scores_enough_and_says_so(twice: str) -> None:
    (pair,) = pairs(ask(twice, duplicates))
    assert apply(twice, 1.0) == []
    assert apply(twice, 0.9) == [pair]
    (said,) = ask(twice, judgements, as_of=LATER.date() + timedelta(days=1)).to_dict("records")
    assert (said["by"], said["judgement"]) == ("rule", "positive")
    assert said["score"] > 0.9
    assert said["reasons"]
    assert "0.9 or more" in said["reason"]
    do(twice, merging.part, pair[0], act(5))
    assert apply(twice, 0.9) == []  # a person has spoken


def candidates(*scored: tuple[str, str, float]) -> pd.DataFrame:
    found = pd.DataFrame(
        [(min(a, b), max(a, b), score) for a, b, score in scored], columns=["left_id", "right_id", "score"]
    )
    return found.sort_values("score", ascending=False).assign(reasons=[[] for _ in scored])


def test_two_likely_pairs_do_not_make_their_ends_one(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, strike("monitor"), strike("radio"), strike("team"))
    a, b, c = ids(nowhere).values()
    assert len(apply(nowhere, 0.9, candidates((a, b, 0.97), (b, c, 0.95)))) == 1
    assert sorted(leads(nowhere).values(), key=str).count(None) == 2


def test_three_that_are_all_alike_become_one(nowhere: str, tmp_path: Path) -> None:
    put(nowhere, tmp_path, strike("monitor"), strike("radio"), strike("team"))
    a, b, c = ids(nowhere).values()
    assert len(apply(nowhere, 0.9, candidates((a, b, 0.97), (b, c, 0.95), (a, c, 0.6)))) == 2
    assert sorted(leads(nowhere).values(), key=str).count(None) == 1
