"""Dossiers are put together by hand, on the page where incidents are read."""

import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from db import clock, dossiers, engine, policy, queries
from db.errors import BadInput
from tests import factories
from tests.conftest import NOW
from tests.dashboard.conftest import Open, shown
from tests.db import four_ways

TODAY = NOW.date().isoformat()
EARLIER = (NOW - timedelta(days=1)).date().isoformat()
SAID = {"reason": "For the hearing", "by": "ana", "now": NOW}


@pytest.fixture
def told(tmp_path: Path) -> tuple[str, list[str]]:
    """A store with four incidents, the first of which stands in a dossier."""
    seconds = itertools.count()
    clock.use(lambda: NOW + timedelta(seconds=next(seconds)))
    url = factories.copied(tmp_path / "x.db", factories.nowhere)
    _, ids = four_ways.tell(url, tmp_path, NOW)
    with engine.writing(url) as session:
        dossiers.save(session, policy.LOCAL, "nowhere", "Roads", ids[:1], **SAID)
    return url, ids


def picked(url: str) -> list[str]:
    with engine.reading(url) as session:
        rows = queries.dossiers(session, policy.LOCAL, region_id="nowhere", as_of=NOW.date())
    return [one for inside in rows["incident_ids"] for one in inside]


def test_an_incident_is_put_into_a_dossier_and_taken_out_where_it_is_read(
    told: tuple[str, list[str]], open_page: Open
) -> None:
    url, ids = told
    page = open_page(url, "incidents", as_of=EARLIER, incident=ids[1])
    page.selectbox(f"dossier_{ids[1]}").set_value("Roads").run()
    assert page.button(f"out_{ids[1]}").disabled
    page.text_input(f"why_dossier_{ids[1]}").set_value("It belongs to it")
    page.text_input("who_dossier").set_value("ana")
    page.button(f"put_{ids[1]}").click().run()
    assert picked(url) == ids[:2]
    assert "It stands in: " in "".join(one.value for one in page.caption)
    page.button(f"out_{ids[1]}").click().run()
    assert picked(url) == ids[:1]


def test_without_a_reason_nothing_is_put_in_and_the_page_says_so(
    told: tuple[str, list[str]], open_page: Open
) -> None:
    url, ids = told
    page = open_page(url, "incidents", as_of=TODAY)
    page.selectbox("dossier_list").set_value("Roads").run()
    page.text_input("who_dossier").set_value("ana")
    page.button("put_list").click().run()
    assert picked(url) == ids[:1]
    assert "say in a few words why" in shown(page)


def test_a_list_goes_in_behind_what_stands_there(told: tuple[str, list[str]]) -> None:
    url, ids = told
    with engine.writing(url) as session:
        dossiers.add(session, policy.LOCAL, "nowhere", "Roads", [ids[2], ids[0]], **SAID)
    assert picked(url) == [ids[0], ids[2]]


def test_the_last_one_taken_out_ends_the_dossier_and_a_stranger_is_refused(
    told: tuple[str, list[str]],
) -> None:
    url, ids = told
    with engine.writing(url) as session:
        with pytest.raises(BadInput, match="does not stand"):
            dossiers.take_out(session, policy.LOCAL, "nowhere", "Roads", ids[3], **SAID)
        assert dossiers.take_out(session, policy.LOCAL, "nowhere", "Roads", ids[0], **SAID) is None
    assert picked(url) == []
