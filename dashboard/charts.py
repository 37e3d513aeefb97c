"""Charts as pure functions from frames to Plotly figures; titles, units and gaps included, nothing fetched."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard import fmt, levels, texts
from dashboard.i18n import _
from db.vocab import Rung

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
    """A community's probability with the levels' thresholds, over its incidents and deaths a day."""
    figure = make_subplots(
        rows=3,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.07,
        row_heights=[0.44, 0.3, 0.26],
        subplot_titles=(
            _("Probability of an escalation (%)"),
            _("Incidents a day, by kind"),
            _("Deaths a day (known figures)"),
        ),
    )
    _probability(figure, history, thresholds)
    _incidents(figure, counts)
    _deaths(figure, counts)
    _gaps(figure, gaps)
    figure.update_xaxes(
        type="date", range=[since - timedelta(hours=12), until + timedelta(hours=12)], fixedrange=True
    )
    figure.update_yaxes(rangemode="tozero", fixedrange=True)
    figure.update_annotations(x=0, xanchor="left", font_size=13, selector={"yref": "paper"})
    figure.update_layout(
        height=620,
        barmode="stack",
        bargap=0.1,
        hovermode="x unified",
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        legend={"orientation": "h", "y": -0.07, "x": 0, "title": None},
    )
    return figure


def _probability(figure: go.Figure, history: pd.DataFrame, thresholds: Mapping[str, float] | None) -> None:
    known = history.dropna(subset=["probability"])
    days = _every_day(known["as_of"])
    percent = known.set_index(pd.to_datetime(known["as_of"]))["probability"].reindex(days) * 100
    figure.add_trace(
        go.Scatter(
            x=days,
            y=percent,
            name=_("Probability"),
            mode="lines+markers",
            connectgaps=False,
            line={"color": LINE, "width": 2},
            marker={"size": 4},
            hovertemplate="%{y:.1f}%",
            showlegend=False,
        ),
        row=1,
        col=1,
    )
    top = max([float(percent.max()) if len(known) else 0.0, 1.0]) * 1.25
    for level, name in levels.NAMES.items():
        begin = (thresholds or {}).get(name)
        if begin is not None:
            top = max(top, 100 * begin * 1.15)
            _threshold(figure, level, 100 * begin)
    figure.update_yaxes(range=[0, min(top, 100)], ticksuffix="%", row=1, col=1)


def _threshold(figure: go.Figure, level: int, percent: float) -> None:
    one = levels.of(level)
    figure.add_hline(y=percent, row=1, col=1, line={"color": one.colour, "width": 2, "dash": DASHES[level]})
    figure.add_annotation(
        text=f"{level} {_(one.word)}",
        **{"x": 0, "xref": "x domain", "xanchor": "left", "y": percent, "yref": "y", "yanchor": "bottom"},
        showarrow=False,
        font={"size": 11},
    )


def _every_day(found: Sequence[Any]) -> pd.DatetimeIndex:
    known = pd.to_datetime(pd.Series(list(found), dtype="datetime64[s]"))
    return pd.date_range(known.min(), known.max()) if len(known) else pd.DatetimeIndex([])


def _incidents(figure: go.Figure, counts: pd.DataFrame) -> None:
    steps = pd.Series(
        [texts.rung(kind) for kind in counts["incident_type"]], index=counts.index, dtype=object
    )
    for rung, (colour, pattern) in RUNGS.items():
        part = counts[steps == rung].groupby("date_end", as_index=False)["incidents"].sum()
        if part.empty:
            continue
        figure.add_trace(
            go.Bar(
                x=part["date_end"],
                y=part["incidents"],
                name=texts.word("rung", rung),
                marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.35}},
            ),
            row=2,
            col=1,
        )

    daily = counts.groupby("date_end")["incidents"].sum()
    figure.update_yaxes(dtick=max(1, round(float(daily.max()) / 4)) if len(daily) else 1, row=2, col=1)


def _deaths(figure: go.Figure, counts: pd.DataFrame) -> None:
    daily = counts.groupby("date_end").agg(
        deaths=("deaths", lambda d: d.sum(min_count=1)), unknown=("unknown", "sum")
    )
    known = daily.dropna(subset=["deaths"])
    figure.add_trace(
        go.Bar(
            x=known.index, y=known["deaths"], name=_("Deaths"), marker={"color": DEATHS}, showlegend=False
        ),
        row=3,
        col=1,
    )
    vague = daily[daily["unknown"] > 0]
    if len(vague):
        figure.add_trace(
            go.Scatter(
                x=vague.index,
                y=vague["deaths"].fillna(0),
                mode="text",
                text=["?"] * len(vague),
                textposition="top center",
                name=_("Deaths unknown in an incident"),
                hovertemplate=_("deaths unknown in %{customdata} incident(s)"),
                customdata=vague["unknown"],
            ),
            row=3,
            col=1,
        )


def _gaps(figure: go.Figure, gaps: Sequence[tuple[date, date]]) -> None:
    """Grey out, in all three parts, the days that nobody covers, and write so."""
    for start, end in ((a, b) for a, b in gaps if (b - a).days + 1 >= LEAST_GAP_DAYS):
        figure.add_shape(
            type="rect",
            **{"xref": "x", "yref": "paper", "y0": 0, "y1": 1},
            x0=pd.Timestamp(start) - pd.Timedelta(hours=12),
            x1=pd.Timestamp(end) + pd.Timedelta(hours=12),
            fillcolor=GAP,
            line={"width": 1, "dash": "dot", "color": "rgba(128,128,128,.8)"},
        )
        figure.add_annotation(
            x=pd.Timestamp(start) + (pd.Timestamp(end) - pd.Timestamp(start)) / 2,
            y=0.5,
            yref="y2 domain",
            xref="x2",
            text=_("no data"),
            showarrow=False,
            textangle=-90 if (end - start).days < 20 else 0,
        )


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
