"""Who may read what each source reports, and the way to open or close a source, by two people where it is opened."""

from html import escape
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import access, components, consenting, fmt, handing, markup, origins, texts
from dashboard.data import View, viewer
from dashboard.i18n import N_, _, n_
from db import clock, consents, engine, opening, policy, queries
from db.vocab import Role, Sensitivity

READERS = {"public": N_("Everybody, in files for the public too"), **handing.READERS}
OFFERED = ("public", "internal", "restricted")
TOLD = N_(
    "It holds for reports that say nothing of it themselves. An incident is as open as the least open report of it."
)


def part(view: View) -> None:
    """As what the reports of each source come in, what waits for a person, and the form."""
    if not policy.sight(viewer()).acts:
        return
    found = view.ask(queries.readership)
    components.heading(_("Who may read what a source reports"), _(TOLD))
    for one in found[found["waiting"] > 0].to_dict("records"):
        components.note(components.INFO, _waiting(one))
    st.html(_table(found))
    components.download(found, view, "readership")
    if viewer().roles & {Role.APPROVER, Role.ADMIN}:
        _form(view, found)
    _requests(view, found)


def _waiting(one: dict[Any, Any]) -> str:
    told = _(
        "{source}: {reports} came in otherwise than the source reports now ({readers}). A person may change that below."
    )
    reports = n_("{count} report", "{count} reports", int(one["waiting"]))
    source, readers = texts.source(one["name"]), _(READERS[one["reports_as"]])
    return told.format(source=source, reports=reports, readers=readers)


def _table(found: pd.DataFrame) -> str:
    rows = [
        [
            markup.plain(texts.source(one["name"])),
            markup.plain(_(READERS[one["reports_as"]])),
            markup.plain(fmt.count(one["waiting"])),
        ]
        for one in found.to_dict("records")
    ]
    head = [_("Source"), _("Who may read it"), _("Reports that stand otherwise")]
    caption = _("Who may read what a source reports")
    return markup.table(head, rows, caption=caption, source=origins.RECORD, numbers=(2,), units=("reports",))


def _form(view: View, found: pd.DataFrame) -> None:
    with st.expander(_("Open or close a source")):
        names = {
            str(one["source_id"]): str(one["name"])
            for one in found[~found["protected"].astype(bool)].to_dict("records")
        }
        code = components.choose(_("Source"), names, "source", nothing=_("Choose"))
        words = {one: _(READERS[one]) for one in OFFERED}
        to = st.selectbox(
            _("Who may read it"), OFFERED, index=1, format_func=lambda one: words[one], key="readers"
        )
        who = components.who(handing.NAME_LENGTH)
        why = st.text_input(_("Why"), key="readers_why", max_chars=500)
        if code is None:
            return
        asked = to == Sensitivity.PUBLIC and not _agreed(view, code)
        label = _("Ask a second person") if asked else _("Set who may read it")
        if st.button(label, type="primary", disabled=not why.strip(), key=f"open_{asked}"):
            how: dict[str, Any] = {"reason": why, "by": who, "now": clock.now()}
            handing.carry_out(
                view, _asking(view, code, how) if asked else _setting(view, code, Sensitivity(to), how)
            )


def _agreed(view: View, code: str) -> bool:
    with engine.reading(view.store) as session:
        return opening.agreed(session, viewer(), opening.find(session, view.region.id, code))


def _setting(view: View, code: str, to: Sensitivity, how: dict[str, Any]) -> Any:
    return lambda session: opening.open_as(session, viewer(), view.region.id, code, to, **how)


def _asking(view: View, code: str, how: dict[str, Any]) -> Any:
    def ask(session: Session) -> None:
        sha256 = opening.digest(session, opening.find(session, view.region.id, code))
        told = {"source": code}
        consents.ask(session, viewer(), view.region.id, opening.SUBJECT, sha256, told, **how)

    return ask


def _requests(view: View, found: pd.DataFrame) -> None:
    """What others ask a second person for; approvers answer it, and then either of the two sets it."""
    rows = view.ask(queries.consents, as_of=view.today)
    names = dict(zip(found["source_id"], found["name"], strict=True))
    for one in rows[rows["subject"] == opening.SUBJECT].to_dict("records"):
        words = _("{who} asks to open {source} to the public: “{reason}” – {state}").format(
            who=fmt.apart(one["asked_by"]),
            source=texts.source(names.get(one["told"]["source"], one["told"]["source"])),
            reason=fmt.apart(one["reason"]),
            state=consenting.state(one["given"]),
        )
        st.html(markup.element("p", escape(words), css="tc-told"))
        mine = one["asked_by"] == access.named()
        if one["given"] is None and not mine and Role.APPROVER in viewer().roles and access.named():
            consenting.answer(view, str(one["consent_id"]))
