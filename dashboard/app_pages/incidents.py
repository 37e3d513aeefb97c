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
    picking,
    present,
    seeking,
    settling,
    stepping,
    tables,
)
from dashboard.data import View
from dashboard.i18n import _
from db import queries
from db.errors import BadInput

PAGE = 30


def listing(view: View, keep: links.Kept) -> None:
    """The table of what was found, a page at a time."""
    asked = seeking.filters(view)
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
    st.html(tables.incidents(rows, {**keep, **seeking.kept()}, told))
    components.download(rows.drop(columns=["figures", "attributions"]), view, f"incidents-page-{at}")
    picking.shown(view, list(rows["incident_id"]))


def detail(view: View, keep: links.Kept, incident_id: str) -> None:
    """One incident: what is believed, what each report says, whom it concerns, how the picture changed."""
    st.html(markup.link(_("Back to all incidents"), links.to("incidents", {**keep, **seeking.kept()})))
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
        for name, piece in pieces.items():
            if name == "figures-by-report":
                st.html(piece)
                components.download(found.claims, view, f"incident-{incident_id}-{name}")
            else:
                components.table(piece, view, f"incident-{incident_id}-{name}")
    exhibits.drawn(view, incident_id)
    components.heading(_("How the picture changed"))
    components.table(dossier.versions(found.versions), view, f"incident-{incident_id}-versions")
    if not found.history.empty:
        components.table(dossier.changes(found.history), view, f"incident-{incident_id}-changes")
    settling.form(view, found)
    picking.one(view, incident_id)


view = frame.opened(_("Incidents"))
keep = frame.keep(view)
if wanted := st.query_params.get("incident"):
    detail(view, keep, wanted)
else:
    listing(view, keep)
frame.foot(view)
