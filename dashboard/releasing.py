"""What waits to leave the building, on the Alerts page: read it as it would be sent, let it out, or take it back."""

from html import escape
from types import SimpleNamespace
from typing import Any

import streamlit as st

from dashboard import components, fmt, i18n, levels, origins, retold
from dashboard.alerts import release, wording
from dashboard.data import View, viewer
from dashboard.i18n import N_, _, n_
from dashboard.markup import table
from db import clock, notices, policy, queries
from db.vocab import NoticeKind, Role

NAME_LENGTH, REASON_LENGTH = 80, 2000
WAITING = ("draft", "approved")
SHOWN = 30
KINDS = {
    "alert": N_("a new warning"),
    "update": N_("an update"),
    "cancel": N_("the end of a warning"),
    "digest": N_("the digest of a day"),
    "reminder": N_("a reminder"),
    "test": N_("a test"),
}
STATES = {
    "draft": N_("waits for a person"),
    "approved": N_("waits for a second person"),
    "held": N_("held back"),
    "withdrawn": N_("withdrawn"),
    "queued": N_("let out"),
}


def drawn(view: View) -> None:
    """The notices of the region, for those who work on its record."""
    seen = policy.sight(viewer())
    if not (seen.settlements and seen.texts):
        return
    rows = view.ask(queries.notices)
    if rows.empty:
        return
    waiting = [one for one in rows.to_dict("records") if one["state"] in WAITING]
    told = n_("{count} notice waits for a person.", "{count} notices wait for a person.", len(waiting))
    components.heading(
        _("What may leave the building"), f"{told} " + _("Nothing is sent before somebody lets it out.")
    )
    if waiting:
        _one(view, {str(one["notice_id"]): one for one in waiting})
    with st.expander(_("All notices")):
        st.html(_listed(rows.to_dict("records")[:SHOWN]))
        components.download(rows.assign(facts=rows["facts"].astype(str)), view, "notices")


def _one(view: View, waiting: dict[str, dict[str, Any]]) -> None:
    """The notice that is chosen, as it would be sent, and what can be done with it."""
    picked = components.choose(
        _("Notice"),
        {name: _title(one) for name, one in waiting.items()},
        "notice",
        default=next(iter(waiting)),
    )
    row = waiting.get(picked or "", next(iter(waiting.values())))
    kept = {"id": row["notice_id"], "kind": NoticeKind(row["kind"]), "expires_on": row["expires_on"]}
    about = {"level": int(row["level"]), "facts": row["facts"], "exercise": bool(row["exercise"])}
    try:
        said = wording.text(SimpleNamespace(**kept, **about), i18n.language())
    except (LookupError, TypeError, ValueError) as error:
        told = _("The text of this notice cannot be made ({what}); the others are not affected.")
        components.note(components.ERROR, told.format(what=type(error).__name__))
        return
    st.text(said.subject)
    st.text(said.body)
    if row["approved_by"]:
        st.caption(_("Let out so far by {who}.").format(who=fmt.listed(row["approved_by"])))
    if not viewer().roles & {Role.APPROVER, Role.ADMIN}:
        components.note(components.INFO, _("An approver or an administrator can let it out."))
        return
    _act(view, str(row["notice_id"]), components.meanwhile(str(row["notice_id"]), row["state"]))


def _act(view: View, notice: str, key: str) -> None:
    who = components.who(NAME_LENGTH)
    why = st.text_input(_("Why, to take it back"), max_chars=REASON_LENGTH, key=f"why_{key}")
    with st.container(horizontal=True):
        if st.button(_("Let it out"), type="primary", key=f"out_{key}"):
            given = {"by": who.strip(), "now": clock.now(), "reason": why}
            _carry_out(view, who, lambda session: release.approve(session, viewer(), notice, **given))
        if st.button(_("Take it back"), key=f"back_{key}"):
            given = {"by": who.strip(), "now": clock.now(), "reason": why}
            _carry_out(view, who, lambda session: notices.withdraw(session, viewer(), notice, **given))


def _carry_out(view: View, who: str, act: Any) -> None:
    """Do it and show the list anew, or say what is missing."""
    if not who.strip():
        components.note(components.ERROR, _("Please give your name or initials first."))
        return
    if not components.done(view, act):
        return
    st.query_params.pop("notice", None)
    st.rerun()


def _title(row: dict[str, Any]) -> str:
    kind = KINDS[row["kind"]]
    return _("{day}, {level}: {kind}").format(
        day=fmt.day(row["day"]), level=levels.named(int(row["level"])), kind=_(kind)
    )


def _listed(rows: list[dict[str, Any]]) -> str:
    columns = [_("Day"), _("Level"), _("What"), _("State"), _("Let out by"), _("Why")]
    about = {"caption": _("Notices, newest first"), "source": origins.RECORD}
    return table(columns, [_cells(one) for one in rows], **about)


def _cells(one: dict[str, Any]) -> list[str]:
    kind, state = KINDS[one["kind"]], STATES[one["state"]]
    by = fmt.listed(one["approved_by"]) if one["approved_by"] else _("nobody")
    why = "" if fmt.missing(one["reason"]) else retold.said(str(one["reason"]))
    said = (fmt.day(one["day"]), levels.named(int(one["level"])), _(kind), _(state), by, why)
    return [escape(part) for part in said]
