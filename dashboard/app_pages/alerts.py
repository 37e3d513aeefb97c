"""Alerts: which are open, who has taken them on, how they ended; and the acts themselves."""

import streamlit as st

from dashboard import components, fmt, links, markup, tables, texts
from dashboard.alerts import handling
from dashboard.alerts.handling import Act
from dashboard.data import View, change, viewer
from dashboard.i18n import N_, _
from db import clock, queries
from db.errors import TocsinError
from db.vocab import Handling, Outcome

NAMED = 80
GROUPS = {
    "open": N_("Open: nobody has taken them on"),
    "acknowledged": N_("Acknowledged: somebody is on it"),
    "resolved": N_("Resolved"),
}


def group(handled: str | None) -> str:
    """Which of the three lists an alert belongs to."""
    return handled if handled in (Handling.ACKNOWLEDGED, Handling.RESOLVED) else "open"


def card(row: dict[str, object], keep: links.Kept) -> str:
    """An alert in a few lines."""
    name = link_to(row, keep)
    opened = _("Opened {day}; condition: {condition}; handling: {handling}.").format(
        day=fmt.day(row["opened_on"]),
        condition=texts.word("condition", row["condition"]),
        handling=texts.word("handling", row["handling"]),
    )
    last = _("Last step {day} by {who}: {why}").format(
        day=fmt.day(row["day"]), who=row["actor"], why=row["reason"]
    )
    ended = "" if fmt.missing(row["outcome"]) else markup.text(
        "p", _("Outcome: {outcome}").format(outcome=texts.word("outcome", row["outcome"]))
    )  # fmt: skip
    head = markup.element(
        "div", markup.element("h3", name), markup.level_words(int(row["level"])), css="tc-head"
    )
    body = markup.element(
        "div", markup.text("p", opened), markup.text("p", last, "tc-change"), ended, css="tc-body"
    )
    return markup.element("article", head, body, css=f"tc-card tc-l{row['level']}")


def link_to(row: dict[str, object], keep: links.Kept) -> str:
    """The community's name, opening its page."""
    return markup.link(texts.name(row), links.to("community", keep, community=row["community_id"]))


def acts(view: View, row: dict[str, object], who: str) -> None:
    """The forms to acknowledge and to resolve an alert."""
    alert = str(row["alert_id"])
    with st.expander(_("Act on this alert"), key=f"act_{alert}"):
        why = st.text_area(_("Why, or what was done"), key=f"why_{alert}", max_chars=2000)
        left, right = st.columns(2)
        if row["handling"] != Handling.ACKNOWLEDGED and left.button(_("Acknowledge"), key=f"ack_{alert}"):
            carry_out(view, alert, who, why, None)
        outcome = right.selectbox(_("Outcome"), list(texts.choices("outcome")), index=None, key=f"outcome_{alert}",
                                  format_func=texts.choices("outcome").get, placeholder=_("What became of it?"))  # fmt: skip
        if right.button(_("Resolve"), key=f"resolve_{alert}"):
            carry_out(view, alert, who, why, outcome or "")


def carry_out(view: View, alert_id: str, who: str, why: str, outcome: str | None) -> None:
    """Append the act to the alert's life, or say what is missing."""
    if not who.strip() or (outcome is not None and not (outcome and why.strip())):
        st.error(_("Please give your name; to resolve, also the reason and the outcome."))
        return
    act = Act(actor=who.strip(), reason=why, day=view.as_of, at=clock.now())
    try:
        if outcome is None:
            change(view.store, lambda session: handling.acknowledge(session, viewer(), alert_id, act))
        else:
            change(
                view.store,
                lambda session: handling.resolve(session, viewer(), alert_id, act, Outcome(outcome)),
            )
    except TocsinError as error:
        st.error(str(error))
        return
    st.rerun()


def life(view: View, alert_id: str) -> None:
    """All steps of an alert."""
    with st.expander(_("All steps"), key=f"life_{alert_id}", on_change="rerun") as opened:
        if opened.open:
            steps = view.plainly(queries.transitions, region_id=view.region.id, alert_id=alert_id)
            st.html(tables.transitions(steps[steps["day"] <= view.as_of]))


view = components.frame(_("Alerts"))
keep = components.keep(view)
found = view.ask(queries.alerts)
if found.empty:
    st.info(_("No alert has been raised up to this day. Alerts are raised by the daily job:"))
    st.code(f"tocsin daily --as-of {view.as_of}", language="bash")
who = ""
if not found.empty:
    who = st.text_input(
        _("Your name or initials, for what you do here"), key="who", max_chars=NAMED, width=360
    )
for name, title in GROUPS.items():
    rows = [one for one in found.to_dict("records") if group(one["handling"]) == name]
    if rows:
        components.heading(f"{_(title)} ({len(rows)})")
    for row in rows:
        with st.container(border=False, key=f"alert_{row['alert_id']}"):
            st.html(card(row, keep))
            if name != "resolved":
                acts(view, row, who)
            life(view, str(row["alert_id"]))
components.download(found, view, "alerts")
components.foot(view)
