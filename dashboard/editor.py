"""The form in which a person fills in what a report says; whatever is left out stays unknown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard import days, fmt, texts
from dashboard.data import View
from dashboard.i18n import N_, _
from db import queries
from db.places import Gazetteer
from db.vocab import IncidentType

COUNTS = {
    "killed": N_("Killed"),
    "civilians_killed": N_("of them civilians"),
    "injured": N_("Injured"),
    "abducted": N_("Abducted"),
    "displaced": N_("Displaced"),
}
PRECISION = {
    "1": N_("on this day"),
    "2": N_("within some days of it"),
    "3": N_("within a week of it"),
    "4": N_("within a month of it"),
    "5": N_("unknown: some time before"),
}
UNKNOWN_SOURCE = "unknown"
NOWHERE = ""


@dataclass(frozen=True)
class Form:
    """One draft being filled in: where its widgets keep their values, and what was read from its text.

    Drawing it notes in `open_questions` what a person still has to choose before it can be let in.
    """

    view: View
    key: str
    given: Mapping[str, Any]
    suggestions: Sequence[Mapping[str, Any]]
    gazetteer: Gazetteer
    keep: Callable[[Mapping[str, str]], None]
    open_questions: list[str] = field(default_factory=list)

    def of(self, name: str) -> str:
        """What is filled in so far."""
        value = self.given.get(name)
        return "" if value is None else str(value)

    def read_from(self, *fields: str) -> str | None:
        """The words a field was read from, for its help."""
        found = [one for one in self.suggestions if one["field"] in fields]
        if not found:
            return None
        quoted = fmt.apiece(dict.fromkeys(fmt.quoted(str(one["phrase"])[:60]) for one in found))
        told = _("read from: {phrases}").format(phrases=quoted)
        unsure = [str(one["why"]) for one in found if one["field"] == "date" and one["confidence"] != "high"]
        return f"{told} ({unsure[0]})" if unsure else told

    def name(self, part: str) -> str:
        """The key of a widget."""
        return f"{self.key}_{part}"

    def kept(self, part: str, cells: "Callable[[Form], dict[str, str]] | None" = None) -> dict[str, Any]:
        """A widget's key, and that its answer is kept as it is given; `cells` where it is more than one cell."""
        read = cells or (lambda form: {part: form.answer(part)})
        return {"key": self.name(part), "on_change": lambda: self.keep(read(self))}

    def answer(self, part: str) -> str:
        """What a widget holds now; empty where that is nothing."""
        value = st.session_state.get(self.name(part))
        return "" if value is None else str(value)


def fill_in(form: Form) -> dict[str, str]:
    """Draw the form; returns the cells as they stand now. Six are asked for, the rest may stay empty."""
    cells = _what_and_when(form) | _where(form) | _who_says(form)
    with st.expander(_("More, as far as it is known"), expanded=any(form.of(one) for one in COUNTS)):
        cells |= _harm(form) | _others(form)
    return cells


def _what_and_when(form: Form) -> dict[str, str]:
    kinds = [kind.value for kind in IncidentType if kind is not IncidentType.NOTHING_TO_REPORT]
    left, right = st.columns(2)
    kind = left.selectbox(
        _("What happened"),
        kinds,
        index=kinds.index(form.of("incident_type")) if form.of("incident_type") in kinds else None,
        format_func=lambda one: _("Other or unknown") if one == "other" else texts.word("incident_type", one),
        placeholder=_("Choose"),
        **form.kept("incident_type"),
    )
    _read_from(left, form, "incident_type")
    today = form.view.today
    when = right.date_input(
        _("When"), value=_day(form.of("date_start")), format="YYYY-MM-DD",
        min_value=days.EARLIEST, max_value=today,
        **form.kept("date_start", _days),
    )  # fmt: skip
    sure = right.selectbox(
        _("How exactly"), list(PRECISION), index=_index(PRECISION, form.of("date_prec")),
        format_func=lambda one: _(PRECISION[one]), **form.kept("date_prec", _days),
    )  # fmt: skip
    _read_from(right, form, "date")
    return {"incident_type": kind or "", **_span(form, when, sure)}


def _days(form: Form) -> dict[str, str]:
    return _span(form, st.session_state.get(form.name("date_start")), form.answer("date_prec"))


SPREAD = {"1": 0, "2": 3, "3": 7, "4": 30, "5": 90}


def _span(form: Form, when: date | None, sure: str) -> dict[str, str]:
    """The days a report speaks of; an unknown day is some day of the three months before."""
    if when is None:
        return {"date_start": "", "date_end": "", "date_prec": sure}
    end = _day(form.of("date_end"))
    if sure == form.of("date_prec") and when == _day(form.of("date_start")) and end and end >= when:
        return {"date_start": when.isoformat(), "date_end": end.isoformat(), "date_prec": sure}
    start, last = when, when
    if sure == "5":
        start = when - timedelta(days=SPREAD[sure])
    elif sure != "1":
        last = min(when + timedelta(days=SPREAD[sure]), form.view.today)
    return {"date_start": start.isoformat(), "date_end": max(start, last).isoformat(), "date_prec": sure}


