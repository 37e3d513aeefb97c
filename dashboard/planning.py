"""The plan on the Settings page: shown to all who read, changed by those who may settle it."""

from typing import Any

import streamlit as st

from dashboard import components, fmt, levels, plans
from dashboard.data import View, viewer
from dashboard.i18n import _
from db import action_files, clock, queries
from db import plans as record
from db.action_files import Step
from db.vocab import Role

NAME_LENGTH = 64
SETTLING = frozenset({Role.APPROVER, Role.ADMIN})


def may_settle() -> bool:
    """Whether whoever is there may settle things for the region."""
    return bool(viewer().roles & SETTLING)


def drawn(view: View) -> None:
    """The steps in force, and the way to change them."""
    components.heading(
        _("What to do at which level"),
        _("Your team's own steps. Tocsin writes none and advises nothing; roles only, never a person."),
    )
    found = view.ask(queries.action_plan)
    if found.empty:
        components.note(
            components.INFO,
            _("No plan set. Add steps here, or put an actions.csv into the region's pack."),
        )
    else:
        source = _("As of {day}.").format(day=fmt.day(view.as_of))
        st.html(plans.whole(found, source))
        components.download(found, view, "plan")
    if may_settle():
        _edit(view, found.to_dict("records"))
    else:
        components.note(components.INFO, _("An approver or an administrator can change the plan."))


def _edit(view: View, rows: list[dict[Any, Any]]) -> None:
    components.heading(_("Change the plan"))
    by_id = {str(one["step_id"]): one for one in rows}
    picked = components.choose(_("Which step"), plans.names(rows), "step", nothing=_("A new step"))
    step, who = _form(by_id.get(picked or ""), picked or "new")
    with st.container(horizontal=True):
        if st.button(_("Save the change") if picked else _("Add the step"), type="primary"):
            _save(view, picked, step, who)
        if picked and st.button(_("Take it out of the plan")):
            _carry_out(view, lambda session: record.end(session, viewer(), picked, by=who, now=clock.now()))


def _form(row: dict[Any, Any] | None, key: str) -> tuple[Step, str]:
    """The fields of a step, filled with what it says now."""
    said = row or {"level": 3, "audience": "team", "position": 1}
    left, middle, right = st.columns(3)
    grades = sorted(levels.LEVELS, reverse=True)
    level = left.selectbox(
        _("Level"),
        grades,
        index=grades.index(int(said["level"])),
        format_func=levels.word,
        key=f"level_{key}",
    )
    audience = middle.text_input(
        _("For whom"), said["audience"], max_chars=action_files.WORD_LENGTH, key=f"audience_{key}"
    )
    position = right.number_input(
        _("Order"), 1, action_files.MOST_STEPS, int(said["position"]), key=f"position_{key}"
    )
    texts = [
        st.text_area(
            words, said.get(name) or "", max_chars=action_files.STEP_LENGTH, height=80, key=f"{name}_{key}"
        )
        for name, words in (("step", _("Step")), ("step_ar", _("Step in Arabic, if you have it")))
    ]
    sides = st.columns(2)
    fields = (("owner_role", _("Owner, as a role")), ("contact_role", _("Contact, as a role")))
    roles = [
        side.text_input(words, said.get(name) or "", max_chars=NAME_LENGTH, key=f"{name}_{key}")
        for side, (name, words) in zip(sides, fields, strict=True)
    ]
    who = components.who(NAME_LENGTH)
    optional = [one.strip() or None for one in (texts[1], *roles)]
    return Step(int(level), audience.strip(), int(position), texts[0].strip(), *optional), who


def _save(view: View, picked: str | None, step: Step, who: str) -> None:
    now = clock.now()
    if picked:
        _carry_out(view, lambda session: record.change(session, viewer(), picked, step, by=who, now=now))
    else:
        region = view.region.id
        _carry_out(view, lambda session: record.add(session, viewer(), region, step, by=who, now=now))


def _carry_out(view: View, act: Any) -> None:
    """Do it and show the plan anew, or say what is missing."""
    if not components.done(view, act):
        return
    st.query_params.pop("step", None)
    st.rerun()
