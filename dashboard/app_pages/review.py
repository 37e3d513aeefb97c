"""Review: what came in and waits for a person, one after the other, also by keyboard."""

import streamlit as st

from dashboard import components, desk, doubtful, frame, links, silence, twins
from dashboard.data import View
from dashboard.i18n import N_, _, n_
from db import queries


def unheard(view: View, keep: links.Kept) -> None:
    """Who was expected to speak of which community, and has not."""
    found = view.ask(queries.heard)
    if found.empty:
        told = _(
            "No source is expected to speak regularly: none has a cadence_days in the region's sources.csv."
        )
        components.note(components.INFO, told)
        return
    overdue = found[found["overdue"]]
    components.heading(
        n_("{count} word is overdue", "{count} words are overdue", len(overdue)),
        _(silence.TOLD),
    )
    st.html(silence.table(overdue, keep))
    components.download(found, view, "coverage")


PARTS = {
    "drafts": (N_("Drafts"), desk.drawn),
    "pairs": (N_("Duplicates"), twins.drawn),
    "incidents": (N_("Incidents to look at"), doubtful.drawn),
    "silent": (N_("Silent communities"), unheard),
}
view = frame.opened(_("Review"), about_now=True)
keep = frame.keep(view)
part = components.switch(
    _("Queue"), {one: _(words) for one, (words, _draw) in PARTS.items()}, "part", "drafts"
)
PARTS[part][1](view, keep)
frame.foot(view)
