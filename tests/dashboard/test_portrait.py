"""The parts of a community's page: its own past, what was like it, what is near, what became of forecasts."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard import fmt, forecasts, likeness, neighbours, season, surroundings, tables
from dashboard.days import Covered
from dashboard.outlook import Before, Shade
from db.vocab import Rung

DAY = date(2018, 7, 24)
WEEK = timedelta(days=7)
LONG = Covered(((date(2010, 1, 1), DAY),))


def counts(*rows: tuple[date, str, float, float, int]) -> pd.DataFrame:
    """Day, kind, incidents, deaths, how many without a figure."""
    told = pd.DataFrame(rows, columns=["date_end", "incident_type", "incidents", "deaths", "unknown"])
    return told.assign(deaths_low=told["deaths"] - 1, deaths_high=told["deaths"] + 2)


def test_the_last_weeks_stand_beside_the_same_weeks_and_the_last_year() -> None:
    """Windows touch without overlapping; the same weeks begin on the same day of the week."""
    known = counts(
        (DAY, "armed_clash", 2, 5, 0),
        (DAY - 27 * timedelta(days=1), "execution", 1, 1, 0),
        (DAY - 28 * timedelta(days=1), "armed_clash", 4, 9, 1),
        (DAY - timedelta(days=364), "threat", 3, np.nan, 3),
    )
    found = season.compare(known, LONG, DAY)
    assert found.now.counts == {Rung.CONFLICT: 2, Rung.MASS: 1} and found.now.deaths == (4, 6, 10)
    assert [one.total for one in found.months] == [4, *[0] * 11]
    assert [one.total for one in found.years] == [3, 0, 0, 0, 0] and found.years[0].deaths is None
    assert found.years[0].end.weekday() == DAY.weekday() and len(found.months) == season.MONTHS
    ends = [found.now.start, *(one.start for one in found.months)]
    assert [one.end for one in found.months] == [start - timedelta(days=1) for start in ends[:-1]]
    assert season.usual([4, 0, None, 2]) == (2.0, 0, 4) and season.usual([None]) is None
    html = season.show(found)
    assert "0 (\u20660–4\u2069)" in html and "unknown" in html and "6 (\u20664–10\u2069)" in html


def test_what_was_not_covered_is_named_and_not_zero() -> None:
    """Neither as a column, nor in the median, nor in words."""
    covered = Covered(((date(2017, 7, 1), date(2017, 12, 31)), (date(2018, 3, 1), DAY)))
    found = season.compare(counts((DAY, "armed_clash", 1, 1, 0)), covered, DAY)
    assert [one.counts is None for one in found.years] == [True] and found.covered == []
    assert sum(one.counts is None for one in found.months) == 3
    assert "are not covered" in season.uncovered(found) and "28 June 2017" in season.uncovered(found)
    blind = season.compare(counts(), Covered(()), DAY)
    assert blind.now.total is None and "not compared" in season.told(blind)
    assert season.frame(found)["incidents"].isna().any()


def like(*sequels: Any) -> pd.DataFrame:
    """Situations before, with what followed."""
    rows = [
        {"rank": n, "area_id": f"a{n}", "name": f"A{n}", "name_ar": None, "day": DAY - 40 * WEEK, "distance": 0.1,
         "horizon_days": 28, "followed": one, "incidents": np.nan if one is None else 2.0, "deaths": np.nan}
        for n, one in enumerate(sequels)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_similar_situations_are_counted_among_those_whose_sequel_is_known() -> None:
    """Nothing is claimed of the others."""
    told = likeness.told(like(True, False, None))
    assert told.startswith("In 1 of the 2 most similar situations before, violence escalated within 28 days.")
    assert "Of 1 more nobody knows" in told
    assert "not known" in likeness.told(like(None))
    html = likeness.show(like(True, None), {"as_of": "2018-07-24"})
    assert 'href="./community?as_of=2017-10-17&amp;community=a0"' in html and html.count("not known") == 4


def test_the_drivers_lead_step_by_step_to_the_probability_said() -> None:
    """Base and parts sum to the log-odds said."""
    told = {"value": 4.0, "usual": 1.0}
    parts = [
        {"feature": "own_recent", "contribution": 1.5, "incident_ids": ["i", "j"], **told},
        {"feature": "spared", "contribution": -0.25, "incident_ids": ["i"], **told},
    ]
    rest = fmt.logit(0.2) + 3.0 - 1.25
    score = {
        "base": -3.0,
        "drivers": [*parts, {"feature": "other", "contribution": rest}],
        "probability": 0.2,
    }
    way = tables.steps(score)
    assert sum(moved for _, moved, _ in way) == pytest.approx(fmt.logit(0.2), abs=1e-12)
    assert way[-1][2] == pytest.approx(0.2, abs=1e-12) and way[0][2] == pytest.approx(fmt.logistic(-3.0))
    html = tables.drivers(score, {"i": "One", "j": "Two"}, {})
    assert html.count(">One<") == 1 and "1 named above" in html and "Sum, which is a probability" in html


HOME = {
    "community_id": "h",
    "name": "Home",
    "name_ar": None,
    "district_ids": ["d1"],
    "governorate_ids": ["g"],
}
OTHERS = [
    {"community_id": "n", "name": "Near", "name_ar": None, "district_ids": ["d1"], "governorate_ids": ["g"]},
    {"community_id": "f", "name": "Far", "name_ar": None, "district_ids": ["d2"], "governorate_ids": ["g"]},
    {"community_id": "x", "name": "Away", "name_ar": None, "district_ids": ["d9"], "governorate_ids": ["y"]},
]
HOMES = pd.DataFrame([HOME, *OTHERS])
SPOTS = pd.DataFrame({"area_id": list("hnfx"), "lat": [34.0, 34.1, 34.3, 38.0], "lon": [36.0] * 4})


def test_how_near_is_told_by_class_or_by_district_alone() -> None:
    """Who may not know settlements hears of districts and governorates only."""
    by_km = neighbours.near(HOME, HOMES, SPOTS)
    assert [(one.community_id, one.place) for one in by_km] == [("n", 0), ("f", 1)]
    blind = neighbours.near(HOME, HOMES, SPOTS.assign(lat=np.nan, lon=np.nan))
    assert [(one.community_id, one.words) for one in blind] == [
        ("n", neighbours.DISTRICT), ("f", neighbours.GOVERNORATE)]  # fmt: skip
    now = {"n": Before(DAY, 3, 0.2), "f": Before(DAY, 1, None)}
    html = neighbours.show(by_km, now, {"n": Before(DAY, 2, 0.1)}, {})
    assert "less than 15 km away" in html and "+10" in html and "not assessed" in html
    assert not any(digits in html for digits in ("34.1", "36.0"))


def test_the_map_shows_districts_and_never_where_people_live() -> None:
    """The own district has a ring; a governorate stays out where districts are known."""
    shades = neighbours.shades(HOME, neighbours.near(HOME, HOMES, SPOTS), {"n": Before(DAY, 3, 0.2)}, HOMES)
    assert shades == {"d1": Shade(3, 2), "d2": Shade(0, 1)}
    places = pd.DataFrame(
        [(one, level, one.upper(), None, None, lat, 36.0) for one, level, lat in
         (("d1", "district", 34.0), ("d2", "district", 34.4), ("g", "governorate", 34.1))],
        columns=["place_id", "level", "name", "name_ar", "polygon", "lat", "lon"],
    )  # fmt: skip
    drawn = surroundings.draw({}, places, {**shades, "g": Shade(1, 1)}, ["d1"])
    assert drawn is not None and drawn.shapes.count("stroke-dasharray") == 1
    assert (
        "D1 (this community): highest level 3 Warning, 2 communities" in drawn.said and "G:" not in drawn.said
    )
    assert surroundings.draw({}, places, {}, ["d1"]) is None


def closed(*rows: tuple[int, bool, float, Any]) -> pd.DataFrame:
    """Closed forecasts: days back, live, said, what happened."""
    made = [
        {"score_id": f"s{n}", "as_of": DAY - timedelta(days=back), "horizon_days": 28, "live": live, "issued_at": n,
         "probability": said, "obs": obs, "level": 2, "count": 3.0, "bar": 4.5,
         "brier": np.nan if obs is None else (said - obs) ** 2}
        for n, (back, live, said, obs) in enumerate(rows)
    ]  # fmt: skip
    return pd.DataFrame(made)


def test_live_forecasts_and_replays_are_told_apart() -> None:
    """Only the first of a day counts; what nobody observed is no success."""
    found = forecasts.first_of_each_day(
        closed((60, True, 0.2, True), (60, True, 0.9, True), (50, True, 0.1, None), (40, False, 0.3, False))
    )
    assert len(found) == 3
    live, replay = (forecasts.told(found, live=one) for one in (True, False))
    assert live is not None and live.startswith(
        "Of 1 live forecast violence escalated after 1; 0.2 were expected"
    )
    assert "0.640" in live
    assert replay is not None and "1 replay of a past day" in replay and "after 0" in replay
    assert forecasts.told(found[found["live"]], live=False) is None
    assert "not observed" in forecasts.newest(found) and ">live<" in forecasts.by_horizon(found)
