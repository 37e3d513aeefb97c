"""Pieces of pages: choices that live in the address, remarks, headings, the map, downloads."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from dashboard import access, as_shown, exports, maps, markup, origins, retold
from dashboard.data import View, change
from dashboard.i18n import N_, _, n_
from db import policy
from db.errors import TocsinError

INFO, WARNING, ERROR = "info", "warning", "error"
PLACE = "at"  # the word in the address for the one of a queue that is open, counted from 1
WHOLE = "all"  # the word in the address by which long lists are shown whole

MEANWHILE = N_("Somebody else changed this meanwhile. What you see now is what holds; look before you go on.")


def filters(*names: str) -> Any:
    """A place for filters that opens by itself where one is set."""
    active = [name for name in names if st.query_params.get(name)]
    label = n_("Filter ({count} set)", "Filter ({count} set)", len(active)) if active else _("Filter")
    return st.expander(label, icon=":material/filter_list:", expanded=bool(active))


def choose(
    label: str,
    options: Mapping[str, str],
    name: str,
    *,
    default: str | None = None,
    nothing: str | None = None,
    where: Any = st,
) -> str | None:
    """Pick one of some ids, shown by their words; the address keeps the id, whatever the language."""
    asked = st.query_params.get(name)
    if asked and asked not in options:
        note(WARNING, _("“{said}” is not known here: {label}.").format(said=asked[:60], label=label))
    key = f"choose_{name}"
    st.session_state[key] = asked if asked in options else default
    where.selectbox(
        label,
        list(options),
        index=None if default is None else 0,
        key=key,
        format_func=lambda one: options[one],
        placeholder=nothing or _("All"),
        on_change=_write,
        args=(name, key, default),
    )
    return st.session_state[key]


def switch(label: str, options: Mapping[str, str], name: str, default: str) -> str:
    """Pick one of a few parts by a row of buttons; the address keeps which."""
    asked = st.query_params.get(name)
    key = f"switch_{name}"
    st.session_state[key] = asked if asked in options else default
    st.segmented_control(
        label,
        list(options),
        key=key,
        required=True,
        format_func=lambda one: options[one],
        label_visibility="collapsed",
        on_change=_write,
        args=(name, key, default),
    )
    return st.session_state[key] or default


def long(rows: Sequence[Any], few: int, part: str, draw: Callable[[Sequence[Any]], None]) -> None:
    """Draw a few rows of a long part, or all where the address says so, and a button that leads to the other."""
    everything = st.query_params.get(WHOLE) == "1"
    draw(rows if everything else rows[:few])
    if len(rows) > few:
        count = few if everything else len(rows)
        more, fewer = n_("Show all {count}", "Show all {count}", count), _("Show fewer")
        st.button(
            fewer if everything else more, key=f"{WHOLE}_{part}", on_click=_turn, args=(not everything,)
        )


def _turn(everything: bool) -> None:
    if everything:
        st.query_params[WHOLE] = "1"
    else:
        st.query_params.pop(WHOLE, None)


def _write(name: str, key: str, default: str | None) -> None:
    value = st.session_state[key]
    for place in ("page", PLACE):  # another choice begins at its first
        st.query_params.pop(place, None)
    if value in (None, default):
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def show_map(drawn: maps.Map | None, title: str) -> None:
    """A map as a picture in the page, drawn in the colours of the theme, with the line that names its source."""
    if drawn is None:
        st.caption(_("This region's pack gives no coordinates to draw a map from."))
        return
    # Not st.html, which takes drawings out. Nothing in it comes from a report: names come from the region's pack.
    st.markdown(markup.element("div", drawn.svg(title), css="tc-map"), unsafe_allow_html=True)
    told = markup.schematic() if drawn.schematic else ""
    html(told + origins.line(origins.FORECASTS, ("level",)))


def chart(figure: Any, title: str, *, alt: str, key: str, source: str, units: Sequence[str]) -> None:
    """A chart under its title, with its words for those who cannot see it, its source, day and units."""
    from dashboard import plots  # whose library pages without charts do not need

    html(markup.text("p", title, "tc-chart"))
    st.plotly_chart(plots.spoken(figure), config=plots.config(), alt=alt, key=key)
    html(origins.line(source, units))


def who(longest: int, about: str = "") -> str:
    """Under whose name an act is kept: whoever signed in, or, where no login is configured, a name that is typed.

    `about` tells a second field on one page apart; it begins with the name that was typed in the first.
    """
    if me := access.named():
        st.caption(_("It is kept under your name, {name}.").format(name=me))
        return me
    typed: str = st.text_input(
        _("Your name or initials"),
        st.session_state.get("who", "") if about else "",
        key=f"who{about}",
        max_chars=longest,
        persist_state="session",
    )
    return typed


def meanwhile(about: str, state: object) -> str:
    """Say so where what is open here was changed by somebody else since it was drawn; returns a key of its state.

    Buttons carry the key, so that a click on what somebody saw before never acts on what they have not seen.
    """
    held = st.session_state.get(f"seen_{about}")
    if held not in (None, state):
        told = _(
            "Somebody else changed this meanwhile. What you see now is what holds; look before you go on."
        )
        note(WARNING, told)
    st.session_state[f"seen_{about}"] = state
    return f"{about}_{state}"


def done(view: View, act: Callable[[Session], Any]) -> bool:
    """Carry out what somebody decided, whole or not at all; False where it cannot be done, with the reason on the page.

    Whoever may not do it is told so by the frame of the page, which remembers it.
    """
    access.look_at(view.region.id)
    try:
        change(view.store, act)
    except policy.Denied:
        raise
    except TocsinError as error:
        note(ERROR, str(error))
        return False
    return True


def mine(about: str) -> None:
    """What changes next is this reader's own act."""
    st.session_state.pop(f"seen_{about}", None)


def note(kind: str, words: str) -> None:
    """A calm remark; never Markdown, because it may repeat what somebody typed into the address."""
    st.html(markup.note(retold.said(words), kind))


def download(rows: pd.DataFrame, view: View, table: str) -> None:
    """The same table as a CSV file."""
    download_later(lambda: rows, len(rows), view, table)


def download_later(make: Callable[[], pd.DataFrame], count: int, view: View, table: str) -> None:
    """A table of so many rows as a CSV file, made only when somebody takes it."""
    from dashboard import remembered  # which draws its remarks with what is here

    if not count:
        return
    st.download_button(
        _("Download as CSV"),
        data=remembered.going_out(
            view, f"{table}.csv", lambda: exports.as_csv(make(), view.region, view.as_of), {"rows": count}
        ),
        file_name=exports.file_name(view.region, table, view.as_of),
        mime="text/csv",
        on_click="ignore",
        key=f"download_{table}",
        type="tertiary",
    )


def table(shown: str, view: View, name: str) -> None:
    """A table that only this page makes, and beside it the same as a file: what is read, in the reader's language."""
    html(shown)
    if count := max(shown.count("<tr") - 1, 0):
        download_later(lambda: as_shown.rows(shown), count, view, name)


def command_line(words: str) -> None:
    """What somebody may copy and run; it wraps, so that nobody has to move it sideways to read its end."""
    st.code(words, language=None, wrap_lines=True)


def html(body: str) -> None:
    """A piece of HTML of ours, where there is anything in it."""
    if body:
        st.html(body)


def heading(words: str, told: str = "") -> None:
    """The title of a part of a page, with a line that says what it shows."""
    st.html(markup.text("h2", words, "tc-part") + (markup.text("p", told, "tc-told") if told else ""))
