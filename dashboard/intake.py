"""What the Report and Review pages do with a draft: begin it, keep it up to date, let it in or leave it out."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import components, fmt, keeping, marks, markup, origins, texts
from dashboard.data import View, change, gazetteer, viewer
from dashboard.i18n import _
from db import clock, drafts, personal_data, policy, queries
from db.coder.cells import cells, plain
from db.drafts import Incoming
from db.errors import TocsinError
from db.vocab import DraftState, Origin

ASKED = ("incident_type", "date_start", "source_id")
NAME_LENGTH = 64
OPEN = "open_draft"


def take_text(view: View, text: str, written: date) -> None:
    """Read a pasted text, keep it as a draft with what was read, and open it."""
    from db import coder  # its word lists are read only where somebody pastes

    names = gazetteer(view.store, view.version, view.region.id)
    body = text.encode("utf-8", "replace")
    try:
        found = coder.read(drafts.clean(text) or "", gazetteer=names, anchor=written)
        suggestions = plain(found)
        incoming = Incoming(
            region_id=view.region.id, origin=Origin.PASTE, by=viewer().name, text=text, lang=found.lang,
            external_id=sha256(body).hexdigest()[:24], title=found.summary[:300], body=body,
            encoding="utf-8", suggestions=suggestions,
            fields={**proposed(view, suggestions), "title": found.summary[:300]},
        )  # fmt: skip
        _save(view, incoming)
    except TocsinError as error:
        components.note(components.ERROR, str(error))


def proposed(view: View, suggestions: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The cells that suggestions fill in without doubt."""
    sources = view.ask(queries.source_names)
    known = {word.casefold(): code for code, name in sources.items() for word in (code, name)}
    return cells(suggestions, known)


