"""One event, or a count over a day, a longer time, a country, a front or several places?

"143 people were killed yesterday" is no incident: taken for one it would be the worst of the year.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from db.coder.draft import Span, Suggestion
from db.coder.extents import words
from db.coder.lexicon import word_list
from db.coder.reach import clause, harm, has_event, one_event, one_place, own, position, sentence_of, stretch
from db.coder.text import Text
from db.vocab import Confidence, Harm

AGGREGATE, SINGLE = "aggregate", "single"
DAY_HOURS = 24
LIST_GAP_CHARACTERS = 15
MANY = 100  # who count so many without naming an event have hardly one in mind
RISE_CHARACTERS = 60
COMPARING = ("since", "in ", "منذ", "في ")  # "the deadliest attack since", "the highest toll in 5 years"
_YEAR = re.compile(r"(?:in|في) (?:the |عام )?20\d\d$")
_TODAY = re.compile(r"since\s(?:this\s|the\s|today\s)?(?:morning|dawn|noon|evening|midnight)", re.IGNORECASE)
_INCLUDING = re.compile(r"(?<!\w)(?:including|among them|بينهم)(?!\w)", re.IGNORECASE)
_JOINS_PLACES = re.compile(
    r"\s?(?:,|and|&|,\s?and|و)\s?(?:the\s|in\s|of\s|also\s|في\s)*(?:\w+\s){0,3}", re.IGNORECASE
)


def marked(
    text: Text, figures: list[Suggestion], places: Sequence[Span], settled: Sequence[Span] = ()
) -> tuple[list[Suggestion], list[Suggestion]]:
    """The figures, those that count more than one event marked so, and the words that say it.

    `places` are the stretches of the original text that name places, `settled` those of them that name
    one settlement or quarter.
    """
    found: dict[Span, Suggestion] = {}
    out: list[Suggestion] = []
    for figure in figures:
        sign = _sign(text, figure, figures, places, settled) if _several(figure) else None
        if sign is not None:
            found[sign.span] = sign
            figure = replace(
                figure, value=replace(figure.value, aggregate=True), why=f"{figure.why}; {sign.why}"
            )
        out.append(figure)
    out = _parts_of_days(text, out)
    if not figures:
        sign = _whole_account(text)
        found |= {sign.span: sign} if sign else {}
    return out, list(found.values())


def _parts_of_days(text: Text, figures: list[Suggestion]) -> list[Suggestion]:
    """Smaller counts that follow the count of a whole day in its sentence are parts of it."""
    out: list[Suggestion] = []
    for figure in figures:
        whole = [
            f
            for f in out
            if f.value.aggregate and not f.value.part_of_total and f.value.harm is figure.value.harm
        ]
        if whole and _is_part(text, figure, whole[-1]):
            figure = replace(figure, value=replace(figure.value, part_of_total=True, aggregate=True))
        out.append(figure)
    return out


def _is_part(text: Text, figure: Suggestion, whole: Suggestion) -> bool:
    between = text.plain[position(text, whole.span[0]) : position(text, figure.span[0])]
    smaller = (figure.value.best or 0) <= (whole.value.best or 0)
    same = sentence_of(text, figure.span) == sentence_of(text, whole.span)
    return same and smaller and _INCLUDING.search(between) is not None


def leads(figures: list[Suggestion]) -> bool:
    """Whether the first of the whole figures counts several events, or no figure is there at all.

    A figure that is but a highest one ("15 killed and wounded") leads only where no other is given.
    """
    whole = [f for f in figures if not f.value.part_of_total]
    firm = [f for f in whole if f.value.low is not None or f.value.best is not None] or whole
    return not firm or firm[0].value.aggregate


def _sign(
    text: Text,
    figure: Suggestion,
    figures: Sequence[Suggestion],
    places: Sequence[Span],
    settled: Sequence[Span],
) -> Suggestion | None:
    """What shows that a figure counts more than one event, or None."""
    span, about = figure.span, words(text.lang)
    alike = [f.span for f in figures if f.value.harm is figure.value.harm and not f.value.part_of_total]
    start, end = own(text, span, sentence_of(text, span), [f.span for f in figures], alike)
    if period := _period(text, start, end):
        return _made(text, *period, "counts a longer time than one event")
    left, right = clause(text, span, (start, end))
    if spread := about.wide.search(text.plain, left, right):
        return _made(text, spread.start(), spread.end(), "counts several places or events")
    finer = len({text.original[a:b] for a, b in places if start <= position(text, a) < end}) > 1
    if no_event := _no_event(text, figure, (left, right), (start, end), settled, finer):
        return _made(text, *no_event)
    return _several_places(text, span, places, end) or _several_kinds(text, span, right)


def _no_event(
    text: Text, figure: Suggestion, clause: Span, sentence: Span, settled: Sequence[Span], finer: bool
) -> tuple[int, int, str] | None:
    """Where and why a figure counts a day, a country or a running total: no event and no settlement is named."""
    about = words(text.lang)
    if one_place(text, *clause, settled):
        return None
    if day := about.nth_day.search(text.plain, *sentence):
        return *day.span(), "counts a day of something that lasts"
    if not has_event(text, *clause):
        wide = ((about.day, "a whole day"), (about.country, "a whole country"))
        for pattern, why in wide[:1] if finer else wide:
            if sign := pattern.search(text.plain, *clause):
                return *sign.span(), f"counts {why}, no event is named"
    named = one_event(text, *sentence) or one_place(text, *sentence, settled)
    why = "" if named else _running(text, figure)
    return (*stretch(text, figure.span), why) if why else None


def _several(figure: Suggestion) -> bool:
    """Whether a figure counts more than one person: one is killed in one event."""
    value = figure.value
    return max(value.low or 0, value.best or 0, value.high or 0) != 1


def _running(text: Text, figure: Suggestion) -> str:
    """Why a figure without event or settlement counts several events: a toll that rises, or very many."""
    about, (first, last) = words(text.lang), stretch(text, figure.span)
    said = (max(0, first - RISE_CHARACTERS), last)
    if about.running.search(text.plain, *said) and about.toll.search(text.plain, *said):
        return "a running count, no event is named"
    many = (figure.value.low or figure.value.best or figure.value.high or 0) >= MANY
    return "very many, and no event is named" if many and figure.value.harm is not Harm.DISPLACED else ""


def _period(text: Text, start: int, end: int) -> Span | None:
    """Where a stretch names a time of a day or longer that is counted, not one that is compared with."""
    about = words(text.lang)
    for pattern in about.periods:
        for found in pattern.finditer(text.plain, start, end):
            before = text.plain[start : found.start()]
            other = about.calm.search(before) or about.after.search(before)
            if found[0].lower().startswith(COMPARING):
                other = other or about.compared.search(before)
            if _is_long(found, text.lang) and not other:
                return found.span()
    return None


def _whole_account(text: Text) -> Suggestion | None:
    """A text without figures that gives account of a longer time in its first sentence."""
    if not text.sentences:
        return None
    start, end = text.sentences[0]
    period = _period(text, start, end)
    if not period and not has_event(text, start, end):
        day = words(text.lang).nth_day.search(text.plain, start, end)
        period = day.span() if day else None
    if period and not _YEAR.search(text.plain[slice(*period)]) and not _TODAY.match(text.plain, period[0]):
        return _made(text, *period, "gives account of a longer time than one event")
    return None


def _is_long(found: re.Match[str], lang: str) -> bool:
    """Whether a period is a day or longer; "two hours" of fighting are one event."""
    groups = found.groupdict()
    unit, number = groups.get("unit") or "", groups.get("n") or ""
    if not unit.lower().startswith(("hour", "ساع")):
        return True
    return (
        not number.isdecimal() or int(number) >= DAY_HOURS
        if number not in ("an", "a", "one", "two")
        else False
    )


def _several_places(text: Text, span: Span, places: Sequence[Span], end: int) -> Suggestion | None:
    """Two places joined behind one figure: "6 farmers killed in Shahba and Salkhad"."""
    after = [p for p in places if span[1] <= p[0] and position(text, p[0]) < end]
    for first, second in zip(after, after[1:3], strict=False):
        start, middle = position(text, first[1] - 1) + 1, position(text, second[0])
        last = position(text, second[1] - 1) + 1
        acts = harm(text, start, middle) or harm(text, last, min(last + 20, len(text.plain)))
        acts = acts or has_event(text, start, middle)  # "and raids on"
        if _JOINS_PLACES.fullmatch(text.plain, start, middle) and not acts:
            return _made(text, position(text, first[0]), last, "one figure for several places")
    return None


def _several_kinds(text: Text, span: Span, end: int) -> Suggestion | None:
    """One figure for three kinds of events: "killed by mines, shelling and ambushes"."""
    start = position(text, span[1] - 1) + 1
    hits = list(word_list("type", text.lang).hits(text.plain, start, max(end, sentence_of(text, span)[1])))
    hits = hits[:3]
    apart = [b.start - a.end for a, b in zip(hits, hits[1:], strict=False)]
    if len({hit.value for hit in hits}) < 3 or max(apart) > LIST_GAP_CHARACTERS:
        return None
    return _made(text, hits[0].start, hits[-1].end, "one figure for several kinds of events")


def _made(text: Text, start: int, end: int, why: str) -> Suggestion:
    return Suggestion(
        "scope", AGGREGATE, text.span(start, end), text.phrase(start, end), Confidence.MODERATE, why
    )
