"""The Models page: the cards in use, two versions side by side, and putting one in force past the check."""

from typing import Any

import streamlit as st

from dashboard import comparing, components, fmt, ledgers, model_cards, present
from dashboard.data import View, viewer
from dashboard.i18n import _
from db import clock, queries
from db.vocab import Role, Target
from models import promoting

NAME_LENGTH, REASON_LENGTH = 64, 2000
PROMOTING = frozenset({Role.MODELLER, Role.ADMIN})
Row = dict[str, Any]


def listed(view: View) -> None:
    """All versions, and which are in force since when."""
    found = view.ask(queries.models)
    components.heading(_("In force on this day"))
    current = view.ask(queries.current_models)
    for line in present.overruled(view, current):
        components.note(components.WARNING, line)
    components.table(ledgers.in_force(current), view, "models-in-force")
    components.heading(_("All versions"))
    st.html(ledgers.models(found))
    components.download(found, view, "models")


def question(view: View, found: list[Row]) -> list[Row]:
    """The versions of one question; the reader picks which."""
    asked = {f"{one['target']}-{one['horizon_days']}": one for one in found}
    first = f"{Target.ESCALATION.value}-{view.region.alert_horizon_days}"
    names = {
        code: model_cards.asked(one) for code, one in sorted(asked.items(), key=lambda item: item[0] != first)
    }
    default = first if first in names else next(iter(names))
    picked = components.choose(_("Forecast"), names, "forecast", default=default) or default
    return [one for one in found if f"{one['target']}-{one['horizon_days']}" == picked]


def compared(view: View) -> None:
    """Two versions of one question side by side."""
    mine = question(view, view.ask(queries.models).to_dict("records"))
    if len(mine) < 2:
        components.note(
            components.INFO, _("There is only one version of this forecast, so nothing to compare.")
        )
        return
    names = {str(one["model_version_id"]): comparing.named(one) for one in mine}
    ids = list(names)
    used = next((str(one["model_version_id"]) for one in mine if one["status"] == "promoted"), ids[0])
    other = next(one for one in ids if one != used)
    left, right = st.columns(2)
    a = components.choose(_("One version"), names, "model", default=used, where=left) or used
    b = components.choose(_("The other version"), names, "beside", default=other, where=right) or other
    pair = [next(one for one in mine if one["model_version_id"] == name) for name in (a, b)]
    components.table(comparing.beside(pair), view, "two-models")
    if not comparing.same_weeks(pair):
        told = _(
            "They were tried on different past weeks, so their scores do not compare directly; skills do better."
        )
        components.note(components.WARNING, told)
    components.table(comparing.rules(pair), view, "two-models-beside-rules")


def promoted(view: View) -> None:
    """The check's verdict on a version first, then the way to put it in force."""
    mine = question(view, view.ask(queries.models).to_dict("records"))
    names = {str(one["model_version_id"]): comparing.named(one) for one in mine}
    picked = components.choose(_("Version"), names, "model", default=next(iter(names))) or next(iter(names))
    row = next(one for one in mine if one["model_version_id"] == picked)
    components.heading(_("What the check of models says"))
    components.note(*comparing.verdict(row["card"]))
    st.html(comparing.beside_one(row))
    if not viewer().roles & PROMOTING:
        told = _("A modeller or an administrator can put a version in force.")
        components.note(components.INFO, told)
        return
    _form(view, row)


def _form(view: View, row: Row) -> None:
    components.heading(
        _("Put it in force"),
        _("From {day} on, until another act decides; it is written down with your name and reason.").format(
            day=fmt.day(view.as_of)
        ),
    )
    who = components.who(NAME_LENGTH)
    why = st.text_area(_("Why"), key="promotion_why", max_chars=REASON_LENGTH, height=80)
    refusal = promoting.refused(row["card"])
    override = bool(refusal) and st.checkbox(_("Use it although the check refused it"), key="override")
    if st.button(_("Put it in force"), type="primary", disabled=bool(refusal) and not override):
        _carry_out(view, str(row["model_version_id"]), who, why, override)


def _carry_out(view: View, version: str, who: str, why: str, override: bool) -> None:
    if not (who.strip() and why.strip()):
        components.note(components.ERROR, _("Please give your name or initials, and the reason."))
        return
    act: dict[str, Any] = {"from_day": view.as_of, "at": clock.now(), "by": who.strip(), "reason": why}
    if components.done(
        view, lambda session: promoting.promote(session, viewer(), version, override=override, **act)
    ):
        st.rerun()
