"""Incidents: find them, and open one down to what each report says."""

import streamlit as st

from dashboard import (
    components,
    dossier,
    exhibits,
    fmt,
    frame,
    links,
    markup,
    present,
    settling,
    stepping,
    tables,
    texts,
)
from dashboard.data import View
from dashboard.i18n import _
from db import queries
from db.errors import BadInput

PAGE = 30


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
        since = left.date_input(_("From"), value=None, key="since", bind="query-params", format="YYYY-MM-DD")
        until = right.date_input(
            _("Until"), value=None, key="until", bind="query-params", format="YYYY-MM-DD"
        )
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
    return {**found, "text": wanted.strip()[:200] or None}


def listing(view: View, keep: links.Kept) -> None:
    """The table of what was found, a page at a time."""
    asked = filters(view)
    total = view.ask(queries.incident_count, **asked)
    components.heading(
        _("Incidents known on {day}: {total}").format(total=f"{total:,}", day=fmt.day(view.as_of))
    )
    if not total:
        components.note(
            components.INFO,
            _("Nothing found. Fewer filters find more; and what nobody reported is not here."),
        )
        return
    pages = max(-(-total // PAGE), 1)
    at = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    rows = view.ask(queries.incidents, limit=PAGE, offset=PAGE * (at - 1), **asked)
    if pages > 1:
        stepping.pages(at, pages)
    told = _("Page {at} of {pages}, the newest first.").format(at=at, pages=pages)
    st.html(tables.incidents(rows, keep, told))
    components.download(rows.drop(columns=["figures", "attributions"]), view, f"incidents-page-{at}")


def detail(view: View, keep: links.Kept, incident_id: str) -> None:
    """One incident: what is believed, what each report says, whom it concerns, how the picture changed."""
    st.html(markup.link(_("Back to all incidents"), links.to("incidents", keep)))
    try:
        found = view.ask(queries.incident, incident_id=incident_id)
    except BadInput:
        components.note(
            components.WARNING,
            _("This incident was not known on {day}, or there is none with this id.").format(
                day=fmt.day(view.as_of)
            ),
        )
        return
    components.heading(present.title(found.facts))
    st.html(dossier.summary(found))
    for title, told, pieces in dossier.parts(found, keep):
        components.heading(title, told)
        st.html(pieces)
    exhibits.drawn(view, incident_id)
    components.heading(_("How the picture changed"))
    st.html(dossier.versions(found.versions))
    if not found.history.empty:
        st.html(dossier.changes(found.history))
    settling.form(view, found)
    components.download(found.claims, view, f"incident-{incident_id}-figures")


view = frame.opened(_("Incidents"))
keep = frame.keep(view)
if wanted := st.query_params.get("incident"):
    detail(view, keep, wanted)
else:
    listing(view, keep)
frame.foot(view)
