"""What is drawn over a chart of days: days without a source, a change of model, what became of alerts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from dashboard import fmt, levels, texts
from dashboard.i18n import _
from db.vocab import Condition

Part = dict[str, Any]
HALF_DAY = pd.Timedelta(hours=12)
LEAST_GAP_DAYS = 3  # shorter ones are the usual delay of reports
GAP = "rgba(128,128,128,.75)"
FINE = "rgba(128,128,128,.9)"
# Which steps of an alert are marked, with a shape of their own each.
STEPS: Mapping[str, str] = {
    Condition.OPEN: "triangle-up",
    Condition.RECOVERING: "triangle-down-open",
    Condition.NORMAL: "circle-open",
}
LETTERS = 6  # of a version's id, enough to tell it by


def gaps(found: Sequence[tuple[date, date]]) -> list[Part]:
    """Hatched, through all parts, the days that no source covers; on an axis of its own (y4)."""
    spans = [(pd.Timestamp(start) - HALF_DAY, pd.Timestamp(end) + HALF_DAY) for start, end in long(found)]
    if not spans:
        return []
    corners: list[Any] = []
    heights: list[Any] = []
    for start, end in spans:
        corners += [start, start, end, end, start, None]
        heights += [0, 1, 1, 0, 0, None]
    return [
        {
            **{
                "type": "scatter",
                "mode": "lines",
                "fill": "toself",
                "yaxis": "y4",
                "x": corners,
                "y": heights,
            },
            **{"fillcolor": "rgba(128,128,128,.10)", "line": {"width": 1, "dash": "dot", "color": GAP}},
            **{"fillpattern": {"shape": "/", "size": 10, "solidity": 0.12, "fgcolor": GAP}},
            **{"name": _("No source covers these days"), "hoverinfo": "skip", "showlegend": True},
        }
    ]


def gap_names(found: Sequence[tuple[date, date]]) -> list[Part]:
    """The words on days without a source."""
    return [
        {
            **{"x": pd.Timestamp(start) + (pd.Timestamp(end) - pd.Timestamp(start)) / 2, "xref": "x"},
            **{"y": 0.5, "yref": "paper", "text": _("no data"), "showarrow": False},
            "textangle": -90 if (end - start).days < 20 else 0,
        }
        for start, end in long(found)
    ]


def long(found: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """The gaps that are worth drawing."""
    return [(start, end) for start, end in found if (end - start).days + 1 >= LEAST_GAP_DAYS]


def model_changes(history: pd.DataFrame) -> Iterator[tuple[date, str]]:
    """The days from which another model spoke than the day before, with its version."""
    spoken = history.dropna(subset=["probability"]).sort_values("as_of")
    rows = zip(spoken["as_of"], spoken["model_version_id"], strict=True)
    for (__, before), (day, version) in pairwise(rows):
        if before != version:
            yield day, str(version)


def model_lines(history: pd.DataFrame) -> list[Part]:
    """A line through all parts where another model took over."""
    return [
        {
            **{"type": "line", "xref": "x", "x0": (at := pd.Timestamp(day) - HALF_DAY), "x1": at},
            **{"yref": "paper", "y0": 0, "y1": 1, "line": {"width": 1.5, "dash": "longdash", "color": FINE}},
        }
        for day, __ in model_changes(history)
    ]


def model_names(history: pd.DataFrame) -> list[Part]:
    """The versions on those lines."""
    shared = {
        "yref": "paper",
        "y": 1,
        "yanchor": "top",
        "xanchor": "left",
        "showarrow": False,
        "font": {"size": 11},
    }
    return [
        {**shared, "x": pd.Timestamp(day) - HALF_DAY, "xref": "x", "textangle": 90,
         "text": _("model {version}").format(version=version[:LETTERS])}
        for day, version in model_changes(history)
    ]  # fmt: skip


def alerts(steps: pd.DataFrame, since: date, top: float) -> list[Part]:
    """The steps of alerts at the head of the first part: opened, calming down, over."""
    shown = steps[steps["condition"].isin(list(STEPS)) & (steps["day"] >= since)]
    shown = shown[shown["condition"] != shown.groupby("alert_id")["condition"].shift()]
    if shown.empty:
        return []
    said = [
        _("Alert: {condition}, level {level} {word}").format(
            condition=texts.word("condition", one["condition"]), level=fmt.number(one["level"]),
            word=levels.word(int(one["level"])))
        for one in shown.to_dict("records")
    ]  # fmt: skip
    return [
        {
            **{"type": "scatter", "mode": "markers", "yaxis": "y", "name": _("Alert")},
            **{"x": list(shown["day"]), "y": [0.97 * top] * len(shown), "text": said},
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {"symbol": [STEPS[one] for one in shown["condition"]], "size": 11, "color": "#d7301f"},
        }
    ]
