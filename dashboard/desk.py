"""The drafts that wait for a person, one open at a time: what came in, what is filled in, and what becomes of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import components, editor, fmt, intake, keeping, links, markup, texts, uploading
from dashboard.data import View, gazetteer
from dashboard.i18n import N_, _, n_
from db import queries

REASONS = {
    "sound": N_("read and found sound"),
    "called": N_("confirmed by a call"),
    "old": N_("an old story"),
    "elsewhere": N_("not in this region"),
    "not_event": N_("no event"),
    "unsafe": N_("unsafe to keep"),
}
AT = "draft_at"
TAKING, LEAVING = ("sound", "called"), ("old", "elsewhere", "not_event", "unsafe")


def drawn(view: View, keep: links.Kept) -> None:
    """The drafts in order, one open at a time."""
    rows = view.ask(queries.drafts).to_dict("records")
    at = _place(rows)
    if not rows:
        components.note(components.INFO, _("Nothing waits for review."))
        return
    _head(rows, at)
    row = rows[at]
    st.session_state[intake.OPEN], st.session_state[AT] = str(row["draft_id"]), at
    left, right = st.columns([3, 2])
    with left:
        st.html(_card(row))
        intake.text_of(view, row)
        if answers := uploading.answers(row):
            st.html(answers)
    with right:
        names = gazetteer(view.store, view.version, view.region.id)
        given = intake.filled(view, row)
        form = editor.Form(
            view,
            keeping.form_key(f"review_{row['draft_id']}", row),
            given,
            row["suggestions"] or (),
            names,
            keeping.keeper(view, "", row),
        )
        cells = editor.fill_in(form)
        keeping.keep_up(view, row, cells)
        intake.readback(cells)
    _decide(view, row, cells, form.open_questions)


def _place(rows: Sequence[Mapping[str, Any]]) -> int:
    """Which draft is open: the one in the address, else the one that was, else the next; says who was quicker."""
    ids = [str(one["draft_id"]) for one in rows]
    wanted = st.query_params.get("draft") or st.session_state.pop(intake.OPEN, None)
    if wanted in ids:
        return ids.index(wanted)
    if wanted:
        told = _("The draft that was open here was decided upon meanwhile, or there is none with this id.")
        components.note(components.WARNING, told)
        st.query_params.pop("draft", None)
    return max(0, min(st.session_state.get(AT, 0), len(rows) - 1))


def _head(rows: Sequence[Mapping[str, Any]], at: int) -> None:
    count = n_("{count} draft waits", "{count} drafts wait", len(rows))
    components.heading(_("{at} of {count}").format(at=at + 1, count=count))
    with st.container(horizontal=True):
        _step(_("Previous"), "k", rows, at - 1)
        _step(_("Next"), "j", rows, at + 1)
    st.caption(_("Keys: j next, k previous, a accept, x leave out."))


def _step(label: str, key: str, rows: Sequence[Mapping[str, Any]], to: int) -> None:
    there = 0 <= to < len(rows)
    if st.button(label, shortcut=key, disabled=not there, key=f"step_{key}"):
        st.query_params["draft"] = str(rows[to]["draft_id"])
        st.rerun()


def _card(row: Mapping[str, Any]) -> str:
    source = "" if fmt.missing(row["source"]) else str(row["source"])
    parts = [texts.word("origin", row["origin"]), source, fmt.instant(row["received_at"])]
    said = (row["fields"] or {}).get("title") or row["title"]
    title = "" if fmt.missing(said) else str(said)[:300]
    head = markup.text("h3", title or _("Without a title"), dir="auto")
    return head + markup.text("p", " · ".join(part for part in parts if part), "tc-where")


def _decide(view: View, row: Mapping[str, Any], cells: Mapping[str, str], left: Sequence[str]) -> None:
    if not intake.may_act():
        return
    into = _into(row, _same(view, cells))
    why = st.pills(
        _("Why"), list(REASONS), format_func=lambda one: _(REASONS[one]), key=f"why_{row['draft_id']}"
    )
    reason = _(REASONS[why if why in TAKING else "sound"])
    key = row["draft_id"]  # a click meant for a draft that is gone must not decide upon the next one
    with st.container(horizontal=True):
        taken = st.button(_("Accept"), type="primary", shortcut="a", key=f"accept_{key}")
        go_on = st.button(_("Accept, and tell of another incident in it"), key=f"another_{key}")
        if (taken or go_on) and left:
            components.note(components.ERROR, _("Choose first: {open}.").format(open=fmt.listed(left)))
        elif taken:
            intake.accept(view, row, reason, into or None)
        elif go_on:
            intake.accept_and_go_on(view, row, reason, into or None)
        if st.button(_("Leave out"), shortcut="x", key=f"reject_{key}"):
            if why not in LEAVING:
                components.note(components.ERROR, _("To leave it out, choose why first."))
            else:
                intake.reject(view, row, _(REASONS[why]))


def _into(row: Mapping[str, Any], known: Mapping[str, str]) -> str:
    """The incident a draft speaks of, where others of its place and days are known."""
    if not known:
        return ""
    own = {"": _("an incident of its own")}
    options = {**own, **known}
    key = f"into_{row['draft_id']}"
    return st.selectbox(_("It speaks of"), list(options), format_func=lambda one: options[one], key=key)


def _same(view: View, cells: Mapping[str, str]) -> dict[str, str]:
    """Incidents of the same days and place, which the draft may speak of too."""
    place, start, end = (cells.get(name) for name in ("place_id", "date_start", "date_end"))
    if not (place and start and end):
        return {}
    found = view.ask(queries.near_in_time, place_id=place, start=start, end=end)
    return {
        str(one["incident_id"]): f"{texts.word('incident_type', one['incident_type'])}, "
        f"{fmt.days(one['date_start'], one['date_end'])}, {texts.where(one)}"
        for one in found.to_dict("records")
    }
