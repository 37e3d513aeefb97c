"""The places a text names: the finest first, every place that a name may mean, and names nobody knows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from db.candidates import Candidate
from db.coder.draft import Span, Suggestion
from db.coder.strangers import overlaps, strangers
from db.coder.text import Text, fold
from db.mentions import Mention
from db.places import Gazetteer
from db.spelling import normalise, skeleton
from db.vocab import Confidence, PlaceLevel

NEAR_CHARACTERS = 24
SOME_CONSONANTS = 3
_FINE = {PlaceLevel.QUARTER: 5, PlaceLevel.SETTLEMENT: 5, PlaceLevel.SUBDISTRICT: 4, PlaceLevel.DISTRICT: 3}
_FINE |= {PlaceLevel.GOVERNORATE: 2, PlaceLevel.COUNTRY: 1}
_SMALL = r"cities|city|towns?|villages?|neighbou?rhoods?|quarters?|suburbs?|camps?|hamlet"
_LARGE = r"countrysides?|provinces?|governorates?|deserts?|badia|mountains?|regions?|rural|refe?|reef|rif"
_BEFORE_EN = (
    rf"(?:{_SMALL})\s(?:of\s)?$",
    rf"(?:{_LARGE})\s(?:of\s)?(?:the\s)?$|\b(?:east|west|north|south)\w*\s(?:of\s)?$",
)
_AFTER_EN = (rf"^\s(?:{_SMALL})\b", rf"^(?:'s?)?\s(?:\w+\s)?(?:{_LARGE})\b")
_SMALL_AR, _LARGE_AR = (
    "مدينة|بلدة|قرية|حي|مخيم|ضاحية|بلدتي|قريتي|حيي",
    "ريف|محافظة|بادية|جبل|منطقة|ريفي|أرياف",
)
_BEFORE_AR = (rf"(?:{_SMALL_AR})\s\w?$", rf"(?:{_LARGE_AR})\s\w?$")
_AFTER_AR = (r"^(?!)", r"^\s(?:(?:ال)?(?:شرقي|غربي|شمالي|جنوبي)\b|ال(?:شرقي|غربي|شمالي|جنوبي))")
_POSSESSIVE = re.compile(r"'s(?!\w)")
_CHAIN = re.compile(r"[\w\s',-]{0,60},\s?")
_HEADS = re.compile(r"(?:Putin|Erdogan|Trump|Obama|Assad|Netanyahu)(?!\w)")  # said of states, never of places
_UNIT = re.compile(r"[\w\s'-]*(?:governorate|province)(?!\w)", re.IGNORECASE)
_LARGE_INSIDE = re.compile(
    r"(?<!\w)(?:province|governorate|district|محافظه|منطقه|ناحيه)(?!\w)", re.IGNORECASE
)
# Villages are called so, and so are farms, palaces, prisons and doors.
_COMMON_AR = frozenset(fold("مزرعة قصر سجن باب دير تل برج عين نصر حصن شيخ رأس جبل").split())
_LONGER = re.compile(r"(?<!\w)[A-Z][\w'-]+[\s-]$")


@dataclass(frozen=True, slots=True)
class Named:
    """A mention with how fine its likeliest meaning is (5 a settlement, 1 the country)."""

    mention: Mention
    candidates: list[Candidate]
    fine: float


@cache
def _cues(lang: str) -> tuple[re.Pattern[str], ...]:
    parts = (*_BEFORE_AR, *_AFTER_AR) if lang == "ar" else (*_BEFORE_EN, *_AFTER_EN)
    return tuple(re.compile(fold(part), re.IGNORECASE) for part in parts)


def read(
    text: Text, gazetteer: Gazetteer, taken: Iterable[Span]
) -> tuple[list[Suggestion], list[Suggestion]]:
    """The places a text names, finest first, and names that the gazetteer does not hold.

    `taken` are stretches of the searched text where a name means something else (armed groups, outlets).
    """
    taken = list(taken)
    found = gazetteer.mentions(_POSSESSIVE.sub("  ", text.plain))
    mentions = [m for m in found if m.candidates and not overlaps((m.start, m.end), taken)]
    mentions = [
        m for m in mentions if not (_is_part(text, m) or _HEADS.match(m.text) or m.text in _COMMON_AR)
    ]
    mentions = [m for m in mentions if not _is_elsewhere(text, gazetteer, m, mentions)]
    dropped = [(m.start, m.end) for m in found if m not in mentions]
    unknown, alike = strangers(text, gazetteer, taken, [(m.start, m.end) for m in mentions], dropped)
    mentions += alike
    named = [_named(text, mention) for mention in mentions]
    inside = {c.place_id for n in named for c in n.candidates}
    areas = _areas(gazetteer, named)
    ordered = sorted(named, key=lambda n: (_is_far(gazetteer, n, areas), -n.fine, n.mention.start))
    known: list[Suggestion] = []
    for _, same in groupby(ordered, key=lambda n: n.candidates[0].place_id if n.candidates else ""):
        known += _suggested(text, gazetteer, next(same), inside)
    return known, unknown


def _areas(gazetteer: Gazetteer, named: list[Named]) -> set[str]:
    """The governorates that a text names as they are written."""
    return {
        c.place_id
        for n in named
        for c in n.candidates
        if c.why == "same name" and PlaceLevel(c.level) is PlaceLevel.GOVERNORATE
    }


def _is_far(gazetteer: Gazetteer, named: Named, areas: set[str]) -> bool:
    """Whether a short name only resembles places, none of them in a governorate that the text names.

    "Al-Houla" of Homs is not Hole in Al-Hasakah.
    """
    short = len(skeleton(normalise(named.mention.text))) < SOME_CONSONANTS
    if not areas or not short or any(c.why == "same name" for c in named.candidates):
        return False
    return not any(gazetteer.is_in(c.place_id, area) for c in named.candidates for area in areas)


def _named(text: Text, mention: Mention) -> Named:
    """A mention with its candidates in the order that the words around it ask for."""
    before = text.plain[max(0, mention.start - NEAR_CHARACTERS) : mention.start]
    after = text.plain[mention.end : mention.end + NEAR_CHARACTERS]
    small_before, large_before, small_after, large_after = _cues(text.lang)
    unit = _LARGE_INSIDE.search(mention.text) is not None
    large = unit or bool(large_after.search(after) or large_before.search(before))
    small = bool(small_after.search(after) or small_before.search(before) or _small_inside(text, mention))
    levels = {_FINE[PlaceLevel(c.level)] for c in mention.candidates}
    # Of a town and the sub-district around it that bear one name the town is meant.
    order = sorted(mention.candidates, key=lambda c: (-c.score, c.level == PlaceLevel.SUBDISTRICT))
    if small and not large:
        order = sorted(order, key=lambda c: -_FINE[PlaceLevel(c.level)])
    if unit:
        order = [c for c in order if _FINE[PlaceLevel(c.level)] < _FINE[PlaceLevel.SETTLEMENT]] or order
    if 2 in levels:
        return Named(mention, order, 4.5 if small and not large else 2)
    return Named(mention, order, max(levels) - (0.5 if large else 0))


def _small_inside(text: Text, mention: Mention) -> bool:
    """Whether the name comes with its kind: "Daraa city", "مدينة درعا"."""
    words = fold(_SMALL_AR) if text.lang == "ar" else _SMALL
    return re.search(rf"(?<!\w)(?:{words})(?!\w)", mention.text, re.IGNORECASE) is not None


def _is_part(text: Text, mention: Mention) -> bool:
    """Whether a name that only sounds known is the end of a longer one: "Deir Al-Asafir" is not As-Safira."""
    if text.lang == "ar" or any(c.why == "same name" for c in mention.candidates):
        return False
    stretch = text.plain[max(0, mention.start - NEAR_CHARACTERS) : mention.start]
    before = _LONGER.search(stretch)
    kind = any(cue.search(stretch) for cue in _cues(text.lang)[:2])  # "Badia Al-Shadadi"
    return before is not None and not kind and mention.start - len(before[0]) > 0


def _is_elsewhere(text: Text, gazetteer: Gazetteer, mention: Mention, others: list[Mention]) -> bool:
    """Whether "name, Raqqa governorate" follows, and no place of the name lies there."""
    for behind in [m for m in others if m.start >= mention.end][:3]:
        unit = _UNIT.match(text.plain, behind.start, behind.end + NEAR_CHARACTERS)
        if unit and _CHAIN.fullmatch(text.plain, mention.end, behind.start):
            areas = [c.place_id for c in behind.candidates]
            return not any(gazetteer.is_in(c.place_id, area) for c in mention.candidates for area in areas)
    return False


def _suggested(text: Text, gazetteer: Gazetteer, named: Named, inside: set[str]) -> list[Suggestion]:
    """One suggestion for each place a name may mean; places nested in one another are one meaning."""
    ids = [c.place_id for c in named.candidates]
    apart = meanings(gazetteer, ids)
    backed = [group for group in apart if any(_lies_in(gazetteer, p, inside - set(ids)) for p in group)]
    ranked = backed + [group for group in apart if group not in backed]
    by_id = {c.place_id: c for c in named.candidates}
    span = text.span(named.mention.start, named.mention.end)
    out = []
    for group in ranked:
        for place in group:
            sure, why = _sure(by_id[place], len(apart), group in backed)
            out.append(
                Suggestion(
                    "place", place, span, text.phrase(named.mention.start, named.mention.end), sure, why
                )
            )
    return out


def meanings(gazetteer: Gazetteer, ids: list[str]) -> list[list[str]]:
    """Places by what they have in common: a town, its district and its governorate of one name are one."""
    groups: list[list[str]] = []
    for place in ids:
        for group in groups:
            if any(gazetteer.is_in(place, other) or gazetteer.is_in(other, place) for other in group):
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


def settled(places: Iterable[Suggestion], gazetteer: Gazetteer) -> list[Span]:
    """The stretches that name one settlement or quarter: first of all so, or a governorate goes not by it."""
    by_span: dict[Span, list[PlaceLevel]] = {}
    for place in places:
        by_span.setdefault(place.span, []).append(PlaceLevel(gazetteer.places[place.value].level))
    small = {PlaceLevel.SETTLEMENT, PlaceLevel.QUARTER, PlaceLevel.SUBDISTRICT}  # of a town and its villages
    wide = {PlaceLevel.GOVERNORATE, PlaceLevel.COUNTRY}
    return [
        span
        for span, levels in by_span.items()
        if levels[0] in small or (small & set(levels) and not wide & set(levels))
    ]


def _lies_in(gazetteer: Gazetteer, place: str, others: set[str]) -> bool:
    return any(
        gazetteer.is_in(place, other) for other in others if gazetteer.places[other].parent_id is not None
    )


def _sure(candidate: Candidate, fitting: int, backed: bool) -> tuple[Confidence, str]:
    if fitting == 1:
        sure = Confidence.HIGH if candidate.why == "same name" else Confidence.MODERATE
        sure = Confidence.LOW if candidate.why == "similar" else sure
        return sure, candidate.why
    if backed:
        return (
            Confidence.MODERATE,
            f"{candidate.why}; {fitting} places go by it, this one lies where the text names an area",
        )
    return Confidence.LOW, f"{candidate.why}; {fitting} places go by it: a person picks"
