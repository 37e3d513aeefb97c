"""Armed groups, forces and organisations that a text names, and what it says they did; never private persons."""

import re
from functools import cache

from db.coder.draft import Suggestion
from db.coder.lexicon import Hit, find, word_list
from db.coder.text import Text, fold
from db.vocab import ActorRole, Confidence

NEAR_CHARACTERS = 45
_NOT_BY = r"(?:document|control|back|held|hold|support|besieg|report|own|administ|rul|cit|told)\w*\sby\s"
_ROLES_EN = {
    ActorRole.CLAIMANT: (
        r"(?:claimed|adopted)\sby\s(?:the\s)?$",
        r"^\W*(?:has\s|had\s)?(?:claim|adopt)\w*\s(?:responsibility|the\s(?:attack|operation))",
    ),
    ActorRole.DENIER: (
        r"denied\sby\s(?:the\s)?$",
        r"^\W*(?:\w+\s)?(?:has\s|had\s)?(?:den(?:y|ies|ied)|refut|reject)\w*",
    ),
    ActorRole.ALLEGED_PERPETRATOR: (
        r"(?:\bby|carried\sout\sby|blam\w+(?:\son)?|accus\w+)\s(?:the\s|an?\s)?(?:\w+\s(?:of|from|in)\s(?:the\s)?)?$",
        r"^\W*(?:(?:organi[sz]ation|group|forces?|members?|fighters?|militants|warplanes?|artillery|helicopters?|drones?)\s){0,2}"
        r"(?:continues?\sto\s|has\s|have\s|had\s|again\s|also\s|renews?\s(?:the\s)?|intensif\w+\s)?"
        r"(?:shell|bomb|kill|execut|attack|raid|target|abduct|kidnap|arrest|detain|storm|ambush|open(?:s|ed)?\sfire|assassinat"
        r"|behead|detonat|burn|drop|fire[sd]?\b|launch|loot|shoot|shot|injur|wound|carr(?:y|ies|ied)\sout|strike|struck|expel|besieg)",
    ),
    ActorRole.TARGET: (
        r"(?:members?|fighters?|soldiers?|elements|militants|commanders?|leaders?|officers?|positions?|checkpoints?|cars?|vehicles?"
        r"|headquarters|convoys?|patrols?|buses|bus|\d)\s(?:of|from|in|to|for|belonging\sto)?\s?(?:the\s)?$"
        r"|(?:against|target\w*|attacks?\son|ambush\w*|kills?|killed|killing|injur\w+)\s(?:an?\s|the\s|\d+\s)?$",
        r"^\W*(?:members?|fighters?|soldiers?|positions?|checkpoints?|cars?|vehicles?|patrol|commander|convoy)",
    ),
}
_ROLES_AR = {
    ActorRole.CLAIMANT: (
        r"(?:تبن[يت]\w?|اعلن\w?\s(?:مسووليته|مسووليتها))\s?$",
        r"^\s(?:تبن[يت]|يتبني|اعلن\w?\sمسوولي)",
    ),
    ActorRole.DENIER: (r"(?:نفي|نفت|انكر\w?|ينفي|تنفي)\s(?:\w+\s)?$", r"^\s(?:نفي|نفت|انكر|ينفي|تنفي)"),
    ActorRole.ALLEGED_PERPETRATOR: (
        r"(?:من\sقبل|علي\sيد|علي\sايدي|بايدي|بنيران|برصاص|نفذ\w{0,4}|شن\w{0,4}|اتهم\w{0,3}"
        r"|قصفت?|قتلت?|اعتقلت?|خطفت?|اختطفت?|هاجمت?|استهدفت?|اعدمت?|اغتالت?|داهمت?|اطلقت?|احرقت?|نهبت?|اقدمت?|اقدم|منعت?)\s(?:\w+\s(?:من|في)\s)?$",
        r"^\s(?:قصف|قتل|اعتقل|خطف|اختطف|هاجم|استهدف|اعدم|اغتال|داهم|اطلق|احرق|نهب|اقدم)",
    ),
    ActorRole.TARGET: (
        r"(?:عناصر|عنصر\w{0,2}|مقاتل\w{0,2}|جنود|جندي\w{0,2}|حاجز\w{0,1}|نقطه|مقر|دوريه|سياره|رتل|مسلح\w{0,2}|قيادي)\s(?:من|في|ل|تابع\w?\sل)?\s?ل?$"
        r"|(?:ضد|استهداف)\s$",
        r"^(?!)",
    ),
}


@cache
def _patterns(lang: str) -> dict[ActorRole, tuple[re.Pattern[str], re.Pattern[str]]]:
    roles = _ROLES_AR if lang == "ar" else _ROLES_EN
    return {
        role: (re.compile(fold(before), re.IGNORECASE), re.compile(fold(after), re.IGNORECASE))
        for role, (before, after) in roles.items()
    }


def read(text: Text) -> list[Suggestion]:
    """The actors of a text, each with its role where it first has one other than taking part."""
    found: dict[tuple[str, str], Suggestion] = {}
    for hit in find("actor", text):
        name = hit.value.rsplit(":", 1)[0]
        role, why = _role(text, hit)
        if (name, role) not in found:
            value = {"name": name, "kind": hit.value.rsplit(":", 1)[1], "role": role.value}
            sure = Confidence.LOW if role is ActorRole.PARTICIPANT else Confidence.MODERATE
            span, phrase = text.span(hit.start, hit.end), text.phrase(hit.start, hit.end)
            found[name, role] = Suggestion("actor", value, span, phrase, sure, why)
    telling = {name for name, role in found if role != ActorRole.PARTICIPANT}
    return [s for (name, role), s in found.items() if role != ActorRole.PARTICIPANT or name not in telling]


def _role(text: Text, hit: Hit) -> tuple[ActorRole, str]:
    """What the words around an actor make of it; "taking part" where they say nothing."""
    start, end = next(((a, b) for a, b in text.sentences if a <= hit.start < b), (0, len(text.plain)))
    before = text.plain[max(start, hit.start - NEAR_CHARACTERS) : hit.start]
    after = text.plain[hit.end : min(end, hit.end + NEAR_CHARACTERS)]
    if re.search(_NOT_BY + r"(?:the\s)?$", before, re.IGNORECASE):
        return ActorRole.PARTICIPANT, "named beside the event"
    for role, (in_front, behind) in _patterns(text.lang).items():
        if in_front.search(before) or behind.search(after):
            if role is ActorRole.TARGET and not _harmed(text, start, end):
                return ActorRole.PARTICIPANT, "named beside the event"
            return role, "by the words around the name"
    return ActorRole.PARTICIPANT, "named beside the event"


def _harmed(text: Text, start: int, end: int) -> bool:
    return next(word_list("harm", text.lang).hits(text.plain, start, end), None) is not None


def stretches(text: Text) -> list[tuple[int, int]]:
    """Where actors and sources are named, in the searched text: no place is meant there."""
    return [(h.start, h.end) for table in ("actor", "outlet") for h in find(table, text)]
