"""The consent of a second person to a briefing for the public: asked for, read, given or refused."""

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from dashboard import access, components, fmt, handing, links, markup, speech
from dashboard.briefing import compose, twin
from dashboard.briefing.asked import Asked
from dashboard.briefing.gather import Found
from dashboard.briefing.style import Style
from dashboard.data import View, viewer
from dashboard.i18n import N_, _, n_
from db import clock, consents, personal_data, queries
from db.errors import BadInput
from db.ids import content_sha256
from db.vocab import Audience, Precision, Role

SUBJECT = "briefing"
ALONE = N_(
    "A briefing for the public needs the consent of a second person, and without accounts there is only "
    "one. Set up a "
    "login first (README, “For a team”)."
)


def digest(found: Found, look: Style) -> str:
    """What a second person consents to: all that the briefing says, the author's words, and the template's."""
    told = twin.tell(found, [compose.document(found, "en")])
    return content_sha256([told["sha256"], found.asked.words, look.sha256])


def released(view: View, found: Found, look: Style, template: str) -> bool:
    """Whether a second person consented to exactly this; offers to ask for it where not."""
    who = access.named()
    if who is None:
        components.note(components.WARNING, _(ALONE))
        return False
    if held := _personal(found):
        components.note(components.WARNING, held)
        return False
    sha256 = digest(found, look)
    asked = [
        one
        for one in view.ask(queries.consents, as_of=view.today).to_dict("records")
        if one["subject_sha256"] == sha256
    ]
    if any(one["given"] and who in (one["asked_by"], one["given_by"]) for one in asked):
        return True
    if any(one["given"] is None and one["asked_by"] == who for one in asked):
        components.note(components.INFO, _("A second person has been asked and has not answered yet."))
        return False
    if asked and Role.APPROVER in viewer().roles:
        components.note(
            components.INFO, _("You are asked to be the second person: read the file, then answer below.")
        )
        return True
    _ask(view, found, sha256, who, template)
    return False


def _personal(found: Found) -> str:
    """Why the author's words may not go out to the public; empty where they may."""
    written = [one for parts in found.asked.words.values() for part in parts.values() for one in _lines(part)]
    try:
        personal_data.refuse(written)
    except BadInput:
        return _("Your own words seem to name a person; take that out before they go out to the public.")
    return ""


def _lines(part: Any) -> list[str]:
    return [part] if isinstance(part, str) else list(part)


def _ask(view: View, found: Found, sha256: str, who: str, template: str) -> None:
    reason = st.text_input(_("Why it should be published"), key="consent_reason", max_chars=500)
    if st.button(_("Ask a second person"), type="primary", disabled=not reason.strip()):
        about = {
            "about": found.asked.about,
            "since": found.asked.since.isoformat(),
            "as_of": found.asked.as_of.isoformat(),
            "audience": found.asked.audience.value,
            "incidents": len(found.entries),
            "ids": list(found.asked.ids or ()),
            "words": dict(found.asked.words),
            "precision": found.precision.value,
            "template": template,
        }
        how: dict[str, Any] = {"reason": reason, "by": who, "now": clock.now()}
        handing.carry_out(
            view,
            lambda session: consents.ask(session, viewer(), view.region.id, SUBJECT, sha256, about, **how),
        )


def request(view: View) -> Mapping[str, Any] | None:
    """What somebody asks a second person to consent to; None where nothing is opened."""
    rows = view.ask(queries.consents, as_of=view.today).to_dict("records")
    mine = [one["told"] for one in rows if one["consent_id"] == st.query_params.get("request")]
    return mine[0] if mine and mine[0].get("as_of") == view.as_of.isoformat() else None


def of_request(view: View, told: Mapping[str, Any]) -> Asked:
    """The briefing of a request, its author's words included."""
    span = (view.as_of, date.fromisoformat(told["since"]), Audience(told["audience"]))
    fine = Precision(told["precision"]) if told.get("precision") else None
    return Asked(view.region.id, told["about"], *span, fine, tuple(told["ids"]) or None, told["words"])


def requests(view: View, names: Mapping[str, str]) -> None:
    """What others ask a second person for; approvers answer it."""
    rows = [
        one
        for one in view.ask(queries.consents, as_of=view.today).to_dict("records")
        if one["subject"] == SUBJECT
    ]
    if not rows:
        return
    components.heading(_("Consent of a second person"), _("It holds for exactly one state of a briefing."))
    for one in rows:
        opened = links.to(
            "briefings", {**speech.kept(), "as_of": one["told"].get("as_of", "")}, request=one["consent_id"]
        )
        st.html(markup.element("p", _line(one, names), " ", markup.link(_("Open it"), opened), css="tc-told"))
        mine = one["asked_by"] == access.named()
        if one["given"] is None and not mine and Role.APPROVER in viewer().roles and access.named():
            answer(view, str(one["consent_id"]))


def state(given: bool | None) -> str:
    """How a request stands, in a word."""
    return _("waits") if given is None else _("yes") if given else _("no")


def _line(one: Any, names: Mapping[str, str]) -> str:
    told = one["told"]
    words = _(
        "{who} asks to publish a briefing on {about}, {since} to {until} ({incidents}): “{reason}” – {state}"
    )
    return escape(
        words.format(
            who=fmt.apart(one["asked_by"]),
            about=fmt.apart(names.get(told.get("about", ""), told.get("about", ""))),
            since=fmt.written(told.get("since")),
            until=fmt.written(told.get("as_of")),
            incidents=n_("{count} incident", "{count} incidents", int(told.get("incidents", 0))),
            reason=fmt.apart(one["reason"]),
            state=state(one["given"]),
        )
    )


def answer(view: View, consent_id: str) -> None:
    """Say yes or no as the second person."""
    words = st.text_input(
        _("Your answer in words (may stay empty)"), key=f"answer_{consent_id}", max_chars=500
    )
    with st.container(horizontal=True):
        for given, label in ((True, _("I consent")), (False, _("I do not consent"))):
            if st.button(label, key=f"{given}_{consent_id}"):
                how: dict[str, Any] = {
                    "given": given,
                    "words": words,
                    "by": access.named() or "",
                    "now": clock.now(),
                }
                handing.carry_out(
                    view, lambda session, how=how: consents.answer(session, viewer(), consent_id, **how)
                )
