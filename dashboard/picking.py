"""Putting incidents into dossiers by hand, on the page where they are read."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import components, fmt
from dashboard.data import View, viewer
from dashboard.i18n import _
from db import clock, dossiers, policy, queries

WHO_LENGTH, REASON_LENGTH = 64, 2000


def one(view: View, incident_id: str) -> None:
    """Put the incident that is open into a dossier, or take it out; nothing for readers who may not change anything."""
    if not policy.sight(viewer()).acts:
        return
    rows = _standing(view)
    inside = [str(row["name"]) for row in rows.to_dict("records") if incident_id in row["incident_ids"]]
    with _beside():
        if inside:
            st.caption(_("It stands in: {names}").format(names=fmt.apiece(map(fmt.apart, inside))))
        act = _act(incident_id)
        name = _named(rows, incident_id)
        left, right = st.columns(2)
        if left.button(_("Put it in"), disabled=not name or name in inside, key=f"put_{incident_id}"):
            _do(view, lambda s: dossiers.add(s, viewer(), view.region.id, str(name), [incident_id], **act()))
        if right.button(_("Take it out"), disabled=name not in inside, key=f"out_{incident_id}"):
            _do(
                view,
                lambda s: dossiers.take_out(s, viewer(), view.region.id, str(name), incident_id, **act()),
            )


def shown(view: View, incident_ids: Sequence[str]) -> None:
    """Put the incidents of a list, as they stand on the page, into a dossier."""
    if not policy.sight(viewer()).acts:
        return
    with _beside():
        st.caption(_("What stands on this page goes in; single incidents are taken out where they are open."))
        act = _act("list")
        name = _named(_standing(view), "list")
        if st.button(_("Put them in"), disabled=not name, key="put_list"):
            _do(view, lambda s: dossiers.add(s, viewer(), view.region.id, str(name), incident_ids, **act()))


def _standing(view: View) -> pd.DataFrame:
    """The dossiers as they are now, whatever day the page shows: they are the team's own, no news of the world."""
    return view.ask(queries.dossiers, as_of=view.today)


def _beside() -> Any:
    return st.popover(_("Dossiers: sets of incidents for briefings"), icon=":material/folder_open:")


def _act(about: str) -> Callable[[], dict[str, Any]]:
    """Who acts and why, as it is typed; the moment is that of the click."""
    who = components.who(WHO_LENGTH, "_dossier")
    why = st.text_input(_("Why"), key=f"why_dossier_{about}", max_chars=REASON_LENGTH)
    return lambda: {"by": who, "reason": why, "now": clock.now()}


def _named(rows: pd.DataFrame, about: str) -> str | None:
    """The name of a dossier, of one that stands or a new one."""
    chosen: str | None = st.selectbox(
        _("Dossier"),
        list(rows["name"]),
        index=None,
        key=f"dossier_{about}",
        placeholder=_("Choose one, or write a new name"),
        accept_new_options=True,
    )
    return (chosen or "").strip()[: dossiers.NAME_LENGTH] or None


def _do(view: View, act: Callable[[Session], Any]) -> None:
    if components.done(view, act):
        st.rerun()
