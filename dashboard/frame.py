"""The frame of every page: its head with region and day, what to say without data, and its last line."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import (
    access,
    calm,
    data,
    days,
    early,
    exports,
    fmt,
    links,
    markup,
    narrowing,
    origins,
    remembered,
    speech,
    texts,
    tour,
    waiting,
)
from dashboard.components import WARNING, note
from dashboard.data import View
from dashboard.i18n import _
from db import queries
from db.queries import RegionInfo

STATIC = Path(__file__).parent / "static"
STYLE = STATIC / "tocsin.css"
LINKS = f"<script>{(STATIC / 'links.js').read_text(encoding='utf-8')}</script>"


_view: ContextVar[View | None] = ContextVar("view", default=None)
_ended: ContextVar[bool] = ContextVar("ended", default=False)
KEPT = ("as_of", "region", *speech.KEPT)


def menu(pages: Sequence[st.Page]) -> None:
    """The pages beside the content; unlike Streamlit's own menu it takes day and region along."""
    with st.sidebar:
        for page in pages:
            st.page_link(page, query_params=_kept(), width="stretch")


def _kept() -> dict[str, str]:
    return {name: st.query_params[name] for name in KEPT if name in st.query_params} | narrowing.kept()


def guarded(draw: Callable[[], None]) -> None:
    """Draw a page; what cannot be done becomes one calm line with its cure, never a traceback.

    Whatever became of it, it ends with the line that says what a score is not.
    """
    _view.set(None)
    _ended.set(False)
    st.html(STYLE)
    # The script runs again whenever what stands beside it changes: so it learns of another language.
    st.html(LINKS + speech.marker(), unsafe_allow_javascript=True)
    calm.calmly(draw)
    if not _ended.get():
        foot(_view.get())


def above(page: str) -> None:
    """What stands above every page: the way to it in another language, and the step of the tour somebody is on."""
    st.html(speech.switch(page) + speech.away())
    if step := tour.at(st.query_params.get(tour.NAME)):
        st.html(tour.panel(step, page or tour.STEPS[0].page, _kept()))
    if remark := speech.unknown():
        note(WARNING, remark)


def opened(title: str, *, needs_scores: bool = False, about_now: bool = False) -> View:
    """The head of a page: its title, the region, the day; stops where there is nothing to show yet.

    A page `about_now` takes things in, so it does not matter what the sources cover.
    """
    store = data.url()
    if trouble := data.check(store):
        waiting.nothing_yet(title, store, trouble)
    version = data.stamp(store)
    found = data.regions(store, version)
    if not found:
        waiting.nothing_yet(title, store, _("No region is loaded yet"))
    region = _region(found)
    fmt.use_zone(region.time_zone)
    today = data.today(region)
    choice = days.choose(st.query_params.get("as_of"), today)
    view = View(store, version, region, choice.as_of, today)
    _view.set(view)
    texts.know_sources(view.ask(queries.coverage).to_dict("records"))
    texts.know_names(region.settings)
    origins.know(view)
    early.note(view)
    remembered.page(store, region.id)
    _banner(view)
    _head(title, view)
    if choice.remark:
        note(WARNING, choice.remark + " " + _("Showing today, {day}.").format(day=fmt.day(today)))
    if waiting.job_under_way(view, needs_scores):
        raise calm.Ended
    if not about_now:
        _coverage_notice(view)
    return view


def _region(found: list[RegionInfo]) -> RegionInfo:
    by_id = {one.id: one for one in found}
    asked = st.query_params.get("region")
    if asked and asked not in by_id:
        note(
            WARNING,
            _("No region “{name}” is loaded; showing {title}.").format(name=asked[:40], title=found[0].title),
        )
    chosen = by_id.get(asked or "", found[0])
    if len(found) > 1:
        with st.sidebar:
            picked = st.selectbox(
                _("Region"),
                list(by_id),
                index=list(by_id).index(chosen.id),
                format_func=lambda i: by_id[i].title,
            )
        chosen = by_id[picked]
        _keep("region", chosen.id)
    access.look_at(chosen.id)
    with st.sidebar:
        st.html(markup.text("p", texts.title(chosen), "tc-where"))
    return chosen


