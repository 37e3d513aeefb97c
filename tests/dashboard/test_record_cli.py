"""The record's commands: an incident in full, decisions, ties, grades, history, erasure, the codebook."""

import json
from pathlib import Path
from typing import Any

import pytest

from db.ids import content_id
from tests import factories
from tests.dashboard.test_cli import Said, Tocsin, one_line
from tests.dashboard.test_cli import tocsin as tocsin
from tests.db.stores import change, rows
from tests.factories import report_row, take, write_csv

INCIDENT = content_id("incident", "nowhere", "ref:i1")
WHY = ("--reason", "two residents say so", "--by", "ana")


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store with one incident that two reports tell of."""
    url = factories.copied(tmp_path / "x.db", factories.nowhere)
    told = [
        report_row(source_id="monitor", external_id="a", incident_ref="i1", killed=2),
        report_row(source_id="radio", external_id="b", incident_ref="i1", killed=5, denied_by="Armed Band"),
    ]
    take(url, write_csv(tmp_path / "reports.csv", told), "reports")
    return url


def shown(tocsin: Tocsin, store: str, *more: str) -> dict[str, Any]:
    said: Said = tocsin("--db", store, "incident", "show", INCIDENT, "--json", *more)
    assert said.code == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_an_incident_is_shown_in_full(tocsin: Tocsin, store: str) -> None:
    found = shown(tocsin, store)
    assert (found["deaths_low"], found["deaths"], found["verification"]) == (2, 5, "corroborated")
    assert {report["source"]: report["grade"] for report in found["reports"]} == {
        **{"The Monitor": "B6", "The Radio": "C6"}
    }
    told = tocsin("--db", store, "incident", "show", INCIDENT).out
    for part in (
        "Reportedly by Armed Band",
        "Armed Band denied it, according to The Radio",
        "Responsibility is disputed.",
    ):
        assert part in told
    one_line(tocsin("--db", store, "incident", "show", "nothing"), 2, "no incident")


def test_decisions_are_taken_and_taken_back(tocsin: Tocsin, store: str) -> None:
    given = ("--verification", "verified", "--figure", "killed=2,3,?", "--place", "xx-ford", *WHY)
    assert tocsin("--db", store, "incident", "decide", INCIDENT, *given).code == 0
    found = shown(tocsin, store)
    assert (found["verification"], found["deaths"], found["place_id"]) == ("verified", 3, "xx-ford")
    (report,) = (one["report_id"] for one in found["reports"] if one["source"] == "The Radio")
    given = ("--report", report, "--credibility", "2", "--take-back", "figure", *WHY)
    assert tocsin("--db", store, "incident", "decide", INCIDENT, *given).code == 0
    found = shown(tocsin, store)
    assert (found["grade"], found["deaths"]) == ("C2", 5)
    history = json.loads(tocsin("--db", store, "history", "incident", INCIDENT, "--json").out)
    assert len(history["revisions"]) == 5
    assert {row["by"] for row in history["revisions"]} == {"ana"}
    assert "5 revisions, whole" in tocsin("--db", store, "doctor").out
    before = tocsin("--db", store, "incident", "show", INCIDENT, "--as-recorded", "2020-01-01")
    one_line(before, 2, "no region 'nowhere' is loaded by 2020-01-01")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("decide", INCIDENT, *WHY), "what to settle"),
        (("decide", INCIDENT, "--figure", "killed=many", *WHY), "is no figure"),
        (("decide", INCIDENT, "--credibility", "2", *WHY), "one report"),
        (("decide", INCIDENT, "--verification", "verified", "--reason", " "), "reason"),
        (("decide", INCIDENT, "--place", "xx-ford,near", *WHY), "precision"),
        (("link", INCIDENT, "atlantis", "--basis", "located_in_area", *WHY), "no community"),
        (("unlink", INCIDENT, "xx-green-ford", *WHY), "nobody tied"),
    ],
)
def test_what_does_not_fit_is_one_line(tocsin: Tocsin, store: str, given: tuple[str, ...], told: str) -> None:
    one_line(tocsin("--db", store, "incident", *given), 2, told)


def test_ties_are_made_and_withdrawn(tocsin: Tocsin, store: str) -> None:
    named = (INCIDENT, "xx-green-ford")
    basis = ("--basis", "targeted_by_identity", "--confidence", "high")
    assert tocsin("--db", store, "incident", "link", *named, *basis, *WHY).code == 0
    found = {row["community_id"]: row for row in shown(tocsin, store)["links"]}
    assert found["xx-green-ford"]["basis"] == "targeted_by_identity"
    assert tocsin("--db", store, "incident", "unlink", *named, *WHY).code == 0
    assert "xx-green-ford" not in {row["community_id"] for row in shown(tocsin, store)["links"]}


def test_a_source_is_graded(tocsin: Tocsin, store: str) -> None:
    assert "from now on" in tocsin("--db", store, "source", "grade", "monitor", "D", *WHY).err
    assert shown(tocsin, store)["grade"] == "C6"
    one_line(tocsin("--db", store, "source", "grade", "nobody", "D", *WHY), 2, "sources.csv lists the codes")


def test_a_report_is_erased(tocsin: Tocsin, store: str) -> None:
    report = shown(tocsin, store)["reports"][0]["report_id"]
    said = tocsin("--db", store, "erase", "report", report, "--yes", *WHY)
    assert (said.code, "emptied title" in said.err) == (0, True)
    assert [r["title"] for r in rows(store, "SELECT title FROM report WHERE title IS NULL")] == [None]
    assert shown(tocsin, store)["deaths"] == 5
    one_line(tocsin("--db", store, "erase", "report", "x", "--yes", *WHY), 2, "there is no report 'x'")


def test_the_codebook_is_listed(tocsin: Tocsin) -> None:
    found = json.loads(tocsin("types", "--json").out)
    truce = next(row for row in found if row["type"] == "truce")
    assert (truce["un"], truce["acled"]) == (["6"], ["agreement"])
    assert "kidnapping" in tocsin("types").out


def test_a_source_is_opened_and_closed_and_the_doctor_says_what_waits(tocsin: Tocsin, store: str) -> None:
    change(store, "UPDATE source SET reports_as = 'public' WHERE code = 'monitor'")
    waits = "source open monitor --as public --reason TEXT"
    assert waits in tocsin("--db", store, "doctor").out
    opened = tocsin("--db", store, "source", "open", "monitor", "--as", "public", *WHY)
    assert "monitor reports as public; " in opened.err and "derived anew" in opened.err
    assert waits not in tocsin("--db", store, "doctor").out
    assert tocsin("--db", store, "source", "open", "monitor", "--as", "public", *WHY).err == (
        "monitor reports as public\n"
    )
    one_line(tocsin("--db", store, "source", "open", "team", "--as", "public", *WHY), 2, "protected source")
