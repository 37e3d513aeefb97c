"""One event, or a count over a day, a longer time, a country, a front or several places?

"143 people were killed yesterday" is no incident: taken for one it would be the worst of the year.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from db.coder.draft import Span, Suggestion
from db.coder.lexicon import word_list
from db.coder.text import Text, fold
from db.vocab import Confidence

AGGREGATE, SINGLE = "aggregate", "single"
DAY_HOURS = 24
LIST_GAP_CHARACTERS = 15
_N = r"(?P<n>\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|several|few|many)"
_QUITE = r"(?:(?:about|around|more than|less than|nearly|almost|at least|only)\s)?"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_PLACES = r"(?:areas|places|towns|villages|cities|neighbou?rhoods|provinces|governorates|fronts|axes|districts|regions)"
_PERIODS_EN = (
    rf"(?:in|during|over|within|for|through|throughout)\s(?:the\s)?(?:past|last|previous|first)?\s?{_QUITE}{_N}[\s-](?P<unit>hour|day|week|month|year)s?(?![\s-]old)",
    rf"(?:of|after)\s(?:the\s)?(?:past|last)\s{_QUITE}{_N}\s(?P<unit>hour|day|week|month|year)s?",
    rf"(?<![\w-]){_N}\s(?P<unit>hour|day|week|month|year)s?\s(?:of|with)\b",
    r"since\s(?!then)",
    rf"(?:in|during|of|throughout)\s(?:the\s)?(?:month\sof\s)?{_MONTH}(?:,?\s(?:of\s)?20\d\d)?(?!\s?\d)(?!\w)",
    r"(?:last|this|past|previous|during the|in the|of the|whole|entire)\s(?:week|month|year)\b(?!['\s]s)",
    r"(?:daily|weekly|monthly|annual|yearly)\s(?:report|toll|review|figures|summary|death|casualt\w+|bulletin)",
    r"(?:in|during|on)\s(?:the|its|their)\s(?:first|second|third|fourth|fifth|sixth|\d+\w\w)\s"
    r"(?:consecutive\s)?(?:day|week|month)\b",
    r"in (?:the )?20[012]\d(?!\w)",
    r"(?:throughout|during|in|after)\s(?:the|a)\s(?:same\s|violent\s|bloody\s|deadly\s)?day\b",
)
_WIDE_EN = (
    r"(?:across|throughout|all over|around)\s(?:the\s)?(?:country|province|governorate|Syria|region|city)",
    r"nation-?wide|countrywide|(?:in|of)\sthe\s(?:whole\s)?country\b|in Syria\s?$",
    rf"(?:several|many|various|different|multiple|all|some|other|separate|successive|scattered)\s(?:\w+\s)?{_PLACES}",
    r"(?:several|many|various|different|multiple|separate|successive|two|three|four|five|[2-9]|other)"
    r"\s(?:\w+\s)?(?:massacres|attacks|incidents|events)",
    r"successive\s(?:targeting|shelling|raids|air ?strikes|massacres)",
    r"kilomet(?:er|re)\sfront|(?:on|along)\s(?:the\s)?\w*\s?fronts?\b",
    r"(?:cities|towns|villages|areas|countrysides)\s(?:and\s\w+\s)?(?:in|of)\s(?!\w+\sfamily)",
    r"massacres(?=(?:\s|[^.]{0,80}\s)(?:raise|leave|claim|increase))|(?:in|by)\s(?:\w+\s)?massacres(?!\w)",
    r"villages and towns?(?!\w)",
)
_YESTERDAY_EN = (
    r"yesterday|(?:last|over)\s?night|to-?day|in one day"
    r"|(?:on|last|this)\s(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
)
_NUMBER_AR = r"(?P<n>\d{1,4}|اربع وعشرين|ثلاثه|اربعه|خمسه|سته|سبعه|ثمانيه|تسعه|عشره|عشر|ثماني|بضعه|عده)"
_UNIT_AR = r"(?P<unit>ساعه|ساعات|يوما?|ايام|اسبوعا?|اسابيع|شهرا?|اشهر|شهور|سنوات|عاما?|اعوام)"
_PERIODS_AR = (
    rf"(?:خلال|في|علي مدي|علي مدار|طيله)\s(?:ال)?(?:اكثر من\s|نحو\s|حوالي\s)?(?:ال)?{_NUMBER_AR}\s(?:ال)?{_UNIT_AR}",
    r"(?:خلال|علي مدي|علي مدار|طيله)\s(?:ال)?(?:ساعات|ايام|اسابيع|اشهر|شهور|سنوات|اعوام)\s(?:ال)?\w+",
    r"(?:خلال|في|طيله|علي مدي|علي مدار|حصيله)\s(?:ال)?(?:شهر|اسبوع|عام|سنه|يومين|اسبوعين|شهرين|نهار"
    r"|يوم كامل|يوم واحد)(?!\w)",
    r"منذ\s(?:بدايه|مطلع|بدء|اندلاع|اول|انطلاق|ال\w+|شهر|عام|\d+)",
    r"(?:حصيله|احصاييه|تقرير|احصاءيه)\s(?:\w+\s)?(?:يوميه|اسبوعيه|شهريه|يومي|شهري|اسبوعي|سنويه|اجماليه|كليه)",
    r"في (?:عام )?20[012]\d(?!\d)",
)
_WIDE_AR = (
    r"(?:عموم|انحاء|مختلف|كافه|جميع)\s\w+",
    r"(?:مناطق|اماكن|بلدات|قري|مدن|محافظات|جبهات|محاور|احياء|هجمات|حوادث)\s"
    r"(?:متفرقه|عده|مختلفه|منفصله|متعدده|عديده|اخري)",
    r"(?:عده|عدد من ال|ثلاث|اربع|خمس|ست)\s?(?:مناطق|محافظات|جبهات|محاور|بلدات|قري|مدن|هجمات|حوادث)",
    r"علي (?:جبهات|جبهه|محاور)|في (?:سوريا|البلاد)(?!\w)",
)
_YESTERDAY_AR = r"امس|يوم امس|اليوم|البارحه|(?:يوم\s)?(?:السبت|الاحد|الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعه)"
_YEAR = re.compile(r"(?:in|في) (?:the |عام )?20\d\d$")
_INCLUDING = re.compile(r"(?<!\w)(?:including|among them|بينهم)(?!\w)", re.IGNORECASE)
_CLAUSE = re.compile(
    r",(?!\d|\s(?:about\s)?(?:half|most|many|some|the majority|killed))"
    r"|\b(?:including|among them|while)\b|(?<!\w)(?:بينهم|من بينهم|بينما|فيما)(?!\w)",
    re.IGNORECASE,
)
_AND_THEN = re.compile(r"\sand\s(?!other)", re.IGNORECASE)
_JOINS_PLACES = re.compile(
    r"\s?(?:,|and|&|,\s?and|و)\s?(?:the\s|in\s|of\s|also\s|في\s)*(?:\w+\s){0,3}", re.IGNORECASE
)


@cache
def _compiled(lang: str) -> tuple[re.Pattern[str], tuple[re.Pattern[str], ...], re.Pattern[str]]:
    parts = (_PERIODS_AR, _WIDE_AR, _YESTERDAY_AR) if lang == "ar" else (_PERIODS_EN, _WIDE_EN, _YESTERDAY_EN)
    periods = tuple(re.compile(rf"(?<!\w)(?:{fold(p)})", re.IGNORECASE) for p in parts[0])
    wide = re.compile("|".join(rf"(?<!\w)(?:{fold(p)})" for p in parts[1]), re.IGNORECASE)
    return wide, periods, re.compile(rf"(?<!\w)(?:{fold(parts[2])})(?!\w)", re.IGNORECASE)


def marked(
    text: Text, figures: list[Suggestion], places: Sequence[Span]
) -> tuple[list[Suggestion], list[Suggestion]]:
    """The figures, those that count more than one event marked so, and the words that say it.

    `places` are the stretches of the original text that name places.
    """
    found: dict[Span, Suggestion] = {}
    out: list[Suggestion] = []
    for figure in figures:
        sign = _sign(text, figure.span, places)
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
    between = text.plain[_position(text, whole.span[1] - 1) : _position(text, figure.span[0])]
    smaller = (figure.value.best or 0) <= (whole.value.best or 0)
    same = _sentence_of(text, figure.span) == _sentence_of(text, whole.span)
    return same and smaller and _INCLUDING.search(between) is not None


def leads(figures: list[Suggestion]) -> bool:
    """Whether the first of the whole figures counts several events, or no figure is there at all."""
    whole = [f for f in figures if not f.value.part_of_total]
    return not whole or whole[0].value.aggregate


def _sign(text: Text, span: Span, places: Sequence[Span]) -> Suggestion | None:
    """What shows that a figure counts more than one event, or None."""
    start, end = _sentence_of(text, span)
    wide, periods, yesterday = _compiled(text.lang)
    for pattern in periods:
        for found in pattern.finditer(text.plain, start, end):
            if _is_long(found, text.lang):
                return _made(text, found.start(), found.end(), "counts a longer time than one event")
    left, right = _clause(text, span, (start, end))
    if spread := wide.search(text.plain, left, right):
        return _made(text, spread.start(), spread.end(), "counts several places or events")
    if (day := yesterday.search(text.plain, left, right)) and not _has_event(text, left, right):
        return _made(text, day.start(), day.end(), "counts a whole day, no event is named")
    return _several_places(text, span, places, end) or _several_kinds(text, span, right)


def _whole_account(text: Text) -> Suggestion | None:
    """A text without figures that gives account of a longer time in its first sentence."""
    if not text.sentences:
        return None
    for pattern in _compiled(text.lang)[1]:
        for found in pattern.finditer(text.plain, *text.sentences[0]):
            if _is_long(found, text.lang) and not _YEAR.search(found[0]):
                return _made(
                    text, found.start(), found.end(), "gives account of a longer time than one event"
                )
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


def _sentence_of(text: Text, span: Span) -> Span:
    at = _position(text, span[0])
    return next(((a, b) for a, b in text.sentences if a <= at < b), (0, len(text.plain)))


def _position(text: Text, original: int) -> int:
    return bisect_left(text.at, original)


def _clause(text: Text, span: Span, sentence: Span) -> Span:
    """The part of a sentence around a figure, up to commas and words such as "including"."""
    first, last = _position(text, span[0]), _position(text, span[1] - 1) + 1
    before = [m.end() for m in _CLAUSE.finditer(text.plain, sentence[0], first)]
    after = _CLAUSE.search(text.plain, last, sentence[1])
    end = after.start() if after else sentence[1]
    for other in _AND_THEN.finditer(text.plain, last, end):
        if next(word_list("type", text.lang).hits(text.plain, other.end(), min(end, other.end() + 30)), None):
            end = other.start()
            break
    return (before[-1] if before else sentence[0]), end


def _has_event(text: Text, start: int, end: int) -> bool:
    lists = (word_list(name, text.lang).hits(text.plain, start, end) for name in ("event", "type"))
    return any(next(hits, None) for hits in lists)


def _several_places(text: Text, span: Span, places: Sequence[Span], end: int) -> Suggestion | None:
    """Two places joined behind one figure: "6 farmers killed in Shahba and Salkhad"."""
    after = [p for p in places if span[1] <= p[0] and _position(text, p[0]) < end]
    for first, second in zip(after, after[1:3], strict=False):
        start, middle = _position(text, first[1] - 1) + 1, _position(text, second[0])
        last = _position(text, second[1] - 1) + 1
        acts = _harm(text, start, middle) or _harm(text, last, min(last + 20, len(text.plain)))
        if _JOINS_PLACES.fullmatch(text.plain, start, middle) and not acts:
            return _made(text, _position(text, first[0]), last, "one figure for several places")
    return None


def _harm(text: Text, start: int, end: int) -> bool:
    return next(word_list("harm", text.lang).hits(text.plain, start, end), None) is not None


def _several_kinds(text: Text, span: Span, end: int) -> Suggestion | None:
    """One figure for three kinds of events: "killed by mines, shelling and ambushes"."""
    start = _position(text, span[1] - 1) + 1
    hits = list(word_list("type", text.lang).hits(text.plain, start, max(end, _sentence_of(text, span)[1])))
    hits = hits[:3]
    apart = [b.start - a.end for a, b in zip(hits, hits[1:], strict=False)]
    if len({hit.value for hit in hits}) < 3 or max(apart) > LIST_GAP_CHARACTERS:
        return None
    return _made(text, hits[0].start, hits[-1].end, "one figure for several kinds of events")


def _made(text: Text, start: int, end: int, why: str) -> Suggestion:
    return Suggestion(
        "scope", AGGREGATE, text.span(start, end), text.phrase(start, end), Confidence.MODERATE, why
    )
