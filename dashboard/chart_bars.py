"""The bars of the trend chart: incidents by step of the ladder, and deaths with their range."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import texts
from dashboard.i18n import _
from db.vocab import Rung

Part = dict[str, Any]
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
DEATHS = "#a3432c"
REACH = "rgba(60,60,60,.85)"


def rungs(counts: pd.DataFrame) -> pd.Series:
    """The step of the ladder of each row."""
    return pd.Series([texts.rung(kind) for kind in counts["incident_type"]], index=counts.index, dtype=object)


def incidents(counts: pd.DataFrame) -> list[Part]:
    """A stack of bars a day, a colour and a pattern for each step of the ladder."""
    daily = counts.groupby([rungs(counts), counts["date_end"]])["incidents"].sum()
    return [
        {
            **{"type": "bar", "name": texts.word("rung", rung), "yaxis": "y2"},
            **{"x": list(daily[rung].index), "y": list(daily[rung])},
            "marker": {"color": colour, "pattern": {"shape": pattern, "solidity": 0.35}},
        }
        for rung, (colour, pattern) in RUNGS.items()
        if rung in daily.index.get_level_values(0)
    ]


def deaths(counts: pd.DataFrame) -> list[Part]:
    """Known deaths as bars that reach from the lowest to the highest figure; a question mark where one is missing."""
    columns = ["deaths", "deaths_low", "deaths_high", "unknown"]
    daily = counts.groupby("date_end")[columns].sum(min_count=1)
    known, vague = daily.dropna(subset=["deaths"]), daily[daily["unknown"] > 0]
    return [_bars(known), *([_marks(vague)] if len(vague) else [])]


def _bars(known: pd.DataFrame) -> Part:
    above = (known["deaths_high"] - known["deaths"]).clip(lower=0).fillna(0)
    below = (known["deaths"] - known["deaths_low"]).clip(lower=0).fillna(0)
    ends = zip(known["deaths_low"], known["deaths_high"], strict=True)
    return {
        **{"type": "bar", "name": _("Deaths"), "yaxis": "y3", "showlegend": False},
        **{"x": list(known.index), "y": list(known["deaths"]), "marker": {"color": DEATHS}},
        "error_y": {
            **{"type": "data", "symmetric": False, "array": list(above), "arrayminus": list(below)},
            **{"visible": bool((above + below).any()), "color": REACH, "thickness": 1.2, "width": 2},
        },
        "customdata": [[_figure(low), _figure(high)] for low, high in ends],
        "hovertemplate": _("%{y} (from %{customdata[0]} to %{customdata[1]})"),
    }


def _figure(value: float) -> str:
    return "?" if value != value else f"{value:,.0f}"


def _marks(vague: pd.DataFrame) -> Part:
    return {
        **{"type": "scatter", "mode": "text", "name": _("Deaths unknown in an incident"), "yaxis": "y3"},
        **{"x": list(vague.index), "y": list(vague["deaths_high"].fillna(vague["deaths"]).fillna(0))},
        **{"text": ["?"] * len(vague), "textposition": "top center", "customdata": list(vague["unknown"])},
        "hovertemplate": _("deaths unknown in %{customdata} incident(s)"),
    }
