"""What somebody fills in is kept at once: a draft begun with its first answer, gone on with, and kept up."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import access, components
from dashboard.data import View, change, viewer
from dashboard.i18n import _
from db import clock, drafts, queries
from db.drafts import Incoming
from db.errors import TocsinError
from db.vocab import Origin

NEW, BEGUN, JUST, KEPT = "new_draft", "begun_draft", "just_begun", "answer_kept"
FIRST = ("incident_type", "place", "source_id", "title", "date_start")

Answers = Mapping[str, str]


def resumed(view: View) -> dict[str, Any] | None:
    """The open draft that the address names, else the one this reader began and has not left for review."""
    rows = {str(one["draft_id"]): one for one in view.ask(queries.drafts).to_dict("records")}
    wanted, begun = st.query_params.get("draft"), st.session_state.get(BEGUN)
    if wanted and wanted not in rows:
        told = _("This draft was decided upon already, or there is none with this id.")
        components.note(components.WARNING, told)
    elif not wanted and begun in rows:
        st.query_params["draft"] = wanted = begun
        if st.session_state.get(JUST) != begun:
            told = _("This is the report you began. “Done” leaves it for review, and begins another.")
            components.note(components.INFO, told)
    elif not wanted and begun:
        forget()
    st.session_state.pop(JUST, None)
    return rows.get(wanted or "")


def forget() -> None:
    """The report that was begun here is done with; the next form begins another."""
    for name in (NEW, BEGUN):
        st.session_state.pop(name, None)
    st.query_params.pop("draft", None)


def keeper(view: View, key: str, row: Mapping[str, Any] | None) -> Callable[[Answers], None]:
    """What keeps an answer as it is given: a widget calls it before the page is drawn anew.

    So no click that follows at once can take the answer away by ending the run of the page.
    """

    def keep(answers: Answers) -> None:
        access.look_at(view.region.id)
        try:
            if row is None:
                _begin(view, key, answers)
            else:
                _amend(view, row, answers)
        except TocsinError:
            return  # the run of the page that follows tries again, and says why it cannot be
        st.session_state[KEPT] = True

    return keep


def begin(view: View, key: str, answers: Answers) -> None:
    """Keep the first thing that somebody fills in as a draft, and go on under its address."""
    if any(answers.get(name) for name in FIRST):
        st.query_params["draft"] = _begin(view, key, answers)
        st.rerun()


def _begin(view: View, key: str, answers: Answers) -> str:
    incoming = Incoming(
        region_id=view.region.id, origin=Origin.FORM, external_id=key, by=viewer().name,
        title=answers.get("title"), fields=filled(answers),
    )  # fmt: skip
    made: list[str] = []
    change(view.store, lambda session: made.append(drafts.save(session, viewer(), incoming, clock.now())[0]))
    st.session_state[BEGUN] = st.session_state[JUST] = made[0]
    return made[0]


def keep_up(view: View, row: Mapping[str, Any], cells: Answers) -> None:
    """Keep what follows from the answers as they stand, and say that they are kept."""
    before = row["fields"] or {}
    changed = {name: value for name, value in cells.items() if value != str(before.get(name) or "")}
    if changed:
        _amend(view, row, changed)
    if st.session_state.pop(KEPT, False) or changed:
        st.toast(_("Kept"))


def _amend(view: View, row: Mapping[str, Any], changed: Answers) -> None:
    change(view.store, lambda session: drafts.amend(session, viewer(), row["draft_id"], changed))
    about = _about(row)
    turn, known = st.session_state.get(about, (0, row["fields"] or {}))
    st.session_state[about] = (turn, filled({**known, **changed}))


def form_key(key: str, row: Mapping[str, Any]) -> str:
    """The key of a draft's form: another one where somebody else changed the draft since it was drawn here.

    So the form begins anew with what they filled in; a form that stands never writes older cells over newer ones.
    """
    about, fields = _about(row), dict(row["fields"] or {})
    turn, known = st.session_state.get(about, (0, fields))
    if known != fields:
        turn += 1
        components.note(components.WARNING, _(components.MEANWHILE))
    st.session_state[about] = (turn, fields)
    return f"{key}_{turn}" if turn else key


def filled(answers: Answers) -> dict[str, str]:
    """The answers that were given; what is empty is unknown."""
    return {name: value for name, value in answers.items() if value != ""}


def _about(row: Mapping[str, Any]) -> str:
    return f"draft_{row['draft_id']}"
