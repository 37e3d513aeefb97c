"""Similar situations before and what followed, in a sentence and a table; orientation, not a forecast."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from dashboard import fmt, links, origins, texts
from dashboard.i18n import _, n_
from dashboard.markup import link, table


def told(found: pd.DataFrame) -> str:
    """How many of the most similar situations were followed by an escalation, of how many that is known."""
    known = [bool(one) for one in found["followed"] if not fmt.missing(one)]
    within = n_("within {count} day", "within {count} days", int(found["horizon_days"].iloc[0]))
    if not known:
        return _("What followed the most similar situations is not known: no source covered those days.")
    said = _("In {hits} of {situations} before, violence escalated {within}.").format(
        situations=n_(
            "the {count} most similar situation", "the {count} most similar situations", len(known)
        ),
        within=within,
        hits=fmt.number(sum(known)),
    )
    if len(found) == len(known):
        return said
    rest = n_("Of {count} more nobody knows it.", "Of {count} more nobody knows it.", len(found) - len(known))
    return f"{said} {rest}"


def show(found: pd.DataFrame, keep: links.Kept) -> str:
    """The situations, the most similar first; each opens that community on that day."""
    rows = [
        [
            link(texts.name(one), _to(one, keep)),
            link(fmt.day(one["day"]), _to(one, keep)),
            escape(fmt.number(one["distance"], 2)),
            escape(_followed(one["followed"])),
            escape(_count(one["incidents"])),
            escape(_count(one["deaths"])),
        ]
        for one in found.to_dict("records")
    ]
    columns = [
        _("Community"),
        _("Day"),
        _("Distance"),
        _("What followed"),
        _("Violent incidents"),
        _("Known deaths"),
    ]
    caption = _(
        "For orientation, not a forecast. Similar is what moves the model similarly; the distance is in log-odds, 0 is "
        "the same. Only situations whose following days were over, at most one for a community within 60 days."
    )
    about: dict[str, Any] = {"numbers": (2, 4, 5), "units": ("log_odds", "incidents", "persons")}
    return table(
        columns, rows, caption=_("Similar situations before"), told=caption, source=origins.FORECASTS, **about
    )


def _to(one: Mapping[str, Any], keep: links.Kept) -> str:
    return links.to("community", {**keep, "as_of": one["day"].isoformat()}, community=one["area_id"])


def _followed(value: Any) -> str:
    if fmt.missing(value):
        return _("not known")
    return _("violence escalated") if value else _("no escalation")


def _count(value: Any) -> str:
    return _("not known") if fmt.missing(value) else fmt.count(value)
