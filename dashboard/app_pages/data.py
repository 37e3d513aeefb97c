"""Data: sources, feeds, who speaks of whom, what was taken in and what was refused, and the jobs."""

from dataclasses import replace

import streamlit as st

from dashboard import cards, components, frame, origins, sourcing, uploading
from dashboard.i18n import N_, _
from db import queries

PARTS = {
    "sources": (N_("Sources"), sourcing.sources),
    "feeds": (N_("Feeds"), sourcing.feeds),
    "coverage": (N_("Coverage"), sourcing.coverage),
    "imports": (N_("Imports"), uploading.imports),
    "table": (N_("Take in a table"), uploading.page),
    "issues": (N_("Refused rows"), sourcing.issues),
    "jobs": (N_("Jobs"), sourcing.jobs),
}
NOW = ("imports", "issues", "jobs")  # what this store did, whatever day is looked at

view = frame.opened(_("Data"))
st.html(cards.freshness(view.ask(queries.freshness), view.covered, view.as_of))
part = components.switch(
    _("Part"), {one: _(words) for one, (words, _draw) in PARTS.items()}, "part", "sources"
)
if part in NOW:
    origins.know(replace(view, as_of=view.today))
PARTS[part][1](view)
frame.foot(view)
