"""The codebook: what each incident type means, its rung of the precursor ladder, and its UN risk indicators.

Tags are indicators of the UN *Framework of Analysis for Atrocity Crimes* (A/70/741-S/2016/71): 14 risk
factors, such as 7 (enabling circumstances), with numbered indicators, such as 7.8. A tag says which
indicator an incident of this type bears on, never that a crime is being prepared. The exact words are the
UN's; ours are short. De-escalation bears on factor 6 (absence of mitigating factors) the other way round.
"""

from dataclasses import dataclass

from db import acled_types
from db.vocab import RUNG, IncidentType, Rung

_T = IncidentType


@dataclass(frozen=True, slots=True)
class Entry:
    """One type of the codebook: its definition in one line, and the UN indicators it bears on."""

    definition: str
    tags: tuple[str, ...]


def N_(text: str) -> str:  # noqa: N802 - the name translators' tools look for
    """Mark a text for translation; it is translated when read."""
    return text


FACTORS: dict[str, str] = {
    "1": N_("armed conflict or other instability"),
    "2": N_("record of serious violations"),
    "3": N_("weak state structures"),
    "4": N_("motives or incentives"),
    "5": N_("capacity to commit crimes"),
    "6": N_("absence of mitigating factors"),
    "7": N_("enabling circumstances or preparatory action"),
    "8": N_("triggering factors"),
    "9": N_("tension between groups or discrimination"),
    "10": N_("signs of an intent to destroy a protected group"),
    "11": N_("widespread or systematic attack on civilians"),
    "12": N_("plan or policy to attack civilians"),
    "13": N_("serious threats to those protected in war"),
    "14": N_("threats to humanitarian or peacekeeping operations"),
}
INDICATORS: dict[str, str] = {
    "1.1": N_("armed conflict"),
    "7.3": N_("security forces mobilised against a group"),
    "7.4": N_("arms acquired"),
    "7.5": N_("militias created or supported"),
    "7.6": N_("communications controlled or cut"),
    "7.7": N_("aid organisations or media kept out"),
    "7.8": N_("more violations of life, liberty and security"),
    "7.9": N_("violence against women and children"),
    "7.10": N_("life-threatening conditions or forced displacement"),
    "7.11": N_("plunder or destruction of goods, homes or holy places"),
    "7.12": N_("people or property marked by group"),
    "7.14": N_("inflammatory rhetoric or hate speech"),
    "8.1": N_("sudden deployment or outbreak of fighting"),
    "8.5": N_("attack on leaders or prominent people"),
    "8.6": N_("religious disrespect, real or perceived"),
    "8.7": N_("incitement against a group"),
    "9.1": N_("discrimination or exclusion"),
}
CODEBOOK: dict[IncidentType, Entry] = {
    _T.DISCRIMINATION: Entry(
        "An act or rule that treats a group worse, excludes it, or leaves crimes against it unpunished.",
        ("9.1",),
    ),
    _T.PROTEST: Entry("People gather in public to demand or oppose something, without violence.", ()),
    _T.HATE_SPEECH: Entry(
        "Words, pictures or sermons that degrade a group or call for harm to it.", ("7.14", "8.7")
    ),
    _T.RUMOUR: Entry(
        "A claim nobody has shown that makes a group look dangerous or guilty.", ("7.14", "8.7")
    ),
    _T.PROPERTY_MARKING: Entry("Houses, shops or people are marked as belonging to a group.", ("7.12",)),
    _T.RELIGIOUS_INSULT: Entry("An act or words taken as an insult to a faith.", ("8.6",)),
    _T.THREAT: Entry("Somebody says that harm will be done to a group or its members.", ("7.8", "8.7")),
    _T.ULTIMATUM: Entry("A group is told to leave, yield or pay by a certain time.", ("7.8", "7.10")),
    _T.HARASSMENT: Entry(
        "Humiliation, beating or extortion short of serious injury, as at a checkpoint.", ("7.8",)
    ),
    _T.ARBITRARY_ARREST: Entry("People are held without charge or for what they are.", ("7.8",)),
    _T.MOBILISATION: Entry("Fighters gather, recruit or take up positions.", ("7.3", "7.5", "8.1")),
    _T.WEAPONS_MOVEMENT: Entry("Arms or ammunition are brought in or handed out.", ("7.4",)),
    _T.ROAD_CLOSURE: Entry(
        "A road is cut or a place besieged, so that people or goods cannot pass.", ("7.10",)
    ),
    _T.COMMUNICATIONS_CUT: Entry("Telephone, internet or power is cut off.", ("7.6",)),
    _T.AID_DENIAL: Entry("Aid, medical care, monitors or journalists are kept out.", ("7.7", "7.10", "14")),
    _T.KIDNAPPING: Entry(
        "People are taken and held by somebody who has no right to, often for ransom.", ("7.8",)
    ),
    _T.DISAPPEARANCE: Entry(
        "People are taken by a power or its allies, who will not say where they are.", ("7.8",)
    ),
    _T.ASSASSINATION: Entry("A chosen person is killed, or it is tried.", ("7.8", "8.5")),
    _T.SEXUAL_VIOLENCE: Entry("Rape or another sexual act by force.", ("7.9",)),
    _T.ARSON_LOOTING: Entry("Homes, shops, crops or goods are burnt, destroyed or taken.", ("7.11",)),
    _T.DESECRATION: Entry("A shrine, grave or place of worship is damaged or defiled.", ("7.11", "8.6")),
    _T.MOB_VIOLENCE: Entry("A crowd attacks people or property.", ("7.8", "9")),
    _T.ATTACK_ON_CIVILIANS: Entry(
        "Armed people attack civilians, several of whom are hurt or killed.", ("7.8", "11")
    ),
    _T.EXECUTION: Entry("People in somebody's power are killed on purpose.", ("7.8", "10", "11", "13")),
    _T.EXPULSION: Entry("People of a group are driven from their homes.", ("7.10", "10", "11")),
    _T.ARMED_CLASH: Entry("Armed sides fight, one of them a state's forces.", ("1.1", "8.1")),
    _T.NONSTATE_CLASH: Entry("Armed groups fight each other, none of them a state's forces.", ("1.1", "8.1")),
    _T.BOMBARDMENT: Entry("Shelling, an air or drone strike, or another weapon from afar.", ("1.1", "13")),
    _T.EXPLOSION: Entry("A mine, bomb, grenade or suicide attack.", ("1.1", "13")),
    _T.TERRITORY_TAKEN: Entry(
        "A place passes into another side's hands, with or without a fight.", ("1.1", "8.1")
    ),
    _T.RELEASE_EXCHANGE: Entry("Held people are set free or exchanged.", ("6",)),
    _T.TRUCE: Entry("Sides agree to stop fighting, or a truce is kept.", ("6",)),
    _T.MEDIATION: Entry("Elders, officials or others talk with both sides to settle something.", ("6",)),
    _T.JOINT_PATROL: Entry("Sides guard a place or road together.", ("6",)),
    _T.RETURN: Entry("Displaced people go home.", ("6",)),
    _T.AID_ACCESS: Entry("Aid reaches a place, or a road to it opens.", ("6",)),
    _T.OTHER: Entry("Something that fits no other type; say what in the summary.", ()),
    _T.NOTHING_TO_REPORT: Entry("Somebody looked and says that nothing happened.", ()),
}
UCDP_TYPES: dict[int, IncidentType] = {
    1: _T.ARMED_CLASH,
    2: _T.NONSTATE_CLASH,
    3: _T.ATTACK_ON_CIVILIANS,
}
"""UCDP's type_of_violence: state-based conflict, non-state conflict, one-sided violence."""


