"""The parts of the Briefings page: what is left out, the author's words, the files, a second person's consent."""

from dataclasses import replace
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from dashboard import access, components, fmt, handing, links, markup, remembered, speech
from dashboard.briefing import annex, compose, gather, make, making, twin
from dashboard.briefing.asked import Asked
from dashboard.briefing.gather import Found
from dashboard.briefing.style import Style
from dashboard.data import View, viewer
from dashboard.i18n import N_, _, language, n_
from db import clock, consents, engine, queries
from db.ids import content_sha256
from db.vocab import Audience, Role

SUBJECT, LONGEST = "briefing", 5_000
AUDIENCES = {
    "internal": N_("The organisation itself"),
    "partner": N_("Partners under an agreement"),
    "public": N_("The public"),
}
WORDS = {
    "ask": N_("What is asked for"),
    "context": N_("Context"),
    "recommendations": N_("Recommendations, one a line"),
}
ALONE = N_(
    "A briefing for the public needs the consent of a second person, and without accounts there is only "
    "one. Set up a "
    "login first (README, “For a team”)."
)


def audiences() -> dict[str, str]:
    """For whom a briefing can be."""
    return {code: _(words) for code, words in AUDIENCES.items()}


def picked(view: View, where: Any) -> tuple[str, ...] | None:
    """The incidents of a dossier that is chosen; None: all that are known."""
    rows = view.ask(queries.dossiers).to_dict("records")
    if not rows:
        return None
    names = {str(one["dossier_id"]): str(one["name"]) for one in rows}
    chosen = components.choose(_("Resting on"), names, "dossier", nothing=_("All that is known"), where=where)
    return next((tuple(one["incident_ids"]) for one in rows if one["dossier_id"] == chosen), None)


def words() -> dict[str, dict[str, Any]]:
    """What the author writes, in the language in which they are spoken to."""
    with st.expander(_("Your own words"), icon=":material/edit_note:"):
        st.caption(_("They stand apart from what is generated. No names of persons."))
        said = {
            key: st.text_area(_(label), key=f"own_{key}", max_chars=LONGEST) for key, label in WORDS.items()
        }
    told: dict[str, Any] = {key: text.strip() for key, text in said.items() if text and text.strip()}
    if "recommendations" in told:
        told["recommendations"] = [one.strip() for one in told["recommendations"].splitlines() if one.strip()]
    return {language(): told} if told else {}


def gathered(view: View, want: Asked) -> Found:
    """What the briefing rests on, read once for all who see alike; the author's words are put to it."""

    def read() -> Found:
        with engine.reading(view.store) as session:
            return gather.gather(session, replace(viewer(), name=""), replace(want, words={}), view.today)

    key = {"about": want.about, "since": want.since, "audience": want.audience.value, "ids": want.ids}
    found: Found = view.made("briefing", read, **key)
    return replace(found, asked=want)


def told(found: Found) -> None:
    """How much it rests on, and what is left out or told more coarsely."""
    count = n_("{count} incident", "{count} incidents", len(found.entries))
    components.heading(
        _("What it rests on"),
        _("{count} as known on {day}.").format(count=count, day=fmt.day(found.asked.as_of)),
    )
    if found.uncovered:
        components.note(
            components.WARNING, _("No source covers this time: the briefing will say that it is unknown.")
        )
    lines = [to_text(one) for one in annex.withheld(making.Making(found))]
    if found.held_back:
        held = n_(
            "{count} incident is left out for these readers.",
            "{count} incidents are left out for these readers.",
            found.held_back,
        )
        lines.insert(0, held)
    if not lines:
        st.html(markup.text("p", _("Nothing is left out."), "tc-told"))
        return
    st.html(
        markup.text("p", _("Left out or told more coarsely:"), "tc-verb")
        + markup.element("ul", *[markup.text("li", one) for one in lines], css="tc-list")
    )


def to_text(runs: Any) -> str:
    """Pieces as plain text."""
    return "".join(one if isinstance(one, str) else one.text for one in runs)


def files(view: View, found: Found, form: str, languages: tuple[str, ...]) -> None:
    """The two files, or, for the public, what has to happen first."""
    if found.asked.audience is Audience.PUBLIC and not released(view, found):
        return

    def made() -> make.Made:
        return make.make(found, form, languages, Style())

    what = {
        "audience": found.asked.audience.value,
        "incidents": len(found.entries),
        "about": found.asked.about,
    }
    name = make.file_name(found, form)
    with st.container(horizontal=True):
        st.download_button(
            _("Download the briefing"),
            data=remembered.going_out(view, name, lambda: made().body, what),
            file_name=name,
            mime=make.MEDIA[form],
            on_click="ignore",
            type="primary",
        )
        beside = make.file_name(found, "json")
        st.download_button(
            _("The same for programs (JSON)"),
            on_click="ignore",
            type="tertiary",
            mime="application/json",
            data=remembered.going_out(view, beside, lambda: made().twin, what),
            file_name=beside,
        )


def digest(found: Found) -> str:
    """What a second person consents to: all that the briefing says, and the author's words."""
    told = twin.tell(found, [compose.document(found, "en")])
    return content_sha256([told["sha256"], found.asked.words])


def released(view: View, found: Found) -> bool:
    """Whether a second person consented to exactly this; offers to ask for it where not."""
    who = access.named()
    if who is None:
        components.note(components.WARNING, _(ALONE))
        return False
    sha256 = digest(found)
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
    _ask(view, found, sha256, who)
    return False


def _ask(view: View, found: Found, sha256: str, who: str) -> None:
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
        }
        how: dict[str, Any] = {"reason": reason, "by": who, "now": clock.now()}
        handing.carry_out(
            view,
            lambda session: consents.ask(session, viewer(), view.region.id, SUBJECT, sha256, about, **how),
        )


def of_request(view: View) -> Asked | None:
    """What somebody asks a second person to consent to, its author's words included; None where nothing is opened."""
    rows = view.ask(queries.consents, as_of=view.today).to_dict("records")
    mine = [one["told"] for one in rows if one["consent_id"] == st.query_params.get("request")]
    if not mine or mine[0].get("as_of") != view.as_of.isoformat():
        return None
    told = mine[0]
    span = (view.as_of, date.fromisoformat(told["since"]), Audience(told["audience"]))
    return Asked(view.region.id, told["about"], *span, None, tuple(told["ids"]) or None, told["words"])


def requests(view: View) -> None:
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
        st.html(markup.element("p", _line(one), " ", markup.link(_("Open it"), opened), css="tc-told"))
        mine = one["asked_by"] == access.named()
        if one["given"] is None and not mine and Role.APPROVER in viewer().roles and access.named():
            _answer(view, str(one["consent_id"]))


def _line(one: Any) -> str:
    state = _("waits") if one["given"] is None else _("yes") if one["given"] else _("no")
    told = one["told"]
    words = _(
        "{who} asks to publish a briefing on {about}, {since} to {until} ({incidents}): “{reason}” – {state}"
    )
    return escape(
        words.format(
            who=fmt.apart(one["asked_by"]),
            about=fmt.apart(told.get("about", "")),
            since=fmt.written(told.get("since")),
            until=fmt.written(told.get("as_of")),
            incidents=n_("{count} incident", "{count} incidents", int(told.get("incidents", 0))),
            reason=fmt.apart(one["reason"]),
            state=state,
        )
    )


def _answer(view: View, consent_id: str) -> None:
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
