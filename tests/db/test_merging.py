"""Merging counts once and keeps everything; parting restores each incident exactly."""

import inspect
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import clusters, engine, merging, ties
from db.decisions import decide
from db.errors import BadInput
from db.merging import Act
from db.policy import LOCAL
from db.queries import incident
from db.queries import incidents as listed
from db.schema import Incident
from db.vocab import Basis, Confidence, DecisionField, FigureRule, Judgement, Verification
from tests.conftest import NOW
from tests.db.stores import ask, rows
from tests.factories import report_row, take, write_csv

LATER = NOW + timedelta(days=1)
_numbers = count(1)
FACTS = (
    "SELECT v.* FROM incident_version v JOIN incident i ON i.id = v.incident_id "
    "WHERE v.recorded_until IS NULL AND v.incident_id IN ({}) ORDER BY v.incident_id, v.known_from"
)
TIES = (
    "SELECT l.incident_id, l.community_id, l.basis, l.method, l.confidence, l.share, l.counted FROM link l "
    "JOIN incident_version v ON v.id = l.version_id WHERE v.recorded_until IS NULL AND l.incident_id IN ({}) "
    "ORDER BY l.incident_id, l.community_id, v.known_from"
)


def act(minutes: int = 0, **facts: Any) -> Act:
    return Act(
        **{"by": "ana", "reason": "the same strike", "now": LATER + timedelta(minutes=minutes)} | facts
    )


def put(url: str, folder: Path, *reports: dict[str, str]) -> None:
    take(url, write_csv(folder / f"merging{next(_numbers)}.csv", list(reports)), "reports")


def three(url: str, folder: Path) -> list[str]:
    """Three incidents of one day and place, told by three sources; their ids in the order of the sources."""
    sources = ("monitor", "radio", "team")
    put(
        url, folder, *(report_row(source_id=s, external_id=f"{s}-1", killed=n) for n, s in enumerate(sources))
    )
    found = {row["code"]: row["incident_id"] for row in rows(url, TOLD)}
    return [found[source] for source in sources]


TOLD = (
    "SELECT s.code, a.incident_id FROM report_incident a JOIN report r ON r.id = a.report_id "
    "JOIN source s ON s.id = r.source_id"
)


def do(url: str, what: Any, *arguments: Any) -> Any:
    with engine.writing(url) as session:
        who = (LOCAL,) if "viewer" in inspect.signature(what).parameters else ()
        return what(session, *who, *arguments)


def facts(url: str, ids: list[str]) -> tuple[list[Any], list[Any]]:
    """What is believed of these incidents now, and their ties, without names and times of rows."""
    named = ", ".join(f"'{one}'" for one in ids)
    versions = rows(url, FACTS.format(named))
    kept = [{k: v for k, v in row.items() if k not in {"id", "recorded_at"}} for row in versions]
    return kept, rows(url, TIES.format(named))


def leads(url: str) -> dict[str, str | None]:
    with engine.reading(url) as session:
        return {row.id: row.merged_into for row in session.query(Incident)}


def test_a_merge_counts_once_and_keeps_all_reports(both: str, tmp_path: Path) -> None:
    a, b, c = three(both, tmp_path)
    lead = do(both, merging.merge, [a, b], act())
    found = ask(both, listed).set_index("incident_id")
    assert set(found.index) == {lead, c}
    assert (found.loc[lead, "reports"], found.loc[lead, "deaths"]) == (2, 1)
    assert (found.loc[lead, "independent_sources"], found.loc[lead, "verification"]) == (2, "corroborated")
    assert len(rows(both, "SELECT * FROM claim")) == 6  # who was killed and taken, of each


def test_either_id_shows_the_whole_cluster(nowhere: str, tmp_path: Path) -> None:
    a, b, _ = three(nowhere, tmp_path)
    lead = do(nowhere, merging.merge, [a, b], act())
    for one in (a, b):
        detail = ask(nowhere, incident, incident_id=one)
        assert detail.facts["incident_id"] == lead
        assert sorted(detail.reports["source"]) == ["The Monitor", "The Radio"]
        assert sorted(detail.claims["best"]) == [0, 1, 2, 2]
        assert len(detail.actors) == 2


def test_parting_restores_both_exactly(both: str, tmp_path: Path) -> None:
    ids = three(both, tmp_path)
    before = facts(both, ids)
    lead = do(both, merging.merge, ids[:2], act())
    assert facts(both, ids) != before
    do(both, merging.part, lead, act(1, reason="two strikes after all"))
    assert facts(both, ids) == before
    assert set(leads(both).values()) == {None}


