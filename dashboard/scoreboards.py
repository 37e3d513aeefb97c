"""The scoreboard: what was said beside what happened and what the backtest promised; drift; retraining."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import fmt, levels, origins, quantities, texts
from dashboard.i18n import N_, _, n_
from dashboard.markup import element, table, text
from dashboard.tables import Record
from db.vocab import Target

VERDICTS = ("hit", "miss", "false_alarm", "quiet")
SAID, HAPPENED = "#2a78a0", "#a3432c"
SUMS = [
    "forecasts",
    "observed",
    "scored",
    "said",
    "happened",
    "brier",
    *VERDICTS,
    "unobserved",
    "not_assessed",
]
Cards = Mapping[str, Record]
DUE: Mapping[str, str] = {
    "age": N_("Models are old: up to {value} days, {high} are enough ({about})."),
    "feature": N_("What models rest on has shifted: “{doc}” (index {value}, at most {high}; {about})."),
    "base_rate": N_("It happens in {value} of the windows, and the training saw {low} to {high} ({about})."),
    "brier": N_("Forecasts err more than promised: Brier score {value}, at most {high} ({about})."),
    "volume": N_("Reports a week: {value} ({about})."),
}


# --- adding up --------------------------------------------------------------------------------------


def promised(card: Record, kind: str) -> float | None:
    """The Brier score that a model's backtest led to expect of communities, or of all areas."""
    return (card.get("promised") or {}).get(kind)


def summed(rows: pd.DataFrame, keys: Sequence[str], cards: Cards, kind: str = "community") -> pd.DataFrame:
    """Sums per key, with means of what was said, happened and erred, and what was promised for the same rows."""
    told = rows.assign(promise=0.0, promised_for=0.0)
    for version, card in cards.items():
        mine, brier = told["model_version_id"] == version, promised(card, kind)
        if brier is not None:
            told.loc[mine, "promise"] = brier * told.loc[mine, "scored"]
            told.loc[mine, "promised_for"] = told.loc[mine, "scored"]
    found = told.groupby(list(keys), as_index=False, sort=True)[[*SUMS, "promise", "promised_for"]].sum()
    for name in ("said", "happened", "brier"):
        found[f"mean_{name}"] = found[name] / found["scored"].where(found["scored"] > 0)
    found["promised"] = found["promise"] / found["promised_for"].where(found["promised_for"] > 0)
    return found


# --- tables -----------------------------------------------------------------------------------------


