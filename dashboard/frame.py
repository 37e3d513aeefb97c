"""The frame of every page: its head with region and day, what to say without data, and its last line."""

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st
from sqlalchemy.exc import DBAPIError

from dashboard import data, days, exports, fmt, links, markup, progress, texts
from dashboard.components import ERROR, INFO, WARNING, note
from dashboard.data import View
from dashboard.i18n import _
from db.errors import TocsinError
from db.queries import RegionInfo

STYLE = Path(__file__).parent / "static" / "tocsin.css"
REFRESH_SECONDS = 2
FRESH_DAYS = 2


def guarded(draw: Callable[[], None]) -> None:
    """Draw a page; what cannot be done becomes one calm line with its cure, never a traceback."""
    st.html(STYLE)
    try:
        draw()
    except TocsinError as error:
        note(ERROR, str(error))
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
        note(
            ERROR,
            _("The store did not answer ({reason}). It may be busy; try again in a moment.").format(
                reason=reason
            ),
        )
        st.button(_("Try again"))
    except Exception:  # the last resort: what nobody foresaw goes to the log, not to the reader
        logging.getLogger(__name__).exception("a page could not be drawn")
        note(ERROR, _("This page could not be drawn. Nothing is lost; the server's log says why."))
        st.button(_("Try again"))


def opened(title: str, *, needs_scores: bool = False) -> View:
    """The head of a page: its title, the region, the day; stops where there is nothing to show yet."""
    store = data.url()
    if trouble := data.check(store):
        _nothing_yet(title, store, trouble)
    version = data.stamp(store)
    found = data.regions(store, version)
    if not found:
        _nothing_yet(title, store, _("No region is loaded yet."))
    region = _region(found)
    today = data.today(region)
    choice = days.choose(st.query_params.get("as_of") or st.session_state.get("as_of_kept"), today)
    view = View(store, version, region, choice.as_of, today)
    _banner(view)
    _head(title, view)
    if choice.remark:
        note(WARNING, choice.remark + " " + _("Showing today, {day}.").format(day=fmt.day(today)))
    _running(view, needs_scores)
    _coverage_notice(view)
    return view


def _region(found: list[RegionInfo]) -> RegionInfo:
    by_id = {one.id: one for one in found}
    asked = st.query_params.get("region") or st.session_state.get("region_kept")
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
    with st.sidebar:
        st.html(markup.text("p", texts.title(chosen), "tc-where"))
    return chosen


def _keep(name: str, value: str | None) -> None:
    """Hold a part of the state in the address and across pages."""
    st.session_state[f"{name}_kept"] = value
    if value is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def _head(title: str, view: View) -> None:
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    left.title(title, anchor=False)
    with right.popover(_("As of {day}").format(day=fmt.day(view.as_of)), width="stretch"):
        _day_control(view)
    _keep("as_of", view.as_of.isoformat() if view.as_of != view.today else None)


def _day_control(view: View) -> None:
    """Choose the day that all pages speak of."""
    st.date_input(
        _("Show what was known at the end of"),
        value=view.as_of,
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
                markup.text("b", exports.MARK),
                " ",
                markup.text("span", told),
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


def _nothing_yet(title: str, store: str, trouble: str) -> None:
    """Say what is missing and how to get it, look again every other second, and stop the page here."""
    st.title(title, anchor=False)
    _waiting(store, trouble)
    st.stop()


@st.fragment(run_every=REFRESH_SECONDS)
def _waiting(store: str, trouble: str) -> None:
    found = data.check(store) or (None if data.regions(store, data.stamp(store)) else trouble)
    if found is None:
        st.rerun(scope="app")
    run = progress.current(data.runs(store)) if data.check(store) is None else None
    if run:
        _progress(run)
        return
    note(INFO, f"{_('No data yet.')} {found[:1].upper()}{found[1:]}.")
    st.markdown(_("To look around with invented data (an EXERCISE), or to begin with a real region:"))
    st.code(progress.FIRST_STEPS, language=None)


def _running(view: View, needs_scores: bool) -> None:
    """Tell of a job under way; where there is nothing to show before it ends, show only that."""
    if progress.current(data.runs(view.store)) is None:
        return
    _job(view.store)
    if needs_scores and view.scored_on is None:
        st.caption(
            _(
                "This page shows itself as soon as there is something to show. The other pages fill up already."
            )
        )
        foot(view)
        st.stop()


@st.fragment(run_every=REFRESH_SECONDS)
def _job(store: str) -> None:
    run = progress.current(data.runs(store))
    if run is None:
        st.rerun(scope="app")
    else:
        _progress(run)


def _progress(run: progress.Run) -> None:
    st.progress(run.share, text=f"{_('Being prepared')}: {run.told}")


def keep(view: View) -> dict[str, str]:
    """The part of the address that goes along with every link."""
    several = len(data.regions(view.store, view.version)) > 1
    return links.kept(view.as_of if view.as_of != view.today else None, view.region.id if several else None)


def scored_day(view: View) -> date | None:
    """The day whose scores a page can show, with a remark where it is an earlier one or none."""
    day = view.scored_on
    command = f"tocsin daily --as-of {view.as_of}"
    if view.covered.beyond(view.as_of):
        return None
    if day is None:
        note(INFO, _("No scores up to this day yet. Make them, after training a model, with:"))
        st.code(f"tocsin train --as-of {view.as_of}\n{command}", language=None)
    elif (view.as_of - day).days <= FRESH_DAYS and day < view.as_of:
        told = _("Scores of {day}, {ago}; newer ones come with: {command}")
        st.html(
            markup.text(
                "p", told.format(day=fmt.day(day), ago=fmt.ago(day, view.as_of), command=command), "tc-told"
            )
        )
    elif day != view.as_of:
        told = _("No scores for {asked} yet; these are of {day}, {ago}. Make them with:")
        words = told.format(asked=fmt.day(view.as_of), day=fmt.day(day), ago=fmt.ago(day, view.as_of))
        expired = (view.as_of - day).days > view.region.alert_horizon_days
        note(
            WARNING if expired else INFO,
            (_("The days these scores spoke of are over. ") if expired else "") + words,
        )
        st.code(command, language=None)
    return day


def foot(view: View) -> None:
    """The line that every page ends with: what a score is not."""
    how = markup.link(_("How to read this"), links.to("about", keep(view)))
    mark = markup.text("b", f"{exports.MARK}. ") if view.region.exercise else ""
    st.html(markup.element("p", mark, markup.text("span", _(texts.LIMITS)), " ", how, css="tc-limits"))