def test_what_people_settled_about_each_is_restored_too(both: str, tmp_path: Path) -> None:
    ids = three(both, tmp_path)
    said = {"reason": "called the mayor", "by": "ana", "now": LATER}
    with engine.writing(both) as session:
        decide(session, LOCAL, ids[0], DecisionField.VERIFICATION, Verification.VERIFIED, **said)
        decide(session, LOCAL, ids[1], DecisionField.FIGURE_RULE, FigureRule.CONSERVATIVE, **said)
        facts_of_tie: Any = {"basis": Basis.TARGETED_BY_IDENTITY, "confidence": Confidence.HIGH}
        ties.link(session, LOCAL, ids[1], "xx-green-ford", **facts_of_tie, **said)
    before = facts(both, ids)
    lead = do(both, merging.merge, ids, act(10))
    versions, tied = facts(both, ids)
    assert {row["incident_id"] for row in versions} == {lead}
    assert versions[-1]["verification"] == "verified"
    assert "xx-green-ford" in {row["community_id"] for row in tied}
    for minute, one in enumerate(ids[:2], start=11):
        do(both, merging.part, one, act(minute))
    assert facts(both, ids) == before


def test_the_lead_is_the_one_recorded_first(nowhere: str, tmp_path: Path) -> None:
    a, b, c = sorted(three(nowhere, tmp_path))
    with engine.writing(nowhere) as session:
        for one, days in ((a, 0), (b, -3), (c, -3)):
            session.get_one(Incident, one).first_recorded_at = NOW + timedelta(days=days)
    assert do(nowhere, merging.merge, [a, b, c], act()) == b
    assert leads(nowhere) == {a: b, b: None, c: b}


def test_a_past_state_shows_them_apart(both: str, tmp_path: Path) -> None:
    ids = three(both, tmp_path)
    lead = do(both, merging.merge, ids, act(now=NOW + timedelta(days=3)))
    day = (NOW + timedelta(days=1)).date()
    assert set(ask(both, listed, as_of=day)["incident_id"]) == {lead}
    assert set(ask(both, listed, as_of=day, recorded_as_of=day)["incident_id"]) == set(ids)
    with engine.reading(both) as session:
        assert clusters.clusters(session, "nowhere") == [sorted(ids)]
        assert clusters.clusters(session, "nowhere", recorded=NOW + timedelta(days=1)) == []


def test_what_comes_in_later_joins_the_cluster(both: str, tmp_path: Path) -> None:
    a, b, _ = three(both, tmp_path)
    lead = do(both, merging.merge, [a, b], act())
    other = "radio" if lead == a else "monitor"
    put(both, tmp_path, report_row(source_id=other, external_id=f"{other}-1", killed=40))
    found = ask(both, listed, as_of=NOW.date()).set_index("incident_id")
    assert found.loc[lead, "deaths"] == 40
    assert {a, b} & set(found.index) == {lead}


def test_judgements_are_only_added_and_the_newest_holds(both: str, tmp_path: Path) -> None:
    a, b, _ = three(both, tmp_path)
    for judge in (merging.merge, merging.unmerge, merging.merge):
        arguments = ([a, b],) if judge is merging.merge else (a, b)
        do(both, judge, *arguments, act())  # all in one second
    said = [row["judgement"] for row in rows(both, "SELECT judgement FROM judgement ORDER BY at")]
    assert said == ["positive", "negative", "positive"]
    assert sorted(filter(None, leads(both).values())) == [min(a, b)]
    revisions = rows(both, "SELECT field, reason, by FROM revision WHERE entity = 'incident'")
    assert revisions == [{"field": "merged_into", "reason": "the same strike", "by": "ana"}] * 3


def test_one_held_by_others_is_parted_from_its_cluster(nowhere: str, tmp_path: Path) -> None:
    a, b, c = three(nowhere, tmp_path)
    do(nowhere, merging.merge, [a, b], act())
    do(nowhere, merging.merge, [b, c], act(1))
    with pytest.raises(BadInput, match="others hold"):
        do(nowhere, merging.unmerge, a, c, act(2))
    do(nowhere, merging.part, a, act(3))
    with engine.reading(nowhere) as session:
        assert clusters.clusters(session, "nowhere") == [sorted([b, c])]
        assert clusters.members(session, c) == sorted([b, c])
        assert clusters.members(session, a) == [a]


def test_a_merge_that_contradicts_a_judgement_is_refused(nowhere: str, tmp_path: Path) -> None:
    a, b, c = three(nowhere, tmp_path)
    do(nowhere, merging.unmerge, a, c, act())
    do(nowhere, merging.merge, [a, b], act(1))
    with pytest.raises(BadInput, match="judged to be two"):
        do(nowhere, merging.merge, [b, c], act(2))
    do(nowhere, merging.merge, [a, b, c], act(3))  # naming the very pair is a new judgement on it
    assert len(set(filter(None, leads(nowhere).values()))) == 1


