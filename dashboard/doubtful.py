"""What came into the record and nobody has looked at yet, one after the other, the doubtful first."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import components, fmt, links, markup, overlooking, shift, tables, texts
from dashboard.data import View, change, viewer
from dashboard.i18n import N_, _, n_
from db import clock, decisions, policy, queries
from db.errors import TocsinError
from db.vocab import DecisionField

PAGE = 25
WHY = {
    "doubtful": N_("doubtful: all that follow but the last"),
    "contested": N_("contested"),
    "unreviewed": N_("only mentioned"),
    "no_place": N_("place unknown"),
    "new": N_("not looked at"),
}
PARTS = {"waiting": N_("Waiting"), "seen": N_("Seen")}
LOOKED_AT, NOT_YET = "looked at in the review queue", "put back into the review queue"


def drawn(view: View, keep: links.Kept) -> None:
    """All that waits, a page at a time, one open; what was seen leaves until something new is said of it."""
    counts = view.ask(queries.look_counts)
    _head(counts)
    seen = (
        components.switch(_("Show"), {one: _(words) for one, words in PARTS.items()}, "look", "waiting")
        == "seen"
    )
    asked = {**_filters(view, counts), "seen": seen}
    total = _total(view, counts, asked)
    rows, found, at = _page(view, asked, total)
    if found.empty:
        told = _("Nothing was looked at yet.") if seen else _("Nothing waits for a look.")
        components.note(components.INFO, told)
    else:
        _open(view, keep, rows, found.iloc[at % PAGE], (at, total, seen))
    if not seen and _works(view):
        overlooking.drawn(view, counts)
    if len(found) > 1:
        _others(view, keep, rows, found, at)


def _works(view: View) -> bool:
    """Whether somebody may act here: not on a past day, whose queue is shown as it was."""
    return policy.sight(viewer()).acts and view.as_of == view.today


def _head(counts: pd.DataFrame) -> None:
    waiting = int(counts["waiting"].sum())
    apart = int(counts.loc[shift.untouched(counts), "waiting"].sum())
    words = n_(
        "{count} incident waits for a look", "{count} incidents wait for a look", waiting - apart or waiting
    )
    components.heading(words, calm(counts))


def calm(counts: pd.DataFrame) -> str:
    """What the number means, so that nobody takes an archive for an alarm."""
    fresh = counts[shift.untouched(counts) & counts["waiting"].gt(0)]
    told = ""
    if len(fresh):
        brought = n_("a file", "{count} files", fresh["batch_id"].nunique())
        came = int(fresh["waiting"].sum())
        more = _("{came} more came with {files}, and nobody has looked at them yet.") + " "
        words = _("{came} came with {files}; none of them has been looked at.") + " "
        told = (more if came < counts["waiting"].sum() else words).format(came=fmt.count(came), files=brought)
    usual = _("Until somebody looks, an incident counts as it was reported.")
    doubtful = int(counts.loc[counts["why"] != "new", "waiting"].sum())
    order = n_(
        "{count} doubtful one comes first, then the newest.",
        "{count} doubtful ones come first, then the newest.",
        doubtful,
    )
    return f"{told}{usual} {order if doubtful else _('The newest come first.')}"


def _filters(view: View, counts: pd.DataFrame) -> dict[str, str | None]:
    """Which ones: for what reason, from which import, about which community; the address keeps it."""
    pack = replace(view, version=view.region.pack_sha256)  # names change with the pack, not with every look
    found = pack.ask(queries.communities).to_dict("records")
    communities = {str(one["community_id"]): texts.name(one) for one in found}
    with components.filters("why", "batch", "community"):
        left, middle, right = st.columns(3)
        why = components.choose(
            _("Why it waits"), {one: _(words) for one, words in WHY.items()}, "why", where=left
        )
        batch = components.choose(_("Came with"), overlooking.files(view, counts), "batch", where=middle)
        community = components.choose(_("Community"), communities, "community", where=right)
    return {"why": why, "batch_id": batch, "community_id": community}


def _total(view: View, counts: pd.DataFrame, asked: Mapping[str, Any]) -> int:
    """How many there are; of a community they are counted, the rest is known from the table of counts."""
    if asked["community_id"]:
        return len(view.ask(queries.needs_look, **asked, limit=None))
    rows = counts
    if asked["why"]:
        rows = rows[rows["why"] != "new"] if asked["why"] == "doubtful" else rows[rows["why"] == asked["why"]]
    if asked["batch_id"]:
        rows = rows[rows["batch_id"] == asked["batch_id"]]
    return int(rows["seen" if asked["seen"] else "waiting"].sum())


def _page(view: View, asked: Mapping[str, Any], total: int) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """The incidents of the page that is open, in their order, with why each waits; and which one is open."""
    said = st.query_params.get(components.PLACE, "")
    asked_for = int(said) - 1 if said.isascii() and said.isdigit() and len(said) < 10 else 0
    at = max(0, min(asked_for, total - 1))
    found = view.ask(queries.needs_look, **asked, limit=PAGE, offset=at - at % PAGE)
    rows = view.ask(queries.incidents, ids=list(found["incident_id"])).set_index("incident_id", drop=False)
    found = found[found["incident_id"].isin(rows.index)].reset_index(drop=True)
    return rows, found, at if at % PAGE < len(found) else at - at % PAGE


def _open(
    view: View, keep: links.Kept, rows: pd.DataFrame, one: pd.Series, place: tuple[int, int, bool]
) -> None:
    """The incident to look at now, in short, and what can be done with it."""
    at, total, seen = place
    here = _("{at} of {count}").format(at=fmt.count(at + 1), count=fmt.count(total))
    row = rows.loc[[one["incident_id"]]]
    components.table(tables.incidents(row, keep, f"{here} · {_(WHY[one['why']])}"), view, "to-look-at")
    summary = row["summary"].iloc[0]
    if not fmt.missing(summary):
        st.html(markup.text("p", str(summary)[:300], "tc-told", dir="auto"))
    _act(view, str(one["incident_id"]), at, total, seen)


def _others(view: View, keep: links.Kept, rows: pd.DataFrame, found: pd.DataFrame, at: int) -> None:
    first = at - at % PAGE + 1
    others = found["incident_id"].drop(index=at % PAGE)
    words = _("The others on this page, {first} to {last}; open one to settle it.")
    caption = words.format(first=fmt.count(first), last=fmt.count(first + len(others)))
    components.table(tables.incidents(rows.loc[list(others)], keep, caption), view, "to-look-at-next")


def _act(view: View, incident_id: str, at: int, total: int, seen: bool) -> None:
    """Its buttons; they act before the page is drawn again, so that it is drawn once."""
    works, last = _works(view), st.session_state.get("last_look")
    if trouble := st.session_state.pop("look_trouble", None):
        components.note(components.ERROR, trouble)
    with st.container(horizontal=True):
        if works and not seen:
            look = {"type": "primary", "shortcut": "s", "key": "seen", "on_click": _look}
            st.button(_("Seen"), args=(view, incident_id, True), **look)
        _step(_("Next"), "j", at + 1, total)
        _step(_("Previous"), "k", at - 1, total)
        if works and (seen or last):
            back = (view, incident_id if seen else str(last), False)
            st.button(_("Take back"), shortcut="u", key="unseen", on_click=_look, args=back)
    keys = _("Keys: s seen, u take back, j next, k previous.")
    past = _("This is the queue as it stood on that day; it is worked off today.")
    st.caption(keys if works else past if view.as_of != view.today else _("Keys: j next, k previous."))


def _step(label: str, key: str, to: int, total: int) -> None:
    there = 0 <= to < total
    st.button(label, shortcut=key, disabled=not there, key=f"look_{key}", on_click=_go, args=(to,))


def _go(to: int) -> None:
    st.query_params[components.PLACE] = str(to + 1)


def _look(view: View, incident_id: str, seen: bool) -> None:
    """Write down that somebody looked, or that the look is taken back; both are kept in the history."""
    field, value = DecisionField.REVIEWED, True if seen else None
    said: dict[str, Any] = {"reason": LOOKED_AT if seen else NOT_YET, "by": viewer().name, "now": clock.now()}
    try:
        change(
            view.store,
            lambda session: decisions.decide(session, viewer(), incident_id, field, value, **said),
        )
    except TocsinError as error:
        st.session_state["look_trouble"] = str(error)
        return
    st.session_state["last_look"] = incident_id if seen else None
    st.toast(_("Written down.") if seen else _("It waits again."))
