"""Which communities a reader looks at: a group, a governorate or district, a level; the address takes it along."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date
from typing import Any

import streamlit as st

from dashboard import components, fmt, levels, links, maps, markup, present, texts
from dashboard.data import View
from dashboard.i18n import N_, _
from dashboard.outlook import Row
from db import queries

NAMES = ("group", "governorate", "district", "level")
ALSO = ("list", "audience")  # what else Today is asked for, which narrowing leaves as it is
ANY = {
    "group": N_("Any group"),
    "governorate": N_("Any governorate"),
    "district": N_("Any district"),
    "level": N_("Any level"),
}
LONGEST = 60


@dataclass(frozen=True)
class Choice:
    """What is chosen, each by its id; None is all."""

    group: str | None = None
    governorate: str | None = None
    district: str | None = None
    level: str | None = None

    def has(self, group: str, governorates: Sequence[str], districts: Sequence[str], level: int) -> bool:
        """Whether a community is among those looked at."""
        here = self.governorate is None or self.governorate in governorates
        here = here and (self.district is None or self.district in districts)
        return here and self.group in (None, group) and self.level in (None, str(level))

    @property
    def places(self) -> tuple[str, ...]:
        """The chosen places."""
        return tuple(one for one in (self.governorate, self.district) if one)


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
    if not asked or asked in _places(view, "district"):
        return asked or None
    words = _("“{said}” is not known here: {label}.").format(said=asked[:LONGEST], label=_("District"))
    components.note(components.WARNING, words)
    return None


def _places(view: View, level: str) -> dict[str, str]:
    rows = view.ask(queries.outlines)
    return {one["place_id"]: texts.name(one) for one in rows[rows["level"] == level].to_dict("records")}


def told(view: View, choice: Choice, keep: links.Kept, page: str) -> str:
    """What is shown in one line, with the ways to see more again; nothing where all is shown."""
    chosen = {name: one for name, one in zip(NAMES, astuple(choice), strict=True) if one}
    if not chosen:
        return ""
    places = {**_places(view, "governorate"), **_places(view, "district")}
    said = {
        "group": lambda one: texts.name(view.region.groups[one]),
        "level": lambda one: levels.named(int(one)),
    }
    words = [fmt.apart(said.get(name, lambda one: places.get(one, one))(one)) for name, one in chosen.items()]
    ways = [_way(_(ANY[name]), page, keep, (name,)) for name in chosen] if len(chosen) > 1 else []
    ways.append(_way(_("Show all"), page, keep, NAMES))
    shown = markup.text("b", _("Shown: only {what}.").format(what=fmt.listed(words)))
    return markup.element("p", shown, *ways, css="tc-chosen", role="status")


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


def among(rows: Sequence[Row], choice: Choice) -> list[Row]:
    """The rows of the chosen communities."""
    return [one for one in rows if choice.has(one.group_id, one.governorate_ids, one.district_ids, one.level)]


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