def told(tag: str) -> str:
    """An indicator or a whole risk factor of the UN Framework in a few words."""
    return INDICATORS.get(tag) or FACTORS[tag]


def lowers(incident_type: IncidentType) -> bool:
    """Whether an incident of this type bears on a risk factor the other way round."""
    return RUNG[incident_type] is Rung.DE_ESCALATION


def acled(incident_type: IncidentType) -> list[str]:
    """ACLED's sub-event types that are taken as this type."""
    return [name for name, kind in acled_types.SUB_EVENTS.items() if kind is incident_type]


def ucdp(incident_type: IncidentType) -> list[int]:
    """UCDP's types of violence that are taken as this type."""
    return [number for number, kind in UCDP_TYPES.items() if kind is incident_type]


def rows() -> list[dict[str, object]]:
    """The codebook as a table, rung by rung: rung, type, definition, un, ucdp, acled."""
    order = list(Rung)
    kinds = sorted(CODEBOOK, key=lambda kind: order.index(RUNG[kind]))
    return [
        {
            "rung": RUNG[kind].value,
            "type": kind.value,
            "definition": CODEBOOK[kind].definition,
            "un": list(CODEBOOK[kind].tags),
            "ucdp": ucdp(kind),
            "acled": acled(kind),
        }
        for kind in kinds
    ]


def markdown() -> str:
    """The codebook as the table that stands in db/README.md."""
    lines = ["| rung | type | is | UN | UCDP | ACLED |", "|---|---|---|---|---|---|"]
    for row in rows():
        cells = [row["rung"], f"`{row['type']}`", row["definition"]]
        cells += [", ".join(map(str, row[name])) for name in ("un", "ucdp", "acled")]  # type: ignore[call-overload]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)
