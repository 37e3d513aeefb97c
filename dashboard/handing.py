"""Acts of the Handover page: who takes care of what, notes, the end of a shift and its taking over."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import components, fmt, handover, intake, markup, stepping, texts
from dashboard.data import View, viewer
from dashboard.i18n import N_, _, n_
from dashboard.shift import Record, Shift
from db import clock, policy, queries, shifts
from db.vocab import Handling, Sensitivity

NAME_LENGTH = 64
HOURS = (0, 4, 8, 24, 72)
KINDS = {
    "community": N_("A community"),
    "alert": N_("An alert"),
    "incident": N_("An incident"),
    "draft": N_("A draft"),
}
READERS = {
    "internal": N_("Everybody on the team"),
    "restricted": N_("Analysts and above"),
    "severe": N_("Verifiers and approvers"),
}


def care(view: View, shift: Shift) -> None:
    """Who takes care of what, and the way to give, take and finish it."""
    components.heading(
        _("Who takes care of what"), _("Open tasks, the most urgent first; every change is kept.")
    )
    who = components.who(NAME_LENGTH)
    here = _stepped(
        [_task(row) for row in shift.assignments], "task", _("Keys: j next, k previous, a take it, x done.")
    )
    for row in shift.assignments:
        marked = _task(row) == here
        left, right = st.columns([3, 2], vertical_alignment="center")
        left.html(markup.element("div", handover.cared(row), css=_css("tc-told", marked)))
        with right.container(horizontal=True):
            _acts(view, row, who, marked)
    if not shift.assignments:
        components.note(components.INFO, _("Nobody has taken anything in hand."))
    components.download(view.ask(queries.assignments, done=True), view, "assignments")
    _give(view, who)


def _task(row: Record) -> str:
    return f"{row['entity']} {row['entity_id']}"


def _stepped(ids: list[str], name: str, keys: str) -> str | None:
    """Which of some rows the keys act on, and the way to the next; what they do stands beside them."""
    if not ids:
        return None
    here = stepping.at(ids, name)
    stepping.through(ids, here, name, keys)
    return here


def _css(css: str, marked: bool) -> str:
    return f"{css} tc-here" if marked else css


def _acts(view: View, row: Record, who: str, marked: bool) -> None:
    """What can be done with a task; the keys do it with the one that is marked."""
    take, done = (stepping.ACKNOWLEDGE, stepping.RESOLVE) if marked else (None, None)
    about = (view.region.id, str(row["entity"]), str(row["entity_id"]))

    def write(owner: str | None, done: bool) -> Callable[[Session], Any]:
        how: dict[str, Any] = {"owner": owner, "done": done, "by": who, "now": clock.now()}
        return lambda session: shifts.assign(session, viewer(), *about, **how)

    if row["owner"] != who and st.button(_("Take it"), shortcut=take, key=f"take_{row['seq']}"):
        carry_out(view, write(who, False))
    if st.button(_("Done"), shortcut=done, key=f"done_{row['seq']}"):
        carry_out(view, write(str(row["owner"]), True))
    if st.button(_("Give it back"), key=f"back_{row['seq']}"):
        carry_out(view, write(None, False))


def _give(view: View, who: str) -> None:
    components.heading(_("Give something into somebody's hands"))
    kind = components.choose(
        _("What"), {one: _(words) for one, words in KINDS.items()}, "kind", default="community"
    )
    subject = _subject(view, kind or "community")
    left, right = st.columns(2)
    owner = left.text_input(_("Who takes care of it"), who, max_chars=NAME_LENGTH, key="owner")
    hours = right.selectbox(_("By when"), HOURS, format_func=_within, key="hours")
    words = st.text_input(_("What is to be done"), max_chars=500, key="task")
    if st.button(_("Write it down"), type="primary"):
        if not subject:
            components.note(components.ERROR, _("Choose first what it is about."))
            return
        now = clock.now()
        due = now + timedelta(hours=hours) if hours else None
        how: dict[str, Any] = {
            "owner": owner.strip() or None,
            "due_at": due,
            "note": words,
            "by": who,
            "now": now,
        }
        act = (view.region.id, kind or "community", subject)
        carry_out(view, lambda session: shifts.assign(session, viewer(), *act, **how), words)


def _within(hours: int) -> str:
    return n_("within {count} hour", "within {count} hours", hours) if hours else _("no time is set")


def _subject(view: View, kind: str) -> str | None:
    """Which thing of a kind is meant."""
    if kind == "incident":
        return st.text_input(_("Id of the incident, from its address"), max_chars=64, key="subject").strip()
    return components.choose(_("Which"), _offered(view, kind), f"which_{kind}", nothing=_("Choose"))


def _offered(view: View, kind: str) -> Mapping[str, str]:
    if kind == "alert":
        rows = view.ask(queries.alerts)
        rows = rows[~rows["handling"].isin([Handling.RESOLVED.value, Handling.EXPIRED.value])]
        return {str(one["alert_id"]): texts.name(one) for one in rows.to_dict("records")}
    if kind == "draft":
        rows = view.ask(queries.drafts)
        return {
            str(one["draft_id"]): str(one["title"] or one["draft_id"])[:80] for one in rows.to_dict("records")
        }
    rows = view.ask(queries.communities)
    return {str(one["community_id"]): texts.name(one) for one in rows.to_dict("records")}


def notes(view: View, shift: Shift) -> None:
    """Open notes, the way to close them, and to leave another."""
    components.heading(_("Notes for the next shift"), _("Short, and without names of people."))
    who = components.who(NAME_LENGTH)
    ids = [str(row["note_id"]) for row in shift.notes]
    here = _stepped(ids, "note", _("Keys: j next, k previous, x close it."))
    for name, row in zip(ids, shift.notes, strict=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.html(markup.element("div", handover.noted(row), css=_css("tc-note tc-info", name == here)))
        key = stepping.RESOLVE if name == here else None
        if right.button(_("Close it"), shortcut=key, key=f"note_{name}"):
            now = clock.now()
            carry_out(view, lambda s: shifts.close_note(s, viewer(), name, by=who, now=now))  # noqa: B023
    if not shift.notes:
        components.note(components.INFO, _("No note is open."))
    components.download(view.ask(queries.shift_notes, done=True), view, "notes")
    _leave(view, who)


def _leave(view: View, who: str) -> None:
    components.heading(_("Leave a note"))
    about = components.choose(_("About"), _offered(view, "community"), "about", nothing=_("The whole region"))
    incident = st.text_input(_("Or about an incident: its id"), max_chars=64, key="about_incident").strip()
    words = st.text_area(_("What the next shift should know"), max_chars=shifts.TEXT_LENGTH, key="words")
    seen = policy.sight(viewer()).sensitivities
    levels = [one for one in READERS if Sensitivity(one) in seen]
    read = st.selectbox(_("Who may read it"), levels, format_func=lambda one: _(READERS[one]), key="readers")
    if st.button(_("Leave the note"), type="primary"):
        how: dict[str, Any] = {"by": who, "now": clock.now(), "sensitivity": Sensitivity(read)}
        how |= {"community_id": about if not incident else None, "incident_id": incident or None}
        carry_out(view, lambda session: shifts.note(session, viewer(), view.region.id, words, **how), words)
    elif words:
        intake.warn_of_persons(view, [words])


def ending(view: View, shift: Shift) -> None:
    """The last handover and its taking over; the end of this shift."""
    last = shift.last
    if last:
        taken = (
            _("nobody has taken it over yet") if fmt.missing(last["taken_by"]) else _("{who} took it over")
        )
        told = _("The last shift ended {when}, closed by {who}; {taken}.").format(
            when=fmt.instant(last["until"]),
            who=fmt.apart(last["by"]),
            taken=taken.format(who=fmt.apart(last["taken_by"])),
        )
        st.html(markup.text("p", told, "tc-told"))
    if view.as_of != view.today:
        return
    with st.expander(_("End the shift, or take it over")):
        who = components.who(NAME_LENGTH)
        if last and fmt.missing(last["taken_by"]) and st.button(_("Take the shift over")):
            name, moment = str(last["handover_id"]), clock.now()
            carry_out(view, lambda session: shifts.take(session, viewer(), name, by=who, now=moment))
        words = st.text_area(_("A last word, if you like"), max_chars=shifts.TEXT_LENGTH, key="last_word")
        if st.button(_("End this shift"), type="primary"):
            how: dict[str, Any] = {"since": shift.since, "told": shift.told(), "words": words}
            how |= {"by": who, "now": clock.now()}
            carry_out(view, lambda session: shifts.close(session, viewer(), view.region.id, **how), words)


def carry_out(view: View, act: Callable[[Session], Any], words: str = "") -> None:
    """Do it and show the page anew; where it cannot be done, say why. What seems to be personal is told of."""
    if not components.done(view, act):
        return
    for name in ("words", "last_word", "task", "about_incident"):
        st.session_state.pop(name, None)
    st.rerun()
