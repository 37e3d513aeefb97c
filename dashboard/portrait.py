"""The parts of a community's page that are drawn one at a time: why, before, around, incidents, about."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import (
    charts,
    components,
    fmt,
    forecasts,
    ledgers,
    likeness,
    links,
    maps,
    markup,
    neighbours,
    origins,
    outlook,
    present,
    season,
    silence,
    surroundings,
    tables,
    texts,
)
from dashboard.data import View
from dashboard.i18n import N_, _
from db import queries
from db.vocab import Target

SPANS = {"90": N_("3 months"), "180": N_("6 months"), "365": N_("1 year")}
PARTS = {
    "why": N_("Why"),
    "before": N_("Before"),
    "around": N_("Around"),
    "incidents": N_("Incidents"),
    "about": N_("About it"),
}
PAGE = 25


def draw(view: View, part: str, home: dict[str, Any], day: date | None, keep: links.Kept) -> None:
    """The chosen part; the others cost nothing until they are asked for."""
    if part == "why":
        why(view, home, day, keep)
    elif part == "before":
        before(view, home, keep)
    elif part == "around":
        around(view, home, day, keep)
    elif part == "incidents":
        incidents(view, home, keep)
    else:
        about(view, home, keep)


def trend(view: View, community_id: str, card: dict[str, Any]) -> None:
    """The chart of the score over the incidents, with gaps in the data; drawn once for all who see alike."""
    components.heading(
        _("Trend"), _("Probability of an escalation in per cent; incidents and deaths, each a day.")
    )
    back = components.switch(_("Span"), {days: _(words) for days, words in SPANS.items()}, "span", "180")
    since = view.as_of - timedelta(days=int(back))
    horizon = view.region.alert_horizon_days
    asked = {"area_id": community_id, "since": since, "horizon_days": horizon}
    history = view.ask(queries.score_history, **asked)

    def drawn() -> Any:
        return charts.trend(
            history,
            view.ask(queries.daily_counts, community_id=community_id, since=since),
            since=since,
            until=view.as_of,
            thresholds=present.begins(history, card),
            gaps=view.covered.gaps(since, view.as_of),
            alerts=view.ask(queries.transitions, community_id=community_id),
        )

    told = charts.told(history, since, view.as_of)
    figure = view.made("trend", drawn, **asked)
    title = _("Probability, incidents and deaths, {since} to {until}").format(
        since=fmt.day(since), until=fmt.day(view.as_of)
    )
    units = ("percent", "incidents", "persons")
    components.chart(figure, title, alt=told, key="trend", source=origins.FORECASTS, units=units)
    st.caption(f"{told} {charts.legend()}")
    components.download(
        history.drop(columns=["drivers", "confidence_reasons", "begins"]), view, f"{community_id}-scores"
    )


def why(view: View, home: dict[str, Any], day: date | None, keep: links.Kept) -> None:
    """What makes the score, situations like it before, and what other models say."""
    community_id = str(home["community_id"])
    nothing = pd.DataFrame({"area_id": [], "target": []})
    mine = view.ask(queries.scores, as_of=day, area_id=community_id) if day else nothing
    record = mine[mine["target"] == Target.ESCALATION]
    record = record[record["horizon_days"] == view.region.alert_horizon_days] if len(record) else record
    if day is None or record.empty or fmt.missing(record.iloc[0]["probability"]):
        components.note(components.INFO, _("There is no score of this day, so there is nothing to explain."))
        return
    for line in present.overruled(view, mine):
        components.note(components.WARNING, line)
    score = record.iloc[0].to_dict()
    known = present.labels(view, [i for one in score["drivers"] for i in one.get("incident_ids", [])])
    components.heading(_("What makes this score"))
    components.table(tables.drivers(score, known, keep), view, f"{community_id}-reasons")
    _like(view, community_id, day, keep)
    components.heading(_("Other outcomes and horizons"))
    components.table(tables.others(mine), view, f"{community_id}-outcomes")
    components.table(tables.counts(present.ladder(view, community_id, day)), view, f"{community_id}-deaths")


def _like(view: View, community_id: str, day: date, keep: links.Kept) -> None:
    """Similar situations before, and what followed."""
    found = view.ask(queries.analogues, as_of=day, area_id=community_id)
    components.heading(_("Similar situations before, and what followed"))
    if found.empty:
        told = _(
            "None were looked up for this day: the record is too short, or the scores are of an older program."
        )
        st.html(markup.text("p", told, "tc-told"))
        return
    st.html(markup.text("p", likeness.told(found), "tc-say") + likeness.show(found, keep))
    components.download(found, view, f"{community_id}-similar")


def before(view: View, home: dict[str, Any], keep: links.Kept) -> None:
    """The community beside its own past, its alerts, and what became of forecasts for it."""
    community_id = str(home["community_id"])
    told, shown, left_out, rows = view.made(
        "season", lambda: _season(view, community_id), community_id=community_id
    )
    components.heading(_("Beside its own past"), told)
    st.html(shown)
    components.html(markup.text("p", left_out, "tc-told") if left_out else "")
    components.download(rows, view, f"{community_id}-past")
    components.heading(_("Alerts of this community"))
    steps = view.ask(queries.transitions, community_id=community_id)
    if steps.empty:
        st.html(markup.text("p", _("No alert has been raised for this community up to this day."), "tc-told"))
    else:
        st.html(ledgers.transitions(steps))
        newest = links.to("alerts", keep, alert=str(steps.iloc[-1]["alert_id"]))
        st.html(markup.link(_("Open the newest alert"), newest))
        components.download(steps.drop(columns=["memory"]), view, f"{community_id}-alerts")
    _ledger(view, community_id)


def _season(view: View, community_id: str) -> tuple[str, str, str, pd.DataFrame]:
    """The comparison in words, as a table, what is left out of it, and its rows."""
    since = season.first_day(view.as_of)
    counts = view.ask(queries.daily_counts, community_id=community_id, since=since)
    found = season.compare(counts, view.covered, view.as_of)
    return season.told(found), season.show(found), season.uncovered(found), season.frame(found)


def _ledger(view: View, community_id: str) -> None:
    """What was forecast and what happened."""
    components.heading(_("Past forecasts and what happened"))
    found = view.ask(queries.verifications, target=Target.ESCALATION.value, area_id=community_id)
    if found.empty:
        none = _("No forecast for this community is over and closed yet.")
        st.html(markup.text("p", none, "tc-told"))
        return
    first = forecasts.first_of_each_day(found)
    record = first[first["horizon_days"] == view.region.alert_horizon_days]
    for live in (True, False):
        if told := forecasts.told(record, live=live):
            st.html(markup.text("p", told, "tc-say"))
    st.html(forecasts.by_horizon(first))
    if len(record):
        with st.expander(_("The newest of them"), key="newest", on_change="rerun") as opened:
            if opened.open:
                st.html(forecasts.newest(record))
    components.download(first, view, f"{community_id}-forecasts")


def around(view: View, home: dict[str, Any], day: date | None, keep: links.Kept) -> None:
    """The communities near by with level and change, and the districts on a map."""
    about = {"community_id": str(home["community_id"]), "day": day, "keep": tuple(sorted(keep.items()))}
    listed, drawn = view.made("around", lambda: _around(view, home, day, keep), **about)
    components.heading(_("Communities near by"))
    nobody = markup.text("p", _("No other community of this region is near."), "tc-told")
    components.table(listed or nobody, view, f"{home['community_id']}-near")
    components.heading(_("Map"), _(surroundings.TOLD))
    components.show_map(drawn, _("Levels by district; the dashed ring is around this community's own"))
    st.html(markup.legend())


def _around(
    view: View, home: dict[str, Any], day: date | None, keep: links.Kept
) -> tuple[str, maps.Map | None]:
    """The table of the communities near by, and the map; no table where there are none."""
    communities = view.ask(queries.communities)
    found = neighbours.near(home, communities, view.ask(queries.areas))
    now, past = (
        outlook.before(present.of_record(view, one), one) if one else {}
        for one in (day, day - timedelta(days=1) if day else None)
    )
    shades = neighbours.shades(home, found, now, communities)
    own = [str(one) for one in home["district_ids"] or home["governorate_ids"]]
    drawn = surroundings.draw(view.region.map, view.ask(queries.outlines), shades, own)
    return neighbours.show(found, now, past, keep) if found else "", drawn


def incidents(view: View, home: dict[str, Any], keep: links.Kept) -> None:
    """All that is known about the community, the imprecise marked as such."""
    community_id = str(home["community_id"])
    asked: dict[str, Any] = {"community_id": community_id}
    total = view.ask(queries.incident_count, **asked)
    counted = view.ask(queries.incident_count, counted=True, **asked)
    told = _(
        "{counted} count for this community; the others are known only to the governorate, or lie near, "
        "and may concern it."
    )
    title = _("Incidents ({total})").format(total=fmt.number(total))
    components.heading(title, told.format(counted=fmt.number(counted)))
    search = links.to("incidents", keep, community=community_id)
    st.html(markup.link(_("Search and filter these incidents"), search))
    only = st.toggle(_("Only those that count"), key="counted", bind="query-params")
    shown = counted if only else total
    pages = max(-(-shown // PAGE), 1)
    at = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    asked = {**asked, "counted": True if only else None}
    rows = view.ask(queries.incidents, limit=PAGE, offset=PAGE * (at - 1), **asked)
    if rows.empty:
        components.note(components.INFO, _("No incident is known. That is not the same as nothing happened."))
        return
    words = _("The newest first, as known on {day}.").format(day=fmt.day(view.as_of))
    st.html(tables.incidents(rows, keep, words))
    components.download(rows, view, f"{community_id}-incidents-page-{at}")


def about(view: View, home: dict[str, Any], keep: links.Kept) -> None:
    """Who speaks of the community, and what the pack says of it."""
    if heard := silence.of_community(view.ask(queries.heard), str(home["community_id"]), keep):
        components.heading(_("Who speaks of it"), _(silence.TOLD))
        components.table(heard, view, f"{home['community_id']}-sources")
    components.heading(_("About this community"))
    note, _own = texts.note(home)
    if not note:
        st.html(markup.text("p", _("Nothing more is written about it, or not for you."), "tc-told"))
        return
    st.html(markup.text("p", note, dir="auto"))
    st.caption(_("Source of these facts:"))
    st.text(str(home["source"] or _("unknown")))
