"""Today: its lists by their definitions, the parts of a change, hit rates, the first block, one's last visit."""

import dataclasses
import math
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard import answer, cards, fmt, lists, outlook, since, standing
from dashboard.outlook import Before, Row
from dashboard.standing import Hits, Parts, Past, Weeks
from db import clock, engine, store
from tests.conftest import NOW
from tests.dashboard import stores
from tests.dashboard.conftest import Open, shown

DAY = stores.LAST
YESTERDAY, LAST_WEEK = (DAY - timedelta(days=n) for n in (1, 7))


def row(name: str, level: int = 1, chance: float | None = 0.02, **more: Any) -> Row:
    """A community of which little is said."""
    before = [Before(d, level, more.pop(key, chance)) for d, key in ((YESTERDAY, "was"), (LAST_WEEK, "week"))]
    facts: dict[str, Any] = {
        **{"community_id": name, "name": name, "group_id": "g", "group": "G", "governorate_ids": ("x",)},
        **{"governorates": ("X",), "level": level, "probability": chance, "interval": None, "usual": None},
        **{"horizon_days": 28, "yesterday": before[0], "last_week": before[1], "reasons": ()},
        **{"confidence": "low", "doubts": (), "cutoff": DAY, "undercounted": False},
    }
    return Row(**{**facts, **more})


def names(found: list[Row]) -> list[str]:
    return [one.name for one in found]


def test_the_most_endangered_come_first_and_are_few() -> None:
    many = [row(f"c{n}", level=1 + n % 4, chance=n / 100) for n in range(12)]
    assert names(lists.top(many)) == ["c11", "c7", "c3", "c10", "c6"]
    assert lists.top([row("silent", level=0), row("mute", chance=None)]) == []


@pytest.mark.parametrize(
    ("level", "past", "unusual"),
    [
        (2, Past(100, 95, 19, 90, 0), True),
        (1, Past(100, 99, 0, 90, 0), False),  # at baseline nothing is alarming
        (3, Past(100, 94, 0, 90, 0), False),  # not above enough of its own days
        (3, Past(100, 99, 20, 90, 0), False),  # it is often that high
        (3, Past(29, 29, 0, 29, 0), False),  # too little past
        (3, None, False),
    ],
)
def test_a_surprise_stands_high_and_seldom_did(level: int, past: Past | None, unusual: bool) -> None:
    assert bool(lists.surprises([row("c", level=level, past=past)])) is unusual


@pytest.mark.parametrize(
    ("season", "high", "lasting"), [(90, 72, True), (90, 71, False), (30, 30, True), (29, 29, False)]
)
def test_high_for_long_is_four_days_of_five(season: int, high: int, lasting: bool) -> None:
    assert bool(lists.lasting([row("c", past=Past(300, 0, 0, season, high))])) is lasting


def test_movers_are_those_who_moved_either_way_of_a_day_or_a_week() -> None:
    rows = [
        row("up", chance=0.3, was=0.2, week=0.3),
        row("down", chance=0.1, was=0.25, week=0.1),
        row("still", chance=0.1, was=0.095, week=0.3),
        row("unsure", level=0, chance=0.4, was=0.1),
        row("new", chance=0.4, yesterday=None, last_week=None),
    ]
    assert names(lists.movers(rows)) == ["down", "up"]
    assert names(lists.movers(rows, week=True)) == ["still"]
    assert lists.named(rows)["down"] == ["top", "movers_day"]
    worst = lists.worsened(rows)
    assert worst is not None and worst.name == "up" and lists.worsened(rows[1:2]) is None


def test_every_list_says_what_puts_a_community_on_it() -> None:
    for name in lists.WORDS:
        assert "{" not in lists.told(name) and lists.told(name).endswith(".")
        assert all(isinstance(found, list) for _, found, _week in lists.parts(name, [row("c")]))
    assert "95 in 100" in lists.told("surprises") and "80 in 100" in lists.told("lasting")


# The parts of a change


@given(parts=st.lists(st.floats(-0.4, 0.4), min_size=3, max_size=3))
def test_the_parts_as_shown_add_up_to_the_change_as_shown(parts: list[float]) -> None:
    total = sum(parts)
    shown_total = fmt.points(total)
    plain = [_number(one) for one in fmt.shares(total, parts)]
    assert math.isclose(sum(plain), 0 if shown_total == "unchanged" else _number(shown_total), abs_tol=1e-6)


def _number(words: str) -> float:
    return float(words.split(" ")[0].strip("\u2066\u2069").replace(fmt.MINUS, "-"))


def test_a_change_is_told_in_its_parts_only_where_they_are_of_it() -> None:
    moved = row("c", chance=0.26, was=0.2, parts=Parts(0.04, 0.02, 0.0))
    told = cards.split(moved)
    assert told == "\u2066+4\u2069 new data, \u2066+2\u2069 revised, 0 model"
    assert f"({told})" in cards.changes(moved)
    assert cards.split(dataclasses.replace(moved, parts=Parts(0.1, 0.0, 0.0))) == ""
    assert standing.parts({"new_data": 0.1, "revised_data": None, "model_change": 0.0}) is None


def test_hit_rates_tell_forecasts_from_replays_and_say_where_there_are_too_few() -> None:
    both = row("c", hits=Hits(Weeks(41, 15), Weeks(200, 40)))
    assert (
        "Of 41 past weeks at this level, violence escalated within 28 days in 15 (\u206637%\u2069)."
        in cards.hits(both)
    )
    assert "Replayed over the past: of 200 weeks" in cards.hits(both)
    few = cards.hits(row("c", hits=Hits(Weeks(3, 1), Weeks(4, 0))))
    assert "Too few past weeks" in few and "7." in few and "%" not in few
    assert cards.hits(row("c", level=0, hits=Hits(Weeks(41, 15)))) == ""


