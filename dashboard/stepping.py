"""Going through things one after the other, by button and by key; what the keys do stands beside them.

A key does nothing while somebody types: Streamlit leaves keys to the field that has the cursor.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard.i18n import _

NEXT, PREVIOUS, ACKNOWLEDGE, RESOLVE = "j", "k", "a", "x"


def through(ids: Sequence[str], here: str, name: str, keys: str) -> None:
    """Previous and next of some ids; the address keeps under `name` which is open. `keys` says what keys do here."""
    at = ids.index(here)
    before, after = ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None
    with st.container(horizontal=True):
        for label, key, to in ((_("Previous"), PREVIOUS, before), (_("Next"), NEXT, after)):
            st.button(
                label, shortcut=key, disabled=to is None, key=f"go_{key}", on_click=_open, args=(name, to)
            )
    st.caption(keys)


def at(ids: Sequence[str], name: str) -> str:
    """Which of some ids the address names under `name`, else the first."""
    wanted = st.query_params.get(name)
    return wanted if wanted is not None and wanted in ids else ids[0]


def pages(at: int, count: int) -> None:
    """The page before and the next one, beside the row of pages."""
    with st.container(horizontal=True):
        for label, key, to in ((_("Previous"), PREVIOUS, at - 1), (_("Next"), NEXT, at + 1)):
            there = 1 <= to <= count
            st.button(label, shortcut=key, disabled=not there, key=f"go_{key}", on_click=_turn, args=(to,))
    st.caption(_("Keys: j next page, k previous page, / search."))


def _open(name: str, to: str) -> None:
    st.query_params[name] = to


def _turn(to: int) -> None:
    st.session_state["page"] = to
