"""Report: paste a text, fill in a short form, or say that there was nothing to report."""

import secrets
from datetime import timedelta

import streamlit as st

from dashboard import components, days, editor, frame, intake, keeping, links, markup, texts
from dashboard.data import View, gazetteer, viewer
from dashboard.i18n import N_, _
from db import clock, policy, queries, zero_reports
from db.zero_reports import Nothing

PARTS = {"form": N_("Short form"), "paste": N_("Paste a text"), "nothing": N_("Nothing to report")}
MAX_PASTED = 8 * 1024 * 1024


def form(view: View, keep: links.Kept) -> None:
    """Six questions; every change is kept in the queue as it is made, and can be gone on with later."""
    row = keeping.resumed(view)
    st.caption(
        _("Whatever you fill in is kept at once, in the review queue. Leave open what you do not know.")
    )
    if row is not None:
        intake.text_of(view, row)
    new = key = st.session_state.setdefault(keeping.NEW, secrets.token_hex(6))
    if row and row["draft_id"] != st.session_state.get(keeping.BEGUN):
        key = str(row["draft_id"])  # begun elsewhere; else the form keeps its widgets
    if row:
        key = keeping.form_key(key, row)
    given = intake.filled(view, row) if row else {}
    names = gazetteer(view.store, view.version, view.region.id)
    read = (row or {}).get("suggestions") or ()
    asked = editor.Form(view, f"form_{key}", given, read, names, keeping.keeper(view, new, row))
    cells = editor.fill_in(asked)
    if row is None:
        keeping.begin(view, key, cells)
        return
    keeping.keep_up(view, row, cells)
    intake.finish(view, row, cells, asked.open_questions)


def paste(view: View, keep: links.Kept) -> None:
    """A text in English or Arabic: what it seems to say is proposed, with the words it came from."""
    st.caption(
        _(
            "Paste what somebody sent or published. Take out the names of victims and informants first. "
            "It is read on this machine; nothing leaves it, and nothing counts until somebody confirms it."
        )
    )
    said = st.text_area(_("The text"), height=220, key="pasted", max_chars=MAX_PASTED)
    when = st.date_input(
        _("When was it written? (for words such as “yesterday”)"), value=view.today,
        min_value=days.EARLIEST, max_value=view.today,
        key="written", format="YYYY-MM-DD",
    )  # fmt: skip
    if st.button(_("Read it"), type="primary", disabled=not said.strip()):
        intake.take_text(view, said, when or view.today)


def nothing(view: View, keep: links.Kept) -> None:
    """One tap for a community and its days, so that silence can be told from calm."""
    communities = {
        one["community_id"]: texts.name(one) for one in view.ask(queries.communities).to_dict("records")
    }
    sources = view.ask(queries.source_names)
    st.caption(_("Somebody looked, and there was nothing to tell. It stands for a week; it lowers no score."))
    community = st.selectbox(_("Community"), list(communities), index=None, key="quiet_community",
                             format_func=lambda one: communities[one], placeholder=_("Choose"))  # fmt: skip
    source = st.selectbox(_("Who says so"), list(sources), index=None, key="quiet_source",
                          format_func=lambda one: texts.source(sources[one]), placeholder=_("Choose"),
                          persist_state="session")  # fmt: skip
    span = st.date_input(
        _("Day, or first and last day"), value=(view.today - timedelta(days=1), view.today - timedelta(days=1)),
        min_value=days.EARLIEST, max_value=view.today, key="quiet_days", format="YYYY-MM-DD",
    )  # fmt: skip
    ready = bool(community and source and span)
    if st.button(_("Nothing to report"), type="primary", disabled=not ready, icon=":material/check:"):
        _note(view, str(community), str(source), span)
    found = view.ask(queries.zero_reports)
    if not found.empty:
        components.heading(_("Said before"))
        st.html(intake.zero_table(found.head(50)))


def _note(view: View, community: str, source: str, span: object) -> None:
    ends = list(span) if isinstance(span, tuple) else [span]
    first, last = ends[0], ends[-1]
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    said = Nothing(view.region.id, community, source, days, viewer().name)
    policy.may_act(viewer())
    if components.done(view, lambda session: zero_reports.add(session, viewer(), said, clock.now())):
        st.toast(_("Noted: nothing to report."))
        st.rerun()


view = frame.opened(_("Report"), about_now=True)
keep = frame.keep(view)
part = components.switch(_("Way"), {one: _(words) for one, words in PARTS.items()}, "part", "form")
if view.as_of != view.today:
    components.note(
        components.INFO, _("You look at an earlier day. What you report now is known from now on.")
    )
{"form": form, "paste": paste, "nothing": nothing}[part](view, keep)
st.html(markup.link(_("To the review queue"), links.to("review", keep)))
frame.foot(view)
