"""Whose word a table or chart rests on, of which day it is and in which units: one small line under each."""

from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from html import escape

from dashboard import fmt, texts
from dashboard.asking import Asking
from dashboard.i18n import N_, _, n_
from db import queries

NAMED = 3
REPORTS, FORECASTS, CARDS, RECORD, FILE, SETTINGS = (
    "reports",
    "forecasts",
    "cards",
    "record",
    "file",
    "settings",
)
WORDS = {
    REPORTS: N_("reports of {sources}"),
    FORECASTS: N_("Tocsin's own forecasts, from reports of {sources}"),
    CARDS: N_("the models' cards, written when they were trained"),
    RECORD: N_("what was noted in this store"),
    FILE: N_("the file"),
    SETTINGS: N_("the region's pack and the settings files"),
}
UNITS = {
    "persons": N_("persons"),
    "incidents": N_("incidents"),
    "reports": N_("reports"),
    "rows": N_("rows of the file"),
    "counts": N_("counts"),
    "forecasts": N_("forecasts"),
    "percent": N_("per cent"),
    "points": N_("percentage points"),
    "log_odds": N_("log-odds"),
    "days": N_("days"),
    "level": N_("levels"),
    "brier": N_("Brier score (lower is better)"),
    "a_year": N_("false alerts per community and year"),
    "each": N_("as each row says"),
}


@dataclass(frozen=True)
class About:
    """What is on screen: of which day, whose reports count by then, and up to when they speak."""

    day: date
    sources: tuple[str, ...] = ()
    until: date | None = None


_about: ContextVar[About | None] = ContextVar("about", default=None)


def know(view: Asking) -> None:
    """Learn what is on screen, in this thread of work only."""
    found = view.ask(queries.coverage)
    spoken = [not fmt.missing(one) and one <= view.as_of for one in found["covered_from"]]
    last = view.covered.last
    until = min(last, view.as_of) if last else None
    _about.set(About(view.as_of, tuple(dict.fromkeys(found.loc[spoken, "name"])), until))


def know_day(day: date) -> None:
    """The same where no region is looked at."""
    _about.set(About(day))


def line(source: str, units: Sequence[str] = ()) -> str:
    """The line under a table or chart as HTML; nothing where nobody said what is on screen (a printed page)."""
    about = _about.get()
    if about is None:
        return ""
    shown = f'<span class="tc-units">{escape(_units(units))}</span>' if units else ""
    return f'<p class="tc-origin">{escape(_source(source, about))} {shown}</p>'


def _source(source: str, about: About) -> str:
    told = _(WORDS[source]).format(sources=_names(about.sources))
    if source in (REPORTS, FORECASTS) and about.until != about.day:
        words = _("Source: {source}. Data as of {day}, covered until {until}.")
    else:
        words = _("Source: {source}. Data as of {day}.")
    until = fmt.day(about.until) if about.until else _("unknown")
    return words.format(source=told, day=fmt.day(about.day), until=until)


def _names(found: Iterable[str]) -> str:
    names = [texts.source(one) for one in found]
    if more := len(names[NAMED:]):
        names = [*names[:NAMED], n_("{count} more", "{count} more", more)]
    return fmt.listed(names) or _("nobody yet")


def _units(units: Sequence[str]) -> str:
    return _("Units: {units}.").format(units=fmt.listed(_(UNITS[one]) for one in units))
