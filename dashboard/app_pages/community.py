"""Community: how a score moved, what makes it, what was like it, what is near, and how sure all this is."""

from datetime import date
from typing import Any

import streamlit as st

from dashboard import calm, cards, components, frame, portrait, present, texts, waiting
from dashboard.data import View
from dashboard.i18n import _
from db import queries


def chosen(view: View, day: date | None, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The community the address names, else the most endangered one."""
    by_id = {str(one["community_id"]): one for one in rows}
    names = {one: texts.name(by_id[one]) for one in sorted(by_id, key=lambda one: texts.name(by_id[one]))}
    first = present.most_endangered(view, day) or next(iter(names))
    return by_id[components.choose(_("Community"), names, "community", default=first) or first]


view = frame.opened(_("Community"), needs_scores=True)
keep = frame.keep(view)
communities = view.ask(queries.communities)
if communities.empty:
    components.note(
        components.INFO, _("This region has no communities; a pack's communities.csv lists them.")
    )
    raise calm.Ended
above, first, below = st.container(), st.container(), st.container()
with above:
    day = waiting.scored_day(view, below)
with first:
    home = chosen(view, day, communities.to_dict("records"))
    row = present.rows(view, day, only=str(home["community_id"]))[0]
    st.html(cards.head(row, texts.other_name(home)) + present.ways_on(view, row.community_id, keep))
portrait.trend(view, row.community_id, present.card_in_force(view, day))
part = components.switch(
    _("Part of the page"), {name: _(words) for name, words in portrait.PARTS.items()}, "part", "why"
)
portrait.draw(view, part, home, day, keep)
frame.foot(view)
