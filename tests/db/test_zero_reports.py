"""An explicit "nothing to report" stands for a community and a day; who falls silent is listed."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from db import engine, queries, zero_reports
from db.errors import BadInput
from db.policy import LOCAL, Viewer
from db.vocab import Role
from db.zero_reports import Nothing
from tests.conftest import NOW
from tests.db.stores import ask, change, count, rows
from tests.factories import report_row, take, write_csv

HILL, FORD = "xx-blue-hill", "xx-green-ford"
LATER = NOW + timedelta(days=2)


def nothing(community: str = HILL, *days: date, source: str = "team") -> Nothing:
    return Nothing("nowhere", community, source, days or (date(2026, 11, 20),), "ana")


def add(url: str, said: Nothing, now: datetime = NOW) -> int:
    with engine.writing(url) as session:
        return zero_reports.add(session, LOCAL, said, now)


def expect(url: str, code: str, cadence_days: int) -> None:
    change(url, "UPDATE source SET cadence_days = :n WHERE code = :code", n=cadence_days, code=code)


def test_said_twice_is_said_once(both: str) -> None:
    said = nothing(HILL, date(2026, 11, 20), date(2026, 11, 21))
    assert (add(both, said), add(both, said, LATER)) == (2, 0)
    found = ask(both, queries.zero_reports, as_of=date(2026, 11, 22))
    assert list(found["day"]) == [date(2026, 11, 21), date(2026, 11, 20)]
    assert set(found["source"]) == {"Field team"}


def test_it_counts_from_when_it_was_said(both: str) -> None:
    add(both, nothing())
    before = ask(both, queries.voices, as_of=date(2026, 11, 21))
    after = ask(both, queries.voices, as_of=date(2026, 11, 22))
    assert (len(before), len(after)) == (0, 1)
    assert after.iloc[0]["nothing"]
    assert str(after.iloc[0]["known_day"].date()) == "2026-11-22"


def test_today_is_over_before_it_counts(both: str) -> None:
    add(both, nothing(HILL, date(2026, 11, 22)))
    assert ask(both, queries.voices, as_of=date(2026, 11, 22)).empty
    assert len(ask(both, queries.voices, as_of=date(2026, 11, 23))) == 1


def test_what_is_withdrawn_stays_in_the_past(both: str) -> None:
    add(both, nothing())
    name = rows(both, "SELECT id FROM zero_report")[0]["id"]
    with engine.writing(both) as session:
        zero_reports.withdraw(session, LOCAL, name, by="ana", reason="wrong village", now=LATER)
    assert ask(both, queries.voices, as_of=date(2026, 11, 30)).empty
    told = ask(both, queries.voices, as_of=date(2026, 11, 23), recorded_as_of=date(2026, 11, 23))
    assert len(told) == 1
    assert count(both, "revision") == 1
    assert (add(both, nothing(), LATER), add(both, nothing(), LATER)) == (1, 0)
    assert count(both, "zero_report") == 2  # the withdrawn word stays as it was
    told = ask(both, queries.voices, as_of=date(2026, 11, 23), recorded_as_of=date(2026, 11, 23))
    assert len(told) == 1


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        (nothing("nowhere-land"), "communities.csv"),
        (nothing(source="nobody"), "sources.csv"),
        (nothing(HILL, date(2026, 12, 24)), "a day that has come"),
    ],
)
def test_what_cannot_be_is_refused_with_its_cure(nowhere: str, said: Nothing, cure: str) -> None:
    with pytest.raises(BadInput, match=cure):
        add(nowhere, said)


def test_who_has_fallen_silent_is_listed(both: str, tmp_path: Path) -> None:
    expect(both, "monitor", 7)
    row = report_row(external_id="m1", date_start="2018-03-01", date_end="2018-03-01")
    take(both, write_csv(tmp_path / "a.csv", [row]), "reports")
    calm, late = (ask(both, queries.heard, as_of=date(2018, 3, day)) for day in (8, 20))
    hill = late[late["community_id"] == HILL].iloc[0]
    assert not calm["overdue"].any()
    assert tuple(hill[["silent_days", "overdue", "expected", "received"]]) == (17, True, 4, 1)
    assert FORD not in set(late["community_id"])


def test_a_protected_source_is_not_named_to_a_reader(both: str) -> None:
    add(both, nothing())
    reader = Viewer("r", frozenset({Role.VIEWER}))
    for query in (queries.voices, queries.zero_reports):
        found = ask(both, query, as_of=date(2026, 11, 30), viewer=reader)
        assert "Field team" not in found.to_string()


def test_a_note_about_a_district_is_heard_in_its_communities(both: str, tmp_path: Path) -> None:
    expect(both, "monitor", 7)
    note = report_row(
        **{"incident_type": "nothing_to_report", "place_id": "xx11", "geo_prec": 3, "lat": "", "lon": ""},
        **{"abducted": "", "alleged_perpetrator": ""},
    )
    take(both, write_csv(tmp_path / "a.csv", [note]), "reports")
    found = ask(both, queries.voices, as_of=date(2018, 3, 20))
    assert HILL in set(found["community_id"])
    assert found["nothing"].all()
