"""Charts as pure functions from frames to Plotly figures; titles, units and gaps included, nothing fetched."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import fmt, levels, texts
from dashboard.i18n import _
from db.vocab import Rung

Part = dict[str, Any]
HALF_DAY = pd.Timedelta(hours=12)
PARTS = {"y": [0.6, 1.0], "y2": [0.3, 0.53], "y3": [0.0, 0.23]}
CONFIG: Mapping[str, Any] = {"showSendToCloud": False, "displayModeBar": False, "scrollZoom": False}
# Okabe and Ito's colours, which every kind of colour vision keeps apart, each with a pattern of its own.
RUNGS: Mapping[Rung, tuple[str, str]] = {
    Rung.MASS: ("#d55e00", ""),
    Rung.TARGETED: ("#e69f00", "/"),
    Rung.CONFLICT: ("#8c8c8c", ""),
    Rung.PREPARATION: ("#0072b2", "x"),
    Rung.INTIMIDATION: ("#cc79a7", "\\"),
    Rung.SIGNALS: ("#56b4e9", "."),
    Rung.CONTEXT: ("#b2a95a", "-"),
    Rung.DE_ESCALATION: ("#009e73", "+"),
    Rung.OTHER: ("#bbbbbb", "|"),
}
LINE = "#2a78a0"
BAND = "rgba(42,120,160,.18)"
DEATHS = "#a3432c"
DASHES: Mapping[int, Any] = {2: "dot", 3: "dash", 4: "solid"}
LEAST_GAP_DAYS = 3  # shorter ones are the usual delay of reports
GAP = "rgba(128,128,128,.22)"


def trend(
    history: pd.DataFrame,
    counts: pd.DataFrame,
    *,
    since: date,
    until: date,
    thresholds: Mapping[str, float] | None,
    gaps: Sequence[tuple[date, date]],
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
    probability = _probability(history)
    return go.Figure(
        {
            "data": [*_band(history), probability, *_incidents(counts), *_deaths(counts)],
            "layout": {
                **_axes(since, until, _highest(history), counts, begins),
                "annotations": [*_titles(titles), *_names(begins), *_gap_names(gaps)],
                "shapes": [*_thresholds(begins), *_gaps(gaps)],
                "height": 620,
                "barmode": "stack",
                "bargap": 0.1,
                "hovermode": "x unified",
                "margin": {"l": 8, "r": 8, "t": 28, "b": 8},
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
        {**shared, "text": f"{level} {levels.word(level)}", "x": 0.2 * place, "y": at, "font": {"size": 11}}
        for place, (level, at) in enumerate(begins.items())
    ]


def _incidents(counts: pd.DataFrame) -> list[Part]:
    """A stack of bars a day, a colour and a pattern for each step of the ladder."""
    steps = pd.Series(
        [texts.rung(kind) for kind in counts["incident_type"]], index=counts.index, dtype=object
    )
    daily = counts.groupby([steps, counts["date_end"]])["incidents"].sum()
    return [
        {
            **{"type": "bar", "name": texts.word("rung", rung), "yaxis": "y2"},
            **{"x": list(daily[rung].index), "y": list(daily[rung])},
            "marker": {"color": colour, "pattern": {"shape": pattern, "solidity": 0.35}},
        }
        for rung, (colour, pattern) in RUNGS.items()
        if rung in daily.index.get_level_values(0)
    ]


def _deaths(counts: pd.DataFrame) -> list[Part]:
    """Known deaths as bars; a question mark where an incident has no figure."""
    daily = counts.groupby("date_end")[["deaths", "unknown"]].sum(min_count=1)
    known, vague = daily.dropna(subset=["deaths"]), daily[daily["unknown"] > 0]
    bars = {
        **{"type": "bar", "name": _("Deaths"), "yaxis": "y3", "showlegend": False},
        **{"x": list(known.index), "y": list(known["deaths"]), "marker": {"color": DEATHS}},
    }
    marks = {
        **{"type": "scatter", "mode": "text", "name": _("Deaths unknown in an incident"), "yaxis": "y3"},
        **{"x": list(vague.index), "y": list(vague["deaths"].fillna(0)), "text": ["?"] * len(vague)},
        **{"textposition": "top center", "customdata": list(vague["unknown"])},
        "hovertemplate": _("deaths unknown in %{customdata} incident(s)"),
    }
    return [bars, marks] if len(vague) else [bars]


def _gaps(gaps: Sequence[tuple[date, date]]) -> list[Part]:
    """Grey, through all three parts, the days that nobody covers."""
    return [
        {
            **{"type": "rect", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "fillcolor": GAP},
            **{"x0": pd.Timestamp(start) - HALF_DAY, "x1": pd.Timestamp(end) + HALF_DAY},
            "line": {"width": 1, "dash": "dot", "color": "rgba(128,128,128,.8)"},
        }
        for start, end in _long(gaps)
    ]


def _gap_names(gaps: Sequence[tuple[date, date]]) -> list[Part]:
    return [
        {
            **{"x": pd.Timestamp(start) + (pd.Timestamp(end) - pd.Timestamp(start)) / 2, "xref": "x"},
            **{"y": 0.5, "yref": "paper", "text": _("no data"), "showarrow": False},
            "textangle": -90 if (end - start).days < 20 else 0,
        }
        for start, end in _long(gaps)
    ]


def _long(gaps: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    return [(start, end) for start, end in gaps if (end - start).days + 1 >= LEAST_GAP_DAYS]


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
        "Shaded around the line: the range that holds the true chance in eight of ten cases. Grey: days that no "
        "source covers. Incidents known only to the governorate are not in the bars."
    )
