"""The tour: every step is on a page there is, in order, with ways back, on and out."""

import re

import pytest

from dashboard import tour
from dashboard.app import PAGES
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown

KEEP = {"as_of": "2018-06-01", "lang": "en", "tour": "2"}


def hrefs(html: str) -> list[str]:
    """Where the links of a piece of HTML lead."""
    return re.findall(r'href="([^"]*)"', html)


def test_every_step_is_on_a_page_there_is() -> None:
    assert {one.page for one in tour.STEPS} <= {one.name for one in PAGES}


@pytest.mark.parametrize(
    "asked", [None, "", "0", "x", "-1", "1.5", "٢", "9" * 5000, str(len(tour.STEPS) + 1)]
)
def test_an_address_that_names_no_step_starts_no_tour(asked: str | None) -> None:
    assert (tour.at(asked), tour.kept(asked)) == (None, {})


def test_one_walks_from_the_first_step_to_the_last_and_can_leave_anywhere() -> None:
    at, pages = 1, []
    while at:
        page = tour.STEPS[at - 1].page
        ways = hrefs(tour.panel(at, page, KEEP))
        pages.append(page)
        assert ways[-1] == f"./{page}?as_of=2018-06-01&amp;lang=en"
        onward = [one for one in ways if one.endswith(f"tour={at + 1}")]
        at = at + 1 if onward else 0
    assert pages == [one.page for one in tour.STEPS]


def test_the_exercise_invites_and_a_step_stands_above_its_page(drill: str, open_page: Open) -> None:
    day = stores.LAST.isoformat()
    assert "Take the tour" in shown(open_page(drill, "today", as_of=day))
    at = open_page(drill, "today", as_of=day, tour="2")
    assert "Tour, 2 of" in shown(at)
    assert any("tour=2" in one for one in hrefs(shown(at)) if "incident" in one)  # it goes along
