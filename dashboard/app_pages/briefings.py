"""Briefings: choose whom or where one is about and for whom, see what is left out, and take the file."""

from datetime import timedelta

import streamlit as st

from dashboard import briefs, components, fmt, frame, texts
from dashboard.briefing import make
from dashboard.briefing.asked import Asked
from dashboard.data import View
from dashboard.i18n import _
from db import queries
from db.vocab import Audience

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
    audience = components.choose(
        _("For whom"), briefs.audiences(), "audience", default="internal", where=right
    )
    since = left.date_input(
        _("From"),
        value=view.as_of - timedelta(days=SPAN_DAYS),
        key="since",
        bind="query-params",
        format="YYYY-MM-DD",
        max_value=view.as_of,
    )
    picked = briefs.picked(view, right)
    words = briefs.words()
    if subject is None:
        components.note(components.INFO, _("Choose first whom or where the briefing is about."))
        return None
    first = since if since and since <= view.as_of else view.as_of
    return Asked(
        view.region.id, subject, view.as_of, first, Audience(audience or "internal"), None, picked, words
    )


def draw(view: View) -> None:
    """The choice, what is left out, and the files."""
    want = briefs.of_request(view) or asked(view)
    if want is not None:
        with st.spinner(_("Gathering what is known …")):
            found = briefs.gathered(view, want)
        briefs.told(found)
        left, right = st.columns(2)
        form = components.choose(
            _("Format"), {one: one.upper() for one in make.FORMATS}, "format", default="html", where=left
        )
        spoken = {"en": _("In English"), "ar": _("In Arabic"), "both": _("Both, one after the other")}
        language = components.choose(_("Language"), spoken, "in", default="both", where=right)
        briefs.files(view, found, form or "html", make.LANGUAGES[language or "both"])
    briefs.requests(view)


view = frame.opened(_("Briefings"))
components.heading(
    _("A document that leaves the house"),
    _("What is known as of {day}, every number with the note it rests on. Nothing is sent from here.").format(
        day=fmt.day(view.as_of)
    ),
)
draw(view)
frame.foot(view)
