"""Which communities are looked at: of a group, a governorate, a district, at a level; read from an address."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from dashboard import fmt, levels, texts
from dashboard.asking import Asking
from dashboard.i18n import N_, _
from dashboard.outlook import Row
from db import queries

NAMES = ("group", "governorate", "district", "level")
LABELS = {
    "group": N_("Group"),
    "governorate": N_("Governorate"),
    "district": N_("District"),
    "level": N_("Level"),
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

    @property
    def chosen(self) -> dict[str, str]:
        """What is chosen by its name in the address; empty where all are looked at."""
        return {name: one for name, one in zip(NAMES, astuple(self), strict=True) if one}


def among(rows: Sequence[Row], choice: Choice) -> list[Row]:
    """The rows of the chosen communities."""
    return [one for one in rows if choice.has(one.group_id, one.governorate_ids, one.district_ids, one.level)]


def known(view: Asking) -> dict[str, dict[str, str]]:
    """What may be chosen, by its name in the address: ids with the reader's words."""
    places = view.ask(queries.outlines).to_dict("records")
    return {
        "group": {code: texts.name(one) for code, one in view.region.groups.items()},
        **{
            level: {one["place_id"]: texts.name(one) for one in places if one["level"] == level}
            for level in ("governorate", "district")
        },
        "level": {number: levels.named(int(number)) for number in levels.words()},
    }


def read(given: Mapping[str, str], view: Asking) -> tuple[Choice, list[str]]:
    """The choice of an address, and a remark on each part of it that is not known here and left out."""
    asked = {name: said for name in NAMES if (said := given.get(name))}
    if not asked:
        return Choice(), []
    may = known(view)
    kept = {name: said for name, said in asked.items() if said in may[name]}
    return Choice(**kept), [unknown(name, said) for name, said in asked.items() if name not in kept]


def unknown(name: str, said: str) -> str:
    """That something asked for is not known here."""
    return _("“{said}” is not known here: {label}.").format(said=said[:LONGEST], label=_(LABELS[name]))


def words(choice: Choice, view: Asking) -> str:
    """What is shown, in words; nothing where all is."""
    may = known(view) if choice.chosen else {}
    if choice.governorate and may["governorate"].get(choice.governorate) in may["district"].values():
        name = may["governorate"][choice.governorate]
        may["governorate"][choice.governorate] = _("{place} (governorate)").format(place=name)
    told = [fmt.apart(may[name].get(one, one)) for name, one in choice.chosen.items()]
    return _("Shown: only {what}.").format(what=fmt.listed(told)) if told else ""
