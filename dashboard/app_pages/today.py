"""Today: who worsened most, why, how sure; what changed since one's last visit; the lists, and what waits."""

import streamlit as st

from dashboard import (
    answer,
    cards,
    components,
    frame,
    links,
    lists,
    markup,
    narrowing,
    outlook,
    present,
    silence,
    since,
    texts,
    waiting,
)
from dashboard.data import View
from dashboard.i18n import _
from db import queries

LINES_SHOWN = 25


def chosen(view: View) -> narrowing.Choice:
    """Which communities are looked at, and for whom the plan's steps are."""
    with components.filters(*narrowing.NAMES, "audience"):
        columns = st.columns(4)
        choice = narrowing.choose(view, columns)
        components.choose(_("Plan for"), present.audiences(view), "audience", where=columns[3])
    return choice


def show_lists(view: View, rows: list[outlook.Row], keep: links.Kept) -> None:
    """One list at a time, with what puts a community on it; all of them in the file."""
    components.heading(_("Communities"))
    name = components.switch(
        _("List"), {one: _(word) for one, word in lists.WORDS.items()}, "list", lists.TOP
    )
    told = markup.text("p", lists.told(name), "tc-told")
    st.html(told + cards.units(rows, view.ask(queries.freshness), view.as_of))
    steps = present.steps(view, keep, st.query_params.get("audience"))
    for title, found, week in lists.parts(name, rows):
        if title:
            st.html(markup.text("h3", title, "tc-list-part"))
        if not found:
            st.html(markup.text("p", _("None."), "tc-told"))
            continue
        components.long(
            found,
            LINES_SHOWN,
            title,
            lambda some, week=week: st.html(
                cards.lines(present.explained(view, some), keep, view.as_of, steps, week=week)
            ),
        )
    components.download_later(lambda: outlook.table(rows, lists.named(rows)), len(rows), view, "today")


def show_news(view: View, rows: list[outlook.Row], keep: links.Kept) -> None:
    """What changed since this reader was last here."""
    components.heading(_("Since your last visit"))
    told, incidents = present.since_last(view, day, rows, keep)
    st.html(told)
    st.html(markup.link(_("All incidents"), links.to("incidents", keep)))
    components.download(incidents, view, "since-last-visit")


def show_waiting(view: View, keep: links.Kept) -> None:
    """Who has fallen silent, and what waits for a person."""
    heard, late = view.ask(queries.heard), view.ask(queries.overdue)
    silent = heard[heard["overdue"].astype(bool)]
    if silent.empty and late.empty:
        return
    components.heading(_("Silent, and waiting"), _(silence.TOLD))
    components.html(since.waiting(late, view.as_of, keep))
    if told := silence.overdue(heard):
        components.note(components.WARNING, told)
        st.html(markup.link(_("Who has fallen silent"), links.to("review", keep, part="silent")))
    components.download(silent, view, "silent")
    components.download(late, view, "waiting")


view = frame.opened(_("Today"), needs_scores=True)
keep = frame.keep(view)
above, top, below = st.container(), st.container(), st.container()
with above:
    day = waiting.scored_day(view, below)
everyone = present.everyone(view, day)
choice = chosen(view)
rows = narrowing.among(everyone, choice)
with top:
    components.html(narrowing.told(view, choice, keep, "today"))
    components.html(answer.block(rows, keep, view.as_of, day, lambda one: present.explained(view, one)))
with below:
    if gap := present.gaps(view):
        components.note(components.WARNING, gap)
    for line in view.gathered("overruled", lambda: present.overruled_on(view, day), day=day):
        components.note(components.WARNING, line)
    st.html(cards.tally(outlook.by_level(rows)))
    st.html(cards.freshness(view.ask(queries.freshness), view.covered, view.as_of))
show_lists(view, rows, keep)
left, right = st.columns(2, gap="large")
with left:
    show_news(view, everyone, keep)
with right:
    show_waiting(view, keep)
components.heading(_("Map"), _(texts.MAP_TOLD))
picture, beside = st.columns([5, 3], gap="large")
with picture:
    components.html(narrowing.told(view, choice, keep, "today", again=True))
    drawn = narrowing.drawn(view, everyone, choice, keep, day)
    components.show_map(drawn, narrowing.titled(drawn))
with beside:
    st.html(markup.legend())
frame.foot(view)
