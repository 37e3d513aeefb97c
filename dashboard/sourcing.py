"""Parts of the Data page: feeds with their attempts, who speaks of whom, refused rows, jobs that can be stopped."""

import pandas as pd
import streamlit as st

from dashboard import (
    components,
    fmt,
    frame,
    ledgers,
    links,
    markup,
    origins,
    readership,
    retold,
    silence,
    texts,
)
from dashboard.data import View, runs, viewer
from dashboard.i18n import _
from db import clock, queries, store
from db.vocab import Role, RunStatus

ISSUES_SHOWN = 50
STOPPING = frozenset({Role.MODELLER, Role.ADMIN})


def sources(view: View) -> None:
    """What each source covers, how reliable and how fresh it is."""
    coverage = view.ask(queries.coverage)
    if coverage.empty:
        components.note(
            components.INFO, _("No source is known yet: sources.csv of the region's pack names them.")
        )
        return
    st.html(ledgers.sources(coverage, view.ask(queries.freshness)))
    components.download(coverage, view, "sources")
    readership.part(view)


def feeds(view: View) -> None:
    """What is asked for news again and again, how it stands, and every attempt of one."""
    found = view.ask(queries.feeds)
    if found.empty:
        components.note(components.INFO, _("Nothing is asked for news yet. Note a feed with:"))
        components.command_line("tocsin feed add ged --kind ucdp_download --set version=monthly")
        return
    st.html(ledgers.feeds(found))
    components.download(found, view, "feeds")
    components.heading(_("Attempts of one feed"))
    names = {str(one["name"]): str(one["name"]) for one in found.to_dict("records")}
    first = next(iter(names))
    picked = components.choose(_("Feed"), names, "feed", default=first) or first
    asked = view.ask(queries.feed_runs, name=picked)
    if asked.empty:
        components.note(components.INFO, _("It was never asked by this day."))
        return
    st.html(attempts(asked, view))
    components.download(asked, view, "feed-runs")


def attempts(asked: pd.DataFrame, view: View) -> str:
    """A row an attempt, the newest first."""
    rows = [
        [
            markup.plain(fmt.instant(one["started_at"])),
            markup.plain(texts.word("feed_status", one["status"])),
            markup.plain(fmt.count(one["fetched"])),
            markup.plain(fmt.count(one["expected"])),
            markup.plain("" if fmt.missing(one["message"]) else retold.said(one["message"])),
        ]
        for one in asked.to_dict("records")
    ]
    head = [_("Asked"), _("State"), _("Rows that came"), _("Rows announced"), _("Message")]
    told = _("Attempts up to {day}, the newest first.").format(day=fmt.day(view.as_of))
    return markup.table(head, rows, caption=told, source=origins.RECORD, numbers=(2, 3), units=("rows",))


def coverage(view: View) -> None:
    """Which source is expected to speak of which community, and when it last did."""
    found = view.ask(queries.heard)
    components.heading(_("Who speaks of which community"), _(silence.TOLD))
    if found.empty:
        told = _(
            "No source is expected to speak regularly: none has a cadence_days in the region's sources.csv."
        )
        components.note(components.INFO, told)
        return
    keep: links.Kept = frame.keep(view)
    st.html(silence.table(found, keep))
    components.download(found, view, "coverage")


def issues(view: View) -> None:
    """Rows that were refused or remarked on: file, row, column, what is wrong and its cure."""
    found = view.plainly(queries.issues, limit=5000)
    components.heading(_("Rows with issues ({count})").format(count=fmt.count(len(found))))
    if found.empty:
        components.note(components.INFO, _("No row was refused or remarked on."))
        return
    if len(found) > ISSUES_SHOWN:
        st.caption(_("The first {count}; the file holds all.").format(count=fmt.count(ISSUES_SHOWN)))
    st.html(ledgers.row_issues(found.head(ISSUES_SHOWN)))
    components.download(found, view, "row-issues")


def jobs(view: View) -> None:
    """The runs of jobs; one that is running shows how far it is, and can be stopped."""
    found = runs(view.store)
    if found.empty:
        components.note(components.INFO, _("No job has run yet."))
        return
    for row in found[found["status"] == RunStatus.RUNNING.value].to_dict("records"):
        _running(view, str(row["run_id"]), texts.word("step", row["step"] or row["command"]), row)
    st.html(ledgers.runs(found))
    components.download(found, view, "jobs")


def _running(view: View, run_id: str, step: str, row: dict[object, object]) -> None:
    done, total = int(str(row["done"])), int(str(row["total"]))
    told = _("{step}: {done} of {total}").format(step=step, done=fmt.count(done), total=fmt.count(total))
    st.progress(min(done / total, 1.0) if total else 0.0, text=told)
    with st.container(horizontal=True):
        st.button(_("Look again"), key=f"look_{run_id}")
        if viewer().roles & STOPPING and st.button(_("Stop it"), key=f"stop_{run_id}"):
            _stop(view, run_id)


def _stop(view: View, run_id: str) -> None:
    who, now = viewer().name, clock.now()
    if components.done(view, lambda session: store.stop_run(session, viewer(), run_id, by=who, now=now)):
        st.rerun()
