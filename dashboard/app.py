"""The way into the pages, which `tocsin serve` (`dashboard.asgi`) hands out."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard import access, ahead, frame, own, remembered, speech, turns, welcome
from dashboard.i18n import N_, _


@dataclass(frozen=True)
class Entry:
    """A page: its script in `app_pages/`, its title and icon, and whether it is only for those who may act."""

    name: str
    title: str
    icon: str
    acts: bool = False


PAGES = (
    Entry("today", N_("Today"), "today"),
    Entry("community", N_("Community"), "groups"),
    Entry("incidents", N_("Incidents"), "list_alt"),
    Entry("alerts", N_("Alerts"), "notifications"),
    Entry("recipients", N_("Recipients"), "mail", acts=True),
    Entry("report", N_("Report"), "edit_note", acts=True),
    Entry("review", N_("Review"), "fact_check", acts=True),
    Entry("handover", N_("Handover"), "handshake"),
    Entry("briefings", N_("Briefings"), "description", acts=True),
    Entry("scoreboard", N_("Scoreboard"), "scoreboard"),
    Entry("models", N_("Models"), "model_training"),
    Entry("data", N_("Data"), "database"),
    Entry("about", N_("How to read this"), "help"),
    Entry("settings", N_("Settings"), "settings"),
    Entry("access", N_("My access"), "key"),
)


def main() -> None:
    """Offer all pages, and draw the one the address names."""
    here = Path(__file__).parent
    ahead.give_way()
    speech.listen()
    st.set_page_config(page_title="Tocsin", page_icon=str(here / "static" / "icon.svg"), layout="wide")
    pages = {one: _offered(one, here / "app_pages" / f"{one.name}.py") for one in PAGES}
    page = st.navigation(list(pages.values()), position="hidden")
    st.set_page_config(page_title=f"{page.title} · Tocsin")
    with turns.taken():
        frame.guarded(lambda: _draw(pages, page))


def _draw(pages: dict[Entry, st.Page], page: st.Page) -> None:
    """The page for whoever may see it, and for others how they come to."""
    frame.above(page.url_path)
    try:
        if not welcome.seated(access.take_seat(), page.url_path):
            return
        own.recall()
        frame.menu([offered for one, offered in pages.items() if not one.acts or welcome.may_act()])
        chosen = next(
            one for one, offered in pages.items() if offered is page or offered.url_path == page.url_path
        )
        if chosen.acts and not welcome.may_act():
            remembered.denied()
            welcome.not_yours(_(chosen.title))
        else:
            page.run()
    finally:
        access.leave_seat()


def _offered(one: Entry, script: Path) -> st.Page:
    return st.Page(
        script, title=_(one.title), icon=f":material/{one.icon}:", url_path=one.name, default=one is PAGES[0]
    )


if __name__ == "__main__":
    main()
