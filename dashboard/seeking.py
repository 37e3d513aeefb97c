"""What a reader looks for among the incidents: words, days, kind, governorate and community, kept in the address."""

from typing import Any

import streamlit as st

from dashboard import components, days, texts
from dashboard.data import View
from dashboard.i18n import _
from db import queries

DAY: dict[str, Any] = {
    "value": None,
    "min_value": days.EARLIEST,
    "bind": "query-params",
    "format": "YYYY-MM-DD",
}
NAMES = ("q", "since", "until", "type", "community", "page")
LONGEST = 200


def kept() -> dict[str, str]:
    """The part of the address that says what is looked for: an incident takes it along, and leads back to it."""
    return {name: said[:LONGEST] for name in NAMES if (said := st.query_params.get(name))}


def filters(view: View) -> dict[str, object]:
    """What the reader looks for; all of it lives in the address."""
    communities = {
        one["community_id"]: texts.name(one) for one in view.ask(queries.communities).to_dict("records")
    }
    areas = view.ask(queries.areas)
    homes = {
        one["area_id"]: texts.name(one) for one in areas[areas["kind"] == "governorate"].to_dict("records")
    }
    wanted = st.text_input(
        _("Search in places and summaries"),
        key="q",
        bind="query-params",
        type="search",
        placeholder=_("Search"),
    )
    with components.filters("since", "until", "type", "governorate", "community"):
        left, right = st.columns(2)
        since = left.date_input(_("From"), key="since", **DAY)
        until = right.date_input(_("Until"), key="until", **DAY)
        kind = components.choose(_("What"), texts.choices("incident_type"), "type", where=left)
        home = components.choose(_("Governorate"), homes, "governorate", where=right)
        community = components.choose(_("Community"), communities, "community")
    if since and until and since > until:
        since, until = until, since
    found = {
        "since": since,
        "until": until,
        "incident_type": kind,
        "governorate_id": home,
        "community_id": community,
    }
    return {**found, "text": wanted.strip()[:LONGEST] or None}
