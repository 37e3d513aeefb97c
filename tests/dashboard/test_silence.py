"""Silence is told on Today, on the community's page and in the queue; where nobody is expected nothing is said."""

from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from dashboard.silence import overdue
from db import engine, queries
from db.policy import LOCAL
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown
from tests.db.stores import change
from tests.factories import report_row, take, write_csv

DAY = stores.LAST
voices = import_module("db.queries.voices")  # the module, not the read of the same name


def heard(url: str, day: date = DAY) -> object:
    with engine.reading(url) as session:
        return queries.heard(session, LOCAL, region_id="nowhere", as_of=day)


def test_where_nobody_is_expected_nothing_is_said(filled: str, open_page: Open) -> None:
    assert overdue(heard(filled)) is None  # type: ignore[arg-type]
    assert "overdue" not in shown(open_page(filled, "today", as_of=DAY.isoformat()))


def test_a_silent_source_is_told_everywhere(own: str, open_page: Open, tmp_path: Path) -> None:
    change(own, "UPDATE source SET cadence_days = 7 WHERE code = 'paper'")
    last = report_row(
        external_id="june",
        source_id="paper",
        date_start="2018-06-01",
        date_end="2018-06-01",
        published_at="2018-06-02",
    )
    take(own, write_csv(tmp_path / "june.csv", [last]), "reports")
    found = heard(own)
    late = found[found["overdue"]]  # type: ignore[index]
    assert list(late["silent_days"])[0] > 40
    name, community = late.iloc[0]["name"], late.iloc[0]["community_id"]
    today = shown(open_page(own, "today", as_of=DAY.isoformat()))
    assert "silence is not calm" in today and name in today
    page = shown(open_page(own, "community", as_of=DAY.isoformat(), community=community, part="about"))
    assert "Who speaks of it" in page and "The Paper" in page
    assert name in shown(open_page(own, "review", as_of=DAY.isoformat(), part="silent"))


def test_however_far_back_is_searched_first_the_same_was_heard(
    own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(own, "UPDATE source SET cadence_days = 7 WHERE code IN ('paper', 'radio')")
    found = []
    for days, few in ((10_000, 0), (92, 1_000), (92, 0), (0, 1_000), (0, 0)):  # all of it; of some; of all
        monkeypatch.setattr(voices, "SPOKEN_DAYS", max(days, voices.LOOKED_BACK_DAYS))
        monkeypatch.setattr(voices, "FEW", few)
        found.append(heard(own).to_dict("records"))  # type: ignore[attr-defined]
    assert found[0] and all(one == found[0] for one in found)


def test_a_source_that_is_expected_is_told_on_the_data_page(own: str, open_page: Open) -> None:
    change(own, "UPDATE source SET cadence_days = 7 WHERE code = 'paper'")
    assert "7 days" in shown(open_page(own, "data", as_of=DAY.isoformat()))
