"""The trend chart, on its data: traces, titles, gaps, what is unknown."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard import chart_bars, charts

UNTIL = date(2018, 7, 28)
SINCE = UNTIL - timedelta(days=30)
BEGINS = {"watch": 0.05, "warning": 0.15, "emergency": 0.3}


def history(*offsets: int) -> pd.DataFrame:
    """Scores of some days."""
    days = [SINCE + timedelta(days=n) for n in offsets]
    said = np.linspace(0.1, 0.2, len(days))
    told = {"as_of": days, "probability": said, "low": said / 2, "high": 2 * said}
    return pd.DataFrame({**told, "model_version_id": "abcdef123"})


def counts(*rows: tuple[int, str, float, float, int]) -> pd.DataFrame:
    """Incidents of some days: offset, kind, how many, deaths, how many without a figure."""
    table = [
        (SINCE + timedelta(days=n), kind, many, deaths, unknown) for n, kind, many, deaths, unknown in rows
    ]
    told = pd.DataFrame(table, columns=["date_end", "incident_type", "incidents", "deaths", "unknown"])
    return told.assign(deaths_low=told["deaths"] - 1, deaths_high=told["deaths"] + 2)


def trend(past: pd.DataFrame, known: pd.DataFrame, **more: Any) -> Any:
    """The figure over the whole span."""
    shared = {"since": SINCE, "until": UNTIL, "thresholds": BEGINS, "gaps": []}
    return charts.trend(past, known, **{**shared, **more})


def named(figure: Any) -> dict[str, Any]:
    """Traces by their names."""
    return {trace.name: trace for trace in figure.data}


def test_a_missing_day_breaks_the_line() -> None:
    """A day without a score is a hole, not a straight line over it."""
    line = named(trend(history(0, 1, 3), counts()))["Probability"]
    assert len(line.y) == 4 and np.isnan(line.y[2]) and not line.connectgaps
    assert np.isclose(line.y[0], 10)  # per cent


def test_the_interval_is_a_band_for_each_unbroken_run() -> None:
    """A missing day breaks it as it breaks the line; scores without an interval have none."""
    bands = [one for one in trend(history(0, 1, 3), counts()).data if one.name == "80% interval"]
    assert [len(one.x) for one in bands] == [4, 2]
    assert np.allclose(bands[0].y, [20, 30, 7.5, 5])
    bare = history(0, 1).assign(low=np.nan, high=np.nan)
    assert "80% interval" not in named(trend(bare, counts()))
    assert trend(history(0, 1), counts()).layout.yaxis.range[1] > 40


def test_thresholds_are_drawn_where_levels_begin() -> None:
    """With number and word."""
    figure = trend(history(0, 1), counts())
    assert sorted(shape.y0 for shape in figure.layout.shapes) == pytest.approx([5, 15, 30])
    said = {note.text for note in figure.layout.annotations}
    assert {"2 Watch", "3 Warning", "4 Emergency"} <= said
    assert not trend(history(0), counts(), thresholds=None).layout.shapes


def test_incidents_are_stacked_by_rung() -> None:
    """Kinds of one rung add up; every rung has colour and pattern of its own."""
    known = counts((1, "threat", 2, np.nan, 2), (1, "harassment", 1, 0, 0), (2, "execution", 1, 3, 0))
    bars = named(trend(history(0), known))
    assert list(bars["Intimidation"].y) == [3] and list(bars["Mass violence"].y) == [1]
    styles = {(colour, pattern) for colour, pattern in chart_bars.RUNGS.values()}
    assert len(styles) == len(chart_bars.RUNGS)


def test_unknown_deaths_are_a_question_mark_not_a_bar() -> None:
    """Where every figure is missing there is no bar; where one is, a mark stands above it."""
    known = counts((1, "armed_clash", 1, np.nan, 1), (2, "armed_clash", 2, 4, 1), (3, "armed_clash", 1, 0, 0))
    found = named(trend(history(0), known))
    assert list(found["Deaths"].y) == [4, 0]
    assert list(found["Deaths unknown in an incident"].text) == ["?", "?"]


def test_deaths_reach_from_the_lowest_figure_to_the_highest() -> None:
    """Best as a bar, the range as a line on it, told in the hover text too."""
    bars = named(trend(history(0), counts((1, "armed_clash", 1, 5, 0))))["Deaths"]
    assert (list(bars.y), list(bars.error_y.array), list(bars.error_y.arrayminus)) == ([5], [2], [1])
    assert list(bars.customdata[0]) == ["4", "7"]


def test_another_model_is_marked_with_its_version() -> None:
    """A line on the first day it spoke, whatever days lie between."""
    past = history(0, 1, 4).assign(model_version_id=["aaaaaa111", "aaaaaa111", "bbbbbb222"])
    figure = trend(past, counts(), thresholds=None)
    (line,) = figure.layout.shapes
    assert line.x0 == line.x1 == pd.Timestamp(SINCE + timedelta(days=4)) - pd.Timedelta(hours=12)
    assert "model bbbbbb" in {note.text for note in figure.layout.annotations}
    assert not trend(history(0, 1), counts(), thresholds=None).layout.shapes


def test_alerts_are_marked_where_their_condition_changes() -> None:
    """A shape for each step; what repeats a condition, and what came before the span, is not drawn."""
    days = [SINCE - timedelta(days=1), SINCE + timedelta(days=2), SINCE + timedelta(days=3), UNTIL]
    told = ["open", "recovering", "recovering", "normal"]
    steps = pd.DataFrame({"alert_id": "a", "day": days, "condition": told, "level": [3, 2, 2, 1]})
    marks = named(trend(history(0), counts(), alerts=steps))["Alert"]
    assert list(marks.x) == [days[1], days[3]]
    assert len(set(marks.marker.symbol)) == 2 and "level 2 Watch" in marks.text[0]


def test_days_without_a_source_are_hatched_and_named() -> None:
    """Over all three parts, also those without anything to draw."""
    figure = trend(history(0), counts(), thresholds=None, gaps=[(SINCE, SINCE + timedelta(days=4))])
    hatched = named(figure)["No source covers these days"]
    assert hatched.fillpattern.shape == "/" and set(hatched.y) == {0, 1, None}
    assert figure.layout.yaxis4.domain == (0, 1)
    assert "no data" in {note.text for note in figure.layout.annotations}


def test_nothing_at_all_is_still_a_chart() -> None:
    """Axes are days even where there is nothing to draw."""
    figure = trend(history(), counts())
    assert figure.layout.xaxis.type == "date"
    assert charts.told(history(), SINCE, UNTIL).startswith("No scores between")


def test_the_chart_is_told_in_words() -> None:
    """For those who cannot see it."""
    assert "From \u206610%\u2069 on 28 June 2018 to \u206620%\u2069" in charts.told(
        history(0, 5), SINCE, UNTIL
    )


def test_nothing_is_offered_to_others() -> None:
    """Plotly's button that uploads a chart is off."""
    assert charts.CONFIG["showSendToCloud"] is False
