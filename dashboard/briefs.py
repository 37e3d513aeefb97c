"""The parts of the Briefings page: the choices, what is left out, the author's words, the files."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard import components, fmt, markup, remembered
from dashboard.briefing import annex, comparing, gather, make, making, opening, style, twin
from dashboard.briefing.asked import Asked
from dashboard.briefing.gather import Found
from dashboard.briefing.style import Style
from dashboard.data import View, viewer
from dashboard.i18n import N_, _, language, n_
from db import engine, queries
from db.errors import BadInput
from db.vocab import Audience, Precision

LONGEST = 5_000
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


def audiences() -> dict[str, str]:
    """For whom a briefing can be."""
    return {code: _(words) for code, words in AUDIENCES.items()}


def picked(view: View, where: Any) -> tuple[str, ...] | None:
    """The incidents of a dossier that is chosen; None: all that are known."""
    rows = view.ask(queries.dossiers, as_of=view.today).to_dict("records")
    if not rows:
        return None
    names = {str(one["dossier_id"]): str(one["name"]) for one in rows}
    chosen = components.choose(_("Resting on"), names, "dossier", nothing=_("All that is known"), where=where)
    return next((tuple(one["incident_ids"]) for one in rows if one["dossier_id"] == chosen), None)


def precisions(view: View, audience: Audience) -> dict[str, str]:
    """How finely places can be told to an audience, the finest first; "" is what is usual for it."""
    finest = gather.finest(viewer(), view.region.id, audience)
    return {one.value: opening.fineness(one) for one in list(Precision)[list(Precision).index(finest) :]}


def template(where: Any) -> str | None:
    """One of the organisation's templates that lie on this machine; nothing is asked where there is none."""
    known = {one: one for one in style.shelf()}
    if not known:
        return None
    return components.choose(_("Template"), known, "template", nothing=_("None"), where=where)


def look(template: str | None, languages: tuple[str, ...]) -> Style | None:
    """A template as it was chosen, or none; nothing where it is broken, which is said."""
    if not template:
        return Style()
    try:
        return style.of_shelf(template, languages)
    except BadInput as error:
        components.note(components.ERROR, str(error))
        return None


def older() -> Mapping[str, Any] | None:
    """The twin of an older briefing that this one is put beside."""
    with st.expander(_("What has changed since an older briefing"), icon=":material/compare_arrows:"):
        given = st.file_uploader(_("The JSON file that lies beside it"), type=["json"], key="older")
    if given is None:
        return None
    try:
        return twin.parse(given.getvalue(), given.name)
    except BadInput as error:
        components.note(components.ERROR, str(error))
        return None


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


def gathered(view: View, want: Asked) -> Found | None:
    """What the briefing rests on, read once for all who see alike, with the author's words; None: refused."""

    def read() -> Found:
        with engine.reading(view.store) as session:
            return gather.gather(session, replace(viewer(), name=""), replace(want, words={}), view.today)

    key = {"about": want.about, "since": want.since, "audience": want.audience.value, "ids": want.ids}
    key["precision"] = want.precision.value if want.precision else None
    try:
        found: Found = view.made("briefing", read, **key)
    except BadInput as error:
        components.note(components.ERROR, str(error))
        return None
    return replace(found, asked=replace(found.asked, words=want.words))


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
    if found.held_back and not found.entries:
        cure = _(
            "None of these incidents may be told to these readers yet; who may read one is settled on its page."
        )
        components.note(components.WARNING, cure)
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


def files(
    view: View,
    found: Found,
    form: str,
    languages: tuple[str, ...],
    how: tuple[Style, Mapping[str, Any] | None],
) -> None:
    """The two files."""

    def made() -> make.Made:
        return make.make(found, form, languages, *how)

    what = {
        "audience": found.asked.audience.value,
        "incidents": len(found.entries),
        "about": found.asked.about,
    }
    name, beside = make.file_name(found, form), make.file_name(found, "json")
    labels = {name: _("Download the briefing"), beside: _("The same for programs (JSON)")}
    with st.container(horizontal=True):
        for file, label in labels.items():
            body = (lambda: made().body) if file == name else (lambda: made().twin)
            st.download_button(
                label,
                data=remembered.going_out(view, file, body, what),
                file_name=file,
                mime=make.MEDIA[form] if file == name else "application/json",
                on_click="ignore",
                type="primary" if file == name else "tertiary",
            )


def comparable(found: Found, older: Mapping[str, Any] | None) -> bool:
    """Whether the older briefing may be put beside this one; says why not."""
    if older is None:
        return True
    try:
        comparing.check(found, older)
    except BadInput as error:
        components.note(components.ERROR, str(error))
        return False
    return True
