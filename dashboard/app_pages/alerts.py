"""Alerts: which are open, who has taken them on, how they ended; and the acts themselves."""

from typing import Any

import streamlit as st

from dashboard import components, fmt, frame, ledgers, links, markup, narrowing, releasing, stepping, texts
from dashboard.alert_groups import GROUPS, group, ordered
from dashboard.alerts import handling
from dashboard.alerts.handling import Act
from dashboard.data import View, viewer
from dashboard.i18n import _
from db import clock, policy, queries
from db.vocab import Handling, Outcome

NAME_LENGTH, REASON_LENGTH = 80, 2000
LINES_SHOWN = 50


def detail(view: View, row: dict[str, Any], keep: links.Kept, ids: list[str]) -> None:
    """One alert: what it is, its steps, and what can be done about it; and the way to the others."""
    st.html(markup.link(_("Back to all alerts"), links.to("alerts", keep)))
    stepping.through(ids, row["alert_id"], "alert", _("Keys: j next, k previous, a acknowledge, x resolve."))
    st.html(ledgers.alert_card(row, keep))
    if group(row["handling"]) != "resolved":
        act(view, row, components.meanwhile(str(row["alert_id"]), row["handling"]))
    components.heading(_("All steps"))
    steps = view.ask(queries.transitions, alert_id=row["alert_id"])
    st.html(ledgers.transitions(steps))
    components.download(steps.drop(columns=["memory"]), view, f"alert-{row['alert_id']}")


def act(view: View, row: dict[str, Any], state: str) -> None:
    """Acknowledge or resolve an alert, with a name and a reason; nothing for readers who may not change anything."""
    if not policy.sight(viewer()).acts:
        return
    components.heading(
        _("What you do about it"), _("It is written down with your name and the time, and never changed.")
    )
    who = components.who(NAME_LENGTH)
    why = st.text_area(_("Why, or what was done"), key="why", max_chars=REASON_LENGTH, height=80)
    outcome = components.choose(
        _("Outcome, to resolve it"), texts.choices("outcome"), "outcome", nothing=_("What became of it?")
    )
    with st.container(horizontal=True):
        if row["handling"] != Handling.ACKNOWLEDGED and st.button(
            _("Acknowledge"), type="primary", shortcut=stepping.ACKNOWLEDGE, key=f"acknowledge_{state}"
        ):
            carry_out(view, str(row["alert_id"]), who, why, None)
        if st.button(_("Resolve"), shortcut=stepping.RESOLVE, key=f"resolve_{state}"):
            carry_out(view, str(row["alert_id"]), who, why, outcome or "")


def carry_out(view: View, alert_id: str, who: str, why: str, outcome: str | None) -> None:
    """Append the act to the alert's life, or say what is missing."""
    if not who.strip():
        components.note(components.ERROR, _("Please give your name or initials first."))
        return
    if outcome is not None and not (outcome and why.strip()):
        components.note(
            components.ERROR, _("To resolve an alert, please give the reason and choose the outcome.")
        )
        return
    done = Act(actor=who.strip(), reason=why, day=view.as_of, at=clock.now())
    about = (viewer(), alert_id, done)
    if components.done(
        view,
        lambda session: (
            handling.acknowledge(session, *about)
            if outcome is None
            else handling.resolve(session, *about, Outcome(outcome))
        ),
    ):
        components.mine(alert_id)
        st.rerun()


def listing(view: View, found: list[dict[str, Any]], keep: links.Kept) -> None:
    """All alerts by how they are handled, the gravest first."""
    if not found:
        components.note(components.INFO, _("No alert of these communities up to this day."))
    for name, title in GROUPS.items():
        if rows := [one for one in ordered(found) if group(one["handling"]) == name]:
            components.heading(fmt.counted(_(title), len(rows)))
            components.long(rows, LINES_SHOWN, name, lambda some: st.html(ledgers.alerts(some, keep)))


view = frame.opened(_("Alerts"))
keep = frame.keep(view)
found = view.ask(queries.alerts)
wanted = st.query_params.get("alert")
chosen = [one for one in found.to_dict("records") if one["alert_id"] == wanted]
if wanted and not chosen:
    told = _("There is no such alert up to {day}.").format(day=fmt.day(view.as_of))
    components.note(components.WARNING, told)
if found.empty:
    told = _("No alert has been raised up to this day. Alerts are raised by the daily job:")
    components.note(components.INFO, told)
    components.command_line(f"tocsin daily --as-of {view.as_of}")
if chosen:
    detail(view, chosen[0], keep, [one["alert_id"] for one in ordered(found.to_dict("records"))])
else:
    releasing.drawn(view)
if not chosen and not found.empty:
    rows = narrowing.alerts(view, found.to_dict("records"), keep)
    listing(view, rows, keep)
    shown = found["alert_id"].isin([one["alert_id"] for one in rows])
    components.download(found[shown], view, "alerts")
frame.foot(view)
