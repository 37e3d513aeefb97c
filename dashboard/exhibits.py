"""The evidence of an incident on its page: digests and custody; a picture opens only when asked for."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from dashboard import components, fmt, markup, origins
from dashboard.data import View, viewer
from dashboard.i18n import N_, _
from db import audit, clock, engine, moments
from db.errors import TocsinError
from db.evidence import reading
from db.policy import Denied
from db.vocab import AccessAct, CustodyAct

ACTS = {
    "collected": N_("kept as it came"),
    "stripped": N_("copied without metadata"),
    "viewed": N_("looked at"),
    "exported": N_("handed out"),
    "erased": N_("erased"),
}


def drawn(view: View, incident_id: str) -> None:
    """What evidence there is, each piece with its digest, its chain of custody and a way to open it."""
    asked = {"region_id": view.region.id, "as_of": view.as_of, "incident_id": incident_id}
    with engine.reading(view.store) as session:  # not remembered: a look at it adds to its custody
        found = reading.listed(session, viewer(), **asked).to_dict("records")
    if not found:
        return
    told = _("Kept as it came. What opens is a copy without metadata; every look is written down.")
    components.heading(_("Evidence ({count})").format(count=len(found)), told)
    for row in found:
        st.html(_facts(row))
        _hands(view, row)
        _ways(view, row)


def _facts(row: Mapping[str, Any]) -> str:
    name = _("name withheld") if fmt.missing(row["name"]) else str(row["name"])
    size = _("{size} kB").format(size=f"{max(row['size'] // 1024, 1):,}")
    pairs = [
        (_("File"), markup.plain(f"{name} · {row['media_type']} · {size}")),
        (_("SHA-256"), markup.plain(row["sha256"])),
        (_("Added"), markup.plain(f"{fmt.instant(row['added_at'])}, {row['added_by']}")),
    ]
    for label, field in ((_("Note"), "note"), (_("Found at"), "url")):
        if not fmt.missing(row[field]):
            pairs.append((label, markup.plain(row[field])))
    if row["erased"]:
        pairs.append((_("Erased"), markup.plain(_("only the digest and the custody are kept"))))
    return markup.facts(pairs)


def _hands(view: View, row: Mapping[str, Any]) -> None:
    """The chain of custody, for those who may open the piece."""
    try:
        with engine.reading(view.store) as session:
            chain, broken = reading.chain(session, viewer(), row["attachment_id"])
    except Denied:
        return
    with st.expander(_("Chain of custody ({count})").format(count=len(chain))):
        if broken is not None:
            told = _("The chain is broken at entry {number}: something was changed since.").format(
                number=broken
            )
            components.note(components.ERROR, told)
        st.html(_entries(chain))


def _entries(chain: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [str(one["seq"]), escape(fmt.instant(one["at"])), escape(_(ACTS[str(one["act"])])), escape(one["by"])]
        for one in chain
    ]
    columns = [_("No."), _("When"), _("What"), _("Who")]
    told = _("Each entry is sealed with the one before it.")
    return markup.table(
        columns, rows, caption=_("Chain of custody"), told=told, source=origins.RECORD, headed=True
    )


def _ways(view: View, row: Mapping[str, Any]) -> None:
    """A button that shows a picture, which may be graphic, or hands out another copy."""
    if row["erased"] or fmt.missing(row["copied"]):
        st.caption(_("There is no copy without metadata to open."))
        return
    key = row["attachment_id"]
    if not str(row["media_type"]).startswith("image/"):
        if st.button(_("Make a copy without metadata ready"), key=f"ready_{key}", type="tertiary"):
            _handed(view, key, CustodyAct.EXPORTED)
    elif st.button(_("Show the picture; it may be graphic"), key=f"show_{key}", type="tertiary"):
        _handed(view, key, CustodyAct.VIEWED)


def _handed(view: View, attachment_id: str, act: CustodyAct) -> None:
    who = viewer()
    try:
        with engine.writing(view.store) as session:
            moments.refuse_earlier(session, clock.now())
            copy = reading.opened(session, who, attachment_id, act, by=who.name, now=clock.now())
            seen = AccessAct.READ if act is CustodyAct.VIEWED else AccessAct.EXPORT
            asked = {"region_id": view.region.id, "told": {"ids": [attachment_id]}, "now": clock.now()}
            audit.note(session, who.name, seen, "evidence", **asked)
    except TocsinError as error:
        components.note(components.WARNING, str(error))
        return
    if act is CustodyAct.VIEWED:
        st.image(copy.body)
    else:
        said = _("Download {name}").format(name=copy.name)
        st.download_button(said, copy.body, copy.name, mime="application/octet-stream", on_click="ignore")
