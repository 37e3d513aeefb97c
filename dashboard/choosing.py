"""Choices on the Settings page: how a reader is spoken to, and what alerts may cost a team."""

import re
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import components, i18n, settled, speech
from dashboard.data import View, viewer
from dashboard.i18n import N_, _
from dashboard.planning import NAME_LENGTH, may_settle
from db import choices, clock, engine, queries
from models.levels import BUDGETS

REASON_LENGTH, LINE_LENGTH = 500, 330
DIGITS = {"western": N_("Western: 0 1 2 3"), "arabic": N_("Arabic-Indic: ٠ ١ ٢ ٣")}
CALENDARS = {"gregorian": N_("Gregorian"), "both": N_("Gregorian, with the Islamic day beside it")}


def of_reader(view: View) -> None:
    """Language, digits and calendar, for this reader only."""
    components.heading(
        _("How you read"),
        _("For you only, wherever you open these pages. What the address says goes before it."),
    )
    now = i18n.speech()
    held = {"lang": now.language, "digits": now.digits, "calendar": now.calendar}
    offered = {
        "lang": (_("Language"), dict(i18n.languages())),
        "digits": (_("Digits"), {code: _(words) for code, words in DIGITS.items()}),
        "calendar": (_("Calendar"), {code: _(words) for code, words in CALENDARS.items()}),
    }
    with st.form("own"):
        picked = {
            name: st.selectbox(label, list(options), list(options).index(held[name]), format_func=options.get)
            for name, (label, options) in offered.items()
        }
        if st.form_submit_button(_("Save"), type="primary"):
            _keep(view, picked)


def _keep(view: View, picked: dict[str, Any]) -> None:
    now = clock.now()
    with engine.writing(view.store) as session:
        for name, value in picked.items():
            choices.choose_own(session, viewer(), name, value, now=now)
    st.session_state[speech.OWN] = dict(picked)
    for name in speech.KEPT:
        st.query_params.pop(name, None)
    st.rerun()


def of_region(view: View) -> None:
    """What alerts may cost, the thresholds that follow, and whom to ask."""
    chosen = view.ask(queries.region_settings)
    values = {str(one["name"]): one for one in chosen.to_dict("records")}
    components.heading(
        _("What alerts may cost"),
        _(
            "Each level may cost so many false alerts per community and year. The thresholds follow from it with the "
            "next daily run, for days that are not scored yet; what was scored stays as it was."
        ),
    )
    communities = len(view.ask(queries.communities))
    budgets = values.get("budgets", {}).get("value") or BUDGETS
    components.table(settled.budgets(budgets, BUDGETS, _begins(view), view.scored_on), view, "budgets")
    a_week = values.get("alerts_a_week", {}).get("value")
    kind, told = settled.load(budgets, a_week, communities)
    components.note(kind, told)
    if not chosen.empty:
        st.html(settled.acts(chosen))
        components.download(chosen.assign(value=chosen["value"].astype(str)), view, "settings")
    if may_settle():
        held = {name: values.get(name, {}).get("value") for name in ("contact", "next_in_line")}
        _form(view, budgets, a_week, held)
    else:
        components.note(components.INFO, _("An approver or an administrator can change this."))


def _begins(view: View) -> dict[str, float]:
    """Where levels began on the newest scored day."""
    if view.scored_on is None:
        return {}
    areas = view.ask(queries.areas)
    first = areas.loc[areas["kind"] == "community", "area_id"].head(1)
    for area in (*first, None):  # one tells it for all; only where that was not scored all are read
        rows: pd.DataFrame = view.ask(queries.scores, as_of=view.scored_on, area_id=area)
        if found := [one for one in rows.get("begins", []) if isinstance(one, dict)]:
            return found[0]
    return {}


def _form(view: View, budgets: Any, a_week: int | None, others: dict[str, Any]) -> None:
    components.heading(
        _("Change it"),
        _("False alerts per community and year that each level may cost, and what your team can handle."),
    )
    sides = st.columns(4, vertical_alignment="bottom")
    low, high = choices.LEAST_BUDGET, choices.MOST_BUDGET
    numbers = {
        name: side.number_input(words, low, high, float(budgets[name]), format="%.2f", key=f"budget_{name}")
        for side, (name, words) in zip(sides, settled.names().items(), strict=False)
    }
    most = sides[3].number_input(
        _("Alerts a week the team can handle"), 1, choices.MOST_A_WEEK, a_week, key="alerts_a_week"
    )
    held: dict[str, Any] = {"budgets": dict(budgets), "alerts_a_week": a_week}
    held |= {"contact": others["contact"] or {}, "next_in_line": others["next_in_line"] or []}
    told = {**_contact(held["contact"]), "next_in_line": _line(held["next_in_line"])}
    why = st.text_input(_("Why"), max_chars=REASON_LENGTH, key="settings_why")
    who = components.who(NAME_LENGTH)
    if st.button(_("Save"), type="primary"):
        _settle(view, {"budgets": numbers, "alerts_a_week": most and int(most), **told}, held, why, who)


def _contact(held: dict[str, str]) -> dict[str, Any]:
    """Whom to ask; nothing where both fields are empty."""
    left, right = st.columns(2)
    role = left.text_input(_("Whom to ask, as a role"), held.get("role", ""), max_chars=64)
    address = right.text_input(
        _("The team's address"), held.get("address", ""), max_chars=choices.ADDRESS_LENGTH
    )
    said = {"role": role.strip(), "address": address.strip()}
    return {"contact": said} if any(said.values()) else {}


def _line(held: list[str]) -> list[str]:
    """Who is asked next where nobody answers a warning in time."""
    said = st.text_input(
        _("Who is asked next where nobody answers, as roles with commas between them"),
        ", ".join(held),
        max_chars=LINE_LENGTH,
        key="next_in_line",
        help=_("Each has as long to answer as the one before; whoever was told of the warning is reminded."),
    )
    return [one.strip() for one in re.split("[,،]", said) if one.strip()]


def _settle(view: View, wanted: dict[str, Any], held: dict[str, Any], why: str, who: str) -> None:
    """Keep what differs from what holds, all or nothing."""
    fresh = {name: value for name, value in wanted.items() if value != held[name]}
    act: dict[str, Any] = {"reason": why, "by": who, "now": clock.now()}

    def keep(session: Any) -> None:
        for name, value in fresh.items():
            choices.choose(session, viewer(), view.region.id, name, value, **act)

    if components.done(view, keep):
        st.rerun()


def elsewhere(view: View) -> None:
    """What is set in files, shown with where."""
    components.heading(_("Set elsewhere"), _("Shown here, changed in the file that is named."))
    components.table(settled.elsewhere(view.region), view, "set-elsewhere")
