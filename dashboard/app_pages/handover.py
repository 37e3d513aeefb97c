"""Handover: what changed in this shift, what waits, who has what in hand; notes; the end of a shift."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import components, fmt, frame, handing, handover, markup, origins, remembered, shift
from dashboard.data import View, viewer
from dashboard.i18n import N_, _
from dashboard.shift import Shift
from db import clock, policy, queries

PARTS = {
    "sheet": N_("Handover"),
    "care": N_("In hand"),
    "notes": N_("Notes"),
    "past": N_("Past shifts"),
}
COUNTED = {
    "level_changes": N_("Levels changed"),
    "open_alerts": N_("Open alerts"),
    "new_incidents": N_("New incidents"),
    "drafts": N_("Drafts"),
    "words_overdue": N_("Silent communities"),
    "assignments": N_("In hand"),
    "notes": N_("Notes"),
}


def sheet(view: View, found: Shift) -> None:
    """The handover in both languages, and as a file to print."""
    st.html(
        markup.text("p", _("The same in English and in Arabic, as precisely as you may see it."), "tc-told")
    )
    if not found.works:
        told = _("Drafts, tasks and notes are for those who work on the record, so they are not shown here.")
        components.note(components.INFO, told)
    else:
        handing.ending(view, found)
    st.html(handover.sides(found, frame.keep(view)))
    made = remembered.going_out(view, "handover.html", lambda: handover.document(found).encode(), {})
    st.download_button(
        _("Download to print (HTML)"),
        data=made,
        file_name=handover.file_name(found),
        mime="text/html",
        on_click="ignore",
        type="tertiary",
    )


def past(view: View, found: Shift) -> None:
    """The shifts that ended, with what stood open then."""
    rows = view.ask(queries.handovers)
    if rows.empty:
        components.note(components.INFO, _("No shift has been ended by this day."))
        return
    st.html(table(rows))
    components.download(rows.assign(told=rows["told"].astype(str)), view, "handovers")


def table(rows: pd.DataFrame) -> str:
    """A row a shift: when, by whom, taken over by whom, and the counts of what stood open."""
    body = [
        [
            markup.plain(fmt.instant(one["until"])),
            markup.plain(fmt.apart(one["by"])),
            markup.plain(_("nobody yet") if fmt.missing(one["taken_by"]) else fmt.apart(one["taken_by"])),
            *(markup.plain(fmt.count(one["told"].get(name))) for name in COUNTED),
            markup.text("span", "" if fmt.missing(one["note"]) else one["note"], dir="auto"),
        ]
        for one in rows.to_dict("records")
    ]
    head = [_("Ended"), _("Ended by"), _("Taken over by"), *map(_, COUNTED.values()), _("Last word")]
    told = _("Shifts, the newest first, with what stood open at their end (counts).")
    about: dict[str, Any] = {"numbers": range(3, 3 + len(COUNTED)), "units": ("counts",)}
    return markup.table(head, body, caption=told, source=origins.RECORD, **about)


view = frame.opened(_("Handover"), about_now=True)
seen = policy.sight(viewer())
found = shift.gather(view, seen, clock.now())
parts = PARTS if found.works else {"sheet": PARTS["sheet"]}
part = components.switch(_("Part"), {one: _(words) for one, words in parts.items()}, "part", "sheet")
{"sheet": sheet, "care": handing.care, "notes": handing.notes, "past": past}[part](view, found)
frame.foot(view)
