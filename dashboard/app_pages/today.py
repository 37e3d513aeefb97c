"""Today: which communities are in danger, what changed, why, how sure; and what became known."""

from datetime import timedelta

import streamlit as st

from dashboard import components, levels, links, maps, markup, outlook, present, texts
from dashboard.data import View
from dashboard.i18n import _, n_
from db import queries

LINES_SHOWN = 25
NEWS_SHOWN = 8


def chosen(rows: list[outlook.Row]) -> list[outlook.Row]:
    """The rows of the chosen group and governorate."""
    with st.expander(_("Filter"), icon=":material/filter_list:"):
        left, right = st.columns(2)
        groups = sorted({one.group for one in rows})
        homes = sorted({home for one in rows for home in one.governorates})
        group = left.selectbox(
            _("Group"), groups, index=None, key="group", bind="query-params", placeholder=_("All")
        )
        home = right.selectbox(
            _("Governorate"), homes, index=None, key="home", bind="query-params", placeholder=_("All")
        )
    return [one for one in rows if group in (None, one.group) and (home is None or home in one.governorates)]


def show_levels(found: dict[int, list[outlook.Row]], keep: links.Kept) -> None:
    """Cards for those above baseline, lines for the others."""
    raised = [one for level in (4, 3, 2) for one in found[level]]
    if raised:
        components.heading(
            _("Above baseline"), _("Most endangered first. Each reason opens the reports behind it.")
        )
        st.html(markup.element("div", *[markup.card(one, keep) for one in raised], css="tc-cards"))
    for level, told in ((1, _("No higher than usual, by the reports there are.")),
                        (0, _("Not a calm: nothing can be said of them."))):  # fmt: skip
        rows = found[level]
        if not rows:
            continue
        components.heading(f"{levels.word(level)} ({len(rows)})", told)
        everything = len(rows) <= LINES_SHOWN or st.session_state.get(f"all_{level}")
        st.html(markup.lines(rows if everything else rows[:LINES_SHOWN], keep))
        if not everything:
            st.button(n_("Show all {count}", "Show all {count}", len(rows)), key=f"all_{level}")


def show_news(view: View, keep: links.Kept) -> None:
    """What became known since the day before, and the newest incidents."""
    known = view.ask(queries.changes, since=view.as_of - timedelta(days=1), limit=None)
    total = n_("{count} incident", "{count} incidents", len(known))
    components.heading(_("Became known since the day before: {total}").format(total=total))
    if known.empty:
        st.html(markup.text("p", _("Nothing new. That is not the same as nothing happened."), "tc-told"))
    gravest = known.sort_values("deaths", ascending=False, na_position="last").head(NEWS_SHOWN)
    st.html(markup.incident_list(gravest.to_dict("records"), keep))
    components.heading(_("Newest incidents"))
    newest = view.ask(queries.incidents, limit=NEWS_SHOWN)
    st.html(markup.incident_list(newest.to_dict("records"), keep))
    st.html(markup.link(_("All incidents"), links.to("incidents", keep)))


view = components.frame(_("Today"))
keep = components.keep(view)
rows = present.rows(view, components.scored_day(view))
st.html(markup.freshness(view.ask(queries.freshness), view.covered, view.as_of))
rows = chosen(rows)
found = outlook.by_level(rows)
st.html(markup.tally(found))
show_levels(found, keep)
components.download(outlook.table(rows), view, "today")
left, right = st.columns([3, 2], gap="large")
with left:
    show_news(view, keep)
with right:
    components.heading(_("Map"), _(texts.MAP_TOLD))
    shades = outlook.shades(rows, view.ask(queries.communities))
    components.show_map(
        maps.of_levels(view.region.map, view.ask(queries.outlines), shades), _("Levels by governorate")
    )
    st.html(markup.legend())
components.foot(view)
