"""What a page shows while there is nothing to show: what is missing, what is being made, what is older."""

from contextlib import nullcontext
from datetime import date
from typing import Any

import streamlit as st

from dashboard import calm, data, fmt, markup, progress, retold
from dashboard.components import INFO, WARNING, command_line, note
from dashboard.data import View
from dashboard.i18n import _
from db import migrating

REFRESH_SECONDS = 2
FRESH_DAYS = 2


def nothing_yet(title: str, store: str, trouble: str) -> None:
    """Say what is missing and how to get it, look again every other second, and stop the page here."""
    st.title(title, anchor=False)
    _look_again(store, trouble)
    raise calm.Ended


@st.fragment(run_every=REFRESH_SECONDS)
def _look_again(store: str, trouble: str) -> None:
    calm.calmly(lambda: _looked(store, trouble))


def _looked(store: str, trouble: str) -> None:
    broken = data.check(store)
    if broken is None and data.regions(store, data.stamp(store)):
        st.rerun(scope="app")
    run = None if broken else progress.current(data.runs(store))
    if run:
        _bar(run)
        return
    said = retold.said(broken or trouble)
    whole = f"{said[:1].upper()}{said[1:]}."
    if broken and migrating.exists(store) and migrating.revision(store):
        note(WARNING, whole)  # there is data, only this program cannot read it: no way to begin anew
        return
    note(INFO, f"{_('No data yet.')} {whole}")
    st.markdown(_("To look around with invented data (an EXERCISE), or to begin with a real region:"))
    command_line(progress.FIRST_STEPS)


def job_under_way(view: View, needs_scores: bool) -> bool:
    """Tell of a running job; True where there is nothing else to show before it comes further."""
    if progress.current(data.runs(view.store)) is None:
        return False
    empty = needs_scores and view.scored_on is None
    _job(view.store, view.version if empty else None)
    if empty:
        told = _(
            "This page shows itself as soon as there is something to show. The other pages fill up already."
        )
        st.html(markup.text("p", told, "tc-told"))
    return empty


@st.fragment(run_every=REFRESH_SECONDS)
def _job(store: str, version: str | None) -> None:
    """A progress bar that moves by itself; an empty page looks again whenever the store has grown."""
    calm.calmly(lambda: _moved(store, version))


def _moved(store: str, version: str | None) -> None:
    run = progress.current(data.runs(store))
    if run is None or (version is not None and data.stamp(store) != version):
        st.rerun(scope="app")
    else:
        _bar(run)


def _bar(run: progress.Run) -> None:
    st.progress(run.share, text=f"{_('Being prepared')}: {run.told}")


def scored_day(view: View, below: Any = None) -> date | None:
    """The day whose scores a page can show, with a remark where it is an earlier one or none.

    What does not change how the page's answer is read stands `below` it.
    """
    if view.covered.beyond(view.as_of):
        return None
    day, command = view.scored_on, f"tocsin daily --as-of {view.as_of}"
    if day is None:
        note(INFO, _("No scores up to this day yet. Make them, after training a model, with:"))
        command_line(f"tocsin train --as-of {view.as_of}\n{command}")
    elif day < view.as_of:
        age = (view.as_of - day).days
        over = age > view.region.alert_horizon_days
        with nullcontext() if over or below is None else below:
            _older(view, day, command, age)
    return day


def _older(view: View, day: date, command: str, age: int) -> None:
    """Say how old the shown scores are: in a line while they are fresh, with emphasis when they are over."""
    ago = fmt.ago(day, view.as_of)
    if progress.current(data.runs(view.store)):
        told = _("Scored so far up to {day}, {ago}; the days after it are being prepared.")
        st.html(markup.text("p", told.format(day=fmt.day(day), ago=ago), "tc-told"))
        return
    if age <= FRESH_DAYS:
        told = _("Scores of {day}, {ago}; newer ones come with: {command}")
        st.html(
            markup.text("p", told.format(day=fmt.day(day), ago=ago, command=fmt.apart(command)), "tc-told")
        )
        return
    told = _("No scores for {asked} yet; these are of {day}, {ago}. Make them with:")
    words = told.format(asked=fmt.day(view.as_of), day=fmt.day(day), ago=ago)
    over = age > view.region.alert_horizon_days
    note(
        WARNING if over else INFO,
        (_("The days these scores spoke of are over.") + " " if over else "") + words,
    )
    command_line(command)
