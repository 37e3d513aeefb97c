"""Community: how a score moved, what makes it, which incidents are known, and how sure all this is."""

from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard import cards, charts, components, fmt, frame, links, present, silence, tables, texts, waiting
from dashboard.data import View
from dashboard.i18n import N_, _
from db import queries
from db.vocab import Target

SPANS = {"90": N_("3 months"), "180": N_("6 months"), "365": N_("1 year")}
PAGE = 25


def chosen(view: View, day: date | None, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The community the address names, else the most endangered one."""
    by_id = {str(one["community_id"]): one for one in rows}
    names = {one: texts.name(by_id[one]) for one in sorted(by_id, key=lambda one: texts.name(by_id[one]))}
    first = present.most_endangered(view, day) or next(iter(names))
    return by_id[components.choose(_("Community"), names, "community", default=first) or first]


def trend(view: View, community_id: str, card: dict[str, Any]) -> None:
    """The chart of the score over the incidents, with gaps in the data."""
    components.heading(_("Trend"))
    back = components.switch(_("Span"), {days: _(words) for days, words in SPANS.items()}, "span", "180")
    since = view.as_of - timedelta(days=int(back))
    history = view.ask(
        queries.score_history, area_id=community_id, since=since, horizon_days=view.region.alert_horizon_days
    )
    counts = view.ask(queries.daily_counts, community_id=community_id, since=since)
    begins = present.begins(history, card)
    gaps = view.covered.gaps(since, view.as_of)
    figure = charts.trend(history, counts, since=since, until=view.as_of, thresholds=begins, gaps=gaps)
    components.chart(figure, alt=charts.told(history, since, view.as_of), key="trend")
    st.caption(f"{charts.told(history, since, view.as_of)} {charts.legend()}")
    components.download(
        history.drop(columns=["drivers", "confidence_reasons", "begins"]), view, f"{community_id}-scores"
    )


def incidents(view: View, community_id: str, keep: links.Kept) -> None:
    """All that is known about the community, the imprecise marked as such."""
    asked = {"community_id": community_id}
    total = view.ask(queries.incident_count, **asked)
    counted = view.ask(queries.incident_count, counted=True, **asked)
    told = _(
        "{counted} count for this community; the others are known only to the governorate, or lie near, "
        "and may concern it."
    )
    title = _("Incidents ({total})").format(total=f"{total:,}")
    components.heading(title, told.format(counted=f"{counted:,}"))
    only = st.toggle(_("Only those that count"), key="counted", bind="query-params")
    shown = counted if only else total
    pages = max(-(-shown // PAGE), 1)
    at = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    asked = {**asked, "counted": True if only else None}
    rows = view.ask(queries.incidents, limit=PAGE, offset=PAGE * (at - 1), **asked)
    if rows.empty:
        components.note(components.INFO, _("No incident is known. That is not the same as nothing happened."))
        return
    st.html(
        tables.incidents(
            rows, keep, _("The newest first, as known on {day}.").format(day=fmt.day(view.as_of))
        )
    )
    components.download(rows, view, f"{community_id}-incidents-page-{at}")


def said(view: View, community_id: str, day: date) -> None:
    """What makes the score, and what other models say."""
    scores = view.ask(queries.scores, as_of=day)
    mine = scores[scores["area_id"] == community_id]
    record = mine[
        (mine["target"] == Target.ESCALATION) & (mine["horizon_days"] == view.region.alert_horizon_days)
    ]
    if record.empty or fmt.missing(record.iloc[0]["probability"]):
        return
    for line in present.overruled(view, mine):
        components.note(components.WARNING, line)
    score = record.iloc[0].to_dict()
    known = present.labels(view, [i for one in score["drivers"] for i in one.get("incident_ids", [])])
    components.heading(_("What makes this score"))
    st.html(tables.drivers(score, known, frame.keep(view)))
    components.heading(_("Other outcomes and horizons"))
    st.html(tables.others(mine) + tables.counts(present.ladder(view, community_id, day)))


view = frame.opened(_("Community"), needs_scores=True)
keep = frame.keep(view)
communities = view.ask(queries.communities)
if communities.empty:
    components.note(
        components.INFO, _("This region has no communities; a pack's communities.csv lists them.")
    )
    frame.foot(view)
    st.stop()
day = waiting.scored_day(view)
home = chosen(view, day, communities.to_dict("records"))
row = present.rows(view, day, only=str(home["community_id"]))[0]
st.html(cards.head(row, texts.other_name(home)))
trend(view, row.community_id, present.card_in_force(view, day))
if day:
    said(view, row.community_id, day)
incidents(view, row.community_id, keep)
if heard := silence.of_community(view.ask(queries.heard), row.community_id, keep):
    components.heading(_("Who speaks of it"), _(silence.TOLD))
    st.html(heard)
if home["note"]:
    components.heading(_("About this community"))
    st.text(str(home["note"]))
    st.caption(_("Source of these facts:"))
    st.text(str(home["source"] or _("unknown")))
frame.foot(view)