def overview(rows: pd.DataFrame, cards: Cards, kind: str, caption: str) -> str:
    """A row a question: how often it was said and happened, how wrong, and how wrong the backtest was."""
    found = summed(rows, ["target", "horizon_days"], cards, kind)
    order = {target.value: place for place, target in enumerate(Target)}
    found = found.sort_values(["target", "horizon_days"], key=lambda column: column.replace(order))
    body = [
        [
            escape(question(one["target"], one["horizon_days"])),
            escape(fmt.count(one["scored"])),
            escape(fmt.percent(one["mean_said"])),
            escape(fmt.percent(one["mean_happened"])),
            escape(score(one["mean_brier"])),
            escape(score(one["promised"])),
            *_counts(one),
            escape(fmt.count(one["unobserved"])),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Forecast"), _("Closed"), _("Said"), _("Happened"), _("Brier score"),
               _("Promised"), _("Hits"), _("Misses"), _("False alarms"), _("Quiet"), _("Unobserved")]  # fmt: skip
    about: dict[str, Any] = {"numbers": range(1, 11), "units": ("forecasts", "percent", "brier")}
    return table(columns, body, caption=caption, source=origins.FORECASTS, **about)


def by_level(rows: pd.DataFrame, cards: Cards) -> str:
    """One question, a row a quarter and level; what was promised holds for all levels together, so not here."""
    found = summed(rows, ["quarter", "level"], cards).sort_values(["quarter", "level"], ascending=False)
    body = [
        [
            escape(fmt.quarter(str(one["quarter"]))),
            escape(levels.named(int(one["level"]))),
            escape(fmt.count(one["forecasts"])),
            escape(fmt.percent(one["mean_said"])),
            escape(fmt.percent(one["mean_happened"])),
            escape(score(one["mean_brier"])),
            *_counts(one),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Quarter"), _("Level"), _("Closed"), _("Said"), _("Happened"), _("Brier score"),
               _("Hits"), _("Misses"), _("False alarms"), _("Quiet")]  # fmt: skip
    caption = _("By the day that was scored; the newest quarter first.")
    about: dict[str, Any] = {"numbers": range(2, 10), "units": ("forecasts", "percent", "brier")}
    title = _("Closed forecasts by quarter and level")
    return table(columns, body, caption=title, told=caption, source=origins.FORECASTS, **about)


def _counts(one: Record) -> list[str]:
    """The verdicts, or a dash where the question raises no alarms."""
    judged = sum(one[name] for name in VERDICTS) > 0
    return [escape(fmt.count(one[name]) if judged else "–") for name in VERDICTS]


def drift(rows: pd.DataFrame, cards: Cards) -> str:
    """What was measured of the models in force, those that call for training first."""
    body = [
        [
            escape(_about(one, cards)),
            _measure(one),
            escape(figure(one["measure"], one["value"])),
            escape("–" if fmt.missing(one["expected"]) else figure(one["measure"], one["expected"])),
            escape(_range(one)),
            text("b", _("train again"))
            if one["due"]
            else escape(_("as usual") if _inside(one) else _("unusual")),
        ]
        for one in rows.sort_values("due", ascending=False, kind="stable").to_dict("records")
    ]
    columns = [_("About"), _("Measure"), _("Now"), _("In training"), _("Usual"), _("So")]
    caption = _(
        "Features: population stability index of the last eight weeks, above 0.25 is a shift. Base rate and Brier "
        "score: the last eight weeks beside every eight weeks on end of the training. Reports: a week."
    )
    about: dict[str, Any] = {"numbers": (2, 3, 4), "units": ("each",)}
    title = _("What was measured of the models in force")
    return table(columns, body, caption=title, told=caption, source=origins.FORECASTS, **about)


def _measure(one: Record) -> str:
    """What was measured, with the feature that it is about in plain words."""
    told = escape(texts.word("measure", one["measure"]))
    return told + element("div", quantities.named(one["name"]), css="tc-quiet") if one["name"] else told


def due(rows: pd.DataFrame, cards: Cards) -> list[str]:
    """Why retraining is due, in sentences; nothing where it is not."""
    reasons = rows[rows["due"]].sort_values("value", ascending=False)
    told = []
    for (measure, name), part in reasons.groupby(["measure", "name"], sort=False):
        abouts = list(dict.fromkeys(_about(one, cards) for one in part.to_dict("records")))
        one = part.iloc[0]
        facts = {key: figure(measure, one[key]) for key in ("value", "low", "high")}
        doc = _doc(cards.get(str(one["model_version_id"])), name)
        told.append(_(DUE[measure]).format(about=fmt.apiece(abouts), doc=doc, **facts))
    return told


def _doc(card: Record | None, name: str) -> str:
    """What a feature is in plain words, or in the words of its card."""
    docs = {one["name"]: one["doc"] for one in (card or {}).get("features") or []}
    return quantities.spoken(name, str(docs.get(name, name)).rstrip("."))


def due_list(reasons: Sequence[str]) -> str:
    """The reasons as a list."""
    return element("ul", *[text("li", one) for one in reasons], css="tc-list")


def _about(one: Record, cards: Cards) -> str:
    card = cards.get(str(one["model_version_id"]))
    return question(card["target"], card["horizon_days"]) if card else _("All reports")


def _range(one: Record) -> str:
    low, high = (
        None if fmt.missing(one[name]) else figure(one["measure"], one[name]) for name in ("low", "high")
    )
    if low is None and high is None:
        return "–"
    return fmt.isolated(f"{low}–{high}") if low is not None else _("up to {high}").format(high=high)


def _inside(one: Record) -> bool:
    low, high = one["low"], one["high"]
    return not (not fmt.missing(low) and one["value"] < low or not fmt.missing(high) and one["value"] > high)


def question(target: Any, horizon_days: Any) -> str:
    """A target and its horizon: Escalation, 28 days."""
    span = n_("{count} day", "{count} days", int(horizon_days))
    return _("{target}, {span}").format(target=texts.word("target", target), span=span)


def figure(measure: str, value: Any) -> str:
    """A measured number as readers meet it."""
    if fmt.missing(value):
        return "–"
    decimals = {"age": 0, "brier": 4, "feature": 2, "volume": 1}
    return fmt.percent(value) if measure == "base_rate" else fmt.number(value, decimals[measure])


def score(value: Any) -> str:
    """A Brier score, or a dash."""
    return "–" if fmt.missing(value) else fmt.number(value, 4)


# --- chart ------------------------------------------------------------------------------------------


def chart(rows: pd.DataFrame, cards: Cards) -> go.Figure:
    """By level: what was said on average beside how often it happened, in per cent."""
    found = summed(rows[rows["scored"] > 0], ["level"], cards)
    names = [levels.named(int(level)) for level in found["level"]]
    bars = [
        (_("Said"), "mean_said", SAID, ""),
        (_("Happened"), "mean_happened", HAPPENED, "/"),
    ]
    return go.Figure(
        {
            "data": [
                {
                    **{"type": "bar", "name": title, "x": names, "y": list(100 * found[name])},
                    **{"marker": {"color": colour, "pattern": {"shape": shape}}},
                    "hovertemplate": "%{y:.1f}%",
                }
                for title, name, colour, shape in bars
            ],
            "layout": {
                **{"height": 300, "barmode": "group", "hovermode": "x unified"},
                **{
                    "margin": {"l": 8, "r": 8, "t": 28, "b": 8},
                    "legend": {"orientation": "h", "y": 1.12, "x": 0},
                },
                "xaxis": {"fixedrange": True},
                "yaxis": {"fixedrange": True, "rangemode": "tozero", "ticksuffix": "%"},
            },
        }
    )


def told(rows: pd.DataFrame, cards: Cards) -> str:
    """The chart in words."""
    found = summed(rows[rows["scored"] > 0], ["level"], cards)
    lines = [
        _("{level}: said {said}, happened {happened} ({count} forecasts)").format(
            level=levels.word(int(one["level"])),
            said=fmt.percent(one["mean_said"]),
            happened=fmt.percent(one["mean_happened"]),
            count=fmt.count(one["scored"]),
        )
        for one in found.to_dict("records")
    ]
    return fmt.apiece(lines) + "."
