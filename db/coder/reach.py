"""Which part of a text speaks of a figure: its sentence, its clause, and what event or place is named there."""

import re
from bisect import bisect_left
from collections.abc import Container, Sequence

from db.coder.draft import Span
from db.coder.extents import words
from db.coder.lexicon import word_list
from db.coder.stream import words_between
from db.coder.text import Text

JOINED = 2  # "In 48 hours... 12 members were killed"
SUBJECT_WORDS = 2  # "raids on areas in the south and three women killed"
_EVENTS = frozenset(
    ("bombardment", "explosion", "armed_clash", "nonstate_clash", "attack_on_civilians", "execution")
    + ("assassination", "kidnapping", "mob_violence", "expulsion", "sexual_violence")
)
_CLAUSE = re.compile(
    r",(?!\d|\s(?:about\s)?(?:half|most|many|some|the majority|killed))"
    r"|\b(?:including|among them|while)\b|(?<!\w)(?:بينهم|من بينهم|بينما|فيما)(?!\w)",
    re.IGNORECASE,
)
_MEANWHILE = re.compile(r"(?<!\w)(?:after|while|whereas|بعد|بينما|فيما)(?!\w)", re.IGNORECASE)
_BESIDES = re.compile(r",\s(?:and\s)?", re.IGNORECASE)
_AND_THEN = re.compile(r"\sand\s(?!other)", re.IGNORECASE)


def sentence_of(text: Text, span: Span) -> Span:
    """The sentence of a stretch; dots in a row join what they part."""
    at = position(text, span[0])
    number = next((n for n, (a, b) in enumerate(text.sentences) if a <= at < b), None)
    if number is None:
        return 0, len(text.plain)
    first = number
    while (
        number - first < JOINED
        and first
        and text.plain[slice(*text.sentences[first - 1])].endswith(("..", "…"))
    ):
        first -= 1
    return text.sentences[first][0], text.sentences[number][1]


def own(text: Text, span: Span, sentence: Span, figures: Sequence[Span], alike: Sequence[Span]) -> Span:
    """A sentence up to where it goes on to another count: how a total rises, or what was before or meanwhile.

    `alike` are those figures that count the same harm, as whole numbers: "2 were executed, and 16 killed in".
    """
    behind = stretch(text, span)[1]
    rise = words(text.lang).rise.search(text.plain, behind, sentence[1])
    ends = [rise.start()] if rise else []
    # The first of each ends it, and no figure's position is worked out in vain: a text may be nothing but figures.
    edge = text.at[sentence[1] - 1] if sentence[1] else -1
    last = max((a for a, _ in figures if a <= edge), default=-1)
    meanwhile = _MEANWHILE.search(text.plain, behind, sentence[1])
    if meanwhile and meanwhile.end() <= position(text, last):
        ends.append(meanwhile.start())
    begins = {a for a, _ in alike}
    for other in _BESIDES.finditer(text.plain, behind, sentence[1]):
        if _begins(text, other.end(), begins):
            ends.append(other.start())
            break
    return sentence[0], min([*ends, sentence[1]])


def _begins(text: Text, at: int, begins: Container[int]) -> bool:
    """Whether any of some places of the original is this place of the searched text."""
    if at >= len(text.at):
        return False
    return any(a in begins for a in range(text.at[at - 1] + 1 if at else 0, text.at[at] + 1))


def stretch(text: Text, span: Span) -> Span:
    """A stretch of the original in the searched text."""
    return position(text, span[0]), position(text, span[1] - 1) + 1


def position(text: Text, original: int) -> int:
    """Where a character of the original stands in the searched text."""
    return bisect_left(text.at, original)


def clause(text: Text, span: Span, sentence: Span) -> Span:
    """The part of a sentence around a figure, up to commas and words such as "including"."""
    first, last = stretch(text, span)
    before = [m.end() for m in _CLAUSE.finditer(text.plain, sentence[0], first)]
    after = _CLAUSE.search(text.plain, last, sentence[1])
    end = after.start() if after else sentence[1]
    for other in _AND_THEN.finditer(text.plain, last, end):
        if next(word_list("type", text.lang).hits(text.plain, other.end(), min(end, other.end() + 30)), None):
            end = other.start()
            break
    return _subject(text, before[-1] if before else sentence[0], first, last), end


def _subject(text: Text, begin: int, first: int, last: int) -> int:
    """Where the part begins that a figure is the subject of: behind "and", if an event of its own stands before."""
    acts = any(hit.start <= first for hit in word_list("harm", text.lang).hits(text.plain, begin, last))
    for other in [] if acts else _AND_THEN.finditer(text.plain, begin, first):
        near = words_between(text, other.end(), first) <= SUBJECT_WORDS
        begin = other.end() if near and has_event(text, begin, other.start()) else begin
    return begin


def one_event(text: Text, start: int, end: int) -> bool:
    """Whether a stretch names one event: "an attack"."""
    return any(hit.value == "event" for hit in word_list("event", text.lang).hits(text.plain, start, end))


def has_event(text: Text, start: int, end: int) -> bool:
    """Whether a stretch names an event, or a kind of violence by which several may be meant ("shelling")."""
    kinds = word_list("type", text.lang).hits(text.plain, start, end)
    named = next(word_list("event", text.lang).hits(text.plain, start, end), None) is not None
    return named or any(hit.value in _EVENTS for hit in kinds)


def one_place(text: Text, start: int, end: int, settled: Sequence[Span]) -> bool:
    """Whether a stretch names one settlement, or speaks of one ("in a village")."""
    inside = [span for span in settled if start <= position(text, span[0]) < end]
    return bool(inside) or words(text.lang).one_place.search(text.plain, start, end) is not None


def harm(text: Text, start: int, end: int) -> bool:
    """Whether a stretch says that people were harmed."""
    return next(word_list("harm", text.lang).hits(text.plain, start, end), None) is not None