def filled(view: View, row: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in a draft so far: what somebody filled in, else what was read from its text."""
    return dict(row["fields"] or proposed(view, row["suggestions"] or ()))


def _save(view: View, incoming: Incoming) -> None:
    made: list[str] = []
    change(
        view.store,
        lambda session: made.append(drafts.save(session, viewer(), incoming, clock.now())[0]),
    )
    st.query_params["draft"] = made[0]
    st.query_params.pop("part", None)
    st.rerun()


def text_of(view: View, row: Mapping[str, Any]) -> None:
    """The text of a draft with what was read from it marked, and the warnings that go with it."""
    warn_of_persons(view, [row["title"], row["text"], *(row["fields"] or {}).values()])
    suggestions = row["suggestions"] or []
    fields = {one["field"] for one in suggestions}
    if any(one["field"] == "scope" and one["start"] == one["end"] for one in suggestions):
        many = _(
            "It seems to count more than one incident (a day, a front, a country): no figure is proposed."
        )
        components.note(components.WARNING, many)
    if told := _cautions(suggestions, fields):
        components.note(components.INFO, " ".join(told))
    if not fmt.missing(row["text"]):
        st.html(marks.marked(str(row["text"]), suggestions))


def warn_of_persons(view: View, said: Sequence[Any]) -> None:
    """Warn where a text seems to hold personal data: kinds and counts, the words are not repeated."""
    places = personal_data.place_names(gazetteer(view.store, view.version, view.region.id))
    held = [one for one in said if isinstance(one, str)]
    found = personal_data.summary(one for text in held for one in personal_data.find(text, places))
    if found:
        kinds = fmt.listed(f"{_(texts.PERSONAL[kind])} ({count})" for kind, count in found.items())
        told = _("This seems to hold personal data: {kinds}. Take out what nobody needs to know.")
        components.note(components.WARNING, told.format(kinds=kinds))


def _cautions(suggestions: Sequence[Mapping[str, Any]], fields: set[str]) -> list[str]:
    """What a careful reader would note about the wording."""
    loaded = dict.fromkeys(fmt.quoted(one["phrase"][:40]) for one in suggestions if one["field"] == "loaded")
    words = {
        _("Somebody disputes it."): "contested" in fields,
        _("It passes on hearsay."): "hearsay" in fields,
        _("Loaded words, for quotation only: {words}.").format(words=fmt.listed(loaded)): bool(loaded),
    }
    return [told for told, holds in words.items() if holds]


def finish(view: View, row: Mapping[str, Any], given: Mapping[str, str], left: Sequence[str] = ()) -> None:
    """What can be done with a filled-in draft: leave it in the queue, or let it in."""
    words = {"incident_type": _("what happened"), "date_start": _("when"), "source_id": _("who says so")}
    lacking = [*(words[name] for name in ASKED if not given.get(name)), *left]
    if lacking:
        st.caption(_("Still to say: {fields}").format(fields=fmt.listed(lacking)))
    readback(given)
    with st.container(horizontal=True):
        if st.button(_("Done: leave it for review"), type="primary"):
            keeping.forget()
            st.toast(_("It waits in the review queue."))
            st.rerun()
        if may_act() and st.button(_("Accept it now"), disabled=bool(lacking)):
            accept(view, row, _("entered and accepted by the same person"))


def readback(given: Mapping[str, str]) -> None:
    """What was understood, in words, before it is saved."""
    if not given.get("date_start"):
        return
    start, end = (date.fromisoformat(given[name]) for name in ("date_start", "date_end"))
    st.html(
        markup.text(
            "p",
            _("Understood: {what}, {when}, {where}.").format(
                what=texts.word("incident_type", given.get("incident_type"))
                if given.get("incident_type")
                else "…",
                when=fmt.days(start, end),
                where=given.get("place") or _("place unknown"),
            ),
            "tc-told",
        )  # fmt: skip
    )


def may_act() -> bool:
    """Whether the reader may let drafts in."""
    return policy.sight(viewer()).acts


def accept(view: View, row: Mapping[str, Any], reason: str, incident_id: str | None = None) -> None:
    """Let a draft into the record, or say what is missing."""
    said = {"by": viewer().name, "reason": reason, "now": clock.now()}
    policy.may_act(viewer())
    about = (row["draft_id"],)
    if not components.done(
        view, lambda session: drafts.accept(session, viewer(), *about, incident_id=incident_id, **said)
    ):
        return
    left()
    keeping.forget()
    st.toast(_("It is in the record now."))
    st.rerun()


def accept_and_go_on(view: View, row: Mapping[str, Any], reason: str, incident_id: str | None) -> None:
    """Let a draft in and open a further one of the same text, which tells of another incident too."""
    by, now, made = viewer().name, clock.now(), list[str]()

    def act(session: Any) -> None:
        drafts.accept(
            session, viewer(), row["draft_id"], incident_id=incident_id, by=by, reason=reason, now=now
        )
        made.append(drafts.another(session, viewer(), row["draft_id"], by=by, now=now))

    policy.may_act(viewer())
    if not components.done(view, act):
        return
    left()
    st.query_params["draft"] = made[0]
    st.toast(_("It is in the record now; the same text waits for its other incident."))
    st.rerun()


def left() -> None:
    """Forget which draft was open: it was decided upon here."""
    st.query_params.pop("draft", None)
    st.session_state.pop(OPEN, None)


def reject(view: View, row: Mapping[str, Any], reason: str) -> None:
    """Leave a draft out, with a reason."""
    policy.may_act(viewer())
    said = {"by": viewer().name, "reason": reason, "now": clock.now()}
    if not components.done(view, lambda session: drafts.reject(session, viewer(), row["draft_id"], **said)):
        return
    left()
    st.toast(_("It was left out; the reason stands with it."))
    st.rerun()


def zero_table(found: pd.DataFrame) -> str:
    """Who had nothing to report, and of whom."""
    rows = [
        [
            escape(fmt.day(one["day"])),
            escape(texts.name(one)),
            escape(texts.source(one["source"])),
            escape(str(one["by"])),
        ]
        for one in found.to_dict("records")
    ]
    columns = [_("Day"), _("Community"), _("Who says so"), _("Noted by")]
    caption = _("Explicit notes of nothing to report, newest first.")
    return markup.table(columns, rows, caption=caption, source=origins.RECORD)


def state_words(state: str) -> str:
    """A draft's state in words."""
    words = {
        DraftState.OPEN: _("waits"),
        DraftState.ACCEPTED: _("accepted"),
        DraftState.REJECTED: _("left out"),
    }
    return words[DraftState(state)]
