"""Two incidents that may be one event, side by side, and what a person says of them."""

from collections.abc import Mapping
from datetime import timedelta
from html import escape
from typing import Any

import streamlit as st

from dashboard import components, fmt, links, markup, origins, retold, tables, texts
from dashboard.data import View, change, viewer
from dashboard.i18n import N_, _, n_
from db import clock, policy, queries
from db.errors import TocsinError
from db.vocab import Judgement

BACK_DAYS, PAIRS_SHOWN = 60, 100
REASONS = {
    "same": N_("same event, told twice"),
    "copied": N_("one copies the other"),
    "apart": N_("different place or time"),
    "other": N_("different event of the same day"),
}


PARTS = {"waiting": N_("Waiting"), "judged": N_("Judged")}
SAID = {
    Judgement.POSITIVE: N_("one event: merged"),
    Judgement.NEGATIVE: N_("two events"),
    Judgement.UNSURE: N_("set aside"),
}


def drawn(view: View, keep: links.Kept) -> None:
    """The pairs that wait, or what was said of those that do not."""
    shown = components.switch(_("Show"), {one: _(words) for one, words in PARTS.items()}, "pairs", "waiting")
    {"waiting": _waiting, "judged": _judged}[shown](view, keep)


def _judged(view: View, keep: links.Kept) -> None:
    """What was last said of each pair, and where a merge is taken back."""
    found = view.ask(queries.judgements)
    if found.empty:
        components.note(components.INFO, _("No pair was judged up to this day."))
        return
    rows = [_row(one, keep) for one in found.head(PAIRS_SHOWN).to_dict("records")]
    columns = [_("When"), _("Who"), _("Judgement"), _("Why"), _("Incidents")]
    caption = _("What was last said of each pair, the newest first")
    told = _("Open a merged incident to take it apart again.")
    st.html(markup.table(columns, rows, caption=caption, told=told, source=origins.RECORD))


def _row(one: Mapping[str, Any], keep: links.Kept) -> list[str]:
    opened = [links.to("incidents", keep, incident=one[side]) for side in ("left_id", "right_id")]
    both = [markup.link(words, to) for words, to in zip((_("One"), _("Other")), opened, strict=True)]
    said = [fmt.instant(one["at"]), str(one["by"]), _(SAID[Judgement(one["judgement"])])]
    why = retold.said(one["reason"])
    return [
        *map(escape, said),
        escape(why),
        both[0] if one["judgement"] == Judgement.POSITIVE else " ".join(both),
    ]


def _waiting(view: View, keep: links.Kept) -> None:
    """The likeliest pairs of the last weeks, one open at a time; nothing is merged by itself here."""
    since = view.as_of - timedelta(days=BACK_DAYS)
    found = view.ask(queries.duplicates, since=since, limit=PAIRS_SHOWN)
    if found.empty:
        told = _("No two incidents of the last {days} days look like one event.").format(days=BACK_DAYS)
        components.note(components.INFO, told)
        return
    rows = found.to_dict("records")
    row = rows[_place(rows)]
    count = n_("{count} pair may be one event", "{count} pairs may be one event", len(rows))
    components.heading(
        count, _("The likeliest first. Merging keeps every claim, counts once, and can be undone.")
    )
    st.html(_side_by_side(row, keep))
    st.html(_why(row))
    _judge(view, row)


def _place(rows: list[dict[str, Any]]) -> int:
    at = int(st.session_state.get("pair_at", 0))
    return at if at < len(rows) else 0


def _side_by_side(row: Mapping[str, Any], keep: links.Kept) -> str:
    sides = [{name[len(side) + 1 :]: value for name, value in row.items() if str(name).startswith(f"{side}_")}
             for side in ("left", "right")]  # fmt: skip
    told = {
        _("What"): [_opened(one, keep) for one in sides],
        _("When"): [escape(fmt.days(one["date_start"], one["date_end"])) for one in sides],
        _("Where"): [escape(_where(one)) for one in sides],
        _("Deaths"): [escape(tables.toll(one)) for one in sides],
        _("Known by"): [escape(tables.known_by(one)) for one in sides],
        _("In short"): [
            escape("" if fmt.missing(one["summary"]) else str(one["summary"])[:300]) for one in sides
        ],
    }
    body = [[escape(name), *cells] for name, cells in told.items()]
    columns, caption = ["", _("One"), _("Other")], _("Two incidents beside each other")
    known = _("Both as known on this day.")
    return markup.table(columns, body, caption=caption, told=known, source=origins.REPORTS)


def _opened(one: Mapping[str, Any], keep: links.Kept) -> str:
    words = texts.word("incident_type", one["incident_type"])
    return markup.link(words, links.to("incidents", keep, incident=one["id"]))


def _where(one: Mapping[str, Any]) -> str:
    parts = [texts.spot(one), texts.local(one, "district"), texts.local(one, "governorate")]
    return fmt.listed(dict.fromkeys(fmt.apart(part) for part in parts if part)) or _("place unknown")


def _why(row: Mapping[str, Any]) -> str:
    items = [
        markup.element("li", escape(texts.word("likeness", f"{one['comparison']} {one['level']}")), " ",
                       markup.text("span", fmt.signed(one["weight"], 1), "tc-quiet"))
        for one in row["reasons"]
    ]  # fmt: skip
    head = markup.text("p", _("As alike as {percent}; plus speaks for one event, minus against it.").format(
        percent=fmt.percent(row["score"])), "tc-told")  # fmt: skip
    return head + markup.element("ul", *items, css="tc-list")


def _judge(view: View, row: Mapping[str, Any]) -> None:
    if not policy.sight(viewer()).acts:
        return
    key = f"{row['left_id']}_{row['right_id']}"
    why = st.pills(_("Why"), list(REASONS), format_func=lambda one: _(REASONS[one]), key=f"twin_{key}")
    with st.container(horizontal=True):
        for label, shortcut, judgement in (
            (_("One event: merge"), "m", Judgement.POSITIVE),
            (_("Two events"), "x", Judgement.NEGATIVE),
            (_("Set aside"), "u", Judgement.UNSURE),
        ):
            kind = "primary" if judgement is Judgement.POSITIVE else "secondary"
            if st.button(label, shortcut=shortcut, type=kind, key=f"judge_{judgement}_{key}"):
                _said(view, row, judgement, _(REASONS[why]) if why else None)
        if st.button(_("Skip"), shortcut="s", key=f"judge_skip_{key}"):
            st.session_state["pair_at"] = int(st.session_state.get("pair_at", 0)) + 1
            st.rerun()


def _said(view: View, row: Mapping[str, Any], judgement: Judgement, why: str | None) -> None:
    """Write down what was said of a pair, or ask for the reason."""
    from db import merging

    if why is None:
        components.note(components.ERROR, _("Choose why first; it is written down with your name."))
        return
    act = merging.Act(viewer().name, why, clock.now(), float(row["score"]), tuple(row["reasons"]))
    pair = (str(row["left_id"]), str(row["right_id"]))
    try:
        policy.may_act(viewer())
        if judgement is Judgement.POSITIVE:
            change(view.store, lambda session: merging.merge(session, viewer(), pair, act))
        else:
            change(view.store, lambda session: merging.set_apart(session, viewer(), *pair, act, judgement))
    except TocsinError as error:
        components.note(components.ERROR, str(error))
        return
    st.toast(_("Written down."))
    st.rerun()
