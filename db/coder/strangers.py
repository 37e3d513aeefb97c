"""Names that stand where places stand and that the gazetteer does not hold, or only in another spelling."""

import re
from collections.abc import Iterable
from functools import cache

from db.coder.draft import Span, Suggestion
from db.coder.text import Text, fold
from db.mentions import Mention
from db.places import Gazetteer
from db.vocab import Confidence

MUCH_ALIKE = 87.0  # from here (of 100) a name is offered as another spelling of one of the gazetteer
_KINDS_AR = "مدينة|بلدة|قرية|حي|مخيم|ضاحية|بلدتي|قريتي|حيي"
_CAPITAL = r"(?-i:[A-Z])[\w']{2,30}"
_NAME = (
    rf"(?:[Aa]l?[sdtrnzh]{{0,2}}[\s-]{{1,2}})?{_CAPITAL}"
    rf"(?:[\s-](?:(?:[Aa]l|[Aa]n|[Aa]s|[Aa]sh|[Aa]r|[Aa]z)[\s-])?{_CAPITAL}){{0,3}}"
)
_UNKNOWN_EN = (
    r"\b(?:towns?|villages?|cit(?:y|ies)|neighbou?rhoods?|camps?|areas?|outskirts|vicinity|district|hills?|suburbs?"
    r"|countryside)"
    rf"\s(?:of\s|in\s)?(?:the\s)?(?P<name>{_NAME})",
    rf"(?P<name>{_NAME})\s(?:and\s(?:(?:[Aa]l-?\s?)?{_CAPITAL}\s){{1,3}})?"
    r"(?:towns?|villages?|city|neighbou?rhoods?|camps?|areas?"
    r"|air ?port|air ?base|district|hospital|field|mountains?|countryside)\b",
    rf"\b(?:in|at|near|targets?|targeting|shells?|hits?|of|on|to)\s(?:the\s)?(?P<name>{_NAME})",
)
_UNKNOWN_AR = (rf"(?<!\w)[وفبل]?(?:{_KINDS_AR})\s(?P<name>\w{{3,20}}(?:\sال\w{{3,20}})?)",)
_NO_PLACE = re.compile(
    r"(?:(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|The|This|Human|Rights|Syrian?|Storm|God|Allah)(?!\w)"
    r"|Turk|Russia|Iran|Iraq|Israel|Kurd|Arab|Islam|ISIS|SOHR|Jordan|Leban|English|Euphrates\sShield)",
    re.IGNORECASE,
)
_BESIDE = re.compile(rf"\s(?:and|,)\s(?:the\s)?(?P<name>{_NAME})", re.IGNORECASE)


@cache
def _unknown(lang: str) -> tuple[re.Pattern[str], ...]:
    parts = _UNKNOWN_AR if lang == "ar" else _UNKNOWN_EN
    return tuple(re.compile(fold(part), re.IGNORECASE) for part in parts)


def overlaps(span: Span, others: Iterable[Span]) -> bool:
    """Whether a stretch shares a character with one of others."""
    return any(a < span[1] and span[0] < b for a, b in others)


def strangers(
    text: Text, gazetteer: Gazetteer, actors: list[Span], mentioned: list[Span], dropped: list[Span]
) -> tuple[list[Suggestion], list[Mention]]:
    """Names that stand where places stand and are none of the gazetteer's; those much like one apart.

    `dropped` are names that the gazetteer knows and that mean something else here.
    """
    found: list[Span] = []
    taken = [*actors, *mentioned]
    beside = [m for _, end in mentioned if (m := _BESIDE.match(text.plain, end))] if text.lang == "en" else []
    placed = [m for pattern in _unknown(text.lang) for m in pattern.finditer(text.plain)]
    for start, end in (m.span("name") for m in [*beside, *placed]):
        if not (overlaps((start, end), [*taken, *found]) or _NO_PLACE.match(text.plain, start, end)):
            found.append((start, end))
    why = "stands where a place would; the gazetteer does not hold it"
    unknown: list[Suggestion] = []
    alike: list[Mention] = []
    for start, end in sorted(found):
        phrase = text.phrase(start, end)
        elsewhere = overlaps((start, end), dropped)
        named = [] if elsewhere else gazetteer.candidates(text.plain[start:end])
        near = [c for c in named if c.score >= MUCH_ALIKE]
        if near:
            alike.append(Mention(start, end, text.plain[start:end], near))
        else:
            unknown.append(
                Suggestion("unknown_place", phrase, text.span(start, end), phrase, Confidence.LOW, why)
            )
    return unknown, alike