def _keep(name: str, value: str | None) -> None:
    """Hold a part of the state in the address, which every link takes along."""
    if value is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def _head(title: str, view: View) -> None:
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    left.title(title, anchor=False)
    with right.popover(_("As of {day}").format(day=fmt.day(view.as_of)), width="stretch"):
        _day_control(view)
    _keep("as_of", view.as_of.isoformat() if view.as_of != view.today else None)


def _day_control(view: View) -> None:
    """Choose the day that all pages speak of."""
    st.date_input(
        _("Show what was known at the end of"),
        value=view.as_of,
        min_value=days.EARLIEST,
        max_value=view.today,
        key=f"day_{view.as_of}",
        format="YYYY-MM-DD",
        on_change=lambda: _go(st.session_state[f"day_{view.as_of}"]),
    )
    back, forth = st.columns(2)
    step = pd.Timedelta(days=1)
    back.button(_("Day before"), on_click=_go, args=(view.as_of - step,), width="stretch")
    forth.button(
        _("Day after"), on_click=_go, args=(view.as_of + step,), width="stretch",
        disabled=view.as_of >= view.today,
    )  # fmt: skip
    last = view.covered.last
    if last and last != view.as_of and last != view.today:
        st.button(
            _("Last covered day, {day}").format(day=fmt.day(last)),
            on_click=_go,
            args=(last,),
            width="stretch",
        )
    if view.as_of != view.today:
        st.button(
            _("Today, {day}").format(day=fmt.day(view.today)),
            on_click=_go,
            args=(view.today,),
            width="stretch",
        )


def _go(day: date | None) -> None:
    if day is not None:
        st.query_params["as_of"] = day.isoformat()


def _banner(view: View) -> None:
    if view.region.exercise:
        told = _("Everything here is invented: places, people, reports. Do not act on it.")
        st.html(
            markup.element(
                "div",
                markup.text("b", _(exports.MARK)),
                " ",
                markup.text("span", told),
                tour.invitation(keep(view)),
                css="tc-exercise",
                role="note",
            )
        )


def _coverage_notice(view: View) -> None:
    covered = view.covered
    if covered.beyond(view.as_of):
        gap = fmt.day(covered.last)
        note(
            WARNING,
            _("No data since {day}: nothing can be said of {asked}.").format(
                day=gap, asked=fmt.day(view.as_of)
            ),
        )
        st.button(
            _("Show the last covered day, {day}").format(day=gap),
            on_click=_go,
            args=(covered.last,),
            type="primary",
        )
    elif covered.before(view.as_of):
        first = fmt.day(covered.first)
        note(WARNING, _("No data before {day}.").format(day=first))
        st.button(
            _("Show the first covered day, {day}").format(day=first),
            on_click=_go,
            args=(covered.first,),
            type="primary",
        )


def keep(view: View) -> dict[str, str]:
    """The part of the address that goes along with every link."""
    several = len(data.regions(view.store, view.version)) > 1
    day = view.as_of if view.as_of != view.today else None
    walk = tour.kept(st.query_params.get(tour.NAME))
    here = links.kept(day, view.region.id if several else None)
    return {**here, **speech.kept(), **narrowing.kept(), **walk}


def foot(view: View | None = None) -> None:
    """The line that every page ends with: what a score is not."""
    _ended.set(True)
    how = markup.link(_("How to read this"), links.to("about", keep(view) if view else _kept()))
    mark = markup.text("b", _(exports.MARK) + ". ") if view and view.region.exercise else ""
    st.html(markup.element("p", mark, markup.text("span", _(texts.LIMITS)), " ", how, css="tc-limits"))
