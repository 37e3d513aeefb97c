"""The form with which a person settles something about an incident: its state, a report's credibility, a tie."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import components, texts
from dashboard.data import View, change, viewer
from dashboard.i18n import _
from db import clock, decisions, policy, queries, ties
from db.errors import TocsinError
from db.vocab import Basis, Confidence, DecisionField

NAME_LENGTH, REASON_LENGTH = 64, 2000
Act = Mapping[str, Any]


def form(view: View, found: queries.IncidentDetail) -> None:
    """Offer to settle something; nothing for readers who may not change anything."""
    if not policy.sight(viewer()).acts:
        return
    incident = str(found.facts["incident_id"])
    with st.expander(_("Settle something about this incident"), icon=":material/rule:"):
        st.caption(
            _(
                "It holds from now on and is kept with your name and reason; earlier days go on showing what was "
                "known then."
            )
        )
        who = components.who(NAME_LENGTH)
        why = st.text_area(_("Why"), key=f"why_{incident}", max_chars=REASON_LENGTH, height=80)
        act = {"by": who, "reason": why}
        _state(view, incident, act)
        _report(view, incident, found, act)
        _tie(view, incident, act)


def _choose(label: str, options: Mapping[str, str], key: str, where: Any = st) -> str | None:
    chosen: str | None = where.selectbox(
        label,
        list(options),
        index=None,
        key=key,
        format_func=lambda one: options[one],
        placeholder=_("Choose"),
    )
    return chosen


def _state(view: View, incident: str, act: Act) -> None:
    """How far the incident stands."""
    state = _choose(_("State"), texts.choices("verification"), f"state_{incident}")
    left, right = st.columns(2)
    if left.button(_("Set the state"), disabled=state is None, key="set_state"):
        _settle(view, incident, DecisionField.VERIFICATION, state, act)
    if right.button(_("Let the reports decide again"), key="unset_state"):
        _settle(view, incident, DecisionField.VERIFICATION, None, act)


def _report(view: View, incident: str, found: queries.IncidentDetail, act: Act) -> None:
    """How credible what one report says is."""
    rows = enumerate(found.reports.to_dict("records"), 1)
    reports = {str(one["report_id"]): f"{n}. {one['source'] or _('a protected source')}" for n, one in rows}
    left, right = st.columns(2)
    report = _choose(_("Report"), reports, f"report_{incident}", left)
    grade = _choose(_("What it says is"), texts.choices("credibility"), f"grade_{incident}", right)
    if st.button(_("Grade the report"), disabled=not (report and grade), key="set_grade"):
        _settle(view, incident, DecisionField.CREDIBILITY, grade, act, report)


def _tie(view: View, incident: str, act: Act) -> None:
    """Which community it concerns, and why."""
    rows = view.ask(queries.communities).to_dict("records")
    names = {str(one["community_id"]): texts.name(one) for one in rows}
    left, middle, right = st.columns(3)
    community = _choose(_("Community"), names, f"community_{incident}", left)
    basis = _choose(_("Basis"), texts.choices("basis"), f"basis_{incident}", middle)
    confidence = _choose(_("Confidence"), texts.choices("confidence"), f"confidence_{incident}", right)
    ready = community and basis and confidence
    if st.button(_("Tie it to the community"), disabled=not ready, key="set_tie") and ready:
        told = {"basis": Basis(str(basis)), "confidence": Confidence(str(confidence))}
        _carry_out(view, lambda s: ties.link(s, viewer(), incident, str(community), **told, **_now(act)))
    if st.button(_("Withdraw a person's tie"), disabled=not community, key="unset_tie"):
        _carry_out(view, lambda s: ties.unlink(s, viewer(), incident, str(community), **_now(act)))


def _settle(
    view: View, incident: str, field: DecisionField, value: Any, act: Act, report: str | None = None
) -> None:
    def settle(session: Session) -> None:
        decisions.decide(session, viewer(), incident, field, value, **_now(act), report_id=report)

    _carry_out(view, settle)


def _now(act: Act) -> dict[str, Any]:
    return {**act, "now": clock.now()}


def _carry_out(view: View, act: Callable[[Session], Any]) -> None:
    """Do it, or say in one line what is missing."""
    try:
        change(view.store, act)
    except TocsinError as error:
        components.note(components.ERROR, str(error))
        return
    st.rerun()
