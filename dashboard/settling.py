"""The form with which a person settles something about an incident: state, credibility, a tie, a merge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import components, fmt, texts
from dashboard.data import View, viewer
from dashboard.i18n import _
from db import clock, decisions, merging, policy, queries, ties
from db.vocab import Basis, Confidence, DecisionField

NAME_LENGTH, REASON_LENGTH = 64, 2000
Act = Mapping[str, Any]


@dataclass(frozen=True)
class Form:
    """One incident being settled: as it was when it was drawn, and by whom and why."""

    view: View
    found: queries.IncidentDetail
    state: str
    act: Act

    @property
    def incident(self) -> str:
        """Its id."""
        return str(self.found.facts["incident_id"])

    def key(self, name: str) -> str:
        """The key of a button, another one once the incident has changed."""
        return f"{name}_{self.state}"


def form(view: View, found: queries.IncidentDetail) -> None:
    """Offer to settle something; nothing for readers who may not change anything."""
    if not policy.sight(viewer()).acts:
        return
    incident = str(found.facts["incident_id"])
    state = components.meanwhile(incident, f"{len(found.history)}_{len(found.links)}_{len(found.reports)}")
    with st.expander(_("Settle something about this incident"), icon=":material/rule:"):
        st.caption(
            _(
                "It holds from now on and is kept with your name and reason; earlier days go on showing what was "
                "known then."
            )
        )
        who = components.who(NAME_LENGTH)
        why = st.text_area(_("Why"), key=f"why_{incident}", max_chars=REASON_LENGTH, height=80)
        form = Form(view, found, state, {"by": who, "reason": why})
        _state(form)
        _report(form)
        _tie(form)
        _apart(form)


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


def _state(form: Form) -> None:
    """How far the incident stands."""
    state = _choose(_("State"), texts.choices("verification"), f"state_{form.incident}")
    left, right = st.columns(2)
    if left.button(_("Set the state"), disabled=state is None, key=form.key("set_state")):
        _settle(form, DecisionField.VERIFICATION, state)
    if right.button(_("Let the reports decide again"), key=form.key("unset_state")):
        _settle(form, DecisionField.VERIFICATION, None)


def _report(form: Form) -> None:
    """How credible what one report says is."""
    rows = enumerate(form.found.reports.to_dict("records"), 1)
    reports = {str(one["report_id"]): _named(n, one) for n, one in rows}
    left, right = st.columns(2)
    report = _choose(_("Which report"), reports, f"report_{form.incident}", left)
    grade = _choose(_("What it says is"), texts.choices("credibility"), f"grade_{form.incident}", right)
    if st.button(_("Grade the report"), disabled=not (report and grade), key=form.key("set_grade")):
        _settle(form, DecisionField.CREDIBILITY, grade, report)


def _tie(form: Form) -> None:
    """Which community it concerns, and why."""
    rows = form.view.ask(queries.communities).to_dict("records")
    names = {str(one["community_id"]): texts.name(one) for one in rows}
    left, middle, right = st.columns(3)
    community = _choose(_("Community"), names, f"community_{form.incident}", left)
    basis = _choose(_("Basis"), texts.choices("basis"), f"basis_{form.incident}", middle)
    confidence = _choose(_("Confidence"), texts.choices("confidence"), f"confidence_{form.incident}", right)
    ready, incident, act = community and basis and confidence, form.incident, _now(form.act)
    if st.button(_("Tie it to the community"), disabled=not ready, key=form.key("set_tie")) and ready:
        told = {"basis": Basis(str(basis)), "confidence": Confidence(str(confidence))}
        _carry_out(form, lambda s: ties.link(s, viewer(), incident, str(community), **told, **act))
    if st.button(_("Withdraw a person's tie"), disabled=not community, key=form.key("unset_tie")):
        _carry_out(form, lambda s: ties.unlink(s, viewer(), incident, str(community), **act))


def _apart(form: Form) -> None:
    """Take apart what was merged; offered only where something was."""
    if len(form.found.members) < 2:
        return
    chosen = _choose(_("Merged here"), merged(form.found), f"apart_{form.incident}")
    pressed = st.button(_("Take it apart again"), disabled=chosen is None, key=form.key("set_apart"))
    if pressed and chosen:
        act = merging.Act(str(form.act["by"]), str(form.act["reason"]), clock.now())
        _carry_out(form, lambda session: merging.part(session, viewer(), chosen, act))


def merged(found: queries.IncidentDetail) -> dict[str, str]:
    """The incidents that count as one here, each by the reports that told of it."""
    told: dict[str, list[str]] = {one: [] for one in found.members}
    for n, one in enumerate(found.reports.to_dict("records"), 1):
        told[str(one["incident_id"])].append(_named(n, one))
    return {one: fmt.listed(names) or _("nothing that you may see") for one, names in told.items()}


def _named(number: int, report: Mapping[str, Any]) -> str:
    source = report["source"]
    return f"{number}. {_('a protected source') if fmt.missing(source) else texts.source(source)}"


def _settle(form: Form, field: DecisionField, value: Any, report: str | None = None) -> None:
    def settle(session: Session) -> None:
        decisions.decide(session, viewer(), form.incident, field, value, **_now(form.act), report_id=report)

    _carry_out(form, settle)


def _now(act: Act) -> dict[str, Any]:
    return {**act, "now": clock.now()}


def _carry_out(form: Form, act: Callable[[Session], Any]) -> None:
    """Do it, or say in one line what is missing."""
    if not components.done(form.view, act):
        return
    components.mine(form.incident)
    st.rerun()
