"""Data: what came in, what was refused, how fresh it is, and which models judge it."""

import streamlit as st

from dashboard import components, markup, tables, texts
from dashboard.data import View
from dashboard.i18n import N_, _
from db import queries

ISSUES_SHOWN = 50
PARTS = {"sources": N_("Sources"), "imports": N_("Imports"), "models": N_("Models"), "jobs": N_("Jobs")}


def sources(view: View) -> None:
    """What each source covers and how fresh it is."""
    coverage = view.ask(queries.coverage)
    st.html(tables.sources(coverage, view.ask(queries.freshness)))
    components.download(coverage, view, "sources")


def imports(view: View) -> None:
    """The files taken in, and the rows that were refused or remarked on."""
    batches = view.plainly(queries.batches)
    if batches.empty:
        st.info(_("Nothing was imported yet. Take in a file with:"))
        st.code("tocsin import ucdp events.csv.gz\ntocsin import reports reports.csv", language="bash")
        return
    st.html(tables.batches(batches))
    components.download(batches, view, "imports")
    found = view.plainly(queries.issues, limit=5000)
    components.heading(_("Rows with issues ({count})").format(count=f"{len(found):,}"))
    if found.empty:
        st.text(_("No row was refused or remarked on."))
        return
    if len(found) > ISSUES_SHOWN:
        st.caption(_("The first {count}; the file holds all.").format(count=ISSUES_SHOWN))
    st.html(tables.row_issues(found.head(ISSUES_SHOWN)))
    components.download(found, view, "row-issues")


def models(view: View) -> None:
    """The models with their cards: how they did on the past, where levels begin, what they cannot see."""
    found = view.ask(queries.models)
    if found.empty:
        st.info(_("No model was trained by this day. Train one with:"))
        st.code(f"tocsin train --as-of {view.as_of}", language="bash")
        return
    used = found[found["status"] == "promoted"].to_dict("records")
    if used:
        pick = {one["model_version_id"]: one for one in used}
        chosen = st.selectbox(
            _("Model in use"), list(pick), format_func=lambda one: name(pick[one]), key="model"
        )
        card(pick[chosen]["card"])
    components.heading(_("All models"))
    st.html(tables.models(found))
    components.download(found, view, "models")


def name(row: dict[str, object]) -> str:
    """A model by what it forecasts."""
    return _("{target}, {days} days, trained {day}").format(
        target=texts.word("target", row["target"]), days=row["horizon_days"], day=row["train_as_of"]
    )


def card(card: dict[str, object]) -> None:
    """One model's card."""
    st.html(tables.card(card))
    st.html(tables.backtest(card))
    if card.get("thresholds"):
        components.heading(_("Where levels begin"))
        st.html(tables.thresholds(card))


def jobs(view: View) -> None:
    """The runs of jobs."""
    found = view.plainly(queries.runs, limit=50)
    if found.empty:
        st.text(_("No job has run yet."))
        return
    st.html(tables.runs(found))
    components.download(found, view, "jobs")


view = components.frame(_("Data"))
st.html(markup.freshness(view.ask(queries.freshness), view.covered, view.as_of))
part = st.segmented_control(
    _("Part"), list(PARTS), default="sources", key="part", bind="query-params", required=True,
    format_func=lambda one: _(PARTS[one]), label_visibility="collapsed",
)  # fmt: skip
{"sources": sources, "imports": imports, "models": models, "jobs": jobs}[part or "sources"](view)
components.foot(view)
