"""Briefings: choose whom or where one is about and for whom, see what is left out, and take the file."""

from datetime import timedelta
from typing import Any

import streamlit as st

from dashboard import briefs, components, consenting, days, fmt, frame, texts
from dashboard.briefing import make
from dashboard.briefing.asked import Asked
from dashboard.data import View
from dashboard.i18n import _
from db import queries
from db.vocab import Audience, Precision

SPAN_DAYS = 90


def about(view: View) -> dict[str, str]:
    """Whom or where a briefing can be about, by id: groups, communities, districts."""
    areas = view.ask(queries.areas)
    homes = view.ask(queries.communities).to_dict("records")
    groups = {
        name: _("{name} (all communities)").format(name=texts.name(row))
        for name, row in view.region.groups.items()
    }
    mine = {str(one["community_id"]): texts.name(one) for one in homes}
    districts = areas[areas["kind"] == "district"].to_dict("records")
    return {
        **groups,
        **mine,
        **{str(one["area_id"]): _("{name} district").format(name=texts.name(one)) for one in districts},
    }


def asked(view: View) -> Asked | None:
    """What the reader asks for; nothing yet where no subject is chosen."""
    left, right = st.columns(2)
    subject = components.choose(_("About"), about(view), "about", nothing=_("Choose"), where=left)
    whom = components.choose(_("For whom"), briefs.audiences(), "audience", default="internal", where=right)
    since = left.date_input(
        _("From"),
        value=view.as_of - timedelta(days=SPAN_DAYS),
        key="brief_since",
        bind="query-params",
        format="YYYY-MM-DD",
        min_value=days.EARLIEST,
        max_value=view.as_of,
    )
    audience = Audience(whom or "internal")
    fine = components.choose(
        _("Places no finer than"),
        briefs.precisions(view, audience),
        "precision",
        nothing=_("As is usual for these readers"),
        where=right,
    )
    picked = briefs.picked(view, left)
    words = briefs.words()
    if subject is None:
        components.note(components.INFO, _("Choose first whom or where the briefing is about."))
        return None
    first = since if since and since <= view.as_of else view.as_of
    precision = Precision(fine) if fine else None
    return Asked(view.region.id, subject, view.as_of, first, audience, precision, picked, words)


def draw(view: View) -> None:
    """The choice, what is left out, and the files."""
    request = consenting.request(view)
    want = consenting.of_request(view, request) if request else asked(view)
    if want is not None:
        with st.spinner(_("Gathering what is known …")):
            found = briefs.gathered(view, want)
        if found is not None:
            briefs.told(found)
            take(view, found, request.get("template") if request else None)
    consenting.requests(view, about(view))


def take(view: View, found: Any, template: str | None) -> None:
    """How the files look, and the files themselves, or, for the public, what has to happen first."""
    left, right = st.columns(2)
    form = components.choose(
        _("Format"), {one: one.upper() for one in make.FORMATS}, "format", default="html", where=left
    )
    spoken = {"en": _("In English"), "ar": _("In Arabic"), "both": _("Both, one after the other")}
    language = components.choose(_("Language"), spoken, "in", default="both", where=right)
    languages = make.LANGUAGES[language or "both"]
    public = found.asked.audience is Audience.PUBLIC
    chosen = template if template is not None else briefs.template(left)
    older = None if public else briefs.older()
    look = briefs.look(chosen, languages)
    if look is None or not briefs.comparable(found, older):
        return
    if not public or consenting.released(view, found, look, chosen or ""):
        briefs.files(view, found, form or "html", languages, (look, older))


view = frame.opened(_("Briefings"))
components.heading(
    _("A document that leaves the house"),
    _("What is known as of {day}, every number with the note it rests on. Nothing is sent from here.").format(
        day=fmt.day(view.as_of)
    ),
)
draw(view)
frame.foot(view)
