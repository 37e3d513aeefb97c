"""What the pages leave in the access log, and the page's view of it: who looked at what."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import components, data, fmt, markup, origins
from dashboard.data import View
from dashboard.i18n import N_, _, n_
from db import audit, clock, engine, policy, queries
from db.errors import TocsinError
from db.vocab import AccessAct

FILTERS = (
    *("as_of", "since", "until", "type", "governorate", "group", "span", "part", "forecast", "areas", "page"),
    *("outcome", "state", "q", "level", "list", "audience", "district"),
)
SUBJECTS = ("about", "community", "incident", "alert", "draft", "model", "report", "step", "beside")
ACTS = {
    "read": N_("read"),
    "search": N_("searched"),
    "export": N_("exported"),
    "send": N_("sent"),
    "change": N_("changed"),
    "denied": N_("was denied"),
    "role": N_("changed a role"),
    "sign_in": N_("signed in"),
    "sign_out": N_("signed out"),
    "token": N_("changed a token"),
    "command": N_("ran a command"),
    "erasure": N_("erased"),
    "backup": N_("made a backup"),
}
HOME = "today"
SHOWN = 200
_SEEN = "_tocsin_remembered"


def page(store: str, region_id: str | None = None) -> None:
    """Write down that a page was looked at, once for each state of it, not for each time it is drawn."""
    asked = {name: said for name in (*FILTERS, *SUBJECTS) if (said := st.query_params.get(name))}
    name = named()
    state = (store, region_id, name, *sorted(asked.items()))
    if st.session_state.get(_SEEN) == state:
        return
    st.session_state[_SEEN] = state
    told: dict[str, Any] = {"filters": {n: asked[n] for n in FILTERS if n in asked}}
    told["ids"] = [f"{n}:{asked[n]}" for n in SUBJECTS if n in asked]
    act = AccessAct.SEARCH if "q" in asked else AccessAct.READ
    if not _note(store, act, name, region_id, {n: v for n, v in told.items() if v}):
        components.note(
            components.WARNING,
            _("What is looked at cannot be written down now; look at the disk and the folder of the key."),
        )


def denied() -> None:
    """Write down that a page denied somebody something."""
    with suppress(TocsinError):  # who is not even known was denied where they signed in
        _note(data.url(), AccessAct.DENIED, named(), st.query_params.get("region"), {})


def going_out(view: View, what: str, make: Callable[[], Any], told: Mapping[str, Any]) -> Callable[[], Any]:
    """A maker of a file that writes down that it goes out before it does, and makes none where it cannot."""
    who, asked = data.viewer().name, {"region_id": view.region.id, "told": dict(told)}

    def made() -> Any:
        audit.demand(view.store, who, AccessAct.EXPORT, what, **asked, now=clock.now())
        return make()

    return made


def named() -> str:
    """The name of the page that is drawn."""
    context = get_script_run_ctx()
    if context is None:
        return HOME
    drawn = context.pages_manager.get_pages().get(context.page_script_hash)
    return Path(drawn["script_path"]).stem if drawn else HOME


def _note(store: str, act: AccessAct, what: str, region: str | None, told: Mapping[str, Any]) -> bool:
    who = data.viewer().name
    return audit.note(store, who, act, what, region_id=region, told=told, now=clock.now())


def draw(store: str) -> None:
    """Who looked at what: for administrators everybody's entries, for others their own."""
    viewer = data.viewer()
    everyone = policy.sees_log(viewer)
    components.heading(
        _("Who looked at what") if everyone else _("What you looked at"),
        _("Pages and what was asked of them; never a text. The newest come first."),
    )
    with engine.reading(store) as session:
        rows = queries.access_log(session, viewer, as_of=clock.now().date(), limit=SHOWN)
    if rows.empty:
        components.note(components.INFO, _("Nothing was written down yet."))
        return
    words = {"at": _("When (UTC)"), "by": _("Who"), "act": _("Did"), "what": _("Where"), "told": _("What")}
    rows["act"] = [_(ACTS.get(one, one)) for one in rows["act"]]
    rows["at"] = [fmt.isolated(f"{at:%Y-%m-%d %H:%M}") for at in rows["at"]]
    rows["what"] = [_titled(one) for one in rows["what"]]
    rows["told"] = [_said(one) for one in rows["told"]]
    shown = list(words) if everyone else [name for name in words if name != "by"]
    cells = [[markup.plain(fmt.apart(value)) for value in row] for row in rows[shown].itertuples(index=False)]
    told = n_("{count} entry", "{count} entries", len(rows))
    columns, caption = [words[name] for name in shown], _("The access log")
    st.html(markup.table(columns, cells, caption=caption, told=told, source=origins.RECORD, headed=True))


def _titled(what: str) -> str:
    """The title of a page where one is named; files and commands keep their names."""
    from dashboard.app import PAGES  # which remembers what its pages show by what is here

    titles = {one.name: one.title for one in PAGES}
    return _(titles[what]) if what in titles else what


def _said(told: Mapping[str, Any]) -> str:
    """What an entry tells, as one line."""
    flat: dict[str, Any] = {}
    for name, value in told.items():
        flat |= value if isinstance(value, dict) else {name: value}
    return "; ".join(
        f"{n}: {', '.join(map(str, v)) if isinstance(v, list) else _shown(v)}" for n, v in flat.items()
    )


def _shown(value: Any) -> str:
    """A value in the reader's digits, where it is a number and no code."""
    return fmt.numeral(str(value)) if str(value).isdigit() else str(value)
