"""The queue of incidents: all that nobody has looked at, a page at a time, and a whole file in one act."""

import re
from datetime import date

import pandas as pd
from streamlit.testing.v1 import AppTest

from dashboard import doubtful, shift
from db import engine, queries
from db.policy import LOCAL
from tests.conftest import NOW
from tests.dashboard.conftest import Open, shown

TODAY = date(2026, 11, 22)


def queue(open_page: Open, url: str, **query: str) -> AppTest:
    return open_page(url, "review", part="incidents", **query)


def press(at: AppTest, label: str) -> AppTest:
    next(one for one in at.button if one.label == label).click().run()
    return at


def waiting(url: str, **asked: object) -> pd.DataFrame:
    with engine.reading(url) as session:
        about = {"region_id": "nowhere", "as_of": TODAY, "limit": None, **asked}
        return queries.needs_look(session, LOCAL, **about)


def place(at: AppTest) -> str:
    found = re.search(r"([\d,]+) of ([\d,]+) ·", shown(at))
    return found[0].removesuffix(" ·") if found else ""


def test_the_number_does_not_scare(own: str, open_page: Open) -> None:
    html = shown(queue(open_page, own))
    count = len(waiting(own))
    assert f"{count:,} incidents wait for a look" in html
    assert "came with" in html and "none of them has been looked at" in html
    assert "counts as it was reported" in html


def test_an_archive_is_told_apart_from_what_is_in_doubt() -> None:
    """Thousands out of a file that nobody has looked into stand beside the few that wait, not among them."""
    counts = pd.DataFrame(
        [("new", "b1", 0.0, 13448.0), ("no_place", "b1", 0.0, 269.0)],
        columns=["why", "batch_id", "seen", "waiting"],
    )
    assert int(counts.loc[shift.untouched(counts), "waiting"].sum()) == 13448
    assert doubtful.calm(counts).startswith(
        "13,448 more came with a file, and nobody has looked at them yet."
    )
    assert not shift.untouched(counts.assign(seen=1.0)).any()
    assert "more" not in doubtful.calm(counts.assign(seen=1.0))


def test_seen_is_kept_goes_on_and_can_be_taken_back(own: str, open_page: Open) -> None:
    first, count = waiting(own)["incident_id"][0], len(waiting(own))
    at = press(queue(open_page, own), "Seen")
    assert list(waiting(own, seen=True)["incident_id"]) == [first]
    assert place(at) == f"1 of {count - 1:,}"
    press(at, "Take back")
    assert list(waiting(own)["incident_id"])[0] == first and waiting(own, seen=True).empty


def test_next_and_previous_go_through_the_pages(own: str, open_page: Open) -> None:
    count = len(waiting(own))
    assert count > doubtful.PAGE
    at = queue(open_page, own)
    at.query_params["at"] = str(doubtful.PAGE)
    at.run()
    assert place(at) == f"{doubtful.PAGE} of {count:,}"
    assert f"{doubtful.PAGE + 1} of" in place(press(at, "Next"))
    assert f"{doubtful.PAGE} of" in place(press(at, "Previous"))


def test_filters_narrow_it_and_say_when_nothing_is_left(own: str, open_page: Open) -> None:
    reasons = waiting(own)["why"].value_counts()
    assert place(queue(open_page, own, why="new")) == f"1 of {reasons['new']:,}"
    assert "Nothing waits for a look." in shown(queue(open_page, own, why="contested"))
    with engine.reading(own) as session:
        names = queries.communities(session, LOCAL, region_id="nowhere", as_of=TODAY)["community_id"]
    tied = {one: len(waiting(own, community_id=one)) for one in names}
    fewest = min(tied, key=lambda one: tied[one])
    assert tied[fewest] < len(waiting(own))
    at = queue(open_page, own, community=fewest)
    assert place(at) == (f"1 of {tied[fewest]:,}" if tied[fewest] else "")


def test_a_whole_file_is_marked_with_its_reason_and_taken_back(own: str, open_page: Open) -> None:
    count = len(waiting(own))
    at = queue(open_page, own)
    label = next(one.label for one in at.button if one.label.startswith("Mark "))
    press(at, label)
    assert "Choose why first" in shown(at) and len(waiting(own)) == count
    at.get("button_group")[-1].set_value("sample").run()
    press(at, label)
    assert len(waiting(own)) < count
    press(at, "Take the last such act back")
    assert len(waiting(own)) == count


def test_a_past_day_is_shown_but_not_worked_off(own: str, open_page: Open) -> None:
    at = queue(open_page, own, as_of="2018-07-24")
    assert "Seen" not in [one.label for one in at.button]
    assert any("as it stood on that day" in one.value for one in at.caption)
    assert NOW.date() == TODAY
