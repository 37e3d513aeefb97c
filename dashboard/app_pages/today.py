"""Today: which communities are in danger, what changed, why, how sure; and what became known."""

from datetime import timedelta

import streamlit as st

from dashboard import (
    cards,
    components,
    frame,
    levels,
    links,
    maps,
    markup,
    outlook,
    present,
    silence,
    texts,
    waiting,
)
from dashboard.data import View
from dashboard.i18n import N_, _, n_
from db import queries

LINES_SHOWN = 25
NEWS_SHOWN = 8
OTHERS = {
    2: N_("Higher than usual. Open a line to see why."),
    1: N_("No higher than usual, by the reports there are."),
    0: N_("Not a calm: nothing can be said of them."),
}


def chosen(view: View, rows: list[outlook.Row]) -> list[outlook.Row]:
    """The rows of the chosen group and governorate."""
    groups = {code: texts.name(one) for code, one in view.region.groups.items()}
    areas = view.ask(queries.areas).to_dict("records")
    homes = {one["area_id"]: texts.name(one) for one in areas if one["kind"] == "governorate"}
    with components.filters("group", "governorate"):
        left, right = st.columns(2)
        group = components.choose(_("Group"), groups, "group", where=left)
        home = components.choose(_("Governorate"), homes, "governorate", where=right)
    return [
        one for one in rows if group in (None, one.group_id) and (home is None or home in one.governorate_ids)
    ]


def show_levels(found: dict[int, list[outlook.Row]], keep: links.Kept) -> None:
    """Cards for warning and emergency, lines that open for the others."""
    if grave := [one for level in (4, 3) for one in found[level]]:
        components.heading(
            _("Warning and emergency"),
            _(
                "Most endangered first. A reason raises or lowers the chance compared with an average area; "
                "“usually” is the area's own past year. Each opens its reports."
            ),
        )
        st.html(markup.element("div", *[cards.card(one, keep) for one in grave], css="tc-cards"))
    for level, told in OTHERS.items():
        rows = found[level]
        if not rows:
            continue
        components.heading(levels.heading(level, len(rows)), _(told))
        everything = len(rows) <= LINES_SHOWN or st.session_state.get(f"all_{level}")
        st.html(cards.lines(rows if everything else rows[:LINES_SHOWN], keep))
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
    st.html(cards.incident_list(gravest.to_dict("records"), keep))
    components.heading(_("Newest incidents"))
    newest = view.ask(queries.incidents, limit=NEWS_SHOWN)
    st.html(cards.incident_list(newest.to_dict("records"), keep))
    st.html(markup.link(_("All incidents"), links.to("incidents", keep)))


view = frame.opened(_("Today"), needs_scores=True)
keep = frame.keep(view)
day = waiting.scored_day(view)
rows = present.rows(view, day)
top = st.container()
rows = chosen(view, rows)
found = outlook.by_level(rows)
with top:
    st.html(cards.tally(found))
    st.html(cards.freshness(view.ask(queries.freshness), view.covered, view.as_of))
    if gap := present.gaps(view):
        components.note(components.WARNING, gap)
    for line in present.overruled(view, present.of_record(view, day)) if day else []:
        components.note(components.WARNING, line)
    if waiting_drafts := view.ask(queries.draft_count):
        told = n_("{count} draft waits for review", "{count} drafts wait for review", waiting_drafts)
        st.html(markup.link(told, links.to("review", keep)))
    if told := silence.overdue(view.ask(queries.heard)):
        components.note(components.WARNING, told)
        st.html(markup.link(_("Who has fallen silent"), links.to("review", keep, part="silent")))
    if any(one.yesterday for one in rows):
        components.heading(_("Changed since the day before"))
        st.html(cards.moves(rows, keep))
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
frame.foot(view)
