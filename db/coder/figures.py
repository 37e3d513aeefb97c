"""Counts of people killed, injured, abducted, detained, missing or displaced, each with its wording.

"Killed and injured 20" says of neither how many; "casualties" alone may be dead or wounded: both give a
highest figure only.
"""

import re
from collections.abc import Iterable, Iterator

from db.coder.binding import CASUALTY, Sentence, Tie
from db.coder.draft import Figure, Span, Suggestion
from db.coder.stream import counts, items
from db.coder.text import Text
from db.vocab import Confidence, Harm, Status

_NONE_EN = (
    r"(?:no|without(?: any)?|zero)\s(?:human\s|civilian\s)?"
    r"(casualties|deaths|fatalities|victims|injuries|losses)"
)
_NONE_AR = (
    r"(?:دون|بدون|لا|بلا)\s(?:وقوع\s|تسجيل\s|اي\s|وجود\s){0,2}"
    r"(خساير بشريه|ضحايا|اصابات|قتلي|خساير)"
)
_NONE = {"en": re.compile(_NONE_EN, re.IGNORECASE), "ar": re.compile(_NONE_AR)}
_UNTRUE = re.compile(r"no truth (?:in|to)|لا صحه|عار عن الصحه", re.IGNORECASE)  # nobody was harmed, it says
_UNSURE = re.compile(r"information|confirm|known|reports? of|معلومات|تاكيد|انباء", re.IGNORECASE)
_INJURIES = ("injuries", "اصابات")
_DEAD_OR_HURT = ("casualties", "victims", "ضحايا", "losses", "خساير بشريه")


def read(text: Text, taken: Iterable[Span]) -> list[Suggestion]:
    """The figures of a text, in order; `taken` are stretches whose numbers are something else (dates)."""
    taken = list(taken)
    found: list[Suggestion] = []
    for sentence in text.sentences:
        if _UNTRUE.search(text.plain, *sentence):
            continue
        if words := items(text, sentence):
            ties = Sentence(text, words, counts(text, sentence, words, taken)).ties()
            found += [suggestion for tie in ties for suggestion in _suggestions(text, tie, ties)]
        found += _none(text, sentence)
    return found


def _suggestions(text: Text, tie: Tie, ties: list[Tie]) -> Iterator[Suggestion]:
    joint = len(tie.harms) > 1 or CASUALTY in tie.harms
    names = ["killed", "injured"] if CASUALTY in tie.harms else sorted(tie.harms - {CASUALTY}, reverse=True)
    others = [t for t in ties if t.harms == tie.harms and not t.part]
    for name in names:
        quantity, wording = tie.count.quantity, " ".join(text.phrase(tie.start, tie.end).split())[:255]
        low, best, high = quantity.low, quantity.best, quantity.high
        if joint:
            low, best, high = None, None, high or best
        status = _status(tie.count.who, alone=len(others) < 2)
        figure = Figure(Harm(name), status, low, best, high, wording, tie.part)
        span = text.span(tie.start, tie.end)
        yield Suggestion(
            "harm", figure, span, text.phrase(tie.start, tie.end), _sure(tie, joint), _why(tie, joint)
        )


def _status(who: str | None, *, alone: bool) -> Status:
    if who == "civilian":
        return Status.CIVILIAN
    return Status.ALL if alone else Status.UNKNOWN


def _sure(tie: Tie, joint: bool) -> Confidence:
    if joint or tie.count.quantity.best is None:
        return Confidence.LOW
    return Confidence.HIGH if tie.count.who else Confidence.MODERATE


def _why(tie: Tie, joint: bool) -> str:
    if CASUALTY in tie.harms and len(tie.harms) == 1:
        return "casualties may be dead or wounded: highest figure only"
    if joint:
        return "one number for several kinds of harm: highest figure only"
    if tie.part:
        return "part of a total that the text gives"
    return (
        "a vague number: its least meaning"
        if tie.count.quantity.best is None
        else "a number beside a word of harm"
    )


def _none(text: Text, sentence: Span) -> Iterator[Suggestion]:
    """An explicit "no casualties" is a zero; "no information about casualties" is not."""
    for found in _NONE[text.lang].finditer(text.plain, *sentence):
        around = text.plain[max(sentence[0], found.start() - 40) : min(sentence[1], found.end() + 40)]
        if _UNSURE.search(around):
            continue
        names = [Harm.INJURED] if found[1].lower() in _INJURIES else [Harm.KILLED]
        if found[1].lower() in _DEAD_OR_HURT:
            names = [Harm.KILLED, Harm.INJURED]
        for name in names:
            phrase = text.phrase(found.start(), found.end())
            figure = Figure(name, Status.ALL, 0, 0, 0, phrase)
            span = text.span(found.start(), found.end())
            yield Suggestion(
                "harm", figure, span, phrase, Confidence.MODERATE, "the text says that there were none"
            )
