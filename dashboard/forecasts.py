"""What was forecast for one community and what happened: live forecasts and replays told apart."""

from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, origins
from dashboard.i18n import _, n_
from dashboard.markup import level_words, table

SHOWN = 30


def first_of_each_day(found: pd.DataFrame) -> pd.DataFrame:
    """Of several forecasts of a day the first one, among the live ones and among the replays."""
    order = found.sort_values(["issued_at", "score_id"])
    kept = order.drop_duplicates(["as_of", "horizon_days", "live"])
    return kept.sort_values(["as_of", "horizon_days"], ignore_index=True)


def told(found: pd.DataFrame, *, live: bool) -> str | None:
    """Of so many forecasts with a known ending, how many were followed by an escalation; None where there are none."""
    mine = found[(found["live"] == live) & found["brier"].notna()]
    if mine.empty:
        return None
    forecasts = (
        n_("{count} live forecast", "{count} live forecasts", len(mine))
        if live
        else n_("{count} replay of a past day", "{count} replays of past days", len(mine))
    )
    words = _(
        "Of {forecasts} violence escalated after {hits}; {said} were expected. Brier score {brier}; 0 is best."
    )
    return words.format(
        forecasts=forecasts,
        hits=fmt.number(int(mine["obs"].astype(bool).sum())),
        said=fmt.number(float(mine["probability"].sum()), 1),
        brier=fmt.number(float(mine["brier"].mean()), 3),
    )


def by_horizon(found: pd.DataFrame) -> str:
    """All closed forecasts of this community by horizon, and by whether they were live."""
    rows = []
    for (horizon, live), part in found.groupby(["horizon_days", "live"]):
        scored = part[part["brier"].notna()]
        rows.append(
            [
                escape(n_("within {count} day", "within {count} days", int(str(horizon)))),
                escape(_("live") if live else _("replay")),
                escape(fmt.number(len(part))),
                escape(fmt.number(int(part["obs"].isna().sum()))),
                escape(fmt.number(int(scored["obs"].astype(bool).sum()))),
                escape(fmt.number(float(scored["probability"].sum()), 1)),
                escape(_mean(scored["brier"])),
            ]
        )
    columns = [
        _("Escalation"),
        _("Made"),
        _("Closed"),
        _("Not observed"),
        _("Happened"),
        _("Expected"),
        _("Brier score"),
    ]
    caption = _(
        "Forecasts for this community whose days are over. Neighbouring days share most of their days."
    )
    about: dict[str, Any] = {"numbers": range(2, len(columns)), "units": ("forecasts", "percent", "brier")}
    return table(columns, rows, caption=caption, source=origins.FORECASTS, **about)


def _mean(values: pd.Series) -> str:
    return "–" if values.empty else fmt.number(float(values.mean()), 3)


def newest(found: pd.DataFrame) -> str:
    """The newest closed forecasts, one a row."""
    rows = [_row(one) for one in found.iloc[::-1].head(SHOWN).to_dict("records")]
    columns = [
        _("Day"),
        _("Made"),
        _("Level"),
        _("Said"),
        _("What happened"),
        _("Deaths"),
        _("To exceed"),
        _("Brier score"),
    ]
    caption = _(
        "The newest first. It counts as an escalation when the deaths exceed the bar, which is this community's own."
    )
    about: dict[str, Any] = {"numbers": (3, 5, 6, 7), "units": ("percent", "persons", "brier")}
    title = _("The newest closed forecasts")
    return table(columns, rows, caption=title, told=caption, source=origins.FORECASTS, **about)


def _row(one: dict[str, Any]) -> list[str]:
    obs = one["obs"]
    happened = (
        _("not observed") if fmt.missing(obs) else _("violence escalated") if obs else _("no escalation")
    )
    brier = "–" if fmt.missing(one["brier"]) else fmt.number(one["brier"], 3)
    return [
        escape(fmt.day(one["as_of"])),
        escape(_("live") if one["live"] else _("replay")),
        level_words(int(one["level"])),
        escape(fmt.percent(one["probability"])),
        escape(happened),
        escape(fmt.count(one["count"])),
        escape("–" if fmt.missing(one["bar"]) else fmt.number(one["bar"], 1)),
        escape(brier),
    ]
