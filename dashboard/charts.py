"""Charts as pure functions from frames to Plotly figures; titles, units and gaps included, nothing fetched."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import chart_bars, chart_marks, fmt, levels
from dashboard.chart_marks import HALF_DAY
from dashboard.i18n import _

Part = dict[str, Any]
PARTS = {"y": [0.6, 1.0], "y2": [0.3, 0.53], "y3": [0.0, 0.23]}
CONFIG: Mapping[str, Any] = {"showSendToCloud": False, "displayModeBar": False, "scrollZoom": False}
LINE = "#2a78a0"
BAND = "rgba(42,120,160,.18)"
NO_STEPS = pd.DataFrame({name: pd.Series(dtype=object) for name in ("alert_id", "day", "condition", "level")})
DASHES: Mapping[int, Any] = {2: "dot", 3: "dash", 4: "solid"}


def trend(
    history: pd.DataFrame,
    counts: pd.DataFrame,
    *,
    since: date,
    until: date,
    thresholds: Mapping[str, float] | None,
    gaps: Sequence[tuple[date, date]],
    alerts: pd.DataFrame = NO_STEPS,
) -> go.Figure:
    """A community's probability with the levels' thresholds, over its incidents and deaths a day.

    The figure is written down as plain parts and checked once; building it up call by call is slow.
    """
    begins = {level: 100 * thresholds[name] for level, name in levels.NAMES.items()} if thresholds else {}
    titles = {
        "y": _("Probability of an escalation (%)"),
        "y2": _("Incidents a day, by kind"),
        "y3": _("Deaths a day (known figures)"),
    }
    axes, probability = _axes(since, until, _highest(history), counts, begins), _probability(history)
    models = chart_marks.model_names(history)
    return go.Figure(
        {
            "data": [
                *_band(history),
                probability,
                *chart_marks.alerts(alerts, since, axes["yaxis"]["range"][1]),
                *chart_bars.incidents(counts),
                *chart_bars.deaths(counts),
                *chart_marks.gaps(gaps),
            ],
            "layout": {
                **axes,
                "annotations": [*_titles(titles), *_names(begins), *chart_marks.gap_names(gaps), *models],
                "shapes": [*_thresholds(begins), *chart_marks.model_lines(history)],
                "height": 620,
                "barmode": "stack",
                "bargap": 0.1,
                "hovermode": "x unified",
                # Room for the numbers: where the margin is fitted after drawing, they are cut.
                "margin": {"l": 48, "r": 8, "t": 28, "b": 8},
                "legend": {"orientation": "h", "y": -0.07, "x": 0},
            },
        }
    )


def _axes(
    since: date, until: date, highest: float, counts: pd.DataFrame, begins: Mapping[int, float]
) -> Part:
    """Three parts above one another over the same days."""
    days = {
        "type": "date",
        "range": [pd.Timestamp(since) - HALF_DAY, pd.Timestamp(until) + HALF_DAY],
        "fixedrange": True,
        "anchor": "y3",
    }
    top = min(highest * 1.25, 100) if not begins else min(max([highest, *begins.values()]) * 1.15, 100)
    busiest = float(counts.groupby("date_end")["incidents"].sum().max()) if len(counts) else 1.0
    value = {"fixedrange": True, "rangemode": "tozero", "anchor": "x"}
    return {
        "xaxis": days,
        "yaxis": {**value, "domain": PARTS["y"], "range": [0, top], "ticksuffix": "%"},
        "yaxis2": {**value, "domain": PARTS["y2"], "dtick": max(1, round(busiest / 4))},
        "yaxis3": {**value, "domain": PARTS["y3"]},
        "yaxis4": {"domain": [0, 1], "range": [0, 1], "anchor": "x", "visible": False, "fixedrange": True},
    }


def _titles(titles: Mapping[str, str]) -> list[Part]:
    shared = {"xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "yanchor": "bottom"}
    return [
        {**shared, "text": words, "y": PARTS[axis][1], "showarrow": False, "font": {"size": 13}}
        for axis, words in titles.items()
    ]


def _probability(history: pd.DataFrame) -> Part:
    """The line of the score; a day without one is a hole in it."""
    known = history.dropna(subset=["probability"])
    by_day = known.set_index(pd.to_datetime(known["as_of"]))["probability"] * 100
    if len(by_day):
        by_day = by_day.reindex(pd.date_range(by_day.index.min(), by_day.index.max()))
    return {
        **{"type": "scatter", "mode": "lines+markers", "name": _("Probability"), "yaxis": "y"},
        **{"x": list(by_day.index), "y": [float(value) for value in by_day], "connectgaps": False},
        **{"line": {"color": LINE, "width": 2}, "marker": {"size": 4}},
        **{"hovertemplate": "%{y:.1f}%", "showlegend": False},
    }


def _highest(history: pd.DataFrame) -> float:
    """The highest end of an interval, or probability where there is none, in per cent."""
    highest = history[["probability", "high"]].astype(float).max().max()
    return 1.0 if fmt.missing(highest) else max(1.0, 100 * float(highest))


def _band(history: pd.DataFrame) -> list[Part]:
    """The interval around the score, a shape for each unbroken run of days."""
    known = history.dropna(subset=["probability", "low", "high"])
    day = pd.to_datetime(known["as_of"])
    run = (day.diff() != pd.Timedelta(days=1)).cumsum()
    return [_shape(day[part.index], part) for __, part in known.groupby(run)]


def _shape(day: pd.Series, part: pd.DataFrame) -> Part:
    there, back = list(day), list(day[::-1])
    ends = [*(100 * part["high"]), *(100 * part["low"][::-1])]
    return {
        **{"type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": BAND, "yaxis": "y"},
        **{"x": [*there, *back], "y": [float(end) for end in ends], "line": {"width": 0}},
        **{"name": _("80% interval"), "hoverinfo": "skip", "showlegend": False},
    }


def _thresholds(begins: Mapping[int, float]) -> list[Part]:
    """A line where each level begins, in its colour and a dash of its own."""
    return [
        {
            **{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": at, "y1": at},
            "line": {"color": levels.of(level).colour, "width": 2, "dash": DASHES[level]},
        }
        for level, at in begins.items()
    ]


def _names(begins: Mapping[int, float]) -> list[Part]:
    """The levels' names on their lines, side by side, because thresholds may lie close together."""
    shared = {"xref": "paper", "xanchor": "left", "yanchor": "bottom", "yref": "y", "showarrow": False}
    return [
        {**shared, "text": levels.named(level), "x": 0.2 * place, "y": at, "font": {"size": 11}}
        for place, (level, at) in enumerate(begins.items())
    ]


def told(history: pd.DataFrame, since: date, until: date) -> str:
    """The chart in words, for those who cannot see it."""
    known = history.dropna(subset=["probability"])
    if known.empty:
        return _("No scores between {since} and {until}.").format(since=fmt.day(since), until=fmt.day(until))
    first, last = known.iloc[0], known.iloc[-1]
    return _("From {a} on {since} to {b} on {until}; lowest {low}, highest {high}.").format(
        a=fmt.percent(first["probability"]),
        since=fmt.day(first["as_of"]),
        b=fmt.percent(last["probability"]),
        until=fmt.day(last["as_of"]),
        low=fmt.percent(known["probability"].min()),
        high=fmt.percent(known["probability"].max()),
    )


def legend() -> str:
    """What the shades of the chart mean, and what is not in it."""
    return _(
        "Shaded around the line: the range that holds the true chance in eight of ten cases. Hatched: days that no "
        "source covers. Fine lines on the bars of deaths: from the lowest figure to the highest; a question mark: an "
        "incident of which nobody says how many. Dashed upright lines: another model took over. Incidents known only "
        "to the governorate are not in the bars."
    )