@pytest.mark.parametrize(
    ("ids", "facts", "message"),
    [
        (["a"], {}, "at least two"),
        (["a", "a"], {}, "at least two"),
        (["a", "nothing"], {}, "there is no incident nothing"),
        (["a", "b"], {"reason": " "}, "reason"),
        (["a", "b"], {"by": ""}, "somebody"),
    ],
)
def test_what_cannot_be_merged_says_why(
    nowhere: str, tmp_path: Path, ids: list[str], facts: dict[str, str], message: str
) -> None:
    named = dict(zip("abc", three(nowhere, tmp_path), strict=True))
    with pytest.raises(BadInput, match=message):
        do(nowhere, merging.merge, [named.get(one, one) for one in ids], act(**facts))


def test_unsure_is_kept_and_changes_nothing(nowhere: str, tmp_path: Path) -> None:
    a, b, _ = three(nowhere, tmp_path)
    before = facts(nowhere, [a, b])
    do(nowhere, merging.set_apart, b, a, act(score=0.6), Judgement.UNSURE)
    assert facts(nowhere, [a, b]) == before
    assert [r["score"] for r in rows(nowhere, "SELECT score FROM judgement")] == [0.6]


# The law: any merges, any reports in between; when all are parted, nothing tells that they ever were.

FIGURE = st.none() | st.integers(0, 9)
REPORTS = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(["monitor", "paper", "radio", "team"]), FIGURE, st.integers(1, 9)
    ),
    min_size=4,
    max_size=8,
)
STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=6)


def told(run: int, reports: list[tuple[int, str, int | None, int]]) -> list[dict[str, str]]:
    """Reports of up to four incidents, each source's report of an incident a chain of versions."""
    return [
        report_row(
            source_id=source,
            external_id=f"{run}-{source}-{incident}",
            incident_ref=f"{run}-{incident}",
            published_at=f"2018-03-{day:02d}",
            date_start="2018-03-01",
            killed=killed,
            geo_prec=1 + day % 4,
        )
        for incident, source, killed, day in reports
    ]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=REPORTS, steps=STEPS, after=REPORTS)
def test_parting_all_leaves_no_trace_in_what_is_believed(
    both: str, tmp_path: Path, before: Any, steps: Any, after: Any
) -> None:
    run, plain = next(_numbers), next(_numbers)
    put(both, tmp_path, *told(run, before))
    put(both, tmp_path, *told(plain, before))
    ids = _incidents(both, run)
    for minute, (i, j, joined) in enumerate(steps):
        _step(both, ids[i % len(ids)], ids[j % len(ids)], joined, minute)
        assert _counted_once(both, ids)
    put(both, tmp_path, *told(run, after))
    put(both, tmp_path, *told(plain, after))
    for minute, one in enumerate(ids):
        try_it(both, merging.part, one, act(100 + minute))
    assert _without_names(facts(both, _incidents(both, run))) == _without_names(
        facts(both, _incidents(both, plain))
    )


def _incidents(url: str, run: int) -> list[str]:
    found = rows(url, TOLD + " WHERE r.external_id LIKE :run ORDER BY r.external_id", run=f"{run}-%")
    return list(dict.fromkeys(row["incident_id"] for row in found))


def try_it(url: str, what: Any, *arguments: Any) -> None:
    """Do something that may be refused: what is refused changes nothing."""
    try:
        do(url, what, *arguments)
    except BadInput:
        return


def _step(url: str, one: str, other: str, joined: bool, minute: int) -> None:
    if joined:
        try_it(url, merging.merge, [one, other], act(minute))
    else:
        try_it(url, merging.unmerge, one, other, act(minute))


def _counted_once(url: str, ids: list[str]) -> bool:
    """Whether at the end of the world's clock each cluster is one incident, with each of its reports once."""
    now = {row["incident_id"]: row["reports"] for row in facts(url, ids)[0] if row["known_until"] is None}
    into = {one: lead or one for one, lead in leads(url).items() if one in ids}
    chains = rows(url, "SELECT DISTINCT a.incident_id, r.source_id, r.external_id FROM report_incident a "
                  "JOIN report r ON r.id = a.report_id")  # fmt: skip
    told_of = [into[row["incident_id"]] for row in chains if row["incident_id"] in into]
    return now == {lead: told_of.count(lead) for lead in set(into.values())}


def _without_names(found: tuple[list[Any], list[Any]]) -> tuple[list[Any], list[Any]]:
    """Versions and ties as sorted texts without the ids, which differ between two runs."""
    dropped = {"incident_id", "report_id"}
    versions, ties = ([{k: v for k, v in row.items() if k not in dropped} for row in part] for part in found)
    return sorted(map(str, versions)), sorted(map(str, ties))
