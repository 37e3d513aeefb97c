"""Messages of which nobody knows whether they went out, on the Recipients page: a person says what became of each."""

from typing import Any

import streamlit as st

from dashboard import components, fmt, markup, telling
from dashboard.data import View, viewer
from dashboard.i18n import N_, _
from db import clock, engine, queries, unsent

# What is written down of each, as `db.unsent` says it.
SAID = (
    N_("{who} says that it did arrive"),
    N_("{who} says that it did not arrive; it is sent again"),
    N_("recalled before it was sent: {why}"),
)


def drawn(view: View) -> None:
    """Each unclear message, with what can be said of it; nothing where all is clear."""
    about: dict[str, Any] = {"region_id": view.region.id, "as_of": view.today}
    with engine.reading(view.store) as session:  # never remembered: sending changes no mark of the record
        rows = queries.deliveries(session, viewer(), **about, unclear=True).to_dict("records")
    if not rows:
        return
    components.heading(
        _("Did it arrive?"),
        _(
            "A sender stopped with these messages in hand: ask those people. What you say is kept with your name."
        ),
    )
    who = components.who(telling.NAME_LENGTH, "unclear")
    for one in rows:
        told = _("{who}, by {channel}, {moment}").format(
            who=fmt.apart(one["name"]),
            channel=fmt.apart(one["channel"]),
            moment=fmt.instant(one["claimed_at"]),
        )
        st.html(markup.text("p", told, "tc-told"))
        with st.container(horizontal=True):
            for arrived, label in ((True, _("It did arrive")), (False, _("It did not: send it again"))):
                if st.button(label, key=f"{arrived}_{one['message_id']}"):
                    _settle(view, who, str(one["message_id"]), arrived)


def _settle(view: View, who: str, message: str, arrived: bool) -> None:
    how: dict[str, Any] = {"arrived": arrived, "by": who, "now": clock.now()}
    telling.carry_out(
        view, who, lambda session: unsent.settle(session, viewer(), view.region.id, message, **how)
    )
