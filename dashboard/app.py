"""The way into the pages: `streamlit run dashboard/app.py`, or `tocsin serve`."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard import frame
from dashboard.i18n import N_, _


@dataclass(frozen=True)
class Entry:
    """A page: its script in `app_pages/`, its title and icon."""

    name: str
    title: str
    icon: str


PAGES = (
    Entry("today", N_("Today"), "today"),
    Entry("community", N_("Community"), "groups"),
    Entry("incidents", N_("Incidents"), "list_alt"),
    Entry("alerts", N_("Alerts"), "notifications"),
    Entry("report", N_("Report"), "edit_note"),
    Entry("review", N_("Review"), "fact_check"),
    Entry("scoreboard", N_("Scoreboard"), "scoreboard"),
    Entry("data", N_("Data"), "database"),
    Entry("about", N_("How to read this"), "help"),
)


def main() -> None:
    """Offer all pages, and draw the one the address names."""
    here = Path(__file__).parent
    st.set_page_config(page_title="Tocsin", page_icon=str(here / "static" / "icon.svg"), layout="wide")
    pages = [_offered(one, here / "app_pages" / f"{one.name}.py") for one in PAGES]
    page = st.navigation(pages, position="hidden")
    frame.menu(pages)
    frame.guarded(page.run)


def _offered(one: Entry, script: Path) -> st.Page:
    return st.Page(
        script, title=_(one.title), icon=f":material/{one.icon}:", url_path=one.name, default=one is PAGES[0]
    )


if __name__ == "__main__":
    main()
