"""What came into the record and nobody has looked at yet, one after the other, the doubtful first."""

import streamlit as st

from dashboard import components, links, tables
from dashboard.data import View, change, viewer
from dashboard.i18n import _, n_
from db import clock, decisions, policy, queries
from db.errors import TocsinError
from db.vocab import DecisionField

SHOWN = 50
LOOKED_AT = "looked at in the review queue"


def drawn(view: View, keep: links.Kept) -> None:
    """The newest first; what was looked at leaves the queue until something new is said of it."""
    found = view.ask(queries.needs_look, limit=SHOWN)
    if found.empty:
        told = _("Every incident of the last 30 days was looked at.")
        components.note(components.INFO, told)
        return
    rows = view.ask(queries.incidents, ids=list(found["incident_id"])).set_index("incident_id", drop=False)
    rows = rows.loc[[one for one in found["incident_id"] if one in rows.index]]
    at = min(int(st.session_state.get("doubt_at", 0)), len(rows) - 1)
    count = n_("{count} incident to look at", "{count} incidents to look at", len(rows))
    components.heading(
        count if len(rows) < SHOWN else _("The first {count} incidents to look at").format(count=SHOWN),
        _(
            "What came in of late and nobody has looked at; contested and unplaced ones first. Open it to settle it."
        ),
    )
    st.html(tables.incidents(rows.iloc[at : at + 1], keep, _("The one to look at now.")))
    _act(view, str(rows.iloc[at]["incident_id"]))
    if at + 1 < len(rows):
        st.html(tables.incidents(rows.iloc[at + 1 :], keep, _("The next ones.")))


def _act(view: View, incident_id: str) -> None:
    if not policy.sight(viewer()).acts:
        return
    with st.container(horizontal=True):
        if st.button(_("Looked at"), type="primary", shortcut="a", key="looked_at"):
            _looked_at(view, incident_id)
        if st.button(_("Skip"), shortcut="s", key="skip_doubt"):
            st.session_state["doubt_at"] = int(st.session_state.get("doubt_at", 0)) + 1
            st.rerun()


def _looked_at(view: View, incident_id: str) -> None:
    said = {"reason": LOOKED_AT, "by": viewer().name, "now": clock.now()}
    try:
        change(
            view.store,
            lambda session: decisions.decide(
                session, viewer(), incident_id, DecisionField.REVIEWED, True, **said
            ),
        )
    except TocsinError as error:
        components.note(components.ERROR, str(error))
        return
    st.toast(_("Written down."))
    st.rerun()