# The first block


def test_the_first_block_says_who_why_how_sure_and_which_report() -> None:
    why = outlook.Reason("Deaths here: 13", 1.2, (outlook.Evidence("i1", "21 July, Hill: Armed clash"),), 2)
    worst = row("Hill", level=3, chance=0.26, was=0.2, parts=Parts(0.04, 0.02, 0.0), reasons=(why,),
                doubts=("Few sources",), newest=YESTERDAY)  # fmt: skip
    html = answer.block([row("calm"), worst], {}, DAY)
    who_how_much = ["Worsened most", "Hill", "Warning", "+6", "+4", "new data", "26%"]
    how_sure_why = ["Confidence: low", "Few sources", "Deaths here: 13", "incident=i1", "1 day earlier"]
    positions = [html.index(one) for one in [*who_how_much, *how_sure_why]]
    assert positions == sorted(positions)


def test_the_first_block_claims_no_rise_where_there_is_none() -> None:
    assert "No chance rose" in answer.block([row("a", chance=0.1, was=0.2)], {}, DAY)
    assert "No scores of the day before" in answer.block([row("a", yesterday=None)], {}, DAY)
    assert answer.block([row("a", level=0, chance=None)], {}, DAY) == ""


def test_the_first_block_names_the_day_of_scores_that_are_not_the_page_s() -> None:
    """A reader of today's page never takes what held weeks ago, or while days are being scored, for now."""
    assert f"Scores of {fmt.day(YESTERDAY)}" in answer.block([row("a")], {}, DAY, YESTERDAY)
    assert "Scores of" not in answer.block([row("a")], {}, DAY, DAY)


# The page


def test_today_answers_first_and_shows_one_list_at_a_time(drill: str, open_page: Open) -> None:
    html = shown(open_page(drill, as_of=DAY.isoformat()))
    assert html.index("Worsened most since the day before") < html.index("tc-tally") < html.index("tc-lines")
    assert "No plan set for Emergency." in html and "Too few past weeks at this level" in html
    assert "Chance of an escalation within 28 days in per cent" in html
    assert "Baseline (1)" in shown(open_page(drill, as_of=DAY.isoformat(), list="all"))


def test_the_choices_are_in_the_address(drill: str, open_page: Open) -> None:
    html = shown(open_page(drill, as_of=DAY.isoformat(), level="2", list="lasting"))
    assert "of the scored days of the last three months" in html and "None." in html
    assert answered(html) == "Greens of Ford"
    odd = shown(open_page(drill, as_of=DAY.isoformat(), level="9", list="<b>x</b>"))
    assert "is not known here" in odd and "<b>x</b>" not in odd and answered(odd) == "Blues of the North"


def answered(html: str) -> str:
    """The community of the first block."""
    return html.split("tc-who")[1].split("</a>")[0].split(">")[-1]


def test_the_second_visit_tells_what_changed_since_the_first(own: str, open_page: Open) -> None:
    asked = {"as_of": DAY.isoformat()}
    assert "This is your first visit here" in shown(open_page(own, **asked))
    clock.use(lambda: NOW + timedelta(hours=3))
    quiet = shown(open_page(own, **asked))
    assert (
        "Since 22 November 2026" in quiet and "No level changed." in quiet and "Nothing new came in" in quiet
    )
    worse = [{**one, "probability": 0.5, "high": 0.9, "level": 4, "data_version": "v2",
              "issued_at": NOW + timedelta(hours=2)} for one in stores.rows(DAY, "model-1", [], False)
             if one["area_id"] == "xx-green-well"]  # fmt: skip
    with engine.writing(own) as session:
        store.save_scores(session, worse)
    html = shown(open_page(own, **asked))
    assert "from Baseline to Emergency" in html and "Worsened most" in html


def test_news_count_each_kind_of_change() -> None:
    news = since.News(NOW, pd.DataFrame({"change": ["new", "new", "merged"], "alike": [7, 7, 2]}), {})
    assert [news.count(kind) for kind in ("new", "revised", "merged")] == [7, 0, 2]
    moved = since.changed(
        dataclasses.replace(news, then={"a": Before(DAY, 2, 0.1)}), [row("a", level=4), row("b")]
    )
    assert [(one.name, was) for one, was in moved] == [("a", 2)]


def test_what_waits_is_told_with_its_age() -> None:
    at = clock.start_of(date(2018, 7, 1), "UTC")
    found = pd.DataFrame([{"kind": "draft", "waiting": 3, "late": 2, "oldest": at}])
    html = since.waiting(found, DAY, {})
    assert "3 drafts wait for review; 2 longer than 2 days, the oldest for 24 days" in html
    assert since.waiting(found.head(0), DAY, {}) == ""


def _long_list() -> None:
    import streamlit as st

    from dashboard import components

    components.long([1, 2, 3], 2, "part", lambda rows: st.text(f"{len(rows)} rows"))


def test_whether_a_long_list_is_whole_stands_in_the_address() -> None:
    at = AppTest.from_function(_long_list).run()
    assert (at.text[0].value, at.button[0].label) == ("2 rows", "Show all 3")
    at.button[0].click().run()
    assert (at.text[0].value, at.button[0].label) == ("3 rows", "Show fewer")
    assert at.query_params["all"] in ("1", ["1"])
    at.button[0].click().run()
    assert at.text[0].value == "2 rows" and "all" not in at.query_params
    at.query_params["all"] = "<script>"
    assert at.run().text[0].value == "2 rows"
