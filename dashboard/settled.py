"""What is settled for a region as tables: budgets with the thresholds that follow, and what files say."""

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, levels, origins
from dashboard.i18n import N_, _, n_
from dashboard.markup import table
from db import retention
from db.audience import FEW
from db.errors import TocsinError
from db.queries import RegionInfo

WEEKS_A_YEAR = 365.25 / 7
NAMES = {
    "budgets": N_("Budgets of the levels"),
    "alerts_a_week": N_("Alerts a week"),
    "approvals": N_("People who let a warning out"),
    "contact": N_("Whom to ask"),
    "next_in_line": N_("Who is asked next where nobody answers"),
}
RETENTION = {
    "rejected_drafts_days": N_("Rejected drafts are kept"),
    "documents_days": N_("Files as they came are kept"),
    "messages_days": N_("Messages of jobs and feeds are kept"),
    "access_log_days": N_("Names in the access log are kept"),
    "identities_days": N_("Who a silent protected source is, is kept"),
}


def names() -> dict[str, str]:
    """The levels that have a budget, gravest last."""
    return {name: levels.word(number) for number, name in levels.NAMES.items()}


def budgets(
    chosen: Mapping[str, float], usual: Mapping[str, float], begins: Mapping[str, float], scored: date | None
) -> str:
    """The budget of each level beside what the program comes with, and where the level begins."""
    rows = [
        [
            escape(levels.word(number)),
            escape(fmt.number(chosen[name], 2)),
            escape(fmt.number(usual[name], 2)),
            escape(fmt.percent(begins.get(name))),
        ]
        for number, name in levels.NAMES.items()
    ]
    columns = [
        _("Level"),
        _("False alerts per community and year"),
        _("As the program comes"),
        _("Begins at"),
    ]
    when = (
        _("Thresholds in force on {day}.").format(day=fmt.day(scored))
        if scored
        else _("Nothing is scored yet.")
    )
    about: dict[str, Any] = {"numbers": (1, 2, 3), "units": ("a_year", "percent")}
    title = _("What each level may cost, and where it begins")
    return table(columns, rows, caption=title, told=when, source=origins.RECORD, **about)


def load(chosen: Mapping[str, float], a_week: int | None, communities: int) -> tuple[str, str]:
    """Whether the budgets fit what the team can handle: the kind of a remark, and its words."""
    expected = chosen["watch"] * communities / WEEKS_A_YEAR
    told = _("Over {communities} communities that is about {alerts} false alerts a week at most.").format(
        communities=fmt.count(communities), alerts=fmt.number(expected, 1)
    )
    if a_week is None:
        return "info", told
    room = n_(
        "The team can handle {count} alert a week.", "The team can handle {count} alerts a week.", a_week
    )
    return ("warning" if expected > a_week else "info"), _("{one} {other}").format(one=told, other=room)


def acts(chosen: pd.DataFrame) -> str:
    """Who chose what, when and why."""
    rows = [
        [
            escape(_(NAMES.get(str(one["name"]), str(one["name"])))),
            escape(_value(one["value"])),
            escape(fmt.apart(one["by"])),
            escape(fmt.instant(one["at"])),
            escape("" if fmt.missing(one["reason"]) else str(one["reason"])),
        ]
        for one in chosen.to_dict("records")
    ]
    columns = [_("What"), _("Chosen"), _("Who"), _("When"), _("Why")]
    caption = _("What the team chose; the newest choice holds.")
    return table(columns, rows, caption=caption, source=origins.RECORD)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return fmt.apiece(_part(name, one) for name, one in value.items())
    if isinstance(value, list):
        return fmt.apiece(fmt.apart(one) for one in value)
    return _("none") if value is None else fmt.apart(value)


def _part(name: str, value: Any) -> str:
    shown = fmt.number(value, 2) if isinstance(value, int | float) else fmt.apart(value)
    return _("{name}: {value}").format(name=names().get(name, name), value=shown)


def elsewhere(region: RegionInfo) -> str:
    """What files say: retention and the region's rules, each with its file."""
    few = region.settings.get("suppress_below", FEW)
    rows = [
        [escape(_("Small counts of persons in files for others are hidden below")), escape(fmt.count(few)),
         "region.toml: suppress_below"],
        [escape(_("An escalation is at least so many deaths")),
         escape(fmt.count(region.escalation_floor_deaths)), "region.toml: escalation_floor_deaths"],
        [escape(_("Levels look so many days ahead")), escape(fmt.count(region.alert_horizon_days)),
         "region.toml: alert_horizon_days"],
        *_kept(),
    ]  # fmt: skip
    columns = [_("What"), _("Value"), _("Where it is set")]
    return table(columns, rows, caption=_("Set elsewhere"), headed=True, source=origins.SETTINGS)


def _kept() -> list[list[str]]:
    try:
        rules = retention.rules()
    except TocsinError:
        rules = {}
    return [
        [
            escape(_(words)),
            escape(n_("{count} day", "{count} days", rules[name]) if name in rules else _("for good")),
            f"tocsin.toml: [retention] {name}",
        ]
        for name, words in RETENTION.items()
    ]
