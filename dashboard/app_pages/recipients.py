"""Recipients: who is told of warnings, of what and how; for those who settle things for the region, changed here."""

import streamlit as st

from dashboard import components, fmt, frame, telling, unclear
from dashboard.data import View
from dashboard.i18n import _
from dashboard.planning import may_settle
from db import policy, queries


def listing(view: View) -> None:
    """Everybody who is told, and the way to one of them or to somebody new."""
    rows = view.ask(queries.recipients).to_dict("records")
    by_id = {str(one["recipient_id"]): one for one in rows}
    if not rows:
        components.note(components.INFO, _("Nobody is told yet. What is let out reaches nobody."))
    else:
        names = telling.Names.of(view)
        st.html(telling.table_of(rows, names))
    if gone := [str(one) for one in view.ask(queries.recipients, left=True)["name"]]:
        told = _("Took themselves off the list in the last 30 days: {names}.").format(names=fmt.listed(gone))
        components.note(components.WARNING, told)
    if not may_settle():
        told = _("An approver or an administrator can change who is told.")
        components.note(components.INFO, told)
        return
    unclear.drawn(view)
    listed = {name: str(one["name"]) for name, one in by_id.items()}
    picked = components.choose(_("Whom"), listed, "recipient", nothing=_("Somebody new"))
    if picked in by_id:
        telling.about(view, by_id[str(picked)])
    else:
        telling.somebody_new(view)


view = frame.opened(_("Recipients"), about_now=True)
components.heading(
    _("Who is told of warnings"),
    _(
        "Roles, not names of persons. Addresses are kept encrypted, like those of sources, and no export tells them."
    ),
)
policy.admit_to_work(telling.viewer(), view.region.id)
listing(telling.today(view))
frame.foot(view)
