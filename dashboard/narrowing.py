"""Which communities a reader looks at: a group, a governorate or district, a level; the address takes it along."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from dashboard import components, levels, links, maps, markup, present, texts
from dashboard.choice import LONGEST, NAMES, Choice, among, known, unknown, words
from dashboard.data import View
from dashboard.i18n import N_, _
from dashboard.outlook import Row
from db import queries

ALSO = ("list", "audience")  # what else Today is asked for, which narrowing leaves as it is
ANY = {
    "group": N_("Any group"),
    "governorate": N_("Any governorate"),
    "district": N_("Any district"),
    "level": N_("Any level"),
}


def kept() -> dict[str, str]:
    """The part of the address that says which communities are looked at."""
    return {name: said[:LONGEST] for name in NAMES if (said := st.query_params.get(name))}


def choose(view: View, columns: Sequence[Any]) -> Choice:
    """The choices as fields; a district is chosen on the map."""
    groups = {code: texts.name(one) for code, one in view.region.groups.items()}
    areas = view.ask(queries.areas).to_dict("records")
    homes = {one["area_id"]: texts.name(one) for one in areas if one["kind"] == "governorate"}
    return Choice(
        components.choose(_("Group"), groups, "group", where=columns[0]),
        components.choose(_("Governorate"), homes, "governorate", where=columns[1]),
        _district(view),
        components.choose(_("Level"), levels.words(), "level", where=columns[2]),
    )


def _district(view: View) -> str | None:
    asked = st.query_params.get("district")
    if not asked or asked in known(view)["district"]:
        return asked or None
    components.note(components.WARNING, unknown("district", asked))
    return None


def told(view: View, choice: Choice, keep: links.Kept, page: str, *, again: bool = False) -> str:
    """What is shown in one line, with the ways to see more again; nothing where all is shown.

    `again`: the same line a second time on a page, which is not announced anew.
    """
    if not choice.chosen:
        return ""
    ways = (
        [_way(_(ANY[name]), page, keep, (name,)) for name in choice.chosen] if len(choice.chosen) > 1 else []
    )
    ways.append(_way(_("Show all"), page, keep, NAMES))
    shown = markup.text("b", words(choice, view))
    return markup.element("p", shown, *ways, css="tc-chosen", role="" if again else "status")


def _way(words: str, page: str, keep: links.Kept, without: Sequence[str]) -> str:
    left = {name: said for name, said in {**keep, **_also()}.items() if name not in without}
    return markup.link(words, links.to(page, left))


def _also() -> dict[str, str]:
    return {name: st.query_params[name] for name in ALSO if st.query_params.get(name)}


def by_place(keep: links.Kept, choice: Choice) -> Callable[[Mapping[str, Any]], str]:
    """The address of Today with only the communities of a place; of all places again for the chosen one."""
    shared = {
        name: said for name, said in {**keep, **_also()}.items() if name not in ("governorate", "district")
    }

    def leads(place: Mapping[str, Any]) -> str:
        name = "district" if place["level"] == "district" else "governorate"
        return links.to(
            "today", shared, **({} if place["place_id"] in choice.places else {name: place["place_id"]})
        )

    return leads


def drawn(
    view: View, rows: Sequence[Row], choice: Choice, keep: links.Kept, day: date | None
) -> maps.Map | None:
    """The levels by place; a click on a place, or Enter, shows its communities alone. All places stay on it."""
    shown = among(rows, replace(choice, governorate=None, district=None))
    to = by_place(keep, choice)
    about = {"day": day, "shown": tuple(one.community_id for one in shown), "chosen": choice.places}
    leads = to({"place_id": "", "level": ""})
    return view.made("map", lambda: present.drawn(view, shown, choice.places, to), leads=leads, **about)


def titled(map_: maps.Map | None) -> str:
    """What the map shows."""
    return _("Levels by district") if map_ and map_.fine else _("Levels by governorate")


def alerts(view: View, found: Sequence[dict[str, Any]], keep: links.Kept) -> list[dict[str, Any]]:
    """The alerts of the communities looked at, by the same choices as on Today."""
    with components.filters(*NAMES):
        choice = choose(view, st.columns(3))
    components.html(told(view, choice, keep, "alerts"))
    homes = {one["community_id"]: one for one in view.ask(queries.communities).to_dict("records")}
    return [one for one in found if _of(choice, homes.get(one["community_id"]), int(one["level"]))]


def _of(choice: Choice, home: Mapping[str, Any] | None, level: int) -> bool:
    if home is None:
        return choice == Choice()
    return choice.has(home["group"], home["governorate_ids"], home["district_ids"], level)
