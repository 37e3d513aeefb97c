"""All that an import brought, marked as seen in one act with its reason, and taken back in one."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import components, fmt
from dashboard.data import View, viewer
from dashboard.i18n import N_, _, n_
from db import clock, looks, queries

REASONS = {
    "sample": N_("a sample was read and found sound"),
    "checked": N_("its publisher has checked it"),
    "archive": N_("too long ago to act on"),
}


def files(view: View, counts: pd.DataFrame) -> dict[str, str]:
    """The imports of a table of counts, the newest first: the file's name, where it may be told, and the day."""
    found = view.plainly(queries.batches).to_dict("records")
    brought = set(counts["batch_id"].dropna())
    return {
        str(one["batch_id"]): f"{one['file_name'] or _('a file')}, {fmt.day(one['started_at'])}"
        for one in found
        if one["batch_id"] in brought
    }


def drawn(view: View, counts: pd.DataFrame) -> None:
    """One import after the other: how many of it wait, and the act that looks over them."""
    named = files(view, counts)
    if not named:
        return
    with st.expander(_("A whole file at once"), icon=":material/done_all:"):
        batch = st.selectbox(_("File"), list(named), format_func=lambda one: named[one], key="over_batch")
        rows = counts[counts["batch_id"] == batch]
        waiting, seen = int(rows["waiting"].sum()), int(rows["seen"].sum())
        doubtful = int(rows.loc[rows["why"] != "new", "waiting"].sum())
        told = _("{waiting} of it wait, {doubtful} of them doubtful; {seen} were seen.")
        st.caption(
            told.format(waiting=fmt.count(waiting), doubtful=fmt.count(doubtful), seen=fmt.count(seen))
        )
        spare = st.checkbox(_("Let the doubtful ones wait"), value=True, key="over_spare")
        why = st.pills(_("Why"), list(REASONS), format_func=lambda one: _(REASONS[one]), key="over_why")
        left = waiting - doubtful if spare else waiting
        with st.container(horizontal=True):
            words = n_("Mark {count} as seen", "Mark {count} as seen", left).replace(
                str(left), fmt.count(left)
            )
            if st.button(words, disabled=not left, key="over"):
                _over(view, str(batch), _(REASONS[why]) if why else None, doubtful=not spare)
            if seen and st.button(_("Take the last such act back"), key="over_back"):
                _back(view, str(batch))


def _over(view: View, batch: str, why: str | None, *, doubtful: bool) -> None:
    if why is None:
        components.note(components.ERROR, _("Choose why first; it is written down with your name."))
        return
    about = {"region_id": view.region.id, "as_of": view.as_of, "doubtful": doubtful}
    said = {"reason": why, "by": viewer().name, "now": clock.now()}
    _do(view, lambda session: looks.look_over(session, viewer(), batch, **about, **said))


def _back(view: View, batch: str) -> None:
    said = {"reason": _("put back into the review queue"), "by": viewer().name, "now": clock.now()}
    _do(view, lambda session: looks.take_back(session, viewer(), batch, **said))


def _do(view: View, act: Callable[[Session], Any]) -> None:
    if not components.done(view, act):
        return
    st.session_state["last_look"] = None
    st.toast(_("Written down."))
    st.rerun()
