"""What this store held on any past day can be read again; one event told four ways; true erasure."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from db import (
    decisions,
    engine,
    erasure,
    grading,
    incidents,
    merging,
    queries,
    revisions,
    ties,
    tombstones,
    wording,
)
from db.errors import BadInput
from db.ids import content_id
from db.merging import Act
from db.policy import LOCAL, Denied, Viewer
from db.store import source_id
from db.vocab import Basis, Confidence, DecisionField, Entity, Reliability, Role
from db.wording import ClauseKind
from tests.conftest import NOW
from tests.db import four_ways
from tests.db.stores import ask, change, everything, rows
from tests.db.work_rows import add_work
from tests.factories import report_row, take, write_csv

DAY = timedelta(days=1)
LATE = date(2027, 12, 31)
FORD = "xx-green-ford"
Store = tuple[str, Path]


def known(url: str, **days: Any) -> list[str]:
    return list(ask(url, queries.incidents, **{"as_of": LATE, **days})["incident_id"])


def plain(value: Any) -> Any:
    return [str(row) for row in value.to_dict("records")] if hasattr(value, "to_dict") else str(value)


# Steps that change what is believed; each takes a store, a number that chooses, and the moment


def _incident(number: int) -> str:
    return content_id("incident", "nowhere", f"ref:i{number % 3}")


def imports(store: Store, n: int, at: datetime) -> None:
    url, folder = store
    told = report_row(
        **{"source_id": ["monitor", "radio", "team"][n % 3], "external_id": f"e{n % 4}", "killed": n % 5},
        **{"incident_ref": f"i{n % 3}", "published_at": f"2018-03-0{1 + n % 7}"},
        **{"stance": "contradicts" if n % 11 == 0 else "", "said_by": "residents" if n % 2 else ""},
    )
    path = folder / f"{at:%m%d}-{n}.csv"
    take(url, write_csv(path, [told]), "reports", now=at)


def decides(store: Store, n: int, at: datetime) -> None:
    field, value = [
        (DecisionField.VERIFICATION, "verified"),
        (DecisionField.VERIFICATION, None),
        (DecisionField.FIGURE_RULE, "conservative"),
        (DecisionField.PLACE, "xx-well"),
        (DecisionField.INCIDENT_TYPE, "threat"),
    ][n % 5]
    with engine.writing(store[0]) as session:
        act: dict[str, Any] = {"reason": "seen", "by": "ana", "now": at}
        decisions.decide(session, LOCAL, _incident(n), field, value, **act)


def judges(store: Store, n: int, at: datetime) -> None:
    told = rows(store[0], "SELECT report_id, incident_id FROM report_incident ORDER BY report_id")
    one = told[n % len(told)]
    field, value = [(DecisionField.CREDIBILITY, 2), (DecisionField.DETACHED, True)][n % 2]
    act: dict[str, Any] = {"reason": "read", "by": "ben", "now": at, "report_id": one["report_id"]}
    with engine.writing(store[0]) as session:
        decisions.decide(session, LOCAL, one["incident_id"], field, value, **act)


def links(store: Store, n: int, at: datetime) -> None:
    act: dict[str, Any] = {"reason": "named", "by": "ana", "now": at}
    with engine.writing(store[0]) as session:
        if n % 3:
            basis = Basis.TARGETED_BY_IDENTITY if n % 2 else Basis.AFFECTED_INDIRECTLY
            ties.link(session, LOCAL, _incident(n), FORD, basis=basis, confidence=Confidence.LOW, **act)
        else:
            ties.unlink(session, LOCAL, _incident(n), FORD, **act)


def merges(store: Store, n: int, at: datetime) -> None:
    act = Act("ana", "one event", at)
    with engine.writing(store[0]) as session:
        if n % 3 == 2:
            merging.part(session, LOCAL, _incident(n), act)
        else:
            merging.merge(session, LOCAL, [_incident(n), _incident(n + 1)], act)


def buries(store: Store, n: int, at: datetime) -> None:
    table, entity = [("import_batch", Entity.BATCH), ("report", Entity.REPORT)][n % 2]
    found = rows(store[0], f"SELECT id FROM {table} ORDER BY id")  # noqa: S608
    one = found[n % len(found)]["id"]
    act: dict[str, Any] = {"reason": "a slip", "by": "ana", "now": at}
    with engine.writing(store[0]) as session:
        tombstones.bury(session, entity, one, **act) or tombstones.lift(session, entity, one, **act)
        incidents.derive(session, [_incident(k) for k in range(3)], at)


def grades(store: Store, n: int, at: datetime) -> None:
    act: dict[str, Any] = {"reason": "wrong", "by": "ana", "now": at}
    with engine.writing(store[0]) as session:
        grading.grade(session, LOCAL, "nowhere", ["monitor", "team"][n % 2], list(Reliability)[n % 6], **act)


STEPS: list[Callable[[Store, int, datetime], None]] = [
    *(imports, decides, judges, links, merges, buries, grades)
]


# One event told four ways


def test_four_tellings_are_one_contested_incident_and_come_apart_again(both: str, tmp_path: Path) -> None:
    batches, ids = four_ways.tell(both, tmp_path, NOW)
    assert sorted(known(both)) == sorted(ids)
    before = {one: facts(both, one) for one in ids}
    act = Act("ana", "the same farm on the same day", NOW + DAY)
    with engine.writing(both) as session:
        lead = merging.merge(session, LOCAL, ids, act)
    assert known(both) == [lead]
    one = ask(both, queries.incident, incident_id=ids[-1], as_of=LATE)
    assert [one.facts[n] for n in ("deaths_low", "deaths", "deaths_high")] == [2, 4, 5]
    assert [one.facts[n] for n in ("reports", "independent_sources", "deaths_unknown")] == [4, 2, 1]
    assert (one.facts["verification"], one.facts["flags"]) == ("contested", ["responsibility_disputed"])
    assert set(one.reports["title"]) == {telling["title"] for telling in four_ways.TELLINGS}
    assert set(one.claims["wording"].dropna()) == {"four citizens", "between two and five"}
    assert set(one.reports["place_text"]) == {"Hill", "Ford"}
    told = wording.clauses(one.facts["verification"], one.facts["attributions"])
    assert [(c.kind, c.actors, c.by) for c in told] == [
        (ClauseKind.CONTESTED, (), ()),
        (ClauseKind.ALLEGED, ("Side One",), ("The Radio",)),
        (ClauseKind.ALLEGED, ("Side Two",), ("residents",)),
        (ClauseKind.CLAIMED, ("Armed Band",), ("The Paper",)),
        (ClauseKind.DENIED, ("Side One",), ("Field team",)),
        (ClauseKind.DISPUTED, (), ()),
    ]
    with engine.writing(both) as session:
        for n, other in enumerate(one for one in ids if one != lead):
            merging.part(session, LOCAL, other, Act("ana", "other farms", NOW + (2 + n) * DAY))
    assert {one: facts(both, one) for one in ids} == before
    with engine.writing(both) as session:
        for batch in batches:
            tombstones.bury(session, Entity.BATCH, batch, reason="undone", by="ana", now=NOW + 9 * DAY)
        incidents.derive(session, ids, NOW + 9 * DAY)
    assert known(both) == []
    assert len(known(both, recorded_as_of=NOW.date())) == 4


def facts(url: str, incident: str) -> dict[str, Any]:
    found = ask(url, queries.incident, incident_id=incident, as_of=LATE)
    told = {k: str(v) for k, v in found.facts.items() if k not in ("version_id", "recorded_at")}
    return told | {"links": plain(found.links.drop(columns="decided_at")), "claims": plain(found.claims)}


def test_a_disputed_attribution_alone_does_not_contest_the_event(nowhere: str, tmp_path: Path) -> None:
    told = [
        report_row(source_id="monitor", external_id="a", incident_ref="i0", alleged_perpetrator="Side One"),
        report_row(source_id="radio", external_id="b", incident_ref="i0", alleged_perpetrator="Side Two"),
    ]
    take(nowhere, write_csv(tmp_path / "two.csv", told), "reports")
    found = ask(nowhere, queries.incidents, as_of=LATE).iloc[0]
    assert (found["verification"], found["flags"]) == ("corroborated", ["responsibility_disputed"])


# History


def test_the_history_of_an_incident_tells_who_what_when_why(nowhere: str, tmp_path: Path) -> None:
    imports((nowhere, tmp_path), 0, NOW)
    decides((nowhere, tmp_path), 0, NOW + DAY)
    found = ask(nowhere, queries.history, as_of=LATE, entity=Entity.INCIDENT, entity_id=_incident(0))
    (row,) = found.to_dict("records")
    assert (row["field"], row["old"], row["new"], row["reason"], row["by"]) == (
        *("verification", None, "verified", "seen", "ana"),
    )


# Erasure


WORDS = "Yusra Haddouni"  # invented


@pytest.fixture
def told(both: str, tmp_path: Path) -> str:
    """A store with one report that tells too much, in every field, and a second one that does not."""
    much = report_row(
        **{"source_id": "monitor", "external_id": "m1", "incident_ref": "i0", "title": f"{WORDS} taken"},
        **{"text": f"{WORDS} was seen", "url": f"https://x.invalid/{WORDS}", "killed_wording": WORDS},
        **{"said_by": WORDS, "cited": f"{WORDS}; The Radio", "killed": 2},
    )
    take(both, write_csv(tmp_path / "much.csv", [much]), "reports")
    with engine.writing(both) as session:
        session.execute(text("UPDATE report_incident SET excerpt = :s"), {"s": WORDS})
    other = report_row(source_id="radio", external_id="r1", incident_ref="i0", killed=3, title="Two taken")
    take(both, write_csv(tmp_path / "other.csv", [other]), "reports", now=NOW + DAY)
    return both


def erase(url: str, entity: Entity, entity_id: str) -> list[str]:
    act: dict[str, Any] = {"reason": "she asked for it", "by": "ana", "now": NOW + 2 * DAY}
    with engine.writing(url) as session:
        return erasure.erase(session, LOCAL, entity, entity_id, **act)


def holds(url: str, secret: str) -> list[str]:
    """The tables in which a text stands anywhere."""
    return [
        table for table, kept in everything(url, without=set()).items() if any(secret in row for row in kept)
    ]


def test_an_erased_report_keeps_its_counts_and_no_word(told: str) -> None:
    (report,) = rows(told, "SELECT id FROM report WHERE source_id = :s", s=source_id("nowhere", "monitor"))
    before = facts(told, _incident(0))
    assert len(holds(told, WORDS)) >= 5
    erase(told, Entity.REPORT, report["id"])
    assert holds(told, WORDS) == []
    after = facts(told, _incident(0))
    kept = ("deaths_low", "deaths", "deaths_high", "reports", "independent_sources", "verification", "grade")
    assert [after[n] for n in kept] == [before[n] for n in kept]
    found = ask(told, queries.incident, incident_id=_incident(0), as_of=LATE, recorded_as_of=NOW.date())
    assert (found.facts["deaths"], found.facts["summary"]) == (2, None)
    noted = rows(told, "SELECT field, reason FROM revision")
    assert noted == [{"field": "erased", "reason": "she asked for it"}]
    with engine.reading(told) as session:
        assert revisions.check(session) is None


def test_drafts_and_attachments_can_be_erased(told: str) -> None:
    (batch,) = rows(told, "SELECT id FROM import_batch ORDER BY id LIMIT 1")
    change(
        told,
        "INSERT INTO incident (id, region_id, first_recorded_at) VALUES ('zz', 'nowhere', :at)",
        at="2026-11-22 07:30:00",
    )
    with engine.writing(told) as session:
        add_work(session, batch["id"])
        session.execute(text("DELETE FROM revision"))
        session.execute(text("UPDATE draft SET text = :s, document_id = 'doc1'"), {"s": WORDS})
        session.execute(text("UPDATE attachment SET name = :s, note = :s"), {"s": WORDS})
    erase(told, Entity.DRAFT, "w1")
    erase(told, Entity.ATTACHMENT, "a1")
    assert rows(told, "SELECT state, text FROM draft") == [{"state": "rejected", "text": None}]
    assert rows(told, "SELECT name, note FROM attachment") == [{"name": "[erased]", "note": None}]
    assert rows(told, "SELECT body, sha256 FROM document") == [{"body": None, "sha256": "0" * 64}]
    assert [r["act"] for r in rows(told, "SELECT act FROM custody ORDER BY seq")] == ["collected", "erased"]


def test_only_some_may_erase(nowhere: str) -> None:
    act: dict[str, Any] = {"reason": "r", "by": "b", "now": NOW}
    with engine.writing(nowhere) as session:
        with pytest.raises(Denied):
            analyst = Viewer("ana", frozenset({Role.ANALYST}))
            erasure.erase(session, analyst, Entity.REPORT, "x", **act)
        for entity in (Entity.REPORT, Entity.DRAFT, Entity.ATTACHMENT, Entity.PLACE):
            with pytest.raises(BadInput):
                erasure.erase(session, LOCAL, entity, "x", **act)
