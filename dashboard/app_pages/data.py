"""Data: what came in, what was refused, how fresh it is, and which models judge it."""

import streamlit as st

from dashboard import cards, components, frame, ledgers, model_cards, uploading
from dashboard.data import View
from dashboard.i18n import N_, _
from db import queries

ISSUES_SHOWN = 50
PARTS = {
    "sources": N_("Sources"),
    "feeds": N_("Feeds"),
    "imports": N_("Imports"),
    "table": N_("Take in a table"),
    "models": N_("Models"),
    "jobs": N_("Jobs"),
}


def sources(view: View) -> None:
    """What each source covers and how fresh it is."""
    coverage = view.ask(queries.coverage)
    st.html(ledgers.sources(coverage, view.ask(queries.freshness)))
    components.download(coverage, view, "sources")


def feeds(view: View) -> None:
    """What is asked for news again and again, and how it stands."""
    found = view.ask(queries.feeds)
    if found.empty:
        components.note(components.INFO, _("Nothing is asked for news yet. Note a feed with:"))
        st.code("tocsin feed add ged --kind ucdp_download --set version=monthly", language=None)
        return
    st.html(ledgers.feeds(found))
    components.download(found, view, "feeds")


def jobs(view: View) -> None:
    """The runs of jobs."""
    found = view.plainly(queries.runs, limit=50)
    if found.empty:
        st.text(_("No job has run yet."))
        return
    st.html(ledgers.runs(found))
    components.download(found, view, "jobs")


view = frame.opened(_("Data"))
st.html(cards.freshness(view.ask(queries.freshness), view.covered, view.as_of))
part = components.switch(_("Part"), {one: _(words) for one, words in PARTS.items()}, "part", "sources")
{
    "sources": sources,
    "feeds": feeds,
    "imports": uploading.imports,
    "table": uploading.page,
    "models": model_cards.drawn,
    "jobs": jobs,
}[part](view)
frame.foot(view)