def _where(form: Form) -> dict[str, str]:
    said = st.text_input(_("Where"), value=form.of("place"), max_chars=200, **form.kept("place", _place),
                         placeholder=_("Village, town, district, or unknown"))  # fmt: skip
    _read_from(st, form, "place", "unknown_place")
    if not said.strip():
        return _place(form)
    options = _candidates(form, said)
    ids = [*options, NOWHERE]
    chosen = form.of("place_id")
    picked = st.radio(
        _("Which one is meant?"),
        ids,
        index=ids.index(chosen) if chosen in options else None,
        format_func=lambda one: options.get(one, _("None of these, or not known which")),
        **form.kept(f"place_id_{said}", lambda form: _place(form, form.answer(f"place_id_{said}"))),
    )
    if picked is None and options:
        form.open_questions.append(_("which place is meant"))
    return _place(form, picked or "")


def _place(form: Form, picked: str = NOWHERE) -> dict[str, str]:
    """Where it was, in the words of the report, and which place of ours is meant by them."""
    return {"place": form.answer("place").strip(), "place_id": picked, "geo_prec": _precision(form, picked)}


def _candidates(form: Form, said: str) -> dict[str, str]:
    found = {one.place_id: one for one in form.gazetteer.candidates(said, limit=5)}
    return {place: _described(one) for place, one in found.items()}


def _described(one: Any) -> str:
    inside = [part for part in (one.district, one.governorate) if part and part != one.name]
    names = f"{one.name} · {one.name_ar}" if one.name_ar else str(one.name)
    return f"{names} ({texts.word('level', one.level)}{': ' if inside else ''}{', '.join(inside)})"


def _precision(form: Form, place_id: str | None) -> str:
    """How precisely a picked place says where: the settlement, the district, the governorate, or only the country."""
    levels = {"governorate": "4", "district": "3", "subdistrict": "3", "country": "6"}
    if not place_id or place_id not in form.gazetteer.places:
        return "6"
    return levels.get(form.gazetteer.places[place_id].level.value, "1")


def _who_says(form: Form) -> dict[str, str]:
    sources = form.view.ask(queries.source_names)
    codes = [*sources, UNKNOWN_SOURCE]
    said = st.selectbox(
        _("Who says so"),
        codes,
        index=codes.index(form.of("source_id")) if form.of("source_id") in codes else None,
        format_func=lambda one: texts.source(sources[one]) if one in sources else _("Unknown"),
        placeholder=_("Choose"),
        **form.kept("source_id"),
    )
    _read_from(st, form, "source")
    title = st.text_input(
        _("In one plain sentence"), value=form.of("title"), max_chars=300, **form.kept("title")
    )
    return {"source_id": said or "", "title": title}


def _harm(form: Form) -> dict[str, str]:
    st.caption(_("Leave empty what is not known. Zero means: somebody says that nobody was harmed."))
    columns = st.columns(2)
    cells = {}
    for number, (name, label) in enumerate(COUNTS.items()):
        value = columns[number % 2].number_input(_(label), min_value=0, max_value=1_000_000, step=1,
                                    value=_count(form.of(name)), **form.kept(name, _harmed(name)),
                                    placeholder=_("unknown"))  # fmt: skip
        cells[name] = "" if value is None else str(int(value))
    _read_from(st, form, "harm")
    words = st.text_input(_("In the report's own words (dozens, at least three)"), max_chars=120,
                          value=form.of("killed_wording"), **form.kept("killed_wording"))  # fmt: skip
    kept = {name: form.of(name) for name in ("killed_low", "killed_high")}
    same = cells["killed"] == form.of("killed")
    return cells | {"killed_wording": words} | (kept if same else dict.fromkeys(kept, ""))


def _harmed(name: str) -> Callable[[Form], dict[str, str]]:
    """A figure; another number of deaths is no longer the range that was read from the text."""
    range_of = ("killed_low", "killed_high") if name == "killed" else ()
    return lambda form: {name: form.answer(name), **dict.fromkeys(range_of, "")}


def _others(form: Form) -> dict[str, str]:
    actor = st.text_input(
        _("Who is said to have done it (groups and forces only; never a person's name)"),
        value=form.of("alleged_perpetrator"), max_chars=300, **form.kept("alleged_perpetrator"),
    )  # fmt: skip
    _read_from(st, form, "actor")
    claimed = st.text_input(
        _("Who claims it"), value=form.of("claimed_by"), max_chars=300, **form.kept("claimed_by")
    )
    denied = st.text_input(
        _("Who denies it"), value=form.of("denied_by"), max_chars=300, **form.kept("denied_by")
    )
    url = st.text_input(_("Address of the report"), value=form.of("url"), max_chars=500, **form.kept("url"))
    return {"alleged_perpetrator": actor, "claimed_by": claimed, "denied_by": denied, "url": url}


def _read_from(where: Any, form: Form, *fields: str) -> None:
    if told := form.read_from(*fields):
        where.caption(told)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _index(options: Mapping[str, str], chosen: str) -> int:
    return list(options).index(chosen) if chosen in options else 0


def _count(text: str) -> int | None:
    return int(text) if text.isdigit() else None
