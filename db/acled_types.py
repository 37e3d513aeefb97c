"""ACLED's event and sub-event types in the words of the codebook (ACLED codebook, 6 types, 25 sub-types)."""

from db.vocab import IncidentType

_T = IncidentType
SUB_EVENTS: dict[str, IncidentType] = {
    "government regains territory": _T.TERRITORY_TAKEN,
    "non-state actor overtakes territory": _T.TERRITORY_TAKEN,
    "armed clash": _T.ARMED_CLASH,
    "excessive force against protesters": _T.ATTACK_ON_CIVILIANS,
    "protest with intervention": _T.PROTEST,
    "peaceful protest": _T.PROTEST,
    "violent demonstration": _T.MOB_VIOLENCE,
    "mob violence": _T.MOB_VIOLENCE,
    "chemical weapon": _T.BOMBARDMENT,
    "air/drone strike": _T.BOMBARDMENT,
    "suicide bomb": _T.EXPLOSION,
    "shelling/artillery/missile attack": _T.BOMBARDMENT,
    "remote explosive/landmine/ied": _T.EXPLOSION,
    "grenade": _T.EXPLOSION,
    "sexual violence": _T.SEXUAL_VIOLENCE,
    "attack": _T.ATTACK_ON_CIVILIANS,
    "abduction/forced disappearance": _T.KIDNAPPING,
    "agreement": _T.TRUCE,
    "arrests": _T.ARBITRARY_ARREST,
    "change to group/activity": _T.OTHER,
    "disrupted weapons use": _T.OTHER,
    "headquarters or base established": _T.MOBILISATION,
    "looting/property destruction": _T.ARSON_LOOTING,
    "non-violent transfer of territory": _T.TERRITORY_TAKEN,
    "other": _T.OTHER,
}
EVENTS: dict[str, IncidentType] = {
    "battles": _T.ARMED_CLASH,
    "protests": _T.PROTEST,
    "riots": _T.MOB_VIOLENCE,
    "riots/protests": _T.PROTEST,
    "explosions/remote violence": _T.EXPLOSION,
    "remote violence": _T.EXPLOSION,
    "violence against civilians": _T.ATTACK_ON_CIVILIANS,
    "strategic developments": _T.OTHER,
    "strategic development": _T.OTHER,
}
# Codes and words of the columns inter1 and inter2 for parties that are a state, or from abroad.
STATES = {"1", "8", "state forces", "external/other forces", "external forces", "other forces"}


def kind_of(
    event: str | None, sub: str | None, inter1: str | None = None, inter2: str | None = None
) -> IncidentType | None:
    """What happened, by the sub-event type, else by the event type; None for words ACLED does not use.

    An armed clash without any state's forces is one of armed groups, as UCDP's type 2 is.
    """
    kind = SUB_EVENTS.get((sub or "").casefold()) or _by_event((event or "").casefold())
    parties = {inter.casefold() for inter in (inter1, inter2) if inter}
    if kind is _T.ARMED_CLASH and len(parties) > 0 and not parties & STATES and inter1 and inter2:
        return _T.NONSTATE_CLASH
    return kind


def _by_event(event: str) -> IncidentType | None:
    return _T.ARMED_CLASH if event.startswith("battle") else EVENTS.get(event)
